"""The manual pages: sound, and complete by what the program and the headers say."""
import re
import shutil
import subprocess

import pytest

from installed import MAN, ROOT, commands, help_of, run

PAGES = sorted(MAN.iterdir())
# Of a line of help: the letter, where there is one, and the name.
OPTION = re.compile(r"^  (?:-(\w),|   ) --([\w-]+)", re.M)


def text_of(page):
    """A page as a reader sees it, without overstriking and on one line."""
    shown = run("mandoc", "-T", "ascii", "-O", "width=200", page)
    return re.sub(r"\s+", " ", re.sub(r".\x08", "", shown))


def page_of(command):
    own = MAN / f"outfeed-{command}.1"
    return own if own.exists() else MAN / "outfeed.1"


def options_of(command):
    found = OPTION.findall(help_of(command))
    assert len(found) >= 5, command
    return found


def keys(above=None):
    """The keys of outfeed.yaml as `outfeed help` lists them: (key, those below it)."""
    words = re.search(r"Keys of outfeed\.yaml:(.*?)\.\n", help_of("build"), re.S).group(1)
    for key, below in re.findall(r"(\w+)(?: \(([^)]*)\))?", words):
        yield key, below.replace("\n", " ").replace(",", " ").split()


def declared():
    """(header, name) of all that the public headers declare for others to call or read."""
    for header in sorted((ROOT / "include" / "outfeed").glob("*.h")):
        code = re.sub(r"/\*.*?\*/", " ", header.read_text("utf-8"), flags=re.S)
        for name in re.findall(r"^(?!typedef)[A-Za-z_][^;{}=]*?\b(of_[a-z0-9_]+)\s*\(", code, re.M):
            yield header.name, name
        for names in re.findall(r"^extern const struct \w+ ([^;]+);", code, re.M):
            for name in names.split(","):
                yield header.name, name.strip()


def test_every_page_is_there():
    names = {page.name for page in PAGES}
    assert {"outfeed.1", "outfeed.yaml.5", "liboutfeed.3"} <= names
    own = set(commands()) - {"help", "version"}
    assert {f"outfeed-{command}.1" for command in own} <= names


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_lint(page):
    done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", page], capture_output=True, text=True)
    assert done.stdout + done.stderr == "" and done.returncode == 0


def test_lint_finds_something(tmp_path):
    page = tmp_path / "bad.1"
    page.write_text(".Dd January 1, 2026\n.Dt BAD 1\n.Os\n.Sh NAME\n.Nm bad\n.Nd x\n.Bl -tag\n.It Fl a\n")
    done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", page], capture_output=True)
    assert done.returncode != 0


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_cross_references(page):
    """What SEE ALSO names of ours is there, and each page names the one over all."""
    references = re.findall(r"^\.Xr (\S+) (\d)", page.read_text("utf-8"), re.M)
    for name, section in references:
        if "outfeed" in name:
            assert (MAN / f"{name}.{section}").exists(), name
    if page.name != "outfeed.1":
        assert ("outfeed", "1") in references


@pytest.mark.parametrize("command", commands())
def test_each_option_stands_in_the_page(command):
    page = page_of(command)
    shown = text_of(page)
    source = page.read_text("utf-8")
    for letter, name in options_of(command):
        assert re.search(rf"(?<![\w-])--{name}(?![\w-])", shown), f"{page.name}: --{name}"
        if page.name != "outfeed.1":
            both = rf"^\.It Fl {letter} , -{name}(\s|$)" if letter else rf"^\.It Fl -{name}(\s|$)"
            assert re.search(both, source, re.M), f"{page.name}: no row for --{name}"


@pytest.mark.parametrize("command", sorted(set(commands()) - {"help", "version"}))
def test_each_option_of_the_page_is_one(command):
    source = page_of(command).read_text("utf-8")
    rows = re.findall(r"^\.It Fl (?:\w , )?-([\w-]+)", source, re.M)
    assert sorted(rows) == sorted(name for _, name in options_of(command))


@pytest.mark.parametrize("command", commands())
def test_each_command_stands_in_the_first_page(command):
    assert re.search(rf"^\.It Cm {command}$", (MAN / "outfeed.1").read_text("utf-8"), re.M)


def test_each_key_stands_in_outfeed_yaml():
    source = (MAN / "outfeed.yaml.5").read_text("utf-8")
    listed = set()
    for row in re.findall(r"^\.It Ic (.*)$", source, re.M):
        listed |= set(row.split(" , "))
    found = list(keys())
    assert len(found) > 15
    for key, below in found:
        assert key in listed, key
        for inner in below:
            assert inner in listed, f"{key}.{inner}"
    words = re.search(r"Keys below `audit:` of outfeed\.yaml:(.*?)\.\n", help_of("audit"), re.S).group(1)
    for key in words.replace(",", " ").split():
        assert key in listed, f"audit.{key}"


def test_each_field_stands_in_outfeed_yaml():
    source = (MAN / "outfeed.yaml.5").read_text("utf-8")
    table = (ROOT / "include" / "outfeed" / "item.h").read_text("utf-8")
    fields = [name.lower() for name in re.findall(r"\bOF_FIELD_([A-Z_]+),", table)]
    assert "source_url" in fields
    for field in fields:
        assert re.search(rf"^\.It Ic (\w+ , )*{field}\b", source, re.M), field


def test_each_mark_of_permalinks_stands_in_outfeed_yaml_and_the_readme():
    table = (ROOT / "src" / "item" / "permalink.c").read_text("utf-8")
    marks = re.findall(r'^\t\{STR_INIT\("(\w+)"\)', table, re.M)
    assert len(marks) > 10
    source = (MAN / "outfeed.yaml.5").read_text("utf-8")
    listed = re.findall(r"\{(\w+)\}", "".join(re.findall(r"^\.It Cm (\{.*)$", source, re.M)))
    assert sorted(listed) == sorted(marks)
    rows = re.findall(r"^\| (`\{.*?) \|", (ROOT / "README.md").read_text("utf-8"), re.M)
    assert sorted(re.findall(r"`\{(\w+)\}`", "".join(rows))) == sorted(marks)


def test_each_function_stands_in_the_list_of_its_header():
    source = (MAN / "liboutfeed.3").read_text("utf-8")
    parts = re.split(r"^\.It In outfeed/(\w+\.h)$", source[:source.index(".Ss Versions")], flags=re.M)
    lists = dict(zip(parts[1::2], parts[2::2]))
    assert set(lists) == {header.name for header in (ROOT / "include" / "outfeed").glob("*.h")}
    found = list(declared())
    assert len(found) > 50
    for header, name in found:
        assert re.search(rf"^\.(Fn|Va) {name}\b", lists[header], re.M), f"{header}: {name}"


def test_each_function_of_the_lists_is_one():
    source = (MAN / "liboutfeed.3").read_text("utf-8")
    names = {name for _, name in declared()}
    headers = "".join(path.read_text("utf-8") for path in (ROOT / "include" / "outfeed").glob("*.h"))
    names |= set(re.findall(r"^static inline [^;{]*?\b(of_[a-z0-9_]+)\(", headers, re.M))
    assert set(re.findall(r"^\.(?:Fn|Va) (of_[a-z0-9_]+)\b", source, re.M)) <= names


def test_the_example_of_the_page_compiles(tmp_path):
    """As mandoc shows it, against the headers."""
    shown = re.sub(r".\x08", "", run("mandoc", "-T", "ascii", MAN / "liboutfeed.3"))
    first = shown[shown.index("#include <outfeed/outfeed.h>", shown.index("EXAMPLES")):]
    program = first[:first.index("Judge a link")]
    (tmp_path / "example.c").write_text(program)
    run("cc", "-std=c17", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-I", ROOT / "include",
        tmp_path / "example.c")
    assert shutil.which("cc")
