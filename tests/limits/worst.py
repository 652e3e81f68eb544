"""The worst inputs of each kind, and what is to come of them.

A case is a site of one good item and one hostile thing. `comes` says what the
build owes: "error", one that names the thing, and the item is left out;
"warning", one, and the item is there; "valid", nothing said, and it is there;
"either", where the two depend on what a library makes of it.
"""
from dataclasses import dataclass, field

MIB = 1 << 20
FILE = 8 * MIB                  # OF_LIMIT_FILE
FRONT = MIB                     # OF_LIMIT_FRONT_MATTER
HEAD = "title: Worst\ndate: 2025-02-01\n"


@dataclass
class Case:
    kind: str
    name: str
    make: callable              # (site) -> bytes of the hostile thing
    comes: str                  # error, warning, valid, either; of an audit, failures or verdicts
    status: int = 0             # of the build
    about: str = "worst"        # part of the path that the diagnostic names
    program: str = "build"      # or audit, init; or the "probe" of pages and robots.txt
    arguments: list = field(default_factory=list)
    server: callable = None     # () -> what serves while it runs; it is site.server then
    long: bool = False          # of contrib/limits.py --long alone: it takes long to make
    many: bool = False          # more diagnostics than one are owed, one a file
    why: str = ""               # of a ceiling of its own
    seconds: float = 1.0
    mib: float = 64.0

    @property
    def id(self):
        return f"{self.kind}: {self.name}"


def encoded(text):
    return text if isinstance(text, bytes) else text.encode("utf-8")


def put(site, name, data):
    data = encoded(data)
    path = site.folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return len(data)


def item(kind, name, front, body, comes, extension="md", **more):
    """A case of one file; front and body are texts, or functions that make them."""
    def make(site):
        given = front() if callable(front) else front
        text = body() if callable(body) else body
        return put(site, f"content/worst.{extension}",
                   b"---\n" + encoded(HEAD) + encoded(given) + b"---\n" + encoded(text))
    return Case(kind, name, make, comes, **more)


def raw(kind, name, data, comes, extension="md", **more):
    """A case of one file whose every byte is given."""
    def make(site):
        return put(site, f"content/worst.{extension}", data())
    return Case(kind, name, make, comes, **more)


def filled(unit, size):
    """As many of unit as fit into size bytes."""
    return unit * (size // len(encoded(unit)))


def counted(form, count, size):
    """form with 0, 1, 2, …: count of them, or as many as fit."""
    parts, length = [], 0
    for number in range(count):
        part = form.format(number)
        length += len(part)
        if length > size:
            break
        parts.append(part)
    return "".join(parts)
