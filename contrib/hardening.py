#!/usr/bin/python3
"""Looks for what contrib/cmake/hardening.cmake asked for in programs and shared
libraries as they were built, by readelf and, for x86-64, objdump (binutils).

    hardening.py FILE...    prints each finding, exits 1 when there is one

A flag that a build lost on its way is nowhere to be seen but here. What code says of them:
_FORTIFY_SOURCE=3 checks sizes that are computed as the program runs, where level 2 knows
constants alone; with -fstack-clash-protection the stack grows by a page at most before it is
touched. Both are asked of what is large enough to have such code, as outfeed is.
"""
import os
import re
import subprocess
import sys


# endbr64, where a jump by address may land. The C library's own startup code may have
# some, whatever the flags are.
LANDING = b"\xf3\x0f\x1e\xfa"
LANDINGS_OF_STARTUP = 8


PAGE = 0x1000
# A call that is told the size of its buffer in the fourth argument, and what sets that.
SIZED_CALL = re.compile(r"call +\S+ <__mem\w+_chk(@plt)?>")
SETS_SIZE = re.compile(r"^(?!cmp|test|push)\w+ .*,%[er]cx$")
CONSTANT = re.compile(r"^mov\w* +\$0x[0-9a-f]+,%[er]cx$")
WITHIN = 16                     # instructions before the call
STEP = re.compile(r"^sub +\$0x([0-9a-f]+),%rsp$")
PROBE = re.compile(r"^(or|mov)[lq] +\$0x0,(0x[0-9a-f]+)?\(%rsp\)$")


def has_computed_size(code):
    """Whether any call is told a size that is no constant."""
    for at, instruction in enumerate(code):
        if SIZED_CALL.match(instruction):
            sets = [one for one in code[max(0, at - WITHIN):at] if SETS_SIZE.match(one)]
            if sets and not CONSTANT.match(sets[-1]):
                return True
    return False


def grows_by_pages(code):
    """Whether the stack takes a page at a time, and touches each."""
    steps = [int(step[1], 16) for step in map(STEP.match, code) if step]
    steps = [step for step in steps if step < 1 << 63]  # what is above is negative: it shrinks
    return bool(steps) and max(steps) <= PAGE and any(map(PROBE.match, code))


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
        self.code = self.instructions(path) if self.is_elf and self.is_intel else []

    @staticmethod
    def instructions(path):
        done = subprocess.run(
            ["objdump", "-d", "--no-show-raw-insn", path],
            env={**os.environ, "LC_ALL": "C"}, capture_output=True, check=False)
        lines = (line.partition("\t")[2].strip()
                 for line in done.stdout.decode("utf-8", "replace").splitlines())
        return [line for line in lines if line]

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
    ("a size that is computed is checked by no call: _FORTIFY_SOURCE is below 3",
     lambda b: not b.is_intel or not b.imports(r"__mem\w*_chk") or has_computed_size(b.code)),
    ("the stack grows past a page without a look: no -fstack-clash-protection",
     lambda b: not b.is_intel or grows_by_pages(b.code)),
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
