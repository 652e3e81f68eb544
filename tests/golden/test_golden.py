"""Builds the site of each folder here, and compares every byte.

A case is a folder:
    outfeed.yaml, content/, ...   the site
    expected/                     all of its output; absent when there is none. The list of
                                  feeds is compared only where it is there
    stderr                        all of stderr, when the file is there
    exit                          the exit status, default 0
    args                          more arguments of `outfeed build`, one a line

Adding a case needs no code: make the folder, run with UPDATE_GOLDEN=1 (or
--update), and read what was written before it is committed.
"""
import os
import shutil
import sys
from pathlib import Path

import pytest

from conftest import NOW, TESTS, run_program, tree

sys.path.insert(0, str(TESTS / "readers"))
import feedcheck  # noqa: E402

HERE = Path(__file__).resolve().parent
CASES = sorted(path.parent.name for path in HERE.glob("*/outfeed.yaml"))
# In every output, and the subject of few cases.
OPML = "subscriptions.opml"
# Of a case, not of its site.
ASIDE = ("expected", "stderr", "exit", "args")


def read_text(path, default):
    return path.read_text("utf-8") if path.exists() else default


def differences(expected, actual):
    """What to tell of two trees that should be one."""
    for name in sorted(expected.keys() | actual.keys()):
        if name not in actual:
            yield f"{name}: missing"
        elif name not in expected:
            yield f"{name}: unexpected"
        elif actual[name] != expected[name]:
            old, new = expected[name].split(b"\n"), actual[name].split(b"\n")
            number = next((n for n, (a, b) in enumerate(zip(old, new)) if a != b),
                          min(len(old), len(new)))
            yield (f"{name}:{number + 1}:\n  expected {old[number:number + 1]}\n"
                   f"  actual   {new[number:number + 1]}")


def update(case, result, actual):
    shutil.rmtree(case / "expected", ignore_errors=True)
    for name, data in actual.items():
        path = case / "expected" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    if (case / "stderr").exists():
        (case / "stderr").write_text(result.err, "utf-8")


def test_there_are_cases():
    assert CASES


@pytest.mark.parametrize("name", CASES)
def test_golden(name, tmp_path, request):
    case = HERE / name
    site = tmp_path / name
    shutil.copytree(case, site, ignore=lambda folder, names:
                    ASIDE if Path(folder) == case else ())
    arguments = read_text(case / "args", "").split("\n")
    result = run_program("build", "--now", NOW, *filter(None, arguments), cwd=site)
    actual = tree(site / "public")
    if not (case / "expected" / OPML).exists():
        actual.pop(OPML, None)
    if request.config.getoption("--update") or os.environ.get("UPDATE_GOLDEN"):
        update(case, result, actual)
    assert result.status == int(read_text(case / "exit", "0")), result
    if (case / "stderr").exists():
        assert result.err == (case / "stderr").read_text("utf-8")
    assert list(differences(tree(case / "expected"), actual)) == []
    if actual:
        assert list(feedcheck.check(site / "public")) == []
