"""subscriptions.opml: valid, complete, the same while the feeds are, and taken by readers."""
import subprocess
from urllib.parse import unquote, urlsplit

import pytest
from lxml import etree

from conftest import TESTS

SCHEMA = etree.XMLSchema(etree.parse(str(TESTS / "schemas" / "opml.xsd")))
SEVERAL = """\
    site:
      title: "The <Gazette> & Co"
      url: https://example.org/sub/
    content: [content]
    groups:
      - {by: categories, path: "topic/{slug}"}
      - {by: params.series_name, path: "series/{slug}"}
    formats: [FORMATS]
    """


def opml(site):
    return site.output / "subscriptions.opml"


def read(site):
    tree = etree.parse(str(opml(site)))
    assert SCHEMA.validate(tree), SCHEMA.error_log
    return tree


def addresses(tree):
    return tree.xpath("//@xmlUrl")


def documents(site, file):
    """The address of every document of that name in the output."""
    return sorted(str(path.relative_to(site.output)) for path in site.output.rglob(file)
                  if "archive" not in path.parts)


@pytest.fixture
def several(site):
    site.write("outfeed.yaml", SEVERAL.replace("FORMATS", "json, rss, atom"))
    site.item("a.md", category="R&D \"<b>\"", params={"series_name": "One"})
    site.item("b.md", title="Two", category="Zürich", params={"series_name": "Two"})
    site.item("c.md", title="Three", date="2025-04-05", category="Zürich")
    assert site.build().status == 0
    return site


def test_every_feed_once(several):
    tree = read(several)
    base = "https://example.org/sub/"
    assert all(address.startswith(base) for address in addresses(tree))
    found = [unquote(address[len(base):]) for address in addresses(tree)]
    assert sorted(found) == documents(several, "atom.xml") and len(found) == 5
    assert found[0] == "all/atom.xml"
    for address, page in zip(found, tree.xpath("//outline[@xmlUrl]/@htmlUrl")):
        folder = unquote(page[len(base):])
        assert address == folder + "atom.xml"
        assert (several.output / folder / "index.html").is_file()


def test_groupings_hold_their_feeds(several):
    tree = read(several)
    assert tree.xpath("/opml/body/outline/@text") == [
        "The <Gazette> & Co: Everything", "Categories", "Series name"]
    assert tree.xpath("/opml/body/outline[2]/outline/@text") == [
        'The <Gazette> & Co: R&D "<b>"', "The <Gazette> & Co: Zürich"]
    assert len(tree.xpath("/opml/body/outline[3]/outline")) == 2


@pytest.mark.parametrize("formats, file", [("json", "feed.json"), ("json, rss", "rss.xml")])
def test_the_best_format_that_is_there(several, formats, file):
    several.write("outfeed.yaml", SEVERAL.replace("FORMATS", formats))
    assert several.build().status == 0
    found = addresses(read(several))
    assert len(found) == 5 and all(address.endswith("/" + file) for address in found)


def test_same_until_a_feed_is_new(several):
    before = opml(several).read_bytes(), opml(several).stat().st_mtime_ns
    assert several.build(now="2026-02-01T00:00:00Z").status == 0
    assert (opml(several).read_bytes(), opml(several).stat().st_mtime_ns) == before
    assert read(several).findtext("head/dateModified") == "Sat, 05 Apr 2025 00:00:00 +0000"
    several.item("d.md", title="Four", date="2025-05-06", category="New")
    assert several.build().status == 0
    assert len(addresses(read(several))) == 6
    assert read(several).findtext("head/dateModified") == "Tue, 06 May 2025 00:00:00 +0000"


def test_no_feed_at_all(site):
    site.write("outfeed.yaml", SEVERAL.replace("FORMATS", "atom").rstrip() + "\n    all: false\n")
    assert site.build("--allow-empty").status == 0
    tree = read(site)
    assert addresses(tree) == [] and tree.xpath("//outline/@isComment") == ["true"]


def test_schema_can_fail(several):
    text = opml(several).read_text("utf-8")
    for old, new in (('version="2.0"', 'version="1.0"'), ("<docs>", "<docs>x"), (' type="rss"', ' type="atom"'),
                     ("dateModified>", "dateCreated>"), ("topic/z%C3%BCrich/atom", "all/atom"),
                     ("xmlUrl=\"https:", "xmlUrl=\"feed:"), (' text="Categories"', "")):
        assert old in text
        broken = etree.fromstring(text.replace(old, new).encode("utf-8"))
        assert not SCHEMA.validate(broken), new


def test_sfeed_imports_it(several):
    done = subprocess.run(["sfeed_opml_import"], input=opml(several).read_bytes(), capture_output=True,
                          check=True, timeout=60)
    text = done.stdout.decode("utf-8")
    for address in addresses(read(several)):
        assert text.count(f"'{address}'") == 1


def test_newsboat_imports_it(several, tmp_path):
    urls = tmp_path / "urls"
    urls.write_text("")
    subprocess.run(["newsboat", "-u", urls, "-c", tmp_path / "cache.db", "-C", "/dev/null",
                    "-i", opml(several)], check=True, timeout=60, stdout=subprocess.DEVNULL,
                   env={"HOME": str(tmp_path), "LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"})
    taken = [line.split()[0] for line in urls.read_text("utf-8").splitlines()]
    assert sorted(taken) == sorted(addresses(read(several)))
    assert all(urlsplit(address).scheme == "https" for address in taken)
