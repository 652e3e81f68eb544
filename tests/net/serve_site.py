"""A folder to be served, and `outfeed serve` over it."""
import gzip
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import brotli

sys.path.insert(0, str(Path(__file__).parents[1]))
from conftest import SANITIZER  # noqa: E402

CONFIG = """\
site:
  title: Test
  url: https://example.org/blog/
images: {dir: images, url: https://example.org/blog/images/}
"""
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
WHEN = 1_700_000_000                    # seconds since 1970: of every document
DATE = "Tue, 14 Nov 2023 22:13:20 GMT"
TEXT = ("<p>Sparrows &amp; finches</p>\n" * 400).encode()


def write(path, data, when=WHEN):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    os.utime(path, ns=(when * 10**9, when * 10**9))


def write_with_copies(path, data, when=WHEN):
    write(path, data)
    write(path.with_name(path.name + ".gz"), gzip.compress(data, mtime=0), when)
    write(path.with_name(path.name + ".br"), brotli.compress(data), when)


def make_site(folder):
    """Documents with copies, and around them what must never be seen."""
    public = folder / "public"
    write(folder / "outfeed.yaml", CONFIG.encode())
    for name in ("index.html", "all/index.html", "all/atom.xml", "all/rss.xml", "all/feed.json",
                 "all/archive/2025-03.atom.xml", "all/archive/2025-03.rss.xml",
                 "all/archive/2025-03.feed.json", "subscriptions.opml"):
        write_with_copies(public / name, TEXT)
    write_with_copies(public / "stale.xml", TEXT, when=WHEN - 1)
    write(public / "plain.xml", TEXT)
    write(public / "empty.xml", b"")
    write(public / "name with é.txt", TEXT)
    write(public / "pic.png", PNG)
    write(public / "bad.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>")
    write(public / "audit/rot.xml", TEXT)
    write(public / "audit/audit.sarif", b"{}")
    write(public / ".secret", b"secret")
    write(public / ".staged/atom.xml", b"secret")
    write(public / "all/.htaccess", b"secret")
    write(public / "nothing/x.txt", b"")
    write(folder / "images/one.png", PNG)
    write(folder / "images/sub/two.jpeg", PNG)
    write(folder / "outside.xml", b"secret")
    (public / "out.xml").symlink_to(folder / "outside.xml")
    (public / "relative.xml").symlink_to("../outside.xml")
    (public / "within.xml").symlink_to("plain.xml")
    (public / "outwards").symlink_to(folder)
    (public / "all/up").symlink_to("..")
    (folder / "images/out.png").symlink_to("/etc/passwd")
    os.mkfifo(public / "fifo.xml")
    return folder


class Serving:
    """`outfeed serve`, started and heard of until it said where it is."""

    def __init__(self, site, *arguments, env=None):
        self.process = subprocess.Popen(
            [os.environ["OUTFEED"], "serve", "--json", "--port", "0", *map(str, arguments), str(site)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={**os.environ, **(env or {})})
        self.events = []

    def __enter__(self):
        self.announced = self.next("serving")
        self.url = self.announced["urls"][0]
        host, _, port = self.url[len("http://"):-1].rpartition(":")
        self.place = (host.strip("[]"), int(port))
        return self

    def next(self, event):
        """The next event of that name."""
        while True:
            line = self.process.stdout.readline()
            assert line, self.process.communicate()[1]
            self.events.append(json.loads(line))
            if self.events[-1]["event"] == event:
                return self.events[-1]

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        out, self.err = self.process.communicate(timeout=20)
        self.status = self.process.returncode
        assert not SANITIZER.search(self.err), self.err
        assert self.status == 0, (self.status, self.err)
