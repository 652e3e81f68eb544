"""Calls of the system that fail, one after the other: the short form of contrib/faults.py."""
import os
import sys
import tempfile
from pathlib import Path

import pytest

from conftest import TESTS

sys.path.insert(0, str(TESTS.parent / "contrib"))
import faults

SANITIZED = "fsanitize" in os.environ.get("OUTFEED_CFLAGS", "")
STRIDE = 29 if SANITIZED else 13         # of all calls; contrib/faults.py makes each of them fail
SPARSE = 1009                            # of those to malloc
PROGRAM = Path(os.environ["OUTFEED"]).resolve()


@pytest.fixture(scope="module")
def shim(tmp_path_factory):
    return faults.compile_shim(tmp_path_factory.mktemp("shim"), SANITIZED)


@pytest.fixture
def world(request, shim):
    """Of the scenario that the parameter names; in memory, where there is a place for that."""
    place = "/dev/shm" if os.path.isdir("/dev/shm") else None
    with tempfile.TemporaryDirectory(dir=place, prefix="outfeed-faults-") as folder:
        yield faults.World(Path(folder) / "site", PROGRAM, shim, request.param)


def check(found, *classes):
    """Nothing was wrong, and each of the classes was met."""
    assert [pair for pair in found if pair[1].startswith("wrong")] == []
    assert set(classes) <= {verdict for number, verdict in found}, faults.ranges(found)


@pytest.mark.parametrize("world", ["edit", "cold"], indirect=True)
@pytest.mark.parametrize("act", ["ENOSPC", "EIO", "+ENOSPC"])
def test_write(world, act):
    check(faults.walk(world, "write", act, STRIDE), "failed")


@pytest.mark.parametrize("world", ["edit", "anew"], indirect=True)
@pytest.mark.parametrize("act", ["short", "EINTR"])
def test_write_that_falls_short(world, act):
    check(faults.walk(world, "write", act, 2 * STRIDE), "right")


@pytest.mark.parametrize("world", faults.SCENARIOS, indirect=True)
@pytest.mark.parametrize("act", ["EIO", "ENOSPC"])
def test_fsync(world, act):
    check(faults.walk(world, "fsync", act, STRIDE), "failed")


@pytest.mark.parametrize("world", faults.SCENARIOS, indirect=True)
@pytest.mark.parametrize("act", ["EIO", "ENOSPC"])
def test_exchange(world, act):
    check(faults.walk(world, "exchange", act, STRIDE), "failed")


@pytest.mark.parametrize("world", ["edit", "cold"], indirect=True)
@pytest.mark.parametrize("act", ["EIO", "ENOSPC"])
def test_rename(world, act):
    check(faults.walk(world, "rename", act, STRIDE), "failed")


@pytest.mark.parametrize("world", ["edit"], indirect=True)
def test_file_system_that_cannot_exchange(world):
    check(faults.walk(world, "exchange", "+EINVAL", 2 * STRIDE), "right")


@pytest.mark.parametrize("world", ["edit"], indirect=True)
@pytest.mark.parametrize("act", ["EIO", "ENOSPC"])
def test_open(world, act):
    check(faults.walk(world, "open", act, STRIDE), "failed")


@pytest.mark.parametrize("world", ["edit", "cold"], indirect=True)
@pytest.mark.parametrize("function, act", [("read", "EIO"), ("stat", "EIO"), ("mkdir", "ENOSPC"),
                                           ("unlink", "EIO"), ("fcntl", "EMFILE"), ("close", "EIO"),
                                           ("utimens", "EACCES")])
def test_others(world, function, act):
    check(faults.walk(world, function, act, STRIDE))


@pytest.mark.parametrize("world", ["edit"], indirect=True)
@pytest.mark.parametrize("act", ["EAGAIN", "+EAGAIN"])
def test_thread(world, act):
    check(faults.walk(world, "thread", act), "right")


if not SANITIZED:                        # which bring an allocator of their own
    @pytest.mark.parametrize("world", ["edit", "cold"], indirect=True)
    @pytest.mark.parametrize("act", ["ENOMEM", "+ENOMEM"])
    def test_memory(world, act):
        check(faults.walk(world, "malloc", act, SPARSE), "failed")


@pytest.mark.parametrize("world", ["edit"], indirect=True)
def test_the_check_sees_a_wrong_document(world):
    """Or else all of the above could be wrong."""
    variant = world.prepare(0)
    before = faults.documents(world.output)
    done = world.build()
    assert faults.judge(world, done, before, variant, "write") == "right"
    for ending in faults.UNPACK:
        (world.output / "all" / f"atom.xml{ending}").unlink(missing_ok=True)
    (world.output / "all" / "atom.xml").write_text("<feed>")
    assert faults.judge(world, done, before, variant, "write").startswith("wrong: exit 0")
    done.returncode = 1
    assert faults.judge(world, done, before, variant, "write").startswith("wrong: exit 1")
    (world.output / "all" / "atom.xml.gz").write_bytes(
        (world.output / "all" / "rss.xml.gz").read_bytes())
    assert "all/atom.xml.gz is of another" in faults.judge(world, done, before, variant, "write")
    (world.output / "all" / "atom.xml.gz").unlink()
    (world.output / ".outfeed-0123456789abcdef").mkdir()
    assert "was left" in faults.judge(world, done, before, variant, "write")
