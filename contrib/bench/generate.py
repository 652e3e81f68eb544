#!/usr/bin/python3
"""Makes collections of items in the shape of the sample site, of any size.

    generate.py OUT --items N [--categories 300] [--seed 1] [--jobs N]
    generate.py SITE --touch K [--seed S] [--undo]

The same numbers give the same bytes, and item number i is the same one in every
size of collection. --touch gives K items a new title and a longer body, half of
them among the newest, half anywhere; --undo writes those items as they were.
"""
import argparse
import bisect
import heapq
import itertools
import multiprocessing
import os
import random
import re
import sys
import time
import uuid

import words
from words import pick, slugged

VERSION = 1                     # of what is made: another one, other bytes
FOLDER = 1000                   # items in a folder, at most
NAMESPACE = uuid.UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")
FIRST_DAY = 1388534400          # 2014-01-01T00:00:00Z
DAYS = 3652                     # ten years

CONFIG = """\
# Made by generate.py {version}: --items {items} --categories {categories} --seed {seed}
site:
  title: Bench
  url: https://bench.example/
  author: {{name: Bench, url: https://bench.example/}}
content: [content]
output: public
groups:
  - by: categories
    path: topic/{{slug}}
all: {{path: all, title: Everything}}
formats: [atom, rss, json]
limit: 50
"""
MADE_BY = re.compile(r"# Made by generate\.py (\d+): --items (\d+) --categories (\d+) --seed (\d+)$")

ITEM = """\
---
aliases: /news/{slug}
archetype: curated-content
author:
  - {author}
basePath: /news/
breadcrumbLinks:
  - /
  - /news/
  - ''
breadcrumbs:
  - Home
  - News
  - {title4}
categories:
{categories}
categorySlug:
{category_slugs}
categoryUrl:
{category_urls}
categoryLabel:
{category_labels}
contentCategories: netspective-medigy-news-curated-content
institution: null
offering: null
layOut: single
date: '{day}'
description: >-
{description}
favIconImage: null
featuredImage:
  alt: {title4}
  format: JPEG
  href: https://images.bench.example/{uuid}-featuredImage.jpeg
  size:
    - 630
    - 1200
  valid: true
  workPackage: {id}
  wpAttachment:
    fileName: Curated_Featured_Image.jpg
    link: /api/v3/attachments/{attachment}/content
featuredPdf: null
htmlMetaData:
  author: null
  description: {og_description}
  generator: null
  viewport: {viewport}
  articlemodified_time: null
  articlepublished_time: null
  msvalidate.01: null
  ogdescription: null
  ogimage: null
  ogsite_name: null
  ogtitle: null
  ogtype: null
  ogupdated_time: null
  ogurl: null
  yandex-verification: null
  robots: null
  fbapp_id: null
  oglocale: null
  fbadmins: null
  articlepublisher: null
  google-site-verification: null
  keywords: null
id: {id}
identifier: News
lastMod: '{modified}'
link:
  brand: {brand}.example
  href: {url4}
  original: {url4}
href: {url2}
original: {url2}
mastHead: NEWS
mdName: {uuid}.md
openGraphMetaData:
  ogdescription: {og_description}
  ogtitle: {og_title}
  ogurl: {og_url}
  ogimage: null
  ogsite_name: {og_site}
  ogtype: {og_type}
  ogupdated_time: null
  ogimageheight: null
openProjectCustomFields:
  cleanUrl: {url4}
  medigyTopics:
{topics}
  sourceUrl: {url4}
openProjectWorkPackageType: Curated Content
searchCategory: News
slug: {slug2}
source: open-project-curations
status: ''
sub: brief
tags:
  - News
title: {title2}
via: ' '
insights_description: null
insights_name: null
viaLink: null
relatedOfferings:{offerings}
twitterMetaData:
  twittercard: null
  twitterdescription: null
  twittertitle: null
  twitterimage: null
  twitterurl: null
---
{body}"""

PLAIN = re.compile(r"[A-Za-z/][\w./-]*(?: [\w./-]+)*$", re.ASCII)


def folded(text, indent):
    """Lines of a folded block scalar, 80 columns where the words allow it."""
    lines, pad, width = [], " " * indent, 80 - indent
    while len(text) > width:
        at = text.rfind(" ", 0, width)
        if at < 0:
            at = text.find(" ")
        if at < 0:
            break
        lines.append(pad + text[:at])
        text = text[at + 1:]
    lines.append(pad + text)
    return "\n".join(lines)


def scalar(text, indent):
    """A string as YAML's emitters write it: plain, quoted, or folded when long."""
    if len(text) > 80 - indent:
        return f">-\n{folded(text, indent)}"
    if PLAIN.match(text):
        return text
    return "'" + text.replace("'", "''") + "'"


def listed(texts, indent=2):
    return "\n".join(f"{' ' * indent}- {scalar(text, indent + 2)}" for text in texts)


class Collection:
    """Everything that an item of a collection is drawn from."""

    def __init__(self, items, categories, seed):
        self.items, self.seed = items, seed
        self.names = list(words.category_names(categories))
        shares = [1 / rank for rank in range(1, categories + 1)]
        self.bounds = list(itertools.accumulate(shares))
        self.plain, self.html, self.markdown = words.sentences(seed)
        rng = random.Random(f"offerings {seed}").random
        self.offerings = [self.offering(rng, number) for number in range(400)]
        self.days = [time.strftime("%Y-%m-%d", time.gmtime(FIRST_DAY + day * 86400))
                     for day in range(DAYS + 1)]

    def some_categories(self, rng, count):
        """Different ones, each by its share of Zipf's law."""
        found = []
        while len(found) < min(count, len(self.names)):
            at = bisect.bisect_right(self.bounds, rng() * self.bounds[-1])
            if at < len(self.names) and at not in found:
                found.append(at)
        return found

    def offering(self, rng, number):
        label = f"{pick(rng, words.PRODUCTS)} {pick(rng, words.THINGS)}"
        names = [self.names[at][0] for at in self.some_categories(rng, 1 + int(rng() * 3))]
        return (f"  - label: {scalar(label, 4)}\n    permalink: /offering/{slugged(label)}\n"
                f"    categories:\n{listed(names, 6)}\n    offeringId: {8000 + number}")

    def moment(self, number):
        """(day since the first, second of the day): spread evenly, in no order."""
        spread = (number * 2654435761 + self.seed * 40503) % (DAYS * 86400)
        return divmod(spread, 86400)

    def uuid(self, number):
        return str(uuid.uuid5(NAMESPACE, f"{self.seed}/{number}"))

    def path(self, number):
        return f"content/{number // FOLDER:02}/{self.uuid(number)}.md"

    def newest(self, count):
        return heapq.nlargest(count, range(self.items), key=self.moment)

    def html_body(self, rng):
        parts = []
        for _ in range(3 + int(rng() * 5)):
            text = " ".join(pick(rng, self.html) for _ in range(2 + int(rng() * 2)))
            parts.append(f"<p>{text}</p>")
        if rng() < 0.3:
            inner = "".join(f"<li>{pick(rng, self.html)}</li>" for _ in range(3))
            parts.insert(1, f"<h2>{pick(rng, words.SUBJECTS)}</h2><ul>{inner}</ul>")
        if rng() < 0.2:
            parts.append(f"<blockquote>{pick(rng, self.html)}<br><br>{pick(rng, self.html)}</blockquote>")
        return "".join(parts)

    def markdown_body(self, rng):
        parts = []
        for _ in range(3 + int(rng() * 5)):
            parts.append(" ".join(pick(rng, self.markdown) for _ in range(2 + int(rng() * 2))))
        if rng() < 0.3:
            inner = "\n".join(f"- {pick(rng, self.markdown)}" for _ in range(3))
            parts.insert(1, f"## {pick(rng, words.SUBJECTS)}\n\n{inner}")
        if rng() < 0.2:
            parts.append(f"> {pick(rng, self.markdown)}\n>\n> {pick(rng, self.markdown)}")
        if rng() < 0.1:
            rows = "\n".join(f"| {pick(rng, words.OBJECTS)} | {int(rng() * 90)} |" for _ in range(4))
            parts.append(f"| Measure | % |\n|---|--:|\n{rows}")
        return "\n\n".join(parts) + "\n"

    def item(self, number, revision=None):
        """The text of an item's file."""
        rng = random.Random(self.seed << 40 | number).random
        day, second = self.moment(number)
        title = (f"{pick(rng, words.SUBJECTS)} {pick(rng, words.VERBS)} "
                 f"{pick(rng, words.OBJECTS)} {pick(rng, words.TAILS)}")
        if rng() < 0.15:
            title = f"Interview: {title}"
        headline = slugged(title.encode("ascii", "ignore").decode()) + f"-{number:x}"
        brand = pick(rng, words.BRANDS)
        slug = f"{brand}-{headline}"
        url = f"https://www.{brand}.example/news/{headline}"
        own = [self.names[at] for at in self.some_categories(rng, 1 + int(rng() * 3))]
        names = [name for name, label in own]
        description = " ".join(pick(rng, self.plain) for _ in range(2))[:250].strip()
        open_graph = rng() < 0.4
        body = (self.markdown_body if rng() < 0.5 else self.html_body)(rng)
        later = int(rng() * 30) if rng() < 0.2 else 0
        if revision is not None:
            title += f" (revision {revision})"
            body += f"\n\nRevision {revision}: {self.plain[revision % len(self.plain)]}\n"
        offerings = [pick(rng, self.offerings) for _ in range(3 + int(rng() * 8))]
        title2, title4, url2, url4 = scalar(title, 2), scalar(title, 4), scalar(url, 2), scalar(url, 4)
        absent = not open_graph
        return ITEM.format(
            slug=headline, slug2=scalar(slug, 2), title2=title2, title4=title4, url2=url2, url4=url4,
            author=scalar(pick(rng, words.PEOPLE), 4), brand=brand, body=body, uuid=self.uuid(number),
            categories=listed(names), topics=listed(names, 4),
            category_slugs=listed(name.lower() for name in names),
            category_urls=listed(f"topic/{slugged(name)}" for name in names),
            category_labels=listed(label for name, label in own),
            day=self.days[day], description=folded(description, 2),
            modified=f"{self.days[min(day + later, DAYS)]}T{second // 3600:02}:{second // 60 % 60:02}:"
                     f"{second % 60:02}.{number % 1000000:06}Z",
            id=4000 + number, attachment=10000 + number,
            og_description="null" if absent else scalar(description, 4),
            og_title="null" if absent else title4, og_url="null" if absent else url4,
            og_site="null" if absent else f"{brand}.example", og_type="null" if absent else "article",
            viewport="null" if absent else "'width=device-width, initial-scale=1'",
            offerings="\n" + "\n".join(offerings))


def write(path, text):
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    try:
        os.write(fd, text.encode("utf-8"))
    finally:
        os.close(fd)


def write_folder(job):
    site, first = job
    os.makedirs(os.path.join(site, os.path.dirname(COLLECTION.path(first))), exist_ok=True)
    for number in range(first, min(first + FOLDER, COLLECTION.items)):
        write(os.path.join(site, COLLECTION.path(number)), COLLECTION.item(number))


COLLECTION = None               # of a worker process: set once, when it starts


def start_worker(*numbers):
    global COLLECTION
    COLLECTION = Collection(*numbers)


def made(site):
    """(version, items, categories, seed) of a collection that is whole, or None."""
    try:
        with open(os.path.join(site, "outfeed.yaml"), encoding="utf-8") as file:
            match = MADE_BY.match(file.readline())
    except FileNotFoundError:
        return None
    if not match:
        raise ValueError(f"{site}: holds an outfeed.yaml that this program did not write")
    return tuple(map(int, match.groups()))


def generate(site, items, categories=300, seed=1, jobs=None):
    """Writes a collection; outfeed.yaml comes last and says that it is whole."""
    found = made(site)
    if found == (VERSION, items, categories, seed):
        return False
    if found or os.path.exists(os.path.join(site, "content")) and os.listdir(site) != ["content"]:
        raise ValueError(f"{site}: holds another collection; remove it, or name another folder")
    os.makedirs(site, exist_ok=True)
    folders = [(site, first) for first in range(0, items, FOLDER)]
    jobs = min(jobs or os.cpu_count(), len(folders))
    with multiprocessing.Pool(jobs, start_worker, (items, categories, seed)) as pool:
        for _ in pool.imap_unordered(write_folder, folders):
            pass
    write(os.path.join(site, "outfeed.yaml"),
          CONFIG.format(version=VERSION, items=items, categories=categories, seed=seed))
    return True


def touched(collection, count, seed):
    """The numbers of the items that --touch changes."""
    rng = random.Random(f"touch {seed}").random
    numbers = collection.newest(count // 2)
    while len(numbers) < min(count, collection.items):
        number = int(rng() * collection.items)
        if number not in numbers:
            numbers.append(number)
    return numbers


def touch(site, count, seed, undo=False):
    """Changes items in place, as an editor would; returns their paths."""
    found = made(site)
    if not found or found[0] != VERSION:
        raise ValueError(f"{site}: no collection of this version of generate.py")
    collection = Collection(*found[1:])
    paths = []
    for number in touched(collection, count, seed):
        path = os.path.join(site, collection.path(number))
        write(path, collection.item(number, None if undo else seed))
        paths.append(path)
    return paths


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("site", metavar="OUT")
    parser.add_argument("--items", type=int, metavar="N")
    parser.add_argument("--categories", type=int, default=300, metavar="N")
    parser.add_argument("--seed", type=int, default=1, metavar="S")
    parser.add_argument("--jobs", type=int, metavar="N", help="processes (default: one a core)")
    parser.add_argument("--touch", type=int, metavar="K", help="change K items of SITE")
    parser.add_argument("--undo", action="store_true", help="with --touch: change them back")
    options = parser.parse_args()
    if (options.items is None) == (options.touch is None):
        parser.error("--items N makes a collection, --touch K changes one: say which")
    try:
        if options.touch is not None:
            print("\n".join(touch(options.site, options.touch, options.seed, options.undo)))
        elif not generate(options.site, options.items, options.categories, options.seed, options.jobs):
            print(f"{options.site}: already there")
    except (ValueError, OSError) as error:
        sys.exit(f"generate.py: {error}")


if __name__ == "__main__":
    main()
