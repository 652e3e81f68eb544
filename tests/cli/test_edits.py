"""Random edits of small sites, in a short form of what contrib/edits.py does for hours."""
import os
import subprocess
import sys

from conftest import TESTS

EDITS = TESTS.parent / "contrib" / "edits.py"


def run_edits(tmp_path, *arguments):
    return subprocess.run([sys.executable, EDITS, *map(str, arguments)], capture_output=True,
                          text=True, timeout=280, env=os.environ | {"TMPDIR": str(tmp_path)})


def test_incremental_is_full(tmp_path):
    done = run_edits(tmp_path, "--sequences", 25, "--seed", "test")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "25 sequences" in done.stdout


def test_a_difference_is_seen(tmp_path):
    """A build that does not see what changed since the first is found out."""
    program = tmp_path / "outfeed"
    program.write_text(f"""#!/bin/sh
case "$*" in
*--full*) exec {os.environ['OUTFEED']} "$@" ;;
esac
test -e .outfeed && mv content content.now && cp -a content.first content
test -e .outfeed || cp -a content content.first
{os.environ['OUTFEED']} "$@"
status=$?
test -e content.now && rm -r content && mv content.now content
exit $status
""")
    program.chmod(0o755)
    done = run_edits(tmp_path, "--sequences", 5, "--program", program)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "of seed 1:" in done.stdout
