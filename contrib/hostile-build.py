#!/usr/bin/python3
"""A collection with hostile items among the others, and without: the same feeds, and one
diagnostic for each of them.

    hostile-build.py PROGRAM [--items 100000] [--percent 1] [--work DIR]

The items are contrib/bench/generate.py's. The hostile ones are what tests/limits calls an
error (each that is large once, the others in turn) and the bodies of tests/unit/hostile,
each without a date; all are newer than any other item, so that bodies are read as well.
"""
import argparse
import filecmp
import importlib
import itertools
import os
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "limits"), str(ROOT / "contrib" / "bench")]
sys.dont_write_bytecode = True

import generate                                             # noqa: E402
import measured                                             # noqa: E402

KINDS = ["worst_yaml", "worst_markdown", "worst_html"]
LARGE = 1 << 20                 # bytes of an item that is there once
FOLDER = "hostile"              # below content
BAD_NAMES = {"README.md"}


class Scratch:
    """As much of a site as a case's make() needs."""

    def __init__(self, folder):
        self.folder = Path(folder)


def refused():
    """(extension, bytes) of every case of tests/limits that is an error of its item alone."""
    for module in KINDS:
        for case in importlib.import_module(module).CASES:
            if case.comes != "error" or case.many:
                continue
            with tempfile.TemporaryDirectory() as folder:
                case.make(Scratch(folder))
                path, = (Path(folder) / "content").iterdir()
                yield path.suffix, path.read_bytes()


def bodies():
    """The same of tests/unit/hostile: no date, so that the item cannot be shown."""
    for path in sorted((ROOT / "tests" / "unit" / "hostile").iterdir()):
        if path.name in BAD_NAMES:
            continue
        for text in path.read_bytes().split(b"==== ")[1:]:
            body = text.partition(b"\n")[2].partition(b"\n----\n")[0]
            yield path.suffix, b"---\ntitle: Hostile\n---\n" + body + b"\n"


def add_hostile(site, count):
    """Writes them; returns how many kinds there are."""
    kinds = [*refused(), *bodies()]
    small = [kind for kind in kinds if len(kind[1]) <= LARGE]
    large = [kind for kind in kinds if len(kind[1]) > LARGE][:count // 2]
    folder = site / "content" / FOLDER
    folder.mkdir()
    chosen = itertools.islice(itertools.chain(large, itertools.cycle(small)), count)
    for number, (suffix, data) in enumerate(chosen):
        (folder / f"worst-{number:05}{suffix}").write_bytes(data)
    return len(large) + len(small)


def build(program, site, output):
    shutil.rmtree(site / ".outfeed", ignore_errors=True)
    run = measured.run(program, "build", "--now", "2026-01-01T00:00:00Z", "--color", "never",
                       "--quiet", "--output", output, ".", cwd=site)
    if run.status != 0:
        sys.exit(f"hostile-build.py: exit {run.status}: {run.err[:1000]}")
    return run


def files(folder):
    return {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}


def differing(one, other):
    names = files(one)
    return len(names), sorted(map(str, names ^ files(other))) + [
        str(name) for name in names & files(other)
        if not filecmp.cmp(one / name, other / name, shallow=False)]


def complaints(run, site):
    """What is not exactly one diagnostic for each hostile item, and none for any other."""
    said = Counter(d["path"] for d in run.diagnostics)
    owed = {f"content/{FOLDER}/{name}" for name in os.listdir(site / "content" / FOLDER)}
    if len(run.err.splitlines()) != sum(said.values()):
        yield "there are lines that are no diagnostic"
    yield from (f"{path}: nothing is said" for path in sorted(owed - set(said)))
    yield from (f"{path}: said {count} times" for path, count in sorted(said.items())
                if count != 1 or path not in owed)


def compare(program, items, percent, work):
    site, plain, mixed = work / "site", work / "plain", work / "mixed"
    for folder in (site / "content" / FOLDER, plain, mixed):
        shutil.rmtree(folder, ignore_errors=True)
    generate.generate(str(site), items)
    count = items * percent // 100
    without = build(program, site, plain)
    kinds = add_hostile(site, count)
    among = build(program, site, mixed)
    documents, different = differing(plain, mixed)
    wrong = list(complaints(among, site)) + [f"{name}: differs" for name in different]
    if without.err:
        wrong.append(f"something is said of the others: {without.err[:300]}")
    for name, run in (("without", without), ("with", among)):
        print(f"{name} hostile items: {run.seconds:.2f} s of CPU, {run.peak / measured.MIB:.0f} MiB, "
              f"{len(run.diagnostics)} diagnostics")
    print(f"{items} items and {count} hostile ones of {kinds} kinds: {documents} documents, "
          f"{len(different)} of them differ; {len(wrong)} complaints")
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("program", type=os.path.abspath)
    parser.add_argument("--items", type=int, default=100000)
    parser.add_argument("--percent", type=int, default=1)
    parser.add_argument("--work", type=Path, help="keeps what is made there")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = (options.work or Path(folder)).resolve()
        work.mkdir(parents=True, exist_ok=True)
        wrong = compare(options.program, options.items, options.percent, work)
    print("\n".join(wrong[:20]), file=sys.stderr, end="\n" if wrong else "")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
