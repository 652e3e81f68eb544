"""Atom, RSS and JSON Feed documents as one kind of value, so that they compare.

Text is as it is written, times are RFC 3339, URLs are URIs, and what a format
leaves out because it says nothing new (an Atom subtitle like the title, an
atom:updated like the pubDate) is filled in.
"""
import calendar
import collections
import email.utils
import html
import re

from lxml import etree

SPACES = {
    "atom": "http://www.w3.org/2005/Atom",
    "fh": "http://purl.org/syndication/history/1.0",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "media": "http://search.yahoo.com/mrss/",
}
URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[!#$%&'()*+,./0-9:;=?@A-Z\[\]_a-z~-]+")
RFC822 = re.compile(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d \+0000")
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")

# What every format says of a feed and of an entry; URLs are URIs, times text.
# archive: whether it says that it is of one. self, current, before and after are the stems of
# what the document links to ("" for the live one), None where it has no such link; JSON Feed
# has no words for current and after.
Feed = collections.namedtuple(
    "Feed", "title home description updated language hubs self current before after archive "
    "entries")
Entry = collections.namedtuple(
    "Entry", "id title link published updated via related summary content authors tags "
    "language enclosure picture")


def to_uri(iri):
    """What of an IRI may not stand in a URI, percent-encoded."""
    allowed = re.compile(r"[!#$%&'()*+,./0-9:;=?@A-Z\[\]_a-z~-]")
    return "".join(c if allowed.match(c) else "".join(f"%{b:02X}" for b in c.encode())
                   for c in iri or "")


def once(values):
    return tuple(dict.fromkeys(values))


def is_instant(text):
    return bool(RFC3339.fullmatch(text or ""))


def seconds(text):
    """Since 1970; None when the text is no RFC 3339."""
    return calendar.timegm(tuple(map(int, re.findall(r"\d+", text)))) if is_instant(text) else None


def from_rfc822(text):
    """RFC 3339 for an RFC 822 date; the text itself when it is none."""
    if not text or not RFC822.fullmatch(text):
        return text
    moment = email.utils.parsedate_to_datetime(text)
    if email.utils.format_datetime(moment) != text:
        return text
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")


def first(node, path):
    found = node.xpath(path, namespaces=SPACES)
    return str(found[0] if not hasattr(found[0], "tag") else found[0].text or "") if found else ""


def every(node, path):
    found = node.xpath(path, namespaces=SPACES)
    return tuple(str(f) if not hasattr(f, "tag") else f.text or "" for f in found)


def parse_xml(data):
    return etree.ElementTree(etree.fromstring(data, etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=True)))


def links(node, prefix, rel):
    return tuple((to_uri(link.get("href")), link.get("title", ""))
                 for link in node.findall(f"{prefix}:link[@rel='{rel}']", SPACES))


def read_picture(node):
    """The url, size and description of media:content."""
    media = node.find("media:content", SPACES)
    if media is None:
        return None
    return (media.get("url"), media.get("width", "0"), media.get("height", "0"),
            media.findtext("media:description", "", SPACES))


def read_atom_entry(node, language):
    enclosure = node.find("atom:link[@rel='enclosure']", SPACES)
    return Entry(
        id=first(node, "atom:id"), title=first(node, "atom:title"),
        link=to_uri(first(node, "atom:link[@rel='alternate']/@href")),
        published=first(node, "atom:published"), updated=first(node, "atom:updated"),
        via=links(node, "atom", "via"), related=links(node, "atom", "related"),
        summary=first(node, "atom:summary"), content=first(node, "atom:content"),
        authors=every(node, "atom:author/atom:name"),
        tags=once(c.get("label") or c.get("term") for c in node.findall("atom:category", SPACES)),
        language=(first(node, "@xml:lang") or language).lower(),
        enclosure=None if enclosure is None else (
            to_uri(enclosure.get("href")), enclosure.get("type"), enclosure.get("length", "0")),
        picture=read_picture(node))


def stem(url):
    """What stands before the name of a format's file: "" of the live document."""
    return re.sub(r"(atom\.xml|rss\.xml|feed\.json)$", "", url.split("/")[-1]) \
        if url is not None else None


def link_stem(node, rel):
    link = node.find(f"atom:link[@rel='{rel}']", SPACES)
    return None if link is None else stem(link.get("href"))


def history(node):
    """What a feed says of the documents beside it (RFC 5005)."""
    return {"self": link_stem(node, "self"), "current": link_stem(node, "current"),
            "before": link_stem(node, "prev-archive"), "after": link_stem(node, "next-archive"),
            "archive": node.find("fh:archive", SPACES) is not None}


def read_atom(tree):
    root = tree.getroot()
    title, language = first(root, "atom:title"), first(root, "@xml:lang")
    return Feed(
        title=title, home=to_uri(first(root, "atom:link[@rel='alternate']/@href")),
        description=first(root, "atom:subtitle") or title, updated=first(root, "atom:updated"),
        language=language.lower(), hubs=tuple(url for url, _ in links(root, "atom", "hub")),
        **history(root),
        entries=[read_atom_entry(e, language) for e in root.findall("atom:entry", SPACES)])


def read_rss_authors(item):
    contact = first(item, "author")
    name = re.fullmatch(r"\S+@\S+ \((.+)\)", contact)
    return ((name.group(1) if name else contact,) if contact else ()) + every(item, "dc:creator")


def read_rss_item(item, language):
    enclosure = item.find("enclosure")
    published = from_rfc822(first(item, "pubDate"))
    return Entry(
        id=first(item, "guid"), title=first(item, "title"), link=first(item, "link"),
        published=published, updated=first(item, "atom:updated") or published,
        via=links(item, "atom", "via"), related=links(item, "atom", "related"),
        summary=html.unescape(first(item, "description")),
        content=first(item, "content:encoded"), authors=read_rss_authors(item),
        tags=once(every(item, "category")),
        language=(first(item, "dc:language") or language).lower(),
        enclosure=None if enclosure is None else (
            enclosure.get("url"), enclosure.get("type"), enclosure.get("length")),
        picture=read_picture(item))


def read_rss(tree):
    channel = tree.getroot().find("channel")
    language = first(channel, "language")
    return Feed(
        title=first(channel, "title"), home=first(channel, "link"),
        description=first(channel, "description"),
        updated=from_rfc822(first(channel, "lastBuildDate")), language=language.lower(),
        hubs=tuple(url for url, _ in links(channel, "atom", "hub")), **history(channel),
        entries=[read_rss_item(item, language) for item in channel.findall("item")])


def read_json_entry(item, language):
    more = item.get("_outfeed", {})
    size = more.get("image", {})
    origins = [more[key] for key in ("source", "via") if key in more]
    attachment = item.get("attachments", [None])[0]
    return Entry(
        id=item["id"], title=item["title"], link=to_uri(item["url"]),
        published=item.get("date_published", ""), updated=item.get("date_modified", ""),
        via=tuple((to_uri(o["url"]), o.get("name", "")) for o in origins),
        related=tuple((to_uri(r["url"]), r.get("title", "")) for r in more.get("related", ())),
        summary=item.get("summary", ""), content=item.get("content_html", ""),
        authors=tuple(author["name"] for author in item.get("authors", ())),
        tags=tuple(item.get("tags", ())), language=item.get("language", language).lower(),
        enclosure=attachment and (to_uri(attachment["url"]), attachment["mime_type"],
                                  str(attachment.get("size_in_bytes", 0))),
        picture=(to_uri(item["image"]), str(size.get("width", 0)), str(size.get("height", 0)),
                 size.get("alt", "")) if "image" in item else None)


def read_json(root):
    language = root.get("language", "")
    return Feed(
        title=root["title"], home=to_uri(root["home_page_url"]),
        description=root.get("description") or root["title"], updated=None,
        language=language.lower(), hubs=tuple(to_uri(h["url"]) for h in root.get("hubs", ())),
        self=stem(root["feed_url"]), current=None, before=stem(root.get("next_url")), after=None,
        archive=None,
        entries=[read_json_entry(item, language) for item in root["items"]])
