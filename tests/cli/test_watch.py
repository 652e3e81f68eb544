"""build --watch: it looks again when something changes, and only then."""
import os
import signal
import subprocess
import threading
import time

import pytest

from conftest import NOW, SANITIZER

PATIENCE = 30           # seconds, on a machine that has much else to do


class Watching:
    """outfeed build --watch in the background, and what it says."""

    def __init__(self, site):
        self.site = site
        self.process = subprocess.Popen(
            [os.environ["OUTFEED"], "build", "--watch", "--now", NOW, "-v"], cwd=site.folder,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
        self.out, self.err = [], []
        self.readers = [threading.Thread(target=self.read, args=pair) for pair in
                        ((self.process.stdout, self.out), (self.process.stderr, self.err))]
        for reader in self.readers:
            reader.start()

    @staticmethod
    def read(stream, lines):
        for line in stream:
            lines.append(line)

    @property
    def builds(self):
        """How many were finished: each ends in a summary."""
        return sum(line.endswith(" seconds\n") for line in self.out)

    def wait(self, what, seconds=PATIENCE):
        deadline = time.monotonic() + seconds
        while not what():
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise AssertionError(f"in vain\n{''.join(self.out)}\n{''.join(self.err)}")
            time.sleep(0.01)

    def wait_for_titles(self, *titles, path="all"):
        def seen():
            try:
                return sorted(self.site.titles(path)) == sorted(titles)
            except FileNotFoundError:
                return not titles
        self.wait(seen)

    def wait_until_idle(self):
        """Nothing more is said for a while, longer than a change is waited out."""
        said = -1
        while said != len(self.out):
            said = len(self.out)
            time.sleep(0.5)

    def end(self, number=signal.SIGINT):
        if number is not None:
            self.process.send_signal(number)
        status = self.process.wait(PATIENCE)
        for reader in self.readers:
            reader.join()
        assert not SANITIZER.search("".join(self.err)), "".join(self.err)
        return status


@pytest.fixture
def watching(site):
    site.item("a.md", title="A")
    site.item("sub/b.md", title="B")
    running = Watching(site)
    try:
        running.wait(lambda: running.builds == 1)
        yield running
    finally:
        if running.process.poll() is None:
            running.process.kill()
            running.process.wait()


def save_by_rename(site, name, **keys):
    """As many editors do."""
    path = site.folder / "content" / name
    site.item(f".{name}.saving", **keys)
    os.replace(path.with_name(f".{name}.saving"), path)


def test_changes(watching):
    site = watching.site
    watching.wait_for_titles("A", "B")
    site.item("a.md", title="A2")
    watching.wait_for_titles("A2", "B")
    site.item("c.md", title="C")
    watching.wait_for_titles("A2", "B", "C")
    for number in range(3):
        save_by_rename(site, "c.md", title=f"C{number}")
        watching.wait_for_titles("A2", "B", f"C{number}")
    os.rename(site.folder / "content" / "c.md", site.folder / "content" / "sub" / "c.md")
    (site.folder / "content" / "a.md").unlink()
    watching.wait_for_titles("B", "C2")
    site.item("sub/b.md", title="B2")
    watching.wait_for_titles("B2", "C2")
    assert watching.end() == 130


def test_new_folders(watching, tmp_path):
    site = watching.site
    site.item("new/c.md", title="C")
    watching.wait_for_titles("A", "B", "C")
    site.item("new/c.md", title="C2")
    watching.wait_for_titles("A", "B", "C2")
    site.item("new/deep/deeper/d.md", title="D")
    watching.wait_for_titles("A", "B", "C2", "D")
    site.item("new/deep/deeper/d.md", title="D2")
    watching.wait_for_titles("A", "B", "C2", "D2")
    elsewhere = tmp_path / "elsewhere"
    os.rename(site.folder / "content" / "new", elsewhere)
    watching.wait_for_titles("A", "B")
    os.rename(elsewhere, site.folder / "content" / "moved")
    watching.wait_for_titles("A", "B", "C2", "D2")
    site.item("moved/deep/deeper/d.md", title="D3")
    watching.wait_for_titles("A", "B", "C2", "D3")
    assert watching.end(signal.SIGTERM) == 130


def test_renamed_folder(watching):
    site = watching.site
    os.rename(site.folder / "content" / "sub", site.folder / "content" / "other")
    site.item("other/b.md", title="B2")
    watching.wait_for_titles("A", "B2")
    site.item("other/b.md", title="B3")
    watching.wait_for_titles("A", "B3")
    assert watching.end() == 130


def test_a_signal_at_any_moment(site):
    """Also between a build and the wait for the next change."""
    site.item("a.md", title="A")
    for number in range(20):
        watching = Watching(site)
        watching.wait(lambda: watching.builds == 1)
        time.sleep(number / 10000)
        assert watching.end() == 130


def test_configuration(watching):
    site = watching.site
    config = site.folder / "outfeed.yaml"
    good = config.read_text()
    config.write_text(good.replace("title: Test", "title: Changed"))
    watching.wait(lambda: site.feed()["title"].startswith("Changed"))
    config.write_text("site: [\n")
    watching.wait(lambda: any("outfeed.yaml:" in line and "error" in line
                              for line in watching.err))
    config.write_text("site: {title: Test}\n")
    watching.wait(lambda: any("url" in line for line in watching.err))
    site.item("a.md", title="A2")
    config.write_text(good.replace("title: Test", "title: Back"))
    watching.wait(lambda: site.feed()["title"].startswith("Back"))
    watching.wait_for_titles("A2", "B")
    (site.folder / "more").mkdir()
    site.write("more/m.md", "---\ntitle: M\ndate: 2025-01-01\n---\n")
    beside = config.with_name("saving")
    beside.write_text(good.replace("[content]", "[content, more]"))
    os.replace(beside, config)
    watching.wait_for_titles("A2", "B", "M")
    site.write("more/m.md", "---\ntitle: M2\ndate: 2025-01-01\n---\n")
    watching.wait_for_titles("A2", "B", "M2")
    assert watching.end() == 130


def test_ends_while_the_configuration_is_broken(watching):
    (watching.site.folder / "outfeed.yaml").write_text("site: [\n")
    watching.wait(lambda: any("error" in line for line in watching.err))
    assert watching.end() == 130


def test_a_build_that_fails_is_not_the_end(watching):
    site = watching.site
    os.rename(site.folder / "content" / "a.md", site.folder / "a.md")
    (site.folder / "content" / "sub" / "b.md").unlink()
    watching.wait(lambda: any("no items" in line for line in watching.err))
    assert sorted(site.titles()) == ["A", "B"] or site.titles() == ["B"]
    os.rename(site.folder / "a.md", site.folder / "content" / "a.md")
    watching.wait_for_titles("A")
    assert watching.end() == 130


def test_a_burst_is_one_change(watching):
    site = watching.site
    watching.wait_until_idle()
    before = watching.builds
    for number in range(100):
        site.item(f"burst-{number}.md", title=f"Burst {number}")
    watching.wait(lambda: len(site.titles()) == 50)
    watching.wait_until_idle()
    assert 1 <= watching.builds - before <= 5
    assert watching.end() == 130


def test_a_change_that_does_not_end(watching):
    """It is acted on all the same."""
    site = watching.site
    deadline = time.monotonic() + PATIENCE
    number = 0
    while "Busy" not in "".join(site.titles()):
        site.item("busy.md", title=f"Busy {number}")
        number += 1
        time.sleep(0.05)
        assert time.monotonic() < deadline
    assert watching.end() == 130


def test_it_does_not_wake_itself(watching):
    """Neither what it writes, nor what is no part of the site, is a change."""
    site = watching.site
    watching.wait_until_idle()
    before = watching.builds
    site.write("notes.txt", "beside the configuration")
    site.write("content/.hidden.md", "of an editor")
    site.write("public/mine.txt", "in the output")
    watching.wait_until_idle()
    assert watching.builds == before
    site.item("a.md", title="A2")
    watching.wait_for_titles("A2", "B")
    watching.wait_until_idle()
    assert watching.builds == before + 1
    assert watching.end() == 130


def test_images(site):
    import struct
    import zlib
    rows = zlib.compress(bytes(3))
    png = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in ((b"IHDR", struct.pack(">IIBBBBB", 2, 1, 8, 0, 0, 0, 0)),
                           (b"IDAT", rows), (b"IEND", b"")))
    site.write("outfeed.yaml", "site: {title: T, url: https://example.org/}\ncontent: [content]\n"
                               "images: {dir: images, url: https://example.org/i/}\n")
    (site.folder / "images").mkdir()
    site.item("a.md", title="A", image="a.png")
    watching = Watching(site)
    try:
        watching.wait_for_titles("A")
        assert "attachments" not in site.feed()["items"][0]
        site.write("images/a.png", png)
        watching.wait(lambda: "attachments" in site.feed()["items"][0])
        site.write("images/a.png", png + b"more")
        watching.wait(lambda: site.feed()["items"][0]["attachments"][0]["size_in_bytes"]
                      == len(png) + 4)
        assert watching.end() == 130
    finally:
        watching.process.kill()


def test_without_a_configuration(site):
    (site.folder / "outfeed.yaml").unlink()
    watching = Watching(site)
    assert watching.end(None) in (1, 2)
    assert any("outfeed.yaml" in line for line in watching.err)


def test_a_file_that_content_names(site):
    site.write("outfeed.yaml", "site: {title: T, url: https://example.org/}\n"
                               "content: [posts/one.md]\n")
    site.item("../posts/one.md", title="One")
    watching = Watching(site)
    try:
        watching.wait_for_titles("One")
        site.item("../posts/one.md", title="Two")
        watching.wait_for_titles("Two")
        assert watching.end() == 130
    finally:
        watching.process.kill()


def test_a_content_folder_that_is_exchanged(watching):
    site = watching.site
    watching.wait_for_titles("A", "B")
    os.rename(site.folder / "content", site.folder / "old")
    (site.folder / "content").mkdir()
    site.item("c.md", title="C")
    watching.wait_for_titles("C")
    site.item("d.md", title="D")
    watching.wait_for_titles("C", "D")
    assert watching.end() == 130
