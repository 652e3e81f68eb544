"""Completions: every option of every command is offered by bash, zsh and fish, and what a
value is decides what is offered for it."""
import os
import pty
import re
import subprocess

import pytest

from installed import BUILD, commands, run
from test_man import options_of

SHELLS = ["bash", "zsh", "fish"]


@pytest.fixture(scope="module")
def scripts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("completion")
    for shell in SHELLS:
        (folder / shell).write_text(run(os.environ["OUTFEED"], "help", "--completion", shell))
    (folder / "_outfeed").write_text((folder / "zsh").read_text())
    return folder


@pytest.fixture
def folder(tmp_path):
    """A folder to complete in."""
    for name in ("alpha", "al pha"):
        (tmp_path / name).mkdir()
    for name in ("alone.yaml", "alone.txt"):
        (tmp_path / name).write_text("")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "outfeed").symlink_to(os.environ["OUTFEED"])
    return tmp_path


def environment(folder):
    return {"PATH": f"{folder}/bin:/usr/bin:/bin", "HOME": str(folder), "LC_ALL": "C.UTF-8", "TERM": "dumb"}


def by_bash(scripts, folder, *words):
    """COMPREPLY of the last word, as readline would ask for it."""
    line = ("source \"$1\"; shift; COMP_WORDS=(outfeed \"$@\"); COMP_CWORD=$#; _outfeed; "
            "((${#COMPREPLY[@]})) && printf '%s\\n' \"${COMPREPLY[@]}\"; true")
    out = run("bash", "--norc", "-c", line, "bash", scripts / "bash", *words, cwd=folder, env=environment(folder))
    return set(out.splitlines())


def by_fish(scripts, folder, *words):
    line = "source $argv[1]; complete -C \"outfeed $argv[2]\""
    out = run("fish", "--no-config", "-c", line, scripts / "fish", " ".join(words), cwd=folder,
              env=environment(folder))
    return {row.split("\t")[0].rstrip("/") for row in out.splitlines()}


# zsh completes only in a terminal: one of its own is given a line, and says what is there.
BY_ZSH = r"""
zmodload zsh/zpty
zpty -b inner "zsh -f"
zpty -w inner "PS1=; fpath=($1 \$fpath); autoload -Uz compinit; compinit -u -D -d $3/dump; compdef _outfeed outfeed"
zpty -w inner "LISTMAX=10000; COLUMNS=60; stty columns 60 rows 400; bindkey '^X' list-choices; zle -N ready; ready() { print -r -- READY; }; bindkey '^Y' ready"
zpty -w inner "unsetopt zle_bracketed_paste 2>/dev/null; print BEGIN"
sleep 1
zpty -n -w inner "outfeed $2"$'\C-x'
sleep 1.5
zpty -n -w inner $'\C-y'
sleep 0.5
zpty -r -t inner dummy 2>/dev/null
while zpty -r -t inner chunk; do print -rn -- "$dummy$chunk"; dummy=; done
zpty -d inner
"""


def by_zsh(scripts, folder, line):
    out = run("zsh", "-f", "-c", BY_ZSH, "zsh", scripts, line, folder, cwd=folder,
              env={**environment(folder), "TERM": "vt100"}, timeout=60)
    return re.sub(r"\x1b\[[\d;?]*[A-Za-z]", " ", out).split("BEGIN")[-1]


@pytest.mark.parametrize("check", [["bash", "-n"], ["zsh", "-n"], ["fish", "--no-execute"]], ids=SHELLS)
def test_syntax(scripts, check):
    done = subprocess.run([*check, scripts / check[0]], capture_output=True, text=True)
    assert done.returncode == 0 and done.stderr == ""


@pytest.mark.parametrize("shell", SHELLS)
def test_what_is_installed_is_what_is_printed(scripts, shell):
    assert (BUILD / "completion" / shell).read_text() == (scripts / shell).read_text()


@pytest.mark.parametrize("by", [by_bash, by_fish])
def test_commands(scripts, folder, by):
    assert set(commands()) <= by(scripts, folder, "")
    assert by(scripts, folder, "bu") == {"build"}
    assert set(commands()) == by(scripts, folder, "help", "")


@pytest.mark.parametrize("command", commands())
def test_each_option_is_offered(scripts, folder, command):
    names = {f"--{name}" for _, name in options_of(command)}
    letters = {f"-{letter}" for letter, _ in options_of(command) if letter}
    assert names | letters == by_bash(scripts, folder, command, "-")
    assert names == by_fish(scripts, folder, command, "--")
    assert letters <= by_fish(scripts, folder, command, "-")
    source = (scripts / "zsh").read_text()
    rows = source.split(f"\t\t{command})\n")[1].split(";;")[0]
    for letter, name in options_of(command):
        assert re.search(rf"[',{{]--{name}[=\[}}]", rows), name
        assert not letter or re.search(rf"\{{-{letter}[+,]", rows), letter


@pytest.mark.parametrize("by", [by_bash, by_fish])
def test_options_are_of_their_command(scripts, folder, by):
    assert by(scripts, folder, "build", "--str") == {"--strict"}
    assert by(scripts, folder, "audit", "--str") == set()


def test_values(scripts, folder):
    colors = {"auto", "always", "never"}
    for words in (["build", "--color", ""], ["build", "--color", "="], ["build", "--color", "=", ""]):
        assert by_bash(scripts, folder, *words) == colors
    assert by_bash(scripts, folder, "build", "--color", "=", "a") == {"auto", "always"}
    assert by_bash(scripts, folder, "build", "--jobs", "") == set()
    assert by_fish(scripts, folder, "build", "--color", "''") >= colors
    assert {row.split("=")[-1] for row in by_fish(scripts, folder, "build", "--color=a")} == {"auto", "always"}


@pytest.mark.parametrize("by", [by_bash, by_fish])
def test_paths(scripts, folder, by):
    folders = {"alpha", "al pha"}
    assert by(scripts, folder, "build", "--output", "al") == folders
    assert by(scripts, folder, "build", "-o", "al") == folders
    assert by(scripts, folder, "build", "al") == folders | {"alone.yaml"}
    assert by(scripts, folder, "audit", "--patch", "al") == folders | {"alone.yaml", "alone.txt"}
    assert by(scripts, folder, "version", "al") == set()


def test_zsh(scripts, folder):
    first = by_zsh(scripts, folder, "")
    for command in commands():
        assert re.search(rf"\b{command}\b", first), (command, first)
    strict = by_zsh(scripts, folder, "build --")
    assert "--strict" in strict and "--output" in strict and "--budget" not in strict, strict
    site = by_zsh(scripts, folder, "build al")
    assert "alone.yaml" in site and "alone.txt" not in site, site


def test_bash_in_a_terminal(scripts, folder):
    """A tab on a real line, where readline asks: a name with a space comes back quoted."""
    (folder / "bin" / "outfeed").unlink()
    (folder / "bin" / "outfeed").write_text("#!/bin/sh\nprintf 'GOT<%s>\\n' \"$@\"\n")
    (folder / "bin" / "outfeed").chmod(0o755)
    (folder / "al pha").rename(folder / "be ta")
    ours, theirs = pty.openpty()
    shell = subprocess.Popen(["bash", "--norc", "--noprofile", "-i"], stdin=theirs, stdout=theirs, stderr=theirs,
                             cwd=folder, env=environment(folder), start_new_session=True)
    os.close(theirs)
    os.write(ours, f"source {scripts}/bash\noutfeed build --outp\tbe\t\nexit\n".encode())
    shown = b""
    try:
        while True:
            shown += os.read(ours, 4096)
    except OSError:  # the other end is closed
        pass
    os.close(ours)
    assert shell.wait(timeout=30) == 0, shown
    assert b"GOT<--output>" in shown and b"GOT<be ta/>" in shown, shown
