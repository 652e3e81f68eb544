#!/usr/bin/python3
"""The shape of the source, checked by text: who may include whom, where a
third-party header lives, who may print or exit, and how long things are.

    layering.py [ROOT]      prints each finding, exits 1 when there is one
"""
import os
import re
import subprocess
import sys

# A folder of src/ -> the other folders whose headers it may include. "Data
# flows one way" of the design: every step may use base and what is public.
MAY_INCLUDE = {
    "base": set(),
    "yaml": {"base"},
    "site": {"base", "yaml"},
    "item": {"base", "yaml"},
    "collect": {"base", "store"},
    "feed": {"base"},
    "render": {"base"},
    "publish": {"base", "store"},
    "web": {"base"},
    "store": {"base"},
    "audit": {"base", "web", "store"},
    "serve": {"base"},
    # What an item's fields are is the table of item.
    "survey": {"base", "yaml", "item"},
    "cli": {"base"},
}
# The pipelines, and the parts of them that see several steps as well.
PIPELINES = {"src/build.c", "src/documents.c", "src/documents.h", "src/unit.c", "src/unit.h",
             "src/maker.c", "src/maker.h", "src/directory.c",
             "src/directory.h", "src/audit.c", "src/listing.c", "src/listing.h", "src/rot_feed.c", "src/rot_feed.h", "src/learned.c",
             "src/learned.h", "src/pings.c", "src/pings.h", "src/survey.c"}

# A third-party header (a prefix of its name) -> the one place that may have it.
HOMES = [
    (r"libxml/xmlwriter\.h", r"src/render/xml\.c"),
    (r"libxml/HTMLparser\.h", r"src/(item/html|web/html)[a-z_]*\.c"),
    (r"libxml/xml(error|version)\.h",
     r"src/(cli/libraries|render/xml|item/html[a-z_]*|web/html[a-z_]*)\.c"),
    (r"libxml/", r"src/(render/xml|item/html[a-z_]*|web/html[a-z_]*)\.c"),
    (r"yaml\.h", r"src/yaml/[a-z_]+\.c"),
    (r"emmintrin\.h", r"src/base/wide\.h"),
    (r"immintrin\.h", r"src/base/wider\.h"),
    (r"curl/", r"src/web/[a-z_]+\.c"),
    (r"ares\.h", r"src/web/[a-z_]+\.c"),
    (r"libpsl\.h", r"src/web/[a-z_]+\.c"),
    (r"sqlite3\.h", r"src/(store/(sqlite[a-z_]*|guard|objects)|cli/libraries)\.(c|h)"),
    (r"malloc\.h", r"src/cli/libraries\.c"),
    (r"libpq-fe\.h", r"src/store/postgres_db\.h"),
    (r"md4c", r"src/item/markdown(_html)?\.c"),
    (r"utf8proc\.h", r"src/base/unicode\.c"),
    (r"iconv\.h", r"src/web/charset\.c"),
    (r"jansson\.h", r"src/(web|audit)/[a-z_]+\.c"),
    (r"zlib\.h", r"src/publish/[a-z_]+\.c"),
    (r"brotli/", r"src/publish/[a-z_]+\.c"),
    (r"microhttpd\.h", r"src/serve/[a-z_]+\.(c|h)"),
]
# It asks each library for its version, and may include them all.
VERSIONS = "src/versions.c"
# Everything else between angle brackets is the C library or the system.
SYSTEM = re.compile(
    r"^(assert|ctype|dirent|errno|fcntl|fnmatch|glob|inttypes|limits|locale|poll|pthread|sched"
    r"|setjmp|signal|spawn|stdalign|stdarg|stdatomic|stdbool|stddef|stdint|stdio|stdlib|stdnoreturn"
    r"|string|strings|threads|time|unistd|getopt|netdb|math|endian|ifaddrs|net/if|termios"
    r"|arpa/[a-z]+|netinet/[a-z0-9]+|sys/[a-z]+|linux/[a-z0-9]+)\.h$")

PRINTS = re.compile(
    r"(?<![\w.>])(printf|vprintf|puts|putchar|perror|exit|_exit|_Exit|quick_exit|abort)"
    r"\s*\(|\b(stdout|stderr)\b")
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")

FILE_LINES = 500
FUNCTION_LINES = 80


def blank(text, keep_strings=False):
    """The text with comments (and literals) blanked, line for line."""
    pattern = r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\''

    def spaces(match):
        found = match.group(0)
        if found[0] in "\"'" and keep_strings:
            return found
        return re.sub(r"[^\n]", " ", found)
    return re.sub(pattern, spaces, text, flags=re.S)


def step_of(path):
    parts = path.split("/")
    return parts[1] if len(parts) == 3 else None


def check_include(path, name, quoted):
    step = step_of(path)
    if path.startswith("include/"):
        if quoted or not (name.startswith("outfeed/") or SYSTEM.match(name)):
            return f"a public header may include public headers only, not {name}"
        return None
    if quoted:
        other = name.split("/")[0]
        if path in PIPELINES and "src/" + name in PIPELINES:
            return None
        if "/" not in name or other not in MAY_INCLUDE:
            return f'"{name}": write it as "folder/name.h" of src/'
        if path in PIPELINES or other == step or other in MAY_INCLUDE.get(step, set()):
            return None
        return f"{step or path} may not include {other} (data flows one way)"
    if name.startswith("outfeed/") or SYSTEM.match(name):
        return None
    for header, home in HOMES:
        if re.match(header, name):
            if re.fullmatch(home, path) or path == VERSIONS:
                return None
            return f"<{name}> has one home, {home}"
    return f"<{name}> is no header of the system, and has no home in the table"


def check_functions(path, text):
    """Bodies by the layout that .clang-format gives: '{' and '}' in column 1."""
    start = None
    for number, line in enumerate(text.split("\n"), 1):
        if line == "{":
            start = number
        elif line == "}" and start is not None:
            length = number - start + 1
            if length > FUNCTION_LINES:
                yield start, f"a function of {length} lines, {FUNCTION_LINES} at most"
            start = None


def check_text(path, text):
    """(line, message) for each finding in one file."""
    lines = text.split("\n")
    if len(lines) - 1 > FILE_LINES:
        yield len(lines) - 1, f"a file of {len(lines) - 1} lines, {FILE_LINES} at most"
    for number, line in enumerate(lines, 1):
        mark = UNFINISHED.search(line)
        if mark:
            yield number, f"unfinished by its own word: {mark.group(0)}"
    for number, line in enumerate(blank(text, keep_strings=True).split("\n"), 1):
        include = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
        if include:
            message = check_include(path, include.group(2), include.group(1) == '"')
            if message:
                yield number, message
    code = blank(text)
    if path.startswith("src/") and step_of(path) != "cli":
        for number, line in enumerate(code.split("\n"), 1):
            if line.lstrip().startswith("#"):
                continue
            found = PRINTS.search(line)
            if found:
                yield number, f"only src/cli prints or exits: {found.group(0).strip(' (')}"
    yield from check_functions(path, code)


def sources(root):
    for top in ("src", "include"):
        for folder, folders, files in os.walk(os.path.join(root, top)):
            folders.sort()
            for name in sorted(files):
                if name.endswith((".c", ".h")):
                    yield os.path.relpath(os.path.join(folder, name), root)


def check_tree(root):
    findings, count = [], 0
    for path in sources(root):
        count += 1
        with open(os.path.join(root, path), encoding="utf-8") as file:
            text = file.read()
        findings += [f"{path}:{line}: {message}" for line, message in check_text(path, text)]
        step = step_of(path)
        if path.startswith("src/") and path not in PIPELINES | {VERSIONS} and step not in MAY_INCLUDE:
            findings.append(f"{path}:1: no such step in the table of tests/structure/layering.py")
    if count == 0:
        findings.append(f"{root}: no sources found")
    return findings


def foreign_symbols(nm_output):
    """Names that an archive defines for others and that do not begin with of_."""
    symbols = re.findall(r"^[0-9a-f]+ [A-TV-Z] (\S+)$", nm_output, flags=re.M)
    symbols += re.findall(r"^[0-9a-f]+ [VWu] (\S+)$", nm_output, flags=re.M)
    # The compilers' own, in instrumented builds.
    own = re.compile(r"^(__asan_|__odr_asan|__sanitizer|__gcov|__llvm|__profd|asan\.)")
    return sorted({s for s in symbols if not s.startswith("of_") and not own.match(s)}), len(symbols)


def check_symbols(library):
    output = subprocess.run(["nm", "--defined-only", "--extern-only", library],
                            check=True, capture_output=True, text=True).stdout
    foreign, count = foreign_symbols(output)
    if count == 0:
        return [f"{library}: no symbols found"]
    return [f"{library}: external symbol {name} does not begin with of_" for name in foreign]


if __name__ == "__main__":
    found = check_tree(sys.argv[1] if len(sys.argv) > 1 else ".")
    print("\n".join(found))
    sys.exit(1 if found else 0)
