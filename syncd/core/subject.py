"""What a rule looks at: one designation of one person, as one reading of the facts has it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from syncd.core.career import PersonState
from syncd.core.facts import Designation
from syncd.core.findings import Because
from syncd.core.org import OrgChart
from syncd.core.policy import Policy


@dataclass(frozen=True, slots=True)
class Subject:
    """The designation at hand with everything a rule may ask; `trained_on` is the last training."""

    on: date
    person: PersonState
    designation: Designation
    chart: OrgChart
    policy: Policy
    trained_on: date | None

    @property
    def line(self) -> Because:
        """Return how the designation line is cited: affair and section."""
        return cite_designation(self.designation)


def cite_designation(designation: Designation) -> Because:
    """Return how a designation line is cited in reasons and evidence: `TAX/12010`."""
    return Because(
        "designation",
        f"{designation.affair}/{designation.org_unit}",
        designation.designated_on,
        designation.source,
        designation.line,
    )
