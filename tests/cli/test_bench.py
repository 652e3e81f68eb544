"""contrib/bench: its collections are always the same and clean, its smoke form runs."""
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import run_program, tree

BENCH = Path(__file__).resolve().parents[2] / "contrib" / "bench"
SEED = Path(__file__).resolve().parents[2] / "feeds" / "medigy" / "content"


def script(name, *arguments, status=0):
    done = subprocess.run([sys.executable, BENCH / name, *map(str, arguments)],
                          capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120)
    assert done.returncode == status, done
    return done


def generate(site, *arguments, items=1200, **options):
    return script("generate.py", site, "--items", items, *arguments, **options)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    site = tmp_path_factory.mktemp("made") / "site"
    generate(site)
    return site


def keys(path):
    front = path.read_text("utf-8").split("\n---\n")[0]
    return re.findall(r"^(\w+):", front, re.M)


def test_same_numbers_same_bytes(made, tmp_path):
    generate(tmp_path / "again", "--jobs", 1)
    assert tree(tmp_path / "again") == tree(made)
    generate(tmp_path / "other", "--seed", 2)
    other = tree(tmp_path / "other")
    assert len(other) == len(tree(made)) == 1201
    assert set(other) & set(tree(made)) == {"outfeed.yaml"}


def test_an_item_is_the_same_in_every_size(made, tmp_path):
    generate(tmp_path / "few", items=300)
    few, many = tree(tmp_path / "few"), tree(made)
    items = [path for path in few if path.startswith("content/")]
    assert len(items) == 300
    assert all(few[path] == many[path] for path in items)


def test_folders_are_small(made):
    assert {folder.name: len(list(folder.iterdir())) for folder in (made / "content").iterdir()} \
        == {"00": 1000, "01": 200}


def test_items_have_the_keys_of_the_sample(made):
    sample = keys(SEED / "aa4a99ea-3899-54c0-8728-ec38e873d9b0.md")
    item = next((made / "content" / "00").iterdir())
    assert set(sample) - {"expiryDate"} <= set(keys(item))


def test_items_are_clean(made, tmp_path):
    result = run_program("build", "--strict", "--json", "-o", tmp_path / "public", made)
    assert (result.status, result.err) == (0, "")
    assert json.loads(result.out)["found"] == 1200
    entries = json.loads((tmp_path / "public" / "all" / "feed.json").read_text("utf-8"))["items"]
    assert len(entries) == 50
    assert all(entry["tags"] and entry["image"] for entry in entries)


def test_touch_and_undo(tmp_path):
    site = tmp_path / "site"
    generate(site, items=200)
    before = tree(site)
    named = script("generate.py", site, "--touch", 10, "--seed", 7).stdout.split()
    after = tree(site)
    changed = {str(site / path) for path in before if before[path] != after[path]}
    assert changed == set(named) and len(changed) == 10
    assert all("(revision 7)" in Path(path).read_text("utf-8") for path in changed)
    script("generate.py", site, "--touch", 10, "--seed", 7, "--undo")
    assert tree(site) == before


def test_what_is_there_is_kept(made, tmp_path):
    before = tree(made)
    assert "already there" in generate(made).stdout
    assert "another collection" in generate(made, items=5, status=1).stderr
    assert tree(made) == before
    (tmp_path / "outfeed.yaml").write_text("site: {}\n")
    generate(tmp_path, status=1)
    assert tree(tmp_path) == {"outfeed.yaml": b"site: {}\n"}


def test_smoke(tmp_path):
    text = script("bench.py", "--smoke", "--work", tmp_path).stdout
    rows = [[cell.strip() for cell in line.strip("|").split("|")]
            for line in text.splitlines() if line.startswith("| ")]
    times = {(part, command): ratio for part, _, command, _, _, _, ratio, _ in
             (row for row in rows if len(row) == 8)}
    for part, commands in {"cold": ("outfeed", "find, xargs cat"),
                           "nothing changed": ("outfeed", "find -printf"),
                           "ten changed": ("outfeed", "find -printf"),
                           "growth, cold": ("outfeed",),
                           "growth, nothing changed": ("outfeed",)}.items():
        for command in commands:
            assert float(times[part, command]) > 0
    limits = {what: verdict for what, _, _, verdict in
              (row for row in rows if len(row) == 4 and row[0] != "limit") if "---" not in what}
    assert len(limits) == 10
    assert set(limits.values()) <= {"met", "missed", "not measured"}
    assert limits["cold, 1,000 items: Hugo / outfeed"] == "not measured"
    assert "MiB" in text and "cores" in text


def test_smoke_needs_the_program(tmp_path, monkeypatch):
    monkeypatch.setenv("OUTFEED", str(tmp_path / "none"))
    done = script("bench.py", "--smoke", "--work", tmp_path, status=1)
    assert "bench.py: " in done.stderr and "Traceback" not in done.stderr


def test_unknown_part(tmp_path):
    assert "no part 'warm'" in script("bench.py", "--only", "cold,warm", status=2).stderr
