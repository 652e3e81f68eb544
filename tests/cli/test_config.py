"""outfeed.yaml: what is wrong with it is said with its place, and exits 2."""
import pytest

MINIMAL = """\
site:
  title: Test
  url: https://example.org/
"""

# (what follows the minimal site, line, column, words of the message)
WRONG = [
    ("contents: [content]\n", 4, 1, ["contents", "content"]),
    ("  tilte: x\n", 4, 3, ["tilte", "title"]),
    ("  langauge: en\n", 4, 3, ["langauge", "language"]),
    ("formats: [atom, rrs]\n", 4, 17, ["rrs", "rss"]),
    ("formats: {atom: true}\n", 4, 10, ["formats"]),
    ("limit: many\n", 4, 8, ["limit"]),
    ("limit: 0\n", 4, 8, ["limit"]),
    ("limit: -1\n", 4, 8, ["limit"]),
    ("limit: [50]\n", 4, 8, ["limit"]),
    ("content_mode: ful\n", 4, 15, ["ful", "full"]),
    ("link: permalnk\n", 4, 7, ["link", "permalink"]),
    ("rot: maybe\n", 4, 6, ["rot", "archive"]),
    ("archive: year\n", 4, 10, ["archive", "month"]),
    ("attribution: perhaps\n", 4, 14, ["attribution"]),
    ("content: {a: b}\n", 4, 10, ["content"]),
    ("content: []\n", 4, 10, ["content"]),
    ("groups: topic\n", 4, 9, ["groups"]),
    ("groups:\n  - path: topic/{slug}\n", 5, 5, ["by"]),
    ("groups:\n  - by: tags\n    path: topic\n", 6, 11, ["{slug}"]),
    ("groups:\n  - by: tags\n    path: ../{slug}\n", 6, 11, ["path"]),
    ("groups:\n  - by: tags\n    pth: t/{slug}\n", 6, 5, ["pth", "path"]),
    ("all: perhaps\n", 4, 6, ["all"]),
    ("all: {path: ../all}\n", 4, 13, ["path"]),
    ("fields: {source: [a]}\n", 4, 10, ["source"]),
    ("fields: {source_url: {a: b}}\n", 4, 22, ["fields"]),
    ("images: {dir: images, url: not a url}\n", 4, 28, ["url"]),
    ("hubs: [ftp://hub.example/]\n", 4, 8, ["ftp://hub.example/"]),
    ("  timezone: Mars/Olympus\n", 4, 13, ["Mars/Olympus"]),
    ("  author: {nmae: x}\n", 4, 12, ["nmae", "name"]),
    ("limit: 'unclosed\n", None, None, []),
    ("\tlimit: 5\n", None, None, []),
]

WHOLE = [
    ("", ["site"]),
    ("just words\n", []),
    ("- a\n- list\n", []),
    ("site: words\n", ["site"]),
    ("site:\n  url: https://example.org/\n", ["title"]),
    ("site:\n  title: Test\n", ["url"]),
    ("site:\n  title: Test\n  url: example.org\n", ["url"]),
    ("site:\n  title: Test\n  url: ftp://example.org/\n", ["url"]),
    ("site:\n  title: Test\n  url: https:///path\n", ["url"]),
    ("site:\n  title: [a, b]\n  url: https://example.org/\n", ["title"]),
    ("site:\n  title: ''\n  url: https://example.org/\n", ["title"]),
    ("a: &a [" + "x," * 9 + "x]\nb: &b [" + "*a," * 9 + "*a]\nc: &c [" + "*b," * 9 + "*b]\nd: &d [" + "*c," * 9
     + "*c]\ne: &e [" + "*d," * 9 + "*d]\nf: [" + "*e," * 9 + "*e]\n", []),
    ("a: " + "[" * 10000 + "\n", []),
    ("\0\0\0\0", []),
]


def check(site, text, line, column, words):
    site.items()
    site.write("outfeed.yaml", text.encode())
    result = site.build()
    assert result.status == 2, result
    assert result.out == ""
    assert len(result.diagnostics) == 1, result
    found = result.diagnostics[0]
    assert found["path"].endswith("outfeed.yaml")
    assert found["severity"] == "error"
    assert found["line"], "a place is given"
    if line:
        assert (int(found["line"]), int(found["column"])) == (line, column)
    for word in words:
        assert word in found["message"]
    assert not site.output.exists()


@pytest.mark.parametrize("more, line, column, words", WRONG, ids=[w[0].strip() for w in WRONG])
def test_wrong_value(site, more, line, column, words):
    check(site, MINIMAL + more, line, column, words)


@pytest.mark.parametrize("text, words", WHOLE, ids=[str(n) for n in range(len(WHOLE))])
def test_wrong_file(site, text, words):
    check(site, text, None, None, words)


def test_minimal_is_enough(site):
    site.write("outfeed.yaml", MINIMAL)
    site.items()
    result = site.build()
    assert result.status == 0
    assert result.diagnostics == []
    assert sorted(p.name for p in (site.output / "all").glob("*.*")
                  if p.suffix in (".xml", ".json")) == ["atom.xml", "feed.json", "rss.xml"]
    assert (site.output / "topic" / "news" / "atom.xml").is_file()


def test_json_config(site):
    site.write("outfeed.yaml", '{"site": {"title": "T", "url": "https://example.org"}, "limit": 1}\n')
    site.items()
    assert site.build().status == 0
    assert site.titles() == ["Item 3"]


def test_content_by_files_and_globs(site):
    site.write("outfeed.yaml", MINIMAL + "content: [a, 'b/*.md', c/three.md]\n")
    for name in ("a/deep/er/x.md", "a/y.html", "a/z.txt", "b/one.md", "b/two.html", "c/three.md", "c/four.md"):
        site.write(name, f"---\ntitle: {name}\ndate: 2025-01-01\n---\nText.\n")
    assert site.build().status == 0
    assert sorted(site.titles()) == ["a/deep/er/x.md", "a/y.html", "b/one.md", "c/three.md"]


def test_fields_override(site):
    site.write("outfeed.yaml", MINIMAL + "fields: {title: [headline.main], source_url: [bookmark]}\n")
    site.item("a.md", title="Not this one", headline={"main": "This one"},
              bookmark="https://source.example/x")
    assert site.build().status == 0
    entry = site.feed()["items"][0]
    assert entry["title"] == "This one"
    assert entry["external_url"] == "https://source.example/x"
