"""Runs a case and says what came of it, in seconds and bytes above the idle program."""
import contextlib
import functools
import json
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from conftest import DIAGNOSTIC, NOW

CPU_MOST = 300                  # seconds: a build under valgrind is a hundred times slower
MIB = 1 << 20
BUILT = tempfile.TemporaryDirectory()
COMMANDS = {
    "build": ["build", "--now", NOW, "--color", "never"],
    "audit": ["audit", "--now", NOW, "--color", "never"],
    "init": ["init", "--yes", "--force", "--color", "never"],
}
IDLE = {"page": ["page", os.devnull], "robots.txt": ["robots", os.devnull, os.devnull]}


@functools.cache
def launcher():
    """The small parent of what is measured."""
    path = os.path.join(BUILT.name, "launch")
    subprocess.run([os.environ.get("OUTFEED_CC", "cc"), "-O1", "-D_GNU_SOURCE", "-o", path,
                    Path(__file__).with_name("launch.c")], check=True)
    return path


@dataclass
class Run:
    status: int
    seconds: float              # of CPU
    peak: int                   # bytes
    err: str
    wall: float = 0.0           # by the clock, which other work on the machine makes longer

    @property
    def diagnostics(self):
        found = [DIAGNOSTIC.match(line) for line in self.err.splitlines()]
        return [d.groupdict() for d in found if d]


def run(*command, cwd=None, most=CPU_MOST):
    done = subprocess.run([launcher(), str(most), *map(str, command)],
                          cwd=cwd, capture_output=True, stdin=subprocess.DEVNULL)
    last = done.stdout.decode("utf-8", "replace").splitlines()[-1].split()
    assert last[0] == "MEASURED", done.stderr
    return Run(int(last[1]), float(last[2]), int(last[3]) * 1024, done.stderr.decode("utf-8", "replace"),
               float(last[4]))


@functools.cache
def idle_of(*command):
    return max(run(*command).peak for _ in range(3))


def idle(case, program, probe):
    """Bytes of the program that does nothing: of the probe, with nothing of that kind."""
    if case.program == "probe":
        return idle_of(probe, *IDLE[case.kind])
    return idle_of(program, "version")


def command(case, site, program, probe):
    if case.program == "probe":
        return [probe, *[text.format(site.folder) for text in case.arguments]]
    return [program, *COMMANDS[case.program], *case.arguments]


def take(case, site, program, probe):
    """Makes the case in the site and runs it: (bytes that were made, what came of it)."""
    site.item("good.md", title="Good")
    with case.server() if case.server else contextlib.nullcontext() as site.server:
        size = case.make(site)
        return size, run(*command(case, site, program, probe), cwd=site.folder)


def again(case, site, program, probe):
    """The same run from nothing."""
    for name in (".outfeed", "public"):
        shutil.rmtree(site.folder / name, ignore_errors=True)
    with case.server() if case.server else contextlib.nullcontext() as site.server:
        if case.server:
            case.make(site)
        return run(*command(case, site, program, probe), cwd=site.folder)


def remove(folder):
    """Python's own way recurses, and some trees are deeper than that."""
    subprocess.run(["rm", "-rf", "--", folder], check=True)


def shown(site):
    path = Path(site.output) / "all" / "feed.json"
    return [e["title"] for e in json.loads(path.read_text("utf-8"))["items"]] if path.exists() else []


def audited(case, site, run):
    """What the audit says of the one link: its failure, or else its verdict."""
    if run.err:
        return f"something is said: {run.err[:300]}"
    links = json.loads((site.output / "audit/audit.json").read_text("utf-8"))["links"]
    came = links[0].get("failure") or links[0]["verdict"]
    return came if came in case.comes.split() else f"it is {came}, and {case.comes} was to come"


def surveyed(case, site, run):
    """error, or valid: an outfeed.yaml that is no more than a few pages."""
    errors = [d for d in run.diagnostics if d["severity"] == "error"]
    size = (site.folder / "outfeed.yaml").stat().st_size
    if len(errors) != (run.status != 0) or size > 1 << 16:
        return f"{len(errors)} errors, exit {run.status}, outfeed.yaml of {size} bytes: {run.err[:300]}"
    return "error" if errors else "valid"


def outcome(case, site, run):
    """error, warning or valid; else what is wrong, as a sentence with a blank in it."""
    if case.program == "audit" and run.status in (0, 3):
        return audited(case, site, run)
    if run.status != case.status and case.comes != "either":
        return f"exit {run.status}, not {case.status}: {run.err[:300]}"
    if run.status not in (0, 1, 2):
        return f"exit {run.status}: {run.err[:300]}"
    if case.program == "probe":
        return "valid"
    if case.program == "init":
        return surveyed(case, site, run)
    found = run.diagnostics
    if len(found) != len(run.err.splitlines()):
        return f"lines that are no diagnostic: {run.err[:300]!r}"
    if [d for d in found if case.about not in d["path"]]:
        return f"something is said of others: {run.err[:300]}"
    if len(found) > 20 and not case.many:
        return f"{len(found)} diagnostics"
    errors = [d for d in found if d["severity"] == "error"]
    if run.status == 0 and case.about == "worst":
        titles = shown(site)
        if "Good" not in titles:
            return "the good item is lost"
        if not case.many and ("Worst" in titles) == bool(errors):
            return f"{len(errors)} errors, and the feed holds {titles}"
    if len(errors) > 1 and not case.many:
        return f"more than one error: {run.err[:300]}"
    came = "error" if errors else "warning" if found else "valid"
    if case.comes not in ("either", came):
        return f"it is {came}, and {case.comes} was to come: {run.err[:300]}"
    return came
