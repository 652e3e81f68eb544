"""Runs commands in turn and takes their time and peak memory."""
import os
import shutil
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field

LAUNCH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "launch.py")
COLD = 4 << 20                  # bytes read from a disk that make a run count as not warm
TRIES = 3


class Failed(Exception):
    """A command that did not do its work: there is nothing to measure."""


def nothing():
    pass


@dataclass
class Case:
    """A command, what goes before each of its runs, and what must be true after."""
    name: str
    command: list
    before: callable = nothing
    after: callable = nothing
    quiet: bool = False             # anything on stderr is a failure too
    env: dict = field(default_factory=dict)
    runs: int = 0                   # fewer than the others', where it is very slow
    seconds: list = field(default_factory=list)
    peaks: list = field(default_factory=list)
    reads: list = field(default_factory=list)

    @property
    def median(self):
        return statistics.median(self.seconds)

    @property
    def peak(self):
        return max(self.peaks)


def run(case, log):
    """One run: seconds of wall time, bytes of its largest process, bytes from a disk."""
    told, tell = os.pipe()
    with open(log, "w+b") as errors, open(told, "rb") as result:
        try:
            subprocess.run([sys.executable, "-I", "-S", LAUNCH, str(tell), *case.command],
                           stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors,
                           env={**os.environ, **case.env}, pass_fds=[tell])
        finally:
            os.close(tell)
        numbers = result.read().split()
        errors.seek(0)
        said = errors.read(2000).decode("utf-8", "replace")
    if not numbers or int(numbers[0]) != 0 or case.quiet and said:
        raise Failed(f"{case.name}: failed: {' '.join(case.command)}\n{said}")
    return float(numbers[1]), int(numbers[2]), int(numbers[3])


def warm(case, log):
    """Reads until all of it comes from the page cache; says whether it does."""
    return any(run(case, log)[2] < COLD for _ in range(2 * TRIES))


def take(case, log):
    """A run that counts: one that found its files cached, where that can be had."""
    for _ in range(TRIES):
        case.before()
        os.sync()                   # what was written before is not to be paid here
        seconds, peak, read = run(case, log)
        case.after()
        if read < COLD:
            break
    case.seconds.append(seconds)
    case.peaks.append(peak)
    case.reads.append(read)
    return seconds


def in_turn(cases, runs, log):
    """A B C A B C ...: a machine that slows down slows all of them."""
    for number in range(1, runs + 1):
        for case in cases:
            if case.runs and number > case.runs:
                continue
            seconds = take(case, log)
            print(f"{case.name}: {seconds:.3f} s ({number} of {case.runs or runs})",
                  file=sys.stderr, flush=True)


def empty(*paths):
    for path in paths:
        if os.path.isdir(path):
            shutil.rmtree(path)
        elif os.path.exists(path):
            os.remove(path)
