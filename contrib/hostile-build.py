#!/usr/bin/python3
"""A collection with hostile items among the others, and without: the same feeds.

    hostile-build.py PROGRAM [--items 100000] [--percent 1] [--work DIR]

The items are contrib/bench/generate.py's. The hostile ones are of four kinds:
  refused   what tests/limits calls an error of its item alone (each that is large once, the
            others in turn), and the bodies of tests/unit/hostile without a date; newer than
            the others, so that they are read. One diagnostic each, and nothing else.
  accepted  the bodies of tests/hostile, their front matter hostile as well, each in a group
            of its own; a few are newer than any other item, and in the feed of all.
  images    items whose featured images are those of tests/limits.
  tree      symbolic links out of the content, a warning each; FIFOs, sockets and devices with
            the names of items, of which nothing is said or read: they are no files.
"The same feeds": each document of the build without them is there, byte for byte; in those
that tell of the whole site (the feed of all items, the list of feeds) each entry and each row
of the others is, in their order. What is added is of the accepted items alone, and inert.
"""
import argparse
import contextlib
import filecmp
import importlib
import itertools
import json
import os
import re
import shutil
import socket
import stat
import sys
import tempfile
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests" / name) for name in ("", "limits", "hostile", "readers")]
sys.path.insert(0, str(ROOT / "contrib" / "bench"))
sys.dont_write_bytecode = True

import corpus                                               # noqa: E402
import feedread                                             # noqa: E402
import generate                                             # noqa: E402
import htmlcheck                                            # noqa: E402
import measured                                             # noqa: E402
import worst_images                                         # noqa: E402

KINDS = ["worst_yaml", "worst_markdown", "worst_html"]
LARGE = 1 << 20                 # bytes of an item that is there once
MEMORY = 64                     # MiB that the hostile ones may take, as any of them alone may
FOLDER = "hostile"              # below content, and below it:
REFUSED, ACCEPTED, IMAGES, TREE = "refused", "accepted", "images", "tree"
NEW = 20                        # accepted ones that are newer than the others, and in `all`
OLD = "2001-01-01"              # before any of the others
SECRET = "canary-7f3a"          # of what stands outside
HOST = "hostile.example"
BAD_NAMES = {"README.md"}
# What tells of the whole site: how what it says of one group or item is found in it.
SHARED = {
    "all/atom.xml": rb"<entry>.*?</entry>", "all/rss.xml": rb"<item>.*?</item>",
    "all/feed.json": None, "all/index.html": rb"<article.*?</article>",
    "index.html": rb"<li><a href=\"(?!all/).*?</li>", "subscriptions.opml": rb"<outline [^>]*>"}
COPIES = ("", ".gz", ".br")


class Scratch:
    """As much of a site as a case's make() needs."""

    def __init__(self, folder):
        self.folder = Path(folder)


# -- The hostile ones

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


def add_refused(folder, count):
    kinds = [*refused(), *bodies()]
    small = [kind for kind in kinds if len(kind[1]) <= LARGE]
    large = [kind for kind in kinds if len(kind[1]) > LARGE][:count // 2]
    chosen = itertools.islice(itertools.chain(large, itertools.cycle(small)), count)
    for number, (suffix, data) in enumerate(chosen):
        (folder / f"worst-{number:05}{suffix}").write_bytes(data)
    return len(large) + min(len(small), count - len(large))


def add_accepted(folder, most):
    """Of every kind of vector some, where there is not room for each."""
    vectors = [v for v in corpus.vectors(HOST) if "refused" not in v.effects]
    vectors = vectors[::-(-len(vectors) // most)]
    for place, vector in enumerate(vectors):
        front = corpus.front_matter(vector, HOST)
        if place >= NEW:
            front["date"] = OLD
        (folder / f"{vector.number:03}-{vector.name}").write_bytes(
            b"---\n%b\n---\n%b" % (json.dumps(front, ensure_ascii=False).encode(), vector.body))
    return len(vectors)


def add_images(site, folder, most):
    cases = worst_images.CASES[:most]
    for number, case in enumerate(cases):
        with tempfile.TemporaryDirectory() as made:
            case.make(Scratch(made))
            picture, = (Path(made) / "images").iterdir()
            name = f"worst-{number:02}{picture.suffix}"
            (site / "images").mkdir(exist_ok=True)
            shutil.move(picture, site / "images" / name)
        (folder / f"image-{number:02}.md").write_text(
            f"---\ntitle: Image {number}\ndate: {OLD}\nimage: {name}\ncategories: [hostile images]\n---\nText.\n")
    return len(cases)


def add_tree(folder, outside):
    """What is no file of the folder, though it is called like one."""
    (outside / "deep").mkdir(parents=True)
    for name in ("secret.md", "deep/secret.md"):
        (outside / name).write_text(f"---\ntitle: {SECRET}\ndate: 2025-02-01\n---\n{SECRET}\n")
    links = {"file.md": outside / "secret.md", "folder": outside, "system.md": "/etc/passwd",
             "root": "/", "zero.md": "/dev/zero", "loop.md": "loop.md", "above": "..",
             "nowhere.md": "nothing-is-here", "process.md": "/proc/self/environ"}
    for name, target in links.items():
        (folder / name).symlink_to(target)
    os.mkfifo(folder / "fifo.md")
    with socket.socket(socket.AF_UNIX) as server, contextlib.chdir(folder):
        server.bind("socket.md")            # a socket's path is short
    made = len(links) + 2
    with contextlib.suppress(PermissionError):  # root's to make
        os.mknod(folder / "device.md", stat.S_IFCHR | 0o600, os.makedev(1, 5))
        made += 1
    return made


def add_hostile(site, count, outside, refused_only):
    """Writes them; returns how many there are of each kind."""
    folders = {name: site / "content" / FOLDER / name for name in (REFUSED, ACCEPTED, IMAGES, TREE)}
    for folder in folders.values():
        folder.mkdir(parents=True)
    if refused_only:
        made = {TREE: 0, IMAGES: 0, ACCEPTED: 0, REFUSED: count}
        return made, add_refused(folders[REFUSED], count)
    made = {TREE: add_tree(folders[TREE], outside),
            IMAGES: add_images(site, folders[IMAGES], count // 8),
            ACCEPTED: add_accepted(folders[ACCEPTED], count // 2)}
    made[REFUSED] = count - sum(made.values())
    kinds = add_refused(folders[REFUSED], made[REFUSED])
    return made, kinds


# -- The builds

def build(program, site, output):
    shutil.rmtree(site / ".outfeed", ignore_errors=True)
    run = measured.run(program, "build", "--now", "2026-01-01T00:00:00Z", "--color", "never",
                       "--output", output, ".", cwd=site)
    if run.status != 0:
        sys.exit(f"hostile-build.py: exit {run.status}: {run.err[:1000]}")
    return run


def files(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


# -- What must be so

def pieces(name, data):
    """What a document that tells of the whole site says of one thing each, in its order."""
    if SHARED[name] is None:
        return [json.dumps(item).encode() for item in json.loads(data)["items"]]
    return re.findall(SHARED[name], data, re.S)


def is_hostile(piece):
    """Of an accepted item, or of its group: the words that only theirs have."""
    return HOST.encode() in piece or re.search(rb"topic/(v\d+|hostile-images)/", piece) is not None


def shared_complaints(plain, mixed):
    for name in SHARED:
        before = pieces(name, (plain / name).read_bytes())
        after = pieces(name, (mixed / name).read_bytes())
        others = [piece for piece in after if not is_hostile(piece)]
        # a row of a list is left to the others; an entry gives way to a newer one at the end
        wanted = before[:len(others)] if name.startswith("all/") else before
        if others != wanted or len(others) == len(after) or not others:
            yield f"{name}: what it says of the others differs"


def document_complaints(plain, mixed):
    told = {name + copy for name in SHARED for copy in COPIES}
    for name in sorted(files(plain) - told):
        if not (mixed / name).is_file() or not filecmp.cmp(plain / name, mixed / name, shallow=False):
            yield f"{name}: differs"
    for name in sorted(files(mixed) - files(plain)):
        if not re.match(r"topic/(v\d+|hostile-images)/", name):
            yield f"{name}: is of no group of an accepted item"
        elif SECRET.encode() in (mixed / name).read_bytes():
            yield f"{name}: holds what stands outside"


def group_complaints(mixed, vectors):
    """Of each accepted item: it is there, once, in each format, and inert."""
    for number in vectors:
        folder = mixed / "topic" / f"v{number}"
        if not (folder / "feed.json").is_file():
            yield f"topic/v{number}: is not there"
            continue
        feeds = [feedread.read_atom(feedread.parse_xml((folder / "atom.xml").read_bytes())),
                 feedread.read_rss(feedread.parse_xml((folder / "rss.xml").read_bytes())),
                 feedread.read_json(json.loads((folder / "feed.json").read_bytes()))]
        contents = {entry.content for feed in feeds for entry in feed.entries}
        if len(contents) != 1 or any(len(feed.entries) != 1 for feed in feeds):
            yield f"topic/v{number}: its documents differ"
        yield from (f"topic/v{number}: {problem}" for content in contents
                    for problem in htmlcheck.check(content))


def diagnostic_complaints(run, site):
    """One for each that is refused or a link, and none for any but the hostile ones."""
    said = Counter(d["path"] for d in run.diagnostics)
    top = site / "content" / FOLDER
    owed = {f"content/{FOLDER}/{kind}/{path.name}" for kind in (REFUSED, TREE)
            for path in (top / kind).iterdir() if kind == REFUSED or path.is_symlink()}
    if len(run.err.splitlines()) != sum(said.values()):
        yield "there are lines that are no diagnostic"
    yield from (f"{path}: nothing is said" for path in sorted(owed - set(said)))
    for path, count in sorted(said.items()):
        if not path.startswith(f"content/{FOLDER}/") or (path in owed and count != 1):
            yield f"{path}: said {count} times"


def compare(program, items, percent, work, memory=MEMORY, refused_only=False):
    site, plain, mixed, outside = (work / name for name in ("site", "plain", "mixed", "outside"))
    for folder in (site / "content" / FOLDER, site / "images", plain, mixed, outside):
        shutil.rmtree(folder, ignore_errors=True)
    generate.generate(str(site), items)
    without = build(program, site, plain)
    made, kinds = add_hostile(site, items * percent // 100, outside, refused_only)
    among = build(program, site, mixed)
    vectors = [int(name[:3]) for name in os.listdir(site / "content" / FOLDER / ACCEPTED)]
    wrong = [*diagnostic_complaints(among, site), *document_complaints(plain, mixed)]
    if not refused_only:
        wrong += [*shared_complaints(plain, mixed), *group_complaints(mixed, sorted(vectors))]
    if refused_only and sorted(files(plain)) != sorted(files(mixed)):
        wrong.append("there are other documents")
    if refused_only and any((plain / name).read_bytes() != (mixed / name).read_bytes() for name in files(plain)
                            if (mixed / name).exists()):
        wrong.append("a document differs")
    if refused_only and len(among.diagnostics) != made[REFUSED]:
        wrong.append(f"{len(among.diagnostics)} diagnostics of {made[REFUSED]}")
    if without.err:
        wrong.append(f"something is said of the others: {without.err[:300]}")
    if memory and among.peak > without.peak + memory * measured.MIB:
        wrong.append(f"they take more than {memory} MiB")
    for name, run in (("without", without), ("with", among)):
        print(f"{name} hostile items: {run.seconds:.2f} s of CPU, {run.peak / measured.MIB:.0f} MiB, "
              f"{len(run.diagnostics)} diagnostics")
    print(f"{items} items and {sum(made.values())} hostile ones: "
          + ", ".join(f"{made[kind]} {kind}" for kind in (REFUSED, ACCEPTED, IMAGES, TREE))
          + f" ({kinds} kinds refused)")
    print(f"{len(files(plain))} documents without, {len(files(mixed))} with them; {len(wrong)} complaints")
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("program", type=os.path.abspath)
    parser.add_argument("--items", type=int, default=100000)
    parser.add_argument("--percent", type=int, default=1)
    parser.add_argument("--refused", action="store_true",
                        help="hostile items that are refused alone: the same bytes, and one diagnostic each")
    parser.add_argument("--work", type=Path, help="keeps what is made there")
    parser.add_argument("--memory", type=int, default=MEMORY,
                        help="MiB that the hostile ones may take; 0 for any, of a build whose memory is its own")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = (options.work or Path(folder)).resolve()
        work.mkdir(parents=True, exist_ok=True)
        wrong = compare(options.program, options.items, options.percent, work, options.memory, options.refused)
    print("\n".join(wrong[:20]), file=sys.stderr, end="\n" if wrong else "")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
