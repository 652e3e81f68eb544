"""One audit over several processes that share a PostgreSQL (AUDIT section 7): hosts are asked by
one at a time and no faster than they may be, every link is checked, and what a worker writes whose
lease was taken over is refused. By what a host saw, and what the database holds."""
import collections
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))
import postgres  # noqa: E402
from conftest import SANITIZER, Site, run_program  # noqa: E402
from faulty import Host, Names  # noqa: E402
from test_politeness import Lateness  # noqa: E402

DELAY = 0.15     # s between two requests of a host
TOLERANCE = 0.02  # of what the host measures
LEASE = 2        # s
NAMES = {f"www.h{i}.example": [f"127.0.1.{i + 1}"] for i in range(8)}


@pytest.fixture(scope="module")
def server():
    with postgres.Server() as made:
        yield made


class World:
    """A host of many names, and sites whose links are there."""

    def __init__(self, server, host, names, folder, lateness):
        self.server, self.host, self.names, self.folder = server, host, names, folder
        self.lateness, self.sites = lateness, 0

    def site(self, links, url="https://example.org/", lease=LEASE, **settings):
        self.sites += 1
        site = Site(self.folder / f"site{self.sites}")
        options = f"?options=-c%20outfeed.lease%3D{lease}s"
        lines = {"store": f"'{self.server.url}{options}'", "delay": f"{int(DELAY * 1000)}ms",
                 "allow_addresses": "[127.0.0.0/8]", "nameservers": f"['{self.names.address}']",
                 "robots": "ignore", "retries": 0, "timeout": "5s", **settings}
        site.write("outfeed.yaml", f"site: {{title: Test, url: '{url}'}}\ncontent: [content]\naudit:\n"
                   + "".join(f"  {key}: {value}\n" for key, value in lines.items()))
        for number, link in enumerate(links):
            site.item(f"{number}.md", title=f"Item {number}", link=link)
        return site

    def links(self, count, path="/page/{i}", names=NAMES):
        return [self.host.url(path.format(i=i), name) for name in names for i in range(count)]

    def times(self):
        """Domain -> when its requests came."""
        found = collections.defaultdict(list)
        for request in self.host.seen:
            found[request.headers["host"].split(":")[0]].append(request.time)
        return found

    def check_distances(self, delay=DELAY):
        """As the host measures them: it may be late to, on a busy machine."""
        least = min(b - a for times in self.times().values() for a, b in zip(times, times[1:]))
        assert least >= delay - TOLERANCE - min(self.lateness.worst, delay / 2)

    def checks(self):
        """URL -> how many checks of it are written."""
        rows = self.server.sql("SELECT l.url, count(c.number) FROM link l LEFT JOIN check_ c"
                               " ON c.link = l.number WHERE l.kinds <> 0 GROUP BY 1")
        return {url: int(count) for url, count in (row.split("|") for row in rows)}

    def held(self):
        return int(self.server.sql("SELECT count(*) FROM domain WHERE leased_until IS NOT NULL")[0])


@pytest.fixture
def world(server, tmp_path):
    server.sql("DROP SCHEMA IF EXISTS outfeed CASCADE", schema="public")
    lateness = Lateness()
    lateness.start()
    with Host(address="0.0.0.0") as host, Names(NAMES) as names:
        yield World(server, host, names, tmp_path, lateness)
    lateness.over.set()


def plan(site):
    result = run_program("audit", "--plan", cwd=site.folder)
    assert result.status == 0, result


class Process:
    """An audit that runs: its summary when it has ended."""

    def __init__(self, site, *arguments, before=()):
        self.process = subprocess.Popen(
            [*before, os.environ["OUTFEED"], "audit", "--json", *arguments], cwd=site.folder,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def signal(self, number):
        self.process.send_signal(number)

    def end(self, expected=0):
        out, self.err = self.process.communicate(timeout=60)
        assert not SANITIZER.search(self.err), self.err
        assert self.process.returncode == expected, (self.process.returncode, out, self.err)
        return json.loads(out)

    def kill(self):
        self.process.kill()
        self.process.communicate()


def worker(site, *arguments, **more):
    return Process(site, "--worker", *arguments, **more)


def wait_for(condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.01)


# ---- In order ----

def test_two_workers_and_a_site(world):
    """A site's own nightly audit and two workers at once; one link leads to another domain."""
    links = world.links(6) + [world.host.url(
        f"/redirect/302?to={world.host.url('/page/hop', f'www.h{i + 1}.example')}", f"www.h{i}.example")
        for i in range(4)]
    other = world.site(world.links(3, "/other/{i}"), url="https://other.example/")
    site = world.site(links)
    plan(other)
    plan(site)
    at_work = [worker(site), worker(other), Process(site)]
    done = [process.end() for process in at_work]
    assert world.checks() == {url: 1 for url in links + world.links(3, "/other/{i}")}
    assert sum(one["checked"] for one in done) == len(links) + 24
    assert sum(one["checked"] > 0 for one in done) >= 2, "one did all of it: nothing was shared"
    assert len(world.host.seen) == len(links) + 24 + 4
    world.check_distances()
    assert done[2]["links"] == len(links) and world.held() == 0
    verdicts = run_program("audit", "--report-only", "--json", cwd=site.folder)
    assert json.loads(verdicts.out)["verdicts"]["unchecked"] == 0


def test_rot_is_new_in_one_report(world):
    """A site that workers check has no audit of its own: a report is what comes before the next."""
    site = world.site(world.links(1))
    plan(site)
    worker(site).end()
    told = run_program("audit", "--report-only", "--json", cwd=site.folder)
    assert (told.status, json.loads(told.out)["new_rot"]) == (0, 0), told
    world.server.sql("UPDATE link SET verdict = 'dead', since = now(), rot_since = now()"
                     " WHERE number = (SELECT min(number) FROM link)")
    for status, new in ((3, 1), (0, 0)):
        time.sleep(1.1)     # times are of whole seconds
        told = run_program("audit", "--report-only", "--json", cwd=site.folder)
        summary = json.loads(told.out)
        assert (told.status, summary["rot"], summary["new_rot"]) == (status, 1, new), told


def test_nothing_is_due(world):
    site = world.site(world.links(1))
    plan(site)
    assert worker(site).end()["checked"] == 8
    seen = len(world.host.seen)
    assert worker(site).end()["checked"] == 0
    assert Process(site).end()["checked"] == 0
    pages = [request for request in world.host.seen[seen:] if request.path.startswith("/page/")]
    assert len(pages) <= 20, "what was not due was asked for, and not as a control"


def test_a_stop_gives_everything_back(world):
    site = world.site(world.links(8))
    plan(site)
    at_work = worker(site)
    wait_for(lambda: len(world.host.seen) > 12)
    at_work.signal(signal.SIGTERM)
    summary = at_work.end(expected=130)
    assert summary["status"] == "interrupted" and world.held() == 0
    assert sum(world.checks().values()) == summary["checked"] > 0
    assert worker(site).end()["checked"] == 64 - summary["checked"]


def test_a_budget_ends_in_order(world):
    site = world.site(world.links(20))
    plan(site)
    summary = worker(site, "--budget", "1s").end()
    assert 0 < summary["checked"] < 160 and not summary["complete"] and world.held() == 0


def test_a_host_by_its_address(world):
    """However it is written: the store and the engine have one name for it."""
    links = [world.host.url(f"/{i}", name) for name in ("[::ffff:127.0.0.1]", "127.1", "0x7f000001")
             for i in range(4)]
    site = world.site(links)
    plan(site)
    summary = worker(site).end()
    assert (summary["due"], summary["checked"], summary["requests"]) == (12, 12, 12)
    assert world.server.sql("SELECT name FROM domain ORDER BY name") == ["127.0.0.1", "::ffff:127.0.0.1"]


# ---- In trouble ----

def test_killed(world):
    """Its domains are another's when its leases are over; what it had written stays."""
    links = world.links(12)
    site = world.site(links)
    plan(site)
    first = worker(site)
    wait_for(lambda: len(world.host.seen) > 20)
    first.kill()
    killed = time.monotonic()
    assert world.held() == 8
    worker(site).end()
    checks = world.checks()
    assert set(checks) == set(links) and min(checks.values()) == 1
    # what was seen and not yet written is asked for again: a second's worth of each host
    asked = collections.Counter(request.target + request.headers["host"] for request in world.host.seen)
    assert sum(asked.values()) - len(links) <= 8 * (1 / DELAY + 1)
    assert max(checks.values()) == 1
    world.check_distances()
    after = min(request.time for request in world.host.seen if request.time > killed + 0.1)
    assert after - killed > LEASE * 0.5, "the leases were not waited for"


@pytest.mark.parametrize("timeout", [60, 2])
def test_frozen_and_woken(world, timeout):
    """What it wakes up with is refused, and it asks nothing more of what is another's. What timed
    out meanwhile did so here, and says nothing of hosts or of the network."""
    links = world.links(5, "/pause/700?{i}")
    site = world.site(links, delay="100ms", timeout=f"{timeout}s")
    plan(site)
    frozen = worker(site)
    wait_for(lambda: len(world.host.seen) >= 8)
    frozen.signal(signal.SIGSTOP)
    other = worker(site)
    summary = other.end()
    assert summary["checked"] >= len(links) - 8
    seen = len(world.host.seen)
    frozen.signal(signal.SIGCONT)
    woken = frozen.end()
    assert not woken["network_down"] and woken["verdicts"]["suspect"] == 0
    if timeout == 60:
        assert woken["refused"] == 8 and frozen.err.count("checks were not written") == 1, frozen.err
    assert {url: count for url, count in world.checks().items()} == {url: 1 for url in links}
    assert len(world.host.seen) == seen, "it asked for what was checked by then"
    world.check_distances(0.1)


def test_database_away(world):
    """Work goes on meanwhile, and nothing of it is lost."""
    links = world.links(20)
    site = world.site(links, lease=30)
    plan(site)
    at_work = worker(site)
    wait_for(lambda: len(world.host.seen) > 16)
    world.server.stop()
    stopped = time.monotonic()
    time.sleep(1.5)
    started = time.monotonic()
    world.server.start()
    done = at_work.end()
    assert done["checked"] == len(links) and done["refused"] == 0
    assert world.checks() == {url: 1 for url in links}
    assert sum(stopped + 0.2 < request.time < started for request in world.host.seen) > 20
    assert len(world.host.seen) == len(links)
    world.check_distances()


def test_a_stop_while_the_database_is_away(world):
    """It ends in order, and says how many checks could not be written."""
    site = world.site(world.links(20), lease=30)
    plan(site)
    at_work = worker(site)
    wait_for(lambda: len(world.host.seen) > 16)
    world.server.stop()
    try:
        wait_for(lambda: len(world.host.seen) > 40)
        at_work.signal(signal.SIGTERM)
        out, err = at_work.process.communicate(timeout=30)
        assert at_work.process.returncode == 1, (out, err)
        assert postgres.PASSWORD not in out + err
        assert json.loads(out)["status"] == "failed" and "checks" in err
    finally:
        world.server.start()


def test_two_planners(world):
    """The same site from two folders, as two machines have it, and another one."""
    links = world.links(40)
    sites = [world.site(links), world.site(links), world.site(links[::2], url="https://b.example/")]
    at_work = [Process(site, "--plan") for site in sites]
    for process in at_work:
        process.end()
    assert world.checks() == {url: 0 for url in links}
    assert world.server.sql("SELECT count(*) FROM use") == [str(len(links) * 3 // 2)]
    assert world.server.sql("SELECT count(*) FROM site_link") == [str(len(links) * 3 // 2)]
    assert world.server.sql("SELECT count(*) FROM domain WHERE ready <= now()") == ["8"]


@pytest.mark.parametrize("offset", ["-10m", "+10m"])
def test_clocks_apart(world, offset):
    """The database's clock decides; what a worker saw is told in its time."""
    links = world.links(4)
    site = world.site(links)
    plan(site)
    began = time.time()
    at_work = [worker(site, before=("faketime", "-f", offset))]
    wait_for(lambda: world.host.seen)
    at_work.append(worker(site))
    done = [process.end() for process in at_work]
    assert done[0]["checked"] > 0, "the one whose clock is wrong did nothing"
    assert world.checks() == {url: 1 for url in links}
    world.check_distances()
    first, last = (float(at) for at in world.server.sql(
        "SELECT extract(epoch FROM min(at)), extract(epoch FROM max(at)) FROM check_")[0].split("|"))
    assert began - 3 <= first and last <= time.time() + 3
    assert world.server.sql("SELECT count(*) FROM link WHERE due < now() + interval '6 days'"
                            " OR due > now() + interval '15 days'") == ["0"]


def test_a_busy_domain_is_handed_over(world):
    """What leads to a domain that another works at for long does not wait for the end of that."""
    busy = world.site(world.links(50, names=["www.h0.example"]), url="https://busy.example/")
    there = world.host.url("/page/wanted", "www.h0.example")
    site = world.site([world.host.url(f"/redirect/302?to={there}", "www.h1.example")])
    plan(busy)
    plan(site)
    world.server.sql("UPDATE domain SET ready = 'infinity' WHERE name = 'h1.example'")  # not for workers
    at_work = worker(busy)
    wait_for(lambda: len(world.host.seen) > 3)
    done = Process(site).end()
    assert (done["due"], done["checked"], done["put_off"]) == (1, 1, 0)
    checks = world.checks()
    assert sum(checks.values()) < 45, "it came to the end of the other's work"
    assert at_work.end()["refused"] == 0
    assert set(world.checks().values()) == {1}
    world.check_distances()


def test_retry_after_and_incidents_are_told_to_all(world):
    """Nobody asks a host that said when to come back, nor one that does not answer."""
    told = world.host.url("/status/429?after=600", "www.h0.example")
    links = [told] + world.links(3, names=["www.h0.example"])
    site = world.site(links)
    plan(site)
    worker(site).end()
    asked = len(world.host.seen)
    worker(site).end()
    Process(site).end()
    assert len(world.host.seen) == asked
    (held,) = world.server.sql("SELECT extract(epoch FROM held_until - now())::int FROM domain"
                               " WHERE name = 'h0.example'")
    assert 500 < int(held) <= 600


def test_what_is_held_for_long_is_left_to_a_later_run(world):
    """One host of a domain sends everybody away: nobody waits for it, nor holds the lease meanwhile."""
    world.links(1)
    told = world.host.url("/status/503?after=86400000", "www.h0.example")
    links = [told] + world.links(3, names=["b.h0.example"])
    site = world.site(links)
    first = Process(site).end()
    second = Process(site).end()
    assert first["checked"] + first["put_off"] == first["due"] == len(links)
    assert second["checked"] == 0 and second["put_off"] == second["due"] > 0
    (held,) = world.server.sql("SELECT extract(epoch FROM held_until - now())::int FROM domain"
                               " WHERE name = 'h0.example'")
    assert world.held() == 0 and 6 * 86400 < int(held) <= 7 * 86400


# ---- Usage ----

@pytest.mark.parametrize("arguments", [
    ("--worker", "--plan"), ("--plan", "--report-only"), ("--worker", "--report-only"),
    ("--worker", "--all"), ("--worker", "--now", "2026-01-01"), ("--plan", "--budget", "5m"),
    ("--plan", "--archive"), ("--report-only", "--all"), ("--worker", "-j2"),
    ("--worker", "--report", "x"), ("--report-only", "--only", "image")])
def test_what_does_not_go_together(tmp_path, arguments):
    result = run_program("audit", *arguments, cwd=tmp_path)
    assert result.status == 2 and "does not go with" in result.err, result


def test_a_worker_needs_a_shared_store(tmp_path):
    site = Site(tmp_path / "site")
    site.write("outfeed.yaml", "site: {title: T, url: 'https://example.org/'}\ncontent: [content]\n")
    site.item("a.md", link="https://a.example/")
    result = run_program("audit", "--worker", cwd=site.folder)
    assert result.status == 2 and "postgresql://" in result.err, result
    result = run_program("audit", "--plan", "--json", cwd=site.folder)
    assert result.status == 0 and json.loads(result.out)["links"] == 1
    result = run_program("audit", "--report-only", "--json", cwd=site.folder)
    summary = json.loads(result.out)
    assert (summary["items"], summary["links"], summary["verdicts"]["unchecked"]) == (0, 1, 1)
