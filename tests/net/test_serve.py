"""The same requests to `outfeed serve`, to nginx with contrib/nginx and to Caddy with
contrib/caddy, and what each of them must say.

A row says what all say; where one may differ, the row says how, and why.
"""
import gzip
import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import brotli
import pytest

sys.path.insert(0, str(Path(__file__).parent))
from raw_http import ask  # noqa: E402
from serve_site import DATE, PNG, TEXT, Serving, make_site  # noqa: E402
from web_server import BROTLI, WebServer, outfeed_conf  # noqa: E402

CADDYFILE = Path(__file__).parents[2] / "contrib" / "caddy" / "Caddyfile"
ATOM = "application/atom+xml; charset=utf-8"
RSS = "application/rss+xml; charset=utf-8"
JSON = "application/feed+json"
HTML = "text/html; charset=utf-8"
SIZE = str(len(TEXT))
EARLIER, LATER = "Tue, 14 Nov 2023 22:13:19 GMT", "Wed, 15 Nov 2023 00:00:00 GMT"
STRONG = re.compile(r'"[!#-~]+"')
ABSENT = None


class Row:
    """A request: {tag} in a header stands for the server's own, of this path unencoded; {gzip}
    and {br} for those of its copies. A member of differ is another expectation, by server."""

    def __init__(self, path, status=200, body=ABSENT, method="GET", send=None, differ=None, **want):
        self.path, self.method, self.send = path, method, send or {}
        self.want = {"status": status, "body": body, **want}
        self.differ = differ or {}

    def __repr__(self):
        return " ".join([self.method, self.path[:60], *(f"{k}={v}" for k, v in self.send.items())])


def encoded(coding, **more):
    return {"Content_Encoding": coding, "Vary": "Accept-Encoding", "Content_Type": ATOM, **more}


GZIPPED, BROTLI_BODY = ("gzip", TEXT), ("br", TEXT)

ROWS = [
    # -- documents and their types
    Row("/", body=TEXT, Content_Type=HTML, Content_Length=SIZE, Last_Modified=DATE, ETag=STRONG,
        X_Content_Type_Options="nosniff", Content_Security_Policy=re.compile("default-src 'self'")),
    Row("/index.html", body=TEXT, Content_Type=HTML),
    Row("/all/", body=TEXT, Content_Type=HTML),
    Row("/all/atom.xml", body=TEXT, Content_Type=ATOM, Content_Length=SIZE, Last_Modified=DATE,
        ETag=STRONG, Vary="Accept-Encoding", Accept_Ranges="bytes", Cache_Control=re.compile(".+"),
        X_Content_Type_Options="nosniff", Content_Security_Policy=re.compile("default-src 'none'"),
        differ={"caddy": {"Vary": ABSENT}}),         # said of copies alone
    Row("/all/rss.xml", body=TEXT, Content_Type=RSS),
    Row("/all/feed.json", body=TEXT, Content_Type=JSON),
    Row("/all/archive/2025-03.atom.xml", body=TEXT, Content_Type=ATOM),
    Row("/all/archive/2025-03.rss.xml", body=TEXT, Content_Type=RSS),
    Row("/all/archive/2025-03.feed.json", body=TEXT, Content_Type=JSON),
    Row("/subscriptions.opml", body=TEXT, Content_Type="text/x-opml; charset=utf-8"),
    Row("/audit/rot.xml", body=TEXT, Content_Type=ATOM),
    Row("/audit/audit.sarif", body=b"{}", Content_Type="application/sarif+json",
        differ={"caddy": {"Content_Type": re.compile(".*")}}),      # as the system's table says
    Row("/plain.xml", body=TEXT, Content_Type="application/xml; charset=utf-8",
        differ={"caddy": {"Content_Type": re.compile("(text|application)/xml(; charset=utf-8)?")}}),
    Row("/empty.xml", body=b"", Content_Length="0"),
    Row("/pic.png", body=PNG, Content_Type="image/png", Vary=ABSENT,
        Content_Security_Policy=re.compile(".*sandbox")),
    Row("/bad.svg", Content_Type="image/svg+xml", Content_Security_Policy=re.compile(".*sandbox")),
    Row("/name%20with%20%C3%A9.txt", body=TEXT, Content_Type="text/plain; charset=utf-8"),
    Row("/all/atom.xml?x=/../y", body=TEXT),
    Row("//all///atom.xml", body=TEXT, Content_Type=ATOM),
    Row("/all%2Fatom.xml", body=TEXT),
    Row("http://localhost/all/atom.xml", body=TEXT, Content_Type=ATOM),
    # -- HEAD, and other methods
    Row("/all/atom.xml", method="HEAD", body=b"", Content_Type=ATOM, Content_Length=SIZE, ETag=STRONG),
    Row("/nope", 404, method="HEAD", body=b""),
    Row("/all/atom.xml", 405, method="POST", Allow="GET, HEAD", send={"Content_Length": "0"}),
    Row("/all/atom.xml", 405, method="OPTIONS", Allow="GET, HEAD"),
    Row("/all/atom.xml", 405, method="DELETE", Allow="GET, HEAD"),
    Row("/all/atom.xml", 405, method="PUT", Allow="GET, HEAD", send={"Content_Length": "0"}),
    Row("/all/atom.xml", 405, method="BREW", Allow="GET, HEAD"),
    # -- folders
    Row("/all", 301, Location="/all/", differ={"caddy": {"status": 308, "Location": re.compile("/?all/")}}),
    Row("//all", 301, Location="/all/", differ={"caddy": {"status": 308, "Location": re.compile("(?!//)")}}),
    Row("//example.com/..", 400, Location=ABSENT, differ={
        "nginx": {"status": 200}, "caddy": {"status": re.compile("30.|40."), "Location": re.compile("(?!//|http)")}}),
    Row("/nothing/", 404, differ={"nginx": {"status": 403}}),       # its word for no index
    Row("/all/atom.xml/", 404, differ={"caddy": {"status": re.compile("308|404")}}),
    # -- conditions
    Row("/all/atom.xml", 304, b"", send={"If_None_Match": "{tag}"}, ETag="{tag}", Content_Type=ABSENT,
        Cache_Control=re.compile(".+"), differ={"caddy": {"Content_Type": re.compile(".*")}}),
    Row("/all/atom.xml", 304, b"", send={"If_None_Match": "W/{tag}"}),
    Row("/all/atom.xml", 304, b"", send={"If_None_Match": '"x", {tag}'}),
    Row("/all/atom.xml", 304, b"", send={"If_None_Match": '*'}),
    Row("/all/atom.xml", 200, TEXT, send={"If_None_Match": '"x"'}),
    Row("/all/atom.xml", 200, TEXT, send={"If_None_Match": "x"}),
    Row("/all/atom.xml", 200, TEXT, send={"If_None_Match": '"x"', "If_Modified_Since": DATE}),
    Row("/all/atom.xml", 304, b"", send={"If_None_Match": "{tag}", "If_Modified_Since": EARLIER},
        # nginx wants both to say so (RFC 9110 has the date be passed over): at worst a needless 200
        differ={"nginx": {"status": 200, "body": TEXT}}),
    Row("/all/atom.xml", 304, b"", send={"If_Modified_Since": DATE}),
    Row("/all/atom.xml", 304, b"", send={"If_Modified_Since": LATER}),
    Row("/all/atom.xml", 200, TEXT, send={"If_Modified_Since": EARLIER}),
    Row("/all/atom.xml", 200, TEXT, send={"If_Modified_Since": "yesterday"}),
    Row("/all/atom.xml", 304, b"", method="HEAD", send={"If_None_Match": "{tag}"}),
    Row("/all/atom.xml", 412, send={"If_Match": '"x"'}),
    Row("/all/atom.xml", 200, TEXT, send={"If_Match": "{tag}"}),
    Row("/all/atom.xml", 412, send={"If_Unmodified_Since": EARLIER}),
    Row("/nope", 404, send={"If_None_Match": "*"}),
    # -- codings
    Row("/all/atom.xml", body=GZIPPED, send={"Accept_Encoding": "gzip"}, **encoded("gzip"), ETag=STRONG),
    # nginx as it comes knows gzip alone: test_nginx_with_brotli()
    Row("/all/atom.xml", body=BROTLI_BODY, send={"Accept_Encoding": "br"}, **encoded("br"), ETag=STRONG,
        differ={"nginx": {"Content_Encoding": ABSENT, "body": TEXT}}),
    Row("/all/atom.xml", body=BROTLI_BODY, send={"Accept_Encoding": "gzip, deflate, br"}, **encoded("br"),
        differ={"nginx": {"Content_Encoding": "gzip", "body": GZIPPED}}),
    Row("/all/atom.xml", body=GZIPPED, send={"Accept_Encoding": "br;q=0.2, gzip;q=0.8"}, **encoded("gzip")),
    Row("/all/atom.xml", body=TEXT, send={"Accept_Encoding": "gzip;q=0"}, Content_Encoding=ABSENT),
    Row("/all/atom.xml", body=TEXT, send={"Accept_Encoding": "zstd"}, Content_Encoding=ABSENT),
    Row("/all/atom.xml", body=GZIPPED, send={"Accept_Encoding": "identity;q=0, gzip"}, **encoded("gzip")),
    # a body that was ruled out is better than none, say the others
    Row("/plain.xml", 406, send={"Accept_Encoding": "identity;q=0, gzip"},
        differ={"nginx": {"status": 200}, "caddy": {"status": 200}}),
    Row("/plain.xml", body=TEXT, send={"Accept_Encoding": "gzip, br"}, Content_Encoding=ABSENT),
    # a copy of another time may be one of another text: the others do not look
    Row("/stale.xml", body=TEXT, send={"Accept_Encoding": "gzip, br"}, Content_Encoding=ABSENT,
        differ={name: {"Content_Encoding": re.compile("br|gzip"), "body": ABSENT}
                for name in ("nginx", "caddy")}),
    Row("/all/atom.xml", method="HEAD", body=b"", send={"Accept_Encoding": "gzip"}, **encoded("gzip")),
    Row("/all/atom.xml", 304, b"", send={"Accept_Encoding": "gzip", "If_None_Match": "{gzip}"}, ETag="{gzip}"),
    Row("/all/atom.xml", 304, b"", send={"Accept_Encoding": "br", "If_None_Match": "{br}"}, ETag="{br}"),
    Row("/all/atom.xml", 200, send={"Accept_Encoding": "br", "If_None_Match": "{gzip}"}),
    Row("/all/atom.xml", 200, send={"If_None_Match": "{gzip}"}),
    Row("/pic.png", body=PNG, send={"Accept_Encoding": "gzip, br"}, Content_Encoding=ABSENT),
    Row("/all/atom.xml.gz", Content_Type="application/gzip", Content_Encoding=ABSENT),
    # -- ranges
    Row("/plain.xml", 206, TEXT[:10], send={"Range": "bytes=0-9"}, Content_Range=f"bytes 0-9/{SIZE}",
        Content_Length="10"),
    Row("/plain.xml", 206, TEXT[-10:], send={"Range": "bytes=-10"}),
    Row("/plain.xml", 206, TEXT[100:], send={"Range": "bytes=100-"}),
    Row("/plain.xml", 206, TEXT[100:], send={"Range": "bytes=100-99999999"}),
    Row("/plain.xml", 416, send={"Range": f"bytes={SIZE}-"}, Content_Range=f"bytes */{SIZE}"),
    # several parts at once are more than this is for; Caddy has them
    Row("/plain.xml", 200, TEXT, send={"Range": "bytes=0-1,5-6"},
        differ={"caddy": {"status": 206, "body": ABSENT}}),
    Row("/plain.xml", 200, TEXT, send={"Range": "lines=0-1"},
        differ={"caddy": {"status": 416, "body": ABSENT}}),
    # RFC 9110 leaves open whether nonsense is passed over or refused
    Row("/plain.xml", 200, TEXT, send={"Range": "bytes=x-"},
        differ={name: {"status": 416, "body": ABSENT} for name in ("nginx", "caddy")}),
    Row("/plain.xml", 206, TEXT[:10], send={"Range": "bytes=0-9", "If_Range": "{tag}"}),
    Row("/plain.xml", 206, TEXT[:10], send={"Range": "bytes=0-9", "If_Range": DATE}),
    Row("/plain.xml", 200, TEXT, send={"Range": "bytes=0-9", "If_Range": '"x"'}),
    Row("/plain.xml", 200, TEXT, send={"Range": "bytes=0-9", "If_Range": EARLIER}),
    Row("/plain.xml", 304, b"", send={"Range": "bytes=0-9", "If_None_Match": "{tag}"}),
    # nginx gives no parts of copies
    Row("/all/atom.xml", 206, gzip.compress(TEXT, mtime=0)[5:10], Content_Encoding="gzip",
        send={"Range": "bytes=5-9", "Accept_Encoding": "gzip"},
        differ={"nginx": {"status": 200, "body": GZIPPED}}),
    # -- what is not there, or nobody's
    Row("/nope", 404),
    Row("/all/nope.xml", 404),
    Row("/.secret", 404),
    Row("/%2esecret", 404),
    Row("/all/.htaccess", 404),
    Row("/.staged/atom.xml", 404),
    Row("/.git/config", 404),
    Row("/all/" + "x" * 300, 404, differ={"caddy": {"status": re.compile("404|500")}}),
    Row("/" + "x" * 3000, 404, differ={"caddy": {"status": re.compile("404|500")}}),
    Row("/fifo.xml", 404, differ={"caddy": {"status": re.compile("...")}, "skip": {"caddy"}}),  # it would wait
    # a way up is refused, where the others undo it: nothing that they then find is outside
    Row("/../outside.xml", 400, differ={"caddy": {"status": 404}}),
    Row("/all/../../outside.xml", 400, differ={"caddy": {"status": 404}}),
    Row("/%2e%2e/outside.xml", 400, differ={"caddy": {"status": 404}}),
    Row("/..%2foutside.xml", 400, differ={"caddy": {"status": 404}}),
    Row("/..%5c..%5coutside.xml", 400, differ={"nginx": {"status": 404}, "caddy": {"status": 404}}),
    Row("/all/..\\..\\outside.xml", 400, differ={"nginx": {"status": 404}, "caddy": {"status": 404}}),
    Row("/all/../plain.xml", 400, differ={"nginx": {"status": 200}, "caddy": {"status": re.compile("200|404")}}),
    Row("/plain.xml%00.html", 400, differ={"caddy": {"status": re.compile("400|404|500")}}),
    Row("/plain.xml%0a", 400, differ={"nginx": {"status": 404}, "caddy": {"status": re.compile("40.")}}),
    Row("/%zz", 400),
    # -- links, which Caddy follows: it has no way to be told not to
    Row("/out.xml", 404, differ={"nginx": {"status": 403}, "skip": {"caddy"}}),
    Row("/relative.xml", 404, differ={"nginx": {"status": 403}, "skip": {"caddy"}}),
    Row("/within.xml", 404, differ={"nginx": {"status": 403}, "skip": {"caddy"}}),
    Row("/outwards/outside.xml", 404, differ={"skip": {"caddy"}}),
    Row("/all/up/plain.xml", 404, differ={"skip": {"caddy"}}),
    # -- the site's images, which are beside the output
    Row("/images/one.png", body=PNG, Content_Type="image/png", ETag=STRONG),
    Row("/images/sub/two.jpeg", body=PNG, Content_Type="image/jpeg"),
    Row("/images/one.png", 304, b"", send={"If_None_Match": "{tag}"}),
    Row("/images/nope.png", 404),
    Row("/images/out.png", 404, differ={"nginx": {"status": 403}, "skip": {"caddy"}}),
    Row("/images/../outfeed.yaml", 400, differ={"nginx": {"status": 404}, "caddy": {"status": 404}}),
]


class Caddy:
    def __init__(self, folder, site):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.place = free.getsockname()
        text = CADDYFILE.read_text()
        for line, mine in (("feeds.example.org {", f"http://:{self.place[1]} {{"),
                           ("root * /srv/feeds/public", f"root * {site}/public"),
                           ("root * /srv/feeds/images", f"root * {site}/images")):
            assert text.count(line) == 1, line
            text = text.replace(line, mine)
        self.file = folder / "Caddyfile"
        self.file.write_text("{\n\tadmin off\n\tauto_https off\n"
                             f"\tdefault_bind 127.0.0.1\n\tstorage file_system {folder}\n}}\n" + text)

    def __enter__(self):
        self.log = open(self.file.with_name("log"), "wb")
        self.process = subprocess.Popen(
            ["caddy", "run", "--config", self.file, "--adapter", "caddyfile"], stdin=subprocess.DEVNULL,
            stdout=self.log, stderr=self.log, env={**os.environ, "HOME": str(self.file.parent)})
        until = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(self.place, 1).close()
                return self
            except OSError:
                assert self.process.poll() is None and time.monotonic() < until, \
                    self.file.with_name("log").read_text()
                time.sleep(0.05)

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=20)
        self.log.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    return make_site(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def places(site, tmp_path_factory):
    """Server -> where it is."""
    conf = outfeed_conf(site / "public", site / "images")
    with Serving(site) as ours, \
            WebServer(tmp_path_factory.mktemp("nginx"), conf) as nginx, \
            Caddy(tmp_path_factory.mktemp("caddy"), site) as caddy:
        yield {"outfeed": ours.place, "nginx": ("127.0.0.2", nginx.port), "caddy": caddy.place}


def tags(place, path):
    """What stands for {tag}, {gzip} and {br}."""
    return {"tag": ask(place, path)["ETag"], "gzip": ask(place, path, Accept_Encoding="gzip")["ETag"],
            "br": ask(place, path, Accept_Encoding="br")["ETag"]}


def holds(got, want):
    if isinstance(want, re.Pattern):
        return want.fullmatch(str(got)) or want.match(str(got))
    return got == want


def unpacked(body, coding):
    return {"gzip": gzip.decompress, "br": brotli.decompress}[coding](body)


def check(answer, want, known):
    for name, value in want.items():
        if isinstance(value, str) and "{" in value:
            value = value.format(**known)
        if name == "status":
            assert holds(answer.status, value), f"status {value}: {answer}"
        elif name != "body":
            assert holds(answer[name.replace("_", "-")], value), f"{name}: {value}: {answer}"
        elif isinstance(value, tuple):
            assert unpacked(answer.body, value[0]) == value[1], answer
        elif value is not None:
            assert answer.body == value, answer


@pytest.mark.parametrize("server", ["outfeed", "nginx", "caddy"])
@pytest.mark.parametrize("row", ROWS, ids=repr)
def test_request(places, row, server):
    if server in row.differ.get("skip", ()):
        pytest.skip("by the table")
    place = places[server]
    known = {}
    if any("{" in value for value in row.send.values()):
        known = tags(place, row.path)
        assert len(set(filter(None, known.values()))) >= 1
    send = {name: value.format(**known) for name, value in row.send.items()}
    answer = ask(place, row.path, row.method, **send)
    assert b"secret" not in answer.body and b"root:" not in answer.body
    check(answer, {**row.want, **row.differ.get(server, {})}, known)


def test_nginx_with_brotli(site, tmp_path):
    conf = outfeed_conf(site / "public", site / "images", brotli=True)
    with WebServer(tmp_path, conf, modules=[BROTLI]) as nginx:
        place = ("127.0.0.2", nginx.port)
        answer = ask(place, "/all/atom.xml", Accept_Encoding="br")
        assert (answer["Content-Encoding"], answer["Content-Type"]) == ("br", ATOM)
        assert brotli.decompress(answer.body) == TEXT
        assert ask(place, "/all/atom.xml", Accept_Encoding="br", If_None_Match=answer["ETag"]).status == 304
