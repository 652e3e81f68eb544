"""A site's state.db and audit.db, forged: what a build does about them."""
import os

import forged
from conftest import run_program
from worst import Case, put

CONFIG = "site: {title: T, url: 'https://example.org/'}\nrot: drop\n"


def database(name, words, forge, comes="warning", **more):
    """A sound one, which forge(path) is given."""
    def make(site):
        put(site, "outfeed.yaml", CONFIG)
        put(site, "content/worst.md", "---\ntitle: Worst\ndate: 2025-02-01\nlink: https://e.org/\n---\nText.\n")
        run_program("build", "-q", cwd=site.folder)
        run_program("audit", "-q", "--plan", cwd=site.folder)
        path = site.folder / ".outfeed" / name
        forge(path)
        if name != "state.db":
            (site.folder / ".outfeed" / "state.db").unlink()    # so that it is asked
        return path.stat().st_blocks * 512
    return Case("database", f"{name}: {words}", make, comes, about=name, **more)


def state(words, forge, comes="warning"):
    return database("state.db", words, forge, comes)


def history(words, forge, comes="warning"):
    return database("audit.db", words, forge, comes)


def statement(*sql):
    return lambda path: forged.change(path, *sql)


def many_tables(path):
    """Each is parsed before a word can be asked."""
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 20000)"
    forged.change(path, f"INSERT INTO sqlite_master {numbers} SELECT 'table', 't' || i, 't' || i, 2, "
                  "'CREATE TABLE t' || i || '(a, b, c, d)' FROM n")


def holes(path):
    forged.settle(path)
    for suffix in ("-wal", "-journal", ""):
        with open(f"{path}{suffix}", "ab") as file:
            file.truncate(100 << 30)


def fifo(path):
    path.unlink()
    os.mkfifo(path)


TABLE = "folder"
CASES = [
    state("views that never end", forged.endless_views),
    state("user_version -2^31", forged.negative_version),
    state("an index that leads in circles", lambda path: forged.circle(path, f"sqlite_autoindex_{TABLE}_1")),
    state("a table that leads in circles", lambda path: forged.circle(path, TABLE), "either"),
    state("a value of 1 GB, a page that follows itself, 4 GiB of holes",
          lambda path: forged.long_value(path, TABLE, 2)),
    state("a value of 8 MiB", statement(f"UPDATE {TABLE} SET value = zeroblob(8388608)")),
    state("20,000 tables", many_tables),
    state("100 GiB of holes, log and journal as well", holes, "valid"),
    database("state.db", "a FIFO", fifo, "error", status=1),
    history("views that never end", forged.endless_views),
    history("user_version -2^31", forged.negative_version),
    history("a table that leads in circles", lambda path: forged.circle(path, "link"), "either"),
    history("an index that leads in circles", lambda path: forged.circle(path, "link_by_hash"), "either"),
    history("a value of 1 GB, a page that follows itself, 4 GiB of holes",
            lambda path: forged.long_value(path, "said", 5), "either"),
    history("20,000 tables of somebody's", many_tables, "either"),
    history("100 GiB of holes, log and journal as well", holes, "valid"),
    database("audit.db", "a FIFO", fifo),
]
