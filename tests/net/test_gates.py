"""Gates before hosts (AUDIT section 7): whoever may not ask a domain now does not, for redirects
and robots.txt as well; through tests/net/fetch_probe.c, which opens what is wanted."""
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from faulty import Host, Names  # noqa: E402

LATE = 40  # ms; how late the host may be to see a request


def now():
    return time.clock_gettime(time.CLOCK_BOOTTIME) * 1000


class Timed(list):
    """What the host saw, each with the time at which it did."""

    def append(self, request):
        request.ms = now()
        super().append(request)


class Run:
    def __init__(self, host, *arguments, freeze=0.0):
        begun = subprocess.Popen(
            [os.environ["OUTFEED_FETCH_PROBE"], "allow=127.0.0.0/8", host.names, *arguments],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if freeze > 0:
            time.sleep(0.7)
            begun.send_signal(signal.SIGSTOP)
            time.sleep(freeze)
            begun.send_signal(signal.SIGCONT)
        out, err = begun.communicate(timeout=60)
        assert begun.returncode == 0 and err == "", err
        lines = [json.loads(line) for line in out.splitlines()]
        self.end = lines.pop()
        self.answers = {line["url"]: line for line in lines if "task" in line}
        self.opened = [line for line in lines if "open" in line]
        self.rests = [line for line in lines if "at_rest" in line]
        assert len(self.answers) == sum("task" in line for line in lines)  # each once

    def check_windows(self, host, length):
        """Each request came while its domain was open."""
        for request in host.seen:
            name = request.headers["host"].split(":")[0]
            domain = ".".join(name.split(".")[-2:])
            assert any(opened["domain"] == domain
                       and opened["at"] <= request.ms <= opened["at"] + length + LATE
                       for opened in self.opened), f"{name}{request.target} at a closed gate"


@pytest.fixture
def host():
    names = {f"{name}.example": ["127.0.0.1"] for name in ("a", "www.a", "b", "c")}
    with Host() as host, Names(names) as servers:
        host.seen, host.names = Timed(), f"nameserver={servers.address}"
        host.files["/robots.txt"] = b"User-agent: *\nCrawl-delay: 0.1\n"
        yield host


def links(host, *names, count=4):
    return [host.url(f"/{i}", f"{name}.example") for name in names for i in range(count)]


def test_one_domain_at_a_time(host):
    urls = links(host, "a", "www.a", "b", "c")
    urls += [host.url(f"/redirect/302?to={host.url('/' + name, name + '.example')}", "b.example")
             for name in ("a", "c", "b")]
    run = Run(host, "lone=1", "gate=350", "delay=60", "robots=delay", *urls)
    assert sorted(run.answers) == sorted(urls)
    assert {answer["status"] for answer in run.answers.values()} == {200}
    # a link each, three hops, and the robots.txt of four names
    assert len(host.seen) == len(urls) + 3 + 4
    run.check_windows(host, 350)
    assert len(run.opened) > 3, "no window ended before the work: nothing was tested"
    assert {rest["crawl_delay"] for rest in run.rests} == {100}
    assert all(rest["next_start"] <= 100 for rest in run.rests)


def test_all_are_open_as_they_are_wanted(host):
    run = Run(host, "gate=30000", *links(host, "a", "b", "c"))
    assert len(run.answers) == 12 and len(run.opened) == 3
    assert len(run.rests) <= 3 and len(host.seen) == 12


def test_a_frozen_process_sends_nothing_when_its_time_is_over(host):
    run = Run(host, "gate=1000", "delay=50", "lone=1", *links(host, "a", count=40), freeze=1.2)
    assert len(run.answers) == 40 and len(host.seen) == 40
    gaps = [b.ms - a.ms for a, b in zip(host.seen, host.seen[1:])]
    assert max(gaps) > 1000, "it was not frozen amid its requests"
    run.check_windows(host, 1000)


def test_what_a_host_asks_for_is_told_to_the_next(host):
    run = Run(host, "gate=30000", "delay=300", host.url("/status/503?after=90", "a.example"),
              *links(host, "b"))
    domains = {opened["open"]: opened["domain"] for opened in run.opened}
    told = {domains[rest["at_rest"]]: rest for rest in run.rests}
    assert 85_000 < told["a.example"]["held"] <= 90_000
    assert 0 < told["a.example"]["next_start"] <= 300
