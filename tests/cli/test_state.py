"""The saved state is nobody's only copy: gone, foreign or damaged, it costs a full
build, and the documents are the same."""
import json
import os
import random
import shutil
import sqlite3
import struct
import time

import pytest

from conftest import stamps, tree


def build(site, *arguments):
    time.sleep(0.03)        # older files are known by their time
    result = site.build("--json", *arguments)
    assert result.status == 0, result
    return json.loads(result.out) | {"said": result.err}


@pytest.fixture
def built(site):
    site.items(40)
    site.item("broken.md", date="never")
    site.item("picture.md", image="gone.png")
    (site.folder / "content" / "more").mkdir()
    for number in range(20):
        site.item(f"more/{number}.md", title=f"More {number}", category=f"C{number % 7}")
    build(site)
    return site


def state_of(site):
    return site.folder / ".outfeed" / "state.db"


def harm(path, how):
    size = path.stat().st_size
    if how == "text":
        path.write_text("this is no database\n" * 99)
    elif how == "empty":
        path.write_bytes(b"")
    elif how == "head":
        os.truncate(path, 50)
    elif how == "half":
        os.truncate(path, size // 2)
    elif how == "random":
        path.write_bytes(random.Random(1).randbytes(size))
    elif how == "zeros":
        path.write_bytes(bytes(size))
    elif how == "version":
        with sqlite3.connect(path) as db:
            db.execute("PRAGMA user_version = 99")
    elif how == "tables":
        with sqlite3.connect(path) as db:
            db.execute("DROP TABLE folder")


@pytest.mark.parametrize("how", ["text", "head", "half", "random", "zeros", "version", "tables"])
def test_damaged(built, how):
    before, said = stamps(built.output), build(built)["said"]
    harm(state_of(built), how)
    damaged = state_of(built).read_bytes()
    summary = build(built)
    warnings = [line for line in summary["said"].splitlines() if "state.db" in line]
    assert len(warnings) == 1
    assert "warning" in warnings[0] and "state.db.corrupt" in warnings[0]
    assert state_of(built).with_name("state.db.corrupt").read_bytes() == damaged
    assert summary["said"].replace(warnings[0] + "\n", "") == said
    assert summary["fresh"] == summary["found"]
    assert stamps(built.output) == before
    again = build(built)
    assert (again["fresh"], again["written"], again["said"]) == (0, 0, said)


@pytest.mark.parametrize("how", ["folder", "empty", "journal"])
def test_gone(built, how):
    before = stamps(built.output)
    if how == "folder":
        shutil.rmtree(built.folder / ".outfeed")
    elif how == "empty":
        harm(state_of(built), how)
    else:
        state_of(built).unlink()
        built.write(".outfeed/state.db-journal", "no journal")
    summary = build(built)
    assert "corrupt" not in summary["said"]
    assert (summary["fresh"], summary["written"]) == (summary["found"], 0)
    assert stamps(built.output) == before
    assert build(built)["fresh"] == 0


@pytest.mark.parametrize("table, column", [
    ("setting", "value"), ("folder", "value"), ("document", "value"), ("folder", "key"),
])
def test_damaged_values(built, table, column):
    """What SQLite cannot see: a checksum does."""
    before = stamps(built.output)
    with sqlite3.connect(state_of(built)) as db:
        db.execute(f"UPDATE {table} SET {column} = {column} || x'00'")
    summary = build(built)
    if column == "value":
        assert summary["said"].count("state.db.corrupt") == 1
    assert summary["fresh"] == summary["found"]
    assert stamps(built.output) == before
    assert build(built)["fresh"] == 0


def flip(path, seed):
    """Some bytes of a page or two are others."""
    dice = random.Random(seed)
    content = bytearray(path.read_bytes())
    for _ in range(dice.randint(1, 40)):
        at = dice.randrange(len(content))
        content[at:at + 4] = dice.randbytes(len(content[at:at + 4]))
    path.write_bytes(content)


@pytest.mark.parametrize("seed", range(12))
def test_damaged_somewhere(built, seed):
    """Seen or not, no document suffers, and the run after is as any other."""
    expected = tree(built.output)
    saved = state_of(built).read_bytes()
    for round_number in range(4):
        for name in os.listdir(built.folder / ".outfeed"):
            (built.folder / ".outfeed" / name).unlink()
        state_of(built).write_bytes(saved)
        flip(state_of(built), seed * 100 + round_number)
        built.item("more/3.md", title=f"Changed {round_number}", category="C3")
        summary = build(built)
        assert summary["said"].count("state.db.corrupt") <= 1
        assert f"Changed {round_number}" in built.titles("topic/c3")
        assert build(built)["said"].count("state.db") == 0
        built.item("more/3.md", title="More 3", category="C3")
        build(built)
        assert tree(built.output) == expected


def test_ids_survive_damage(site):
    site.item("a.md", title="A", slug="first")
    build(site, "--export-ids")
    site.item("a.md", title="A", slug="second")
    build(site)
    expected = tree(site.output)
    assert site.feed()["items"][0]["id"].endswith(":first")
    for how in ("text", "half", "random", "zeros", "version", "tables"):
        harm(state_of(site), how)
        build(site)
        assert tree(site.output) == expected


def test_another_version_of_outfeed_is_seen_in_the_settings(built):
    """Fingerprints that are not this program's: all is read anew."""
    before = stamps(built.output)
    with sqlite3.connect(state_of(built)) as db:
        db.execute("DELETE FROM setting WHERE key = CAST('run' AS BLOB)")
    summary = build(built)
    assert (summary["fresh"], summary["written"]) == (summary["found"], 0)
    assert stamps(built.output) == before


def test_the_state_is_hidden_and_alone(built):
    """Nothing else is left beside the site's own files."""
    assert {path.name for path in built.folder.iterdir()} == {
        "outfeed.yaml", "content", "public", ".outfeed"}
    assert {path.name for path in (built.folder / ".outfeed").iterdir()} <= {"state.db", "lock"}
    assert not [name for name in tree(built.output) if name.startswith(".")]


def checksum(value):
    """As src/store/sqlite.c has it: it tells of accidents, not of intent."""
    mask = 2 ** 64 - 1
    total = 0x9E3779B97F4A7C15 ^ len(value)
    whole = len(value) // 8 * 8
    for at in range(0, whole, 8):
        total = ((total ^ int.from_bytes(value[at:at + 8], "little")) * 0xFF51AFD7ED558CCD) & mask
        total ^= total >> 32
    total = ((total ^ int.from_bytes(value[whole:], "little")) * 0xFF51AFD7ED558CCD) & mask
    return (total ^ (total >> 29)).to_bytes(8, "little")


@pytest.mark.parametrize("path", ["topic/c2", "../../c1", "x/../../", ".hidden1", "audit/c1"])
def test_a_group_that_was_made_to_lead_out(built, path):
    """What the state says of a group decides where its documents are written."""
    query = "SELECT value FROM setting WHERE key = CAST('filings' AS BLOB)"
    before = set(stamps(built.output))
    with sqlite3.connect(state_of(built)) as db:
        ((filings,),) = db.execute(query)
        assert filings[-8:] == checksum(filings[:-8]) and filings.count(b"topic/c1") == 1
        filings = filings[:-8].replace(b"topic/c1", path.encode())
        db.execute("UPDATE setting SET value = ? WHERE key = CAST('filings' AS BLOB)",
                   (filings + checksum(filings),))
    around = set(tree(built.folder.parent))
    built.item("more/1.md", title="Another title", category="C1")
    harmed = build(built)
    # a path that may be is not found out
    assert ("state.db.corrupt" in harmed["said"]) == (path != "topic/c2")
    beside = set(tree(built.folder.parent)) - around
    assert [name for name in beside if ".outfeed" not in name] == []
    assert set(stamps(built.output)) == before


def forge_row(site, path, name, stamp):
    """A row of the ledger that says outfeed wrote a document, which is as stamp says."""
    value = (struct.pack("<QQQQIIII", 1, 2, 0, 0, 1, 0, 0, 0)
             + struct.pack("<QQq", stamp.st_size, stamp.st_ino, stamp.st_mtime_ns)
             + struct.pack("<Q", len(name)) + name + b"\0")
    with sqlite3.connect(state_of(site)) as db:
        db.execute("INSERT OR REPLACE INTO document VALUES (?, ?)",
                   (os.fsencode(site.output) + b"\0" + path, value + checksum(value)))


@pytest.mark.parametrize("path, name", [
    (b"../../beside", b"precious.txt"), (b"topic/../../../beside", b"precious.txt"),
    (b"", b"../../beside/precious.txt"), (b"gone", b"precious.txt"),
])
def test_a_document_that_was_made_to_lie_elsewhere(built, path, name):
    """What a row says is outfeed's goes when its group is gone, but for what is elsewhere."""
    folder = built.output / "gone" if path == b"gone" else built.folder.parent / "beside"
    folder.mkdir()
    (folder / "precious.txt").write_text("somebody's")
    forge_row(built, path, name, (folder / "precious.txt").stat())
    pruned = build(built, "--prune")
    assert ("state.db.corrupt" in pruned["said"]) == (path != b"gone")
    assert (folder / "precious.txt").exists() == (path != b"gone")
