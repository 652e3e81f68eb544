"""Command lines: what is said of them, and with which exit status."""
import json
import os
import re
import subprocess

import pytest

from conftest import run_program

COMMANDS = ["build", "serve", "init"]


@pytest.mark.parametrize("arguments, word", [
    (["bild"], "build"),
    (["buidl", "."], "build"),
    (["build", "--outptu", "x"], "--output"),
    (["build", "--jobs", "2", "--striict"], "--strict"),
    (["build", "--dryrun"], "--dry-run"),
    (["build", "--alow-empty"], "--allow-empty"),
])
def test_misspelt_gets_a_suggestion(site, arguments, word):
    result = run_program(*arguments, cwd=site.folder)
    assert result.status == 2
    assert result.out == ""
    assert word in result.err
    assert not site.output.exists()


@pytest.mark.parametrize("arguments", [
    ["--nonsense"],
    ["zzzzzz"],
    ["build", "--nonsense"],
    ["build", "-Z"],
    ["build", "--output"],
    ["build", "-o"],
    ["build", "--jobs", "many"],
    ["build", "--jobs", "-1"],
    ["build", "-j", ""],
    ["build", "--jobs", "99999999999999999999"],
    ["build", "--now", "tomorrow"],
    ["build", "--now", "2025-02-30"],
    ["build", "--color", "sometimes"],
    ["build", "--strict=yes"],
    ["build", ".", "another"],
    ["help", "zzzzzz"],
    ["help", "build", "version"],
    ["help", "--completion", "csh"],
    ["help", "--completion"],
    ["version", "foo"],
    ["version", "--nonsense"],
])
def test_wrong_usage(site, arguments):
    site.items()
    result = run_program(*arguments, cwd=site.folder)
    assert result.status == 2
    assert result.out == ""
    assert "outfeed" in result.err
    assert not site.output.exists()


def test_no_command():
    result = run_program()
    assert result.status == 2
    assert result.out == ""
    assert "build" in result.err


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["help"]])
def test_help_names_the_commands(arguments):
    result = run_program(*arguments)
    assert result.status == 0
    assert result.err == ""
    for command in COMMANDS + ["help", "version"]:
        assert re.search(rf"^\s+(outfeed )?{command}\b", result.out, re.M)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command(command):
    long, short, named = (run_program(*a) for a in
                          ([command, "--help"], [command, "-h"], ["help", command]))
    assert long.status == short.status == named.status == 0
    assert long.out == short.out == named.out
    assert long.err == ""
    assert f"outfeed {command}" in long.out
    assert max(map(len, long.out.splitlines())) <= 100


def test_help_of_build_names_its_options():
    out = run_program("build", "--help").out
    for option in ("-o, --output", "-j, --jobs", "--strict", "--now", "--allow-empty", "--dry-run",
                   "-q, --quiet", "-v, --verbose", "--json", "--color", "-h, --help"):
        assert option in out


@pytest.mark.parametrize("arguments", [["version"], ["--version"]])
def test_version(arguments):
    result = run_program(*arguments)
    assert result.status == 0
    assert re.match(rf"outfeed {re.escape(os.environ['OUTFEED_VERSION'])}\b", result.out)
    assert result.err == ""


def test_version_as_json():
    result = run_program("version", "--json")
    told = json.loads(result.out)
    assert result.status == 0 and result.err == ""
    assert set(told) == {"version", "libraries"}
    assert told["version"] == os.environ["OUTFEED_VERSION"]
    libraries = told["libraries"]
    expected = {"c-ares", "jansson", "libcurl", "libmicrohttpd", "libpsl", "libxml2", "libyaml", "sqlite", "tls",
                "utf8proc", "zlib"}
    assert set(libraries) - {"brotli", "libpq"} == expected
    assert ("libpq" in libraries) == (os.environ["OUTFEED_LIBPQ"] == "1")
    assert ("brotli" in libraries) == (os.environ["OUTFEED_BROTLI"] == "1")
    assert re.fullmatch(r"[A-Za-z]+/[\d.]+[a-z]?(\s.*)?", libraries.pop("tls"))
    for name, version in libraries.items():
        assert re.match(r"\d+\.\d+", version), name


@pytest.mark.parametrize("module, name", [("libcurl", "libcurl"), ("libxml-2.0", "libxml2"), ("sqlite3", "sqlite"),
                                          ("zlib", "zlib"), ("libbrotlienc", "brotli")])
def test_version_is_that_of_the_library(module, name):
    """Where numbers are put into text, they are put so that pkg-config says the same."""
    installed = subprocess.run(["pkg-config", "--modversion", module], capture_output=True, text=True).stdout.strip()
    libraries = json.loads(run_program("version", "--json").out)["libraries"]
    if name in libraries:
        assert libraries[name] == installed


def test_version_verbose():
    lines = run_program("version", "--verbose").out.splitlines()
    assert lines[0] == f"outfeed {os.environ['OUTFEED_VERSION']}"
    libraries = json.loads(run_program("version", "--json").out)["libraries"]
    assert dict(line.split(" ", 1) for line in lines[1:]) == libraries


@pytest.mark.parametrize("arguments", [["version", "-h"], ["version", "--help"], ["help", "version"],
                                       ["--version", "-h"]])
def test_help_of_version(arguments):
    result = run_program(*arguments)
    assert result.status == 0
    assert result.out.startswith("outfeed version: ")


@pytest.mark.parametrize("arguments", [["help", "-h"], ["help", "--help"], ["help", "help"]])
def test_help_of_help(arguments):
    result = run_program(*arguments)
    assert result.status == 0
    assert result.out.startswith("outfeed help: ")


def test_help_of_build_names_the_keys():
    out = run_program("build", "--help").out
    for key in ("site", "content", "output", "groups", "all", "formats", "limit", "archive", "content_mode",
                "link", "attribution", "images", "rot", "fields", "hubs", "audit",
                "title", "url", "description", "language", "timezone", "author", "icon", "by", "dir"):
        assert re.search(rf"[ (]{key}\b", out), key
    keys = out[out.index("Keys of outfeed.yaml"):out.index("options:")]
    assert max(map(len, keys.splitlines())) <= 80


def test_help_of_audit_names_the_keys_below_audit():
    out = run_program("help", "audit").out
    keys = out[out.index("Keys below `audit:`"):out.index("options:")]
    for key in ("include", "exclude", "only", "timeout", "hosts", "user_agent", "store", "ca_file"):
        assert re.search(rf"[ ]{key}[,.]", keys), key
    assert max(map(len, keys.splitlines())) <= 80


def test_options_in_every_form(site):
    site.items()
    for number, arguments in enumerate((["-o", "out"], ["-oout"], ["--output", "out"],
                                        ["--output=out"], ["-j2", "--", "."], [".", "-q"])):
        assert site.build(*arguments).status == 0, arguments
        assert (site.folder / ("out" if number < 4 else "public")).is_dir()


def test_site_by_folder_and_by_file(site, tmp_path):
    site.items()
    for name in (site.folder, site.folder / "outfeed.yaml", "site", "site/outfeed.yaml", "site/"):
        result = run_program("build", name, cwd=tmp_path)
        assert result.status == 0, result
        assert site.titles() == ["Item 3", "Item 2", "Item 1"]


@pytest.mark.parametrize("name", ["nowhere", "content", ""])
def test_no_such_site(site, name):
    result = site.build(name)
    assert result.status == 2
    assert result.out == ""
    assert "error:" in result.err


@pytest.mark.parametrize("arguments", [["help"], ["help", "build"], ["help", "--completion", "bash"],
                                       ["version"], ["build"], ["build", "--json"]])
def test_stdout_that_is_full(site, arguments):
    site.items()
    with open("/dev/full", "wb") as full:
        done = subprocess.run([os.environ["OUTFEED"], *arguments], stdout=full, stderr=subprocess.PIPE,
                              cwd=site.folder)
    assert done.returncode == 1
    assert re.fullmatch(rb"outfeed: error: cannot write [a-z ]+: No space left on device\n", done.stderr)


@pytest.mark.parametrize("title, shown", [
    (b"a\xc2\x9bb", "a?b"), (b"a\xe2\x80\xaeb", "a?b"), (b"a\xe2\x81\xa7b", "a?b"), (b"a\xe2\x80\x8fb", "a?b"),
    (b"a\xffb", "a?b"), (b"a\x1b[1mb", "a?[1mb"), (b"a\xc3\xa9b", "a\u00e9b"), (b"a\xef\xbf\xbdb", "a\ufffdb"),
])
def test_names_do_no_harm_to_a_terminal(site, title, shown):
    name = os.fsencode(site.folder / "content") + b"/" + title + b".md"
    with open(name, "wb") as file:
        file.write(b"---\ntitle: x\n")
    site.items()
    result = site.build()
    assert f"content/{shown}.md:" in result.err, result


def test_json_is_json_whatever_the_names(site):
    os.rename(site.folder / "outfeed.yaml", os.fsencode(site.folder) + b"/a\xff.yaml")
    (site.folder / "content").rmdir()
    done = subprocess.run([os.environ["OUTFEED"], "build", "--json", b"a\xff.yaml"], cwd=site.folder,
                          capture_output=True)
    assert done.returncode == 1
    assert json.loads(done.stdout)["status"] == "failed"
