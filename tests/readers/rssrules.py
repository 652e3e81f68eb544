"""What RSS 2.0 and the RSS Best Practices Profile say, a rule each.

There is no schema of RSS that says it. A rule is a generator of problems; it
is given the channel (lxml), and the bytes of the document.
"""
import re

from feedread import SPACES, URI, from_rfc822, is_instant

RULES = []

CHANNEL = ("title", "link", "description", "language", "lastBuildDate", "docs", "generator",
           "atom:link", "fh:archive", "image", "item")
ITEM = ("title", "link", "guid", "pubDate", "atom:updated", "author", "dc:creator", "dc:language",
        "category", "description", "content:encoded", "enclosure", "media:content", "atom:link")


def rule(function):
    RULES.append((function.__name__.replace("_", "-"), function))
    return function


def name_of(node):
    """The name of an element with the prefix that is usual for its namespace."""
    match = re.fullmatch(r"(?:\{(.*)\})?(.*)", node.tag)
    for prefix, space in SPACES.items():
        if match.group(1) == space:
            return f"{prefix}:{match.group(2)}"
    return node.tag


def text_of(node, path):
    return node.findtext(path, "", SPACES)


def many(node, path):
    return node.findall(path, SPACES)


@rule
def root(channel, data):
    if channel.getparent().get("version") != "2.0" or len(channel.getparent()) != 1:
        yield "not rss version 2.0 with one channel"


@rule
def encoding(channel, data):
    if not data.startswith(b'<?xml version="1.0" encoding="UTF-8"?>\n'):
        yield "no declaration of UTF-8"


@rule
def character_data(channel, data):
    """The Profile: hexadecimal references, which no reader takes for HTML."""
    for bad in (b"<![CDATA[", b"&amp;", b"&lt;", b"&gt;"):
        if bad in data:
            yield f"has {bad.decode()}"


@rule
def channel_required(channel, data):
    for name in ("title", "link", "description", "docs", "generator"):
        if len(many(channel, name)) != 1 or not text_of(channel, name).strip():
            yield f"not one {name}"


@rule
def order_of_elements(channel, data):
    for node, names in [(channel, CHANNEL)] + [(item, ITEM) for item in many(channel, "item")]:
        found = [name_of(child) for child in node]
        unknown = [name for name in found if name not in names]
        if unknown:
            yield f"line {node.sourceline}: unknown {unknown}"
        elif found != sorted(found, key=names.index):
            yield f"line {node.sourceline}: {found}"


@rule
def once_at_most(channel, data):
    for item in many(channel, "item"):
        for name in set(ITEM) - {"category", "dc:creator", "atom:link"}:
            if len(many(item, name)) > 1:
                yield f"line {item.sourceline}: more than one {name}"


@rule
def self_link(channel, data):
    found = many(channel, "atom:link[@rel='self']")
    if len(found) != 1 or found[0].get("type") != "application/rss+xml" or \
            not found[0].get("href", "").endswith("rss.xml"):
        yield "not one atom:link to the document itself"


@rule
def dates(channel, data):
    for name in ("lastBuildDate", "pubDate"):
        for node in channel.iter(name):
            if not is_instant(from_rfc822(node.text)):
                yield f"line {node.sourceline}: {name} is <{node.text}>"


@rule
def updated_differs(channel, data):
    for item in many(channel, "item"):
        updated = text_of(item, "atom:updated")
        if updated and updated == from_rfc822(text_of(item, "pubDate")):
            yield f"line {item.sourceline}: atom:updated repeats pubDate"


@rule
def item_required(channel, data):
    for item in many(channel, "item"):
        for name in ("title", "link", "guid"):
            if not text_of(item, name).strip():
                yield f"line {item.sourceline}: no {name}"


@rule
def guid(channel, data):
    for node in channel.iter("guid"):
        permalink = node.get("isPermaLink")
        if permalink not in ("true", "false"):
            yield f"line {node.sourceline}: isPermaLink is <{permalink}>"
        if permalink == "true" and not re.match(r"https?://", node.text):
            yield f"line {node.sourceline}: <{node.text}> is no permalink"


@rule
def urls(channel, data):
    """Absolute and ASCII, wherever RSS and its extensions take one."""
    found = [(node, node.text) for name in ("link", "url", "docs") for node in channel.iter(name)]
    for path, attribute in ((".//enclosure", "url"), (".//media:content", "url"),
                            (".//atom:link", "href"), (".//category[@domain]", "domain")):
        found += [(node, node.get(attribute)) for node in many(channel, path)]
    for node, url in found:
        if not URI.fullmatch(url or ""):
            yield f"line {node.sourceline}: <{url}> is no absolute URI"


@rule
def author(channel, data):
    """An author is an address; who has none is a dc:creator."""
    for item in many(channel, "item"):
        contacts = [node.text or "" for node in many(item, "author")]
        if contacts and many(item, "dc:creator"):
            yield f"line {item.sourceline}: both author and dc:creator"
        if not all(re.fullmatch(r"[^\s@()]+@[^\s@()]+ \(.+\)", contact) for contact in contacts):
            yield f"line {item.sourceline}: author is {contacts}"


@rule
def description_is_html(channel, data):
    for item in many(channel, "item"):
        text = text_of(item, "description")
        if "<" in text or re.search(r"&(?!(?:amp|lt|gt);)", text):
            yield f"line {item.sourceline}: description is <{text}>"


@rule
def enclosure(channel, data):
    for node in channel.iter("enclosure"):
        if not re.fullmatch(r"\d+", node.get("length", "")):
            yield f"line {node.sourceline}: length is <{node.get('length')}>"
        if not re.fullmatch(r"image/[a-z0-9.+-]+", node.get("type", "")):
            yield f"line {node.sourceline}: type is <{node.get('type')}>"
        media = node.getparent().find("media:content", SPACES)
        if media is None or media.get("url") != node.get("url") or \
                media.get("medium") != "image":
            yield f"line {node.sourceline}: no media:content for it"


@rule
def channel_image(channel, data):
    for node in many(channel, "image"):
        width, height = (int(text_of(node, name) or 0) for name in ("width", "height"))
        if not 0 < width <= 144 or not 0 < height <= 400:
            yield f"is {width} by {height}"
        for name in ("title", "link"):
            if text_of(node, name) != text_of(channel, name):
                yield f"its {name} is not the channel's"


@rule
def attributes(channel, data):
    """RSS elements have the attributes that RSS 2.0 names, and no others."""
    known = {"enclosure": {"url", "length", "type"}, "guid": {"isPermaLink"},
             "category": {"domain"}}
    for node in channel.iter():
        if isinstance(node.tag, str) and not node.tag.startswith("{"):
            for name in set(node.keys()) - known.get(node.tag, set()):
                yield f"line {node.sourceline}: {node.tag} has {name}"


def check(tree, data):
    channel = tree.getroot().find("channel")
    if channel is None:
        yield "root: no channel"
        return
    for name, function in RULES:
        yield from (f"{name}: {problem}" for problem in function(channel, data))
