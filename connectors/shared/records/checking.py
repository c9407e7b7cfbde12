"""Checks of a source's options that need to know what it provides."""

from __future__ import annotations

from connectors.shared.records.options import RecordOptions
from connectors.shared.records.reading import BASE_ON
from connectors.shared.records.rows import FORMS
from connectors.shared.tables.options import FILLER
from syncd.errors import ConfigurationError
from syncd.ports.source import SourceContext


def check_columns(options: RecordOptions, context: SourceContext) -> None:
    """Hold the named columns against those of the kind; raises ConfigurationError."""
    known = {column.name for column in FORMS[context.provides].columns}
    named = {*options.columns, *(name for name, _ in options.widths)} - {FILLER}
    wrong = sorted(named - known)
    if wrong:
        raise ConfigurationError(
            f"source {context.name!r}: {context.provides} has no columns {', '.join(wrong)}; "
            f"it has: {', '.join(sorted(known))}"
        )
    if options.base_on and BASE_ON not in known:
        raise ConfigurationError(f"source {context.name!r}: base_on is for a roster only")
