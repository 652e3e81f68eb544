"""Runs contrib/hardening.py over a program that has all that it looks for, and over
ones that lack one thing each. What is installed is looked at by contrib/test.sh."""
import os
import platform
import subprocess
import sys

import pytest

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
CHECK = os.path.join(ROOT, "contrib", "hardening.py")
COMPILER = os.environ.get("OUTFEED_CC", "cc")

HARDENED = ["-O2", "-w", "-U_FORTIFY_SOURCE", "-D_FORTIFY_SOURCE=3", "-fstack-protector-strong",
            "-fPIE", "-pie", "-Wl,-z,relro", "-Wl,-z,now", "-Wl,-z,noexecstack"]
if platform.machine() == "x86_64":
    HARDENED += ["-fcf-protection", "-fstack-clash-protection"]
SOURCE = """
#include <stdio.h>
#include <string.h>
int main(int argc, char **argv)
{
	char bytes[16];

	memcpy(bytes, argv[0], strlen(argv[0]));
	puts(bytes);
	return argc;
}
int computed(size_t used, const char *from, size_t count)
{
	char bytes[200];

	memcpy(bytes + used, from, count);
	return puts(bytes);
}
int large(int a)
{
	volatile char bytes[20000];

	bytes[a] = 1;
	return bytes[a / 2];
}
""" + "".join(f"int function_{i}(int a)\n{{\n\treturn a + {i};\n}}\n" for i in range(20))
TEXTREL = '__asm__(".text\\n.globl planted\\nplanted: .quad main\\n");\n'
WRITABLE = '__asm__(".section .planted,\\"awx\\",%progbits\\n.byte 1\\n.text\\n");\n'

# what is lost, how, in which source -> a word of the finding
LACKING = [
    (["-fno-pie", "-no-pie"], "", "loaded at one address"),
    (["-Wl,-z,norelro"], "", "-z relro"),
    (["-Wl,-z,lazy"], "", "-z now"),
    (["-Wl,-z,execstack"], "", "stack can be executed"),
    (["-Wl,--no-warn-rwx-segments"], WRITABLE, "written and executed"),
    (["-Wl,-z,notext"], TEXTREL, "TEXTREL"),
    (["-Wl,--enable-new-dtags,-rpath,/opt/planted"], "", "RUNPATH"),
    (["-Wl,--disable-new-dtags,-rpath,/opt/planted"], "", "RPATH"),
    (["-fno-stack-protector"], "", "-fstack-protector-strong"),
    (["-U_FORTIFY_SOURCE"], "", "_FORTIFY_SOURCE"),
]
if platform.machine() == "x86_64":
    LACKING += [(["-fcf-protection=none"], "", "-fcf-protection"),
                (["-U_FORTIFY_SOURCE", "-D_FORTIFY_SOURCE=2"], "", "below 3"),
                (["-fno-stack-clash-protection"], "", "-fstack-clash-protection")]


def build(folder, flags, extra="", base=HARDENED):
    source, program = folder / "planted.c", folder / "planted"
    source.write_text(extra + SOURCE)
    subprocess.run([COMPILER, *base, *flags, source, "-o", program], check=True)
    return program


def check(*paths):
    done = subprocess.run([sys.executable, CHECK, *map(str, paths)], capture_output=True,
                          text=True, check=False)
    return done.returncode, done.stdout


def test_a_hardened_program_has_no_finding(tmp_path):
    assert check(build(tmp_path, [])) == (0, f"{tmp_path}/planted: hardened, by 12 rules\n")


def test_a_hardened_library_has_no_finding(tmp_path):
    base = [flag for flag in HARDENED if flag not in ("-fPIE", "-pie")]
    program = build(tmp_path, ["-fPIC", "-shared"], base=base)
    status, said = check(program)
    assert status == 0, said


@pytest.mark.parametrize("flags,extra,word", LACKING, ids=[row[2] for row in LACKING])
def test_what_is_lacking_is_found(tmp_path, flags, extra, word):
    status, said = check(build(tmp_path, flags, extra))
    assert status == 1
    assert len(said.splitlines()) == 1 and word in said, said


def test_one_file_of_several_is_enough_to_fail(tmp_path):
    good = build(tmp_path, [])
    (tmp_path / "worse").mkdir()
    bad = build(tmp_path / "worse", ["-Wl,-z,lazy"])
    status, said = check(good, bad)
    assert status == 1 and "hardened" in said and "-z now" in said


def test_what_is_no_program_is_found(tmp_path):
    (tmp_path / "text").write_text("no program")
    assert check(tmp_path / "text")[0] == 1
    assert check(tmp_path / "none")[0] == 1
