"""Hostile items among the others change no document; contrib/hostile-build.py has 100,000."""
import os
import re
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "contrib" / "hostile-build.py"


def test_same_feeds_and_one_diagnostic_each(tmp_path):
    sanitized = "sanitize" in os.environ.get("OUTFEED_CFLAGS", "")
    done = subprocess.run(
        [sys.executable, SCRIPT, os.environ["OUTFEED"], "--items", "2000", "--percent", "12",
         "--work", tmp_path, *(["--memory", "0"] if sanitized else [])], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done
    assert "; 0 complaints" in done.stdout
    for kind in ("refused", "accepted", "images", "tree"):
        assert re.search(rf"\b[1-9]\d* {kind}\b", done.stdout), kind
