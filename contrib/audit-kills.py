#!/usr/bin/python3
"""Kills audits with SIGKILL at random moments, and looks at what they leave.

    audit-kills.py [--program build/release/outfeed] [--kills 200] [--links 300] [--seed S]

The links lead to a server of its own on loopback: pages, redirects, errors,
images, an address that refuses. After a kill the history is sound (integrity,
foreign keys), no check that was told is lost but those of the last second or of
one batch, and each report is whole: the one of before, or one that parses. The
run after it goes on: it checks what was not kept, and nothing else. Exit 1 when
that was ever not so.
"""
import argparse
import collections
import csv
import datetime
import html.parser
import io
import json
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import xml.etree.ElementTree
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "net"))
from faulty import Host  # noqa: E402

BATCH = int(re.search(r"#define OF_HISTORY_BATCH (\d+)",
                      (ROOT / "src/store/history.h").read_text())[1])
SECOND = 1.0                    # what a batch holds at most, by time
SLACK = 0.5                     # from a check's end to its line here, on a busy machine
BEGIN = 1_750_000_000           # when the first night is, seconds since 1970
APART = 120                     # days between nights: all links are due again
AT_END = 0.25                   # of the kills: when all is checked, while reports are written
REPORTS = ["index.html", "audit.json", "audit.csv", "audit.md", "junit.xml", "audit.sarif", "rot.xml"]
PATHS = ["/pause/{pause}?n={n}"] * 6 + ["/status/404?n={n}", "/redirect/301?to=/pause/{pause}%3Fn={n}",
                                        "/image/knows?n={n}", "/status/500?n={n}"]


class Page(html.parser.HTMLParser):
    """Whether what opened was closed, down to </html>."""

    def __init__(self, text):
        super().__init__()
        self.open, self.last = collections.Counter(), None
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.open[tag] += 1

    def handle_endtag(self, tag):
        self.open[tag] -= 1
        self.last = tag

    def is_whole(self):
        return self.last == "html" and not any(self.open[tag] for tag in ("html", "script", "style", "table"))


def parses(name, data):
    """Whether a report is whole, as whoever reads it finds out."""
    text = data.decode()
    try:
        if name.endswith((".json", ".sarif")):
            json.loads(text)
        elif name.endswith(".xml"):
            xml.etree.ElementTree.fromstring(text)
        elif name.endswith(".csv"):
            rows = list(csv.reader(io.StringIO(text), strict=True))
            return text.endswith("\n") and len(rows) > 1 and len(set(map(len, rows))) == 1
        elif name.endswith(".html"):
            return Page(text).is_whole()
        return text.endswith("\n")
    except (ValueError, csv.Error, xml.etree.ElementTree.ParseError):
        return False


class Run:
    """One audit under way: what it tells of checks, and when."""

    def __init__(self, killing, *arguments):
        moment = datetime.datetime.fromtimestamp(killing.now, datetime.timezone.utc)
        self.began = time.monotonic()
        self.checks, self.other, self.all_checked = [], [], threading.Event()
        self.process = subprocess.Popen(
            [killing.options.program, "audit", "--json", "--now", moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
             *arguments], cwd=killing.site, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self):
        for line in self.process.stderr:
            try:
                event = json.loads(line)
            except ValueError:
                self.other.append(line)     # or a line that the kill cut
                continue
            self.checks.append((time.monotonic(), event["url"]))
            if event["checked"] == event["total"]:
                self.all_checked.set()
        self.all_checked.set()

    def kill(self):
        self.killed = time.monotonic()
        self.process.kill()

    def end(self):
        out = self.process.stdout.read()
        self.reader.join()
        self.process.stdout.close()
        self.process.stderr.close()
        self.status = self.process.wait(timeout=120)
        self.seconds = time.monotonic() - self.began
        self.summary = json.loads(out) if self.status in (0, 3) else {}
        return self.status


class Killing:
    def __init__(self, folder, host, options):
        self.options, self.rng = options, random.Random(options.seed)
        self.site, self.copy = folder / "site", folder / "copy"
        self.reports, self.now = self.site / "public/audit", BEGIN
        self.wrongs, self.kills, self.late = [], 0, 0
        self.phases, self.lost, self.told = collections.Counter(), [], 0
        self.oldest = 0.0               # seconds from a check that was lost to the kill
        self.new_reports = self.old_reports = 0
        self.write_site(host)

    def write_site(self, host):
        (self.site / "content").mkdir(parents=True)
        self.urls = set()
        for number in range(self.options.links):
            if number % 25 == 24:
                url = f"http://127.0.1.{number // 25 % 250 + 1}:1/{number}"   # nobody is there
            else:
                url = host.url(PATHS[number % len(PATHS)].format(pause=self.options.pause, n=number))
            self.urls.add(url)
            (self.site / f"content/{number:04}.md").write_text(
                f"---\ntitle: Page\ndate: 2025-03-01\ncategories: [News]\nlink: {url}\n---\nText.\n")
        (self.site / "outfeed.yaml").write_text(
            "site: {title: Test, url: 'https://example.org/'}\n"
            "audit:\n  allow_addresses: [127.0.0.0/8]\n  delay: 0\n  per_host: 4\n  concurrency: 8\n"
            f"  retries: 0\n  robots: ignore\n  controls: ['{host.url('/up')}']\n")

    def wrong(self, what):
        self.wrongs.append(f"kill {self.kills}: {what}")
        print(self.wrongs[-1], flush=True)

    def documents(self):
        return {path.name: path.read_bytes() for path in self.reports.iterdir()} if self.reports.is_dir() else {}

    def look_at_history(self, run):
        """Looks at a copy: what is left of the log is outfeed's to read."""
        shutil.rmtree(self.copy, ignore_errors=True)
        self.copy.mkdir()
        for path in (self.site / ".outfeed").glob("audit.db*"):
            shutil.copy(path, self.copy)
        if not (self.copy / "audit.db").exists():
            return set()
        history = sqlite3.connect(self.copy / "audit.db")
        try:
            sound = history.execute("PRAGMA integrity_check").fetchall()
            if sound != [("ok",)]:
                self.wrong(f"integrity: {sound[:3]}")
            if (strays := history.execute("PRAGMA foreign_key_check").fetchall()):
                self.wrong(f"foreign keys: {strays[:3]}")
            if not history.execute("SELECT 1 FROM sqlite_master WHERE name = 'check_'").fetchone():
                return set()
            rows = history.execute(
                "SELECT url, check_.number = newest FROM check_ JOIN link ON link.number = link"
                " JOIN run ON run.number = run WHERE started = ?", (self.now,)).fetchall()
            if len(rows) != len({url for url, _ in rows}) or not all(newest for _, newest in rows):
                self.wrong("a link checked twice, or its newest check is another")
            return {url for url, _ in rows}
        finally:
            history.close()

    def look_at_losses(self, run, kept):
        """All that was told is kept, but for the last batch."""
        lost = [(at, url) for at, url in run.checks if url not in kept]
        self.told += len(run.checks)
        self.lost.append(len(lost))
        if len(lost) > BATCH:
            self.wrong(f"{len(lost)} checks are lost, more than a batch")
        ages = [run.killed - at for at, _ in lost]
        self.oldest = max([self.oldest, *ages])
        older = [age for age in ages if age > SECOND + SLACK]
        if older:
            self.wrong(f"{len(older)} checks are lost that were told up to {max(older):.2f} s before the kill")

    def look_at_reports(self, before):
        found = self.documents()
        for name in REPORTS:
            if name not in found:
                if name in before:
                    self.wrong(f"{name} is gone")
            elif found[name] == before.get(name):
                self.old_reports += 1
            elif parses(name, found[name]):
                self.new_reports += 1
            else:
                self.wrong(f"{name} is not whole")

    def kill_one(self, seconds):
        """Kills one audit; False when it had ended before."""
        run = Run(self, "--all")
        if self.rng.random() < AT_END:
            run.all_checked.wait(timeout=60)
            time.sleep(self.rng.uniform(0, 0.08))
        else:
            time.sleep(self.rng.uniform(0, seconds))
        run.kill()
        if run.end() != -signal.SIGKILL:
            self.late += 1
            return None
        return run

    def go_on(self, kept):
        run = Run(self)
        if run.end() not in (0, 3):
            self.wrong(f"the run after a kill: exit {run.status}: {run.other[-3:]}")
            return run
        if run.other:
            self.wrong(f"the run after a kill says: {run.other[:3]}")
        if not run.summary["complete"] or run.summary["put_off"]:
            self.wrong(f"the run after a kill is not complete: {run.summary}")
        if {url for _, url in run.checks} != self.urls - kept or len(run.checks) != len(self.urls - kept):
            self.wrong(f"the run after a kill checked {len(run.checks)}, not the {len(self.urls - kept)} that were missing")
        found = self.documents()
        if set(found) != set(REPORTS):
            self.wrong(f"the reports are {sorted(found)}")
        for name in set(found) & set(REPORTS):
            if not parses(name, found[name]):
                self.wrong(f"{name} of the run after a kill does not parse")
        return run

    def first(self):
        """An undisturbed night: how long it takes."""
        run = Run(self, "--all")
        if run.end() not in (0, 3) or not run.summary["complete"] or run.summary["links"] != len(self.urls):
            sys.exit(f"audit-kills.py: an undisturbed audit: exit {run.status}: {run.summary} {run.other}")
        return run.seconds

    def round(self, seconds):
        self.now += APART * 86400
        if self.rng.random() < 0.1:     # a first night of all
            shutil.rmtree(self.site / ".outfeed", ignore_errors=True)
        before = self.documents()
        run = self.kill_one(seconds)
        kept = self.look_at_history(run)
        if run is not None:
            self.kills += 1
            self.look_at_losses(run, kept)
            self.look_at_reports(before)
            told = len(run.checks)
            self.phases["before the first check" if told == 0 else
                        "checking" if told < len(self.urls) else "ending and reporting"] += 1
        self.go_on(kept)
        kept = self.look_at_history(None)
        if kept != self.urls:
            self.wrong(f"{len(kept)} links are checked in the end")

    def report(self):
        print(f"{self.kills} kills of audits of {len(self.urls)} links")
        print("while:  " + ", ".join(f"{self.phases[phase]} {phase}" for phase in
                                     ("before the first check", "checking", "ending and reporting")))
        lost = sorted(self.lost)
        print(f"checks: {self.told} told before the kills, {sum(lost)} of them not kept (the median kill"
              f" {lost[len(lost) // 2]}, the worst {lost[-1]}; the oldest told {self.oldest:.2f} s before)")
        print(f"reports after the kills: {self.old_reports} of before, {self.new_reports} new and whole")
        print(f"not killed, since it had ended: {self.late}")
        print(f"failures: {len(self.wrongs)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--program", default=os.environ.get("OUTFEED", ROOT / "build/release/outfeed"),
                        type=lambda path: Path(path).resolve())
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--links", type=int, default=300)
    parser.add_argument("--pause", type=int, default=40, help="ms that most pages take")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", help="work there (default: a temporary one)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder, prefix="outfeed-kills-") as folder, Host() as host:
        killing = Killing(Path(folder), host, options)
        seconds = killing.first()
        while killing.kills < options.kills:
            host.seen.clear()
            killing.round(seconds)
        killing.report()
    sys.exit(1 if killing.wrongs else 0)


if __name__ == "__main__":
    main()
