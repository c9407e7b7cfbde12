"""What a daemon does, done in this process and timed; prints the seconds as JSON.

Each work is done twice and the second is told, since a daemon imports and connects for the first
time only once; of reading the first is told too. Of each the wall time and the time of this
process on a processor are told. Started by `bench.city`.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections.abc import Callable
from pathlib import Path

from bench.programs import ldapmodify, megabytes
from bench.shapes import Day, Drawing, account_dn, group_dn, members_of
from syncd.bootstrap import OpenSite, open_site, tune_collector
from syncd.core.memberships import DirectorySnapshot
from syncd.flow.delta import Followed, follow
from syncd.flow.run import run
from syncd.flow.site import RunRequest

CHANGED = 100


Timed = tuple[float, float]
"""(wall time, time on a processor) in seconds."""


def measure(config: Path, url: str, memberships: int) -> dict[str, object]:
    """Read twice, run twice, and follow the change of a hundred groups twice."""
    opened = open_site(config, lambda *_: None)
    reader = opened.site.directories["bench"].reader
    request = RunRequest(opened.today(), "bench")
    read: list[DirectorySnapshot] = []
    found: dict[str, object] = {
        "read_first": _timed(lambda: read.append(reader.read(lambda *_: None))),
        "read": _timed(lambda: read.append(reader.read(lambda *_: None))),
        "read_mb": _peak(),
    }
    read.clear()
    run(opened.site, request)
    found["run"] = _timed(lambda: run(opened.site, request))
    found |= _delta(opened, url, config.parent, Drawing(memberships, Day.STEADY))
    opened.site.store.close()
    return found


def _delta(opened: OpenSite, url: str, folder: Path, drawing: Drawing) -> dict[str, object]:
    """Return how long a tick takes after a hundred groups lost a member, and got them back."""
    if opened.site.directories["bench"].delta_reader is None:
        return {}
    members = members_of(drawing)
    changed = [(group_dn(g), account_dn(members[g][0])) for g in range(CHANGED)]
    timed = (0.0, 0.0)
    told: list[Followed] = []
    for change in ("delete", "add"):
        ldapmodify(
            url,
            folder,
            "".join(
                f"dn: {group}\nchangetype: modify\n{change}: member\nmember: {member}\n\n"
                for group, member in changed
            ),
        )
        told.clear()
        timed = _timed(lambda: told.append(follow(opened.site)))
        if told[0].groups != CHANGED:
            raise SystemExit(f"{told[0].groups} groups were seen to change, not {CHANGED}")
    return {"delta": timed}


def _peak() -> int:
    return megabytes(resource.getrusage(resource.RUSAGE_SELF))


def _timed(work: Callable[[], object]) -> Timed:
    start, busy = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - start, time.process_time() - busy


def main() -> None:
    """Measure one configured town."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("config", type=Path)
    parser.add_argument("url")
    parser.add_argument("memberships", type=int)
    given = parser.parse_args()
    tune_collector()
    print(json.dumps(measure(given.config, given.url, given.memberships)))


if __name__ == "__main__":
    main()
