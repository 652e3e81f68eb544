"""What is written beside the feeds, and where the images are read: links, FIFOs, swaps.

In the manner of test_hostile_tree.py, whose canary it has: the reports of the audit, the
files that options name, the folder of images, the saved state, and what is served.
"""
import contextlib
import json
import os
import stat
import subprocess
import urllib.error
import urllib.request

import pytest

from conftest import run_program, tree
from test_hostile_tree import PNG, ROUNDS, SECRET, Racer, build, canary, swapped  # noqa: F401

LINK = "http://127.0.0.1:1/gone"        # nobody listens, and no address of this machine is allowed


def audit(site, *arguments):
    return run_program("audit", *arguments, cwd=site.folder, timeout=20)


def with_link(site):
    site.items()
    site.item("linked.md", title="Linked", link=LINK)


def unchanged(canary):                                                      # noqa: F811
    return canary.stamps() == canary.before


def test_a_report_folder_that_is_a_link(site, canary):                      # noqa: F811
    with_link(site)
    site.output.mkdir()
    (site.output / "audit").symlink_to(canary.folder)
    result = audit(site)
    assert result.status == 1 and "public/audit" in result.err, result
    assert unchanged(canary)


def test_a_report_folder_that_is_named_may_be_a_link(site, tmp_path):
    with_link(site)
    (tmp_path / "reports").mkdir()
    (site.folder / "named").symlink_to(tmp_path / "reports")
    assert audit(site, "--report", "named").status in (0, 3)
    assert (tmp_path / "reports/audit.json").is_file()


def test_reports_that_are_links_are_replaced(site, canary):                 # noqa: F811
    with_link(site)
    (site.output / "audit").mkdir(parents=True)
    for name in ("audit.json", "rot.xml", "index.html"):
        (site.output / "audit" / name).symlink_to(canary.folder / "secret.md")
    assert audit(site).status in (0, 3)
    assert unchanged(canary)
    assert not (site.output / "audit/audit.json").is_symlink()


def make_fifo(path):
    os.mkfifo(path)


def make_device(path):
    try:
        os.mknod(path, 0o600 | stat.S_IFCHR, os.makedev(1, 3))              # as /dev/null
    except PermissionError:
        pytest.skip("no devices can be made here")


@pytest.mark.parametrize("make", [make_fifo, make_device, os.mkdir])
@pytest.mark.parametrize("option", ["--patch", "--metadata"])
def test_no_file_of_an_option_takes_the_place_of_what_is_none(site, option, make):
    with_link(site)
    make(site.folder / "target")
    before = os.lstat(site.folder / "target")
    result = audit(site, option, "target")
    assert result.status == 1 and "no regular file" in result.err, result
    after = os.lstat(site.folder / "target")
    assert (after.st_mode, after.st_ino) == (before.st_mode, before.st_ino)


@pytest.mark.parametrize("option", ["--patch", "--metadata"])
@pytest.mark.parametrize("make", [os.symlink, os.link])
def test_a_file_of_an_option_that_is_a_link_is_replaced(site, canary, option, make):   # noqa: F811
    """Of a hard link, too, the other name keeps what it had."""
    with_link(site)
    whole = (canary.folder / "secret.md").read_bytes()
    make(canary.folder / "secret.md", site.folder / "target")
    assert audit(site, option, "target").status in (0, 3)
    assert (canary.folder / "secret.md").read_bytes() == whole
    assert (site.folder / "target").read_bytes() != whole


@pytest.mark.parametrize("name", ["audit.db", "state.db", "lock"])
@pytest.mark.parametrize("make", [make_fifo, make_device, os.mkdir])
def test_state_that_is_no_file_is_not_waited_for(site, canary, name, make):  # noqa: F811
    with_link(site)
    (site.folder / ".outfeed").mkdir()
    make(site.folder / ".outfeed" / name)
    for run in (build, audit):
        result = run(site)
        assert result.status in (0, 1, 3), result
    assert unchanged(canary)


# ---- While it runs


def race(site, canary, turn, run):                                          # noqa: F811
    with Racer(turn) as racer:
        for _ in range(ROUNDS // 2):
            assert run().status in (0, 1, 3)
            assert unchanged(canary)
    assert racer.turns > ROUNDS // 2


def linked(site, canary, place):                                            # noqa: F811
    other = site.folder / "other"
    other.symlink_to(canary.folder)
    return swapped(site.folder / place, other)


def test_race_of_the_report_folder(site, canary):                           # noqa: F811
    with_link(site)
    assert audit(site).status in (0, 3)
    race(site, canary, linked(site, canary, "public/audit"), lambda: audit(site, "--report-only"))


@pytest.mark.parametrize("place", ["images", "images/deep"])
def test_race_of_the_folder_of_images(site, canary, place):                 # noqa: F811
    """The folder that is named may be a link; below it nothing is read through one."""
    site.items()
    (site.folder / "images/deep").mkdir(parents=True)
    for path in ("secret.png", "deep/secret.png"):
        (site.folder / "images" / path).write_bytes(PNG.replace((4321).to_bytes(4, "big"), (77).to_bytes(4, "big")))
    (canary.folder / "deep/secret.png").write_bytes(PNG)
    canary.before = canary.stamps()
    site.write("outfeed.yaml", site.CONFIG.replace("pages: false", "images: {dir: images}\n        pages: false"))
    site.item("pictured.md", title="Pictured", image="deep/secret.png")

    def run():
        result = build(site, "--full")
        if place != "images":
            assert not [name for name, data in tree(site.output).items() if b"4321" in data]
        return result
    race(site, canary, linked(site, canary, place), run)


def test_race_of_the_saved_state(site, canary):                             # noqa: F811
    """Nothing that was there is changed or read. Who writes to the site's own folder is its owner
    (SECURITY.md): a database that is new may come to lie where the link leads."""
    site.items()
    assert build(site).status == 0
    whole = tree(canary.folder)
    with Racer(linked(site, canary, ".outfeed")):
        for _ in range(ROUNDS // 2):
            assert build(site).status in (0, 1)
            assert {name: tree(canary.folder)[name] for name in whole} == whole
            assert not [name for name, data in tree(site.output).items() if SECRET.encode() in data]


def test_race_of_the_target_of_an_option(site, canary):                     # noqa: F811
    with_link(site)
    assert audit(site).status in (0, 3)
    (site.folder / "target").write_text("")
    other = site.folder / "other"
    other.symlink_to(canary.folder / "secret.md")
    race(site, canary, swapped(site.folder / "target", other),
         lambda: audit(site, "--report-only", "--metadata", "target"))


@contextlib.contextmanager
def serving(site):
    """Its address, while it runs."""
    with subprocess.Popen([os.environ["OUTFEED"], "serve", "--json", "--port", "0", "."], cwd=site.folder,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield json.loads(process.stdout.readline())["urls"][0].rstrip("/")
        finally:
            process.terminate()


@pytest.mark.parametrize("place", ["public/all", "public/topic/news"])
def test_race_of_what_is_served(site, canary, place):                       # noqa: F811
    site.items()
    assert build(site).status == 0
    path = place.removeprefix("public")
    with serving(site) as address, Racer(linked(site, canary, place)):
        seen = set()
        for _ in range(400):
            for name in ("/feed.json", "/secret.md", "/deep/secret.md"):
                try:
                    with urllib.request.urlopen(address + path + name, timeout=10) as reply:
                        seen.add(200)
                        assert SECRET.encode() not in reply.read()
                except urllib.error.HTTPError as error:
                    seen.add(error.code)
    assert seen == {200, 404}
    assert unchanged(canary)
