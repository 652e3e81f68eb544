"""The questions that README.md puts to the history, by the sqlite3 program, after real audits."""
import os
import re
import subprocess
import sys
import time
from datetime import datetime, timezone
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from audit_site import DAY, AuditSite, page  # noqa: E402
from faulty import Host  # noqa: E402

README = Path(__file__).parents[2] / "README.md"
EXAMPLE = "https://example.org/"    # the link that the third question is about
TITLE = "A piece about sparrows in winter"


def questions():
    """{comment: command} of the block below its heading."""
    text = README.read_text().split("### Asking what became of the links", 1)[1]
    lines = re.search(r"^```\n(.*?)^```", text, re.M | re.S)[1].splitlines()
    assert len(lines) % 2 == 0
    return dict(zip(lines[::2], lines[1::2]))


def ask(site, command):
    """Rows of what the command prints: column -> text."""
    done = subprocess.run(["sh", "-c", command], cwd=site.folder, capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=60)
    assert done.returncode == 0 and done.stderr == "", done
    rows = [[cell.strip() for cell in line.strip("│").split("│")]
            for line in done.stdout.splitlines() if line.startswith("│")]
    return [dict(zip(rows[0], row)) for row in rows[1:]] if rows else []


def at(when):
    return datetime.fromtimestamp(when, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


class Told:
    """A site after some nights: what died long ago, this month, moved, is alive, is soft-404."""

    def __init__(self, folder, host, other):
        folder.mkdir()
        self.site, self.now = AuditSite(folder), int(time.time())
        self.alive = host.url("/good")
        self.moved = host.url(f"/redirect/301?to={self.alive}")
        self.long_ago = other.url("/status/410")
        self.soft = other.url("/articles/sparrows.html")
        host.files["/good"] = page(TITLE)
        other.default = page("Page not found", "Sorry, the page you are looking for could not be found.")
        for name in ("alive", "moved", "long_ago"):
            self.site.link(name, getattr(self, name), title=TITLE)
        self.nights(60, 56, 50)
        self.died = host.url("/status/404")
        self.site.link("died", self.died, title="Died this month")
        self.site.link("again", self.died, title="Uses it as well")
        self.site.link("soft", self.soft, title=TITLE)
        self.nights(9, 5, 0)

    def nights(self, *days_ago):
        for days in days_ago:
            result = self.site.audit("--all", "--now", at(self.now - days * DAY))
            assert result.summary["complete"]


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    with Host() as host, Host("127.0.0.2") as other:
        yield Told(tmp_path_factory.mktemp("told") / "site", host, other)


def test_there_are_three():
    assert len(questions()) == 3
    assert all(command.startswith("sqlite3 -box .outfeed/audit.db ") for command in questions().values())


def test_which_links_died_this_month(told):
    rows = ask(told.site, questions()["# Which links died this month, and in which items?"])
    found = sorted((row["url"], row["why"], row["title"], Path(row["file"]).name) for row in rows)
    assert found == sorted([
        (told.died, "http-404", "Died this month", "died.md"),
        (told.died, "http-404", "Uses it as well", "again.md"),
        (told.soft, "", TITLE, "soft.md")]), told.site.links()
    month = datetime.now(timezone.utc).strftime("%Y-%m")
    assert {row["since"][:7] for row in rows} == {month}


def test_which_hosts_rot_most(told):
    rows = ask(told.site, questions()["# Which hosts rot most?"])
    assert rows == [{"host": "127.0.0.2", "links": "2", "rotten": "2", "percent": "100.0"},
                    {"host": "127.0.0.1", "links": "3", "rotten": "1", "percent": "33.3"}]


def test_how_a_link_fared(told):
    command = questions()["# How did this link fare, check by check?"]
    assert EXAMPLE in command
    rows = ask(told.site, command.replace(EXAMPLE, told.moved))
    assert [row["verdict"] for row in rows] == ["moved"] * 6
    assert {row["hops"] for row in rows} == {f"301 {told.alive}"}
    expected = [at(told.now - days * DAY)[:10] for days in (60, 56, 50, 9, 5, 0)]
    assert [row["at"][:10] for row in rows] == expected
    rows = ask(told.site, command.replace(EXAMPLE, told.died))
    assert [(row["verdict"], row["why"]) for row in rows] == [
        ("suspect", "http-404"), ("suspect", "http-404"), ("dead", "http-404")]


def test_a_link_that_is_not_there_gives_nothing(told):
    assert ask(told.site, questions()["# How did this link fare, check by check?"]) == []


def test_while_an_audit_runs(told):
    """It writes, and whoever asks is answered: the history of before, or a part of the new."""
    with Host() as host:
        for number in range(20):
            told.site.link(f"n{number}", host.url(f"/pause/100?n={number}"))
        told.site.configure("concurrency: 1")
        process = subprocess.Popen([os.environ["OUTFEED"], "audit", "-q"], cwd=told.site.folder,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        while not host.seen and process.poll() is None:
            time.sleep(0.01)
        rows = ask(told.site, questions()["# Which hosts rot most?"])
        assert process.poll() is None and len(rows) == 2
        process.communicate(timeout=60)
        assert process.returncode == 0
