"""What the tests of the program share: running it, and making small sites.

The program is named by the environment variable OUTFEED; the tests are run by
ctest, or by hand: OUTFEED=build/dev/outfeed /usr/bin/python3 -m pytest tests/cli
"""
import json
import os
import re
import subprocess
import textwrap
from pathlib import Path

import pytest

NOW = "2026-01-01T00:00:00Z"
TESTS = Path(__file__).resolve().parent
# Of a sanitizer, or of the compiler's counters where a test takes their folder away.
SANITIZER = re.compile(r"Sanitizer|runtime error:")
COUNTERS = re.compile(r"^profiling:.*\n", re.M)

DIAGNOSTIC = re.compile(r"^(?P<path>[^:\n]+):(?:(?P<line>\d+):)?(?:(?P<column>\d+):)? "
                        r"(?P<severity>error|warning): (?P<message>.+)$")


class Result:
    """What a run gave: status, out, err (text), and the diagnostics in err."""

    def __init__(self, done):
        self.status = done.returncode
        self.out = done.stdout.decode("utf-8")
        self.err = COUNTERS.sub("", done.stderr.decode("utf-8"))
        found = [DIAGNOSTIC.match(line) for line in self.err.splitlines()]
        self.diagnostics = [d.groupdict() for d in found if d]

    def about(self, name):
        """The diagnostics whose path ends in name."""
        return [d for d in self.diagnostics if d["path"].endswith(name)]

    def __repr__(self):
        return f"exit {self.status}\n-- stdout\n{self.out}\n-- stderr\n{self.err}"


def run_program(*arguments, cwd=None, env=None, prefix=(), program=None, timeout=120):
    """Runs outfeed; any status is a result, except a signal or a sanitizer's."""
    program = program or os.environ["OUTFEED"]
    environment = {k: v for k, v in os.environ.items()
                   if k not in ("SOURCE_DATE_EPOCH", "NO_COLOR", "TZ", "LANG")
                   and not k.startswith("LC_")}
    environment.update(env or {})
    done = subprocess.run([*prefix, program, *map(str, arguments)], cwd=cwd, env=environment,
                          capture_output=True, stdin=subprocess.DEVNULL, timeout=timeout)
    result = Result(done)
    assert not SANITIZER.search(result.err), result
    assert result.status in (0, 1, 2, 3), result
    return result


class Site:
    """A site folder that a test writes."""

    CONFIG = """\
        site:
          title: Test
          url: https://example.org/
        content: [content]
        pages: false
        compress: false
        """

    def __init__(self, folder):
        self.folder = Path(folder)
        self.output = self.folder / "public"
        self.write("outfeed.yaml", self.CONFIG)
        (self.folder / "content").mkdir()

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(text, str):
            text = textwrap.dedent(text).encode("utf-8")
        path.write_bytes(text)
        return path

    def item(self, name, title="One", date="2025-03-01", category="News", body="Text.\n", **more):
        """An item that nobody could object to, and what more says."""
        keys = {"title": title, "date": date, "categories": [category], **more}
        lines = [f"{key}: {value!r}" for key, value in keys.items()]
        return self.write(f"content/{name}", "---\n" + "\n".join(lines) + "\n---\n" + body)

    def items(self, count=3):
        for number in range(1, count + 1):
            self.item(f"item-{number}.md", title=f"Item {number}",
                      date=f"2025-03-{number:02}", category=("News", "Tools")[number % 2])

    def build(self, *arguments, now=NOW, **options):
        options.setdefault("cwd", self.folder)
        return run_program("build", "--now", now, *arguments, **options)

    def feed(self, path="all"):
        """A parsed JSON feed of the output."""
        return json.loads((self.output / path / "feed.json").read_text("utf-8"))

    def titles(self, path="all"):
        return [entry["title"] for entry in self.feed(path)["items"]]


def of_groups(site, run):
    """The summary of a run whose documents are counted without the list of all feeds, which
    each run has and which may or may not be new whenever a group is."""
    path = site.output / "subscriptions.opml"
    before = path.stat().st_mtime_ns if path.exists() else None
    result = run()
    summary = json.loads(result.out)
    after = path.stat().st_mtime_ns if path.exists() else None
    new = before != after or "subscriptions.opml: note: would be written" in result.err
    summary["written" if new else "unchanged"] -= summary["status"] == "done"
    return result, summary


def tree(folder):
    """Relative path -> bytes, of every file below a folder."""
    folder = Path(folder)
    return {str(path.relative_to(folder)): path.read_bytes()
            for path in sorted(folder.rglob("*")) if path.is_file()}


def stamps(folder):
    """Relative path -> what changes when a file is touched at all."""
    folder = Path(folder)
    return {str(path.relative_to(folder)): (path.stat().st_ino, path.stat().st_mtime_ns)
            for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture
def site(tmp_path):
    (tmp_path / "site").mkdir()
    return Site(tmp_path / "site")


def pytest_addoption(parser):
    parser.addoption("--update", action="store_true",
                     help="rewrite what the golden cases expect")
