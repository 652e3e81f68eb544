#!/usr/bin/python3
"""Looks for what contrib/cmake/hardening.cmake asked for in programs and shared
libraries as they were built, by readelf (binutils).

    hardening.py FILE...    prints each finding, exits 1 when there is one

A flag that a build lost on its way is nowhere to be seen but here.
"""
import os
import re
import subprocess
import sys


# endbr64, where a jump by address may land. The C library's own startup code may have
# some, whatever the flags are.
LANDING = b"\xf3\x0f\x1e\xfa"
LANDINGS_OF_STARTUP = 8


class Binary:
    """What readelf says of a file, and the file's own bytes."""

    def __init__(self, path):
        done = subprocess.run(
            ["readelf", "-W", "-h", "-l", "-d", "--dyn-syms", path],
            env={**os.environ, "LC_ALL": "C"}, capture_output=True, check=False)
        self.text = done.stdout.decode("utf-8", "replace")
        self.is_elf = "ELF Header:" in self.text
        self.is_program = self.has(r"^  INTERP ")
        self.is_intel = self.has(r"Machine: +Advanced Micro Devices X86-64")

        self.landings = 0
        if self.is_elf:
            with open(path, "rb") as file:
                self.landings = file.read().count(LANDING)

    def has(self, pattern):
        return re.search(pattern, self.text, re.M) is not None

    def imports(self, pattern):
        return self.has(rf" UND {pattern}(@|$)")


# What is asked, and of what; a row holds when its function says so.
RULES = [
    ("is loaded at one address: no -fPIE and -pie",
     lambda b: b.has(r"Type: +DYN ") and (not b.is_program or b.has(r"\(FLAGS_1\).*\bPIE\b"))),
    ("its tables of addresses stay writable: no -z relro",
     lambda b: b.has(r"^  GNU_RELRO ")),
    ("functions are bound when they are first called: no -z now",
     lambda b: b.has(r"\(FLAGS\).*\bBIND_NOW\b|\(FLAGS_1\).*\bNOW\b|\(BIND_NOW\)")),
    ("its stack can be executed, or nothing says that it cannot",
     lambda b: b.has(r"^  GNU_STACK .* RW +0x")),
    ("a segment can be written and executed",
     lambda b: not b.has(r"^  LOAD .* RWE ")),
    ("its code is changed as it is loaded (TEXTREL)",
     lambda b: not b.has(r"\(TEXTREL\)|\(FLAGS\).*\bTEXTREL\b")),
    ("it looks for libraries in a folder of its own (RPATH, RUNPATH)",
     lambda b: not b.has(r"\((RPATH|RUNPATH)\)")),
    ("no function guards its return address: no -fstack-protector-strong",
     lambda b: b.imports("__stack_chk_fail")),
    ("no call is checked for its buffer's size: no _FORTIFY_SOURCE",
     lambda b: b.imports(r"__(mem|str|\w*printf)\w*_chk")),
    ("jumps may go anywhere: no -fcf-protection",
     lambda b: not b.is_intel or b.landings > LANDINGS_OF_STARTUP),
]


def findings(path):
    binary = Binary(path)
    if not binary.is_elf:
        return ["is no program and no library, or cannot be read"]
    return [what for what, holds in RULES if not holds(binary)]


def main(paths):
    if not paths:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    failed = False
    for path in paths:
        found = findings(path)
        failed |= bool(found)
        for what in found:
            print(f"{path}: {what}")
        if not found:
            print(f"{path}: hardened, by {len(RULES)} rules")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
