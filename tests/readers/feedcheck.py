#!/usr/bin/python3
"""Reads the feeds of an output folder as their readers do, and says what is wrong.

    feedcheck.py FOLDER...

Every folder below is looked at that holds atom.xml, rss.xml or feed.json: each
document by its schema (tests/schemas, and $OUTFEED_SCHEMAS where that names a
folder), by the rules of its specification, by feedparser, and against the two
others, with which it has to tell the same story. One line for each problem;
exit status 1 when there is any.
"""
import calendar
import collections
import functools
import json
import os
import re
import sys
from pathlib import Path

import feedparser
import jsonschema
from lxml import etree

import htmlcheck
import rssrules
from feedread import (URI, Entry, Feed, first, is_instant, once, parse_xml, read_atom, read_json,
                      read_rss, seconds, to_uri)

SCHEMAS = Path(__file__).resolve().parent.parent / "schemas"
NAMES = ("atom.xml", "rss.xml", "feed.json")
# Of a month of an archive, before one of the names.
MONTH = re.compile(r"\d{4}-\d{2}\.(\d+\.)?(?=(atom\.xml|rss\.xml|feed\.json)$)")


# Each format by its specification.

@functools.lru_cache(maxsize=None)
def relax_ng(path):
    return etree.RelaxNG(etree.parse(str(path)))


def atom_schemas():
    yield SCHEMAS / "atom.rng"
    if os.environ.get("OUTFEED_SCHEMAS"):
        yield Path(os.environ["OUTFEED_SCHEMAS"]) / "atom.rng"


def check_atom(tree, data):
    for path in atom_schemas():
        schema = relax_ng(path)
        if not schema.validate(tree):
            for error in schema.error_log:
                yield f"line {error.line}: {path.parent.name}/{path.name}: {error.message}"
    if not first(tree, "/atom:feed/atom:link[@rel='self']/@href").endswith("atom.xml"):
        yield "self: not the address of an atom.xml"


@functools.lru_cache(maxsize=None)
def json_validators():
    own = json.loads((SCHEMAS / "jsonfeed.json").read_text("utf-8"))
    found = [jsonschema.Draft7Validator(own)]
    folder = os.environ.get("OUTFEED_SCHEMAS")
    if folder:
        parts = [json.loads((Path(folder) / name).read_text("utf-8"))
                 for name in ("jsonfeed-feed.json", "jsonfeed-feed-1.json")]
        store = {part["id"]: part for part in parts}
        resolver = jsonschema.RefResolver(parts[0]["id"], parts[0], store=store)
        found.append(jsonschema.Draft4Validator(parts[0], resolver=resolver))
    return found


def check_json(root, data):
    for validator in json_validators():
        for error in validator.iter_errors(root):
            place = "/".join(map(str, error.absolute_path))
            yield f"{place}: {error.message[:300]}"
    for item in root["items"]:
        if item.get("attachments") and item["attachments"][0]["url"] != item.get("image"):
            yield f"{item['id']}: the attachment is not the image"
        if item.get("external_url") != item.get("_outfeed", {}).get("source", {}).get("url"):
            yield f"{item['id']}: external_url is not the source's"
        labels = [c.get("label", c["term"]) for c in item.get("_outfeed", {}).get("categories", ())]
        if once(labels) != tuple(item.get("tags", ()))[:len(once(labels))]:
            yield f"{item['id']}: the tags do not begin with the categories' labels"


# What holds for a feed, whatever its format.

def check_feed(feed):
    ids = [entry.id for entry in feed.entries]
    for repeated in (i for i, n in collections.Counter(ids).items() if n > 1):
        yield f"{repeated}: {ids.count(repeated)} entries have the id"
    order = [(-(seconds(e.published) or 0), e.id.encode()) for e in feed.entries]
    if order != sorted(order):
        yield "the entries are not newest first, ties by id"
    newest = max((e.updated for e in feed.entries if e.updated), default=None)
    if feed.updated and newest and feed.updated != newest:
        yield f"updated is {feed.updated}, and the newest entry's {newest}"
    for entry in feed.entries:
        for problem in check_entry(entry):
            yield f"{entry.id}: {problem}"


def check_entry(entry):
    for name in ("published", "updated"):
        if getattr(entry, name) and not is_instant(getattr(entry, name)):
            yield f"{name} is <{getattr(entry, name)}>"
    urls = [entry.link, *(url for url, _ in entry.via + entry.related)]
    urls += [image[0] for image in (entry.enclosure, entry.picture) if image]
    for url in urls:
        if not URI.fullmatch(url or ""):
            yield f"<{url}> is no absolute URI"
    for text in (entry.title, entry.summary):
        if text != text.strip() or "\n" in text:
            yield f"<{text}> is not one line of text"
    yield from htmlcheck.check(entry.content)


def check_feedparser(data, media_type, feed):
    """feedparser has to find what is written, and nothing to complain of."""
    parsed = feedparser.parse(data, response_headers={"content-type": media_type},
                              sanitize_html=False, resolve_relative_uris=False)
    if parsed.bozo:
        yield f"feedparser: {parsed.bozo_exception}"
    if len(parsed.entries) != len(feed.entries):
        yield f"feedparser: {len(parsed.entries)} entries of {len(feed.entries)}"
    if parsed.feed.get("title") != feed.title.strip():
        yield f"feedparser: the title is <{parsed.feed.get('title')}>"
    for got, want in zip(parsed.entries, feed.entries):
        for name, seen, written in seen_by_feedparser(got, want):
            if seen != written:
                yield f"{want.id}: feedparser: {name} is <{seen}>, written <{written}>"


def seen_by_feedparser(got, want):
    yield "id", got.get("id"), want.id
    yield "link", to_uri(got.get("link")), want.link
    yield "title", got.get("title"), want.title.strip()
    if want.published and got.get("published_parsed"):
        yield "published", calendar.timegm(got.published_parsed), seconds(want.published)
    if want.content:
        yield "content", got.content[0].value, want.content.strip()
    images = [link for link in got.get("links", ()) if link.get("rel") == "enclosure"]
    yield "enclosures", len(images), 1 if want.enclosure else 0
    if images and want.enclosure:
        yield "enclosure", to_uri(images[0].href), want.enclosure[0]
        yield "type", images[0].type, want.enclosure[1]
        yield "length", images[0].get("length", "0"), want.enclosure[2]


def check_history(feed, prefix):
    """What a document says of itself and of those beside it (RFC 5005 section 4)."""
    if feed.self != prefix:
        yield f"self: <{feed.self}> of a document named <{prefix}>"
    if feed.archive is not None and feed.archive != bool(prefix):
        yield f"fh:archive: {feed.archive} in <{prefix}>"
    if feed.archive is not None and feed.current != ("" if prefix else None):
        yield f"current: <{feed.current}> in <{prefix}>"
    if feed.hubs and prefix:
        yield "a hub in an archive"
    for name, other in (("before", feed.before), ("after", feed.after)):
        if other is not None and not MONTH.match(other + "atom.xml"):
            yield f"{name}: <{other}> is no month"
    if prefix and feed.before is not None and not feed.before < prefix:
        yield f"before: <{feed.before}> is not"
    if feed.after is not None and not feed.after > prefix > "":
        yield f"after: <{feed.after}> is not"


# The documents of a folder against each other.

def differences(name, feed, other_name, other):
    for field in Feed._fields[:-1]:
        mine, theirs = getattr(feed, field), getattr(other, field)
        known = field == "before" or None not in (mine, theirs)
        if mine != theirs and known and (field != "updated" or theirs):
            yield f"{field} is <{mine}>, in {other_name} <{theirs}>"
    if [e.id for e in feed.entries] != [e.id for e in other.entries]:
        yield f"the entries are not those of {other_name}, or in another order"
        return
    for mine, theirs in zip(feed.entries, other.entries):
        for field in Entry._fields:
            if getattr(mine, field) != getattr(theirs, field):
                yield (f"{mine.id}: {field} is <{getattr(mine, field)}>, "
                       f"in {other_name} <{getattr(theirs, field)}>")


# name -> (parse, read, check, media type for feedparser or None)
FORMATS = {
    "atom.xml": (parse_xml, read_atom, check_atom, "application/atom+xml"),
    "rss.xml": (parse_xml, read_rss, rssrules.check, "application/rss+xml"),
    "feed.json": (json.loads, read_json, check_json, None),
}


def check_document(path):
    """The feed (None when it cannot be read) and the list of problems."""
    month = MONTH.match(path.name)
    prefix = month.group() if month else ""
    parse, read, check_format, media_type = FORMATS[path.name[len(prefix):]]
    data = path.read_bytes()
    problems = []
    try:
        parsed = parse(data)
        problems += check_format(parsed, data)
        feed = read(parsed)
    except (ValueError, etree.XMLSyntaxError, KeyError, AttributeError, TypeError) as error:
        return None, problems + [f"cannot be read: {error!r}"]
    problems += check_feed(feed)
    problems += check_history(feed, prefix)
    if media_type:
        problems += check_feedparser(data, media_type, feed)
    return feed, problems


def check_folder(folder, prefix, counts):
    feeds = {}
    for name in (prefix + name for name in NAMES):
        if not (folder / name).exists():
            continue
        feed, problems = check_document(folder / name)
        yield from (f"{folder / name}: {problem}" for problem in problems)
        counts["documents"] += 1
        if feed is not None:
            feeds[name] = feed
            counts["entries"] += len(feed.entries)
    for a, b in zip(list(feeds), list(feeds)[1:]):
        yield from (f"{folder / a}: {difference}"
                    for difference in differences(a, feeds[a], b, feeds[b]))


def feeds_below(folder):
    """(folder, what its documents' names begin with), of each feed."""
    for path in Path(folder).rglob("*"):
        month = MONTH.match(path.name)
        if month or path.name in NAMES:
            yield path.parent, month.group() if month else ""


def check(folder, counts=None):
    """Yields what is wrong below a folder that should hold feeds."""
    counts = collections.Counter() if counts is None else counts
    found = sorted(set(feeds_below(folder)))
    if not found:
        yield f"{folder}: holds no feeds"
    for one, prefix in found:
        counts["folders"] += 1
        yield from check_folder(one, prefix, counts)


def main(arguments):
    if not arguments:
        print(__doc__, file=sys.stderr)
        return 2
    counts = collections.Counter()
    problems = [problem for folder in arguments for problem in check(folder, counts)]
    for problem in problems:
        print(problem)
    print(f"{counts['folders']} folders, {counts['documents']} documents, "
          f"{counts['entries']} entries, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
