"""The library's examples, built as their readers would, against an installed outfeed: by
find_package and by pkg-config. What they print is in examples/."""
import os
import shlex
import shutil
import subprocess

import pytest

from conftest import TESTS, tree

ROOT = TESTS.parent
SOURCE = ROOT / "contrib" / "examples"
EXPECTED = TESTS / "cli" / "examples"
PROGRAMS = ["digest", "history", "own-data", "site"]
COUNTS = "found 4, read 3, skipped 1\n  front-matter: 1\n"
# A sanitizer's runtime, where outfeed was built with one.
CFLAGS = os.environ["OUTFEED_CFLAGS"]


def run(*command, **options):
    done = subprocess.run(list(map(str, command)), capture_output=True, **options)
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()
    return done.stdout.decode("utf-8")


@pytest.fixture(scope="module")
def prefix(tmp_path_factory):
    folder = tmp_path_factory.mktemp("prefix")
    run("cmake", "--install", os.environ["OUTFEED_BUILD_DIR"], "--prefix", folder)
    return folder


def by_find_package(prefix, folder):
    run("cmake", "-G", "Ninja", "-S", SOURCE, "-B", folder, f"-DCMAKE_PREFIX_PATH={prefix}",
        f"-DCMAKE_C_COMPILER={os.environ['OUTFEED_CC']}",
        f"-DCMAKE_C_FLAGS={CFLAGS} -Wall -Wextra -Werror")
    run("cmake", "--build", folder, "-j", "2")


def by_pkg_config(prefix, folder):
    shutil.copytree(SOURCE, folder)
    config, = prefix.rglob("outfeed.pc")
    run("make", "-C", folder, f"CC={os.environ['OUTFEED_CC']}",
        f"CFLAGS={CFLAGS} -Wall -Wextra -Werror",
        f"PKG_CONFIG=pkg-config --static --define-variable=prefix={prefix}",
        env={**os.environ, "PKG_CONFIG_PATH": str(config.parent)})


@pytest.fixture(scope="module", params=[by_find_package, by_pkg_config],
                ids=lambda how: how.__name__)
def built(request, prefix, tmp_path_factory):
    """example(NAME, ARGUMENT...) runs one of them."""
    folder = tmp_path_factory.mktemp("examples") / "build"
    request.param(prefix, folder)
    library = next(prefix.rglob("liboutfeed.[as]*")).parent

    def example(name, *arguments, **options):
        env = {**os.environ, "LD_LIBRARY_PATH": str(library)}
        return run(folder / name, *arguments, env=env, **options)
    example.folder, example.library = folder, library
    return example


def expected(name):
    return (EXPECTED / name).read_text("utf-8")


def check_site(example, site):
    """A whole site, one of whose items is broken; then one that is not there."""
    site.items()
    site.write("content/unclosed.md", "---\ntitle: x\n")
    done = subprocess.run([example, site.folder], capture_output=True, text=True)
    assert done.returncode == 0 and done.stdout.startswith(COUNTS), done
    assert len([line for line in done.stderr.splitlines() if "unclosed.md" in line]) == 1
    assert site.titles() == ["Item 3", "Item 2", "Item 1"]
    done = subprocess.run([example, site.folder / "nowhere"], capture_output=True)
    assert done.returncode == 1
    assert b"error: " in done.stderr


def test_a_site_by_the_library_of_the_tree(site):
    check_site(os.path.join(os.environ["OUTFEED_BUILD_DIR"], "tests", "example-site"), site)


def test_a_site_by_the_installed_library(built, site, tmp_path):
    runner = tmp_path / "run"
    runner.write_text(f"#!/bin/sh\nexec env LD_LIBRARY_PATH={built.library} {built.folder}/site \"$@\"\n")
    runner.chmod(0o755)
    check_site(runner, site)


def test_plain_c17_and_one_line_of_pkg_config(prefix, site, tmp_path):
    config, = prefix.rglob("outfeed.pc")
    flags = run("pkg-config", "--static", "--cflags", "--libs", "outfeed",
                env={**os.environ, "PKG_CONFIG_PATH": str(config.parent)})
    # where the library is installed for this test alone, the program has to be told
    folder = next(path.parent for path in prefix.rglob("liboutfeed.*") if path.suffix in (".so", ".a"))
    run(os.environ["OUTFEED_CC"], *shlex.split(CFLAGS), "-std=c17", SOURCE / "site.c",
        "-o", tmp_path / "site-example", *flags.split(), f"-Wl,-rpath,{folder}")
    check_site(tmp_path / "site-example", site)


def test_the_installed_program(prefix):
    assert os.environ["OUTFEED_VERSION"] in run(prefix / "bin" / "outfeed", "version")


@pytest.mark.parametrize("format", ["atom", "rss", "json"])
def test_a_feed_without_files(built, format):
    assert built("own-data", format) == expected(f"own-data.{format}")


def test_a_format_of_ones_own(built, site):
    site.item("a.md", title="Ä: the first", date="2025-03-01", description="word " * 30)
    site.item("b.md", title="The second", date="2025-03-02", category="Tools",
              link="https://example.net/b", description="Short.")
    site.write("outfeed.yaml", site.CONFIG.replace("compress: false", "compress: true"))
    assert built("digest", site.folder) == "3 feeds, 13 documents written, 0 unchanged\n"
    assert (site.output / "all" / "digest.txt").read_text("utf-8") == expected("digest.txt")
    found = {name for name in tree(site.output) if "digest" in name}
    assert found >= {"all/digest.txt", "topic/news/digest.txt", "topic/tools/digest.txt",
                     "all/digest.txt.gz"}
    before = tree(site.output)
    assert built("digest", site.folder) == "3 feeds, 0 documents written, 13 unchanged\n"
    assert tree(site.output) == before
    # outfeed itself knows nothing of it, and takes it away when it is told to
    assert site.build("--prune").status == 0
    assert not [name for name in tree(site.output) if "digest" in name]
    assert site.titles() == ["The second", "Ä: the first"]


def test_a_verdict_over_ones_own_history(built):
    with (SOURCE / "checks.txt").open("rb") as checks:
        assert built("history", stdin=checks) == expected("history.txt")


def test_a_history_that_is_none():
    """The examples say what is wrong, with a status."""
    done = subprocess.run([os.path.join(os.environ["OUTFEED_BUILD_DIR"], "tests", "example-history")],
                          input=b"1735689600 no-such-word https://example.org/\n", capture_output=True)
    assert done.returncode == 1 and done.stdout == b""
    assert done.stderr.startswith(b"history: not understood")


@pytest.mark.parametrize("name", PROGRAMS)
def test_an_example_is_short(name):
    assert len((SOURCE / f"{name}.c").read_text().splitlines()) < 120
