"""An audit over a server of the test's own, and what the patch, the metadata and the next
build make of it."""
import html
import http.server
import json
import struct
import subprocess
import threading
import zlib

import pytest

from conftest import run_program, tree


def png(width, height):
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(b"\0" * (width + 1) * height)) + chunk(b"IEND", b""))


PICTURE = png(31, 17)
TITLE = "A sober title of a page"   # an item's that is unlike its page's tells of drift
PAGE = b"""<!doctype html><html lang="en"><head><title>A sober title of a page</title>
<meta name="description" content="What the page says of itself.">
<meta property="og:image" content="/picture"></head><body><p>A sober title of a page, and words.</p></body></html>"""


TROUBLE = b"<html><head><title>Sorry</title><meta name=description content='Not now.'></head></html>"


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path.startswith("/old"):
            self.send_response(301)
            self.send_header("Location", self.path.replace("/old", "/new,"))
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        known = {"/picture": ("image/png", PICTURE), "/robots.txt": None}
        answer = known.get(self.path.split("?")[0], ("text/html; charset=utf-8", PAGE))
        if self.path.startswith("/page") and self.server.trouble:
            self.send_response(self.server.trouble)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(TROUBLE)))
            self.end_headers()
            self.wfile.write(TROUBLE)
            return
        if answer is None:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Type", answer[0])
        self.send_header("Last-Modified", "Mon, 04 Jan 2021 20:32:06 GMT")
        self.send_header("Content-Length", str(len(answer[1])))
        self.end_headers()
        self.wfile.write(answer[1])

    def log_message(self, *arguments):
        pass


class Server(str):
    """Its address; `fail` is what it answers for /page from then on, 0 for the page."""
    def __new__(cls, address, made):
        self = super().__new__(cls, address)
        self.made = made
        return self

    def fail(self, status):
        self.made.trouble = status


@pytest.fixture
def server():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as made:
        made.trouble = 0
        threading.Thread(target=made.serve_forever, daemon=True).start()
        yield Server(f"http://127.0.0.1:{made.server_port}", made)
        made.shutdown()


def configure(site, server, more=""):
    site.write("outfeed.yaml", "site: {title: T, url: 'https://example.org/'}\ncontent: [content]\n"
               f"audit: {{allow_addresses: [127.0.0.0/8], delay: 1ms, controls: ['{server}/control'],"
               f" metadata: fill{more}}}\n")


def audit(site, *arguments):
    result = run_program("audit", *arguments, cwd=site.folder)
    assert result.status == 0, result
    return result


def test_patch(site, server):
    configure(site, server)
    site.item("a.md", title=TITLE, href=f"{server}/old/a#part", related=[{"url": f"{server}/old/b"}])
    path = site.folder / "content" / "a.md"
    old = path.read_text()
    audit(site, "--patch", "moved.patch")
    done = subprocess.run(["git", "apply", "moved.patch"], cwd=site.folder, capture_output=True,
                          env={"GIT_CEILING_DIRECTORIES": str(site.folder.parent),
                               "PATH": "/usr/bin:/bin", "HOME": "/"})
    assert done.returncode == 0, done.stderr
    assert path.read_text() == old.replace("/old/", "/new,/")
    # and it is mended for good
    audit(site, "--all", "--patch", "moved.patch")
    assert (site.folder / "moved.patch").read_bytes() == b""


def test_metadata_and_build(site, server):
    configure(site, server)
    site.item("a.md", title=TITLE, href=f"{server}/page")
    site.item("b.md", title="Two", image=f"{server}/picture")
    site.build()
    audit(site, "--metadata", "pages.jsonl")
    pages = [json.loads(line) for line in (site.folder / "pages.jsonl").read_text().splitlines()]
    image, page = {page["url"]: page for page in pages}, pages[0]
    assert page == page | {"url": f"{server}/page", "title": TITLE, "language": "en",
                           "description": "What the page says of itself.",
                           "og_image": f"{server}/picture", "type": "text/html"}
    assert image[f"{server}/picture"] == image[f"{server}/picture"] | {
        "type": "image/png", "length": len(PICTURE), "width": 31, "height": 17}
    site.build()
    entries = {entry["title"]: entry for entry in site.feed()["items"]}
    assert entries[TITLE]["summary"] == "What the page says of itself."
    for title in (TITLE, "Two"):
        (found,) = entries[title]["attachments"]
        assert found == found | {"url": f"{server}/picture", "mime_type": "image/png",
                                 "size_in_bytes": len(PICTURE)}


def test_a_failure_changes_no_feed(site, server):
    """What the page said when it was there is kept, by feeds and by --metadata."""
    configure(site, server, ", retries: 0")
    site.item("a.md", title=TITLE, href=f"{server}/page")
    site.build()

    def look(day, status):
        audit(site, "--all", "--now", f"2027-01-{day:02}T00:00:00Z", "--metadata", "pages.jsonl")
        (link,) = json.loads((site.output / "audit" / "audit.json").read_text())["links"]
        assert link["status"] == status
        site.build()
        pages = map(json.loads, (site.folder / "pages.jsonl").read_text().splitlines())
        return next(page for page in pages if page["url"] == f"{server}/page"), tree(site.output / "all")

    page, feeds = look(1, 200)
    assert page == page | {"status": 200, "final_url": f"{server}/page", "title": TITLE,
                           "last_modified": "Mon, 04 Jan 2021 20:32:06 GMT"}
    assert b"What the page says of itself." in feeds["atom.xml"]
    for day, status in enumerate((503, 404, 403, 0), 2):
        server.fail(status)
        again, same = look(day, status or 200)
        expected = dict(page)
        if status:
            del expected["last_modified"]
        assert again == expected, status
        assert same == feeds, status


def test_files_are_named_from_the_site(site, server):
    """However SITE is written: prints of findings then stay."""
    configure(site, server)
    site.item("a.md", title=TITLE, href=f"{server}/old/a")
    audit(site)
    folder, found = site.folder, []
    for cwd, name in ((folder, "."), (folder.parent, folder.name), (folder.parent, "./" + folder.name),
                      (folder / "content", ".."), (folder.parent, folder)):
        result = run_program("audit", "--report-only", "--report", folder / "r", name, cwd=cwd)
        assert result.status == 0, result
        (one,) = json.loads((folder / "r" / "audit.sarif").read_text())["runs"][0]["results"]
        assert one["locations"][0]["physicalLocation"]["artifactLocation"] == {
            "uri": "content/a.md", "uriBaseId": "SRCROOT"}, name
        assert 'classname="content/a.md"' in (folder / "r" / "junit.xml").read_text()
        assert "<code>content/a.md:" in html.unescape((folder / "r" / "rot.xml").read_text())
        found.append(one["partialFingerprints"])
    assert all(prints == found[0] for prints in found)
