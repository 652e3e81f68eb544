"""Feed readers of Debian, each told to subscribe and asked what it then has.

A reader has poll(), which fetches once what it is subscribed to, and entries():
what it kept, as Entry tuples. Each keeps its files in a folder of its own.
"""
import collections
import os
import shutil
import signal
import sqlite3
import subprocess
import time

import feedparser

Entry = collections.namedtuple("Entry", "id title link published enclosure text")

# As the README of sfeed has it: the ETag is kept beside the feed.
SFEEDRC = """\
sfeedpath="FOLDER/feeds"
feeds() {
FEEDS
}
fetch() {
	curl -s -f -m 15 --compressed --etag-save "FOLDER/$1.etag" --etag-compare "FOLDER/$1.etag" "$2"
}
MERGE
"""
# What sfeed's own merge() does, but that an id alone tells entries apart.
MERGE_BY_ID = """
merge() {
	sort -t '\t' -u -k6,6 "$3" "$2" 2>/dev/null
}
"""


def run(*command, env=None, timeout=60):
    done = subprocess.run(command, env={**os.environ, "LC_ALL": "C.UTF-8", **(env or {})},
                          capture_output=True, stdin=subprocess.DEVNULL, timeout=timeout)
    assert done.returncode == 0, (command, done.returncode, done.stdout[-500:], done.stderr[-500:])
    return done.stdout.decode("utf-8")


class Newsboat:
    """Its cache is a SQLite database, keyed by guid."""

    def __init__(self, folder, *urls):
        assert shutil.which("newsboat"), "newsboat is missing: contrib/deps.sh test"
        self.folder = folder
        folder.mkdir(parents=True)
        (folder / "urls").write_text("\n".join(urls) + "\n")
        (folder / "config").write_text("auto-reload no\n")

    def poll(self):
        run("newsboat", "-u", self.folder / "urls", "-C", self.folder / "config",
            "-c", self.folder / "cache.db", "-x", "reload", env={"HOME": str(self.folder)})

    def query(self, sql):
        with sqlite3.connect(self.folder / "cache.db") as cache:
            return cache.execute(sql).fetchall()

    def entries(self):
        rows = self.query("SELECT guid, title, url, pubDate, enclosure_url, content FROM rss_item"
                          " WHERE deleted = 0")
        return [Entry(*row) for row in rows]

    def mark_all_read(self):
        with sqlite3.connect(self.folder / "cache.db") as cache:
            cache.execute("UPDATE rss_item SET unread = 0")

    def unread(self):
        return {row[0] for row in self.query("SELECT guid FROM rss_item WHERE unread = 1")}


class Sfeed:
    """Its file is a line an entry, fields between tabs."""

    def __init__(self, folder, *urls, by_id=False):
        assert shutil.which("sfeed_update"), "sfeed is missing: contrib/deps.sh test"
        self.folder = folder
        (folder / "feeds").mkdir(parents=True)
        feeds = "\n".join(f'\tfeed "feed{n}" "{url}"' for n, url in enumerate(urls))
        text = SFEEDRC.replace("FEEDS", feeds).replace("MERGE", MERGE_BY_ID if by_id else "")
        (folder / "sfeedrc").write_text(text.replace("FOLDER", str(folder)))

    def poll(self):
        run("sfeed_update", self.folder / "sfeedrc")

    def entries(self):
        found = []
        for path in sorted((self.folder / "feeds").iterdir()):
            for line in path.read_text("utf-8").split("\n")[:-1]:  # U+2028 ends no line
                fields = line.split("\t")
                found.append(Entry(fields[5], fields[1], fields[2], int(fields[0]), fields[7], fields[3]))
        return found


class Feedparser:
    """The library that Python's readers are made of; conditional by what it gave before."""

    def __init__(self, folder, *urls):
        self.urls = urls
        self.last = {}
        self.kept = {}

    def poll(self):
        for url in self.urls:
            last = self.last.get(url)
            now = feedparser.parse(url, etag=last and last.get("etag"),
                                   modified=last and last.get("modified"))
            if now.status == 304:
                continue
            assert now.status == 200 and not now.bozo, (now.status, now.get("bozo_exception"))
            self.last[url] = now
            for entry in now.entries:
                self.kept[entry.id] = entry

    def entries(self):
        return [Entry(e.id, e.title, e.link, int(time.mktime(e.published_parsed) - time.timezone),
                      next((one.href for one in e.get("enclosures", [])), ""),
                      e.content[0].value if "content" in e else e.get("summary", ""))
                for e in self.kept.values()]


class Rsstail:
    """Prints entries as they come: it runs, polls by HEAD, and fetches when Last-Modified is another."""

    def __init__(self, folder, url):
        assert shutil.which("rsstail"), "rsstail is missing: contrib/deps.sh test"
        folder.mkdir(parents=True)
        self.output = folder / "output"
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                ["rsstail", "-n", "50", "-l", "-p", "-d", "-i", "1", "-u", url],
                stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                env={**os.environ, "LC_ALL": "C.UTF-8"}, start_new_session=True)

    def titles(self, least=0, seconds=20):
        """Titles so far, once there are so many."""
        until = time.monotonic() + seconds
        while True:
            lines = self.output.read_text("utf-8", "replace").splitlines()
            titles = [line[len("Title: "):] for line in lines if line.startswith("Title: ")]
            if len(titles) >= least or time.monotonic() > until:
                return titles, lines
            time.sleep(0.1)

    def close(self):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait(timeout=10)
