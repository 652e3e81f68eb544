"""Pages and the directory: where they go, when they are made, and whose place they take."""
import json
import os
import re
import shutil

import pytest

from conftest import stamps, tree

CONFIG = """\
site:
  title: Test
  url: https://example.org/
content: [content]
compress: false
"""
PAGES = ("index.html", "all/index.html", "topic/news/index.html", "topic/tools/index.html")
THEIRS = "<!DOCTYPE html>\n<meta name=\"generator\" content=\"Hugo 0.131\">\n<title>Ours</title>\n"


@pytest.fixture
def paged(site):
    site.write("outfeed.yaml", CONFIG)
    site.items(6)
    for path in (site.folder / "content").iterdir():
        os.utime(path, (1e9, 1e9))
    return site


def build(site, *arguments, warnings=0):
    result = site.build("--json", *arguments)
    assert result.status == 0, result
    assert len(result.diagnostics) == warnings, result
    return json.loads(result.out)


def changed(site, before):
    after = stamps(site.output)
    return {name for name in after.keys() | before.keys() if after.get(name) != before.get(name)}


def test_every_group_has_one(paged):
    summary = build(paged)
    files = tree(paged.output)
    assert {name for name in files if name.endswith((".html", ".opml"))} == \
        {*PAGES, "subscriptions.opml"}
    assert summary["written"] == len(files) == 3 * 3 + 5
    for name in PAGES:
        assert b'<meta name="generator" content="outfeed">' in files[name][:1024]
    assert b"outfeed" in files["subscriptions.opml"][:1024]


def test_nothing_to_do(paged):
    build(paged)
    before = stamps(paged.output)
    summary = build(paged)
    assert (summary["written"], summary["unchanged"]) == (0, len(before))
    assert stamps(paged.output) == before
    summary = build(paged, "--full")
    assert (summary["written"], summary["unchanged"]) == (0, len(before))
    assert stamps(paged.output) == before


def test_without_pages(paged):
    build(paged)
    paged.write("outfeed.yaml", CONFIG + "pages: false\n")
    build(paged)
    # As with a format that is gone, --prune is asked for.
    assert (paged.output / "index.html").exists()
    summary = build(paged, "--prune")
    assert summary["pruned"] == len(PAGES)
    assert {name for name in tree(paged.output) if not name.endswith((".xml", ".json"))} == \
        {"subscriptions.opml"}


def test_the_directory_lists_what_is_there(paged):
    build(paged)
    index, opml = paged.output / "index.html", paged.output / "subscriptions.opml"
    assert b"Tools" in index.read_bytes() and b"Tools" in opml.read_bytes()
    paged.item("new.md", title="New", category="A new one", date="2025-01-01")
    build(paged)
    assert b"A new one" in index.read_bytes() and b"A new one" in opml.read_bytes()
    (paged.folder / "content/new.md").unlink()
    build(paged)
    assert b"A new one" not in index.read_bytes() and b"A new one" not in opml.read_bytes()


def test_the_directory_is_in_the_order_of_what_people_read(site):
    """By label, whatever the slug and the path are; groupings stay in the site's order."""
    site.write("outfeed.yaml", CONFIG + "all: false\ngroups:\n  - {by: tags, path: 'tag/{slug}'}\n"
                                        "  - {by: categories, path: 'topic/{slug}'}\n")
    site.write("content/a.md", "---\ntitle: A\ndate: 2024-01-01\ntags: [b, '#A', C]\n"
                               "categorySlug: [x-imaging, y-ai, z-policy]\n"
                               "categoryLabel: [Imaging, '#ai', Health]\n---\nx\n")
    build(site)
    labels = re.findall(r"<li><a[^>]*><bdi>(.*?)</bdi>", (site.output / "index.html").read_text())
    assert labels == ["#A", "b", "C", "#ai", "Health", "Imaging"]
    listed = re.findall(r' title="Test: (.*?)"', (site.output / "subscriptions.opml").read_text())
    assert listed == labels


def test_an_edit_makes_its_own_pages(paged):
    """The directory is made without reading what it lists: the other group stays."""
    build(paged)
    before = stamps(paged.output)
    paged.item("item-2.md", title="Item 2", date="2025-03-02", category="News", body="New.\n")
    build(paged)
    assert not {name for name in changed(paged, before) if name.startswith("topic/tools/")}
    assert "all/feed.json" in changed(paged, before)


@pytest.mark.parametrize("name", ("index.html", "all/index.html", "subscriptions.opml"))
def test_a_page_that_is_gone_or_spoilt(paged, name):
    build(paged)
    path = paged.output / name
    whole = path.read_bytes()
    path.unlink()
    build(paged)
    assert path.read_bytes() == whole
    path.write_bytes(whole[:-10])
    build(paged)
    assert path.read_bytes() == whole


@pytest.mark.parametrize("name", ("index.html", "topic/news/index.html", "subscriptions.opml"))
@pytest.mark.parametrize("state", ("none", "kept", "lost", "full"))
def test_theirs_stays(paged, name, state):
    """A file that outfeed did not write, before the first build or after, state or none."""
    path = paged.output / name
    if state != "none":
        build(paged)
    if state == "lost":
        shutil.rmtree(paged.folder / ".outfeed")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(THEIRS)
    before = stamps(paged.output)
    arguments = ["--full"] if state == "full" else []
    for _ in range(3):
        result = paged.build(*arguments)
        assert result.status == 0
        [told] = result.diagnostics
        assert told["severity"] == "warning" and told["path"].endswith(name), told
        assert "not written by outfeed" in told["message"]
        assert ("pages: false" in told["message"]) == name.endswith(".html")
        assert path.read_text() == THEIRS
        assert before[name] == stamps(paged.output)[name]
        # what the item changes of the group leaves it alone too
        paged.item("item-2.md", title="Item 2", date="2025-03-02", category="News", body="New.\n")
    build(paged, "--prune", warnings=1)
    assert path.read_text() == THEIRS
    path.unlink()
    build(paged)
    assert "outfeed" in path.read_text()


def test_theirs_and_copies(paged):
    """A copy of the page that was there would be served in its stead; a copy of theirs stays."""
    paged.write("outfeed.yaml", CONFIG.replace("compress: false\n", ""))
    build(paged)
    for name in PAGES[:2]:
        assert (paged.output / f"{name}.gz").exists() and (paged.output / f"{name}.br").exists()
        (paged.output / name).write_text(THEIRS)
    (paged.output / "all/index.html.gz").write_bytes(b"theirs too")
    for _ in range(2):
        build(paged, warnings=2)
        assert (paged.output / "all/index.html.gz").read_bytes() == b"theirs too"
        left = {name for name in tree(paged.output) if "index.html" in name}
        assert left & {f"{PAGES[0]}.gz", f"{PAGES[0]}.br", f"{PAGES[1]}.br"} == set()
        assert f"{PAGES[2]}.gz" in left
    build(paged, "--prune", warnings=2)
    assert (paged.output / "all/index.html.gz").read_bytes() == b"theirs too"
    (paged.output / PAGES[0]).unlink()
    build(paged, warnings=1)
    assert (paged.output / f"{PAGES[0]}.gz").exists()


def test_theirs_and_copies_of_nobody_knows_whom(paged):
    """Without the state it is not known who made a copy, and one that is older is told of."""
    paged.write("outfeed.yaml", CONFIG.replace("compress: false\n", ""))
    build(paged)
    shutil.rmtree(paged.folder / ".outfeed")
    page = paged.output / "index.html"
    page.write_text(THEIRS)
    os.utime(page, (2e9, 2e9))
    stale = [paged.output / f"index.html{ending}" for ending in (".gz", ".br")]
    for _ in range(2):
        told = paged.build().diagnostics
        assert sorted(d["path"] for d in told) == [
            "public/index.html", "public/index.html.br", "public/index.html.gz"]
        assert "older than index.html" in told[-1]["message"]
        assert all(path.exists() for path in stale)
    stale[0].unlink()
    assert len(paged.build().diagnostics) == 2
    os.utime(stale[1], (2e9, 2e9))
    build(paged, warnings=1)


def test_theirs_without_pages(paged):
    """`pages: false` is the way out that the warning names."""
    paged.output.mkdir()
    (paged.output / "index.html").write_text(THEIRS)
    paged.write("outfeed.yaml", CONFIG + "pages: false\n")
    build(paged, "--prune")
    assert (paged.output / "index.html").read_text() == THEIRS


def test_theirs_of_any_kind(paged):
    """A folder, a link, an unreadable or an empty file: none is taken away."""
    build(paged)
    places = [paged.output / name for name in PAGES]
    for path in places:
        path.unlink()
    places[0].mkdir()
    places[1].symlink_to(paged.folder / "outfeed.yaml")
    places[2].symlink_to("nowhere")
    places[3].touch()
    build(paged, warnings=4)
    assert places[0].is_dir() and places[1].is_symlink() and places[2].is_symlink()
    assert places[3].read_bytes() == b""
    assert (paged.folder / "outfeed.yaml").read_text() == CONFIG


def test_theirs_that_speaks_of_outfeed(paged):
    """Being about outfeed is not being of it."""
    paged.output.mkdir()
    (paged.output / "index.html").write_text(THEIRS + "<!-- outfeed --> <p>by outfeed</p>")
    (paged.output / "subscriptions.opml").write_text(
        '<?xml version="1.0"?>\n<opml version="2.0"><head><title>outfeed</title></head>'
        '<!-- outfeed --></opml>\n')
    before = tree(paged.output)
    build(paged, warnings=2)
    assert tree(paged.output) | before == tree(paged.output)


def test_a_dry_run(paged):
    paged.output.mkdir()
    (paged.output / "index.html").write_text(THEIRS)
    before = tree(paged.output)
    result = paged.build("--dry-run", "-v")
    assert result.status == 0 and tree(paged.output) == before
    assert "subscriptions.opml: note: would be written" in result.err or \
        "public/subscriptions.opml" in result.err, result
    assert "all/index.html" in result.err
    assert len(result.diagnostics) == 1


def test_feeds_take_their_place(paged):
    """Feeds were always written: only pages are where a site may have its own."""
    path = paged.output / "all/atom.xml"
    path.parent.mkdir(parents=True)
    path.write_text("x")
    build(paged)
    assert path.read_text().startswith("<?xml")
