#!/usr/bin/python3
"""Measures outfeed beside its floors (find, cat) and its peers (Hugo, Node).

Collections are made by generate.py in the work folder, and kept. Prints tables
in Markdown: times, then the limits, each with `met` or `missed`. README.md says
what is measured and how.
"""
import argparse
import functools
import math
import os
import platform
import subprocess
import sys

import generate
import peers
from measure import COLD, Case, Failed, empty, in_turn, run, warm

ROOT = os.path.dirname(os.path.dirname(peers.HERE))
PARTS = ("cold", "whole", "unchanged", "changed", "growth", "node")
MIB = 1 << 20
TOUCHED = 10

# What has no counterpart among the peers is measured apart: WHOLE is all of it.
FEEDS_ALONE = "pages: false\ncompress: false\n"
WHOLE = "outfeed-whole.yaml"

# The limits: of a ratio of two medians, of an exponent, of bytes.
COLD_TO_CAT = 1.0
HUGO_TO_COLD = 40
UNCHANGED_TO_FIND = 1.3
CHANGED_TO_FIND = 1.6
EXPONENT = 1.05
PEAK_BYTES, PEAK_BYTES_AN_ITEM = 64 * MIB, 300


class Bench:
    def __init__(self, options):
        self.options = options
        self.work = os.path.abspath(options.work)
        self.log = os.path.join(self.work, "stderr.log")
        self.aside = os.path.join(self.work, "aside")
        self.times = []             # (part, items, case, seconds it is compared with)
        self.limits = []            # (what, measured, limit, met or missed)
        self.remarks = []
        self.clean()
        os.makedirs(self.aside)

    def clean(self):
        empty(self.aside)

    def set_aside(self, paths):
        """Not removed before the end: ext4 is slow to make files where some just went."""
        for path in filter(os.path.exists, paths):
            os.rename(path, os.path.join(self.aside, str(len(os.listdir(self.aside)))))

    # -- what is run

    def site(self, items):
        """A collection, made if need be, and read until it is cached."""
        site = os.path.join(self.work, str(items))
        if generate.generate(site, items):
            print(f"made {items:,} items", file=sys.stderr)
        configure(site)
        if not warm(peers.reading(site), self.log):
            self.remarks.append(f"{items:,} items: the page cache does not hold them")
        return site

    def outfeed(self, name, site, before, after):
        """The summary is not looked at: stderr and the documents tell enough."""
        return Case(name, [self.options.outfeed, "build", "--json", site],
                    before, after, quiet=True)

    def cold(self, site, name="outfeed"):
        state = [os.path.join(site, entry) for entry in (".outfeed", "outfeed.ids", "public")]
        return self.outfeed(name, site, functools.partial(self.set_aside, state),
                            functools.partial(stamp, site))

    def unchanged(self, site, name="outfeed"):
        seen = []

        def same():
            if stamp(site) != seen.pop():
                raise Failed(f"{site}: nothing had changed, and a document was written")
        return self.outfeed(name, site, lambda: seen.append(stamp(site)), same)

    def changed(self, site):
        rounds = iter(range(1, 1000))
        last = [0]

        def edit():
            last[0] = next(rounds)
            generate.touch(site, TOUCHED, last[0])

        def shown():
            with open(os.path.join(site, "public", "all", "atom.xml"), encoding="utf-8") as file:
                if f"(revision {last[0]})" not in file.read():
                    raise Failed(f"{site}: ten items had changed, and no document shows it")

        def undo():
            for seed in range(1, last[0] + 1):
                generate.touch(site, TOUCHED, seed, undo=True)
        return self.outfeed("outfeed", site, edit, shown), undo

    def take(self, part, items, cases, against=0):
        in_turn(cases, self.options.runs, self.log)
        self.times += [(part, items, case, cases[against]) for case in cases]

    def build_once(self, site):
        """So that the next build finds nothing changed."""
        run(self.outfeed("outfeed", site, None, None), self.log)

    # -- the parts

    def part_cold(self):
        items = self.options.items
        site = self.site(items)
        ours, cat = self.cold(site), peers.reading(site)
        hugo = None if self.options.no_hugo else peers.hugo(site, self.work, self.options.hugo_runs)
        self.take("cold", items, [ours, cat] + [hugo] * bool(hugo), against=1)
        self.at_most(f"cold, {items:,} items: outfeed / find, xargs cat",
                     ours.median / cat.median, COLD_TO_CAT)
        what = f"cold, {items:,} items: Hugo / outfeed"
        if hugo:
            self.at_least(what, hugo.median / ours.median, HUGO_TO_COLD)
        else:
            self.limits.append((what, "-", f"at least {HUGO_TO_COLD}", "not measured"))

    def part_whole(self):
        """With pages and compressed copies, for which there is no peer: what they cost."""
        items = self.options.items
        site = self.site(items)
        state = [os.path.join(site, entry) for entry in (".outfeed", "outfeed.ids", "public-whole")]
        whole = Case("outfeed, with pages and copies",
                     [self.options.outfeed, "build", "--json", os.path.join(site, WHOLE)],
                     functools.partial(self.set_aside, state), quiet=True)
        again = Case("the same, nothing changed", whole.command, quiet=True)
        self.take("whole", items, [self.cold(site), whole, again])
        self.set_aside(state)

    def part_unchanged(self):
        items = self.options.items
        site = self.site(items)
        self.build_once(site)
        ours, find = self.unchanged(site), peers.looking(site)
        self.take("nothing changed", items, [ours, find], against=1)
        self.at_most(f"nothing changed, {items:,} items: outfeed / find -printf",
                     ours.median / find.median, UNCHANGED_TO_FIND)

    def part_changed(self):
        items = self.options.items
        site = self.site(items)
        self.build_once(site)
        (ours, undo), find = self.changed(site), peers.looking(site)
        try:
            self.take("ten changed", items, [ours, find], against=1)
        finally:
            undo()
        self.at_most(f"ten changed, {items:,} items: outfeed / find -printf",
                     ours.median / find.median, CHANGED_TO_FIND)

    def part_growth(self):
        sizes = self.options.sizes
        sites = [self.site(items) for items in sizes]
        colds = [self.cold(site, f"outfeed, {items:,} items") for items, site in zip(sizes, sites)]
        nexts = [self.unchanged(site, f"outfeed, {items:,} items, again")
                 for items, site in zip(sizes, sites)]
        in_turn([case for pair in zip(colds, nexts) for case in pair], self.options.runs, self.log)
        for name, cases in (("growth, cold", colds), ("growth, nothing changed", nexts)):
            self.times += [(name, items, case, cases[0]) for items, case in zip(sizes, cases)]
            self.growth(name, sizes, [case.median for case in cases])
            self.memory(name, sizes, [case.peak for case in cases])
        for items, cold, unchanged in zip(sizes, colds, nexts):
            most = PEAK_BYTES + PEAK_BYTES_AN_ITEM * items
            self.limit(f"peak memory, cold, {items:,} items", mib(cold.peak),
                       f"at most {mib(most)}", cold.peak <= most)
            self.limit(f"peak memory, nothing changed, {items:,} items", mib(unchanged.peak),
                       f"less than {mib(cold.peak)}", unchanged.peak < cold.peak)

    def growth(self, name, sizes, seconds):
        steps = list(zip(sizes, seconds))
        if len(steps) < 2:
            return
        self.at_most(f"{name}: exponent, {sizes[0]:,} to {sizes[-1]:,} items",
                     exponent(steps[0], steps[-1]), EXPONENT)
        self.remarks.append(f"{name}: exponents of the steps: " + ", ".join(
            f"{exponent(a, b):.2f}" for a, b in zip(steps, steps[1:])))

    def memory(self, name, sizes, peaks):
        if len(sizes) > 1:
            slope = (peaks[-1] - peaks[0]) / (sizes[-1] - sizes[0])
            self.remarks.append(f"{name}: {slope:.0f} bytes of peak memory for each further item")

    def part_node(self):
        items = self.options.node_items
        site = self.site(items)
        self.build_once(site)
        cases = peers.node(site, self.work)
        if cases:
            self.take("cold, beside Node", items, [self.cold(site), *cases])
        else:
            self.remarks.append("Node's peers: not measured, npm is not there or cannot install them")

    # -- what is said

    def limit(self, what, measured, limit, is_met):
        self.limits.append((what, measured, limit, "met" if is_met else "missed"))

    def at_most(self, what, value, most):
        self.limit(what, f"{value:.2f}", f"at most {most}", value <= most)

    def at_least(self, what, value, least):
        self.limit(what, f"{value:.1f}", f"at least {least}", value >= least)

    def report(self):
        print("\n".join(f"- {line}" for line in machine(self)))
        print_table(("part", "items", "command", "median", "least to most", "runs", "ratio", "peak"),
                    [(part, f"{items:,}", case.name.split(", ")[0] if part.startswith("growth")
                      else case.name, f"{case.median:.3f} s",
                      f"{min(case.seconds):.3f} to {max(case.seconds):.3f}",
                      f"{len(case.seconds)}{'*' * (max(case.reads) >= COLD)}",
                      f"{case.median / base.median:.2f}", mib(case.peak))
                     for part, items, case, base in self.times])
        print_table(("limit", "measured", "wanted", "verdict"), self.limits)
        if any(read >= COLD for _, _, case, _ in self.times for read in case.reads):
            self.remarks.append("some runs read from a disk, * in the table: free memory, or wait")
        if self.remarks:
            print("\n" + "\n".join(f"- {line}" for line in self.remarks))


def configure(site):
    """Of feeds alone, and of all that a build makes, into a folder beside."""
    path = os.path.join(site, "outfeed.yaml")
    with open(path, encoding="utf-8") as file:
        config = file.read().replace(FEEDS_ALONE, "")
    generate.write(os.path.join(site, WHOLE),
                   config.replace("output: public\n", "output: public-whole\n"))
    generate.write(path, config + FEEDS_ALONE)


def stamp(site):
    """What changes when the feed of all items is written."""
    status = os.stat(os.path.join(site, "public", "all", "atom.xml"))
    return status.st_ino, status.st_mtime_ns


def exponent(a, b):
    return math.log(b[1] / a[1]) / math.log(b[0] / a[0])


def mib(count):
    return f"{count / MIB:.1f} MiB"


def print_table(heads, rows):
    rows = [[str(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(heads, *rows)]
    print()
    for row in (heads, ["-" * width for width in widths], *rows):
        print("| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |")


def machine(bench):
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        models = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    yield f"{len(os.sched_getaffinity(0))} cores, {models[0] if models else platform.machine()}"
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    kind = peers.version("stat", "-f", "-c", "%T", bench.work)
    yield f"{memory / MIB / 1024:.0f} GiB of memory, {kind}, Linux {platform.release()}"
    yield f"load when it began: {bench.options.load:.2f}"
    yield peers.version(bench.options.outfeed, "version")
    if any(case.name.startswith("Hugo") for _, _, case, _ in bench.times):
        yield peers.version("hugo", "version")
    if any(part.endswith("Node") for part, _, _, _ in bench.times):
        yield f"Node {peers.version('node', '--version')}: " + ", ".join(
            f"{name} {number}" for name, number in peers.node_packages().items())
    floor = Case("true", ["true"])
    yield f"the least peak memory that this script can see: {mib(run(floor, bench.log)[1])}"


def built():
    """The release build of this tree, brought up to date."""
    for command in (["cmake", "--preset", "release"], ["cmake", "--build", "--preset", "release"]):
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode != 0:
            raise Failed(done.stdout.decode("utf-8", "replace"))
    return os.path.join(ROOT, "build", "release", "outfeed")


def parts(text):
    names = text.split(",")
    wrong = [name for name in names if name not in PARTS]
    if wrong:
        raise argparse.ArgumentTypeError(f"no part {wrong[0]!r}; there are {', '.join(PARTS)}")
    return names


def numbers(text):
    return sorted(int(number) for number in text.split(","))


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0],
                                     epilog="OUTFEED names the program; without it, the release "
                                            "build of this tree is made and measured.")
    parser.add_argument("--items", type=int, metavar="N", help="of cold, unchanged and changed (100000)")
    parser.add_argument("--sizes", type=numbers, metavar="N,N", help="of growth (10000,100000,1000000)")
    parser.add_argument("--node-items", type=int, default=10000, metavar="N", help="of node (10000)")
    parser.add_argument("--only", type=parts, metavar="PART,PART", help=f"of {', '.join(PARTS)}")
    parser.add_argument("--no-hugo", action="store_true", help="leave Hugo out")
    parser.add_argument("--hugo-runs", type=int, default=1, metavar="N", help="runs of Hugo (1)")
    parser.add_argument("--runs", type=int, metavar="N", help="runs of all others (5)")
    parser.add_argument("--work", default=os.path.join(ROOT, "build", "bench"), metavar="DIR",
                        help="where collections and output go (build/bench)")
    parser.add_argument("--smoke", action="store_true",
                        help="1,000 items, one run, no peers: does it work at all")
    options = parser.parse_args()
    smoke = options.smoke
    options.items = options.items or (1000 if smoke else 100000)
    options.sizes = options.sizes or ([250, 1000] if smoke else [10000, 100000, 1000000])
    options.runs = options.runs or (1 if smoke else 5)
    options.only = options.only or (PARTS[:-1] if smoke else PARTS)
    options.no_hugo = options.no_hugo or smoke
    options.load = os.getloadavg()[0]
    return options


def main():
    options = parse()
    try:
        options.outfeed = os.path.abspath(os.environ.get("OUTFEED") or built())
        bench = Bench(options)
        try:
            for part in PARTS:
                if part in options.only:
                    getattr(bench, f"part_{part}")()
            bench.report()
        finally:
            bench.clean()
    except (Failed, ValueError, OSError) as error:
        sys.exit(f"bench.py: {error}")


if __name__ == "__main__":
    main()
