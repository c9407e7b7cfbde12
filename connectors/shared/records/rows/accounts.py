"""利用者ID: accounts whose directory gives no staff number, and those that stand in no HR feed."""

from __future__ import annotations

from connectors.shared.records.form import Built, Form
from connectors.shared.tables.cells import RowCells
from connectors.shared.tables.columns import code, day, staff, word
from syncd.core.facts import AccountKind, ListedAccount
from syncd.core.ids import AccountId

_KINDS = {
    "個人": AccountKind.PERSONAL,
    "特権": AccountKind.PRIVILEGED,
    "サービス": AccountKind.SERVICE,
    "委託": AccountKind.CONTRACTOR,
}


def _build(cells: RowCells) -> Built:
    staff_number = cells.person_if_any()
    directory = cells.needed("システム", cells.plain("システム"))
    account = cells.needed("利用者ID", cells.plain("利用者ID"))
    listed = ListedAccount(
        directory=directory,
        account=AccountId(account),
        staff_number=staff_number,
        kind=cells.word("種別", _KINDS, AccountKind.PERSONAL),
        sponsor=cells.staff("管理者"),
        expires_on=cells.day("有効期限"),
        source=cells.site.source,
        line=cells.line,
    )
    return Built(listed, (directory, account.casefold()))


FORM = Form(
    columns=(
        code("システム", required=True),
        code("利用者ID", required=True),
        staff(),
        word("種別", required=True),
        staff("管理者"),
        day("有効期限"),
    ),
    build=_build,
    may_be_empty=True,
)
