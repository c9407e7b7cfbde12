"""From the bytes of a file to its table, whatever the file's name says they are."""

from __future__ import annotations

from connectors.shared.bilingual import both
from connectors.shared.tables.decoding import decode_text
from connectors.shared.tables.delimited import parse_delimited
from connectors.shared.tables.fixed import parse_fixed
from connectors.shared.tables.options import TableOptions
from connectors.shared.tables.table import Table
from syncd.errors import RowFault

_ZIP_MAGIC = b"PK\x03\x04"
_OLE_MAGIC = b"\xd0\xcf\x11\xe0"


def parse_table(raw: bytes, options: TableOptions) -> Table:
    """Return the table in the bytes; what could not be understood stands in its `faults`."""
    if raw.startswith(_ZIP_MAGIC):
        # Most sites give text, and openpyxl takes long to import.
        from connectors.shared.tables.workbook import parse_workbook  # noqa: PLC0415

        return parse_workbook(raw, options.sheet)
    if raw.startswith(_OLE_MAGIC):
        ja = (
            "旧形式(.xls)かパスワード付きのブックです。.xlsx でパスワードなしに保存し直してください"
        )
        en = "an old .xls or an encrypted workbook: save it as .xlsx without a password"
        return Table((), (RowFault(0, "", None, both(ja, en)),))
    decoded = decode_text(raw, options.encoding)
    if options.widths:
        widths = tuple(width for _, width in options.widths)
        return parse_fixed(decoded, widths, header=options.has_header)
    return parse_delimited(decoded, options.separator)
