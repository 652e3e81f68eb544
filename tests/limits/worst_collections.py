"""What is little by itself, and much in the documents: groups, months, pages, copies, outfeed.ids."""
import random

from worst import HEAD, MIB, Case, counted, put

WHOLE = "site: {title: T, url: 'https://example.org/'}\ncontent: [content]\n"      # pages and copies, as ever
ARCHIVED = WHOLE + "archive: month\n"
BARE = WHOLE + "pages: false\ncompress: false\n"
COPIES = "gzip and brotli, 86 ms for each MiB of documents as large as 4 MiB"


def words(size):
    """Text that no encoder finds much in."""
    chance = random.Random(1)
    known = ["".join(chance.choices("abcdefghijklmnop", k=chance.randint(2, 9))) for _ in range(50000)]
    return " ".join(chance.choices(known, k=size // 6))[:size]


def categories(count):
    return "categories: [" + counted("cat {},", count, MIB) + "]\n"


def item(front, body="Text.\n", head=HEAD):
    return "---\n" + head + front + "---\n" + body


def collection(name, config, make, comes="valid", **more):
    def make_all(site):
        put(site, "outfeed.yaml", config)
        return make(site)
    return Case("collection", name, make_all, comes, **more)


def one(front, body="Text.\n", name="worst.html"):
    def make(site):
        text = body() if callable(body) else body
        return put(site, f"content/{name}", item(front() if callable(front) else front, text))
    return make


def months(count):
    """An item a month, from the year 1000 on."""
    def make(site):
        return sum(put(site, f"content/worst-{n}.md",
                       item("", head=f"title: Old {n}\ndate: {1000 + n // 12}-{n % 12 + 1:02}-01\n"))
                   for n in range(count)) + put(site, "content/worst.md", item(""))
    return make


def groups(items, each):
    def make(site):
        for n in range(items):
            names = ",".join(f"c{n}x{k}" for k in range(each))
            put(site, f"content/worst-{n}.md", item(f"categories: [{names}]\n",
                                                    head=f"title: Some {n}\ndate: 2025-01-01\n"))
        return put(site, "content/worst.md", item(""))
    return make


def ids(name, text, comes="valid", **more):
    return collection("outfeed.ids: " + name, BARE, lambda site: put(site, "outfeed.ids", text())
                      + put(site, "content/worst.md", item("")), comes, **more)


CASES = [
    collection("100 categories, with pages and copies", WHOLE, one(categories(100))),
    collection("100 categories, with archives, pages and copies", ARCHIVED, one(categories(100))),
    collection("101 categories", ARCHIVED, one(categories(101)), "error"),
    collection("8 MiB in 100 categories", ARCHIVED, one(categories(100), lambda: "x" * (8 * MIB - 9000)), "error"),
    collection("8 MiB of words in one category, with copies", WHOLE,
               one(categories(1), lambda: words(8 * MIB - 200)), seconds=2.0, mib=80.0, why=COPIES),
    collection("3.4 MiB of words in three categories, with copies", WHOLE,
               one(categories(3), lambda: words(3400000)), seconds=6.0, why=COPIES),
    collection("100 KiB of words in 100 categories, with copies", WHOLE,
               one(categories(100), lambda: words(100000)), seconds=6.0, why=COPIES),
    collection("a title for the list of 900 characters in 100 categories", ARCHIVED,
               one(lambda: categories(100) + "description: '" + "<&" * 10000 + "'\n"), seconds=2.0, why=COPIES),
    collection("labels of 100 KiB", ARCHIVED, one(
        lambda: "categorySlug: [a, b]\ncategoryLabel: [" + "<" * 100000 + ", " + "&" * 100000 + "]\n"),
        "either"),
    collection("4,000 groups in the list of feeds", BARE, groups(40, 100), seconds=2.0,
               why="4,001 feeds of forty items: 12,000 documents, and no single input"),
    collection("600 months of archives", WHOLE + "archive: month\npages: false\ncompress: false\n", months(600)),
    collection("5,000 items of one second", BARE, lambda site: sum(
        put(site, f"content/worst-{n}.md", item("", head=f"title: Same {n}\ndate: 2025-01-01\n"))
        for n in range(5000)) + put(site, "content/worst.md", item(""))),
    ids("100,000 lines", lambda: counted("tag:x,{0}:a\tfile:a{0}\tslug:b{0}\n", 100000, 64 * MIB), mib=128.0,
        why="what is remembered of 100,000 items, by the site's own file"),
    ids("100,000 lines of one id", lambda: "tag:x\tfile:a\n" * 100000),
    ids("100,000 lines of one key", lambda: counted("tag:x{}\tslug:worst\n", 100000, 64 * MIB), "either"),
    ids("500,000 keys in a line", lambda: "tag:x" + counted("\tk{}", 500000, 64 * MIB) + "\n", mib=128.0,
        why="the same"),
    ids("8 MiB of tabs", lambda: "\t" * (8 * MIB)),
    ids("8 MiB of tabs after an id", lambda: "a" + "\t" * (8 * MIB)),
    ids("8 MiB of newlines", lambda: "\n" * (8 * MIB)),
    ids("8 MiB of zeros", lambda: bytes(8 * MIB)),
    ids("8 MiB of one line", lambda: "x" * (8 * MIB)),
]
