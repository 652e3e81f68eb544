"""outfeed.yaml, of 1 MiB and worse."""
from worst import MIB, Case, counted, put
from worst_yaml import laughs, merges

SITE = "site: {title: T, url: 'https://example.org/'}\n"


def config(name, text, comes, status=2, names=(), about="outfeed.yaml", **more):
    def make(site):
        for name in names:
            put(site, name, "---\ntitle: Worst\ndate: 2025-02-01\n---\nText.\n")
        return put(site, "outfeed.yaml", SITE + text())
    return Case("outfeed.yaml", name, make, comes, status=status, about=about, **more)


def grouped(count):
    return "groups:\n" + counted("- {{by: k{0:x}, path: 'g{0:x}/{{slug}}'}}\n", count, MIB - 200)


STARS = "*a" * 60 + "*b"
LONG = "content/" + "a" * 240 + ".md"

CASES = [
    config("1 MiB of a comment", lambda: "#" + "x" * (MIB - 100) + "\n", "valid", 0),
    config("more than 1 MiB", lambda: "#" + "x" * MIB + "\n", "error"),
    config("a bomb of aliases", lambda: laughs(10, 10), "error"),
    config("merge keys, 60 levels", lambda: merges(60), "error"),
    config("500,000 levels", lambda: "groups: " + "[" * 500000 + "\n", "error"),
    config("1e5 groups", lambda: grouped(100000), "error"),
    config("1e5 unknown keys", lambda: counted("k{:x}: 1\n", 100000, MIB - 200), "error", many=True),
    config("1e5 entries of content",
           lambda: "content: [content," + counted("a{:x},", 90000, MIB - 200) + "]\n", "error", 1, about="a0"),
    config("1e5 fields", lambda: "fields: {" + counted("k{:x}: a,", 90000, MIB - 200) + "}\n", "error", many=True),
    config("1e5 paths of a field",
           lambda: "fields: {title: [" + counted("k{:x},", 90000, MIB - 200) + "]}\n", "either", 2),
    config("1e5 hosts of the audit",
           lambda: "audit: {hosts: {" + counted("h{:x}.example: {{delay: 1s}},", 20000, MIB - 200) + "}}\n",
           "either", 0),
    config("1e5 patterns that are excluded",
           lambda: "audit: {exclude: [" + counted("'*{:x}*',", 90000, MIB - 200) + "]}\n", "either", 0),
    config("a title of 1 MiB", lambda: "all: {title: " + "x" * (MIB - 200) + "}\n", "either", 0),
    config("a glob of 1 MiB", lambda: "content: ['content/" + "*a" * (MIB // 2 - 100) + "']\n", "either", 0),
    config("globs `*a*a…b` against long names", lambda: f"content: [content, 'content/{STARS}']\n", "warning", 0,
           names=[LONG[:100] + f"{n}.md" for n in range(200)]),
    config("a glob of `**/` against deep folders",
           lambda: "content: [content, '" + "**/" * 300 + "*b']\n", "warning", 0,
           names=["content/" + "a/" * 100 + "x.md"]),
]
