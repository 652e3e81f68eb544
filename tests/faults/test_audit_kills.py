"""Audits that are killed: the short form of contrib/audit-kills.py."""
import re
import subprocess
import sys

from conftest import TESTS


def test_killed_audits():
    done = subprocess.run([sys.executable, TESTS.parent / "contrib" / "audit-kills.py", "--kills", "8",
                           "--links", "100", "--seed", "4"],
                          capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=300)
    assert done.returncode == 0, done
    assert done.stderr == ""
    assert re.search(r"^8 kills of audits of 100 links", done.stdout, re.M), done.stdout
    assert re.search(r"^failures: 0$", done.stdout, re.M)
    counts = re.search(r"while: +(\d+) before the first check, (\d+) checking", done.stdout)
    assert int(counts[2]) > 0
