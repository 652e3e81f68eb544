"""What the shared library shows is what contrib/symbols.txt lists, and that is what the
public headers declare. Both ways: a name that is missing in one of them is found."""
import os
import re
import subprocess

from installed import ROOT, run
from test_man import declared


def listed():
    return (ROOT / "contrib" / "symbols.txt").read_text("utf-8").split()


def inline():
    code = "".join(path.read_text("utf-8") for path in (ROOT / "include" / "outfeed").glob("*.h"))
    return set(re.findall(r"^static inline [^;{]*?\b(of_[a-z0-9_]+)\(", code, re.M))


def test_the_list_is_sorted_and_of_our_names():
    names = listed()
    assert names == sorted(set(names))
    assert all(name.startswith("of_") for name in names)


def test_the_list_is_what_the_headers_declare():
    assert set(listed()) == {name for _, name in declared()} - inline()


def test_outfeed_h_has_all_headers():
    folder = ROOT / "include" / "outfeed"
    included = re.findall(r"^#include <outfeed/(\w+\.h)>$", (folder / "outfeed.h").read_text("utf-8"), re.M)
    assert included == sorted(path.name for path in folder.glob("*.h") if path.name != "outfeed.h")


def test_the_library_shows_the_list():
    library = os.environ["OUTFEED_SHARED"]
    assert library, "the tests need BUILD_SHARED_LIBS"
    shown = re.findall(r"^[0-9a-f]+ [A-TV-Z] (\S+)$", run("nm", "-D", "--defined-only", library), re.M)
    own = re.compile(r"^(__asan_|__odr_asan|__sanitizer|__gcov|__llvm|asan\.)")
    assert sorted(name.split("@")[0] for name in shown if not own.match(name)) == listed()


def test_the_soname_is_what_semver_promises():
    major, minor, _ = os.environ["OUTFEED_VERSION"].split(".")
    promised = f"{major}.{minor}" if major == "0" else major
    dynamic = run("readelf", "-d", os.environ["OUTFEED_SHARED"])
    assert re.search(r"\(SONAME\).*\[(.*)\]", dynamic).group(1) == f"liboutfeed.so.{promised}"


def test_what_is_hidden_cannot_be_linked(tmp_path):
    """A name of src/base, which the archive has: the shared library does not give it away."""
    (tmp_path / "x.c").write_text("int of_time_parse(void); int main(void) { return of_time_parse(); }\n")
    flags = os.environ["OUTFEED_CFLAGS"].split()
    done = subprocess.run([os.environ["OUTFEED_CC"], *flags, tmp_path / "x.c", os.environ["OUTFEED_SHARED"],
                           "-o", tmp_path / "x"], capture_output=True, text=True)
    assert done.returncode != 0
    assert "of_time_parse" in done.stderr
