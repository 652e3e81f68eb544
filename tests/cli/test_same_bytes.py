"""The same input gives the same bytes: whatever the jobs, the order of the
folder, the locale, the time zone, and which run it is."""
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from conftest import NOW, TESTS, run_program, tree

SITES = [TESTS.parent / "feeds" / "medigy", TESTS / "golden" / "non-ascii",
         TESTS / "golden" / "hostile-slugs", TESTS / "golden" / "duplicates"]


@pytest.fixture(scope="module", params=SITES, ids=lambda path: path.name)
def reference(request, tmp_path_factory):
    """A site that stays unbuilt, its output from one plain run, and what that said."""
    site = tmp_path_factory.mktemp("reference") / "site"
    ignore = shutil.ignore_patterns("public", ".outfeed", "expected")
    shutil.copytree(request.param, site, ignore=ignore)
    result, output = build_copy(site, "-j1")
    assert output
    return site, output, result.err


def build_copy(site, *arguments, env=None, folder=None, keep=False):
    work = folder or site.parent / "work"
    if work.exists() and not keep:
        shutil.rmtree(work)
    if not work.exists():
        shutil.copytree(site, work)
    result = run_program("build", "--now", NOW, "-q", *arguments, cwd=work, env=env)
    assert result.status == 0, result
    return result, tree(work / "public")


@pytest.fixture(scope="module")
def shim(tmp_path_factory):
    library = tmp_path_factory.mktemp("shim") / "reverse_readdir.so"
    source = Path(__file__).with_name("reverse_readdir.c")
    compiler = os.environ.get("OUTFEED_CC", "cc")
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, source, "-ldl", "-lpthread"],
                   check=True)
    return library


@pytest.mark.parametrize("jobs", ["-j1", "-j2", "-j8"])
def test_jobs(reference, jobs):
    site, expected, said = reference
    result, output = build_copy(site, jobs)
    assert output == expected
    assert result.err == said


def test_second_run(reference):
    site, expected, said = reference
    build_copy(site)
    result, output = build_copy(site, keep=True)
    assert output == expected
    assert result.err == said


def test_order_of_the_folder(reference, shim, tmp_path):
    site, expected, said = reference
    used = tmp_path / "used"
    result, output = build_copy(site, env={"LD_PRELOAD": str(shim), "REVERSE_READDIR_USED": str(used)})
    assert used.exists(), "the folder was listed backwards"
    assert output == expected
    assert result.err == said


@pytest.mark.parametrize("env", [
    {"LC_ALL": "C"},
    {"LC_ALL": "C.utf8"},
    {"LC_ALL": "de_DE.UTF-8", "LANG": "de_DE.UTF-8"},
    {"LC_ALL": "tr_TR.UTF-8"},
    {"TZ": "Asia/Kolkata"},
    {"TZ": "America/St_Johns", "LC_ALL": "C.utf8"},
    {"HOME": "/nonexistent", "USER": "", "LANGUAGE": "ja"},
], ids=lambda env: ",".join(f"{k}={v}" for k, v in env.items()))
def test_environment(reference, env):
    site, expected, said = reference
    result, output = build_copy(site, env=env)
    assert output == expected
    assert result.err == said


def test_place(reference, tmp_path):
    """Nor does it matter where the site is."""
    site, expected, _ = reference
    folder = tmp_path / "a much longer path" / "with spaces ü"
    folder.parent.mkdir()
    assert build_copy(site, folder=folder)[1] == expected


def test_later(reference):
    """Nor when, as long as no item becomes due or expires."""
    site, expected, _ = reference
    assert build_copy(site, "--now", "2026-01-02T00:00:00Z")[1] == expected
