"""`make bench`: all that is measured, table by table, then the goals; bench/out/bench.json."""

from __future__ import annotations

import argparse
import os
import platform
import time
from dataclasses import asdict

from bench import apply, city, console, decide
from bench.shapes import CITY
from bench.tables import OUT, print_table, write_json

_SMALL, _SMALL_ROUNDS = 45_000, 2


def main() -> None:
    """Measure everything; `--quick` does a tenth of City, to see that it still runs."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    start = time.monotonic()
    machine: dict[str, object] = {
        "python": platform.python_version(),
        "system": platform.system(),
        "cores": os.cpu_count(),
        "load_before": os.getloadavg()[0],
    }
    print_table("machine", ("what", "value"), [(k, str(v)) for k, v in machine.items()])
    found: dict[str, object] = {"machine": machine}
    size, rounds = (_SMALL, _SMALL_ROUNDS) if quick else (CITY, city.ROUNDS)
    times = city.run(size, rounds, beside=not quick)
    found["city"] = asdict(times)
    found["apply"] = apply.measure(quick)
    found["decide"] = decide.run(_SMALL if quick else decide.NATION)
    found["console"] = console.run()
    found["machine"] = machine | {
        "load_after": os.getloadavg()[0],
        "minutes": round((time.monotonic() - start) / 60, 1),
    }
    write_json(OUT / "bench.json", found)
    print_table("goals", ("work", "measured", "goal", ""), city.goals(times))
    print(f"written: {OUT / 'bench.json'}")


if __name__ == "__main__":
    main()
