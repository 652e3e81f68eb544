"""Names and shapes of the content folder itself."""
import os

from worst import HEAD, Case, put

GOOD = f"---\n{HEAD}---\nText.\n"
BAD = "no front matter\n"


def tree(name, make, comes, **more):
    return Case("tree", name, make, comes, **more)


def named(name, comes="valid"):
    def make(site):
        path = os.fsencode(site.folder / "content") + b"/" + name
        with open(path, "wb") as file:
            file.write(GOOD.encode())
        return len(GOOD)
    return make


def many(site, count, name, text):
    folder = str(site.folder / "content")
    for number in range(count):
        fd = os.open(f"{folder}/{name.format(number)}", os.O_WRONLY | os.O_CREAT, 0o644)
        os.write(fd, text.encode())
        os.close(fd)
    return count * len(text)


def deep(site):
    """Folders in each other, until a path is longer than the system takes."""
    here = os.getcwd()
    os.chdir(site.folder / "content")
    try:
        for _ in range(60):
            os.mkdir("d" * 100)
            os.chdir("d" * 100)
        with open("worst.md", "w", encoding="utf-8") as file:
            file.write(GOOD)
    finally:
        os.chdir(here)
    return 6000


def near(site):
    room = 4000 - len(str(site.folder)) - 20
    return put(site, "content/" + ("e" * 40 + "/") * (room // 41) + "worst.md", GOOD)


def wide(site):
    for number in range(20000):
        os.mkdir(site.folder / "content" / f"f{number}")
    put(site, "content/worst.md", GOOD)
    return 20000


CASES = [
    tree("a name of 255 bytes", named(b"worst" + b"x" * 247 + b".md"), "valid"),
    tree("a name that is not UTF-8", named(b"worst\xff\xfe.md"), "either"),
    tree("a newline in a name", named(b"worst\na.md"), "either"),
    tree("an escape sequence in a name", named(b"worst\x1b[2J.md"), "either"),
    tree("100,000 files that are no items", lambda site: many(site, 100000, "n{}.txt", "x")
         + put(site, "content/worst.md", GOOD), "valid"),
    tree("5,000 files that are broken", lambda site: many(site, 5000, "worst-{}.md", BAD), "error", many=True),
    tree("20,000 folders", wide, "valid"),
    tree("folders past PATH_MAX", deep, "valid"),
    tree("folders up to PATH_MAX", near, "valid"),
]
