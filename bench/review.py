"""An access review of City: what freezing, a sheet, "all that is left" and the record cost.

The machine decides the seconds; beside them stands a whole run of the same town in the same
process. Nothing is asserted. Run as `python -m bench.review`.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from bench.inputs import next_april, write_inputs
from bench.programs import megabytes
from bench.shapes import CITY, Day, Drawing, draw
from bench.slapd import loaded_slapd, write_ldif
from bench.tables import OUT, print_table, write_json
from syncd.bootstrap import OpenSite, open_site, tune_collector
from syncd.core.reviews.review import AccessReview
from syncd.core.votes import Actor, Role
from syncd.flow.reviews.answering import answer_rest, shown_sha256
from syncd.flow.reviews.beginning import start_review
from syncd.flow.reviews.record import record_lines, record_of
from syncd.flow.run import run
from syncd.flow.site import RunRequest
from syncd.ports.reviews import QuestionQuery
from syncd.reports.review_tables import review_table

CHIEF = Actor("bench", roles=frozenset({Role.CHIEF}))
T = TypeVar("T")


@dataclass(slots=True)
class ReviewTimes:
    """Seconds by work, and the peak of the process in MB after each."""

    questions: int = 0
    sections: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    peak_mb: dict[str, int] = field(default_factory=dict)

    def timed(self, work: str, do: Callable[[], T]) -> T:
        """Do a work once and note what it took."""
        begun = time.perf_counter()
        made = do()
        self.seconds[work] = round(time.perf_counter() - begun, 3)
        self.peak_mb[work] = megabytes(resource.getrusage(resource.RUSAGE_SELF))
        return made


def measure(folder: Path, memberships: int) -> ReviewTimes:
    """Load a town into slapd, run twice, and review it."""
    town = draw(memberships, Day.STEADY)
    (folder / "slapd").mkdir()
    write_ldif(folder / "town.ldif", Drawing(memberships, Day.STEADY))
    with ExitStack() as stack:
        url = stack.enter_context(loaded_slapd(folder / "slapd", folder / "town.ldif"))
        opened = open_site(write_inputs(folder, town, url, next_april()), lambda *_: None)
        del town
        return _reviewed(opened)


def _reviewed(opened: OpenSite) -> ReviewTimes:
    times, site, today = ReviewTimes(), opened.site, opened.today()
    times.timed("first run", lambda: run(site, RunRequest(today, "bench")))
    times.timed("second run", lambda: run(site, RunRequest(today, "bench")))
    review = times.timed("freeze", lambda: start_review(site, CHIEF, "City", today))
    times.questions = review.questions
    with site.store.begin() as unit:
        record = times.timed("counts of all sections", lambda: record_of(unit, review.review_id))
        times.sections = len(record.sheets)
        largest = max(record.sheets, key=lambda sheet: sheet.questions)
        query = QuestionQuery(review.review_id, asked=largest.section, limit=50)
        times.timed("a page of a sheet", lambda: unit.question_page(query))
        shown = shown_sha256(unit, review, largest.section)
    answer = f"answer {largest.waiting} at once"
    section = largest.section
    times.timed(answer, lambda: answer_rest(site, [CHIEF], review.review_id, section, shown))
    times.timed("the record as CSV", lambda: _csv(opened, review))
    times.timed("a run beside it", lambda: run(site, RunRequest(today, "bench")))
    return times


def _csv(opened: OpenSite, review: AccessReview) -> int:
    lines = record_lines(opened.site.store, review.review_id)
    return sum(map(len, review_table(review, lines)))


def main() -> None:
    """Measure City, or a town of another size."""
    parser = argparse.ArgumentParser(prog="python -m bench.review", description=__doc__)
    parser.add_argument("--memberships", type=int, default=CITY)
    tune_collector()
    with tempfile.TemporaryDirectory(prefix="syncd-bench-") as name:
        times = measure(Path(name), parser.parse_args().memberships)
    print_table(
        f"an access review: {times.questions:,} rights, {times.sections} sections",
        ("work", "s", "peak MB"),
        [(work, f"{s:.2f}", str(times.peak_mb[work])) for work, s in times.seconds.items()],
    )
    write_json(OUT / "review.json", {"seconds": times.seconds, "peak_mb": times.peak_mb})


if __name__ == "__main__":
    main()
