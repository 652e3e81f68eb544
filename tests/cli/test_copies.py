"""Compressed copies: beside each document, of its bytes and its time, made when
it changes and not otherwise, gone when it is gone."""
import gzip
import json
import os
import shutil
import time

import brotli
import pytest

from conftest import stamps, tree

UNPACK = {".gz": gzip.decompress, ".br": brotli.decompress}
if os.environ.get("OUTFEED_BROTLI") == "0":     # built without
    del UNPACK[".br"]
CONFIG = """\
    site: {title: Test, url: https://example.org/}
    content: [content]
    pages: false
    """


def configure(site, more=""):
    site.write("outfeed.yaml", CONFIG + more)


def build(site, *arguments):
    time.sleep(0.03)        # older files are known by their time
    result = site.build("--json", *arguments)
    assert (result.status, result.err) == (0, ""), result
    return json.loads(result.out)


def documents(folder):
    return {name for name in tree(folder) if os.path.splitext(name)[1] not in UNPACK}


def copies(folder):
    return {name for name in tree(folder) if os.path.splitext(name)[1] in UNPACK}


def check(folder):
    """Each document has both copies, each copy a document, of one time and of its bytes."""
    files = tree(folder)
    assert documents(folder)
    assert copies(folder) == {name + ending for name in documents(folder) for ending in UNPACK}
    for name in copies(folder):
        document, ending = os.path.splitext(name)
        assert UNPACK[ending](files[name]) == files[document], name
        assert len(files[name]) < len(files[document])
        times = [(folder / path).stat().st_mtime_ns for path in (name, document)]
        assert times[0] == times[1], name


@pytest.fixture
def made(site):
    configure(site)
    site.items(3)
    build(site)
    check(site.output)
    return site


@pytest.mark.parametrize("arguments", [(), ("--full",), ("without", "a state")])
def test_what_is_right_stays(made, arguments):
    before = stamps(made.output)
    if "without" in arguments:
        shutil.rmtree(made.folder / ".outfeed")
        arguments = ()
    summary = build(made, *arguments)
    assert (summary["written"], summary["unchanged"]) == (0, len(documents(made.output)))
    assert stamps(made.output) == before


def test_only_of_what_changed(made):
    before = stamps(made.output)
    made.item("item-1.md", title="Another", date="2025-03-01", category="Tools")
    build(made)
    check(made.output)
    after = stamps(made.output)
    changed = {name for name in after if after[name] != before[name]}
    assert {os.path.dirname(name) for name in changed} == {"all", "topic/tools"}
    assert {name + ending for name in changed & documents(made.output)
            for ending in UNPACK} == changed & copies(made.output)


@pytest.mark.parametrize("how", ["deleted", "touched", "replaced", "all"])
def test_made_again(made, how):
    before = stamps(made.output)
    spoilt = {"all/rss.xml.gz", "topic/news/feed.json.br"} & copies(made.output)
    if how == "all":
        spoilt = copies(made.output)
    for name in spoilt:
        if how == "touched":
            os.utime(made.output / name)
        elif how == "replaced":
            (made.output / name).write_bytes(b"mine")
        else:
            (made.output / name).unlink()
    assert build(made)["written"] == 0
    check(made.output)
    after = stamps(made.output)
    # an inode may be used again, and the time is the document's
    assert {name for name in after if after[name] != before[name]} <= spoilt


def test_a_document_that_was_touched(made):
    """Its copies have another time then, and are made again."""
    os.utime(made.output / "all" / "atom.xml")
    build(made)
    check(made.output)


def test_removed_with_the_document(made):
    made.item("gone.md", category="Gone")
    build(made)
    check(made.output)
    (made.folder / "content" / "gone.md").unlink()
    build(made)
    assert "topic/gone/atom.xml.gz" in copies(made.output)
    assert build(made, "--prune")["pruned"] == 3
    assert not (made.output / "topic" / "gone").exists()
    check(made.output)


def test_removed_with_the_format(made):
    configure(made, "formats: [atom]\n")
    build(made, "--prune")
    check(made.output)
    assert {name for name in documents(made.output) if "/" in name} == {
        "all/atom.xml", "topic/news/atom.xml", "topic/tools/atom.xml"}


def test_switched_off_and_on(made):
    before = tree(made.output)
    configure(made, "compress: false\n")
    build(made)
    assert tree(made.output) == before
    # a document that changes loses them at once: they would be sent in its place
    made.item("item-1.md", title="Another", date="2025-03-01", category="Tools")
    build(made)
    assert {os.path.dirname(name) for name in copies(made.output)} == {"", "topic/news"}
    assert build(made, "--prune")["pruned"] == 0
    assert not copies(made.output)
    times = stamps(made.output)
    configure(made)
    assert build(made)["written"] == 0
    check(made.output)
    assert times.items() <= stamps(made.output).items()


def test_switched_off_without_a_state(made):
    configure(made, "compress: false\n")
    shutil.rmtree(made.folder / ".outfeed")
    made.item("item-1.md", title="Another", date="2025-03-01", category="Tools")
    build(made)
    assert {os.path.dirname(name) for name in copies(made.output)} == {"", "topic/news"}
    build(made, "--prune")
    assert not copies(made.output)


def test_what_is_another_s(made):
    """With compress its name is taken; without, it is let be."""
    mine = made.output / "all" / "rss.xml.gz"
    configure(made, "compress: false\n")
    build(made, "--prune")
    mine.write_bytes(b"mine")
    made.item("item-1.md", title="Another", date="2025-03-01", category="Tools")
    build(made, "--prune")
    assert copies(made.output) == {"all/rss.xml.gz"} and mine.read_bytes() == b"mine"
    configure(made)
    build(made)
    check(made.output)


def test_a_folder_in_the_place_of_a_copy(made):
    (made.output / "all" / "rss.xml.gz").unlink()
    (made.output / "all" / "rss.xml.gz").mkdir()
    before = stamps(made.output)
    made.item("item-1.md", title="Another", date="2025-03-01", category="Tools")
    result = made.build()
    assert result.status == 1
    assert [d["severity"] for d in result.about("all/rss.xml.gz")] == ["error"], result
    assert stamps(made.output) == before
    (made.output / "all" / "rss.xml.gz").rmdir()
    build(made)
    check(made.output)


def test_dry_run(site):
    configure(site)
    site.items(3)
    result = site.build("--dry-run")
    assert result.status == 0 and not site.output.exists()
    build(site)
    for name in copies(site.output):
        (site.output / name).unlink()
    before = stamps(site.output)
    assert build(site, "--dry-run")["written"] == 0
    assert stamps(site.output) == before


def test_the_same_bytes_with_any_jobs(made, tmp_path):
    before = tree(made.output)
    for jobs in ("1", "4"):
        build(made, "-o", str(tmp_path / jobs), "-j", jobs)
        assert tree(tmp_path / jobs) == before
        check(tmp_path / jobs)
