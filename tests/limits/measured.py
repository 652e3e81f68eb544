"""Runs a case and says what came of it, in CPU seconds and bytes above the idle program."""
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from conftest import DIAGNOSTIC, NOW

# A process of its own, since a child's ru_maxrss is never less than its parent's.
LAUNCH = """
import os, resource, sys
resource.setrlimit(resource.RLIMIT_CPU, (int(sys.argv[1]),) * 2)
child = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(child, 0)
print("MEASURED", os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime, usage.ru_maxrss)
"""
CPU_MOST = 300                  # seconds: a build under valgrind is a hundred times slower
MIB = 1 << 20


@dataclass
class Run:
    status: int
    seconds: float
    peak: int                   # bytes
    err: str

    @property
    def diagnostics(self):
        found = [DIAGNOSTIC.match(line) for line in self.err.splitlines()]
        return [d.groupdict() for d in found if d]


def run(*command, cwd=None, most=CPU_MOST):
    done = subprocess.run([sys.executable, "-I", "-S", "-c", LAUNCH, str(most), *map(str, command)],
                          cwd=cwd, capture_output=True, stdin=subprocess.DEVNULL)
    last = done.stdout.decode("utf-8", "replace").splitlines()[-1].split()
    assert last[0] == "MEASURED", done.stderr
    return Run(int(last[1]), float(last[2]), int(last[3]) * 1024, done.stderr.decode("utf-8", "replace"))


def idle(program):
    """Bytes of a program that does nothing."""
    return max(run(program, "version").peak for _ in range(3))


def take(case, site, program, probe):
    """Makes the case in the site and runs it: (bytes that were made, what came of it)."""
    site.item("good.md", title="Good")
    size = case.make(site)
    if case.program == "probe":
        return size, run(probe, *[text.format(site.folder) for text in case.arguments])
    return size, run(program, "build", "--now", NOW, "--color", "never", cwd=site.folder)


def remove(folder):
    """Python's own way recurses, and some trees are deeper than that."""
    subprocess.run(["rm", "-rf", "--", folder], check=True)


def shown(site):
    path = Path(site.output) / "all" / "feed.json"
    return [e["title"] for e in json.loads(path.read_text("utf-8"))["items"]] if path.exists() else []


def outcome(case, site, run):
    """error, warning or valid; else what is wrong, as a sentence with a blank in it."""
    if run.status != case.status and case.comes != "either":
        return f"exit {run.status}, not {case.status}: {run.err[:300]}"
    if run.status not in (0, 1, 2):
        return f"exit {run.status}: {run.err[:300]}"
    if case.program == "probe":
        return "valid"
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
