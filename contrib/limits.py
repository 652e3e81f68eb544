#!/usr/bin/python3
"""What the worst input of each kind costs, as a table: a row a case of tests/limits.

    limits.py PROGRAM PAGE_PROBE [--kind KIND] [--only WORDS]

PROGRAM is outfeed as it is released; PAGE_PROBE is built beside the tests. Ends with 1 when
a case is over its ceiling, or when something else comes of it than its row owes.
"""
import argparse
import importlib
import os
import sys
import tempfile
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent / "tests"
sys.path[:0] = [str(TESTS), str(TESTS / "limits")]

import measured                                             # noqa: E402
from conftest import Site                                   # noqa: E402
from test_limits import MODULES                             # noqa: E402

UNITS = ((1 << 20, "MiB"), (1 << 10, "KiB"))


def sized(count):
    for unit, name in UNITS:
        if count >= unit:
            return f"{count / unit:.1f} {name}"
    return f"{count} B"


def measure(case, options, idle):
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        site = Site(folder)
        size, run = measured.take(case, site, options.program, options.probe)
        came = measured.outcome(case, site, run)
        measured.remove(site.folder / "content")
    above = max(0, run.peak - idle) / measured.MIB
    over = run.seconds > case.seconds or above > case.mib
    cells = [case.kind, case.name.replace("|", "\\|"), sized(size),
             came if " " not in came else f"**{came}**",
             f"{run.seconds:.2f}", f"{above:.1f}" + (" **over**" if over else "")]
    print("| " + " | ".join(cells) + " |", flush=True)
    return run.seconds, above, over or " " in came


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("program", type=os.path.abspath)
    parser.add_argument("probe", type=os.path.abspath)
    parser.add_argument("--kind")
    parser.add_argument("--only", help="cases whose name holds it")
    options = parser.parse_args()
    cases = [case for module in MODULES for case in importlib.import_module(module).CASES
             if options.kind in (None, case.kind) and (options.only or "") in case.name]
    os.environ["OUTFEED"] = options.program     # which makes what is forged
    idle = measured.idle(options.program)
    print("| kind | input | size | outcome | CPU s | MiB above idle |\n|---|---|--:|---|--:|--:|")
    rows = [measure(case, options, idle) for case in cases]
    print(f"\n{len(rows)} cases; idle {idle / measured.MIB:.1f} MiB; most "
          f"{max(row[0] for row in rows):.2f} s and {max(row[1] for row in rows):.1f} MiB; "
          f"{sum(row[2] for row in rows)} over or wrong")
    return int(any(row[2] for row in rows))


if __name__ == "__main__":
    sys.exit(main())
