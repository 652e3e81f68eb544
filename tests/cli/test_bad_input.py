"""Items that are broken or hostile: each is told of once, with its place, and
costs nothing but itself."""
import os

import pytest

from conftest import tree

GOOD = ["Item 3", "Item 2", "Item 1"]
DATED = "---\ntitle: Bad\ndate: 2025-01-01\n"


def bomb():
    """Ten levels of ten aliases: 10^10 nodes when expanded."""
    lines = ["x0: &x0 [a, a, a, a, a, a, a, a, a, a]"]
    lines += [f"x{n}: &x{n} [" + ", ".join([f"*x{n - 1}"] * 10) + "]" for n in range(1, 10)]
    return DATED + "\n".join(lines) + "\n---\nText.\n"


# name -> (bytes, severity, line or None for wherever, words of the message)
SKIPPED = {
    "not-yaml": ("---\ntitle: [a, b\ndate: 2025-01-01\n---\nText.\n", None, []),
    "two-colons": ("---\ntitle: a: b\ndate: 2025-01-01\n---\nText.\n", 2, []),
    "tab": ("---\ntitle: Bad\nmap:\n\tkey: x\n---\nText.\n", 4, []),
    "not-closed": ("---\ntitle: Bad\ndate: 2025-01-01\nText.\n", None, ["---"]),
    "no-front-matter": ("Text alone.\n", 1, []),
    "nothing": ("", None, []),
    "toml": ("+++\ntitle = 'Bad'\n+++\nText.\n", 1, ["TOML"]),
    "list": ("---\n- a\n- b\n---\nText.\n", 2, []),
    "no-date": ("---\ntitle: Bad\n---\nText.\n", None, ["date"]),
    "unknown-alias": ("---\ntitle: *nobody\ndate: 2025-01-01\n---\nText.\n", 2, []),
    "own-alias": (DATED + "a: &a {b: [*a]}\n---\nText.\n", None, []),
    "alias-bomb": (bomb(), None, []),
    "nesting-flow": (DATED + "deep: " + "[" * 10000 + "]" * 10000 + "\n---\nText.\n", 4, ["64"]),
    "nesting-open": (DATED + "deep: " + "{a: " * 10000 + "\n---\nText.\n", None, []),
    "nesting-block": (DATED + "deep:\n" + "".join(" " * n + "-\n" for n in range(1, 300)) + "---\nText.\n",
                      None, ["64"]),
    "nesting-html": (DATED + "---\n" + "<div>" * 10000 + "x", None, ["256"]),
    "nesting-quotes": (DATED + "---\n" + ">" * 10000 + " x\n", None, ["256"]),
    "front-matter-large": (DATED + "x: " + "y" * (1 << 20) + "\n---\nText.\n", None, []),
    "title-long": ("---\ntitle: " + "t" * 1001 + "\ndate: 2025-01-01\n---\nText.\n", 2, ["1,?000"]),
    "slug-device": (DATED + "categories: [CON]\n---\nText.\n", 4, ["CON|con"]),
    "slug-empty": (DATED + "categories: ['!!!']\n---\nText.\n", 4, ["!!!"]),
    "slug-long": (DATED + "categories: [" + "x" * 5000 + "]\n---\nText.\n", 4, []),
}

# The item stays, and a warning says what was wrong.
MENDED = {
    "invalid-utf8-title": (b"---\ntitle: B\xff\xfed\ndate: 2025-01-01\n---\nText.\n", 2, "B\ufffd\ufffdd"),
    "invalid-utf8-body": (b"---\ntitle: Bad\ndate: 2025-01-01\n---\nText.\n\nT\xc3ext.\xed\xa0\x80\n", 7, "Bad"),
    "nul-bytes": (b"---\ntitle: Bad\ndate: 2025-01-01\n---\nT\0e\0xt.\n", 5, "Bad"),
    "controls": (b"---\ntitle: \"B\\x01a\\x1fd\"\ndate: 2025-01-01\n---\nText \x0b\x0c\x1b[31m\x7f.\n", None, "Bad"),
    "noncharacters": ("---\ntitle: Bad\ndate: 2025-01-01\n---\nText \ufffe\uffff.\n".encode(), 5, "Bad"),
    "impossible-date": (b"---\ntitle: Bad\ndate: 2025-02-30\nlastmod: 2025-01-01\n---\nText.\n", 3, "Bad"),
    "impossible-hour": (b"---\ntitle: Bad\nlastmod: 2025-01-01\ndate: 2025-01-01T24:61:00Z\n---\nText.\n", 4, "Bad"),
    "year-zero": (b"---\ntitle: Bad\ndate: 2025-01-01\nlastmod: 0000-01-01\n---\nText.\n", 4, "Bad"),
    "date-list": (b"---\ntitle: Bad\ndate: {year: 2025}\nlastmod: 2025-01-01\n---\nText.\n", 3, "Bad"),
    "key-twice": (b"---\ntitle: Good\ntitle: Bad\ndate: 2025-01-01\n---\nText.\n", 3, "Bad"),
    "url-up": (b"---\ntitle: Bad\ndate: 2025-01-01\ncategorySlug: [etc]\ncategoryUrl: ['../../etc']\n---\n", 5, "Bad"),
    "url-absolute": (b"---\ntitle: Bad\ndate: 2025-01-01\ncategorySlug: [etc]\ncategoryUrl: [/etc]\n---\n", 5, "Bad"),
    "url-hidden": (b"---\ntitle: Bad\ndate: 2025-01-01\ncategorySlug: [etc]\ncategoryUrl: [topic/.git]\n---\n", 5, "Bad"),
    "url-document": (b"---\ntitle: Bad\ndate: 2025-01-01\ncategorySlug: [etc]\ncategoryUrl: [topic/news/feed.json]\n---\n",
                     5, "Bad"),
    "title-map": (b"---\ntitle: {a: map}\nlinkTitle: Bad\ndate: 2025-01-01\n---\nText.\n", 2, "Bad"),
}


@pytest.fixture
def published(site, tmp_path):
    """A site that has been built once, beside things that must stay as they are."""
    site.items()
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "passwd").write_text("untouched\n")
    assert site.build().status == 0
    assert site.titles() == GOOD
    return site


def outside(site):
    """Everything near the site but what outfeed may write."""
    return {name: data for name, data in tree(site.folder.parent).items()
            if not name.startswith(("site/public/", "site/.outfeed/"))}


def build_with(site, data, name="bad.md"):
    """Builds with one more file; nothing outside may change, nothing may be lost."""
    before, documents = outside(site), set(tree(site.output))
    before.pop(f"site/content/{name}", None)
    path = site.write(f"content/{name}", data.encode() if isinstance(data, str) else data)
    result = site.build()
    assert result.status == 0, result
    after = outside(site)
    assert after.pop(f"site/content/{name}") == path.read_bytes()
    assert after == before
    assert documents <= set(tree(site.output))
    assert result.diagnostics == result.about(name), "nothing is said of the others"
    return result


def one_diagnostic(result, severity, line, words=()):
    import re
    assert len(result.diagnostics) == 1, result
    found = result.diagnostics[0]
    assert found["severity"] == severity
    assert found["path"] == "content/bad.md"
    assert found["line"] and found["column"], result
    if line:
        assert int(found["line"]) == line
    for word in words:
        assert re.search(word, found["message"]), found


@pytest.mark.parametrize("name", SKIPPED)
def test_skipped(published, name):
    data, line, words = SKIPPED[name]
    result = build_with(published, data)
    one_diagnostic(result, "error", line, words)
    assert published.titles() == GOOD
    assert published.build("--strict").status == 3


@pytest.mark.parametrize("name", MENDED)
def test_mended(published, name):
    data, line, title = MENDED[name]
    result = build_with(published, data)
    one_diagnostic(result, "warning", line)
    assert published.titles() == GOOD + [title]
    assert published.build("--strict").status == 0


def test_one_gibibyte(published):
    """It is refused by its size, not read."""
    path = published.folder / "content" / "bad.md"
    with open(path, "wb") as file:
        file.write(DATED.encode() + b"---\n")
        file.truncate(1 << 30)
    result = published.build("--strict", timeout=20)
    assert result.status == 3
    one_diagnostic(result, "error", None, ["8"])
    assert published.titles() == GOOD


def test_file_at_its_limit(published):
    """8 MiB are read, one byte more is not."""
    start = DATED + "---\n"
    text = start + "word " * ((8 << 20) // 5)
    result = build_with(published, text[:8 << 20])
    assert result.diagnostics == []
    result = build_with(published, text[:8 << 20] + "x")
    one_diagnostic(result, "error", None)


@pytest.mark.parametrize("depth, skipped", [(64, False), (65, True)])
def test_nesting_at_its_limit(published, depth, skipped):
    # The mapping of the front matter is the first level.
    brackets = depth - 1
    result = build_with(published, DATED + "deep: " + "[" * brackets + "]" * brackets + "\n---\nText.\n")
    assert bool(result.diagnostics) == skipped


def test_title_at_its_limit(published):
    title = "ü" * 1000
    result = build_with(published, f"---\ntitle: {title}\ndate: 2025-01-01\n---\nText.\n")
    assert result.diagnostics == []
    assert published.titles()[-1] == title


@pytest.mark.parametrize("key", ["categories", "categorySlug"])
def test_slug_that_climbs(published, tmp_path, key):
    result = build_with(published, DATED + f"{key}: ['../../etc']\n---\nText.\n")
    one_diagnostic(result, "error", 4, [r"\.\./\.\./etc"])
    assert os.listdir(tmp_path / "etc") == ["passwd"]
    for name in tree(published.output):
        assert ".." not in name


def test_blank_category_is_none(published):
    result = build_with(published, DATED + "categories: ['', null]\n---\nText.\n")
    assert result.diagnostics == []
    assert published.titles() == GOOD + ["Bad"]


def test_two_items_with_one_id(published):
    for name in ("twin-1.md", "twin-2.md"):
        published.item(name, title=name, guid="https://example.org/one")
    result = published.build("--strict")
    assert result.status == 3
    assert len(result.diagnostics) == 1
    found = result.diagnostics[0]
    assert (found["path"], found["severity"]) == ("content/twin-2.md", "error")
    assert "content/twin-1.md" in found["message"]
    assert int(found["line"]) == 5
    assert "twin-1.md" in published.titles()
    assert "twin-2.md" not in published.titles()


def test_groups_that_differ_by_case(published):
    published.item("a.md", title="First", categorySlug=["one"], categoryUrl=["topic/Same"])
    published.item("b.md", title="Second", categorySlug=["other"], categoryUrl=["topic/same"])
    result = published.build("--strict")
    assert result.status == 3
    assert len(result.diagnostics) == 1
    assert result.diagnostics[0]["path"] == "content/b.md"
    assert "First" in published.titles()


def test_not_a_file(published):
    """A folder, a FIFO and a dead link with an item's name."""
    content = published.folder / "content"
    os.mkfifo(content / "bad-fifo.md")
    os.symlink("nowhere.md", content / "bad-link.md")
    (content / "bad-folder.md").mkdir()
    result = published.build(timeout=20)
    assert result.status == 0
    assert published.titles() == GOOD
    assert {d["path"] for d in result.diagnostics} <= {"content/bad-fifo.md", "content/bad-link.md"}


def test_links_in_a_circle(published):
    os.symlink("..", published.folder / "content" / "up")
    result = published.build(timeout=20)
    assert result.status == 0
    assert published.titles() == GOOD


@pytest.mark.parametrize("name", ["bad name.md", "-bad.md", "b:ad.md", "bäd.md", "b'a\"d.md"])
def test_odd_names(published, name):
    result = build_with(published, DATED + "---\nText.\n", name)
    assert result.diagnostics == []
    assert published.titles() == GOOD + ["Bad"]


def test_all_bad_at_once(published):
    """A hundred broken files cost a hundred diagnostics, sorted, and no entry."""
    for number in range(100):
        published.write(f"content/bad-{number:03}.md", "---\ntitle: x\n")
    result = published.build("--strict", "-j2")
    assert result.status == 3
    paths = [d["path"] for d in result.diagnostics]
    assert paths == [f"content/bad-{n:03}.md" for n in range(100)]
    assert published.titles() == GOOD
