"""Audits as places where calls are made to fail: see faultplaces.py."""
import contextlib
import http.server
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
import urllib.parse
from pathlib import Path

import faults
from faultplaces import (DEGRADED, EARLY, FAILED, HANG_SECONDS, LATE, LOST, SANITIZERS, UNAFFECTED, UNCLEAR, Hub,
                         Place, Wrong, lines)

sys.path.insert(0, str(faults.ROOT / "tests" / "net"))
import faulty  # noqa: E402


class Captures(Hub):
    """Knows a capture of whatever it is asked for."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            url = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)["url"][0]
            closest = {"available": True, "status": "200", "timestamp": "20250304000000",
                       "url": f"http://web.archive.org/web/20250304000000/{url}"}
            data = json.dumps({"archived_snapshots": {"closest": closest}}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_):
            pass


TITLE = "A piece about sparrows in winter"
PAGE = (f"<html lang=en><head><title>{TITLE}</title></head><body><h1>{TITLE}</h1><p>"
        + "Sparrows sit in the hedge all winter long, and eat what is there. " * 12 + "</p></body></html>").encode()
AUDIT_CONFIG = """\
site: {title: Faults, url: https://example.org/}
content: [content]
audit:
  allow_addresses: [127.0.0.0/8]
  archive_url: http://127.0.0.1:CAPTURES/wayback/available
  delay: 0
  per_host: 16
  retries: 0
  timeout: 5s
"""
PATHS = ["/good/1", "/good/2", "/status/404", "/redirect/301?to=/good/3", "/conditional/4"]


# What is not told apart from what a server, or the way to it, does: a link is suspect then.
NETWORK = ("connect", "send", "recv", "read", "write", "close", "sockopt", "poll", "ares_ask")
SHORTAGES = ("EMFILE", "ENOMEM", "ARES_ENOMEM")


class Audit:
    name, words = "audit, second run", "audit: a history of two nights, and one more"
    next_night = None           # other arguments of the run that has to put all right
    nights, which, arguments, act, lasting, slow = 2, ("--all",), (), "", False, False

    def __init__(self, folder, program, library):
        self.program, self.library = program, library
        self.site, self.kept, self.log = (Path(folder) / name for name in ("site", "kept", "log"))
        self.reports = self.site / "public/audit"
        self.host, self.captures = faulty.Host(), Captures()
        self.host.default = PAGE
        self.host.files = {}
        self.host.__enter__()
        self.make()

    def make(self):
        shutil.rmtree(self.site, ignore_errors=True)
        (self.site / "content").mkdir(parents=True)
        (self.site / "outfeed.yaml").write_text(
            AUDIT_CONFIG.replace("CAPTURES", str(self.captures.server_port)))
        urls = [self.host.url(path) for path in PATHS]
        urls.append(self.host.url("/named/6", host="localhost"))
        for number, url in enumerate(urls):
            (self.site / "content" / f"item-{number}.md").write_text(
                f"---\ntitle: {TITLE}\ndate: 2025-03-0{number + 1}\nlink: {url}\n---\n"
                f"Text, [and more]({self.host.url(f'/more/{number}')}).\n")
        for night in range(self.nights):
            done = self.audit(None, EARLY + night * 4 * 86400, ["--all"])
            assert done.returncode in (0, 3) and not lines(done, "error"), done.stderr
        shutil.rmtree(self.kept, ignore_errors=True)
        self.kept.mkdir()
        for name in (".outfeed", "public"):
            if (self.site / name).exists():
                shutil.copytree(self.site / name, self.kept / name)
        self.old = self.history() if self.nights else {"checks": set(), "verdicts": {}}
        self.expected = None
        self.begin()
        done = self.run(None)
        assert done.returncode in (0, 3) and not done.stderr, done
        self.expected = {"status": done.returncode, **self.history()}
        self.outputs = self.documents()

    def environment(self, plan):
        return {**faults.World.environment(self, plan), **SANITIZERS}

    fired = Place.fired

    def audit(self, plan, now, arguments):
        moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now))
        return subprocess.run([self.program, "audit", "-j1", "--now", moment, *arguments, "."],
                              cwd=self.site, env=self.environment(plan), capture_output=True,
                              stdin=subprocess.DEVNULL, text=True, errors="replace", timeout=HANG_SECONDS)

    def run(self, plan, jobs=1):
        return self.audit(plan, LATE, [*self.which, *self.arguments])

    def history(self):
        """Looked at as it lies, and whole; of one that was said to be damaged, what was set aside too."""
        found = self.one_history(self.site / ".outfeed/audit.db")
        for path in (self.site / ".outfeed").glob("audit.db.corrupt*"):
            if self.act == "SQLITE_CORRUPT" and not path.name.endswith("-wal"):
                found["checks"] |= self.one_history(path)["checks"]
        return found

    def one_history(self, path):
        if not path.exists() or path.stat().st_size == 0:
            return {"checks": set(), "verdicts": {}}
        with contextlib.closing(sqlite3.connect(path)) as db:
            if db.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                raise Wrong(LOST, "the history is damaged")
            if db.execute("PRAGMA foreign_key_check").fetchall():
                raise Wrong(LOST, "the history has loose ends")
            if not db.execute("SELECT * FROM sqlite_master").fetchall():
                return {"checks": set(), "verdicts": {}}
            return {"checks": set(db.execute("SELECT link, at, verdict FROM check_")),
                    "verdicts": dict(db.execute("SELECT url, verdict FROM link"))}

    def documents(self):
        found = faults.documents(self.site / "public") if (self.site / "public").exists() else {}
        for name in ("links.patch", "pages.jsonl"):
            if (self.site / name).exists():
                found[name] = (self.site / name).read_bytes()
        return found

    def begin(self):
        for name in (".outfeed", "public"):
            shutil.rmtree(self.site / name, ignore_errors=True)
            if (self.kept / name).exists():
                shutil.copytree(self.kept / name, self.site / name)
        for name in ("links.patch", "pages.jsonl"):
            (self.site / name).unlink(missing_ok=True)
        self.before = self.documents()

    def check_whole(self):
        """The history, and each document: the one of before, or one that parses."""
        now = self.history()
        if not self.old["checks"] <= now["checks"]:
            raise Wrong(LOST, f"checks of former nights are gone: {self.old['checks'] - now['checks']}")
        found = self.documents()
        parsed = {name: data for name, data in found.items() if name.endswith((".json", ".xml", ".html", ".sarif"))
                  and self.before.get(name) != data}
        renamed = {name + (".json" if name.endswith(".sarif") else ""): data for name, data in parsed.items()}
        if faults.broken_document(renamed) or not all(data.endswith(b"\n") for data in found.values() if data):
            raise Wrong(LOST, f"not whole: {faults.broken_document(renamed)}")
        if not self.before.keys() <= found.keys():
            raise Wrong(LOST, f"gone are {self.before.keys() - found.keys()}")
        return now

    def judge(self, done, function):
        now = self.check_whole()
        if self.act == "SQLITE_CORRUPT" and "audit.db.corrupt" in done.stderr:
            return DEGRADED
        rest = set(done.stderr.splitlines()) - {*lines(done, "error"), *lines(done, "warning")}
        if rest:
            raise Wrong(UNCLEAR, f"stderr: {done.stderr}")
        if done.returncode == 1:
            if not done.stderr:
                raise Wrong(UNCLEAR, f"exit 1 without a word: {done.stdout}")
            return FAILED
        if done.returncode not in (0, 3):
            raise Wrong(UNCLEAR, f"exit {done.returncode}: {done.stderr}")
        wrong = {url: (verdict, now["verdicts"].get(url)) for url, verdict in self.expected["verdicts"].items()
                 if now["verdicts"].get(url) != verdict}
        if wrong and not done.stderr and not (
                function in NETWORK and (self.act not in SHORTAGES or function == "poll") and
                {now for _, now in wrong.values()} <= {"suspect", None}):
            raise Wrong(UNCLEAR, f"without a word, other verdicts: {wrong}\n{done.stdout}")
        if not wrong and not done.stderr and self.documents().keys() != self.outputs.keys():
            raise Wrong(LOST, f"documents are missing: {self.outputs.keys() - self.documents().keys()}")
        return DEGRADED if done.stderr or wrong else UNAFFECTED

    def recover(self):
        done = self.audit(None, LATE + 30 * 86400, self.next_night or [*self.which, *self.arguments])
        now = self.check_whole()
        if done.returncode not in (0, 3) or done.stderr:
            raise Wrong(LOST, f"the next run: exit {done.returncode}: {done.stderr}")
        if now["verdicts"].keys() != self.expected["verdicts"].keys():
            raise Wrong(LOST, f"the next run: other links: {now['verdicts']}")
        left = {name for name in set(os.listdir(self.site / ".outfeed")) - {"audit.db", "audit.lock"}
                if self.act != "SQLITE_CORRUPT" or "corrupt" not in name}
        if left:
            raise Wrong(LOST, f"the next run: {sorted(left)} in .outfeed")

    def close(self):
        self.captures.shutdown()
        self.captures.server_close()
        self.host.__exit__()


class FirstAudit(Audit):
    name, words, nights = "audit, new", "audit: no history yet", 0


class FullAudit(Audit):
    name = "audit, patch and captures"
    words = "audit --archive --patch --metadata: captures from a service of the test's own"
    arguments = ("--archive", "--patch", "links.patch", "--metadata", "pages.jsonl")


class Reports(Audit):
    name, words = "audit, reports", "audit --report-only"
    which, arguments = (), ("--report-only",)
    next_night = ["--all"]      # a report lists no links: not those either that a damaged history lost
