#!/usr/bin/python3
"""Random edits of small sites: after each, what an incremental build leaves must
be what a full build makes, byte for byte, and what it says must be the same.

    OUTFEED=build/release/outfeed contrib/edits.py --sequences 1000

The first difference ends it with exit status 1, the seed and the edits that led
there; `--first SEQUENCE --sequences 1` makes that sequence again.
"""
import argparse
import collections
import json
import os
import random
import shutil
import sqlite3
import struct
import subprocess
import sys
import tempfile
import time
import zlib
from datetime import datetime, timedelta, timezone
from pathlib import Path

from faults import UNPACK, wrong_copy

START = datetime(2025, 6, 1, tzinfo=timezone.utc)
RACY_SECONDS = 0.03         # older than this, a file is known by its time
COUNTS = ("status", "found", "read", "skipped", "skipped_by", "drafts", "future", "expired",
          "feeds", "refused")
CATEGORIES = ("News", "news", "NEWS", "Tools", "tools", "Health IT", "health-it", "Ünïcode",
              "Privacy", "symplur: #covid19", "../up", "AI", "ai")
TAGS = ("AI", "ai", "rss", "Tools", "open source", "Open Source")
FOLDERS = ("content", "content/a", "content/a/deep", "content/b", "content/a-b", "content/c")
IMAGES = ("one.png", "two.png", "three.png", "sub/four.png")
BROKEN = ("---\ntitle: [unclosed\n---\nx\n", "---\ntitle: x\n", "+++\ntitle = 'x'\n+++\n",
          "---\ntitle: x\n---\nno date\n", "no front matter\n", "")


class Different(Exception):
    """An incremental build that is not what a full one is."""


def png(width, height, padding):
    """The bytes of a picture, longer by its padding."""
    def chunk(name, data):
        return (struct.pack(">I", len(data)) + name + data
                + struct.pack(">I", zlib.crc32(name + data)))
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + bytes(width) for _ in range(height)))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"tEXt", b"k\0" + padding * b"x")
            + chunk(b"IDAT", pixels) + chunk(b"IEND", b""))


def tree(folder):
    """Relative path -> bytes, inode and mtime of every file below a folder."""
    found = {}
    for path in sorted(Path(folder).rglob("*")):
        if path.is_file():
            info = path.stat()
            found[str(path.relative_to(folder))] = (path.read_bytes(), info.st_ino,
                                                    info.st_mtime_ns)
    return found


class Editor:
    """A site, the edits that were made to it, and the dice that choose them."""

    def __init__(self, folder, dice):
        self.folder = folder
        self.dice = dice
        self.now = START
        self.items = {}         # path -> front matter with "body", or the text of a broken one
        self.undo = []          # what mends the site again
        self.log = []
        self.number = 0
        self.config = {
            "site": {"title": "Edits", "url": "https://example.org/"},
            "content": ["content"], "limit": dice.randint(2, 8),
            "images": {"dir": "images", "url": "https://example.org/images/"},
            "formats": ["atom", "rss", "json"],
            "archive": dice.choice(("none", "month")), "pages": dice.random() < 0.7,
        }
        if dice.random() < 0.4:
            self.config["groups"] = self.some_groups()
        for name in FOLDERS:
            (folder / name).mkdir(parents=True, exist_ok=True)
        for name in IMAGES[:2]:
            self.write(f"images/{name}", png(8, 4, dice.randrange(50)))
        for _ in range(dice.randint(20, 60)):
            self.add()
        self.write_config()
        self.log.clear()

    # What is written, and how.

    def write(self, name, content):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, str):
            content = content.encode("utf-8")
        if self.dice.random() < 0.3:
            beside = path.with_name(f".{path.name}.saving")
            beside.write_bytes(content)
            os.replace(beside, path)
        else:
            path.write_bytes(content)

    def write_item(self, path):
        item = self.items[path]
        if isinstance(item, dict):
            lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}"
                     for key, value in item.items() if key != "body"]
            item = "---\n" + "\n".join(lines) + "\n---\n" + item["body"] + "\n"
        self.write(path, item)

    def write_config(self):
        # a JSON object is YAML too
        self.write("outfeed.yaml", json.dumps(self.config, indent=1))

    # What is chosen.

    def any_item(self, whole=True):
        paths = [path for path, item in self.items.items() if isinstance(item, dict) or not whole]
        return self.dice.choice(paths) if paths else self.add()

    def any_date(self):
        day = self.now + timedelta(days=self.dice.randint(-300, 12))
        return day.strftime(self.dice.choice(("%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ")))

    def some_categories(self):
        return self.dice.sample(CATEGORIES, self.dice.choice((0, 1, 1, 1, 2, 3)))

    def some_groups(self):
        return self.dice.choice((
            [{"by": "categories", "path": "topic/{slug}"}, {"by": "tags", "path": "tag/{slug}"}],
            [{"by": "categories", "path": "topic/{slug}"}, {"by": "tags", "path": "topic/{slug}"}],
            [{"by": "tags", "path": "{slug}"}],
            [{"by": "author", "path": "by/{slug}"}, {"by": "categories", "path": "topic/{slug}"}],
        ))

    def new_path(self, stem=None):
        self.number += 1
        stem = stem or self.dice.choice((f"item-{self.number}", f"{self.number}",
                                         f"2025-02-03-item-{self.number}"))
        ending = self.dice.choice((".md", ".md", ".markdown", ".html"))
        return f"{self.dice.choice(FOLDERS)}/{stem}{ending}"

    def new_item(self):
        dice = self.dice
        item = {"title": f"Title {self.number}", "date": self.any_date(),
                "categories": self.some_categories(), "body": f"Text *{self.number}*."}
        optional = {
            "slug": (0.4, f"slug-{self.number}"),
            "uuid": (0.15, f"00000000-0000-4000-8000-{self.number:012}"),
            "guid": (0.05, f"https://example.org/guid/{self.number}"),
            "id": (0.15, f"wp-{self.number}"),
            "tags": (0.5, dice.sample(TAGS, 2)),
            "author": (0.3, dice.choice(("Ann", "ann", {"name": "Bob", "url": "https://b.org/"}))),
            "aliases": (0.1, [f"/old/slug-{dice.randint(1, 60)}/"]),
            "featuredImage": (0.4, dice.choice(IMAGES + ("beside.png", "https://x.org/y.png"))),
            "draft": (0.05, True),
            "expiryDate": (0.1, (self.now + timedelta(days=dice.randint(1, 40))).isoformat()),
            "lastMod": (0.3, self.any_date()),
            "link": (0.3, {"href": "https://source.org/x", "brand": "Source"}),
            "excerpt": (0.2, "Short."),
        }
        item |= {key: value for key, (odds, value) in optional.items() if dice.random() < odds}
        if dice.random() < 0.15:
            item |= {"categorySlug": ["news", "own"], "categoryLabel": ["News", "Own"],
                     "categoryUrl": ["topic/news", f"own/{dice.choice('xy')}"]}
        if dice.random() < 0.1:
            item["body"] += " <script>x</script>\n\n![](picture.png)"
        return item

    # Edits.

    def add(self):
        path = self.new_path()
        self.items[path] = self.new_item()
        self.write_item(path)
        self.log.append(f"add {path}")
        return path

    def change(self, key, value):
        path = self.any_item()
        if value is None:
            self.items[path].pop(key, None)
        else:
            self.items[path][key] = value
        self.write_item(path)
        self.log.append(f"change {path}: {key} to {value!r}")

    def remove(self):
        path = self.any_item(whole=False)
        del self.items[path]
        (self.folder / path).unlink()
        self.log.append(f"remove {path}")

    def move_to(self, path, to):
        (self.folder / to).parent.mkdir(parents=True, exist_ok=True)
        os.rename(self.folder / path, self.folder / to)
        self.items[to] = self.items.pop(path)
        self.log.append(f"move {path} to {to}")

    def rename(self):
        path = self.any_item(whole=False)
        self.number += 1
        self.move_to(path, f"{os.path.dirname(path)}/renamed-{self.number}.md")

    def move(self):
        path = self.any_item(whole=False)
        to = f"{self.dice.choice(FOLDERS)}/{os.path.basename(path)}"
        if to not in self.items:
            self.move_to(path, to)

    def swap(self):
        one, other = self.any_item(), self.any_item()
        if one != other:
            self.move_to(one, "content/.swap")
            self.move_to(other, one)
            self.move_to("content/.swap", other)

    def remove_folder(self):
        folder = self.dice.choice(FOLDERS[2:])
        shutil.rmtree(self.folder / folder, ignore_errors=True)
        self.items = {path: item for path, item in self.items.items()
                      if not path.startswith(folder + "/")}
        self.log.append(f"remove the folder {folder}")

    def move_folder(self):
        folder = self.folder / "content/c"
        to = self.folder / f"content/moved-{self.number}"
        if folder.is_dir() and not to.exists():
            os.rename(folder, to)
            self.items = {path.replace("content/c/", f"content/{to.name}/"): item
                          for path, item in self.items.items()}
            self.log.append(f"move content/c to {to.name}")

    def claim(self):
        """Two items claim one id; undone later."""
        path, other = self.any_item(), self.any_item()
        before = dict(self.items[path])
        uuid = self.items[other].setdefault("uuid", "00000000-0000-4000-8000-ffffffffffff")
        self.items[path]["uuid"] = uuid
        self.write_item(other)
        self.write_item(path)
        self.undo.append((path, before))
        self.log.append(f"{path} claims the id of {other}")

    def spoil(self):
        path = self.any_item()
        self.undo.append((path, self.items[path]))
        self.items[path] = self.dice.choice(BROKEN)
        self.write_item(path)
        self.log.append(f"break {path}")

    def mend(self):
        if self.undo:
            path, before = self.undo.pop(self.dice.randrange(len(self.undo)))
            if path in self.items:
                self.items[path] = before
                self.write_item(path)
                self.log.append(f"mend {path}")

    def touch(self):
        path = self.any_item(whole=False)
        os.utime(self.folder / path)
        self.log.append(f"touch {path}")

    def in_one_moment(self):
        """The same size and the same time, which is that of the moment of a build."""
        path = self.any_item()
        item = self.items[path]
        item["title"] = item["title"][:-1] + chr(ord("A") + self.dice.randrange(26))
        before = (self.folder / path).stat()
        self.write_item(path)
        if before.st_mtime > time.time():
            os.utime(self.folder / path, ns=(before.st_atime_ns, before.st_mtime_ns))
        else:
            ahead = time.time() + 3600
            os.utime(self.folder / path, (ahead, ahead))
        self.log.append(f"rewrite {path} in the moment of a build")

    def picture(self):
        name = self.dice.choice(["images/" + name for name in IMAGES]
                                + ["content/a/beside.png", "content/beside.png"])
        path = self.folder / name
        if path.exists() and self.dice.random() < 0.4:
            path.unlink()
            self.log.append(f"remove {name}")
        else:
            self.write(name, png(self.dice.randint(1, 9), 3, self.dice.randrange(100)))
            self.log.append(f"write {name}")

    def configure(self):
        dice, config = self.dice, self.config
        key, value = dice.choice((
            ("limit", dice.randint(1, 9)),
            ("archive", dice.choice(("none", "month"))), ("pages", dice.random() < 0.5),
            ("formats", dice.choice((["atom"], ["rss", "json"], ["atom", "rss", "json"]))),
            ("groups", self.some_groups()), ("groups", None),
            ("content", dice.choice((["content"], ["content/a", "content/b"], ["content/**/*.md"],
                                     ["content/*.md", "content/a"]))),
            ("images", None), ("images", {"dir": "images", "url": "https://cdn.example.org/i/"}),
            ("all", False), ("all", {"path": "all", "title": dice.choice(("All", "Everything"))}),
            ("content_mode", dice.choice(("full", "summary"))),
            ("attribution", dice.random() < 0.5), ("link", dice.choice(("permalink", "source"))),
            ("compress", dice.random() < 0.6),
            ("fields", dice.choice(({}, {"title": ["excerpt", "title"]}))),
            ("site", {"title": dice.choice(("Edits", "Site")), "url": "https://example.org/",
                      "timezone": dice.choice(("UTC", "+05:30"))}),
        ))
        if value is None:
            config.pop(key, None)
        else:
            config[key] = value
        self.write_config()
        self.log.append(f"configure {key}: {value!r}")

    def pass_time(self):
        self.now += timedelta(days=self.dice.choice((1, 3, 10, 30, -5)))
        self.log.append(f"the clock is at {self.now}")

    def edit(self):
        """One edit, the common ones more often."""
        dice = self.dice
        self.number += 1
        number = self.number
        dice.choices(
            [self.add, self.remove, self.rename, self.move, self.swap, self.touch, self.picture,
             self.configure, self.pass_time, self.claim, self.spoil, self.mend,
             self.in_one_moment, self.remove_folder, self.move_folder,
             lambda: self.change("title", f"New title {number}"),
             lambda: self.change("body", f"New *text* {number}."),
             lambda: self.change("slug", f"new-slug-{number}"),
             lambda: self.change("date", self.any_date()),
             lambda: self.change("categories", self.some_categories()),
             lambda: self.change("tags", dice.sample(TAGS, 1)),
             lambda: self.change("aliases", dice.choice((None, [f"/slug-{dice.randint(1, 60)}/"]))),
             lambda: self.change("draft", dice.choice((None, True))),
             lambda: self.change("featuredImage", dice.choice(IMAGES + (None,))),
             lambda: self.change("categoryUrl", dice.choice((None, ["topic/news", "own/z"]))),
             lambda: self.change("id", f"wp-{number}")],
            [5, 4, 3, 3, 2, 3, 5, 5, 4, 3, 3, 5, 3, 1, 1, 3, 3, 4, 3, 5, 3, 2, 4, 3, 2, 1])[0]()


class Sequence:
    """One site built again and again, beside a copy of it that is built in full."""

    def __init__(self, program, work, seed, counts):
        self.program = program
        self.dice = random.Random(seed)
        self.site = work / "site"
        self.copy = work / "copy"
        self.elsewhere = work / "elsewhere"
        self.site.mkdir()
        self.editor = Editor(self.site, self.dice)
        self.listed = self.dice.random() < 0.3      # with outfeed.ids
        self.counts = counts

    def build(self, folder, *arguments):
        now = self.editor.now.strftime("%Y-%m-%dT%H:%M:%SZ")
        command = [self.program, "build", "--now", now, "--json", "-j2", *arguments]
        done = subprocess.run(command, cwd=folder, capture_output=True, stdin=subprocess.DEVNULL,
                              text=True)
        self.counts["builds"] += 1
        if done.returncode not in (0, 1):
            raise Different(f"exit status {done.returncode} of {arguments}: {done.stderr}")
        return json.loads(done.stdout), done.stderr

    def build_elsewhere(self):
        self.editor.log.append("build elsewhere")
        self.counts["builds elsewhere"] += 1
        self.build(self.site, "--prune", "--output", str(self.elsewhere))

    @staticmethod
    def bytes_of(folder):
        return {name: known[0] for name, known in tree(folder).items()}

    def damage(self):
        """Takes the state away, or spoils it; says whether a warning is due."""
        state = self.site / ".outfeed" / "state.db"
        kind = self.dice.choice(("gone", "text", "short", "random", "page", "version"))
        self.editor.log.append(f"state: {kind}")
        self.counts[f"states {kind}"] += 1
        size = state.stat().st_size
        if kind == "gone":
            shutil.rmtree(state.parent)
        elif kind == "text":
            state.write_text("a text file\n" * 100)
        elif kind == "short":
            os.truncate(state, self.dice.randrange(1, size))
        elif kind == "random":
            with open(state, "r+b") as file:
                for _ in range(self.dice.randint(1, 200)):
                    file.seek(self.dice.randrange(size))
                    file.write(self.dice.randbytes(8))
        elif kind == "page":
            with open(state, "r+b") as file:
                file.seek(self.dice.randrange(size))
                file.write(self.dice.randbytes(4096))
        else:
            with sqlite3.connect(state) as db:
                db.execute("PRAGMA user_version = 99")
        return {"gone": False, "text": True, "version": True}.get(kind)

    def compare(self, before, results, warned, prune):
        (full, full_said), (summary, said) = results
        lines = said.splitlines()
        aside = [line for line in lines if "state.db.corrupt" in line]
        if warned is not None and len(aside) != warned:
            raise Different(f"{len(aside)} warnings of a damaged state instead of {warned}")
        if "\n".join(line for line in lines if line not in aside) != full_said.rstrip("\n"):
            raise Different(f"said\n{said}instead of\n{full_said}")
        for key in COUNTS:
            if summary[key] != full[key]:
                raise Different(f"{key}: {summary[key]} instead of {full[key]}")
        if len(aside) > 1 or summary["warnings"] - len(aside) != full["warnings"]:
            raise Different(f"warnings: {summary['warnings']} instead of {full['warnings']}")
        after, expected = tree(self.site / "public"), tree(self.copy / "public")
        if summary["status"] != "done":
            if after != before:
                raise Different("a build that failed changed documents")
            return
        self.check_copies(after)
        for name, (content, _, _) in expected.items():
            if name not in after or after[name][0] != content:
                raise Different(f"{name} is not what a full build makes")
        for name, known in after.items():
            if name not in expected and (prune or before.get(name) != known):
                raise Different(f"{name} should not be there, or not be changed")
            if name in before and before[name][0] == known[0] and before[name] != known:
                raise Different(f"{name} was written without need")
        ids = [(folder / "outfeed.ids").exists() and (folder / "outfeed.ids").read_bytes()
               for folder in (self.site, self.copy)]
        if ids[0] != ids[1]:
            raise Different("outfeed.ids is not what a full build makes")
        self.counts["documents"] += len(expected)
        self.counts["documents kept"] += summary["unchanged"]
        self.counts["items"] += summary["found"]
        self.counts["items read"] += summary["fresh"]

    @staticmethod
    def check_copies(after):
        """Each is of its document, and of its time, also those that are left over."""
        wrong = wrong_copy({name: known[0] for name, known in after.items()})
        for name, known in after.items():
            document, ending = os.path.splitext(name)
            if ending in UNPACK and after.get(document, known)[2] != known[2]:
                wrong = name
        if wrong:
            raise Different(f"{wrong} is not of the document beside it")

    def step(self):
        dice = self.dice
        damaged = dice.random() < 0.08 and (self.site / ".outfeed" / "state.db").exists()
        if not (damaged and self.listed):       # what a machine forgets, no file remembers
            for _ in range(dice.randint(1, 4)):
                self.editor.edit()
                self.counts["edits"] += 1
        if dice.random() < 0.8:
            time.sleep(RACY_SECONDS)
        shutil.rmtree(self.copy, ignore_errors=True)
        shutil.copytree(self.site, self.copy)
        shutil.rmtree(self.copy / "public", ignore_errors=True)
        before = tree(self.site / "public")
        warned = 0
        state = self.site / ".outfeed" / "state.db"
        if damaged:
            saved = state.read_bytes()
            warned = self.damage()
        prune = dice.random() < 0.3 and not damaged
        # another output now and then, before the site's own or after it: neither uses up an edit
        elsewhere = dice.choice(("before", "after", None, None, None)) if not damaged else None
        if elsewhere == "before":
            self.build_elsewhere()
        result = self.build(self.site, *["--prune"] * prune)
        forgotten = warned is False or "state.db.corrupt" in result[1]
        if damaged and forgotten and not self.listed:
            shutil.rmtree(self.copy / ".outfeed")
        self.compare(before, [self.build(self.copy, "--full"), result], warned, prune)
        if elsewhere == "after":
            self.build_elsewhere()
        if elsewhere and result[0]["status"] == "done" and (
                self.bytes_of(self.elsewhere) != self.bytes_of(self.copy / "public")):
            raise Different("a build elsewhere is not what a full build makes")
        if damaged:                 # and nobody would prune them
            for name in tree(self.site / "public").keys() - tree(self.copy / "public").keys():
                (self.site / "public" / name).unlink()
            shutil.rmtree(self.elsewhere, ignore_errors=True)
            if not forgotten:       # the damage nobody saw may be seen by whoever comes next
                state.write_bytes(saved)
                self.build(self.site)

    def run(self, steps):
        self.editor.log.append("build")
        results = [self.build(self.site, *["--export-ids"] * self.listed)]
        if results[0][0]["status"] != "done":
            raise Different(f"the first build failed: {results[0][1]}")
        for number in range(steps):
            self.editor.log.append(f"-- step {number + 1}")
            self.step()
            self.counts["steps"] += 1


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--sequences", type=int, default=1000, metavar="N")
    parser.add_argument("--first", type=int, default=0, metavar="N", help="number of the first")
    parser.add_argument("--steps", default="3..8", metavar="N..M", help="builds in a sequence")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--program", default=os.environ.get("OUTFEED", "outfeed"))
    parser.add_argument("--keep", action="store_true", help="keep the site that differs")
    return parser.parse_args()


def main():
    options = parse_arguments()
    low, _, high = options.steps.partition("..")
    counts = collections.Counter()
    begun = time.monotonic()
    for number in range(options.first, options.first + options.sequences):
        work = Path(tempfile.mkdtemp(prefix="outfeed-edits-"))
        sequence = Sequence(options.program, work, f"{options.seed}/{number}", counts)
        try:
            sequence.run(sequence.dice.randint(int(low), int(high or low)))
        except Different as different:
            print(f"sequence {number} of seed {options.seed}: {different}",
                  *sequence.editor.log, sep="\n")
            if options.keep:
                print(f"kept in {work}")
            else:
                shutil.rmtree(work)
            return 1
        shutil.rmtree(work)
        counts["sequences"] += 1
    for name, count in sorted(counts.items()):
        print(f"{count:9} {name}")
    print(f"{time.monotonic() - begun:9.0f} seconds")
    return 0


if __name__ == "__main__":
    sys.exit(main())
