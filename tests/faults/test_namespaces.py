"""contrib/workers.py in its short form: workers in network namespaces of their own, killed at random."""
import os
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "contrib" / "workers.py"
CAP_SYS_ADMIN = 1 << 21


def may_make_namespaces():
    with open("/proc/self/status") as file:
        (line,) = [line for line in file if line.startswith("CapEff:")]
    return int(line.split()[1], 16) & CAP_SYS_ADMIN != 0


def test_workers_killed_in_their_own_networks():
    done = subprocess.run([sys.executable, SCRIPT, "--short", "--program", os.environ["OUTFEED"]],
                          capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if may_make_namespaces():
        assert done.returncode == 0, done
    else:       # where nobody may, it must say so, and not that all is well
        assert done.returncode == 2 and "namespace" in done.stderr, done
