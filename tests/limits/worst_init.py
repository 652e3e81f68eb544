"""Folders that `outfeed init` is asked to make sense of."""
import os

from worst import FRONT, HEAD, MIB, Case, counted, filled, put
from worst_tree import GOOD, many
from worst_yaml import laughs


def init(name, make, comes="valid", **more):
    return Case("init", name, make, comes, program="init", **more)


def file(name, path, data, comes="valid", **more):
    return init(name, lambda site: put(site, path, data() if callable(data) else data), comes, **more)


def front(name, text, **more):
    return file(name, "content/worst.md", lambda: "---\n" + HEAD + text() + "---\nText.\n", **more)


def chain(count):
    """Folders in each other; the system has a limit for paths, and none for these."""
    def make(site):
        here = os.getcwd()
        os.chdir(site.folder / "content")
        try:
            for _ in range(count):
                os.mkdir("d")
                os.chdir("d")
            with open("worst.md", "w", encoding="utf-8") as file_below:
                file_below.write(GOOD)
        finally:
            os.chdir(here)
        return 2 * count
    return make


def sparse(path, size):
    def make(site):
        put(site, path, "")
        os.truncate(site.folder / path, size)
        return size
    return make


def fifo(path):
    def make(site):
        os.mkfifo(site.folder / path)
        return 0
    return make


def keys_of_many(site):
    return sum(put(site, f"content/worst-{number}.md", "---\n" + HEAD
                   + counted("k" + str(number) + "x{}: 1\n", 50, MIB) + "---\nText.\n") for number in range(2000))


CASES = [
    init("20,000 folders in each other", chain(20000)),
    init("200,000 folders in each other", chain(200000), long=True),
    init("20,000 folders", lambda site: sum(put(site, f"f{n}/x.txt", "x") for n in range(20000))),
    init("5,000 items", lambda site: many(site, 5000, "worst-{}.md", GOOD)),
    init("250,000 items", lambda site: many(site, 250000, "worst-{}.md", GOOD), long=True, seconds=4.0,
         why="200,000 of them are listed and 4,000 read: a collection, and no single input"),
    init("2,000 items of 50 keys each, no two alike", keys_of_many),
    front("100,000 keys", lambda: counted("k{:x}: 1\n", 100000, FRONT - 100)),
    front("49,000 keys", lambda: counted("k{:x}: 1\n", 49000, FRONT - 100)),
    front("keys in keys, three levels of 30", lambda: "a: {" + ",".join(
        f"b{b}: {{" + ",".join(f"c{c}: {c}" for c in range(900)) + "}" for b in range(30)) + "}\n"),
    front("a key of 1 MiB", lambda: "x" * (FRONT - 200) + ": 1\n"),
    front("a value of 1 MiB", lambda: "bookmark: 'https://" + "x" * (FRONT - 200) + "'\n"),
    front("a list of 90,000 links", lambda: "links: [" + filled("https://a.b/,", 900000) + "]\n"),
    front("a bomb of aliases", lambda: laughs(10, 10)),
    file("8 MiB of a file", "content/worst.md", lambda: "---\n" + HEAD + "---\n" + "x" * (8 * MIB - 100)),
    init("a file of 1 GiB", sparse("content/worst.md", 1 << 30)),
    init("hugo.toml of 1 GiB", sparse("hugo.toml", 1 << 30)),
    init("hugo.toml is a FIFO", fifo("hugo.toml")),
    init("an item is a FIFO", fifo("content/worst.md")),
    file("hugo.toml, keys without an end", "hugo.toml", lambda: filled("title baseURL = '", 255 << 10)),
    file("hugo.toml, one line of keys", "hugo.toml", lambda: filled('title="",', 255 << 10)),
    file("hugo.toml, a title of 255 KiB", "hugo.toml", lambda: 'title = "' + "x" * (255 << 10) + '"\n'),
    file("_config.yml, a bomb of aliases", "_config.yml", lambda: laughs(10, 10)),
    file("_config.yml, 100,000 levels", "_config.yml", lambda: "a: " + "[" * 100000),
    file("package.json, 100,000 levels", "package.json", lambda: '{"a":' * 40000),
    file("eleventy.config.js, quotes", "eleventy.config.js", lambda: filled("input: `", 255 << 10)),
]
