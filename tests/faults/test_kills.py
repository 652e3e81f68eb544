"""Builds that are killed: the short form of contrib/kills.py."""
import re
import subprocess
import sys

from conftest import TESTS


def test_killed_builds():
    done = subprocess.run([sys.executable, TESTS.parent / "contrib" / "kills.py", "--kills", "25",
                           "--items", "120", "--categories", "8", "--seed", "3"],
                          capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=300)
    assert done.returncode == 0, done
    assert done.stderr == ""
    assert re.search(r"^25 kills of builds of 120 items", done.stdout, re.M), done.stdout
    assert re.search(r"^failures: 0$", done.stdout, re.M)
    counts = re.search(r"while: +(\d+) collecting, (\d+) staging, (\d+) placing", done.stdout)
    assert sum(map(int, counts.groups())) > 0
