"""A database of the site that somebody forged: it is seen, said in one line, set aside;
nothing of it runs, hangs, fills the memory, or reaches what is outside."""
import os
import shutil
import signal
import sqlite3
import subprocess
import time

import forged
import pytest
from conftest import NOW, run_program, tree

SECONDS = 60                    # of what ends at once; a sanitizer under load takes its time
CORRUPT = "was set aside as"
KINDS = [b"\xff\xfe\x00", "a\x00b", -1, 2 ** 63 - 1, -2 ** 63, 1e308, ""]


@pytest.fixture
def made(site):
    """Built and audited; nothing is fetched."""
    site.items(3)
    site.item("a.md", title="One", link="https://source.example/a")
    site.build()
    audit(site)
    return site


def build(site):
    return site.build(timeout=SECONDS)


def audit(site):
    """Links are listed, then reported; what the first has said the second need not."""
    for arguments in (["--plan"], ["--report-only", "--report", site.folder / "report"]):
        result = run_program("audit", *arguments, "--now", NOW, cwd=site.folder, timeout=SECONDS)
        assert result.status in (0, 1, 2, 3), result
        if result.err:
            break
    return result


def state_of(site):
    return site.folder / ".outfeed" / "state.db"


def history_of(site):
    return site.folder / ".outfeed" / "audit.db"


def set_aside(site, run, path):
    """One warning, the feeds as they were, and nothing to say the next time."""
    before = tree(site.output)
    os.utime(site.folder / "content" / "a.md", (10 ** 9, 10 ** 9))      # so that it is written, too
    result = run(site)
    assert result.status in (0, 3), result
    assert [d["severity"] for d in result.about(path.name)] == ["warning"], result
    assert CORRUPT in result.err and len(result.err.splitlines()) == 1, result
    assert tree(site.output) == before
    again = run(site)
    assert (again.status, again.err) == (0, ""), again


STATE = [
    forged.endless_views,
    forged.negative_version,
    lambda path: forged.circle(path, "sqlite_autoindex_folder_1"),
    lambda path: forged.circle(path, "sqlite_autoindex_document_1"),
    lambda path: forged.circle(path, "folder"),
    lambda path: forged.long_value(path, "folder", 2),
    lambda path: forged.change(path, "CREATE TRIGGER t AFTER INSERT ON folder BEGIN DELETE FROM folder; END"),
    lambda path: forged.change(path, "CREATE TABLE more(x)"),
    lambda path: forged.change(path, "CREATE UNIQUE INDEX more ON folder(length(value))"),
    lambda path: forged.change(path, "ALTER TABLE folder ADD COLUMN more AS (hex(zeroblob(1000000)))"),
    lambda path: forged.change(path, "UPDATE sqlite_master SET sql = replace(sql, 'NOT NULL)', 'NOT NULL "
                               "DEFAULT (hex(zeroblob(9))))') WHERE name = 'folder'"),
    lambda path: forged.change(path, "UPDATE folder SET value = zeroblob(30000000)"),
]


@pytest.mark.parametrize("forge", STATE)
def test_state(made, forge):
    forge(state_of(made))
    set_aside(made, build, state_of(made))


@pytest.mark.parametrize("table", ["setting", "folder", "document", "identity"])
@pytest.mark.parametrize("column", ["key", "value"])
def test_values_of_the_state(made, table, column):
    """Whatever is there instead, the feeds are the same."""
    before = tree(made.output)
    good = state_of(made).read_bytes()
    for value in KINDS:
        state_of(made).write_bytes(good)
        db = sqlite3.connect(state_of(made))
        with db:
            db.execute(f"DELETE FROM {table}")
            db.execute(f"INSERT INTO {table}({'value' if column == 'key' else 'key'}, {column}) "
                       "VALUES (x'00', ?)", (value,))
        db.close()
        result = build(made)
        assert result.status == 0 and len(result.err.splitlines()) <= 1, result
        assert tree(made.output) == before
        assert build(made).err == ""


HISTORY = [
    forged.endless_views,
    forged.negative_version,
    lambda path: forged.circle(path, "link"),
    lambda path: forged.circle(path, "use_by_link"),
    lambda path: forged.long_value(path, "item", 8),
    lambda path: forged.change(path, "ALTER TABLE link ADD COLUMN more AS (hex(zeroblob(1000000)))"),
    lambda path: forged.change(path, "DROP TABLE use", "CREATE VIEW use AS " + forged.ENDLESS.format("i")),
]


@pytest.mark.parametrize("forge", HISTORY)
def test_history(made, forge):
    """An audit sets it aside, or says that it did and the next one begins anew; a build reads on."""
    made.write("outfeed.yaml", made.CONFIG.replace("pages: false", "rot: drop"))
    build(made)
    before = tree(made.output)
    forge(history_of(made))
    forged_bytes = history_of(made).stat().st_size
    state_of(made).unlink()     # so that the history is asked
    result = build(made)
    assert result.status == 0 and len(result.err.splitlines()) <= 1, result
    assert tree(made.output) == before
    assert history_of(made).stat().st_size == forged_bytes
    result = audit(made)
    assert len(result.about("audit.db")) == 1 and "set aside" in result.err, result
    again = audit(made)
    assert (again.status, again.err) == (0, ""), again


@pytest.mark.parametrize("table", ["item", "link"])
def test_numbers_that_no_audit_gave(made, table):
    """A set of them would take as much memory as the highest is large."""
    forged.change(history_of(made), "PRAGMA foreign_keys = OFF",
                  f"UPDATE use SET {table} = {1 << 40} WHERE {table} = 1",
                  f"UPDATE {table} SET number = {1 << 40} WHERE number = 1")
    made.item("a.md", title="One", link="https://source.example/b")
    result = audit(made)
    assert result.status == 1 and "history is damaged" in result.err, result
    assert len(result.err.splitlines()) == 1
    assert audit(made).status == 0 and list((made.folder / ".outfeed").glob("audit.db.corrupt*"))


def test_values_of_the_history(made):
    """Words that are none, numbers out of range: read as far as they mean something."""
    good = history_of(made).read_bytes()
    for table, columns in forged.tables(history_of(made)).items():
        for value in KINDS:
            history_of(made).write_bytes(good)
            db = sqlite3.connect(history_of(made))
            for column in columns:
                try:
                    with db:
                        db.execute(f"UPDATE {table} SET {column} = ?", (value,))
                except sqlite3.Error:
                    pass        # its key, of which there is one
            db.close()
            result = audit(made)
            assert len(result.err.splitlines()) <= 1, (table, value, result)
            assert build(made).status == 0


def test_what_people_keep_in_the_history(made):
    """Tables, views, triggers and plain indexes of theirs stay, and none of them runs."""
    forged.change(history_of(made), "CREATE TABLE note(url, words)", "CREATE INDEX mine ON link(url)",
                  "CREATE VIEW mine_too AS " + forged.ENDLESS.format("i"),
                  "CREATE TRIGGER watch AFTER INSERT ON run BEGIN SELECT RAISE(FAIL, 'no'); END",
                  "CREATE INDEX its ON note(length(words))", "DROP VIEW rot", "DROP INDEX link_by_host",
                  "DROP VIEW page", "CREATE VIEW page AS " + forged.ENDLESS.format("i AS link"))
    result = audit(made)
    assert (result.status, result.err) == (0, ""), result
    db = sqlite3.connect(history_of(made))
    names = {name for (name,) in db.execute("SELECT name FROM sqlite_master")}
    assert {"note", "mine", "mine_too", "watch", "its", "rot", "link_by_host"} <= names
    assert db.execute("SELECT count(*) FROM page").fetchone() == (0,)
    db.close()


@pytest.mark.parametrize("index", [
    "CREATE UNIQUE INDEX mine ON link(host)", "CREATE INDEX mine ON link(length(url))",
    "CREATE INDEX mine ON link(url) WHERE status > 1"])
def test_an_index_that_may_fail_is_refused(made, index):
    """The history is nobody's to lose: it stays, and the audit says what to do."""
    forged.change(history_of(made), index)
    before = history_of(made).read_bytes()
    result = audit(made)
    assert result.status == 2 and "`mine`" in result.err and "DROP" in result.err, result
    assert len(result.err.splitlines()) == 1
    assert history_of(made).read_bytes() == before
    forged.change(history_of(made), "DROP INDEX mine")
    assert audit(made).err == ""


@pytest.mark.parametrize("name", ["state.db", "state.db-journal", "state.db-wal", "state.db-shm",
                                  "audit.db", "audit.db-journal", "audit.db-wal", "audit.db-shm"])
@pytest.mark.parametrize("kind", ["fifo", "folder", "link"])
def test_no_regular_file(made, name, kind):
    path = made.folder / ".outfeed" / name
    outside = made.write("outside", "this is nobody's\n")
    path.unlink(missing_ok=True)
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    else:
        path.symlink_to(outside)
    result = (build if name.startswith("state") else audit)(made)
    assert result.status == 1 and len(result.err.splitlines()) == 1, result
    assert name in result.err and "remove it" in result.err, result
    assert outside.read_text() == "this is nobody's\n"


@pytest.mark.parametrize("name, run", [("state.db", build), ("audit.db", audit)])
@pytest.mark.parametrize("kind", ["file", "fifo"])
def test_a_journal_names_another_file(made, name, run, kind):
    """SQLite would remove that file, which no database of the journal's belongs to."""
    outside = made.folder / "outside"
    if kind == "fifo":
        os.mkfifo(outside)
    else:
        outside.write_text("this is nobody's\n")
    path = made.folder / ".outfeed" / name
    forged.settle(path)
    forged.journal(path, {1: forged.pages_of(path)[1]}, outside)
    set_aside(made, run, path)
    assert outside.exists()
    assert not path.with_name(name + "-journal").exists()


@pytest.mark.parametrize("name, run", [("state.db", build), ("audit.db", audit)])
def test_a_journal_puts_other_pages_back(made, tmp_path, name, run):
    """What it makes of the file is looked at like any other."""
    path = made.folder / ".outfeed" / name
    forged.settle(path)
    other = tmp_path / "other.db"
    shutil.copy(path, other)
    forged.endless_views(other)
    pages = forged.pages_of(other)
    with open(path, "r+b") as file:
        file.truncate(other.stat().st_size)
    forged.journal(path, pages)
    set_aside(made, run, path)


@pytest.mark.parametrize("name, run", [("state.db", build), ("audit.db", audit)])
def test_a_log_of_other_pages(made, tmp_path, name, run):
    path = made.folder / ".outfeed" / name
    other = tmp_path / name
    shutil.copy(path, other)
    forged.change(other, "PRAGMA journal_mode = WAL")
    db = sqlite3.connect(other)
    db.execute("SELECT * FROM sqlite_master").fetchall()    # as long as it is open, the log stays
    forged.endless_views(other)
    for suffix in ("", "-wal", "-shm"):
        shutil.copy(f"{other}{suffix}", f"{path}{suffix}")
    db.close()
    set_aside(made, run, path)


@pytest.mark.parametrize("name, run", [("state.db", build), ("audit.db", audit)])
def test_files_of_holes(made, name, run):
    """A hundred gigabytes that are not there cost nothing."""
    path = made.folder / ".outfeed" / name
    forged.settle(path)
    before = tree(made.output)
    for suffix in ("-shm", "-wal", "-journal", ""):
        with open(f"{path}{suffix}", "ab") as file:
            file.truncate(100 << 30)
    result = run(made)
    assert result.status in (0, 3) and len(result.err.splitlines()) <= 1, result
    assert tree(made.output) == before
    assert run(made).err == ""


@pytest.mark.parametrize("name", ["lock", "audit.lock", "state.db", "audit.db", "audit.db-wal", "state.db-journal"])
def test_a_hard_link_to_a_file_elsewhere(made, name, tmp_path):
    """What is written under one name is under the other."""
    precious = tmp_path / "precious"
    precious.write_bytes(b"x" * 900)
    path = made.folder / ".outfeed" / name
    path.unlink(missing_ok=True)
    os.link(precious, path)
    result = (build if name in ("lock", "state.db", "state.db-journal") else audit)(made)
    assert result.status == 1 and "hard link" in result.err and name in result.err, result
    assert precious.read_bytes() == b"x" * 900
    path.unlink()
    assert build(made).status == 0 and audit(made).status in (0, 3)


def test_a_folder_where_the_state_is_set_aside(made):
    (made.folder / ".outfeed" / "state.db.corrupt").mkdir()
    state_of(made).write_bytes(b"no database" * 100)
    result = build(made)
    assert result.status == 0 and "set aside" in result.err, result
    assert (made.folder / ".outfeed" / "state.db.corrupt.2").is_file()


def test_more_indexes_than_rows_can_bear(made):
    forged.change(history_of(made), *(f"CREATE INDEX i{n} ON link(status)" for n in range(65)))
    before = history_of(made).read_bytes()
    result = audit(made)
    assert result.status == 2 and "DROP" in result.err, result
    assert history_of(made).read_bytes() == before
    forged.change(history_of(made), "DROP INDEX i64")
    assert audit(made).status in (0, 3)


def test_a_damaged_history_that_another_reads(made):
    """It keeps its file; the new one is no part of what it shares."""
    db = sqlite3.connect(history_of(made), isolation_level=None)
    db.execute("PRAGMA writable_schema = 1")
    db.execute("UPDATE sqlite_master SET sql = sql || ' ' WHERE name = 'link'")
    db.execute("BEGIN")
    db.execute("SELECT count(*) FROM use").fetchone()
    first = audit(made)
    assert first.status in (0, 3) and "set aside" in first.err, first
    again = audit(made)
    assert again.status in (0, 3) and again.err == "", again
    assert db.execute("SELECT count(*) FROM use").fetchone()
    db.close()


@pytest.mark.parametrize("name", ["state.db", "audit.db"])
def test_signals_are_heard(made, name):
    """Whatever the file holds, SIGTERM ends the run."""
    (forged.endless_views)(made.folder / ".outfeed" / name)
    command = ["build"] if name == "state.db" else ["audit", "--plan"]
    run = subprocess.Popen([os.environ["OUTFEED"], *command], cwd=made.folder,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(0.2)
    run.send_signal(signal.SIGTERM)
    try:
        run.wait(SECONDS)
    finally:
        run.kill()
    assert run.returncode in (0, 1, 3, 130)
