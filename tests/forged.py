"""Database files as nobody's outfeed would write them: what tests put in place of a
site's state.db or audit.db. Each function is given the path of a sound one."""
import os
import sqlite3
import struct

ENDLESS = ("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
           "SELECT {} FROM n WHERE i < 0")
MAGIC = bytes.fromhex("d9d505f920a163d7")


def change(path, *statements):
    """Runs SQL that may write the schema itself."""
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA writable_schema = ON")
    for statement in statements:
        db.execute(statement)
    db.close()


def tables(path):
    db = sqlite3.connect(path)
    rows = db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'").fetchall()
    found = {name: [column[1] for column in db.execute(f"PRAGMA table_info({name})")] for (name,) in rows}
    db.close()
    return found


def endless_views(path):
    """Every table is another's, and a view that never ends has its name."""
    for table, columns in tables(path).items():
        change(path, "PRAGMA legacy_alter_table = ON", f"ALTER TABLE {table} RENAME TO old_{table}",
               f"CREATE VIEW {table} AS " + ENDLESS.format(", ".join(f"i AS {c}" for c in columns)))


def negative_version(path):
    change(path, f"PRAGMA user_version = {-2**31}")


def sparse(path, size=100 << 30):
    os.truncate(path, size)


def header(path):
    """(page size, number of pages) of a file without a log."""
    size = int.from_bytes(path.read_bytes()[16:18], "big")
    size = 65536 if size == 1 else size
    return size, path.stat().st_size // size


def root_of(path, name):
    db = sqlite3.connect(path)
    ((page,),) = db.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (name,)).fetchall()
    db.close()
    return page


def inner_page(size, kind, child, cell):
    """An inner page whose cells all lead to child; cell(n) is what follows the child."""
    cells, pointers, at, count = b"", b"", size, (size - 20) // 12
    for number in range(count):
        data = struct.pack(">I", child) + cell(number)
        cells, at = data + cells, at - len(data)
        pointers += struct.pack(">H", at)
    head = struct.pack(">BHHHBI", kind, 0, count, at, 0, child)
    return head + pointers + bytes(size - len(head) - len(pointers) - len(cells)) + cells


def varint(number):
    return bytes([number]) if number < 128 else bytes([0x80 | number >> 7, number & 0x7f])


def circle(path, name, levels=6):
    """A tree that leads to its one leaf by all ways of each page, at each level."""
    settle(path)
    size, count = header(path)
    root = root_of(path, name)
    data = bytearray(path.read_bytes())
    leaf = data[(root - 1) * size:root * size]
    kind = {0x0d: 5, 0x0a: 2}[leaf[0]]

    def cell(number):
        # of a table: a number; of an index: a record of an empty text and the number 1
        return varint(number + 1) if kind == 5 else bytes([4, 3, 12, 1, 1])
    child = count + 1
    data += leaf
    for level in range(levels - 1):
        data += inner_page(size, kind, child, cell)
        child = count + 2 + level
    data[(root - 1) * size:root * size] = inner_page(size, kind, child, cell)
    write(path, data, size)


def settle(path):
    """No log, so that the file's bytes are all there is."""
    change(path, "PRAGMA journal_mode = DELETE")


def write(path, data, size):
    """With the number of pages in its header, where SQLite compares it."""
    data[28:32] = struct.pack(">I", len(data) // size)
    data[92:96] = data[24:28]
    path.write_bytes(data)


def long_value(path, table, columns, holes=4 << 30):
    """The only row says that its last column has a gigabyte: a page that follows itself."""
    settle(path)
    size, count = header(path)
    root = root_of(path, table)
    data = bytearray(path.read_bytes())
    length = 10 ** 9
    kind = bytes([0x80 | (length * 2 + 12) >> 28 & 0x7f, 0x80 | (length * 2 + 12) >> 21 & 0x7f,
                  0x80 | (length * 2 + 12) >> 14 & 0x7f, 0x80 | (length * 2 + 12) >> 7 & 0x7f,
                  (length * 2 + 12) & 0x7f])
    record = bytes([1 + columns - 1 + len(kind)]) + bytes(columns - 1) + kind
    payload = length + len(record)
    least = (size - 12) * 32 // 255 - 23
    local = least + (payload - least) % (size - 4)
    local = local if local <= size - 35 else least
    cell = bytes([0x80 | payload >> 28 & 0x7f, 0x80 | payload >> 21 & 0x7f, 0x80 | payload >> 14 & 0x7f,
                  0x80 | payload >> 7 & 0x7f, payload & 0x7f]) + b"\x01"
    cell += record + bytes(local - len(record)) + struct.pack(">I", count + 1)
    page = struct.pack(">BHHHBH", 13, 0, 1, size - len(cell), 0, size - len(cell))
    page += bytes(size - len(page) - len(cell)) + cell
    data[(root - 1) * size:root * size] = page
    data += struct.pack(">I", count + 1) + b"x" * (size - 4)
    data[28:32] = struct.pack(">I", holes // size)
    data[92:96] = data[24:28]
    path.write_bytes(data)
    os.truncate(path, holes)


def journal(path, pages, names=None):
    """A journal that puts pages (number -> bytes) back, and is one of those of `names`."""
    size, count = header(path)
    nonce = 4711
    data = MAGIC + struct.pack(">IIIII", len(pages), nonce, count, 512, size)
    data += bytes(512 - len(data))
    for number, page in pages.items():
        total = nonce + sum(page[at] for at in range(size - 200, 0, -200))
        data += struct.pack(">I", number) + page + struct.pack(">I", total & 0xffffffff)
    if names:
        name = os.fsencode(names)
        total = sum(byte - 256 if byte > 127 else byte for byte in name)
        data += struct.pack(">I", (1 << 30) // size + 1) + name + struct.pack(">II", len(name), total & 0xffffffff)
        data += MAGIC
    path.with_name(path.name + "-journal").write_bytes(data)


def pages_of(path):
    size, count = header(path)
    data = path.read_bytes()
    return {number + 1: data[number * size:(number + 1) * size] for number in range(count)}
