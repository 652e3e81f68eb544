"""Markdown bodies of 8 MiB: what is quadratic in careless parsers, and what multiplies."""
from worst import FILE, counted, filled, item

ROOM = FILE - 200


def markdown(name, body, comes, front="", **more):
    return item("markdown", name, front, body, comes, **more)


def growing_ticks(size):
    parts, length, run = [], 0, 1
    while length + run + 2 < size:
        parts.append("a" + "`" * run)
        length += run + 1
        run += 1
    return "".join(parts)


def stairs(mark, size):
    """Each line one level deeper than the one before."""
    lines, length, depth = [], 0, 0
    while True:
        line = " " * (depth * len(mark)) + mark + "x\n"
        length += len(line)
        if length > size:
            return "".join(lines)
        lines.append(line)
        depth += 1


def references(count, target):
    """Definitions, each of them used."""
    return (counted("[r{:x}]: " + target + "\n", count, ROOM // 2) + "\n"
            + counted("[r{:x}] ", count, ROOM // 2))


def table(columns, rows):
    return ("|a" * columns + "|\n" + "|---" * columns + "|\n" + "|\n" * rows)[:ROOM]


CASES = [
    markdown("quotes, 10,000 deep", lambda: ">" * 10000 + " x\n", "error"),
    markdown("quotes, 10,000 deep, 400 lines", lambda: (">" * 10000 + " x\n") * 400, "error"),
    markdown("quotes, 255 deep, 8 MiB", lambda: filled(">" * 250 + " x\n", ROOM), "either"),
    markdown("lists, 10,000 deep on a line", lambda: "- " * 10000 + "x\n", "error"),
    markdown("lists, 4 MiB deep on a line", lambda: "- " * (ROOM // 2) + "x\n", "error"),
    markdown("quotes, 8 MiB deep", lambda: ">" * ROOM, "error"),
    markdown("lists, deeper by the line", lambda: stairs("- ", ROOM), "error"),
    markdown("numbered lists, deeper by the line", lambda: stairs("1. ", ROOM), "error"),
    markdown("list items x 1e6", lambda: filled("- x\n", ROOM), "either"),
    markdown("lists of two kinds in turn", lambda: filled("- x\n+ x\n", ROOM), "either"),
    markdown("`[` x 1e6", lambda: "[" * 1000000, "either"),
    markdown("`[` x 8e6", lambda: "[" * ROOM, "either"),
    markdown("`]` x 8e6", lambda: "]" * ROOM, "either"),
    markdown("`[a](` x 2e6", lambda: filled("[a](", ROOM), "either"),
    markdown("`[a](<b` x 1e6", lambda: filled("[a](<b", ROOM), "either"),
    markdown("`![](` x 1e5", lambda: "![](" * 100000, "either"),
    markdown("`![[]()` x 1e6", lambda: filled("![[]()", ROOM), "either"),
    markdown("`[[]` deep", lambda: "[" * 500000 + "a" + "](b)" * 500000, "either"),
    markdown("`![a](b` nested", lambda: "![" * 100000 + "a" + "](b)" * 100000, "either"),
    markdown("`*a_` x 2e6", lambda: filled("*a_", ROOM), "either"),
    markdown("`*a **a ` x 1e6", lambda: filled("*a **a ", ROOM), "either"),
    markdown("`a**b` x 2e6", lambda: filled("a**b", ROOM), "either"),
    markdown("`**x` and `*` closing", lambda: filled("**x ", ROOM // 2) + filled(" *y", ROOM // 2), "either"),
    markdown("emphasis, 100,000 deep", lambda: "*a " * 100000 + "b" + " a*" * 100000, "either"),
    markdown("emphasis of both, 100,000 deep", lambda: "*_" * 100000 + "b" + "_*" * 100000, "either"),
    markdown("`~~a` x 2e6", lambda: filled("~~a ", ROOM), "either"),
    markdown("backticks, runs that grow", lambda: growing_ticks(ROOM), "either"),
    markdown("backticks, ` ``` ` x 1e6", lambda: filled("``` ", ROOM), "either"),
    markdown("fences, opened again and again", lambda: filled("```\na\n\n", ROOM), "either"),
    markdown("100,000 definitions, each used", lambda: references(100000, "/x"), "either"),
    markdown("100,000 definitions of one name", lambda: filled("[a]: /x\n", ROOM // 2) + "\n[a]\n", "either"),
    markdown("a definition of 1 KiB used 1e6 times",
             lambda: "[a]: /" + "x" * 1024 + "\n\n" + filled("[a] ", ROOM - 2048), "either"),
    markdown("a definition of 4 MiB used 1e6 times",
             lambda: "[a]: /" + "x" * (ROOM // 2) + "\n\n" + filled("[a] ", ROOM // 2 - 100), "either"),
    markdown("short links x 2e6 to a long permalink", lambda: filled("[](b)", ROOM - 3000), "either",
             front="permalink: https://x.example/" + "p" * 2000 + "/\n"),
    markdown("a table of 1,000 columns, 1e6 rows", lambda: table(1000, 1000000), "either"),
    markdown("a table of 128 columns, 1e6 rows", lambda: table(128, 1000000), "either"),
    markdown("a table of 100 columns, 1e6 rows", lambda: table(100, 4000000), "either"),
    markdown("`|` x 8e6", lambda: "a|b\n-|-\n" + "|" * (ROOM - 10), "either"),
    markdown("tables x 1e6", lambda: filled("|a|\n|---|\n\n", ROOM), "either"),
    markdown("`&amp;` x 1.6e6", lambda: filled("&amp;", ROOM), "either"),
    markdown("`&` x 8e6", lambda: "&" * ROOM, "either"),
    markdown("`&nGt;` x 1e6", lambda: filled("&nGt;", ROOM), "either"),
    markdown("`&#x10FFFF;` x 1e6", lambda: filled("&#x10FFFF;", ROOM), "either"),
    markdown("`<` x 1e6", lambda: "<" * 1000000, "either"),
    markdown("`<` x 8e6", lambda: "<" * ROOM, "either"),
    markdown("`<a ` x 2e6", lambda: filled("<a ", ROOM), "either"),
    markdown("`<!--` x 2e6", lambda: filled("<!-- a", ROOM), "either"),
    markdown("`<?` x 4e6", lambda: filled("a <?", ROOM), "either"),
    markdown("`<![CDATA[` x 8e5", lambda: filled("a <![CDATA[", ROOM), "either"),
    markdown("`<!A` x 2e6", lambda: filled("a <!A", ROOM), "either"),
    markdown("`<a@b` x 1e6", lambda: filled("<a@b", ROOM), "either"),
    markdown("`http://a` x 8e5", lambda: filled("http://a ", ROOM), "either"),
    markdown("`www.a.a` x 8e5", lambda: filled("www.a.a ", ROOM), "either"),
    markdown("`a@a.` without end", lambda: filled("a@a.", ROOM), "either"),
    markdown("`a.b@` without end", lambda: filled("a.", ROOM - 10) + "@b.example", "either"),
    markdown("backslashes", lambda: "\\" * ROOM, "either"),
    markdown("escapes `\\<`", lambda: filled("\\<", ROOM), "either"),
    markdown("tabs", lambda: filled("\t>", ROOM), "either"),
    markdown("hashes", lambda: filled("#\n", ROOM), "either"),
    markdown("rules", lambda: filled("***\n", ROOM), "either"),
    markdown("underlines of headings", lambda: filled("a\n-\n", ROOM), "either"),
    markdown("hard breaks", lambda: filled("a\\\n", ROOM), "either"),
    markdown("one word of 8 MiB", lambda: "x" * ROOM, "either"),
    markdown("paragraphs x 2e6", lambda: filled("a\n\n", ROOM), "either"),
    markdown("quotation marks", lambda: '"' * ROOM, "either"),
    markdown("smileys", lambda: filled("\U0001F600", ROOM), "either"),
    markdown("shortcodes `{{<` unclosed x 1e5", lambda: "{{< " * 100000, "either"),
    markdown("shortcodes `{%` unclosed x 1e5", lambda: "{% " * 100000, "either"),
    markdown("shortcodes `{% raw %}` x 8e5", lambda: filled("{% raw %}", ROOM), "either"),
    markdown("shortcodes `{{< a >}}` x 8e5", lambda: filled("{{< a >}}", ROOM), "either"),
    markdown("shortcodes `{%` in spans", lambda: "`" + filled("{% ", ROOM - 10) + "`", "either"),
    markdown("shortcodes `{{</*` unclosed", lambda: filled("{{</*", ROOM), "either"),
    markdown("shortcodes in `<pre>` unclosed", lambda: filled("<pre>{{<", ROOM), "either"),
    markdown("shortcodes between `<code>` and one end",
             lambda: "{" + filled("<code>", ROOM - 10) + "</code>", "either"),
    markdown("`[a](b` and a title by the line", lambda: filled("[a](b\n(", ROOM // 4), "error"),
    markdown("`[a](b` and a title by the line, 38,000 of them", lambda: "[a](b\n(" * 38000, "valid"),
    markdown("links to bare addresses in items, 20,000", lambda: "- [a](https://www.e.example/x)\n" * 20000, "valid"),
    markdown("definitions with titles by the line", lambda: filled("[a]: b\n'c\n", ROOM // 4), "error"),
    markdown("a list 20,000 deep, then blank lines", lambda: "- " * 20000 + "x\n" + "\n" * (ROOM // 2), "error"),
    markdown("a list 120 deep, then blank lines", lambda: "- " * 120 + "x\n" + "\n" * (ROOM - 1000), "either"),
    markdown("a list deeper by the line, then blank lines",
             lambda: stairs("- ", ROOM // 4) + "\n" * (ROOM // 2), "error"),
    markdown("`a@b.cd ` x 1e6", lambda: filled("a@b.cd ", ROOM), "error"),
    markdown("`www.a.a ` x 8,000, 100 paragraphs", lambda: ("www.a.a " * 8000 + "\n\n") * 100, "either"),
    markdown("20,000 links in a paragraph, a line each", lambda: "[a](<https://e.example/x>)\n" * 20000, "valid"),
    markdown("braces", lambda: "{" * ROOM, "either"),
]
