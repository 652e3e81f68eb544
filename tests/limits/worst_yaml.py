"""Front matter: bombs of aliases, depth, numbers of everything, huge scalars."""
from worst import FILE, FRONT, HEAD, counted, filled, item, raw

ROOM = FRONT - 200              # beside the keys that every case has


def laughs(levels, wide):
    lines = ["a0: &a0 [x" + ", x" * (wide - 1) + "]"]
    lines += [f"a{n}: &a{n} [" + ", ".join([f"*a{n - 1}"] * wide) + "]" for n in range(1, levels)]
    return "\n".join(lines) + "\n"


def merges(levels):
    lines = ["m0: &m0 {a: 1, b: 2}"]
    lines += [f"m{n}: &m{n} {{<<: [*m{n - 1}, *m{n - 1}], k{n}: 1}}" for n in range(1, levels)]
    return "\n".join(lines) + "\n"


def quadratic():
    """One long text that is named as often as there is room for."""
    return "text: &t " + "x" * (ROOM // 2) + "\ntags: [" + filled("*t,", ROOM // 2 - 40) + "]\n"


def quadratic_list():
    return "list: &l [" + filled("x,", 2000) + "x]\nall: [" + filled("*l,", ROOM // 2) + "*l]\n"


def blocks(levels):
    return "deep:\n" + "".join(" " * n + "-\n" for n in range(1, levels + 1))


def maps(levels):
    return "".join("  " * n + "k:\n" for n in range(levels)) + "  " * levels + "v\n"


def parallel():
    each = ROOM // 4 // 7
    lists = ("categorySlug", "categoryUrl", "categoryLabel", "categories")
    return "".join(f"{key}: [" + counted("s{:x},", 20000, each * 7 - 40) + "]\n" for key in lists)


def listed(key, form="c{:x},", count=1_000_000):
    return lambda: f"{key}: [" + counted(form, count, ROOM - 40) + "]\n"


def encoded_head():
    return "---\n" + HEAD


def yaml(name, front, comes, **more):
    return item("yaml", name, front, "Text.\n", comes, **more)


CASES = [
    yaml("billion laughs", lambda: laughs(10, 10), "error"),
    yaml("laughs, flat and wide", lambda: laughs(3, 300), "error"),
    yaml("laughs, binary, 60 levels", lambda: laughs(60, 2), "error"),
    yaml("quadratic: a text of 512 KiB, 174,000 aliases", quadratic, "error"),
    yaml("quadratic: a list, 174,000 aliases", quadratic_list, "error"),
    yaml("text of 512 KiB, 90,000 aliases as tags",
         lambda: "text: &t " + "x" * (ROOM // 2) + "\ntags: [" + "*t," * 90000 + "]\n", "either"),
    yaml("merge keys, 60 levels", lambda: merges(60), "either"),
    yaml("an alias of itself", "a: &a {b: [*a]}\n", "error"),
    yaml("100,000 anchors", lambda: counted("k{0:x}: &a{0:x}\n", 100000, ROOM), "either"),
    yaml("flow, 63 levels", "deep: " + "[" * 63 + "]" * 63 + "\n", "valid"),
    yaml("flow, 64 levels", "deep: " + "[" * 64 + "]" * 64 + "\n", "error"),
    yaml("flow, 500,000 levels", lambda: "deep: " + "[" * 500000 + "]" * 500000 + "\n", "error"),
    yaml("flow maps, left open", lambda: "deep: " + filled("{a: ", ROOM) + "\n", "error"),
    yaml("block, 63 levels", lambda: blocks(63), "valid"),
    yaml("block, 1,400 levels", lambda: blocks(1400), "error"),
    yaml("block maps, 1,000 levels", lambda: maps(1000), "error"),
    yaml("block, 500,000 dashes on a line", lambda: "deep: \n" + "- " * 500000 + "x\n", "error"),
    yaml("questions, 500,000 on a line", lambda: "? " * 500000 + "x\n", "error"),
    yaml("100,000 keys", lambda: counted("k{:x}:\n", 100000, ROOM), "error"),
    yaml("49,000 keys", lambda: counted("k{:x}:\n", 49000, ROOM), "valid"),
    yaml("49,000 keys in a flow map", lambda: "m: {" + counted("k{:x}: ,", 49000, ROOM) + "}\n", "valid"),
    yaml("49,000 keys that are one", lambda: "k:\n" * 49000, "warning"),
    yaml("10,000 keys, each twice", lambda: counted("k{:x}:\n", 10000, ROOM) * 2, "warning"),
    yaml("one key of 1 MiB", lambda: '"' + "k" * ROOM + '": x\n', "either"),
    yaml("one plain key of 1 MiB", lambda: "k" * ROOM + ": x\n", "either"),
    yaml("1 MiB and a byte more", lambda: "x: " + "y" * FRONT + "\n", "error"),
    yaml("1e6 categories, as far as they fit", listed("categories"), "error"),
    yaml("99,000 categories", listed("categories", count=99000), "error"),
    yaml("90,000 categories of one name", lambda: "categories: [" + "News," * 90000 + "]\n", "either"),
    yaml("categories side by side", parallel, "error"),
    yaml("1e6 aliases in redirect_from", listed("redirect_from", "/{:x},"), "error"),
    yaml("99,000 aliases in redirect_from", listed("redirect_from", "/{:x},", 99000), "either"),
    yaml("99,000 tags", listed("tags", count=99000), "either"),
    yaml("99,000 authors", listed("author", count=99000), "either"),
    yaml("19,000 related links", lambda: "related:\n" + counted("- {{title: t, url: /{:x}}}\n", 19000, ROOM), "either"),
    yaml("a description of 1 MiB", lambda: "description: " + "word " * (ROOM // 5 - 10) + "\n", "either"),
    yaml("a description of `<`", lambda: "description: '" + "<" * (ROOM - 40) + "'\n", "either"),
    yaml("a description of tags", lambda: "description: '" + "<b>" * (ROOM // 3 - 40) + "'\n", "either"),
    yaml("a description of `&lt;`", lambda: "description: '<b>" + "&lt;" * (ROOM // 4 - 40) + "'\n", "either"),
    yaml("a slug of 1 MiB", lambda: "slug: " + "x" * (ROOM - 40) + "\n", "either"),
    yaml("a guid of 1 MiB", lambda: "guid: " + "x" * (ROOM - 40) + "\n", "either"),
    yaml("a permalink of 1 MiB", lambda: "permalink: https://x.example/" + "x" * (ROOM - 80) + "\n", "either"),
    yaml("a source of 1 MiB", lambda: "link: https://x.example/" + "x" * (ROOM - 80) + "\n", "either"),
    yaml("a basePath of dots", lambda: "basePath: " + "/.." * (ROOM // 3 - 80) + "\n", "either"),
    yaml("a date of 1 MiB", lambda: "lastmod: " + "9" * (ROOM - 80) + "\n", "either"),
    yaml("an author of 1 MiB", lambda: "author: " + "a <" * (ROOM // 3 - 80) + "\n", "either"),
    yaml("a language of 1 MiB", lambda: "lang: " + "a-" * (ROOM // 2 - 80) + "\n", "either"),
    yaml("a folded scalar of 1e6 lines", lambda: "x: >\n" + " a\n" * (ROOM // 3 - 10), "valid"),
    yaml("a folded scalar of blank lines", lambda: "x: >\n a\n" + "\n" * (ROOM - 80) + " b\n", "valid"),
    yaml("escapes x 1e5", lambda: 'x: "' + "\\U0001F600" * (ROOM // 10 - 10) + '"\n', "valid"),
    yaml("a plain scalar of lines", lambda: "x: a\n" + " b\n" * (ROOM // 3 - 10), "valid"),
    yaml("comments", lambda: "#\n" * (ROOM // 2), "valid"),
    yaml("blanks", lambda: "x:" + " " * (ROOM - 40) + "y\n", "valid"),
    yaml("blank lines", lambda: "\n" * ROOM, "valid"),
    yaml("directives", lambda: "%YAML 1.1\n" * (ROOM // 10), "error"),
    yaml("tags", lambda: "x: [" + "!!a b," * (ROOM // 6 - 10) + "]\n", "error"),
    yaml("a tag of 1 MiB", lambda: "x: !" + "a" * (ROOM - 40) + " b\n", "either"),
    yaml("an anchor of 1 MiB", lambda: "x: &" + "a" * (ROOM - 40) + " b\n", "either"),
    yaml("quotes that do not end", lambda: "x: '" + "''" * (ROOM // 2 - 40) + "\n", "error"),
    yaml("colons", lambda: "x: " + ":" * (ROOM - 40) + "\n", "either"),
    yaml("`a: ` x 250,000", lambda: "a: " * (ROOM // 3) + "\n", "error"),
    yaml("braces and commas", lambda: "x: {" + "," * (ROOM - 40) + "}\n", "error"),
    yaml("JSON, 90,000 values",
         lambda: '"j": [' + ",".join('{"a": 1}' for _ in range(30000)) + "]\n", "valid"),
    raw("file", "8 MiB of dashes", lambda: "-" * FILE, "error"),
    raw("file", "8 MiB of dashes, by threes", lambda: "---\n" * (FILE // 4), "error"),
    raw("file", "8 MiB of colons", lambda: "---\n" + ":" * (FILE - 4), "error"),
    raw("file", "8 MiB of newlines", lambda: "\n" * FILE, "error"),
    raw("file", "8 MiB of newlines after the opening line", lambda: "---\n" + "\n" * (FILE - 4), "error"),
    raw("file", "8 MiB of newlines as the body", lambda: encoded_head() + "---\n" + "\n" * (FILE - 100), "valid"),
    raw("file", "8 MiB without a newline", lambda: "x" * FILE, "error"),
    raw("file", "8 MiB of zeros", lambda: b"\0" * FILE, "error"),
    raw("file", "8 MiB of zeros as the body",
        lambda: encoded_head().encode() + b"---\n" + b"\0" * (FILE - 100), "warning"),
    raw("file", "8 MiB of 0xFF as the body",
        lambda: encoded_head().encode() + b"---\n" + b"\xff" * (FILE - 100), "error"),
    raw("file", "2 MiB of 0xFF as the body",
        lambda: encoded_head().encode() + b"---\n" + b"\xff" * (FILE // 4), "warning"),
    raw("file", "8 MiB of CR as the body", lambda: encoded_head() + "---\n" + "\r" * (FILE - 100), "valid"),
    raw("file", "8 MiB and a byte", lambda: encoded_head() + "---\n" + "x" * FILE, "error"),
]
