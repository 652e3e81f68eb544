"""Archives by month (RFC 5005): every item is reached, once, and the past stays as it is."""
import json
import os
import sys

import pytest
from lxml import etree

from conftest import NOW, TESTS, run_program, stamps, tree

sys.path.insert(0, str(TESTS / "readers"))
import feedcheck  # noqa: E402

URL = "https://example.org/"
ATOM = {"a": "http://www.w3.org/2005/Atom"}
CONFIG = """\
site:
  title: Test
  url: https://example.org/
content: [content]
archive: month
compress: false
"""
FILES = ("atom.xml", "rss.xml", "feed.json")

# How many items each month has, the oldest first.
SPREADS = {
    "one": {"2024-03": 1},
    "even": {"2024-01": 5, "2024-02": 5, "2024-03": 5, "2024-04": 5},
    "gaps": {"2019-12": 1, "2022-06": 3, "2024-03": 2, "2024-12": 7},
    "crowded": {"2024-01": 3, "2024-02": 120, "2024-03": 2},
    "overflowing": {"2024-01": 3, "2024-02": 350},
    "one month": {"2024-05": 60},
    "singles": {f"2024-{month:02}": 1 for month in range(1, 13)},
}


def make(site, spread, limit=50, more=""):
    site.write("outfeed.yaml", CONFIG + f"limit: {limit}\n" + more)
    for month, count in spread.items():
        for number in range(count):
            add(site, month, number)


def add(site, month, number, age=100, **more):
    day, minute = divmod(number, 60)
    path = site.item(f"{month}-{number}.md", title=f"{month} {number}",
                     date=f"{month}-{day + 1:02}T12:{minute:02}:00Z", **more)
    stamp = path.stat().st_mtime - age
    os.utime(path, (stamp, stamp))      # long enough ago to be known by it
    return path


def build(site, *arguments):
    result = site.build(*arguments)
    assert result.status == 0, result
    return result


def items_of(spread):
    return sorted(f"{month} {number}" for month, count in spread.items() for number in range(count))


class Document:
    """What a reader sees of one document, whatever its format."""

    def __init__(self, site, address):
        assert address.startswith(URL)
        path = site.output / address[len(URL):]
        if path.name.endswith(".json"):
            root = json.loads(path.read_text("utf-8"))
            self.entries = [(e["id"], e["title"]) for e in root["items"]]
            self.before, self.after = root.get("next_url"), None
            return
        root = etree.parse(str(path)).getroot()
        where = root if path.name.endswith("atom.xml") else root.find("channel")
        self.entries = [
            (e.findtext("a:id", None, ATOM) or e.findtext("guid"),
             e.findtext("a:title", None, ATOM) or e.findtext("title"))
            for e in where.findall("a:entry", ATOM) + where.findall("item")]
        links = {link.get("rel"): link.get("href") for link in where.findall("a:link", ATOM)}
        self.before, self.after = links.get("prev-archive"), links.get("next-archive")
        self.current = links.get("current")


def walk(site, path="all", file="atom.xml"):
    """The documents from the live one back, by prev-archive or next_url."""
    address, seen = f"{URL}{path}/{file}", []
    while address is not None:
        assert address not in seen, seen
        seen.append(address)
        document = Document(site, address)
        yield document
        address = document.before


def titles(documents):
    return [title for document in documents for _, title in document.entries]


@pytest.mark.parametrize("limit", (1, 3, 50))
@pytest.mark.parametrize("name", SPREADS)
def test_every_item_once(site, name, limit):
    make(site, SPREADS[name], limit)
    build(site)
    for file in FILES:
        documents = list(walk(site, file=file))
        found = titles(documents)
        assert len(documents[0].entries) >= min(limit, len(items_of(SPREADS[name])))
        assert sorted(found) == items_of(SPREADS[name]), documents[0].entries
        ids = [entry[0] for document in documents for entry in document.entries]
        assert len(set(ids)) == len(set(found))
    assert list(feedcheck.check(site.output)) == []


def test_a_month_that_is_too_large_to_fill_up(site):
    """The live document ends with the part of it that it has begun."""
    make(site, SPREADS["crowded"], 3)
    build(site)
    documents = list(walk(site))
    assert [len(document.entries) for document in documents] == [22, 100, 3]
    assert documents[0].before == f"{URL}all/archive/2024-02.atom.xml"
    assert Document(site, f"{URL}all/archive/2024-02.2.atom.xml").entries \
        == documents[0].entries[2:]


@pytest.mark.parametrize("name", SPREADS)
def test_forward(site, name):
    spread = SPREADS[name]
    make(site, spread, 3)
    build(site)
    for file in FILES[:2]:
        address = f"{URL}all/archive/{min(spread)}.{file}"
        found = []
        while address is not None:
            document = Document(site, address)
            assert document.current == f"{URL}all/{file}"
            found = titles([document]) + found
            address = document.after
        assert sorted(found) == items_of(spread)
        assert len(found) == len(set(found))


def changed(site, before):
    """What is not what it was, and what is new, by bytes; nothing else may be touched."""
    after = stamps(site.output)
    assert before.keys() <= after.keys()
    return {name for name in after if before.get(name) != after[name]}


def feeds_changed(site, before):
    return changed(site, before) - {"subscriptions.opml"}


def xml_of(name):
    """JSON Feed has no link to the month after."""
    return {document for document in documents_of(name) if document.endswith("xml")}


def documents_of(name, paths=("all", "topic/news")):
    prefix = f"archive/{name}." if name else ""
    return {f"{path}/{prefix}{file}" for path in paths for file in FILES}


@pytest.fixture
def built(site):
    """Three months, the newest of which the live documents show."""
    make(site, {"2024-01": 3, "2024-02": 3, "2024-03": 3}, 2, "pages: false\n")
    build(site)
    assert build(site).out.count("0 documents written") == 1
    return site


def test_a_newest_item(built):
    before = stamps(built.output)
    add(built, "2024-03", 9)
    build(built)
    assert feeds_changed(built, before) == documents_of("") | documents_of("2024-03")


def test_a_new_month(built):
    """The newest month gets a link to the one after it; the months before stay."""
    before = stamps(built.output)
    add(built, "2024-06", 1)
    build(built)
    assert feeds_changed(built, before) == \
        documents_of("") | xml_of("2024-03") | documents_of("2024-06")
    assert len(titles(walk(built))) == 10


def test_a_new_category(built):
    """What is no item of a group leaves its archive alone."""
    before = stamps(built.output)
    add(built, "2024-03", 9, category="Tools")
    build(built)
    paths = ("all", "topic/tools")
    assert feeds_changed(built, before) == \
        documents_of("", paths) | documents_of("2024-03", paths)


def test_an_edit_of_a_past_month(built):
    before = stamps(built.output)
    add(built, "2024-01", 1, age=50, body="Other text.\n")
    build(built)
    assert feeds_changed(built, before) == documents_of("2024-01")


def test_an_edit_of_an_item_that_is_shown(built):
    before = stamps(built.output)
    add(built, "2024-03", 2, age=50, body="Other text.\n")
    build(built)
    assert feeds_changed(built, before) == documents_of("") | documents_of("2024-03")


def test_a_backdated_item(built):
    """A month between others: both get other neighbours, and nobody else."""
    before = stamps(built.output)
    add(built, "2023-07", 1)
    build(built)
    assert feeds_changed(built, before) == documents_of("2023-07") | documents_of("2024-01")
    before = stamps(built.output)
    add(built, "2023-10", 1)
    build(built)
    assert feeds_changed(built, before) == \
        xml_of("2023-07") | documents_of("2023-10") | documents_of("2024-01")
    assert len(titles(walk(built))) == len(set(titles(walk(built)))) == 11


def test_a_month_that_is_empty_now(built):
    before = stamps(built.output)
    for path in (built.folder / "content").glob("2024-02-*"):
        path.unlink()
    build(built)
    # What is gone stays until --prune, as groups do, and nothing leads there.
    assert feeds_changed(built, before) == \
        documents_of("") | xml_of("2024-01") | documents_of("2024-03")
    assert len(list(walk(built))) == 2
    result = build(built, "--prune")
    assert "6 documents pruned" in result.out or "6 pruned" in result.out, result
    assert before.keys() - stamps(built.output).keys() == documents_of("2024-02")
    # It is made again when it has items again, and pruned documents are not missed.
    add(built, "2024-02", 1)
    build(built)
    assert before.keys() == stamps(built.output).keys()
    assert len(titles(walk(built))) == 7


def test_a_document_that_is_gone_or_changed(built):
    path = built.output / "all/archive/2024-01.rss.xml"
    whole = path.read_bytes()
    path.unlink()
    before = stamps(built.output)
    build(built)
    assert changed(built, before) == {"all/archive/2024-01.rss.xml"}
    path.write_bytes(b"x")
    build(built)
    assert path.read_bytes() == whole


def test_the_archive_ends(built):
    built.write("outfeed.yaml", (built.folder / "outfeed.yaml").read_text().replace(
        "archive: month", "archive: none"))
    build(built, "--prune")
    assert not list(built.output.rglob("archive"))
    assert [document.before for document in walk(built)] == [None]


def test_one_format(site):
    make(site, SPREADS["even"], 3, "formats: [json]\npages: false\n")
    build(site)
    assert sorted(titles(walk(site, file="feed.json"))) == items_of(SPREADS["even"])
    site.write("outfeed.yaml", CONFIG + "limit: 3\nformats: [atom]\npages: false\n")
    build(site, "--prune")
    assert {path.name.split(".", 1)[1] for path in site.output.rglob("archive/*")} == {"atom.xml"}


def test_hubs_know_the_live_documents(site):
    make(site, SPREADS["even"], 3, "hubs: [https://hub.example.org/]\n")
    build(site)
    for name, data in tree(site.output / "all").items():
        if name != "index.html":
            assert (b"hub.example.org" in data) == ("archive/" not in name), name
    assert list(feedcheck.check(site.output)) == []


def test_the_clock_decides_nothing(site, tmp_path):
    make(site, SPREADS["gaps"], 3)
    build(site)
    before = stamps(site.output)
    assert site.build(now="2029-01-01T00:00:00Z").status == 0
    assert stamps(site.output) == before


def test_a_draft_and_a_broken_item(built):
    """What is left out when it is read is left out of its month, which stays linked."""
    add(built, "2024-02", 0, age=50, draft=True)
    built.write("content/2024-02-1.md", "---\ntitle: [\n---\n")
    built.build()
    assert sorted(titles(walk(built))) == items_of({"2024-01": 3}) + \
        ["2024-02 2"] + items_of({"2024-03": 3})


def test_a_month_whose_items_all_fail(site):
    """They fail when they are read for it, and the months beside it know of it: no gap."""
    make(site, {"2024-01": 2, "2024-03": 2}, 1, "pages: false\n")
    add(site, "2024-02", 0, body="<b>" * 300)
    result = site.build()
    assert result.status == 0 and "2024-02-0.md" in result.err, result
    documents = list(walk(site))
    assert [len(document.entries) for document in documents] == [2, 0, 2]
    # What was published of it stays, once there was something.
    add(site, "2024-02", 0, age=50)
    build(site)
    before = stamps(site.output)
    add(site, "2024-02", 0, age=20, body="<b>" * 300)
    site.build()
    assert feeds_changed(site, before) == set()
    assert len(titles(walk(site))) == 5


def test_a_month_of_many_items_has_parts(site):
    """In memory is one part at most; a full one stays when the month grows."""
    count = 345
    make(site, {}, 10, "pages: false\nformats: [atom]\n")
    for number in range(count):
        minutes = number * 17
        path = site.item(f"i{number}.md", title=f"{number}", category="",
                         date=f"2024-01-{minutes // 1440 + 1:02}T"
                              f"{minutes // 60 % 24:02}:{minutes % 60:02}:00Z")
        os.utime(path, (1e9, 1e9))
    build(site)
    documents = list(walk(site))
    assert [len(document.entries) for document in documents] == [45, 100, 100, 100]
    assert sorted(titles(documents), key=int) == [str(n) for n in range(count)]
    assert [path.name for path in sorted((site.output / "all/archive").iterdir())] == \
        ["2024-01.2.atom.xml", "2024-01.3.atom.xml", "2024-01.4.atom.xml", "2024-01.atom.xml"]
    before = stamps(site.output)
    path = site.item("new.md", title="new", category="", date="2024-01-31T00:00:00Z")
    os.utime(path, (1e9, 1e9))
    build(site)
    assert feeds_changed(site, before) == {"all/atom.xml", "all/archive/2024-01.4.atom.xml"}
    assert list(feedcheck.check(site.output)) == []


def test_full_is_incremental(built, tmp_path):
    """What many small steps leave is what one build makes."""
    for step, (month, number) in enumerate((("2024-03", 8), ("2022-01", 1), ("2024-04", 2))):
        add(built, month, number, age=90 - step)
        build(built)
    (built.folder / "content/2024-01-0.md").unlink()
    build(built, "--prune")
    whole = run_program("build", "--now", NOW, "--full", "-o", tmp_path / "whole",
                        cwd=built.folder)
    assert whole.status == 0, whole
    assert tree(tmp_path / "whole") == tree(built.output)


def test_groups_named_as_an_archive(site):
    """A group may be called archive, and none may be where another's documents go."""
    site.write("outfeed.yaml", CONFIG + "groups:\n  - {by: tags, path: 'x/{slug}'}\n"
                                        "  - {by: categories, path: 'x/{slug}'}\n")
    site.write("content/a.md", "---\ntitle: A\ndate: 2024-01-01\ntags: [archive]\n"
                               "categorySlug: [one, two]\ncategoryLabel: [One, Two]\n"
                               "categoryUrl: [x/archive/2024-01.atom.xml, x/archive/2024-01]\n"
                               "---\nx\n")
    result = site.build()
    assert any("the name of a document in it" in d["message"] for d in result.diagnostics), result
    assert (site.output / "x/archive/archive/2024-01.atom.xml").is_file()
    assert (site.output / "x/archive/2024-01/atom.xml").is_file()
    assert list(feedcheck.check(site.output)) == []


def test_by_default_there_is_none(site):
    site.items()
    result = site.build()
    assert not list(site.output.rglob("archive")) and result.err == "", result
