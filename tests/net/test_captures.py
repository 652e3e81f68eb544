"""Captures of rotten links (audit --archive), from a service that the test runs; and what
pages said of themselves (--metadata)."""
import http.server
import json
import sqlite3
import threading
import time
import urllib.parse

import pytest

from conftest import run_program

DAY = 86400
NOW = int(time.time())


class Service(http.server.ThreadingHTTPServer):
    """Answers by URL, and keeps what it was asked."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked, self.answers = [], {}
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/wayback/available"


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        parts = urllib.parse.urlsplit(self.path)
        query = urllib.parse.parse_qs(parts.query)
        if parts.path != "/wayback/available":
            self.send_error(404)
            return
        url = query["url"][0]
        self.server.asked.append((url, query["timestamp"][0], self.headers["User-Agent"]))
        answer = self.server.answers.get(url, {"archived_snapshots": {}})
        status, body = answer if isinstance(answer, tuple) else (200, json.dumps(answer))
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *arguments):
        pass


@pytest.fixture
def service():
    with Service() as server:
        yield server
        server.shutdown()


def stamp(seconds):
    return time.strftime("%Y%m%d%H%M%S", time.gmtime(seconds))


def closest(url, at, **more):
    return {"archived_snapshots": {"closest": {"available": True, "url": url, "timestamp": stamp(at),
                                               "status": "200", **more}}}


def configure(site, service, more=""):
    site.write("outfeed.yaml", "site: {title: T, url: 'https://example.org/'}\ncontent: [content]\n"
               "audit: {archive_url: '" + service.url + "', allow_addresses: [127.0.0.0/8], delay: 1ms"
               + more + "}\n")


def audit(site, *arguments, status=(0, 3)):
    planned = run_program("audit", "--plan", cwd=site.folder)
    assert planned.status == 0, planned
    result = run_program("audit", "--report-only", "--report", site.folder / "report", *arguments,
                         cwd=site.folder)
    assert result.status in status, result
    return result


def database(site):
    return sqlite3.connect(site.folder / ".outfeed" / "audit.db")


def rot(site, url, checks, verdict="dead", last_ok=None):
    """Checks of a link, oldest first, the last of which found it rotten."""
    db = database(site)
    with db:
        (number,) = db.execute("SELECT number FROM link WHERE url = ?", (url,)).fetchone()
        db.execute("INSERT OR IGNORE INTO run VALUES (1, 1, 1, 1, 1)")
        before = None
        for at in checks:
            before = db.execute(
                "INSERT INTO check_(link, run, at, verdict, milliseconds, before)"
                " VALUES (?, 1, ?, 'suspect', 1, ?)", (number, at, before)).lastrowid
        db.execute("UPDATE link SET verdict = ?, newest = ?, last_ok = ? WHERE number = ?",
                   (verdict, before, last_ok, number))
    db.close()


def captures(site):
    db = database(site)
    rows = db.execute("SELECT link.url, capture.url, captured, asked FROM capture"
                      " JOIN link ON link.number = capture.link ORDER BY 1").fetchall()
    db.close()
    return {url: tuple(rest) for url, *rest in rows}


DEAD = "https://dead.example/a?b=c&d=é"
PUBLISHED = 1740787200          # 2025-03-01


def test_found(site, service):
    configure(site, service)
    site.item("a.md", href=DEAD)
    site.item("b.md", title="Two", href="https://alive.example/")
    audit(site)
    rot(site, DEAD, [NOW - 40 * DAY, NOW - 30 * DAY, NOW - 20 * DAY])
    capture = "http://web.archive.example/web/2025/" + DEAD
    service.answers[DEAD] = closest(capture, PUBLISHED + 2 * DAY)
    result = audit(site, "--archive", "--json")
    assert json.loads(result.out)["captures"] == 1
    # of the rotten link alone, for the item's date, by who we are
    ((url, at, agent),) = service.asked
    assert (url, at) == (DEAD, "20250301000000") and agent.startswith("outfeed/")
    assert captures(site)[DEAD][:2] == (capture, PUBLISHED + 2 * DAY)
    assert result.err == ""
    # and never again
    assert json.loads(audit(site, "--archive", "--json").out)["captures"] == 0
    assert len(service.asked) == 1


def test_nothing_there_is_asked_again_after_a_month(site, service):
    configure(site, service)
    site.item("a.md", href=DEAD)
    audit(site)
    rot(site, DEAD, [NOW - 40 * DAY])
    for _ in range(3):
        assert audit(site, "--archive").err == ""
    assert len(service.asked) == 1
    assert captures(site)[DEAD][:2] == (None, None)
    db = database(site)
    with db:
        db.execute("UPDATE capture SET asked = asked - 31 * 86400")
    db.close()
    service.answers[DEAD] = closest("https://archive.example/x", PUBLISHED)
    audit(site, "--archive")
    assert len(service.asked) == 2
    assert captures(site)[DEAD][0] == "https://archive.example/x"


@pytest.mark.parametrize("answer, kept", [
    (closest("https://archive.example/x", NOW - 300 * DAY), True),
    (closest("https://archive.example/x", NOW - 300 * DAY, status=200), True),
    (closest("https://archive.example/x", NOW - 300 * DAY, status="301"), False),
    (closest("https://archive.example/x", NOW - 300 * DAY, status="404"), False),
    (closest("https://archive.example/x", NOW - 300 * DAY, available=False), False),
    (closest("https://archive.example/x", NOW - 10 * DAY), False),       # of the rot itself
    (closest("https://archive.example/x", NOW - 50 * DAY), True),
    (closest("javascript:alert(1)", NOW - 300 * DAY), False),
    (closest("/web/x", NOW - 300 * DAY), False),
    ({"archived_snapshots": {}, "url": "x"}, False),
    ({"archived_snapshots": []}, False),
], ids=range(11))
def test_which_count(site, service, answer, kept):
    configure(site, service)
    site.item("a.md", href=DEAD)
    audit(site)
    rot(site, DEAD, [NOW - 60 * DAY, NOW - 40 * DAY, NOW - 5 * DAY], "hijacked",
        last_ok=NOW - 60 * DAY)
    service.answers[DEAD] = answer
    assert audit(site, "--archive").err == ""
    assert (captures(site)[DEAD][0] is not None) == kept
    assert service.asked[0][1] == "20250301000000"


def test_never_alive_asks_for_what_was_before(site, service):
    """Published after its first failure: what is nearest that would be of the rot."""
    configure(site, service)
    site.item("a.md", href=DEAD, date=time.strftime("%Y-%m-%d", time.gmtime(NOW - 2 * DAY)))
    audit(site)
    rot(site, DEAD, [NOW - 40 * DAY, NOW - 10 * DAY])
    audit(site, "--archive")
    assert service.asked[0][1] == stamp(NOW - 40 * DAY)


@pytest.mark.parametrize("answer", [(503, "{}"), (404, "no"), (200, "<html>"), (200, "[]"), (200, ""),
                                    closest("https://archive.example/x", 0, timestamp="soon")],
                         ids=range(6))
def test_trouble_is_told_once_and_not_kept(site, service, answer):
    configure(site, service, ", retries: 0")
    for number in range(3):
        site.item(f"{number}.md", title=str(number), href=f"https://dead.example/{number}")
    audit(site)
    for number in range(3):
        rot(site, f"https://dead.example/{number}", [NOW - 40 * DAY])
        service.answers[f"https://dead.example/{number}"] = answer
    result = audit(site, "--archive")
    (found,) = result.diagnostics
    assert found["severity"] == "warning" and "3 of 3 links" in found["message"]
    assert captures(site) == {}


def test_no_service(site, service):
    configure(site, service, ", retries: 0, connect_timeout: 2s")
    site.item("a.md", href=DEAD)
    audit(site)
    rot(site, DEAD, [NOW - 40 * DAY])
    service.shutdown()
    service.server_close()
    result = audit(site, "--archive")
    assert "1 of 1 links" in result.err and captures(site) == {}


# -- Metadata

PAGE = {"title": "T\"itle", "description": "é", "canonical": "https://b.example/c", "heading": "h1", "og_title": "o1",
        "og_description": "o2", "og_image": "https://b.example/o.png", "og_site_name": "o3", "og_type": "o4",
        "twitter_card": "t1", "twitter_title": "t2", "twitter_description": "t3",
        "twitter_image": "https://b.example/t.png", "ld_headline": "l1", "ld_image": "https://b.example/l.png",
        "oembed": "https://b.example/oe", "favicon": "https://b.example/f.ico", "language": "en",
        "charset": "utf-8", "refresh": "https://b.example/r", "type": "text/html"}


def test_metadata(site, service):
    configure(site, service)
    for number, name in enumerate(("b", "a", "c", "d")):
        site.item(f"{name}.md", title=name, href=f"https://{name}.example/")
    audit(site)
    db = database(site)
    with db:
        def put(url, page):
            (number,) = db.execute("SELECT number FROM link WHERE url = ?", (url,)).fetchone()
            rest = {key: value for key, value in page.items()
                    if key not in ("title", "published") and value}
            db.execute("INSERT INTO said(link, changed, published, title, words) VALUES (?, 1, ?, ?, ?)",
                       (number, page.get("published"), page.get("title"), json.dumps(rest)))
        put("https://b.example/", PAGE | {"feeds": "https://b.example/1\nhttps://b.example/2",
                                          "published": 0, "asks_password": 1, "truncated": 1})
        put("https://a.example/", {"type": "image/png", "length": 10**12, "width": 2, "height": 3,
                                   "asks_password": 0, "truncated": 0})
        put("https://c.example/", {"asks_password": 0, "truncated": 0})
    db.close()
    file = site.folder / "pages.jsonl"
    audit(site, "--metadata", file)
    lines = file.read_text("utf-8").splitlines()
    assert [json.loads(line) for line in lines] == [
        {"url": "https://a.example/", "type": "image/png", "length": 10**12, "width": 2, "height": 3},
        {"url": "https://b.example/", **PAGE, "published": "1970-01-01T00:00:00Z",
         "feeds": ["https://b.example/1", "https://b.example/2"], "asks_password": True, "truncated": True},
        {"url": "https://c.example/"}]
    assert file.read_text("utf-8").endswith("}\n")
