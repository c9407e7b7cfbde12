"""個人番号事務権限: which groups of which directory convey a right, and which 事務 it serves."""

from __future__ import annotations

from dataclasses import replace

from connectors.shared.records.form import Built, Form
from connectors.shared.tables.cells import RowCells
from connectors.shared.tables.columns import Cut, code, text
from syncd.core.facts import Entitlement, Record
from syncd.core.ids import AffairCode, EntitlementId


def _build(cells: RowCells) -> Built:
    identifier = cells.needed_code("権限ID")
    directory = cells.needed("システム", cells.plain("システム"))
    groups, affairs = cells.texts("グループ"), cells.codes("事務コード")
    cells.needed("グループ", ";".join(groups))
    cells.needed("事務コード", ";".join(affairs))
    entitlement = Entitlement(
        entitlement=EntitlementId(identifier),
        directory=directory,
        groups=groups,
        name=cells.text("権限名"),
        affairs=frozenset(map(AffairCode, affairs)),
        operations=cells.operations("操作"),
        source=cells.site.source,
        line=cells.line,
    )
    return Built(entitlement, (directory, identifier))


def _merge(first: Record, second: Record) -> Record:
    """Return the entitlement that two rows of one 権限ID describe together."""
    if not (isinstance(first, Entitlement) and isinstance(second, Entitlement)):
        raise TypeError("only entitlements are merged here")
    return replace(
        first,
        groups=tuple(dict.fromkeys(first.groups + second.groups)),
        name=first.name or second.name,
        affairs=first.affairs | second.affairs,
        operations=first.operations | second.operations,
    )


FORM = Form(
    columns=(
        code("権限ID", required=True),
        code("システム", required=True),
        code("グループ", required=True),
        text("権限名"),
        code("事務コード", required=True),
        code("操作", Cut.HARMLESS),
    ),
    build=_build,
    merge=_merge,
)
