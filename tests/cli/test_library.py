"""The library as others use it: the example, in this tree and installed."""
import os
import shlex
import subprocess

import pytest

from conftest import TESTS, Result

ROOT = TESTS.parent
EXPECTED = "found 4, read 3, skipped 1\n  front-matter: 1\n"


def run(*command, **options):
    done = subprocess.run(list(map(str, command)), capture_output=True, **options)
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()
    return Result(done)


def check(example, site):
    site.items()
    site.write("content/unclosed.md", "---\ntitle: x\n")
    result = run(example, site.folder)
    assert result.out.startswith(EXPECTED), result
    assert len(result.about("unclosed.md")) == 1
    assert site.titles() == ["Item 3", "Item 2", "Item 1"]
    done = subprocess.run([example, site.folder / "nowhere"], capture_output=True)
    assert done.returncode == 1
    assert b"error: " in done.stderr


def test_example_in_the_tree(site):
    check(os.path.join(os.environ["OUTFEED_BUILD_DIR"], "tests", "example"), site)


@pytest.fixture(scope="module")
def prefix(tmp_path_factory):
    folder = tmp_path_factory.mktemp("prefix")
    run("cmake", "--install", os.environ["OUTFEED_BUILD_DIR"], "--prefix", folder)
    return folder


def test_installed_program(prefix):
    out = run(prefix / "bin" / "outfeed", "version").out
    assert os.environ["OUTFEED_VERSION"] in out


def test_find_package(prefix, site, tmp_path):
    run("cmake", "-G", "Ninja", "-S", ROOT / "contrib" / "example", "-B", tmp_path / "build",
        f"-DCMAKE_PREFIX_PATH={prefix}", f"-DCMAKE_C_COMPILER={os.environ['OUTFEED_CC']}",
        f"-DCMAKE_C_FLAGS={os.environ['OUTFEED_CFLAGS']}")
    run("cmake", "--build", tmp_path / "build")
    check(tmp_path / "build" / "example", site)


def test_pkg_config(prefix, site, tmp_path):
    configs = [str(path.parent) for path in prefix.rglob("outfeed.pc")]
    assert len(configs) == 1
    env = {**os.environ, "PKG_CONFIG_PATH": configs[0]}
    flags = run("pkg-config", "--static", "--cflags", "--libs", "outfeed", env=env).out
    # where the library is installed for this test alone, the program has to be told
    folder = next(path.parent for path in prefix.rglob("liboutfeed.*") if path.suffix in (".so", ".a"))
    run(os.environ["OUTFEED_CC"], *shlex.split(os.environ["OUTFEED_CFLAGS"]), "-std=c17",
        ROOT / "contrib" / "example" / "example.c", "-o", tmp_path / "example", *flags.split(),
        f"-Wl,-rpath,{folder}")
    check(tmp_path / "example", site)
