"""Trees that mean harm: links, FIFOs, sockets, devices, and what changes during a run.

A canary folder stands beside the site. Whatever is in the content folder, in the output or
in the state, nothing of the canary is read into a document, and nothing of it is written:
its bytes, its listing and its times are what they were.
"""
import ctypes
import os
import socket
import threading
import time

import pytest

from conftest import run_program, tree

SECRET = "canary-7f3a"
ITEM = f"---\ntitle: {SECRET}\ndate: 2025-02-01\ncategories: [{SECRET}]\n---\n{SECRET}\n"
PNG = (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (4321).to_bytes(4, "big") + (1234).to_bytes(4, "big") + bytes(9))


class Canary:
    """A folder outside, and what of it must not change."""

    def __init__(self, folder):
        self.folder = folder
        (folder / "deep").mkdir(parents=True)
        for name in ("secret.md", "deep/secret.md", "deep/deep-1.md"):
            (folder / name).write_text(ITEM)
        (folder / "secret.png").write_bytes(PNG)
        (folder / "outfeed.ids").write_text(SECRET)
        self.before = self.stamps()

    def stamps(self):
        """Access times are left out: the kernel's, and not outfeed's, where a folder is listed."""
        found = {}
        for folder, folders, files in os.walk(self.folder):
            for name in [".", *folders, *files]:
                path = os.path.join(folder, name)
                seen = os.lstat(path)
                found[path] = (seen.st_mode, seen.st_ino, seen.st_mtime_ns, seen.st_ctime_ns,
                               seen.st_size, seen.st_nlink)
        return found

    def check(self, *folders):
        """Nothing was written here, and nothing of it stands in the documents or in the state."""
        assert self.stamps() == self.before
        for folder in folders:
            for name, data in tree(folder).items():
                assert SECRET.encode() not in data, name
                assert SECRET not in name


@pytest.fixture
def canary(tmp_path):
    return Canary(tmp_path / "outside")


def build(site, *arguments, **options):
    options.setdefault("timeout", 20)
    return site.build(*arguments, **options)


def check(site, canary, titles=("Item 3", "Item 2", "Item 1")):
    canary.check(site.output, site.folder / ".outfeed")
    assert site.titles() == list(titles)


LINKS = {
    "file": ("content/link.md", "outside/secret.md"),
    "folder": ("content/link", "outside"),
    "folder with an item's name": ("content/link.md", "outside"),
    "folder in a folder": ("content/sub/link", "outside/deep"),
    "absolute": ("content/link.md", "/etc/passwd"),
    "root": ("content/root", "/"),
    "process": ("content/self.md", "/proc/self/environ"),
    "file of a descriptor": ("content/fd.md", "/proc/self/fd/0"),
    "root of the process": ("content/proc", "/proc/self/root"),
    "folder of the process": ("content/cwd", "/proc/self/cwd"),
    "device": ("content/zero.md", "/dev/zero"),
    "itself": ("content/loop.md", "site/content/loop.md"),
    "its own folder": ("content/loop", "site/content"),
}


@pytest.mark.parametrize("name", LINKS)
def test_links_in_content_are_not_followed(site, canary, tmp_path, name):
    """As git and Hugo have it: a link is told of, and not followed."""
    place, target = LINKS[name]
    site.items()
    path = site.folder / place
    path.parent.mkdir(exist_ok=True)
    path.symlink_to(target if target.startswith("/") else tmp_path / target)
    result = build(site)
    assert result.status == 0, result
    assert [d["path"] for d in result.diagnostics] == [place]
    assert "symbolic links are not followed" in result.diagnostics[0]["message"]
    check(site, canary)


def test_what_is_no_file_is_passed_over(site, canary):
    site.items()
    content = site.folder / "content"
    os.mkfifo(content / "fifo.md")
    sockets = socket.socket(socket.AF_UNIX)
    here = os.getcwd()
    os.chdir(content)                       # a socket's path is short
    try:
        sockets.bind("socket.md")
    finally:
        os.chdir(here)
    if os.geteuid() == 0:
        try:
            os.mknod(content / "device.md", 0o600 | 0o020000, os.makedev(1, 5))     # /dev/zero
        except PermissionError:
            pass                            # not in every container
    result = build(site)
    sockets.close()
    assert (result.status, result.err) == (0, "")
    check(site, canary)


def test_a_hard_link_is_a_file(site, canary):
    """It has two names and is none's link: whoever made it could read it."""
    site.items()
    own = site.folder / "own.md"
    own.write_text("---\ntitle: Own\ndate: 2025-04-01\n---\nText.\n")
    os.link(own, site.folder / "content" / "linked.md")
    assert build(site).err == ""
    check(site, canary, ["Own", "Item 3", "Item 2", "Item 1"])


IMAGES = ["secret.png", "../outside/secret.png", "..%2Foutside%2Fsecret.png", "link/secret.png",
          "sub/../../../outside/secret.png", "{outside}/secret.png", "file://{outside}/secret.png",
          "fifo.png", "/../../outside/secret.png"]


@pytest.mark.parametrize("reference", IMAGES)
def test_images_stay_in_their_folders(site, canary, reference):
    """Neither by a link nor by the reference: 4321 x 1234 is nobody's size but the canary's."""
    site.items()
    for folder in ("images", "content"):
        (site.folder / folder).mkdir(exist_ok=True)
        (site.folder / folder / "secret.png").symlink_to(canary.folder / "secret.png")
        (site.folder / folder / "link").symlink_to(canary.folder)
        os.mkfifo(site.folder / folder / "fifo.png")
    site.item("item-4.md", title="Item 4", date="2025-03-04",
              image=reference.format(outside=canary.folder))
    result = build(site)
    assert result.status == 0
    check(site, canary, ["Item 4", "Item 3", "Item 2", "Item 1"])
    for name, data in tree(site.output).items():
        assert b"4321" not in data and b"1234" not in data, name


@pytest.mark.parametrize("path", ["../outside", "../../outside", "/outside", "a/../../outside",
                                  "..", "link", "link/deep", "topic/link", "..\\outside", "%2e%2e/outside"])
def test_no_path_of_an_item_leaves_the_output(site, canary, path):
    site.items()
    site.output.mkdir()
    (site.output / "topic").mkdir()
    (site.output / "link").symlink_to(canary.folder)
    (site.output / "topic" / "link").symlink_to(canary.folder)
    site.item("item-4.md", title="Item 4", date="2025-03-04", categorySlug=["x"], categoryUrl=[path])
    before = {name for name in os.listdir(site.folder.parent)}
    result = build(site)
    assert result.status in (0, 1), result
    assert canary.stamps() == canary.before
    assert {name for name in os.listdir(site.folder.parent)} == before
    assert {"outfeed.yaml", "content", "public", ".outfeed"} >= set(os.listdir(site.folder))


@pytest.mark.parametrize("folder", ["all", "topic", "topic/news"])
def test_folders_of_the_output_that_are_links(site, canary, folder):
    """Nothing is written through one, and nothing at all is."""
    site.items()
    path = site.output / folder
    path.parent.mkdir(parents=True)
    path.symlink_to(canary.folder)
    result = build(site)
    assert result.status == 1, result
    assert folder in result.err
    assert canary.stamps() == canary.before
    assert path.is_symlink()
    assert build(site, "--prune").status == 1
    assert canary.stamps() == canary.before


def test_the_output_itself_may_be_a_link(site, tmp_path):
    """Whoever runs outfeed named it: deployments swap such a link."""
    site.items()
    (tmp_path / "release-1").mkdir()
    site.output.symlink_to(tmp_path / "release-1")
    assert build(site).status == 0
    assert (tmp_path / "release-1" / "all" / "atom.xml").is_file()
    assert site.output.is_symlink()


def test_a_dead_link_as_the_output(site, tmp_path):
    site.items()
    site.output.symlink_to(tmp_path / "nowhere")
    assert build(site).status == 1
    assert not (tmp_path / "nowhere").exists()


def test_documents_that_are_links_are_replaced(site, canary):
    site.items()
    assert build(site).status == 0
    for name in ("all/feed.json", "topic/news/rss.xml"):
        (site.output / name).unlink()
        (site.output / name).symlink_to(canary.folder / "secret.md")
    assert build(site).status == 0
    check(site, canary)
    assert not (site.output / "all" / "feed.json").is_symlink()


STATE = ["lock", "build.db", "build.db-journal", "build.db-wal", "build.db-shm", "anything"]


@pytest.mark.parametrize("target", ["outside/secret.md", "outside/new"])
@pytest.mark.parametrize("name", STATE)
def test_files_of_the_state_that_are_links(site, canary, tmp_path, name, target):
    """Nothing is read or made through one, be there a file behind it or none: the build
    does without its state, and says so."""
    site.items()
    (site.folder / ".outfeed").mkdir()
    (site.folder / ".outfeed" / name).symlink_to(tmp_path / target)
    result = build(site)
    assert result.status == 0, result
    assert len(result.diagnostics) == 1 and "symbolic link" in result.err
    assert os.listdir(site.folder / ".outfeed") == [name]
    canary.check(site.output)
    (site.folder / ".outfeed" / name).unlink()
    assert build(site).err == ""


def test_a_state_folder_that_is_a_link(site, canary):
    site.items()
    (site.folder / ".outfeed").symlink_to(canary.folder)
    result = build(site)
    assert result.status == 0, result
    assert [d["path"] for d in result.diagnostics] == [".outfeed"]
    assert "symbolic link" in result.err
    canary.check(site.output)


def test_a_history_that_is_a_link(site, canary):
    site.items()
    (site.folder / ".outfeed").mkdir()
    (site.folder / ".outfeed" / "audit.db").symlink_to(canary.folder / "new")
    result = run_program("audit", "--report-only", cwd=site.folder, timeout=20)
    assert result.status == 1, result
    assert "audit.db" in result.err
    assert canary.stamps() == canary.before


@pytest.mark.parametrize("make", ["fifo", "link", "folder", "device"])
def test_outfeed_ids(site, canary, make):
    """It is the site's own file; as anything else it is an error, and never waited for."""
    site.items()
    path = site.folder / "outfeed.ids"
    if make == "fifo":
        os.mkfifo(path)
    elif make == "folder":
        path.mkdir()
    else:
        path.symlink_to(canary.folder / "outfeed.ids" if make == "link" else "/dev/zero")
    result = build(site)
    assert result.status in (0, 1), result
    assert "outfeed.ids" in result.err
    assert canary.stamps() == canary.before
    if site.output.exists():
        canary.check(site.output)


class Racer:
    """Does something again and again while the program runs."""

    def __init__(self, turn):
        self.turn, self.stopped, self.turns = turn, False, 0
        self.thread = threading.Thread(target=self.run)

    def run(self):
        while not self.stopped:
            try:
                self.turn()
            except FileNotFoundError:
                pass
            self.turns += 1

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *unused):
        self.stopped = True
        self.thread.join()


def swapped(path, other):
    """A turn that exchanges two names, in one step."""
    exchange = ctypes.CDLL(None, use_errno=True).renameat2
    names = os.fsencode(path), os.fsencode(other)

    def turn():
        exchange(-100, names[0], -100, names[1], 2)         # AT_FDCWD, RENAME_EXCHANGE
    return turn


ROUNDS = 60


def race(site, canary, turn, *documents):
    """Many builds while something else changes the tree; each ends, and none lets anything in."""
    with Racer(turn) as racer:
        for _ in range(ROUNDS):
            result = build(site, "--full")
            assert result.status in (0, 1), result
            canary.check(*documents)
    assert racer.turns > ROUNDS


def deep_items(site, folder="content/sub/deep", count=20):
    for number in range(1, count + 1):
        site.item(f"../{folder}/deep-{number}.md", title=f"Deep {number}", date=f"2025-03-{number:02}")


@pytest.mark.parametrize("place, target", [("content/sub", "outside"), ("content/sub/deep", "outside/deep")])
def test_race_of_a_content_folder(site, canary, tmp_path, place, target):
    site.items()
    deep_items(site)
    link = site.folder / "content" / ".other"
    link.symlink_to(tmp_path / target)
    race(site, canary, swapped(site.folder / place, link), site.output, site.folder / ".outfeed")


def test_race_of_an_item(site, canary):
    site.items()
    deep_items(site)
    link = site.folder / "content" / ".other"
    link.symlink_to(canary.folder / "secret.md")
    item = site.folder / "content" / "sub" / "deep" / "deep-1.md"
    race(site, canary, swapped(item, link), site.output, site.folder / ".outfeed")


def test_race_of_an_item_and_a_fifo(site, canary):
    site.items()
    deep_items(site)
    other = site.folder / "content" / ".other"
    os.mkfifo(other)
    item = site.folder / "content" / "sub" / "deep" / "deep-1.md"
    race(site, canary, swapped(item, other), site.output, site.folder / ".outfeed")


@pytest.mark.parametrize("place", ["public/all", "public/topic", "public/topic/news"])
def test_race_of_an_output_folder(site, canary, place):
    """What is written goes into the folder that was opened, wherever its name leads by then."""
    site.items()
    assert build(site).status == 0
    link = site.folder / "other"
    link.symlink_to(canary.folder)
    number = iter(range(10**9))

    def turn():
        swapped(site.folder / place, link)()
        if next(number) % 50 == 0:
            site.item("item-1.md", title="Item 1, changed", date="2025-03-01")
    race(site, canary, turn)


def test_an_item_that_grows_and_shrinks(site, canary):
    """Each run reads some of it, and ends; afterwards the documents are those of the file."""
    site.items()
    path = site.folder / "content" / "item-2.md"
    whole = path.read_bytes()

    def turn():
        with open(path, "ab") as file:
            file.write(b"more words\n" * 3000)
        with open(path, "r+b") as file:
            file.truncate(20)
        path.write_bytes(whole)
    race(site, canary, turn, site.output, site.folder / ".outfeed")
    path.write_bytes(whole)
    time.sleep(0.01)
    assert build(site).status == 0
    check(site, canary)


def test_permissions_that_change_midway(site, canary):
    """A file or folder that may not be read for a moment is told of, and comes back."""
    site.items()
    deep_items(site)
    paths = [site.folder / "content" / "sub", site.folder / "content" / "sub" / "deep" / "deep-1.md"]

    def turn():
        for path in paths:
            path.chmod(0)
            path.chmod(0o755)
    race(site, canary, turn, site.output, site.folder / ".outfeed")
    assert build(site).status == 0
    assert len(site.titles()) == 23


def test_the_canary_sees(site, canary):
    """The checks of this file fail when something is let in, or out."""
    site.items()
    assert build(site).status == 0
    (site.output / "all" / "feed.json").write_text(SECRET)
    with pytest.raises(AssertionError):
        canary.check(site.output)
    (canary.folder / "new").write_text("")
    with pytest.raises(AssertionError):
        canary.check()
