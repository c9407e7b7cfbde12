"""How long the decision takes from 10 thousand to 30 million memberships, and how it grows.

Each size runs in a process of its own, so that its peak of memory is its own. Seconds are those of
the processor: the decision is one thread that waits for nothing, and so counts the same on a
machine that others use too (but for the caches that they share). Run as
`python -m bench.decide`; writes bench/out/decide.json and docs/images/growth-decide.svg.
"""

from __future__ import annotations

import argparse
import json
import math
import resource
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.shapes import CITY, DAY, Day, draw
from bench.tables import OUT, print_table, write_json
from syncd.bootstrap import tune_collector
from syncd.core.decide import decide
from syncd.core.policy import Policy
from syncd.settings.tables import load_order_kinds, shipped

NATION = 30_000_000
SIZES = (10_000, 31_600, 100_000, CITY, 1_000_000, 3_160_000, 10_000_000, NATION)
LARGEST = {Day.STEADY: NATION, Day.APRIL: 3_160_000}
"""A 1 April on which the whole nation moves is nobody's day, and takes minutes."""
PICTURE = Path(__file__).parents[1] / "docs" / "images" / "growth-decide.svg"
_GOAL_RATE = 1_000_000
_MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Timed:
    """One size on one day: the median over `runs`, in seconds; memory in MB.

    `input_mb` is what the process held before the first decision, `peak_mb` its peak ever.
    """

    day: str
    memberships: int
    people: int
    groups: int
    stale: int
    runs: int
    median_s: float
    fastest_s: float
    input_mb: int
    peak_mb: int

    @property
    def rate(self) -> float:
        """Return memberships a second, by the median."""
        return self.memberships / self.median_s


def measure(memberships: int, day: Day) -> Timed:
    """Draw a town and decide it several times, in this process."""
    tune_collector()  # as the command and the daemon do
    policy = Policy(order_kinds=load_order_kinds([shipped("order-kinds.toml")]))
    town = draw(memberships, day)
    before = _peak_mb()
    runs = max(1, min(9, 3_000_000 // memberships))
    seconds = []
    stale = 0
    for _ in range(runs):
        start = time.process_time()
        decision = decide(town.facts, [town.snapshot], policy, DAY)
        seconds.append(time.process_time() - start)
        stale = decision.counts.stale
        del decision
    seconds.sort()
    return Timed(
        day=day,
        memberships=town.memberships,
        people=town.people,
        groups=town.groups,
        stale=stale,
        runs=runs,
        median_s=seconds[len(seconds) // 2],
        fastest_s=seconds[0],
        input_mb=before,
        peak_mb=_peak_mb(),
    )


def _peak_mb() -> int:
    """Return the peak resident size of this process; Linux counts in KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 // _MEGABYTE


def measure_apart(memberships: int, day: Day) -> Timed:
    """Measure in a process of its own."""
    command = [sys.executable, "-m", "bench.decide", "--one", str(memberships), "--day", day]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, encoding="utf-8")
    return Timed(**json.loads(done.stdout))


def slope(points: list[Timed]) -> float:
    """Return the exponent of growth: the least-squares slope of log time over log size.

    0 for fewer than two points.
    """
    if len(points) < 2:
        return 0.0
    xs = [math.log(point.memberships) for point in points]
    ys = [math.log(point.median_s) for point in points]
    mean_x, mean_y = sum(xs) / len(xs), sum(ys) / len(ys)
    over = sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys, strict=True))
    return over / sum((x - mean_x) ** 2 for x in xs)


def run(largest: int = NATION) -> dict[str, object]:
    """Measure every size up to `largest` on both days, small ones first; keep and draw them.

    Each size is kept as soon as it is known: the largest take longer than all others together.
    """
    points: list[Timed] = []
    for size in SIZES:
        for day in Day:
            if size <= min(largest, LARGEST[day]):
                points.append(measure_apart(size, day))
                print(f"{day} {size:,}: {points[-1].median_s:.3f} s", file=sys.stderr)
                if largest == NATION:
                    write_json(OUT / "decide.json", _found(points))
    print_points(points)
    if largest == NATION:
        plot(points)
    return _found(points)


def _found(points: list[Timed]) -> dict[str, object]:
    return {
        "slopes": {str(day): slope(_of(day, points)) for day in Day},
        "points": [asdict(point) | {"rate": point.rate} for point in points],
    }


def _of(day: Day, points: list[Timed]) -> list[Timed]:
    return [point for point in points if point.day == day]


def print_points(points: list[Timed]) -> None:
    """Print what was measured, and how it grows."""
    print_table(
        "decide",
        ("day", "memberships", "stale", "median s", "memberships/s", "input MB", "peak MB"),
        [
            (
                point.day,
                f"{point.memberships:,}",
                f"{point.stale / point.memberships:.1%}",
                f"{point.median_s:.3f}",
                f"{point.rate:,.0f}",
                str(point.input_mb),
                str(point.peak_mb),
            )
            for day in Day
            for point in _of(day, points)
        ],
    )
    for day in Day:
        print(f"growth, {day}: time ~ memberships^{slope(_of(day, points)):.3f}")


def plot(points: list[Timed]) -> None:
    """Draw time over size on logarithmic axes, with the goal as a line."""
    import matplotlib as mpl  # noqa: PLC0415 - a second to import; a measuring process needs none

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "syncd"
    from matplotlib import pyplot as plt  # noqa: PLC0415 - after the backend is chosen

    figure, axes = plt.subplots(figsize=(7, 4.5))
    for day, mark in ((Day.STEADY, "o-"), (Day.APRIL, "s--")):
        theirs = _of(day, points)
        label = f"{day} (slope {slope(theirs):.2f})"
        sizes = [point.memberships for point in theirs]
        axes.loglog(sizes, [point.median_s for point in theirs], mark, label=label)
    ends = [points[0].memberships, max(point.memberships for point in points)]
    axes.loglog(ends, [end / _GOAL_RATE for end in ends], ":", color="grey", label="goal: 1 M/s")
    axes.set_xlabel("memberships")
    axes.set_ylabel("seconds")
    axes.set_title("decide(): time by size, one core")
    axes.grid(visible=True, which="major", alpha=0.3)
    axes.legend()
    figure.tight_layout()
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(PICTURE, metadata={"Date": None})
    plt.close(figure)


def main() -> None:
    """Measure all, or `--one` size in this process."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--one", type=int)
    parser.add_argument("--day", type=Day, default=Day.STEADY)
    parser.add_argument("--largest", type=int, default=NATION)
    parser.add_argument("--draw", action="store_true", help="only draw what was kept last")
    given = parser.parse_args()
    if given.draw:
        kept = json.loads((OUT / "decide.json").read_text("utf-8"))["points"]
        points = [Timed(**{k: v for k, v in each.items() if k != "rate"}) for each in kept]
        print_points(points)
        plot(points)
    elif given.one is None:
        run(given.largest)
    else:
        print(json.dumps(asdict(measure(given.one, given.day))))


if __name__ == "__main__":
    main()
