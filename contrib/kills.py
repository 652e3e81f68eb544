#!/usr/bin/python3
"""Kills builds with SIGKILL, at random moments and at chosen system calls, and
looks at what they leave.

    kills.py [--program build/release/outfeed] [--kills 500] [--items 2000] [--seed S]

Two sites of one content are kept: one is built undisturbed, in the other the
same build is killed, then run again. After a kill each document has the bytes
of before or of after, a compressed copy that is there is of the document beside
it, and nothing else is there but the hidden staging folder; after the next run
all documents and copies have the bytes of the undisturbed site, copies the time
of their document, and nothing is left over. Exit 1 when that was ever not so.
"""
import argparse
import collections
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "bench"))
import generate
from faults import (NOW, ROOT, UNPACK, broken_document, compile_shim, documents, staged, unlike,
                    wrong_copy)

CALLS = ["write", "fsync", "rename", "exchange", "unlink", "mkdir", "close", "open", "utimens"]
AGAIN = 0.2                     # of the killed builds: the next one is killed as well
LATE = 1.1                      # the latest moment, in durations of an undisturbed run
MOVED = 5                       # items that come or go with an edit, at most
EDITED = 30                     # items that change with an edit, at most


class Site:
    def __init__(self, folder, options):
        self.folder, self.program = folder, options.program
        self.output = folder / "public"
        generate.generate(str(folder), options.items, options.categories, options.seed)

    def start(self, env=None):
        return subprocess.Popen([self.program, "build", "--prune", "-q", "--now", NOW], cwd=self.folder,
                                env={**os.environ, **(env or {})}, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def forget(self, output):
        shutil.rmtree(self.folder / ".outfeed", ignore_errors=True)
        if output:
            shutil.rmtree(self.output, ignore_errors=True)

    def run(self, env=None):
        """Seconds of an undisturbed build, and what is wrong with it."""
        start = time.monotonic()
        process = self.start(env)
        said = process.communicate(timeout=120)[1]
        if process.returncode != 0 or said:
            return 0, f"exit {process.returncode}: {said.decode()[-300:]}"
        return time.monotonic() - start, None

    def left_over(self):
        """What a run must not leave behind."""
        return ([f"public/{name}" for name in staged(self.output)]
                + sorted(set(os.listdir(self.folder / ".outfeed")) - {"state.db", "lock"})
                + sorted(set(os.listdir(self.folder)) - {"outfeed.yaml", "content", "public", ".outfeed"}))


def is_copy(name):
    return os.path.splitext(name)[1] in UNPACK


def mistimed(folder):
    """Copies below an output folder that have not the time of their document."""
    return [name for name in documents(folder) if is_copy(name) and
            (folder / name).stat().st_mtime_ns
            != (folder / os.path.splitext(name)[0]).stat().st_mtime_ns]


class Edits:
    """Changes to the items of sites, the same for each."""

    def __init__(self, sites, options, rng):
        self.sites, self.rng, self.count = sites, rng, options.items
        self.collection = generate.Collection(options.items, options.categories, options.seed)
        self.away, self.revision = set(), 0

    def write(self, number):
        for site in self.sites:
            path = site.folder / self.collection.path(number)
            generate.write(path, self.collection.item(number, self.revision))

    def make(self):
        self.revision += 1
        for number in self.rng.sample(range(self.count), self.rng.randint(1, EDITED)):
            if number not in self.away:
                self.write(number)
        for number in self.rng.sample(range(self.count), self.rng.randint(0, MOVED)):
            if number in self.away:
                self.away.remove(number)
                self.write(number)
            elif len(self.away) < self.count // 4:
                self.away.add(number)
                for site in self.sites:
                    (site.folder / self.collection.path(number)).unlink()


class Killing:
    """The two sites, and the counts of what was seen."""

    def __init__(self, folder, options):
        self.options, self.rng = options, random.Random(options.seed)
        self.calm, self.victim = Site(folder / "calm", options), Site(folder / "victim", options)
        self.edits = Edits([self.calm, self.victim], options, self.rng)
        self.shim, self.log = compile_shim(folder), folder / "log"
        self.kills, self.late, self.phases = collections.Counter(), 0, collections.Counter()
        self.wrongs, self.rounds = [], 0

    def wrong(self, what):
        self.wrongs.append(f"round {self.rounds}: {what}")
        print(self.wrongs[-1], flush=True)

    def prepare(self):
        """What the next builds find: "cold", "anew" (no state) or "edited"."""
        kind = self.rng.choices(["cold", "anew", "edited"], [2, 1, 5])[0]
        self.edits.make()
        if kind != "edited":
            for site in (self.calm, self.victim):
                site.forget(kind == "cold")
        return kind

    def undisturbed(self):
        """Seconds, and how often each function was called."""
        self.log.unlink(missing_ok=True)
        seconds, wrong = self.calm.run({"LD_PRELOAD": str(self.shim), "OUTFEED_FAULT_LOG": str(self.log)})
        if wrong:
            sys.exit(f"kills.py: an undisturbed build: {wrong}")
        calls = dict(line.split() for line in self.log.read_text().splitlines())
        return seconds, {name: int(calls[name]) for name in CALLS}

    def kill(self, seconds, calls, kind):
        """Kills one build; whether it was still running."""
        process, how = None, "moment"
        if self.rng.random() < 0.5:
            how = self.rng.choice([name for name in CALLS if calls[name] > 0])
            plan = f"{how}:{self.rng.randint(1, calls[how])}:kill"
            process = self.victim.start({"LD_PRELOAD": str(self.shim), "OUTFEED_FAULT": plan})
        else:
            process = self.victim.start()
            time.sleep(self.rng.uniform(0, seconds * LATE))
            process.kill()
        said = process.communicate(timeout=120)[1]
        if process.returncode == -signal.SIGKILL:
            self.kills[kind, how] += 1
            return True
        self.late += 1
        if process.returncode != 0 or said:
            self.wrong(f"exit {process.returncode}: {said.decode()[-300:]}")
        return False

    def look(self, before, after):
        """Checks what a killed build left."""
        found = documents(self.victim.output)
        new = 0
        for name in {**found, **before, **after}:
            allowed = {before.get(name), after.get(name)} | ({None} if is_copy(name) else set())
            if found.get(name) not in allowed:
                self.wrong(f"{name} is not whole, or lost, or should not be")
            new += before.get(name) != after.get(name) and found.get(name) == after.get(name)
        if wrong_copy(found):
            self.wrong(f"{wrong_copy(found)} is of another document")
        changing = sum(before.get(name) != after.get(name) for name in {**before, **after})
        if new == 0:
            return "staging" if staged(self.victim.output) else "collecting"
        return "placing" if new < changing else "cleaning up"

    def round(self):
        self.rounds += 1
        before = documents(self.calm.output)
        kind = self.prepare()
        if kind == "cold":
            before = {}
        seconds, calls = self.undisturbed()
        after = documents(self.calm.output)
        bad = broken_document({name: data for name, data in after.items() if before.get(name) != data})
        if bad:
            self.wrong(f"{bad} of the undisturbed build does not parse")
        again = True
        while again:
            if self.kill(seconds, calls, kind):
                self.phases[self.look(before, after)] += 1
            again = self.rng.random() < AGAIN and sum(self.kills.values()) < self.options.kills
        wrong = self.victim.run()[1]
        if wrong:
            self.wrong(f"the run after a kill: {wrong}")
        found = documents(self.victim.output)
        if found != after:
            self.wrong(f"after the run that follows a kill, not as they should be: {unlike(found, after)}")
        if wrong_copy(found) or mistimed(self.victim.output):
            self.wrong(f"not right: {wrong_copy(found)}, {mistimed(self.victim.output)}")
        if self.victim.left_over():
            self.wrong(f"left over: {self.victim.left_over()}")

    def report(self):
        total = sum(self.kills.values())
        kinds, moments = collections.Counter(), 0
        for (kind, how), count in self.kills.items():
            kinds[kind] += count
            moments += count if how == "moment" else 0
        words = {"cold": "cold", "anew": "without a state, over old documents", "edited": "incremental"}
        made = documents(self.calm.output)
        print(f"{total} kills of builds of {self.options.items} items to"
              f" {sum(not is_copy(name) for name in made)} documents, in {self.rounds} rounds")
        print("builds: " + ", ".join(f"{kinds[kind]} {words[kind]}" for kind in words))
        print(f"killed: {moments} at random moments, {total - moments} at system calls ("
              + ", ".join(f"{sum(c for (_, how), c in self.kills.items() if how == name)} {name}"
                          for name in CALLS) + ")")
        print("while:  " + ", ".join(f"{self.phases[phase]} {phase}" for phase in
                                     ("collecting", "staging", "placing", "cleaning up")))
        print(f"not killed, since it had ended: {self.late}")
        print(f"failures: {len(self.wrongs)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--program", default=os.environ.get("OUTFEED", ROOT / "build/release/outfeed"),
                        type=lambda path: Path(path).resolve())
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--items", type=int, default=2000)
    parser.add_argument("--categories", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", help="work there (default: a temporary one)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder, prefix="outfeed-kills-") as folder:
        killing = Killing(Path(folder), options)
        while sum(killing.kills.values()) < options.kills:
            killing.round()
        killing.report()
    sys.exit(1 if killing.wrongs else 0)


if __name__ == "__main__":
    main()
