#!/usr/bin/python3
"""Keeps the ids of a feed that readers know, when outfeed takes its place.

    ids-from-feed.py OLD NEW IDS

OLD is the feed as it was (Atom, RSS or JSON Feed, a file), NEW the feed.json of all items as
outfeed writes it, IDS the outfeed.ids of the site. An entry of OLD is an item of NEW when
their links are the same, but for scheme, host and the form of the path's end; or when the
last part of the links and the day are the same, and of no other entry. The line of such an
item in IDS gets the old id, and keeps its keys. Then remove .outfeed/state.db and build.

Says what it kept and what it could not place. Exit status: 0 all entries of OLD have an item;
1 a file could not be read or written, and nothing was changed; 3 some have none.
"""
import argparse
import datetime
import email.utils
import json
import os
import re
import sys
import urllib.parse
import xml.etree.ElementTree as ElementTree

ATOM = "{http://www.w3.org/2005/Atom}"
# An id that no line of outfeed.ids can hold, or that outfeed would not take for one.
IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"\\^`{|}]+")


class Entry:
    def __init__(self, id, link, date):
        self.id = (id or "").strip()
        self.path = path_of(link or "")
        # Jekyll has the day of a post in its file's name, and not in its address
        self.last = re.sub(r"^\d{4}-\d\d-\d\d-", "", self.path.rsplit("/", 1)[-1])
        self.day = day_of(date or "")


def path_of(link):
    path = urllib.parse.unquote(urllib.parse.urlsplit(link.strip()).path)
    path = re.sub(r"(/index)?\.html?$", "", path)
    return path.rstrip("/").lower()


def day_of(text):
    """In UTC, for one generator writes its zone and the other none; None where there is none."""
    try:
        if re.match(r"\d{4}-", text.strip()):
            moment = datetime.datetime.fromisoformat(text.strip().replace("Z", "+00:00"))
        else:
            moment = email.utils.parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
    return moment.astimezone(datetime.timezone.utc).date() if moment.tzinfo else moment.date()


def read_json(text):
    for item in json.loads(text)["items"]:
        yield Entry(item.get("id"), item.get("url"), item.get("date_published"))


def read_xml(text):
    # a feed has no document type; one may name files, or grow without end
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise ValueError("a document type in it, which a feed has not")
    root = ElementTree.fromstring(text.encode("utf-8"))
    if root.tag == ATOM + "feed":
        for entry in root.iter(ATOM + "entry"):
            links = {link.get("rel", "alternate"): link.get("href")
                     for link in reversed(entry.findall(ATOM + "link"))}
            date = entry.findtext(ATOM + "published") or entry.findtext(ATOM + "updated")
            yield Entry(entry.findtext(ATOM + "id"), links.get("alternate"), date)
    elif root.tag == "rss":
        for item in root.iter("item"):
            # RSS 2.0: without a guid a reader takes the link
            link = item.findtext("link")
            yield Entry(item.findtext("guid") or link, link or item.findtext("guid"),
                        item.findtext("pubDate"))
    else:
        raise ValueError("neither Atom nor RSS 2.0 nor JSON Feed")


def read_feed(path):
    with open(path, encoding="utf-8-sig") as file:
        text = file.read()
    read = read_json if text.lstrip().startswith("{") else read_xml
    # XML says its encoding itself, and this is text by now
    return list(read(re.sub(r"^\s*<\?xml[^>]*\?>", "", text)))


def find(entry, items):
    """The item that an old entry is; None where there is none, or more than one."""
    same = [item for item in items if entry.path and item.path == entry.path]
    if not same:
        same = [item for item in items
                if entry.last and entry.day and (item.last, item.day) == (entry.last, entry.day)]
    return same[0] if len(same) == 1 else None


def place(old, new):
    """New id -> old id; and what is to be said of the others."""
    wanted, trouble = {}, []
    for entry in old:
        item = find(entry, new)
        if not IRI.fullmatch(entry.id):
            trouble.append(f"{entry.id or entry.path}: no absolute IRI, so no id that outfeed can keep")
        elif item is None:
            trouble.append(f"{entry.id}: no item has its link")
        elif wanted.setdefault(item.id, entry.id) != entry.id:
            trouble.append(f"{entry.id}: its item has {wanted[item.id]} already")
    return wanted, trouble


def rewrite(lines, wanted):
    """The lines with the old ids; how many were kept; what is to be said."""
    kept, done, trouble = 0, [], []
    taken = set(wanted.values())
    for line in lines:
        id, *keys = line.split("\t")
        if id in wanted and any(key.startswith("g:") for key in keys):
            trouble.append(f"{wanted[id]}: its item has a guid in the front matter, which counts as it is")
        elif id in wanted:
            kept += 1
            id = wanted[id]
        elif id in taken:
            continue
        done.append("\t".join([id, *keys]))
    listed = {line.split("\t")[0] for line in lines}
    trouble += [f"{old}: its item has no line in IDS" for new, old in wanted.items() if new not in listed]
    return sorted(done, key=str.encode), kept, trouble


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("old", "new", "ids"):
        parser.add_argument(name, metavar=name.upper())
    options = parser.parse_args()
    try:
        old, new = read_feed(options.old), read_feed(options.new)
        with open(options.ids, encoding="utf-8", newline="\n") as file:
            head, *lines = file.read().splitlines()
        wanted, trouble = place(old, new)
        lines, kept, more = rewrite(lines, wanted)
        with open(options.ids + ".new", "w", encoding="utf-8", newline="\n") as file:
            file.write("\n".join([head, *lines]) + "\n")
        os.replace(options.ids + ".new", options.ids)
    except (OSError, ValueError, KeyError, ElementTree.ParseError) as error:
        sys.exit(f"ids-from-feed.py: {error}")
    for line in trouble + more:
        print(f"ids-from-feed.py: {line}", file=sys.stderr)
    print(f"{kept} of {len(old)} ids kept")
    return 3 if trouble or more else 0


if __name__ == "__main__":
    sys.exit(main())
