"""What is removed, and when: documents that outfeed wrote for what is gone, by
--prune alone. What a dry run says, and that it does nothing."""
import os
import shutil
import time

import pytest

from conftest import of_groups, stamps, tree

FORMATS = {"atom": "atom.xml", "rss": "rss.xml", "json": "feed.json"}


def build(site, *arguments):
    time.sleep(0.03)        # older files are known by their time
    result, summary = of_groups(site, lambda: site.build("--json", *arguments))
    assert result.status == 0, result
    return summary


def configure(site, text):
    site.write("outfeed.yaml", "site: {title: Test, url: https://example.org/}\n"
                               "content: [content]\npages: false\ncompress: false\n" + text)


def folders(site):
    return {str(path.relative_to(site.output)) for path in site.output.rglob("*") if path.is_dir()}


@pytest.fixture
def gone(site):
    """A site whose category Gone is no more."""
    site.items(3)
    site.item("gone.md", title="Gone", category="Gone")
    build(site)
    (site.folder / "content" / "gone.md").unlink()
    return site


def test_only_when_asked(gone):
    assert build(gone)["pruned"] == 0
    assert set(FORMATS.values()) == {path.name for path in
                                     (gone.output / "topic" / "gone").iterdir()}
    for arguments in ((), ("--full",)):
        build(gone, *arguments)
        assert (gone.output / "topic" / "gone" / "atom.xml").exists()
    before = stamps(gone.output)
    assert build(gone, "--prune")["pruned"] == 3
    assert folders(gone) == {"all", "topic", "topic/news", "topic/tools"}
    assert stamps(gone.output) == {name: stamp for name, stamp in before.items()
                                   if "gone" not in name}
    assert build(gone, "--prune")["pruned"] == 0


def test_in_the_folder_that_it_is_about(gone):
    """What is built elsewhere meanwhile is neither that folder nor makes it forgotten."""
    elsewhere = gone.folder / "elsewhere"
    before = stamps(gone.output)
    assert build(gone, "--prune", "-o", str(elsewhere))["pruned"] == 0
    gone.item("gone.md", title="Gone", category="Gone")
    build(gone, "-o", str(elsewhere))
    (gone.folder / "content" / "gone.md").unlink()
    elsewhere = elsewhere.rename(gone.folder / "renamed")
    assert build(gone, "--prune", "-o", str(elsewhere))["pruned"] == 3
    assert stamps(gone.output) == before
    assert build(gone, "--prune")["pruned"] == 3


def test_in_the_run_that_loses_it(gone):
    summary = build(gone, "--prune")
    assert (summary["pruned"], summary["written"]) == (3, 3)
    assert "topic/gone" not in folders(gone)


def test_the_last_of_a_folder(site):
    site.items(3)
    site.item("deep.md", categorySlug=["deep"], categoryLabel=["Deep"],
              categoryUrl=["very/deep/down"])
    build(site)
    assert "very/deep/down" in folders(site)
    (site.folder / "content" / "deep.md").unlink()
    assert build(site, "--prune")["pruned"] == 3
    assert "very" not in folders(site)
    assert "topic" in folders(site)


def test_what_users_put_there_stays(gone):
    mine = {"topic/gone/notes.txt": b"mine", "topic/gone/sub/atom.xml": b"mine too",
            "topic/other/atom.xml": b"never outfeed's", "index.html": b"home"}
    for name, content in mine.items():
        gone.write(f"public/{name}", content)
    assert build(gone, "--prune")["pruned"] == 3
    left = tree(gone.output)
    assert mine.items() <= left.items()
    assert not [name for name in left if name.startswith("topic/gone/") and name not in mine]


@pytest.mark.parametrize("how", ["write", "replace", "append"])
def test_what_users_replaced_stays(gone, how):
    path = gone.output / "topic" / "gone" / "rss.xml"
    if how == "write":
        path.write_bytes(b"?" * path.stat().st_size)
    elif how == "append":
        with open(path, "ab") as file:
            file.write(b"\n")
    else:
        shutil.copy(path, path.with_name("copy"))
        os.replace(path.with_name("copy"), path)
    before = path.read_bytes()
    assert build(gone, "--prune")["pruned"] == 2
    assert path.read_bytes() == before
    assert build(gone, "--prune")["pruned"] == 0
    assert path.read_bytes() == before


def test_what_users_removed(gone):
    shutil.rmtree(gone.output / "topic" / "gone")
    assert build(gone, "--prune")["pruned"] == 0
    assert not (gone.output / "topic" / "gone").exists()


def test_a_link_out_of_the_output_is_not_followed(gone, tmp_path):
    shutil.move(gone.output / "topic" / "gone", tmp_path / "outside")
    (gone.output / "topic" / "gone").symlink_to(tmp_path / "outside")
    assert build(gone, "--prune")["pruned"] == 0
    assert {path.name for path in (tmp_path / "outside").iterdir()} == set(FORMATS.values())


def test_formats_that_are_gone(site):
    site.items(2)
    build(site)
    configure(site, "formats: [rss]\n")
    assert build(site)["pruned"] == 0
    assert (site.output / "all" / "atom.xml").exists()
    summary = build(site, "--prune")
    assert (summary["pruned"], summary["written"], summary["unchanged"]) == (6, 0, 3)
    assert {path.rpartition("/")[2] for path in tree(site.output)} == \
        {"rss.xml", "subscriptions.opml"}
    configure(site, "")
    assert build(site, "--prune")["written"] == 6
    assert len(tree(site.output)) == 10


def test_the_feed_of_all_items(site):
    site.items(2)
    build(site)
    configure(site, "all: false\n")
    assert build(site, "--prune")["pruned"] == 3
    assert folders(site) == {"topic", "topic/news", "topic/tools"}


def test_another_path(site):
    site.items(2)
    build(site)
    configure(site, "groups: [{by: categories, path: 'c/{slug}'}]\n")
    assert build(site, "--prune")["pruned"] == 6
    assert folders(site) == {"all", "c", "c/news", "c/tools"}


def test_back_before_it_was_pruned(gone):
    build(gone)
    before = stamps(gone.output / "topic" / "gone")
    gone.item("again.md", title="Gone", category="Gone")
    build(gone, "--prune")
    assert gone.titles("topic/gone") == ["Gone"]
    gone.item("again.md", title="Again", category="Gone")
    build(gone, "--prune")
    assert gone.titles("topic/gone") == ["Again"]
    assert stamps(gone.output / "topic" / "gone") != before


def test_a_state_that_is_gone_knows_nothing(gone):
    """Then nobody can say whose these documents are: they stay."""
    build(gone)
    shutil.rmtree(gone.folder / ".outfeed")
    before = tree(gone.output)
    assert build(gone, "--prune")["pruned"] == 0
    assert tree(gone.output) == before


def test_two_sites_one_output(site):
    """Each prunes its own."""
    site.items(2)
    other = site.folder / "other"
    other.mkdir()
    (other / "content").mkdir()
    (other / "outfeed.yaml").write_text(
        "site: {title: Other, url: https://example.org/}\ncontent: [content]\n"
        "output: ../public\nall: false\npages: false\ngroups: [{by: categories, path: 'other/{slug}'}]\n")
    item = other / "content" / "a.md"
    item.write_text("---\ntitle: A\ndate: 2025-01-01\ncategory: X\n---\n")
    build(site)
    build(site, "other")
    build(site, "--prune")
    assert (site.output / "other" / "x" / "atom.xml").exists()
    item.write_text("---\ntitle: A\ndate: 2025-01-01\ncategory: Y\n---\n")
    assert build(site, "other", "--prune")["pruned"] == 3
    assert folders(site) == {"all", "topic", "topic/news", "topic/tools", "other", "other/y"}


# Dry runs.

def snapshot(site):
    """All that a run could write, but for who last held the lock."""
    found = stamps(site.folder) | tree(site.folder)
    found.pop(".outfeed/lock", None)
    return found, folders(site) if site.output.exists() else None


def test_a_dry_run_leaves_nothing(site):
    site.items(3)
    before = snapshot(site)
    summary = build(site, "--dry-run", "--prune", "--export-ids")
    assert summary["written"] == 9
    assert snapshot(site) == before
    assert not (site.folder / ".outfeed").exists()
    assert not site.output.exists()


@pytest.mark.parametrize("change", ["nothing", "edit", "gone", "new", "format", "full", "mended"])
def test_a_dry_run_predicts(gone, change):
    extra = []
    if change != "gone":
        gone.item("gone.md", title="Gone", category="Gone")
    build(gone)
    if change == "edit":
        gone.item("item-1.md", title="Changed", category="Tools")
    elif change == "gone":
        gone.item("item-2.md", category="Tools")
    elif change == "new":
        gone.item("new.md", category="New")
    elif change == "format":
        configure(gone, "formats: [json]\n")
    elif change == "full":
        extra = ["--full"]
    elif change == "mended":
        (gone.output / "all" / "atom.xml").write_text("x")
        shutil.rmtree(gone.output / "topic" / "tools")
    time.sleep(0.03)
    before = snapshot(gone)
    for _ in range(2):
        dry = build(gone, "--dry-run", "--prune", *extra)
        assert snapshot(gone) == before
    real = build(gone, "--prune", *extra)
    for key in ("found", "read", "fresh", "written", "unchanged", "pruned", "feeds"):
        assert dry[key] == real[key], key
    expected = {"nothing": (0, 0), "edit": (6, 0), "gone": (6, 6), "new": (6, 0),
                "format": (0, 8), "full": (0, 0), "mended": (4, 0)}[change]
    assert (real["written"], real["pruned"]) == expected


def test_a_dry_run_leaves_a_damaged_state(site):
    site.items(2)
    build(site)
    state = site.folder / ".outfeed" / "state.db"
    state.write_text("no database")
    before = snapshot(site)
    assert build(site, "--dry-run")["unchanged"] == 9
    assert snapshot(site) == before
