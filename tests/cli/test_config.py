"""outfeed.yaml: what is wrong with it is said with its place, and exits 2."""
import pytest

from conftest import tree

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
    ("permalinks: /{year}/{titel}/\n", 4, 13, ["/{year}/{titel}/", "mark that is none"]),
    ("permalinks: '/{year}/{slug'\n", 4, 13, ["mark that is none"]),
    ("permalinks: /{year}/slug}/\n", 4, 13, ["'}' without"]),
    ("permalinks: /{year}/{month}/\n", 4, 13, ["many items one address"]),
    ("permalinks: https://example.org/{slug}/\n", 4, 13, ["behind site.url"]),
    ("permalinks: /{slug}/{folder}/{slug}\n", 4, 13, ["twice"]),
    ("permalinks: /{slug}/%s\n" % ("x" * 200), 4, 13, ["more than 200 bytes"]),
    ("permalinks: ['/{slug}/']\n", 4, 13, ["permalinks", "mapping of folders"]),
    ("permalinks: {posts: {a: b}}\n", 4, 21, ["permalinks", "text"]),
    ("permalinks: {posts: ''}\n", 4, 21, ["many items one address"]),
    ("permalinks: {%s}\n" % ", ".join(f"f{n}: '/{{slug}}/'" for n in range(1001)), 4, 13, ["1000 folders"]),
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
    ("  author: {email: nobody}\n", 4, 19, ["email", "someone@example.org"]),
    ("  author: {email: 'a@b.co, c@d.co'}\n", 4, 19, ["email"]),
    ("  language: xx-1\n", 4, 13, ["language"]),
    ("  icon: /favicon.png\n", 4, 9, ["icon"]),
    ("images: {url: 'https://example.org/i/?size=1'}\n", 4, 15, ["url", "query"]),
    ("groups: {by: tags, path: 't/{slug}/{slug}'}\n", 4, 26, ["more than once"]),
    ("groups: {by: tags, path: 't/{slug}/{year}'}\n", 4, 26, ["mark other than {slug}"]),
    ("groups: {by: tags, path: 'audit/{slug}'}\n", 4, 26, ["keeps for itself"]),
    ("groups: {by: tags, path: '{slug}/index.html'}\n", 4, 26, ["page"]),
    ("groups: {by: tags, path: 'x/feed.json/{slug}'}\n", 4, 26, ["document"]),
    ("groups: {by: tags}\n", 4, 9, ["path"]),
    ("groups: {by: tags., path: 't/{slug}'}\n", 4, 14, ["by", "empty key"]),
    ("all: {path: audit}\n", 4, 13, ["path", "keeps for itself"]),
    ("all: {path: Archive/all}\n", 4, 13, ["path"]),
    ("all: {path: x/atom.xml}\n", 4, 13, ["document"]),
    ("all: {path: rss.xml.gz}\n", 4, 13, ["document"]),
    ("all: {path: subscriptions.opml.br}\n", 4, 13, ["page"]),
    ("all: {path: ''}\n", 4, 13, ["path", "empty"]),
    ("output: ''\n", 4, 9, ["output", "empty"]),
    ("content: ' '\n", 4, 10, ["content", "empty"]),
    ("content: [content, '']\n", 4, 20, ["content"]),
    ('content: "content\\0x"\n', 4, 10, ["content", "character"]),
    ('  description: "a\\x01b"\n', 4, 16, ["description", "character"]),
    ("fields: {title: ['']}\n", 4, 18, ["fields"]),
    ("fields: {title: .}\n", 4, 17, ["empty key"]),
    ("fields: {title: [headline, a..b]}\n", 4, 28, ["a..b", "empty key"]),
    ("fields: {title: ['link. href']}\n", 4, 18, ["link. href", "blank"]),
    ("audit: {concurency: 4}\n", 4, 9, ["concurency", "concurrency"]),
    ("audit: {zzzzzzz: 4}\n", 4, 9, ["zzzzzzz", "outfeed help audit"]),
    ("audit: {hosts: {'*': {foo: 1}}}\n", 4, 23, ["foo", "delay and per_host"]),
    ("audit: {recheck: {foo: 1d}}\n", 4, 19, ["foo", "dead_later"]),
    ("audit: {store: 'mysql://db/x'}\n", 4, 16, ["store", "sqlite, or postgresql://"]),
    ("audit: {store: foo}\n", 4, 16, ["store", "sqlite, or postgresql://"]),
    ("audit: {store: [sqlite]}\n", 4, 16, ["store", "sqlite, or postgresql://"]),
    ("audit: {store: 'postgresql://${OUTFEED_NO_SUCH}@db/x'}\n", 4, 16, ["OUTFEED_NO_SUCH", "store"]),
    ('audit: {store: "postgresql://d\\nb/"}\n', 4, 16, ["store", "control character"]),
    ('audit: {user_agent: "a\\r\\nX-B: c"}\n', 4, 21, ["user_agent", "control character"]),
    ('audit: {contact: "a\\x7fb"}\n', 4, 18, ["contact", "control character"]),
    ("formats: [x]\n", 4, 11, ["atom, rss or json"]),
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
    ("site:\n  title: Test\n  url: https://example.org/?a=1\n", ["url", "query"]),
    ("site:\n  title: Test\n  url: https://example.org/#top\n", ["url", "fragment"]),
    ("site:\n  title: Test\n  url: https://me:secret@example.org/\n", ["url", "user"]),
    ("site:\n  title: Test\n  url: https:///path\n", ["url"]),
    ("site:\n  title: [a, b]\n  url: https://example.org/\n", ["title"]),
    ("site:\n  title: ''\n  url: https://example.org/\n", ["title"]),
    ("a: &a [" + "x," * 9 + "x]\nb: &b [" + "*a," * 9 + "*a]\nc: &c [" + "*b," * 9 + "*b]\nd: &d [" + "*c," * 9
     + "*c]\ne: &e [" + "*d," * 9 + "*d]\nf: [" + "*e," * 9 + "*e]\n", []),
    ("a: " + "[" * 10000 + "\n", ["flatten outfeed.yaml"]),
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


def test_the_store_that_there_is(site):
    site.write("outfeed.yaml", MINIMAL + "audit: {store: sqlite}\n")
    site.items()
    assert site.build().status == 0


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


@pytest.mark.parametrize("text", [
    MINIMAL, "---\n" + MINIMAL, '{"site": {"title": "Test", "url": "https://example.org/"}}', "# notes\n" + MINIMAL])
def test_byte_order_mark(site, text):
    site.items()
    site.write("outfeed.yaml", b"\xef\xbb\xbf" + text.encode())
    result = site.build()
    assert (result.status, result.err) == (0, "")


def test_byte_order_mark_moves_no_place(site):
    check(site, "\ufeffsiet: {}\n", 1, 1, ["siet", "site"])


def test_byte_that_is_no_utf8(site):
    site.items()
    site.write("outfeed.yaml", "site:\n  title: Caf\u00e9 ".encode() + b"\xe9\n  url: https://example.org/\n")
    result = site.build()
    assert result.status == 2
    assert [(d["line"], d["column"]) for d in result.diagnostics] == [("2", "15")]
    assert "0xE9" in result.err and "UTF-8" in result.err


def test_file_too_large(site):
    site.items()
    site.write("outfeed.yaml", MINIMAL + "# comment\n" * 200000)
    result = site.build()
    assert result.status == 2
    assert len(result.diagnostics) == 1
    assert "1048576" in result.err and "outfeed.yaml" in result.err
    assert "content folders" not in result.err


def test_item_given_as_site(site):
    site.items()
    result = site.build("content/item-1.md")
    assert result.status == 2
    assert result.err == ("content/item-1.md: error: is an item, not a site: "
                          "name the folder that holds outfeed.yaml\n")


def test_one_grouping_needs_no_list(site):
    site.write("outfeed.yaml", MINIMAL + "groups: {by: tags, path: 't/{slug}'}\n")
    site.item("a.md", tags=["One"])
    assert site.build().status == 0
    assert site.titles("t/one") == ["One"]


def test_null_is_the_default(site):
    site.write("outfeed.yaml", MINIMAL + "output: ~\nall: {path: null}\ncontent:\nformats: null\nlimit: ~\n")
    site.items()
    assert site.build().status == 0
    assert len(site.titles("all")) == 3


def test_defaults_spelt_out_need_no_warning(site):
    site.write("outfeed.yaml", MINIMAL + "archive: none\nrot: keep\naudit: {}\nhubs: []\nfields: {}\n")
    site.items()
    assert site.build().err == ""


def test_scheme_and_host_in_lower_case(site):
    site.write("outfeed.yaml", "site: {title: T, url: 'HTTPS://WWW.Example.ORG:8443/Base'}\n"
               "images: {url: 'Http://IMG.example.org/I'}\nhubs: ['https://hub.example/?a=1']\n")
    site.items()
    assert site.build().status == 0
    feed = site.feed()
    assert feed["home_page_url"].startswith("https://www.example.org:8443/Base/")
    assert feed["hubs"][0]["url"] == "https://hub.example/?a=1"
    assert all(item["url"].startswith("https://www.example.org:8443/Base/") for item in feed["items"])


@pytest.mark.parametrize("output, content", [
    (".", "content"), ("./", "content"), ("content", "content"), ("content/", "./content"),
    ("..", "content"), ("content", "content/deep"), ("content/../content", "content"),
    ("content", "content/*.md"), ("content", "content/item-1.md"), ("x/..", "content"),
    ("link", "content"),
])
def test_output_over_the_content(site, output, content):
    site.items()
    site.write("content/deep/x.md", "---\ntitle: X\ndate: 2025-01-01\n---\n")
    (site.folder / "link").symlink_to("content")
    before = tree(site.folder)
    site.write("outfeed.yaml", MINIMAL + f"output: {output}\ncontent: [{content}]\n")
    for arguments, line in (((), "4"), (("-o", output), "4")):
        result = site.build(*arguments)
        assert result.status == 2, result
        assert [d["line"] for d in result.diagnostics] == [line]
        assert "`output`" in result.err and "`content`" in result.err
    site.write("outfeed.yaml", MINIMAL + f"content: [{content}]\n")
    result = site.build("-o", output)
    assert result.status == 2, result
    assert "`output`" in result.err and "`content`" in result.err
    assert {n: b for n, b in tree(site.folder).items() if n != "outfeed.yaml"} == {
        n: b for n, b in before.items() if n != "outfeed.yaml"}


@pytest.mark.parametrize("output", ["content/public", "public", "../elsewhere", "content2"])
def test_output_beside_and_below_the_content(site, output):
    site.items()
    site.write("outfeed.yaml", MINIMAL + f"output: {output}\ncontent: [.]\n")
    for _ in range(2):
        result = site.build("--full")
        assert (result.status, result.err) == (0, "")
    assert (site.folder / output / "all" / "atom.xml").is_file()


def test_output_that_is_absolute(site, tmp_path):
    site.items()
    site.write("outfeed.yaml", MINIMAL + f"output: {tmp_path}/far/away\n")
    assert site.build().status == 0
    assert (tmp_path / "far" / "away" / "all" / "atom.xml").is_file()


def test_outfeed_yaml_that_is_a_link(site, tmp_path):
    """The site is the folder that holds the link."""
    site.items()
    (site.folder / "outfeed.yaml").rename(tmp_path / "shared.yaml")
    (site.folder / "outfeed.yaml").symlink_to(tmp_path / "shared.yaml")
    assert site.build().status == 0
    assert len(site.titles()) == 3
