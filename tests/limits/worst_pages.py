"""What an audit reads of the web, by the library's own functions: no server.

Bombs of gzip and brotli, endless answers, floods of headers and cookies, loops
of redirects: tests/net/test_fetch.py (a body is cut at its cap, decoded).
"""
from worst import Case, filled, put

BODY = 512 << 10                # max_body, unless outfeed.yaml says more
ROBOTS = 500 << 10


def page(name, data, size=None, **more):
    def make(site):
        return put(site, "page", data())
    return Case("page", name, make, "valid", program="probe", arguments=["page", "{}/page"], **more)


def robots(name, data, path):
    def make(site):
        put(site, "path", path())
        return put(site, "robots", data())
    return Case("robots.txt", name, make, "valid", program="probe",
                arguments=["robots", "{}/robots", "{}/path"])


def ld(text):
    return "<script type='application/ld+json'>" + text + "</script>"


CASES = [
    page("500,000 attributes on one element", lambda: "<p " + "".join(f"a{n:x} " for n in range(500000)) + ">x"),
    page("500,000 `content` on one meta", lambda: "<meta name=description " + "content=x " * 500000 + ">"),
    page("metas", lambda: filled("<meta property='og:title' content='x'>", BODY)),
    page("links", lambda: filled("<link rel='icon alternate' type='application/rss+xml' href='/x'>", BODY)),
    page("canonical of 512 KiB", lambda: "<link rel=canonical href='/" + "../" * (BODY // 3 - 40) + "'>"),
    page("base x 40,000", lambda: filled("<base href='/x'>", BODY)),
    page("titles", lambda: filled("<title>x", BODY)),
    page("headings", lambda: filled("<h1>x", BODY)),
    page("elements in each other", lambda: filled("<div>", BODY)),
    page("`<script>` left open", lambda: filled("<script>", BODY)),
    page("comments left open", lambda: filled("<!--", BODY)),
    page("`<`", lambda: filled("<", BODY)),
    page("`&`", lambda: filled("&", BODY)),
    page("`&#`", lambda: filled("&#", BODY)),
    page("`&NotEqualTilde;`", lambda: "<title>" + filled("&NotEqualTilde;", BODY)),
    page("`<svg><title>`", lambda: filled("<svg><title>", BODY)),
    page("refreshes", lambda: filled("<meta http-equiv=refresh content='0;url=x'>", BODY)),
    page("JSON-LD, 10,000 deep", lambda: ld("[" * 10000 + "]" * 10000)),
    page("JSON-LD, @graph 10,000 deep", lambda: ld('{"@graph":' * 10000 + "1" + "}" * 10000)),
    page("JSON-LD, 1e5 things", lambda: ld("[" + ",".join('{"@type":"Article"}' for _ in range(25000)) + "]")),
    page("JSON-LD, scripts", lambda: filled(ld('{"@type":"Article","headline":"x"}'), BODY)),
    page("JSON-LD, a number of 500,000 digits", lambda: ld("9" * 500000)),
    page("zeros", lambda: bytes(BODY)),
    page("0xFF", lambda: b"\xff" * BODY),
    page("UTF-16 without end", lambda: b"\xff\xfe" + b"\x00\xd8" * (BODY // 2)),
    page("charsets", lambda: filled("<meta charset=x>", BODY)),
    page("iso-2022-jp escapes", lambda: b"<meta charset=iso-2022-jp>" + b"\x1b$B\x1b(B" * (BODY // 6)),
    page("SVG with a bomb of entities",
         lambda: "<!DOCTYPE svg [<!ENTITY a 'x'>]><svg viewBox='" + "&a;" * 100000 + "'/>"),
    robots("`*a*a…` of 500 KiB against a long path",
           lambda: "User-agent: *\nDisallow: /" + filled("*a", ROBOTS), lambda: "/" + "a" * 8000 + "b"),
    robots("`*a*a…$`, 500 rules, a long path",
           lambda: "User-agent: *\n" + ("Disallow: /" + "*a" * 490 + "$\n") * 500, lambda: "/" + "a" * 8000 + "b"),
    robots("rules of one byte", lambda: "User-agent: *\n" + filled("Allow: /\n", ROBOTS), lambda: "/" + "a" * 8000),
    robots("agents", lambda: filled("User-agent: outfeed\n", ROBOTS), lambda: "/a"),
    robots("newlines", lambda: "\n" * ROBOTS, lambda: "/a"),
    robots("one line", lambda: "User-agent: " + "x" * ROBOTS, lambda: "/a"),
    robots("delays", lambda: "User-agent: *\n" + filled("Crawl-delay: 9999999999\n", ROBOTS), lambda: "/a"),
]
