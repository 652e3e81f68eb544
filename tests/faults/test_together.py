"""Builds at the same time, and builds that are interrupted."""
import fcntl
import os
import shutil
import signal
import subprocess
import threading
import time

import pytest

from conftest import NOW, Site, tree

INTERRUPTED = 130
MANY = 400                       # items; a build of so many takes a while


def start(site, *arguments):
    return subprocess.Popen([os.environ["OUTFEED"], "build", "--now", NOW, "-q", *map(str, arguments)],
                            cwd=site.folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True)


def end(processes):
    for process in processes:
        out, err = process.communicate(timeout=120)
        assert (process.returncode, err) == (0, ""), err


def fill(site, count=60, mark=""):
    for number in range(1, count + 1):
        site.item(f"item-{number:03}.md", title=f"Item {number}{mark}", category=f"Group {number % 7}",
                  date=f"2025-{number % 12 + 1:02}-{number % 28 + 1:02}", body=f"Text {number}.\n\n" * 20)


def expected(site, tmp_path):
    """What one build alone makes of a copy of the site."""
    copy = tmp_path / "alone"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(site.folder, copy, ignore=shutil.ignore_patterns("public", ".outfeed"))
    alone = Site.__new__(Site)
    alone.folder, alone.output = copy, copy / "public"
    assert alone.build().status == 0
    return tree(alone.output)


def hidden(folder):
    return [name for name in os.listdir(folder) if name.startswith(".")]


@pytest.mark.parametrize("count", [2, 4])
def test_at_once(site, tmp_path, count):
    """Cold, and then again and again with changes."""
    for turn in range(4):
        fill(site, mark=f", turn {turn}")
        end([start(site, "-j2") for _ in range(count)])
        assert tree(site.output) == expected(site, tmp_path)
        assert hidden(site.output) == []


@pytest.mark.parametrize("count", [2, 4])
def test_full_at_once(site, tmp_path, count):
    fill(site)
    assert site.build().status == 0
    end([start(site, "--full") for _ in range(count)])
    assert tree(site.output) == expected(site, tmp_path)


class Holder:
    """Holds a site's lock, as a build would."""

    def __init__(self, site):
        self.file = open(site.folder / ".outfeed" / "lock", "w+", encoding="ascii")
        fcntl.flock(self.file, fcntl.LOCK_EX)
        self.file.write(f"process {os.getpid()}\n")
        self.file.flush()

    def release(self):
        self.file.close()


def test_lock_that_is_held_for_long(site):
    site.items()
    assert site.build().status == 0
    before = tree(site.output)
    site.item("item-4.md", title="Item 4")
    holder = Holder(site)
    begin = time.monotonic()
    result = site.build()
    took = time.monotonic() - begin
    holder.release()
    assert result.status == 1
    assert 9 < took < 20
    assert f"process {os.getpid()}" in result.err
    assert len(result.err.splitlines()) == 1
    assert tree(site.output) == before
    assert site.build().status == 0
    assert site.titles()[0] == "Item 3" and "Item 4" in site.titles()


def test_lock_that_comes_free(site):
    site.items()
    assert site.build().status == 0
    site.item("item-4.md", title="Item 4")
    holder = Holder(site)
    timer = threading.Timer(1, holder.release)
    timer.start()
    begin = time.monotonic()
    assert site.build().status == 0
    assert time.monotonic() - begin > 0.9
    timer.join()
    assert "Item 4" in site.titles()


TWO_SITES = """\
site: {{title: {name}, url: 'https://example.org/{name}/'}}
content: [content]
output: ../shared
groups: [{{by: categories, path: '{name}/{{slug}}'}}]
all: {{path: '{name}/all', title: All}}
pages: false
compress: false
"""


def test_two_sites_with_one_output(tmp_path):
    sites = []
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        site = Site(tmp_path / name)
        site.write("outfeed.yaml", TWO_SITES.format(name=name))
        sites.append(site)
    shared = tmp_path / "shared"
    for turn in range(6):
        for site in sites:
            fill(site, 20, mark=f", turn {turn} of {site.folder.name}")
        if turn == 3:
            shutil.rmtree(shared)
        if turn == 5:
            for site in sites:
                for path in sorted((site.folder / "content").iterdir())[3:]:
                    path.unlink()
        end([start(site, "--prune") for site in sites])
        want = {}
        for site in sites:
            assert site.build("--full", "-o", tmp_path / "apart" / site.folder.name / str(turn)).status == 0
            want.update(tree(tmp_path / "apart" / site.folder.name / str(turn)))
        # the list of all feeds is that of the site which came last
        assert "subscriptions.opml" in want
        assert tree(shared).keys() == want.keys(), turn
        assert [name for name, data in tree(shared).items() if data != want[name]] in \
            ([], ["subscriptions.opml"]), turn
        assert hidden(shared) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted(site, tmp_path, number):
    """At moments that come later and later, until one comes too late."""
    fill(site, 40)
    assert site.build().status == 0
    fill(site, MANY, mark=", changed")
    before, after = tree(site.output), expected(site, tmp_path)
    delay, statuses = 0.002, []
    while 0 not in statuses:
        process = start(site, "--full", "-j1")
        time.sleep(delay)
        process.send_signal(number)
        err = process.communicate(timeout=120)[1]
        statuses.append(process.returncode)
        assert process.returncode in (0, INTERRUPTED, -number), err
        if process.returncode == INTERRUPTED:
            assert "interrupted" in err and len(err.splitlines()) == 1
        assert tree(site.output) == (after if process.returncode == 0 else before)
        assert hidden(site.output) == []
        delay *= 1.3
    assert INTERRUPTED in statuses, statuses
    assert site.build().status == 0
    assert tree(site.output) == after


def test_where_no_state_can_be_kept(site):
    """The site's folder is locked instead: both runs would stage under one name."""
    site.items()
    os.symlink("/nonexistent/state", site.folder / ".outfeed")
    folder = os.open(site.folder, os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)
    run = start(site)
    time.sleep(1)
    assert run.poll() is None
    assert tree(site.output) == {}
    os.close(folder)
    run.communicate(timeout=60)
    assert run.returncode == 0
    assert len(tree(site.output)) > 0
