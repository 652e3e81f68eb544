"""Calls that fail, over the whole program: the short form of contrib/faultmatrix.py."""
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from conftest import TESTS

sys.path.insert(0, str(TESTS.parent / "contrib"))
import faultmatrix
import faultplaces
import faults
from faultmatrix import PLACES
from faultplaces import CRASH, DEGRADED, FAILED, HANG, LOST, UNAFFECTED, UNCLEAR, Wrong

SANITIZED = "fsanitize" in os.environ.get("OUTFEED_CFLAGS", "")
PROGRAM = Path(os.environ["OUTFEED"]).resolve()
SLOW = ("build, watch", "serve, watch", "serve")
SLOW_ROWS, ROWS = 3, 12                  # of a place; the long form has some hundred of each


@pytest.fixture(scope="module")
def shim(tmp_path_factory):
    return faults.compile_shim(tmp_path_factory.mktemp("shim"), SANITIZED)


@pytest.fixture
def place(request, shim, monkeypatch):
    """The one that the parameter names; in memory, where there is a place for that."""
    monkeypatch.setenv("OUTFEED_EXAMPLE", os.path.join(os.environ["OUTFEED_BUILD_DIR"], "tests", "example-site"))
    memory = "/dev/shm" if os.path.isdir("/dev/shm") else None
    with tempfile.TemporaryDirectory(dir=memory, prefix="outfeed-faults-") as folder:
        made = PLACES[request.param](folder, PROGRAM, shim)
        try:
            yield made
        finally:
            made.close()


@pytest.mark.parametrize("place", PLACES, indirect=True)
def test_a_few_of_each(place):
    """Rows and calls that lie far apart; each place begins elsewhere."""
    counts = faultmatrix.count_calls(place)
    rows = [(call, act) for call, acts in faultmatrix.PLANS.items() for act in acts if counts[call]]
    wanted = SLOW_ROWS if place.name in SLOW else ROWS
    begin = list(PLACES).index(place.name)
    found = {}
    for turn, (call, act) in enumerate(rows[begin::max(1, len(rows) // wanted)]):
        # where the calls are counted by time, the first alone is sure to come
        number = 1 if place.name in SLOW else 1 + (begin + turn) * 7919 % counts[call]
        found[call, act, number] = faultmatrix.try_one(place, call, act, number)
    assert {row: kind for row, kind in found.items() if kind[0] in faultplaces.WRONGS} == {}
    assert any(kind in (FAILED, DEGRADED, UNAFFECTED) for kind, _ in found.values())


# What was once wrong: (place, call, act, the calls, what it has to be).
MENDED = [
    # a socket that this machine did not have was the link's fault
    ("audit, new", "socket", "EMFILE", (2,), {FAILED}),
    ("audit, new", "socket", "+EMFILE", (1,), {FAILED}),
    # so was memory that libcurl, or the resolver, did not have: "not a URL that can be fetched"
    ("audit, new", "curl_url", "CURLUE_OUT_OF_MEMORY", (3, 9), {FAILED}),
    ("audit, new", "ares_ask", "ARES_ENOMEM", (1,), {FAILED}),
    # the event of the readers was waited for, or their threads ended, for ever
    ("audit, new", "read", "EIO", (38, 41, 44), {FAILED, DEGRADED, UNAFFECTED}),
    # an exchange that libcurl refused to go on with was waited for, for ever
    ("audit, new", "curl_multi_wait", "CURLM_OUT_OF_MEMORY", (5,), {FAILED}),
    ("audit, new", "curl_multi_setopt", "CURLM_UNKNOWN_OPTION", (1, 3), {FAILED}),
    # a version that could not be read just now made a history look damaged
    ("audit, new", "sqlite_prepare", "SQLITE_IOERR", (1, 2, 3, 4), {FAILED}),
    # what belongs to an exchange was taken to be there
    ("audit, new", "curl_easy_getinfo", "CURLE_UNKNOWN_OPTION", (1, 2, 3, 4, 5, 6), {FAILED, UNAFFECTED, DEGRADED}),
    # an output that could not be found by its real name was another one: its pings were forgotten
    ("build, ping", "realpath", "EACCES", (8, 9), {FAILED, UNAFFECTED}),
    # an encoder that was not there was used; a copy that failed was not worth while
    ("build, edited", "brotli", "NULL", (1, 2), {FAILED}),
    ("build, edited", "deflate", "Z_MEM_ERROR", (2,), {FAILED}),
    # libmicrohttpd ended the process with abort()
    ("serve", "epoll_ctl", "ENOMEM", (8, 10), {FAILED, DEGRADED, UNAFFECTED}),
    # it ended without a word where it had no memory to say where it serves
    *([] if SANITIZED else [("serve", "malloc", "ENOMEM", tuple(range(76, 92)), {FAILED, DEGRADED, UNAFFECTED})]),
    # a document that could not be opened just now was answered with 404
    ("serve", "open", "EMFILE", (20, 24, 30), {DEGRADED, UNAFFECTED}),
]


@pytest.mark.parametrize("place, call, act, numbers, kinds", MENDED, indirect=["place"])
def test_mended(place, call, act, numbers, kinds):
    found = {number: faultmatrix.try_one(place, call, act, number) for number in numbers}
    assert {kind for kind, _ in found.values()} - {None} <= kinds, found
    assert any(kind for kind, _ in found.values()), "no such call"


# ---- The check sees what is wrong, or else all of the above could be


@pytest.mark.parametrize("place", ["build, edited"], indirect=True)
def test_a_run_that_dies_is_a_crash(place):
    assert faultmatrix.try_one(place, "write", "kill", 3)[0] == CRASH


@pytest.mark.parametrize("place", ["build, edited"], indirect=True)
def test_a_run_that_goes_on_is_a_hang(place, monkeypatch):
    def run(plan, jobs=1):
        raise subprocess.TimeoutExpired("outfeed", 20)
    monkeypatch.setattr(place, "run", run)
    assert faultmatrix.try_one(place, "write", "EIO", 3)[0] == HANG


@pytest.mark.parametrize("place", ["audit, second run"], indirect=True)
def test_what_is_lost_is_seen(place):
    place.begin()
    done = place.run(None)
    assert place.judge(done, "write") == UNAFFECTED
    report = place.reports / "audit.json"
    whole = report.read_bytes()
    report.write_bytes(whole[:len(whole) // 2])
    with pytest.raises(Wrong) as wrong:
        place.judge(done, "write")
    assert wrong.value.kind == LOST
    report.write_bytes(whole)
    subprocess.run(["/usr/bin/python3", "-c", "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); "
                    "c.execute('PRAGMA foreign_keys = OFF'); c.execute('DELETE FROM check_ WHERE number = 2'); c.commit()",
                    place.site / ".outfeed/audit.db"], check=True)
    with pytest.raises(Wrong) as wrong:
        place.judge(done, "write")
    assert wrong.value.kind == LOST


@pytest.mark.parametrize("place", ["audit, second run"], indirect=True)
def test_a_failure_without_a_word_is_unclear(place):
    place.begin()
    done = place.run(None)
    done.returncode, done.stderr = 1, ""
    with pytest.raises(Wrong) as wrong:
        place.judge(done, "write")
    assert wrong.value.kind == UNCLEAR


LEAKY = """
#include <stdlib.h>
__attribute__((noinline)) static void forget(void)
{
	char *volatile kept = malloc(1000);
	kept = NULL;
}
int main(int argc, char **argv)
{
	char *volatile more = malloc((size_t)argc);
	if (more == NULL)
		for (int i = 0; i < 10; i++)
			forget();
	free(more);
	return 0;
}
"""


def test_what_leaks_when_memory_is_short_is_a_leak(tmp_path):
    """With gcc's sanitizer, beside which malloc() can be made to fail."""
    (tmp_path / "leaky.c").write_text(LEAKY)
    subprocess.run(["gcc", "-g", "-O0", "-fsanitize=address", tmp_path / "leaky.c", "-o", tmp_path / "leaky"], check=True)
    library = faults.compile_shim(tmp_path, True, "gcc", "SANITIZER_MALLOC")
    verdicts = set()
    for number in range(1, 40):
        done = subprocess.run([tmp_path / "leaky"], capture_output=True, text=True, env={
            **faultplaces.SANITIZERS, "LD_PRELOAD": str(library), "OUTFEED_FAULT": f"malloc:{number}:12"})
        try:
            faultplaces.check_end(done)
        except Wrong as wrong:
            verdicts.add(wrong.kind)
    assert faultplaces.LEAK in verdicts
