"""Where an audit writes, and what it does when it cannot: exit statuses and one clear line,
the history whole."""
import fcntl
import os
import re
import resource
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from audit_site import AuditSite, moment, page  # noqa: E402
from conftest import tree  # noqa: E402
from faulty import Host  # noqa: E402

REPORTS = {"index.html", "audit.json", "audit.csv", "audit.md", "junit.xml", "audit.sarif", "rot.xml"}
TITLE = "A piece about sparrows in winter"


@pytest.fixture
def host():
    with Host() as made:
        made.files["/good"] = page(TITLE)
        yield made


@pytest.fixture
def site(tmp_path, host):
    (tmp_path / "site").mkdir()
    made = AuditSite(tmp_path / "site")
    for number in range(40):
        made.link(f"n{number}", host.url(f"/status/200?n={number}"), title="Page")
    return made


def names(folder):
    return {path.name for path in folder.iterdir()}


def is_whole(site):
    """The history, looked at as it lies; how many checks it holds."""
    with closing(sqlite3.connect(site.folder / ".outfeed/audit.db")) as history:
        assert history.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert history.execute("PRAGMA foreign_key_check").fetchall() == []
        return history.execute("SELECT count(*) FROM check_").fetchone()[0]


def one_line(result):
    """The one line of trouble; what stands for checks left out."""
    lines = [line for line in result.err.splitlines() if not line.startswith('{"event"')]
    assert len(lines) == 1, result
    return lines[0]


# ---- Where it goes ----

def test_reports_go_below_the_output(site):
    site.audit()
    assert names(site.output / "audit") == REPORTS


def test_another_output(site):
    site.audit("--output", "elsewhere")
    assert names(site.folder / "elsewhere/audit") == REPORTS and not site.output.exists()


def test_another_folder(site, tmp_path):
    """Relative to where outfeed is called, made when it is not there."""
    site.audit("--report", "a/b/c")
    assert names(site.folder / "a/b/c") == REPORTS and not site.output.exists()
    site.audit("--report", tmp_path / "far")
    assert names(tmp_path / "far") == REPORTS


def test_what_a_killed_run_left_goes(site):
    site.audit()
    folder = site.output / "audit"
    (folder / ".999999.audit.json").write_text("{")
    (folder / ".999999.audit.json.mine").write_text("")
    (folder / ".x.audit.json").write_text("")
    with open(folder / ".999998.audit.csv", "w") as another:    # at work on it
        fcntl.flock(another, fcntl.LOCK_EX)
        site.audit()
    assert names(folder) - REPORTS == {".999999.audit.json.mine", ".x.audit.json", ".999998.audit.csv"}


# ---- Exit statuses, as a nightly job sees them ----

def test_a_job_fails_for_new_rot_alone(site, host):
    site.link("gone", host.url("/status/404"))
    assert [site.audit("--all", day=day).status for day in (0, 4, 8, 12)] == [0, 0, 3, 0]
    assert site.audit("--all", "--all-findings", day=13).status == 3
    site.link("gone too", host.url("/status/410"))
    assert [site.audit("--all", day=day).status for day in (20, 24, 28, 32)] == [0, 0, 3, 0]


def test_a_run_between_that_checks_nothing_is_no_news(site, host):
    """What was new yesterday is not new in a run that had nothing due."""
    site.link("gone", host.url("/status/404"))
    assert site.nights((0, 4, 8)).status == 3
    result = site.audit(day=8)
    assert result.summary["due"] == 0 and result.status == 0


# ---- Where it cannot ----

@pytest.mark.parametrize("name", ["file", "file/below"])
def test_a_folder_that_cannot_be(site, name):
    (site.folder / "file").write_text("")
    result = site.audit("--report", name)
    assert result.status == 1
    assert re.search(r"^file(/below)?: error: .*[Nn]ot a directory", one_line(result)), result
    assert is_whole(site) == 40 and result.summary["status"] == "failed"
    assert site.audit("--report", "good").summary["due"] == 0    # what was checked is kept


def test_a_folder_that_takes_nothing(site):
    """No file can be made there, not even by root."""
    result = site.audit("--report", "/proc/self")
    assert result.status == 1
    assert one_line(result).startswith("/proc/self/"), result
    assert is_whole(site) == 40


@pytest.mark.parametrize("option", ["--patch", "--metadata"])
def test_a_file_that_cannot_be(site, option):
    result = site.audit(option, "nowhere/file")
    assert result.status == 1
    assert one_line(result).startswith("nowhere/file: error: "), result
    assert is_whole(site) == 40


def limited(site, most, *arguments):
    """Files end there, as on a full disk: writes fail, the process goes on."""
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    done = subprocess.run([os.environ["OUTFEED"], "audit", "--now", moment(20), *arguments],
                          cwd=site.folder, capture_output=True, text=True, timeout=60,
                          stdin=subprocess.DEVNULL, preexec_fn=limit, restore_signals=False)
    return done


def fill(site, host):
    """Pages that say much of themselves: the history grows with each night."""
    for number in range(150):
        words = " ".join(f"word{number}x{n}" for n in range(120))
        host.files[f"/long/{number}"] = page(f"Page {number}", head=f'<meta name="description" content="{words}">')
        site.link(f"long{number}", host.url(f"/long/{number}"), title=f"Page {number}")


def test_a_full_disk_at_the_history(site, host):
    site.audit("--all")
    before, links = is_whole(site), site.links()
    reports = tree(site.output / "audit")
    fill(site, host)
    size = (site.folder / ".outfeed/audit.db").stat().st_size
    done = limited(site, size + 30_000, "--all")
    print(done.stderr)
    assert done.returncode == 1, done
    lines = done.stderr.splitlines()
    assert len(lines) == 1 and "audit.db: error: " in lines[0], done
    assert re.search(r"full|large|I/O|space", lines[0]), lines
    assert is_whole(site) >= before
    assert tree(site.output / "audit") == reports
    assert set(links) <= set(site.links())
    result = site.audit("--all", day=21)
    assert result.status == 0 and result.summary["complete"] and is_whole(site) >= before + 190


@pytest.mark.skipif(os.getuid() != 0, reason="only root may mount a small disk")
def test_a_full_disk_of_one_mebibyte(site, host):
    fill(site, host)
    state = site.folder / ".outfeed"
    state.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", state], capture_output=True)
    if mounted.returncode != 0:
        pytest.skip("no right to mount")
    try:
        assert site.audit("--only", "image").status == 0    # the history is made, and small
        (state / "ballast").write_bytes(bytes(700 << 10))
        result = site.audit("--all", "-q")
        assert result.status == 1, result
        line = one_line(result)
        print(line)
        assert "audit.db: error: " in line and "full" in line, line
        is_whole(site)
        (state / "ballast").unlink()
        for path in (site.folder / "content").glob("long*"):
            path.unlink()
        assert site.audit("--all").summary["complete"]
        is_whole(site)
    finally:
        subprocess.run(["umount", state], check=True)


def test_a_report_that_cannot_take_its_place(site):
    """Where one fails the run fails, and nothing half-made is left."""
    site.audit("--all")
    reports, before = tree(site.output / "audit"), is_whole(site)
    (site.output / "audit/index.html").unlink()
    (site.output / "audit/index.html").mkdir()
    result = site.audit("--all", day=1)
    assert result.status == 1 and "index.html: error: " in one_line(result), result
    assert is_whole(site) == 2 * before
    assert set(tree(site.output / "audit")) == set(reports) - {"index.html"}
