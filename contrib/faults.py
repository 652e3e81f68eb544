#!/usr/bin/python3
"""What a build does when the system fails it: each call of a function in turn
fails, over a small site, and what then stands in the output folder is compared
with what stood there before and with what should.

    faults.py [--program build/release/outfeed] [--only FUNCTION,…] [--stride N]

Of each run with a fault it counts one of
    failed   exit 1, one line that says why, the documents as they were
    right    exit 0 and the right documents: the call was made again, or not needed
    warned   the same, with a warning that says what is not as usual
    skipped  exit 0, and a line that names the item that it, or its image, could not be read
and everything else is wrong, as is anything but the right documents after the
next, undisturbed run. Exit 1 when anything was wrong.
"""
import argparse
import collections
import concurrent.futures
import contextlib
import errno
import gzip
import itertools
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import xml.etree.ElementTree
import zlib
from pathlib import Path

import brotli

ROOT = Path(__file__).resolve().parents[1]
SHIM = sorted((ROOT / "tests" / "faults").glob("fault*.c"))
NOW = "2026-01-01T00:00:00Z"
HANG = 20                        # seconds that a run may take
STAGE = re.compile(r"\.outfeed-[0-9a-f]{16}$")
CATEGORIES = ["News", "Tools", "Café & Köln", "Health"]
COMES_AND_GOES = "item-12.md"    # alone in a category
LONG_AGO = 1_600_000_000

CONFIG = """\
site: {title: Faults, url: https://example.org/}
content: [content]
images: {dir: images}
limit: 8
"""

ITEM = """\
---
title: {title}
date: 2025-03-{number:02}
slug: {slug}
categories: [{category}]
description: Item {number} of twelve.
---
<p>Text of item {number}, <em>as it is</em>.</p>

- one
- two
"""

# What is asked of each function; "+" is that call and all that follow.
PLANS = {
    "open": ["EIO", "ENOSPC", "EACCES", "EMFILE"],
    "read": ["EIO", "EINTR", "short"],
    "write": ["ENOSPC", "EIO", "EINTR", "short", "+ENOSPC"],
    "fsync": ["EIO", "ENOSPC", "+EIO"],
    "rename": ["EIO", "ENOSPC", "EACCES"],
    "exchange": ["EIO", "ENOSPC", "EACCES", "EINVAL", "+EINVAL"],
    "mkdir": ["ENOSPC", "EACCES"],
    "unlink": ["EIO", "EACCES"],
    "close": ["EIO"],
    "stat": ["EIO", "ENOMEM"],
    "readdir": ["EIO"],
    "opendir": ["ENOMEM", "EMFILE"],
    "flock": ["EINTR", "ENOLCK"],
    "fcntl": ["EIO", "EMFILE"],
    "ftruncate": ["EIO", "ENOSPC"],
    "utimens": ["EIO", "EACCES"],
    "thread": ["EAGAIN", "+EAGAIN"],
    "malloc": ["ENOMEM", "+ENOMEM"],
}
SCENARIOS = ["edit", "anew", "cold"]
UNPACK = {".gz": gzip.decompress, ".br": brotli.decompress}
CLEANING = {"open", "opendir", "readdir", "unlink", "fcntl", "malloc", "stat"}


def compile_shim(folder, sanitized=False, compiler=None, macro="WITHOUT_MALLOC"):
    """The library that lets calls fail, made in folder."""
    library = Path(folder) / "fault.so"
    more = [f"-D{macro}"] if sanitized else []
    subprocess.run([compiler or os.environ.get("OUTFEED_CC", "cc"), "-shared", "-fPIC", "-O1", *more,
                    "-o", library, *SHIM, "-ldl", "-lpthread"], check=True)
    return library


def documents(folder):
    """Relative path -> bytes of every file below an output folder, other than staged ones."""
    found = {}
    for parent, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not STAGE.match(name)]
        for name in files:
            path = os.path.join(parent, name)
            found[os.path.relpath(path, folder)] = Path(path).read_bytes()
    return found


def staged(folder):
    """Names of the hidden folders of an output folder."""
    with contextlib.suppress(FileNotFoundError):
        return [name for name in os.listdir(folder) if name.startswith(".")]
    return []


def broken_document(found):
    """The name of a document that does not parse, or None."""
    for name, data in found.items():
        if os.path.splitext(name)[1] in UNPACK:
            continue
        try:
            if name.endswith(".json"):
                json.loads(data)
            elif name.endswith(".html"):
                if not data.endswith(b"</html>\n"):
                    return name
            else:
                xml.etree.ElementTree.fromstring(data)
        except ValueError:
            return name
        except xml.etree.ElementTree.ParseError:
            return name
    return None


def wrong_copy(found):
    """The name of a compressed copy that is not of the document beside it, or None."""
    for name, data in found.items():
        document, ending = os.path.splitext(name)
        if ending not in UNPACK:
            continue
        try:
            if UNPACK[ending](data) != found.get(document):
                return name
        except (OSError, EOFError, zlib.error, brotli.error):
            return name
    return None


def picture():
    """A small PNG image."""
    def chunk(kind, data):
        return (len(data).to_bytes(4, "big") + kind + data
                + zlib.crc32(kind + data).to_bytes(4, "big"))
    head = (2).to_bytes(4, "big") * 2 + bytes([8, 2, 0, 0, 0])
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head)
            + chunk(b"IDAT", zlib.compress(bytes(14))) + chunk(b"IEND", b""))


class World:
    """A site that goes to and fro between two contents, and the runs over it."""
    CONFIG, ARGUMENTS = CONFIG, ("build", "--prune", "--now", NOW)

    def __init__(self, folder, program, library, scenario):
        self.site, self.program, self.library = Path(folder), program, library
        self.scenario, self.edits = scenario, 0
        self.output = self.site / "public"
        self.log = self.site.parent / f"{self.site.name}.log"
        self.expected = {}
        self.make()

    def make(self):
        """The site, built and settled; in it an id that only the saved state knows."""
        shutil.rmtree(self.site, ignore_errors=True)
        (self.site / "content" / "deep").mkdir(parents=True)
        (self.site / "images").mkdir()
        (self.site / "images" / "p.png").write_bytes(picture())
        (self.site / "outfeed.yaml").write_text(self.CONFIG)
        for number in range(1, 13):
            self.item(number)
        self.build()
        self.item(11, slug="another-slug")
        for variant in (0, 1):
            self.prepare(variant)
            done = self.build()
            assert done.returncode == 0 and not done.stderr, done
            assert any(name.endswith(".gz") for name in documents(self.output))
            self.expected[variant] = documents(self.output)

    def item(self, number, title=None, slug=None):
        """Writes an item, in the past: what changed just now would be read once more."""
        path = self.site / "content" / ("deep" if number % 3 == 0 else "") / f"item-{number}.md"
        category = "Gone" if path.name == COMES_AND_GOES else CATEGORIES[number % 4]
        text = ITEM.format(number=number, title=title or f"Item {number}",
                           slug=slug or f"slug-{number}", category=category)
        if number == 10:
            text = text.replace("\ndate:", "\nimage: p.png\ndate:")
        path.write_text(text)
        self.edits += 1
        os.utime(path, (LONG_AGO, LONG_AGO + self.edits))

    def edit(self, variant):
        """Titles, and an item that has a category to itself, come and go."""
        self.item(10, title=f"Item 10, version {variant}")
        self.item(9, title=f"Item 9 & {variant}")
        gone = self.site / "content" / "deep" / COMES_AND_GOES
        if variant:
            gone.unlink(missing_ok=True)
        else:
            self.item(12)
        os.utime(gone.parent, (LONG_AGO, LONG_AGO + self.edits))

    def prepare(self, turn):
        """What the run with the fault finds; the variant that it has to publish."""
        variant = turn % 2
        self.edit(variant)
        if self.scenario != "edit":
            shutil.rmtree(self.site / ".outfeed", ignore_errors=True)
        if self.scenario == "cold":
            shutil.rmtree(self.output, ignore_errors=True)
        return variant

    def environment(self, plan):
        env = {key: value for key, value in os.environ.items() if key != "SOURCE_DATE_EPOCH"}
        if plan:
            self.log.unlink(missing_ok=True)
            env.update(LD_PRELOAD=str(self.library), OUTFEED_FAULT=plan,
                       OUTFEED_FAULT_LOG=str(self.log))
        return env

    def build(self, plan=None, jobs=1):
        """Runs outfeed; a plan is FUNCTION:N:ACT of tests/faults/fault.c."""
        command = [self.program, *self.ARGUMENTS, f"-j{jobs}", "."]
        return subprocess.run(command, cwd=self.site, env=self.environment(plan), stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=HANG, errors="replace")

    def fired(self):
        return self.log.exists() and "fired" in self.log.read_text()


def unlike(some, others):
    """Names of the documents that are not the same; not all, when there are many."""
    names = [name for name in {**some, **others} if some.get(name) != others.get(name)]
    return ", ".join(names[:2]) + (f" and {len(names) - 2} more" if len(names) > 2 else "")


def lines_of(done, word):
    return [line for line in done.stderr.splitlines() if f": {word}: " in line]


def without(found, expected, items):
    """Whether documents lack nothing but these items."""
    titles = {f"Item {re.search('[0-9]+', item)[0]}" for item in items}
    if broken_document(found) or set(found) - set(expected):
        return False
    for name, data in found.items():
        if not name.endswith(".json"):
            continue
        theirs = {entry["id"]: entry["title"] for entry in json.loads(expected[name])["items"]}
        have = {entry["id"] for entry in json.loads(data)["items"]}
        lacking = [title for id, title in theirs.items() if id not in have]
        if any(re.match("Item [0-9]+", title)[0] not in titles for title in lacking):
            return False
    return True


def judge(world, done, before, variant, function):
    """The class of a run, or "wrong: why"."""
    expected = world.expected[variant]
    after = documents(world.output)
    errors, warnings = lines_of(done, "error"), lines_of(done, "warning")
    rest = {*done.stderr.splitlines()} - {*errors, *warnings}
    if len(errors) > 1:              # a failed run may lack the memory for its summary, too
        errors = [line for line in errors if "summary" not in line]
    if "Sanitizer" in done.stderr or "runtime error" in done.stderr or rest:
        return f"wrong: stderr: {done.stderr[-300:]}"
    if staged(world.output) and function not in CLEANING:
        return f"wrong: {staged(world.output)} was left"
    if wrong_copy(after):
        return f"wrong: {wrong_copy(after)} is of another document: {done.stderr}"
    if done.returncode == 1:
        if after == expected != before and "summary" in done.stderr:
            return "warned"          # which is about stdout, when all else is done
        if after != before:
            return f"wrong: exit 1, and changed are {unlike(after, before)}: {done.stderr}"
        if len(errors) != 1:
            return f"wrong: exit 1 with {len(errors)} errors: {done.stderr}"
        return "failed"
    if done.returncode != 0:
        return f"wrong: exit {done.returncode}: {done.stderr[-300:]}"
    if after == expected and not errors:
        return "warned" if warnings else "right"
    lines = errors + warnings
    items = [match[0] for match in (re.match(r"[^:]*item-[0-9]+\.md", line) for line in lines) if match]
    if items and len(items) == len(lines) and without(after, expected, items):
        return "skipped"
    return f"wrong: exit 0, and not as they should be are {unlike(after, expected)}: {done.stderr}"


def judge_next(world, variant):
    """What is wrong after the next run, or None."""
    done = world.build()
    after = documents(world.output)
    if done.returncode != 0 or done.stderr:
        return f"the next run: exit {done.returncode}: {done.stderr[-300:]}"
    if after != world.expected[variant]:
        return f"the next run: not as they should be are {unlike(after, world.expected[variant])}"
    if staged(world.output):
        return f"the next run: {staged(world.output)} is still there"
    left = set(os.listdir(world.site / ".outfeed")) - {"state.db", "lock"}
    if left:
        return f"the next run: {sorted(left)} in .outfeed"
    return None


def number_of(act):
    lasting = act.startswith("+")
    word = act.lstrip("+")
    return "+" if lasting else "", word if word in ("short", "kill") else str(getattr(errno, word))


def try_one(world, function, act, number, turn):
    """Class of the run in which call number fails; None when there is no such call."""
    variant = world.prepare(turn)
    before = documents(world.output)
    lasting, word = number_of(act)
    try:
        done = world.build(f"{function}:{number}{lasting}:{word}",
                           jobs=2 if function == "thread" else 1)
        verdict = judge(world, done, before, variant, function)
    except subprocess.TimeoutExpired:
        verdict = f"wrong: it took longer than {HANG} s"
    fired = world.fired()
    wrong = judge_next(world, variant)
    if not verdict.startswith("wrong") and wrong:
        verdict = f"wrong: {verdict}, but {wrong}"
    if verdict.startswith("wrong"):
        world.make()
    if not fired:
        return f"wrong: without a fault: {verdict}" if verdict.startswith("wrong") else None
    return verdict


def walk(world, function, act, stride=1, first=1):
    """[(number, class)] over the calls, to both contents, until there are no more."""
    found, turn = [], 0
    for number in itertools.count(first, stride):
        fresh = []
        for _ in range(2):
            fresh.append(try_one(world, function, act, number, turn))
            turn += 1
        found += [(number, verdict) for verdict in fresh if verdict is not None]
        if fresh == [None, None] or any((verdict or "").startswith("wrong: without") for verdict in fresh):
            return found


def ranges(found):
    """"1-3 failed, 4 right, …" of a walk."""
    parts = []
    for kind, group in itertools.groupby(found, key=lambda pair: pair[1].split(":")[0]):
        numbers = [number for number, verdict in group]
        span = f"{numbers[0]}-{numbers[-1]}" if len(numbers) > 1 else f"{numbers[0]}"
        parts.append(f"{span} {kind}")
    return ", ".join(parts)


CLASSES = ["failed", "right", "warned", "skipped", "wrong"]


def count(found):
    return collections.Counter(verdict.split(":")[0] for number, verdict in found)


# A disk that is really full.

@contextlib.contextmanager
def small_disk(size):
    """A file system of so many bytes, or None where it may not be mounted."""
    with tempfile.TemporaryDirectory() as folder:
        if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder],
                          capture_output=True).returncode != 0:
            yield None
            return
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", folder], check=True)


def fill(folder, leave):
    """Fills a disk but for so many bytes."""
    path = folder / "filler"
    room = os.statvfs(folder)
    with open(path, "wb") as file:
        file.write(bytes(max(0, room.f_bavail * room.f_bsize - leave)))
    return path


def walk_full_disk(program, library, scenario):
    """[(bytes that were free, class)], or None."""
    found = []
    with small_disk(8 << 20) as disk:
        if disk is None:
            return None
        world = World(disk / "site", program, library, scenario)
        rights = 0
        for turn in itertools.count():
            variant = world.prepare(turn)
            before = documents(world.output)
            filler = fill(disk, turn // 2 * 4096)
            verdict = judge(world, world.build(), before, variant, "write")
            filler.unlink()
            wrong = judge_next(world, variant)
            if not verdict.startswith("wrong") and wrong:
                verdict = f"wrong: {verdict}, but {wrong}"
            if verdict.startswith("wrong"):
                world.make()
            found.append((turn // 2 * 4, verdict))
            rights = rights + 1 if verdict == "right" else 0
            if rights == 4 or turn > 400:
                return found


def run(options, folder):
    library = compile_shim(folder)
    wanted = options.only.split(",") if options.only else list(PLANS)
    jobs = [(scenario, function, act) for function in wanted for act in PLANS[function]
            for scenario in options.scenarios.split(",")]
    jobs.sort(key=lambda job: job[1] != "malloc")

    def work(job):
        scenario, function, act = job
        world = World(folder / "-".join(job), options.program, library, scenario)
        stride = options.stride if function == "malloc" else 1
        return job, walk(world, function, act, stride)

    print(f"{'function':10}{'fault':9}{'scenario':9}{'runs':>6}" + "".join(f"{c:>9}" for c in CLASSES))
    total = collections.Counter()
    wrongs = []
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for (scenario, function, act), found in pool.map(work, jobs):
            report(function, act, scenario, found, total, wrongs, options.verbose)
    if not options.only:
        for scenario in options.scenarios.split(","):
            found = walk_full_disk(options.program, library, scenario)
            if found is None:
                print("a disk that is really full: not tried, tmpfs cannot be mounted here")
                break
            report("full disk", "KiB free", scenario, found, total, wrongs, options.verbose)
    print(f"{'all':28}{sum(total.values()):6}" + "".join(f"{total[c]:9}" for c in CLASSES))
    for line in wrongs:
        print(line)
    return 1 if wrongs else 0


def report(function, act, scenario, found, total, wrongs, verbose):
    counts = count(found)
    total.update(counts)
    print(f"{function:10}{act:9}{scenario:9}{len(found):6}" + "".join(f"{counts[c]:9}" for c in CLASSES))
    if verbose:
        print(f"    {ranges(found)}")
    wrongs.extend(f"{function}:{number}:{act} ({scenario}) {verdict.strip()}"
                  for number, verdict in found if verdict.startswith("wrong"))
    sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--program", default=os.environ.get("OUTFEED", ROOT / "build/release/outfeed"),
                        type=lambda path: Path(path).resolve())
    parser.add_argument("--only", help="functions, with commas")
    parser.add_argument("--scenarios", default=",".join(SCENARIOS))
    parser.add_argument("--stride", type=int, default=1, help="of malloc: each Nth call only")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--folder", help="work there (default: in memory, where there is /dev/shm)")
    parser.add_argument("--verbose", action="store_true", help="say which call did what")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    place = options.folder or ("/dev/shm" if os.path.isdir("/dev/shm") else None)
    with tempfile.TemporaryDirectory(dir=place, prefix="outfeed-faults-") as folder:
        sys.exit(run(options, Path(folder)))


if __name__ == "__main__":
    main()
