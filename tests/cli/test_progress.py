"""The progress bar: on a terminal, while the work is long, and gone when it is over."""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "net"))
from audit_site import AuditSite, page  # noqa: E402
from faulty import Host  # noqa: E402

WIPED = "\r\033[K"
BAR = re.compile(r"\r(?P<what>\w+) +\[(?P<bar>[#.]{24})\] (?P<done>\d+)/(?P<total>\d+), (?P<rate>\d+)/s"
                 r"(?:, (?P<left>\d+) s left)?(?P<more>[^\r\033]*)\033\[K")


class Terminal:
    """A program whose stderr is a terminal; text is what it shows there."""

    def __init__(self, *arguments, cwd, env=None):
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 200, 0, 0))
        self.process = subprocess.Popen([os.environ["OUTFEED"], *arguments], cwd=cwd, stderr=slave,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        env={**os.environ, **(env or {})})
        os.close(slave)
        self.text = ""

    def read(self, seconds=60):
        """Until it has ended, or for so long."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if not select.select([self.master], [], [], 0.05)[0]:
                continue
            try:
                piece = os.read(self.master, 65536)
            except OSError:     # EIO: nobody writes any more
                break
            self.text += piece.decode()

    def end(self):
        self.read()
        self.out = self.process.communicate(timeout=60)[0].decode()
        os.close(self.master)
        self.bars = [found.groupdict() for found in BAR.finditer(self.text)]
        return self.process.returncode


@pytest.fixture
def audited(tmp_path):
    """A site whose audit takes about 1.5 s: alive, moved and suspect links."""
    (tmp_path / "site").mkdir()
    site = AuditSite(tmp_path / "site")
    site.configure("concurrency: 2")
    with Host() as host:
        host.files["/good"] = page("A piece about sparrows in winter")
        for number in range(60):
            site.link(f"n{number}", host.url(f"/pause/50?n={number}"), title="Page")
        site.link("moved", host.url("/redirect/301?to=/good"))
        site.link("gone", host.url("/status/404"))
        yield site


def test_an_audit_shows_how_it_goes(audited):
    run = Terminal("audit", cwd=audited.folder)
    assert run.end() == 0, run.text
    assert len(run.bars) >= 3, run.text
    done = [int(bar["done"]) for bar in run.bars]
    assert done == sorted(done) and done[-1] > done[0]
    for bar in run.bars:
        assert bar["what"] == "checking" and bar["total"] == "62"
        assert bar["bar"].rstrip(".") == "#" * (int(bar["done"]) * 24 // 62)
        assert int(bar["rate"]) > 0 and bar["left"] is not None
        counts = dict(reversed(part.split(" ")) for part in bar["more"].strip(", ").split(", "))
        assert set(counts) <= {"alive", "moved", "suspect"}
        assert sum(map(int, counts.values())) == int(bar["done"])
    # about right, and no more than that: 62 links in 1.5 s
    first = run.bars[0]
    assert abs((62 - int(first["done"])) / int(first["rate"]) - int(first["left"])) <= 1


def test_it_is_wiped_at_the_end(audited):
    run = Terminal("audit", cwd=audited.folder)
    assert run.end() == 0
    assert run.bars and run.text.endswith(WIPED)
    assert BAR.sub("", run.text).replace(WIPED, "") == ""
    assert "62 links in 62 items" in run.out


def test_it_does_not_stand_in_the_way_of_a_warning(audited):
    """A word of trouble begins on a line of its own."""
    audited.write("content/toml.md", "+++\ntitle = 'x'\n+++\n")
    run = Terminal("audit", cwd=audited.folder)
    assert run.end() == 0
    told = run.text.index("content/toml.md")
    assert "toml.md" in run.text and run.text[:told].rsplit("\r", 1)[-1] in ("", "\033[K", "\n")


@pytest.mark.parametrize("arguments", [["-q"], ["--json", "-q"]])
def test_quiet_is_quiet(audited, arguments):
    run = Terminal("audit", *arguments, cwd=audited.folder)
    assert run.end() == 0 and run.text == ""


def test_no_terminal_no_bar(audited):
    result = audited.audit("-q")
    assert result.err == ""
    done = subprocess.run([os.environ["OUTFEED"], "audit", "--all"], cwd=audited.folder, capture_output=True)
    assert done.returncode == 0 and done.stderr == b""


def test_a_short_audit_shows_none(tmp_path):
    (tmp_path / "site").mkdir()
    with Host() as host:
        site = AuditSite(tmp_path / "site")
        site.link("one", host.url("/status/200"), title="Page")
        run = Terminal("audit", cwd=site.folder)
        assert run.end() == 0 and run.text == ""


@pytest.fixture
def built(site):
    """A site whose build is stopped for a while, so that it is a long one on any machine."""
    for number in range(2000):
        site.item(f"item-{number}.md", title=f"Item {number}", date=f"2025-03-{number % 28 + 1:02}")
    return site


def long_build(site, *arguments):
    run = Terminal("build", "-j1", *arguments, cwd=site.folder)
    while not (site.folder / ".outfeed").exists():
        time.sleep(0.001)
    run.process.send_signal(signal.SIGSTOP)
    time.sleep(0.7)
    run.process.send_signal(signal.SIGCONT)
    return run


def test_a_build_shows_how_it_goes(built):
    run = long_build(built)
    assert run.end() == 0, run.text
    assert run.bars, run.text
    for bar in run.bars:
        assert int(bar["done"]) <= int(bar["total"]) and int(bar["rate"]) > 0
    assert run.bars[0]["what"] == "reading" and run.bars[0]["total"] == "2000"
    assert run.text.endswith(WIPED)


def test_a_quiet_build_shows_none(built):
    run = long_build(built, "-q")
    assert run.end() == 0 and run.text == ""
