"""`make bench`: everything that is measured, table by table, and bench/out/bench.json."""

from __future__ import annotations

import argparse
import os
import platform

from bench import city_ldap, console, decide
from bench.shapes import CITY
from bench.tables import OUT, print_table, write_json

_SMALL, _SMALL_ROUNDS = 45_000, 2


def main() -> None:
    """Measure everything; `--quick` does a tenth of City, to see that it still runs."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    machine: dict[str, object] = {
        "python": platform.python_version(),
        "system": platform.system(),
        "cores": os.cpu_count(),
        "load_before": os.getloadavg()[0],
    }
    print_table("machine", ("what", "value"), [(k, str(v)) for k, v in machine.items()])
    found: dict[str, object] = {"machine": machine}
    found["decide"] = decide.run(_SMALL if quick else decide.SIZES[-1])
    write_json(OUT / "bench.json", found)
    found["console"] = console.run()
    write_json(OUT / "bench.json", found)
    size, rounds = (_SMALL, _SMALL_ROUNDS) if quick else (CITY, city_ldap.ROUNDS)
    found["city_ldap"] = city_ldap.run(size, rounds)
    write_json(OUT / "bench.json", found)
    print(f"written: {OUT / 'bench.json'}")


if __name__ == "__main__":
    main()
