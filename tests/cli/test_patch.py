"""The patch of moved links: every item of the golden cases and of the sample feed has
all its links moved, the patch is applied by git, and the public YAML and the bytes are
asked what changed."""
import re
import shutil
import sqlite3
import subprocess

import pytest
import yaml

from conftest import TESTS, run_program, tree

GOLDEN = TESTS / "golden"
SITES = [*sorted(path.parent for path in GOLDEN.glob("*/outfeed.yaml")),
         TESTS.parent / "feeds" / "medigy"]
BODY = 4                        # the kind of a link in a body
PICTURE = 16  # an image of the body
FRONT = re.compile(rb"\A(?:\xef\xbb\xbf)?---[ \t]*\r?\n(.*?)^(?:---|\.\.\.)[ \t]*\r?$", re.S | re.M)


class Loader(yaml.BaseLoader):
    """Every scalar is text; of keys that stand twice the last one wins."""


def front(data):
    found = FRONT.match(data)
    assert found, data
    # PyYAML knows no tab before a comment, which YAML allows
    return yaml.load(found.group(1).decode("utf-8", "replace").replace("\t#", " #"), Loader)


def leaves(node, path=()):
    """(path, text) of each scalar."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from leaves(value, (*path, key))
    elif isinstance(node, list):
        for number, value in enumerate(node):
            yield from leaves(value, (*path, number))
    else:
        yield path, node


def audit(folder, *arguments, status=0):
    planned = run_program("audit", "--plan", cwd=folder)
    assert planned.status in (0, status), planned
    result = run_program("audit", "--report-only", "--report", folder.parent / "report", *arguments,
                         cwd=folder)
    assert result.status == status, result
    return result


def move_all(folder, suffix=""):
    """Says in the history that each link moved; {new URL: old name}."""
    moved = {}
    with sqlite3.connect(folder / ".outfeed" / "audit.db") as db:
        for number, url in db.execute("SELECT number, url FROM link WHERE fixed IS NULL").fetchall():
            moved[f"https://moved.example/{number}/new{suffix}"] = url
            db.execute("UPDATE link SET verdict = 'moved', suggestion = ? WHERE number = ?",
                       (f"https://moved.example/{number}/new{suffix}", number))
    db.close()
    return moved


def places(folder):
    """Where the front matter says a link that moved, each place once."""
    db = sqlite3.connect(folder / ".outfeed" / "audit.db")
    rows = db.execute("SELECT count(*) FROM (SELECT DISTINCT item, line, col FROM use JOIN link"
                      " ON link.number = use.link WHERE kind & ? = 0 AND link.verdict = 'moved'"
                      " AND fixed IS NULL)", (BODY | PICTURE,)).fetchone()
    db.close()
    return rows[0]


def patch(folder, suffix=""):
    """A site's patch, applied by git; (files before, files after, new URLs, the audit's result)."""
    audit(folder)
    moved = move_all(folder, suffix)
    file = folder.parent / "moved.patch"
    result = audit(folder, "--patch", file)
    before = tree(folder)
    if file.read_bytes():
        done = subprocess.run(["git", "apply", "--verbose", str(file)], cwd=folder,
                              capture_output=True, env={"GIT_CEILING_DIRECTORIES": str(folder.parent),
                                                        "PATH": "/usr/bin:/bin", "HOME": "/"})
        assert done.returncode == 0, done.stderr.decode() + file.read_text("utf-8", "replace")
    return before, tree(folder), moved, result


def check_bytes(old, new, changed):
    """What stands outside the changed values is what it was, byte for byte."""
    parts = re.split(b"|".join(re.escape(text) for text in changed), new)
    pattern = rb"[^\0]+?".join(re.escape(part) for part in parts)
    assert re.fullmatch(pattern, old), (old, new)
    return len(parts) - 1


def check(before, after, moved):
    """The number of values that changed; asserts that nothing else did."""
    count = 0
    assert before.keys() == after.keys()
    for name, old in before.items():
        if after[name] == old or name.startswith(".outfeed/"):
            continue
        new = after[name]
        one, two = dict(leaves(front(old))), dict(leaves(front(new)))
        assert one.keys() == two.keys(), name
        values = {path: (one[path], two[path]) for path in one if one[path] != two[path]}
        assert values, name
        for path, (_, value) in values.items():
            assert value.strip().split("#")[0] in moved, (name, path, value)
        texts = sorted({value.strip().split("#")[0].encode() for _, value in values.values()},
                       key=len, reverse=True)
        assert check_bytes(old, new, texts) == len(values), name
        count += len(values)
    return count


@pytest.mark.parametrize("files", [True, False], ids=["images", "no images"])
@pytest.mark.parametrize("source", SITES, ids=lambda path: path.name)
def test_every_item(source, files, tmp_path):
    folder = tmp_path / "site"
    shutil.copytree(source, folder, ignore=lambda at, names: ("expected", "stderr", "public"))
    for path in folder.rglob("*"):
        if not files and path.suffix in (".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".svg"):
            path.unlink()
    result = run_program("audit", "--plan", cwd=folder)
    if result.status == 1 and "no items" in result.err:
        return
    before, after, moved, result = patch(folder, ".png")
    wanted = places(folder)
    left = [d for d in result.diagnostics if "moved to" in d["message"]]
    assert check(before, after, moved) + len(left) == wanted, result
    # an image would lose its file with its name
    assert files or not left
    for found in left:
        assert field_at(folder, found) == "image", found


def field_at(folder, found):
    db = sqlite3.connect(folder / ".outfeed" / "audit.db")
    rows = db.execute("SELECT DISTINCT field FROM use JOIN item ON item.number = use.item"
                      " WHERE file = ? AND line = ? AND col = ?",
                      (found["path"], found["line"], found["column"])).fetchall()
    db.close()
    return rows[0][0]


HEAD = "---\ntitle: T\ndate: 2025-01-01\n"
OLD = "https://old.example/a"
CASES = {
    # name: (file, what must stand in it afterwards; {} is the new URL)
    "plain": (HEAD + "href: https://old.example/a  \n---\nx\n", "href: {}  \n"),
    "comment": (HEAD + "href: https://old.example/a\t# it's \"here\"\n---\n", "href: {}\t# it's \"here\"\n"),
    "single": (HEAD + "href: 'https://old.example/a' # c\n---\n", "href: '{}' # c\n"),
    "double": (HEAD + 'href: "https:\\/\\/old.example\\x2fa"\n---\n', 'href: "{}"\n'),
    "folded quotes": (HEAD + 'href: "https://old.example\\\n   /a"\nslug: s\n---\n', 'href: "{}"\nslug: s\n'),
    "literal": (HEAD + "href: |\n    https://old.example/a\n\nslug: s\n---\n", "href: |\n    {}\n\nslug: s\n"),
    "folded": (HEAD + "href: >- # c\n  https://old.example/a\n---\n", "href: >- # c\n  {}\n"),
    "next line": (HEAD + "href:\n  https://old.example/a\n---\n", "href:\n  {}\n"),
    "flow map": (HEAD + "link: {brand: B, href: https://old.example/a, x: y}\n---\n", "href: {}, x: y}}\n"),
    "flow list": (HEAD + "href: [https://old.example/a]\n---\n", "href: [{}]\n"),
    "json": ('---\n{"title": "T", "date": "2025-01-01", "é": "ü", "href": "https://old.example/a"}\n---\n',
             '"ü", "href": "{}"}}\n'),
    "crlf": (HEAD.replace("\n", "\r\n") + "href: https://old.example/a\r\n---\r\nb\r\n", "href: {}\r\n---\r\n"),
    "bom": ("\ufeff" + HEAD + "href: https://old.example/a\n---\n", "href: {}\n"),
    "no end": (HEAD + "href: https://old.example/a\n---", "href: {}\n---"),
    "anchor": (HEAD + "href: &u https://old.example/a\n---\n", "href: &u {}\n"),
    "tag": (HEAD + "href: !!str 'https://old.example/a'\n---\n", "href: !!str '{}'\n"),
    "upper case": (HEAD + "href: HTTPS://OLD.example:443/a\n---\n", "href: {}\n"),
    "fragment": (HEAD + "href: https://old.example/a#part\n---\n", "href: {}#part\n"),
    "elsewhere": (HEAD + "other: https://old.example/a\nhref: https://old.example/a\n"
                  "note: see https://old.example/a\n---\nhttps://old.example/a\n",
                  "other: https://old.example/a\nhref: {}\nnote: see https://old.example/a\n---\n"
                  "https://old.example/a\n"),
    "second path": (HEAD + "original: https://old.example/a\nhref: https://old.example/a\n---\n",
                    "original: https://old.example/a\nhref: {}\n"),
    "line separator": (HEAD + "note: 'a\u2028  b'\nhref: https://old.example/a\n---\n", "href: {}\n"),
    "related": (HEAD + "related:\n- {title: A, url: https://old.example/a}\n"
                "- title: B\n  url: \"https://old.example/a\"\n---\n",
                "- {{title: A, url: {0}}}\n- title: B\n  url: \"{0}\"\n"),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("suffix", ["", "?q=it's,[1]&\"x\"", ":", "/a#new"])
def test_styles(site, name, suffix):
    text, expected = CASES[name]
    path = site.folder / "content" / "a.md"
    path.write_bytes(text.encode("utf-8"))
    before, after, moved, result = patch(site.folder, suffix)
    assert result.err == "", result
    new = after["content/a.md"].decode("utf-8")
    url = next(new for new, old in moved.items() if old == OLD)
    assert new != text
    if suffix == "":
        assert expected.format(url) in new
        assert check(before, after, moved) == max(1, expected.count("{0}"))
    old_leaves, leaves_now = dict(leaves(front(text.encode()))), dict(leaves(front(new.encode())))
    values = [leaves_now[at] for at in leaves_now if leaves_now[at] != old_leaves[at]]
    expected_value = url + ("#part" if name == "fragment" and "#" not in suffix else "")
    assert old_leaves.keys() == leaves_now.keys()
    assert values and {value.strip() for value in values} == {expected_value}
    assert len(new.split("---")) == len(text.split("---"))


def test_names_hunks_and_order(site):
    """Names that git quotes, changes near and far, files in the order of their paths."""
    far = "".join(f"k{number}: v\n" for number in range(20))
    for name in ("z.md", "a b.md", "dünn.md", 'q"uo\\te.md', "tab\t.md"):
        (site.folder / "content" / name).write_text(
            HEAD + "href: https://old.example/a\n" + far + "via: https://old.example/b\n"
            "k: v\nrelated: [{url: https://old.example/c}, {url: https://old.example/a}]\n---\nx\n",
            encoding="utf-8")
    before, after, moved, result = patch(site.folder)
    assert result.err == ""
    assert check(before, after, moved) == 5 * 4
    text = (site.folder.parent / "moved.patch").read_text("utf-8")
    heads = [line for line in text.splitlines() if line.startswith("--- ")]
    assert heads == ["--- a/content/a b.md\t", r'--- "a/content/d\303\274nn.md"',
                     r'--- "a/content/q\"uo\\te.md"', r'--- "a/content/tab\t.md"', "--- a/content/z.md"]
    assert text.count("@@ -") == 5 * 2
    assert "patched" in audit(site.folder, "--json", "--patch", site.folder / "again").out


def test_site_elsewhere(site, tmp_path):
    """Paths are the site's, wherever the audit was called."""
    (site.folder / "content" / "a.md").write_text(HEAD + "href: https://old.example/a\n---\n")
    audit(site.folder)
    move_all(site.folder)
    for arguments, cwd in (([site.folder], "/"), (["site"], tmp_path), (["../site"], site.folder),
                           (["outfeed.yaml"], site.folder)):
        result = run_program("audit", "--report-only", "--patch", tmp_path / "p", *arguments, cwd=cwd)
        assert result.status == 0, result
        assert "--- a/content/a.md\n" in (tmp_path / "p").read_text()


def test_what_cannot_be_changed(site, tmp_path):
    """An item's id, a file outside the site, a value of two lines: a warning at the place, and
    the rest is patched."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "b.md").write_text(HEAD + "href: https://old.example/a\n---\n")
    site.write("outfeed.yaml", "site: {title: T, url: https://example.org/}\ncontent: [content, ../outside]\n")
    (site.folder / "content" / "a.md").write_text(HEAD + "guid: &u https://old.example/a\nhref: *u\n---\n")
    (site.folder / "content" / "c.md").write_text(HEAD + "href: https://old.example/a\n---\n")
    (site.folder / "content" / "d.md").write_text(HEAD + "href: https://old.example/\n  a\n---\n")
    before, after, moved, result = patch(site.folder)
    assert check(before, after, moved) == 1
    assert len(result.diagnostics) == 3, result
    by_hand = result.about("a.md")[0]
    assert (by_hand["line"], by_hand["column"], by_hand["severity"]) == ("4", "7", "warning")
    assert "https://moved.example/" in by_hand["message"]
    assert result.about("d.md")[0]["line"] == "4"
    assert "not below the site's folder" in result.about("b.md")[0]["message"]


def test_rooted_reference_stays_one(site):
    (site.folder / "content" / "a.md").write_text(HEAD + "related: [{url: /old/}]\n---\n")
    audit(site.folder)
    with sqlite3.connect(site.folder / ".outfeed" / "audit.db") as db:
        db.execute("UPDATE link SET verdict = 'moved', suggestion = 'https://example.org/new/?a=1'")
    db.close()
    audit(site.folder, "--patch", site.folder / "p")
    assert "+related: [{url: /new/?a=1}]\n" in (site.folder / "p").read_text()


def test_nothing_moved(site):
    (site.folder / "content" / "a.md").write_text(HEAD + "href: https://old.example/a\n---\n")
    (site.folder / "p").write_text("old")
    audit(site.folder, "--patch", site.folder / "p")
    assert (site.folder / "p").read_bytes() == b""
