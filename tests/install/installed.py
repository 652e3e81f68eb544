"""What the tests of what is installed share: the build, installed once into a folder."""
import os
import subprocess
from pathlib import Path

from conftest import TESTS

ROOT = TESTS.parent
BUILD = Path(os.environ["OUTFEED_BUILD_DIR"])
MAN = ROOT / "contrib" / "man"


def run(*command, **options):
    """Runs a command that must succeed; what it printed."""
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, **options)
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout


def help_of(command):
    return run(os.environ["OUTFEED"], "help", command)


def commands():
    lines = run(os.environ["OUTFEED"], "help").splitlines()
    return [line.split()[0] for line in lines if line.startswith("  ")]
