"""The history over PostgreSQL: the tests that hold over SQLite, and those of its own.

OUTFEED_BUILD_DIR has the test programs; the server is the test's own, on loopback.
"""
import os
import shlex
import subprocess
import sys

import pytest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import postgres  # noqa: E402

UNIT = os.path.join(os.environ["OUTFEED_BUILD_DIR"], "tests", "unit")
# Of test_history.c only files of SQLite are the subject.
SUITES = ["uses", "checks", "pages", "captures", "landings", "report", "kill"]

pytestmark = pytest.mark.skipif(os.environ["OUTFEED_LIBPQ"] != "1", reason="built without libpq")


@pytest.fixture(scope="module", name="server")
def fixture_server():
    with postgres.Server() as server:
        yield server


def run(server, name):
    control = [*server.as_user, os.path.join(server.bin, "pg_ctl"), "-D", server.data, "-w"]
    start = [*control, "-l", os.path.join(server.folder, "log"), "start"]
    environment = dict(os.environ, OUTFEED_TEST_STORE=server.url,
                       OUTFEED_TEST_STOP=shlex.join([*control, "-m", "fast", "stop"]) + " >/dev/null",
                       OUTFEED_TEST_START=shlex.join(start) + " >/dev/null")
    result = subprocess.run([os.path.join(UNIT, name)], env=environment, cwd=server.folder,
                            capture_output=True, text=True, check=False, timeout=240)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "PASSED" in result.stdout + result.stderr
    return result.stdout + result.stderr


@pytest.mark.parametrize("suite", SUITES)
def test_the_same_suite(server, suite):
    run(server, "test_history_" + suite)
    assert server.sql("SELECT count(*) FROM version") == ["1"], "it was SQLite that was tested"


def test_postgres_alone(server):
    run(server, "postgres_store")


def test_the_schema_tells_of_itself(server):
    """Each table has a comment: \\d+ shows what it is for."""
    run(server, "test_history_captures")
    silent = server.sql(
        "SELECT relname FROM pg_class WHERE relnamespace = 'outfeed'::regnamespace AND relkind IN"
        " ('r', 'p', 'v') AND NOT relispartition AND relname <> 'version' AND obj_description(oid) IS NULL")
    assert silent == []
