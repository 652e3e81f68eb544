"""Politeness as a real server measures it: nginx's log of an audit of fourteen hosts on
twelve addresses (AUDIT section 2)."""
import sys
import threading
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from audit_site import AuditSite  # noqa: E402
from faulty import Names  # noqa: E402
from web_server import WebServer  # noqa: E402

DELAY = 0.2         # seconds, of the site
TOLERANCE = 0.02    # of what nginx writes down, on a machine that does nothing else
BEHIND = 0.01
CRAWL_DELAY = 0.6   # robots.txt of patient.example
LINKS = 12          # of most hosts
RETRIES = 2

# name: its address's last byte. Two names of one domain on two addresses; two domains on one.
NAMES = {
    "www.family.example": 2, "blog.family.example": 3,
    "one.example": 4, "two.example": 4,
    "patient.example": 5, "slow.example": 6, "wide.example": 7, "sick.example": 8,
    "from.example": 9, "to.example": 10, "pictures.example": 11,
    "plain1.example": 12, "plain2.example": 13, "neighbour.example": 3,
}
SERVERS = """\
	server {
		listen *:PORT;
		location / { return 200 "<title>Page</title>"; }
		location /robots.txt { return 404; }
		location /sick/ { return 503; }
		location /gone/ { return 404; }
		location /to/ { return 302 http://to.example:PORT$request_uri; }
		location /picture/ { try_files /picture.png =404; }
		location /slow/ { limit_rate 1k; try_files /slow.html =404; }
		root FOLDER/files;
	}
	server {
		listen *:PORT;
		server_name patient.example;
		location / { return 200 "<title>Page</title>"; }
		location /robots.txt { return 200 "User-agent: *\\nCrawl-delay: CRAWL\\n"; }
	}
	server {
		listen *:PORT;
		server_name to.example;
		location / { return 200 "<title>Page</title>"; }
		location /robots.txt { return 404; }
	}
"""


class PoliteSite(AuditSite):
    CONFIG = """\
        site:
          title: Test
          url: https://example.org/
        audit:
          allow_addresses: [127.0.0.0/8]
          delay: 200ms
          hosts: {wide.example: {per_host: 3}}
        """


class Lateness(threading.Thread):
    """How late this machine wakes whoever sleeps: others may be at work on it."""

    def __init__(self):
        super().__init__(daemon=True)
        self.worst, self.over = 0.0, threading.Event()

    def run(self):
        while not self.over.is_set():
            before = time.monotonic()
            time.sleep(0.005)
            self.worst = max(self.worst, time.monotonic() - before - 0.005)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.join()


def domain(name):
    return ".".join(name.split(".")[-2:])


def gaps(requests, key):
    """Key of a queue -> seconds between the beginnings of its requests."""
    queues = {}
    for seen in requests:
        queues.setdefault(key(seen), []).append(seen.begin)
    return {queue: [b - a for a, b in zip(begins, begins[1:])] for queue, begins in queues.items()}


def most_at_once(requests):
    """The log is written a moment after the answer has gone: nginx may be behind by that."""
    ends = sorted([(seen.begin, 0, 1) for seen in requests]
                  + [(max(seen.begin, seen.end - BEHIND), 1, -1) for seen in requests])
    most = now = 0
    for *_, change in ends:
        now += change
        most = max(most, now)
    return most


def too_close(requests, delay, tolerance):
    """The gaps of domains, and of addresses, that are shorter than the delay."""
    found = {}
    for key in (lambda seen: domain(seen.host), lambda seen: seen.address):
        for queue, between in gaps(requests, key).items():
            short = [gap for gap in between if gap < delay - tolerance]
            if short:
                found[queue] = short
    return found


@pytest.fixture
def server(tmp_path):
    (tmp_path / "files").mkdir()
    (tmp_path / "files/picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(60))
    (tmp_path / "files/slow.html").write_bytes(b"<title>Page</title>" + b" " * 1500)
    with WebServer(tmp_path, SERVERS.replace("CRAWL", str(CRAWL_DELAY))) as made:
        yield made


@pytest.fixture
def site(tmp_path, server):
    (tmp_path / "site").mkdir()
    with Names({name: [[f"127.0.0.{last}"]] for name, last in NAMES.items()}) as names:
        made = PoliteSite(tmp_path / "site")
        made.configure(f"nameservers: ['{names.address}']", f"retries: {RETRIES}")
        yield made


def fill(site, server):
    """Links of every host; returns their number."""
    folders = {"slow.example": "slow", "wide.example": "slow", "sick.example": "sick", "from.example": "to"}
    counts = {"patient.example": 6, "slow.example": 4, "wide.example": 9, "sick.example": 2,
              "www.family.example": 6, "blog.family.example": 6, "one.example": 6, "two.example": 6}
    total = 0
    for name in NAMES:
        for number in range(counts.get(name, LINKS)):
            url = f"http://{name}:{server.port}/{folders.get(name, 'page')}/{name}-{number}"
            if name == "pictures.example":
                site.item(f"{name}-{number}.md", image=url.replace("/page/", "/picture/"))
            else:
                site.link(f"{name}-{number}", url, title="Page")
            total += 1
    return total


def test_no_host_and_no_address_is_hurried(site, server):
    total = fill(site, server)
    with Lateness() as lateness:
        result = site.audit("--all")
    requests = server.requests()
    tolerance = TOLERANCE + lateness.worst
    assert result.summary["checked"] == total and result.summary["complete"], result
    by_domain = gaps(requests, lambda seen: domain(seen.host))
    by_address = gaps(requests, lambda seen: seen.address)
    report(requests, by_domain, lateness)

    # All of it came by: robots.txt, redirects, retries, pictures.
    paths = [(seen.host, seen.path.split("/")[1]) for seen in requests]
    assert all((name, "robots.txt") in paths for name in NAMES)
    assert paths.count(("to.example", "to")) == LINKS
    assert paths.count(("sick.example", "sick")) == 2 * (1 + RETRIES)
    assert paths.count(("pictures.example", "picture")) == LINKS

    assert too_close(requests, DELAY, tolerance) == {}, requests
    after_robots = by_domain["patient.example"]
    assert min(after_robots) >= CRAWL_DELAY - tolerance, after_robots
    for queue in {*map(domain, NAMES), *by_address}:
        mine = [seen for seen in requests if queue in (domain(seen.host), seen.address)]
        assert most_at_once(mine) <= (3 if mine[0].host == "wide.example" else 1), mine
    assert most_at_once([s for s in requests if s.host == "wide.example"]) > 1
    assert len(by_address) == 12


def test_a_slow_host_holds_up_nobody(site, server):
    fill(site, server)
    site.audit("--all")
    requests = server.requests()
    last = {name: max(s.end for s in requests if s.host == name) for name in NAMES}
    begin = requests[0].begin
    # What a host's own requests take at the least, all others away.
    own = {}
    for name in ("plain1.example", "plain2.example", "pictures.example"):
        count = sum(s.host == name for s in requests)
        own[name] = (count - 1) * DELAY
        assert last[name] - begin <= own[name] * 1.25 + 0.5, (name, count, last[name] - begin)
    # No order of the requests could have been faster than the queue that takes longest.
    longest = max(last.values()) - begin
    queues = [(domain(s.host), s) for s in requests] + [(s.address, s) for s in requests]
    bounds = {}
    for queue, seen in queues:
        bounds.setdefault(queue, []).append(CRAWL_DELAY if queue == "patient.example" else DELAY)
    bounds = {queue: sum(delays[1:]) for queue, delays in bounds.items()}
    slow = bounds["slow.example"] = sum(s.end - s.begin for s in requests if s.host == "slow.example")
    bound = max(bounds.values())
    print(f"\nall of it in {longest:.2f} s, the slowest queue alone {bound:.2f} s,"
          f" all queues after each other {sum(bounds[q] for q in map(domain, set(NAMES))):.2f} s")
    assert longest <= bound * 1.1 + 0.5
    assert max(own.values()) < slow     # or it would prove nothing


def test_haste_is_seen(site, server):
    """What the log says of an audit that does hurry."""
    site.write("outfeed.yaml", (site.folder / "outfeed.yaml").read_text().replace("200ms", "20ms"))
    for name in ("plain1.example", "plain2.example"):
        for number in range(LINKS):
            site.link(f"{name}{number}", f"http://{name}:{server.port}/{number}", title="Page")
    site.audit("--all")
    found = too_close(server.requests(), DELAY, TOLERANCE)
    assert {"plain1.example", "plain2.example", "127.0.0.12", "127.0.0.13"} <= set(found)


def report(requests, by_domain, lateness):
    print(f"\n{len(requests)} requests, the machine up to {lateness.worst * 1000:.0f} ms late")
    for name, between in sorted(by_domain.items()):
        mine = [seen for seen in requests if domain(seen.host) == name]
        print(f"{name:18} {len(mine):3} requests, {min(between):.3f} s apart at least,"
              f" {most_at_once(mine)} at once at most")
