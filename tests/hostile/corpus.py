"""The hostile bodies of this folder, and a site whose items are made of them.

manifest.txt says what each file does to a browser that shows it unchanged. In a file
stand: ID for the number of the vector, HOST for a server's host and port, \\xHH for a
byte, REPEAT(text,count) for as much text. A script that runs calls ran(ID), and what is
asked for lies below http://HOST/ID/: so whatever happens tells whose doing it was.

An item has the same text as its title, summary, author, category, tag, the words and
address of its image, its related titles, and the names of its source and via.
"""
import collections
import ctypes
import ctypes.util
import html
import json
import re
from pathlib import Path

from conftest import Site

FOLDER = Path(__file__).parent
SUFFIXES = (".html", ".md")

UNIT = 5000                     # the first number of tests/unit/hostile's
Vector = collections.namedtuple("Vector", "number name effects body")

CONFIG = """\
    site:
      title: Hostile
      url: http://HOST/
    content: [content]
    groups:
      - {by: categories, path: "topic/{slug}"}
    all: {path: all}
    limit: 10000
    images: {dir: images, url: "http://HOST/images/"}
    compress: false
    """
SHORTCODE = re.compile(rb"\{\{<.*?>\}\}|\{\{%.*?%\}\}|\{%.*?%\}")
SHOWN_SHORTCODE = re.compile(rb"\{\{[<%]/\*(.*?)\*/[>%]\}\}")
SERVER = re.compile(r"https?://[\w.-]+\.(?:example|org|com|test)\b")
# md4c's tables, strikethrough and autolinks without brackets: as outfeed's Markdown has it.
MARKDOWN_FLAGS = 0x4 | 0x8 | 0x100 | 0x200 | 0x400


def filled(text, number, host):
    """The bytes that a file stands for."""
    text = re.sub(r"\bID\b", str(number), re.sub(r"\bHOST\b", host, text))
    text = re.sub(r"REPEAT\(([^,]*),(\d+)\)", lambda m: m[1] * int(m[2]), text)
    return re.sub(rb"\\x([0-9a-f]{2})", lambda m: bytes([int(m[1], 16)]),
                  text.encode("utf-8", "surrogateescape"))


def manifest():
    """Name -> what it does, in the order of the file."""
    rows = {}
    for line in (FOLDER / "manifest.txt").read_text().splitlines():
        words = line.split("#")[0].split()
        if words:
            assert words[0] not in rows, words[0]
            rows[words[0]] = frozenset(words[1:])
    return rows


def vectors(host):
    rows = manifest()
    files = {path.name for path in FOLDER.iterdir() if path.suffix in SUFFIXES}
    assert files == set(rows), files ^ set(rows)
    assert all(effects and effects <= {"runs", "asks", "sends", "inert", "refused"}
               for effects in rows.values())
    return [Vector(number, name, effects, filled((FOLDER / name).read_text("utf-8"), number, host))
            for number, (name, effects) in enumerate(rows.items(), 1)]


def unit_vectors(host):
    """The bodies of tests/unit/hostile; what they ask of other servers they ask of HOST."""
    found = []
    for path in sorted((FOLDER.parent / "unit" / "hostile").iterdir()):
        if path.suffix not in SUFFIXES or path.name == "README.md":
            continue
        cases = path.read_text("utf-8", "surrogateescape").split("==== ")[1:]
        for place, case in enumerate(cases):
            number = UNIT + len(found)
            body = case.partition("\n")[2].partition("\n----\n")[0]
            body = SERVER.sub(f"http://{host}/{number}", body)
            found.append(Vector(number, f"unit-{path.stem}-{place}{path.suffix}", frozenset(["runs"]),
                                filled(body, number, host)))
    return found


def to_html(markdown):
    """As md4c's own renderer has it, which lets everything pass."""
    library = ctypes.CDLL(ctypes.util.find_library("md4c-html"))
    parts = []
    sink = ctypes.CFUNCTYPE(None, ctypes.POINTER(ctypes.c_char), ctypes.c_uint, ctypes.c_void_p)(
        lambda text, size, _: parts.append(text[:size]))
    assert library.md_html(markdown, len(markdown), sink, None, MARKDOWN_FLAGS, 0) == 0
    return b"".join(parts)


def unsanitised(vector):
    """The HTML that a program would have which does everything for an item but to clean it."""
    body = SHORTCODE.sub(b"", SHOWN_SHORTCODE.sub(rb"\1", vector.body))
    return to_html(body) if vector.name.endswith(".md") else body


def words(vector):
    """The vector as a field's text: a title may have 1,000 characters."""
    return vector.body.decode("utf-8", "replace")[:900]


def front_matter(vector, host):
    place, text = f"http://{host}/{vector.number}/", words(vector)
    address = place + "from?" + re.sub(r"[\x00-\x20\x7f]", "", text)
    script = f"javascript:ran({vector.number})"
    slug = f"v{vector.number}"
    return {
        "id": f"vector-{vector.number}", "title": text, "date": "2025-03-01", "permalink": place,
        "description": text, "tags": [text, html.escape(text)],
        "author": [{"name": text, "url": script}, {"name": "B", "url": address}],
        "categorySlug": [slug], "categoryUrl": [f"topic/{slug}"], "categoryLabel": [text],
        "categories": [text],
        "featuredImage": {"href": address, "alt": text, "format": "png"},
        "related": [{"label": text, "url": address}, {"label": text, "url": script}],
        "link": {"href": address, "brand": text}, "viaLink": address, "via": text}


def make_site(folder, some, host):
    site = Site(folder)
    site.write("outfeed.yaml", CONFIG.replace("HOST", host))
    for vector in some:
        keys = json.dumps(front_matter(vector, host), ensure_ascii=False)
        site.write(f"content/{vector.number:03}-{vector.name}",
                   f"---\n{keys}\n---\n".encode() + vector.body)
    return site


def entries(feed, host):
    """Number -> entry, of the entries (feedread.Entry) of a feed."""
    found = {}
    for entry in feed.entries:
        number = re.fullmatch(rf"http://{re.escape(host)}/(\d+)/", entry.link)
        assert number and int(number[1]) not in found, entry.link
        found[int(number[1])] = entry
    return found
