#!/usr/bin/python3
"""What the worst input of each kind costs, as a table: a row a case of tests/limits.

    cmake --preset limits && cmake --build --preset limits
    limits.py build/limits [--kind KIND] [--only WORDS] [--long] [--markdown FILE]

The preset builds outfeed as it is released, and beside it the probe of pages and robots.txt,
as much optimised. --long has the cases too that take long to make. Ends with 1 when a case is
over its ceiling, or when something else comes of it than its row owes.
"""
import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "limits")]

import measured                                             # noqa: E402
from conftest import Site                                   # noqa: E402
from test_limits import ALL                                 # noqa: E402

UNITS = ((1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB"))
HEAD = ("| kind | input | size | outcome | CPU s | clock s | MiB above idle |\n"
        "|---|---|--:|---|--:|--:|--:|")


def sized(count):
    for unit, name in UNITS:
        if count >= unit:
            return f"{count / unit:.1f} {name}"
    return f"{count} B"


def measure(case, programs):
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        site = Site(folder)
        size, run = measured.take(case, site, *programs)
        came = measured.outcome(case, site, run)
        measured.remove(site.folder / "content")
    above = max(0, run.peak - measured.idle(case, *programs)) / measured.MIB
    over = run.seconds > case.seconds or above > case.mib
    own = f" (of {case.seconds:.0f} s, {case.mib:.0f} MiB: {case.why})" if case.why else ""
    row = [case.kind, case.name.replace("|", "\\|") + own, sized(size),
           came if " " not in came else f"**{came}**",
           f"{run.seconds:.2f}", f"{run.wall:.2f}", f"{above:.1f}" + (" **over**" if over else "")]
    return "| " + " | ".join(row) + " |", run.seconds, above, over or " " in came, bool(case.why)


def machine(build):
    """What the figures are of: no name, and no path."""
    cache = dict(line.split("=", 1) for line in (build / "CMakeCache.txt").read_text().splitlines()
                 if line.startswith("CMAKE_C_COMPILER:"))
    compiler, = cache.values()
    version = subprocess.run([compiler, "--version"], capture_output=True, text=True, check=True).stdout
    commit = subprocess.run(["git", "-C", ROOT, "describe", "--always", "--dirty"],
                            capture_output=True, text=True, check=False).stdout.strip()
    model = [line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
             if line.startswith("model name")]
    return (f"{time.strftime('%Y-%m-%d', time.gmtime())}, commit {commit or 'unknown'}; {os.cpu_count()} cores, "
            f"{model[0] if model else 'unknown'}, Linux {os.uname().release.split('-')[0]}; "
            f"{version.splitlines()[0]}, Release")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("build", type=Path, help="the folder of the preset limits")
    parser.add_argument("--kind")
    parser.add_argument("--only", default="", help="cases whose name holds it")
    parser.add_argument("--long", action="store_true", help="the cases that take long to make, too")
    parser.add_argument("--markdown", type=Path, help="writes the table there, too")
    options = parser.parse_args()
    build = options.build.resolve()
    os.environ["OUTFEED"] = str(build / "outfeed")  # which makes what is forged
    programs = build / "outfeed", build / "tests" / "page_probe"
    rows = []
    print(HEAD)
    for case in ALL:
        if options.kind in (None, case.kind) and options.only in case.name and (options.long or not case.long):
            rows.append(measure(case, programs))
            print(rows[-1][0], flush=True)
    within = [row for row in rows if not row[4]]
    end = (f"{len(rows)} cases, {sum(row[3] for row in rows)} over or wrong. Most, but for the "
           f"{len(rows) - len(within)} with a ceiling of their own: {max(row[1] for row in within):.2f} s and "
           f"{max(row[2] for row in within):.1f} MiB. Idle: {measured.idle_of(programs[0], 'version') / measured.MIB:.1f} MiB.")
    print(f"\n{end}")
    if options.markdown:
        text = "\n".join([f"{machine(build)}.", "", HEAD, *(row[0] for row in rows), "", end, ""])
        options.markdown.write_text(text)
    return int(any(row[3] for row in rows))


if __name__ == "__main__":
    sys.exit(main())
