"""The fetch engine against a host with faults (faulty.py), through tests/net/fetch_probe.c."""
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from faulty import IMAGE, PAGE, Host, Names, make_certificates  # noqa: E402

HEADER = Path(__file__).parents[2] / "include/outfeed/verdict.h"
FAILURES = [name.lower().replace("_", "-")
            for name in re.findall(r"^\tOF_FAILURE_(\w+)", HEADER.read_text(), flags=re.M)]
SANITIZER = re.compile(r"Sanitizer|runtime error:")
INSTRUMENTED = bool(os.environ.get("OUTFEED_CFLAGS"))  # memory says nothing then
DELAY, LATE = 0.2, 0.08  # s; how late the host may be to see a request
LOOPBACK = "allow=127.0.0.0/8"


class Answer(dict):
    def __init__(self, line):
        super().__init__(json.loads(line))
        self["failure"] = FAILURES[self["failure"]]
        self.__dict__ = self

    @property
    def short(self):
        """The failure, with its status where that is what failed."""
        return f"http-{self.status}" if self.failure == "http" else self.failure


class Run:
    """What the probe printed: answers in the order of the URLs, order as they came, end."""

    def __init__(self, *arguments, env=None, stdin=None, timeout=60):
        self.command = [os.environ["OUTFEED_FETCH_PROBE"], *map(str, arguments)]
        begun = time.monotonic()
        done = subprocess.run(self.command, capture_output=True, text=True, timeout=timeout,
                              input=stdin or "", env={**os.environ, **(env or {})})
        self.seconds = time.monotonic() - begun
        self.err = done.stderr
        assert not SANITIZER.search(done.stderr) and done.returncode in (0, 2), done.stderr
        self.status = done.returncode
        lines = done.stdout.splitlines()
        self.end = json.loads(lines.pop()) if lines else None
        self.order = [Answer(line) for line in lines]
        self.answers = sorted(self.order, key=lambda answer: answer.task)


def fetch(*arguments, **options):
    return Run(LOOPBACK, *arguments, **options).answers


def fetch_one(*arguments, **options):
    answers = fetch(*arguments, **options)
    assert len(answers) == 1
    return answers[0]


@pytest.fixture
def host():
    with Host() as made:
        yield made


# ---- What an answer holds ----

def test_page(host):
    answer = fetch_one("bodies=1", host.url("/page?q=1#part"))
    assert (answer.failure, answer.status, answer.body) == ("none", 200, PAGE.decode())
    assert answer.length == len(PAGE) and not answer.truncated and answer.words == ""
    assert answer.same == PAGE.count(b"<")
    assert host.paths() == ["/page?q=1"]


def test_headers_of_request_and_answer(host):
    answer = fetch_one("bodies=1", host.url("/echo"))
    lines = dict(line.split(": ", 1) for line in answer.body.splitlines()[1:])
    assert lines["user-agent"].startswith("outfeed/probe (+https://")
    assert lines["accept"] == "text/html,*/*;q=0.8"
    assert lines["accept-language"] == "en,*;q=0.5"
    assert {"gzip", "deflate", "br"} <= set(lines["accept-encoding"].replace(" ", "").split(","))
    assert "cookie" not in lines and "range" not in lines and "if-none-match" not in lines
    assert answer.link == "</a>; rel=one, </b>; rel=two"
    assert (answer.server, answer.type) == ("faulty", "text/plain; charset=utf-8")


def test_an_interim_answer_is_not_the_answer(host):
    answer = fetch_one(host.url("/early-hint"))
    assert (answer.status, answer.type, answer.bytes) == (200, "", len(PAGE))


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br"])
def test_codings(host, coding):
    assert fetch_one("bodies=1", host.url(f"/coded/{coding}")).body == PAGE.decode()


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451, 500, 503, 999])
def test_statuses(host, status):
    answer = fetch_one(host.url(f"/status/{status}"))
    assert answer.short == f"http-{status}" and answer.bytes == len(PAGE)


def test_conditional(host):
    first = fetch_one(host.url("/conditional"))
    assert (first.status, first.etag, first.not_modified) == (200, '"v1"', 0)
    for known in ('etag="v1"', f"last_modified={first.last_modified}"):
        again = fetch_one(known, host.url("/conditional"))
        assert (again.failure, again.status, again.not_modified) == ("none", 304, 1)


def test_conditions_are_of_the_first_hop_alone(host):
    fetch_one('etag="v1"', host.url("/redirect/302?to=/echo"))
    assert "if-none-match" in host.seen[0].headers
    assert "if-none-match" not in host.seen[1].headers


@pytest.mark.parametrize("how, requests", [("knows", 1), ("ignores", 1), ("refuses", 2)])
def test_images(host, how, requests):
    answer = fetch_one("image:" + host.url(f"/image/{how}"))
    assert (answer.failure, answer.bytes, answer.length) == ("none", 65536, len(IMAGE))
    assert answer.truncated and answer.status == (206 if how == "knows" else 200)
    assert host.seen[0].headers["range"] == "bytes=0-65535" and len(host.seen) == requests


def test_international_host_name(host):
    with Names({"xn--bcher-kva.test": ["127.0.0.1"]}) as names:
        answer = fetch_one(f"nameserver={names.address}", host.url("/ä", host="Bücher.test"))
    assert answer.failure == "none" and host.seen[0].target == "/%C3%A4"
    assert host.seen[0].headers["host"].startswith("xn--bcher-kva.test")


# ---- HEAD ----

def test_head(host):
    good, lied, gone = fetch("method=head", host.url("/page"), host.url("/head-lies"),
                             host.url("/status/404"))
    assert [good.short, lied.short, gone.short] == ["none", "none", "http-404"]
    assert good.bytes == 0 and lied.bytes == len(PAGE)
    methods = {(seen.method, seen.path) for seen in host.seen}
    assert ("GET", "/page") not in methods and ("GET", "/head-lies") in methods
    assert {("HEAD", "/status/404"), ("GET", "/status/404")} <= methods


# ---- Faults ----

@pytest.mark.parametrize("path, failure", [
    ("/silence", "timeout-transfer"), ("/slow-headers", "timeout-transfer"),
    ("/slow-body", "timeout-transfer"), ("/endless-headers", "too-large"),
    ("/bad-coding", "encoding"), ("/reset", "reset"),
    ("/hang-up", "reset"), ("/half", "reset"), ("/short", "truncated"),
    ("/not-http", "protocol"), ("/maze", "too-many-redirects"),
    ("/crossed/a", "redirect-loop"), ("/cookie-loop", "redirect-loop"),
])
def test_faults(host, path, failure):
    answer = fetch_one("timeout=1500", host.url(path))
    assert answer.failure == failure and answer.words
    assert not answer.put_off


def test_refused():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening
        answer = fetch_one(f"http://127.0.0.1:{taken.getsockname()[1]}/")
    assert answer.failure == "refused" and "onnect" in answer.words


def test_timeout_connect():
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(full.getsockname())
        run = Run(LOOPBACK, "connect_timeout=500", f"http://127.0.0.1:{full.getsockname()[1]}/")
        for one in waiting:
            one.close()
    assert run.answers[0].failure == "timeout-connect" and run.seconds < 3


@pytest.mark.parametrize("path", ["/endless-body", "/gzip-bomb", "/brotli-bomb"])
def test_a_body_is_cut_at_the_cap(host, path):
    Host.bomb("gzip"), Host.bomb("br")
    run = Run(LOOPBACK, "max_body=100000", host.url(path))
    answer = run.answers[0]
    assert (answer.failure, answer.truncated, answer.bytes) == ("none", 1, 100_000)
    if not INSTRUMENTED:
        assert run.end["peak_kib"] < 24_000


def test_invalid_urls():
    urls = ["ftp://example.org/", "http://", "javascript:alert(1)", "http://a b/", "//x/",
            "http://x:99999/", "http://example.org/" + "x" * 9000]
    assert {answer.failure for answer in fetch(*urls)} == {"invalid-url"}


# ---- Redirects ----

def test_hops_are_recorded(host):
    answer = fetch_one(host.url("/redirect/301?to=/redirect/302%3Fto=../page"))
    assert answer.failure == "none" and answer.final == host.url("/page")
    assert answer.hops == [[301, host.url("/redirect/302?to=../page")],
                           [302, host.url("/page")]]
    assert answer.url == host.url("/redirect/301?to=/redirect/302%3Fto=../page")


def test_ten_hops_and_no_more(host):
    ten, eleven = fetch(host.url("/hops/10"), host.url("/hops/11"))
    assert (ten.failure, len(ten.hops)) == ("none", 10)
    assert (eleven.failure, len(eleven.hops)) == ("too-many-redirects", 10)


@pytest.mark.parametrize("to", ["file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/",
                                "mailto:a@example.org", "http://", ""])
def test_bad_redirects(host, to):
    answer = fetch_one(host.url(f"/redirect/302?to={to}&x=1"))
    assert answer.failure == "bad-redirect" and answer.bytes == 0
    assert answer.final.startswith(host.url("/redirect/302"))


def test_cookies_are_kept_along_a_chain_and_no_longer(host):
    answers = fetch("concurrency=1", host.url("/cookie-wall"), host.url("/cookie-wall?2"),
                    host.url("/echo"))
    assert answers[0].failure == "none" and len(answers[0].hops) == 1
    assert "cookie" not in host.seen[-1].headers
    assert [("cookie" in seen.headers) for seen in host.seen if seen.target == "/cookie-wall?2"] == [False]


# ---- The address rule ----

LITERALS = ["127.0.0.1", "0177.0.0.1", "0x7f.0.0.1", "0x7f000001", "2130706433", "127.1",
            "017700000001", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::1]", "0.0.0.0", "0",
            "[::]", "localhost", "LOCALHOST", "%31%32%37.0.0.1", "127.0.0.1.", "[64:ff9b::7f00:1]"]


@pytest.mark.parametrize("literal", LITERALS)
def test_no_form_of_loopback_is_reached(host, literal):
    run = Run(host.url("/", host=literal))
    assert run.answers[0].failure in ("forbidden", "invalid-url", "dns-nxdomain")
    assert host.seen == [] and run.end["requests"] == 0


@pytest.mark.parametrize("literal", LITERALS[:9])
def test_forms_of_loopback_are_reached_where_it_is_open(host, literal):
    run = Run(LOOPBACK, "allow=::ffff:127.0.0.0/104", host.url("/", host=literal))
    assert run.answers[0].failure == "none", run.answers


@pytest.mark.parametrize("to", ["http://10.0.0.1/", "http://169.254.169.254/latest/meta-data/",
                                "http://192.168.1.1/", "http://[fd00::1]/", "http://2852039166/"])
def test_a_redirect_to_a_private_address_is_forbidden(host, to):
    run = Run(LOOPBACK, host.url(f"/redirect/302?to={to}"))
    answer = run.answers[0]
    assert answer.failure == "forbidden" and answer.hops[0][1].startswith("http")
    assert run.end["requests"] == 1


def test_a_name_that_changes_its_mind_gains_nothing(host):
    """Public when it is looked at, loopback when it is connected to: 100 tries."""
    rows = {f"rebind{i}.test": [["192.0.2.1"] if i % 2 else ["203.0.114.1"], ["127.0.0.1"]]
            for i in range(100)}
    with Names(rows) as names:
        urls = [host.url("/", host=name) for name in rows]
        run = Run(f"nameserver={names.address}", "connect_timeout=300", "retries=1",
                  "concurrency=100", *urls)
    assert len(run.answers) == 100 and host.seen == []
    assert "none" not in {answer.failure for answer in run.answers}


def test_private_addresses_among_others_are_left_out(host):
    with Names({"mixed.test": ["10.0.0.1", "127.0.0.1"], "inner.test": ["10.0.0.1", "fd00::1"]}) as names:
        mixed, inner = fetch(f"nameserver={names.address}", host.url("/", host="mixed.test"),
                             host.url("/", host="inner.test"))
    assert (mixed.failure, inner.failure) == ("none", "forbidden")


# ---- Names ----

def test_names_that_cannot_be_had():
    rows = {"gone.test": "nxdomain", "broken.test": "servfail", "mute.test": "silence",
            "empty.test": [[]]}
    with Names(rows) as names:
        run = Run(f"nameserver={names.address}", "connect_timeout=400", "retries=1",
                  *[f"http://{name}/" for name in rows])
    assert [answer.failure for answer in run.answers] == [
        "dns-nxdomain", "dns-servfail", "dns-servfail", "dns-nxdomain"]
    assert run.end["retries"] == 2  # a name that does not exist is not asked for again


def test_a_name_is_asked_for_once(host):
    with Names({"busy.test": ["127.0.0.1"]}) as names:
        answers = fetch(f"nameserver={names.address}",
                        *[host.url(f"/{i}", host="busy.test") for i in range(20)])
    assert {answer.failure for answer in answers} == {"none"} and len(answers) == 20
    assert names.asked.count(("busy.test", "A")) == 1


# ---- TLS ----

@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    folder = tmp_path_factory.mktemp("certificates")
    return folder / "ca.pem", make_certificates(folder)


@pytest.mark.parametrize("name, failure", [
    ("good", "none"), ("expired", "tls-expired"), ("early", "tls-expired"),
    ("wrong-name", "tls-wrong-name"), ("self-signed", "tls-self-signed"),
    ("stranger", "tls-unknown-issuer")])
def test_certificates(certificates, name, failure):
    ca, contexts = certificates
    with Host(tls=contexts[name]) as host:
        answer = fetch_one(f"ca_file={ca}", host.url("/"))
    assert answer.failure == failure and (answer.words != "") == (failure != "none")
    assert len(host.seen) == (failure == "none")


def test_a_ca_of_the_tests_is_not_the_system_s(certificates):
    with Host(tls=certificates[1]["good"]) as host:
        assert fetch_one(host.url("/")).failure == "tls-unknown-issuer"


def test_plain_http_on_a_tls_port(host):
    answer = fetch_one(f"https://127.0.0.1:{host.port}/")
    assert answer.failure == "tls-protocol"


def test_a_trickle_is_too_slow(host):
    run = Run(LOOPBACK, "timeout=28000", host.url("/slow-body"))
    assert run.answers[0].failure == "too-slow" and 14 < run.seconds < 22


def test_a_wait_for_the_first_byte_has_the_timeout_alone(host):
    run = Run(LOOPBACK, "timeout=28000", host.url("/pause/18000"))
    assert run.answers[0].failure == "none" and 17 < run.seconds < 25


# ---- Settings ----

def test_headers_go_to_their_host_alone(host):
    with Host("127.0.0.2") as other:
        answer = fetch_one("header=127.0.0.1,X-Key,secret",
                           host.url(f"/redirect/302?to={other.url('/echo')}"))
    assert answer.failure == "none" and host.seen[0].headers["x-key"] == "secret"
    assert "x-key" not in other.seen[0].headers and "accept" in host.seen[0].headers


def test_a_row_of_headers_replaces_ours(host):
    for row, name, ours in (("User-Agent,mine", "user-agent", "outfeed/"), ("Accept-Encoding,gzip", "accept-encoding", "br")):
        answer = fetch_one("bodies=1", f"header=127.0.0.1,{row}", host.url("/echo"))
        lines = [line.split(": ", 1) for line in answer.body.splitlines()[1:]]
        assert [value for key, value in lines if key.lower() == name] == [row.split(",")[1]]
        plain = fetch_one("bodies=1", host.url("/echo")).body.lower().splitlines()
        assert [ours in line for line in plain if line.startswith(name)] == [True]


def test_the_environment_names_no_proxy(host):
    env = {name: "http://127.0.0.1:9" for name in
           ("http_proxy", "https_proxy", "all_proxy", "HTTPS_PROXY", "ALL_PROXY")}
    assert fetch_one(host.url("/"), env=env).failure == "none"


def test_proxy(host):
    with Host("127.0.0.3") as proxy:
        run = Run("allow=127.0.0.1", f"proxy={proxy.url('')}", host.url("/a"),
                  "http://10.0.0.1/b", f"https://127.0.0.1:{host.port}/c")
    assert [answer.failure for answer in run.answers] == ["none", "forbidden", "proxy"]
    assert host.seen == [] and host.url("/a") in proxy.paths()
    assert all("10.0.0.1" not in target for target in proxy.paths())


@pytest.mark.parametrize("argument", ["nameserver=none", "ca_file=/nowhere/ca.pem",
                                      "proxy=http://a b/"])
def test_settings_that_cannot_be_used(argument):
    run = Run(argument, "http://example.org/")
    assert run.status == 2 and argument.split("=")[1] in run.err


# ---- Retries ----

def test_retries(host):
    run = Run(LOOPBACK, "retries=2", host.url("/recovers/500/2"), host.url("/recovers/503/3"),
              host.url("/status/404"))
    assert [answer.short for answer in run.answers] == ["none", "http-503", "http-404"]
    assert host.count("/recovers/500/2") == host.count("/recovers/503/3") == 3
    assert host.count("/status/404") == 1 and run.end["retries"] == 4
    assert run.seconds < 8


def test_retry_after_is_waited_for(host):
    answer = fetch_one("retries=1", host.url("/recovers/429/1?after=2"))
    assert answer.failure == "http" or answer.failure == "none"
    host.seen.clear()
    run = Run(LOOPBACK, "retries=1", "concurrency=1", host.url("/status/429?after=1"),
              host.url("/later"))
    times = {seen.target: seen.time for seen in host.seen}
    assert run.answers[0].short == "http-429" and run.answers[0].retry_after == 1
    assert not run.answers[0].put_off and run.answers[1].failure == "none"
    first = min(seen.time for seen in host.seen)
    assert times["/later"] - first >= 0.95  # the host waits, not the one request


def test_retry_after_past_the_cap_puts_the_host_off(host):
    with Host("127.0.0.2") as other:
        run = Run(LOOPBACK, "retries=2", "per_host=1", host.url("/status/503?after=3600"),
                  *[host.url(f"/{i}") for i in range(5)], other.url("/"))
    first, *rest, elsewhere = run.answers
    assert first.put_off and first.short == "http-503" and first.retry_after == 3600
    assert all(answer.put_off and answer.short == "http-503" for answer in rest)
    assert elsewhere.failure == "none" and len(host.seen) == 1 and run.seconds < 5


def test_an_incident_is_one():
    """A host that refuses: its first answers are its own, the others are put off."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        run = Run(LOOPBACK, "retries=2", "per_host=1",
                  *[f"http://127.0.0.1:{port}/{i}" for i in range(200)])
    assert len(run.answers) == 200 and run.end["requests"] == 5
    assert {answer.failure for answer in run.answers} == {"refused"}
    seen = [answer for answer in run.answers if not answer.put_off]
    assert 1 <= len(seen) <= 5


# ---- Politeness ----

def gaps(host):
    times = sorted(seen.time for seen in host.seen)
    return [b - a for a, b in zip(times, times[1:])]


def test_delay_and_one_at_a_time(host):
    run = Run(LOOPBACK, "per_host=1", "delay=200", *[host.url(f"/pause/50?{i}") for i in range(6)])
    assert len(run.answers) == 6 and host.most_under_way == 1
    assert min(gaps(host)) > DELAY - LATE


def test_each_redirect_and_retry_waits_its_turn(host):
    fetch("per_host=1", "delay=200", "retries=1", "method=head", host.url("/hops/3"),
          host.url("/head-lies"), host.url("/recovers/500/2"))
    assert len(host.seen) >= 8 and min(gaps(host)) > DELAY - LATE


def test_names_of_one_address_share_its_turn(host):
    rows = {f"site{i}.test": ["127.0.0.1"] for i in range(5)}
    with Names({f"www.{name}": to for name, to in rows.items()}) as names, Host("127.0.0.2") as free:
        run = Run(LOOPBACK, f"nameserver={names.address}", "per_host=1", "delay=200",
                  *[host.url("/pause/20", host=f"www.{name}") for name in rows], free.url("/"))
    assert {answer.failure for answer in run.answers} == {"none"}
    assert host.most_under_way == 1 and min(gaps(host)) > DELAY - LATE
    assert free.seen[0].time < sorted(seen.time for seen in host.seen)[2]


def test_names_of_one_domain_share_its_turn(host):
    with Host("127.0.0.2", port=host.port) as other:
        rows = {"a.one.test": ["127.0.0.1"], "b.one.test": ["127.0.0.2"]}
        with Names(rows) as names:
            fetch(f"nameserver={names.address}", "per_host=1", "delay=200",
                  *[host.url(f"/{i}", host=name) for name in rows for i in range(3)])
        times = sorted(seen.time for seen in host.seen + other.seen)
    assert len(times) == 6 and min(b - a for a, b in zip(times, times[1:])) > DELAY - LATE


def test_a_rule_of_hosts(host):
    run = Run(LOOPBACK, "per_host=1", "delay=5000", "host=127.*,0,8",
              *[host.url(f"/pause/100?{i}") for i in range(16)])
    assert len(run.answers) == 16 and run.seconds < 4 and 2 <= host.most_under_way <= 8


def test_concurrency_is_of_the_whole():
    hosts = [Host(f"127.0.0.{i}") for i in range(1, 7)]
    for one in hosts:
        one.__enter__()
    run = Run(LOOPBACK, "concurrency=1", *[one.url(f"/pause/60?{i}") for one in hosts for i in range(2)])
    for one in hosts:
        one.__exit__()
    assert len(run.answers) == 12 and run.seconds >= 0.7


def test_a_slow_host_delays_no_other(host):
    with Host("127.0.0.2") as quick:
        run = Run(LOOPBACK, "per_host=1", "delay=300", "concurrency=4",
                  *[host.url(f"/pause/300?{i}") for i in range(8)], quick.url("/"))
    assert run.order[0].url == quick.url("/") or run.order[1].url == quick.url("/")


def test_what_sends_no_request_costs_its_host_no_delay(host):
    with Names({"gone.test": "nxdomain", "here.gone.test": ["127.0.0.1"]}) as names:
        run = Run(LOOPBACK, f"nameserver={names.address}", "per_host=1", "delay=500",
                  *[f"http://gone.test/{i}" for i in range(50)], "http://x y/", "ftp://z/",
                  *[host.url(f"/{i}", host="here.gone.test") for i in range(3)],
                  *[f"http://gone.test/{i}" for i in range(3)])
    assert len(run.answers) == 58 and run.seconds < 5 and run.end["requests"] == 3
    assert len(host.seen) == 3 and min(gaps(host)) > 0.5 - LATE


def test_a_dot_at_the_end_makes_no_other_host(host):
    with Names({"dot.test": ["127.0.0.1"]}) as names:
        answers = fetch(f"nameserver={names.address}", "per_host=1", "delay=200",
                        *[host.url(f"/{i}", host="dot.test" + "." * (i % 2)) for i in range(4)])
    assert {answer.failure for answer in answers} == {"none"} and min(gaps(host)) > DELAY - LATE


# ---- robots.txt ----

ROBOTS = b"User-agent: *\nDisallow: /private\nCrawl-delay: 0.3\n"


def test_robots_delay():
    with Host(files={"/robots.txt": ROBOTS}) as host:
        answers = fetch("robots=delay", *[host.url(f"/private/{i}") for i in range(3)])
    assert {answer.failure for answer in answers} == {"none"}
    assert host.paths()[0] == "/robots.txt" and host.paths().count("/robots.txt") == 1
    assert min(gaps(host)) > 0.3 - LATE


def test_robots_obey():
    with Host(files={"/robots.txt": ROBOTS.replace(b"Crawl-delay: 0.3\n", b"")}) as host:
        answers = fetch("robots=obey", host.url("/private/a"), host.url("/public"),
                        host.url("/redirect/302?to=/private/b"))
    assert [answer.failure for answer in answers] == ["robots", "none", "robots"]
    assert not any("/private" in path for path in host.paths() if "redirect" not in path)


def test_robots_ignore(host):
    fetch(host.url("/"))
    assert host.paths() == ["/"]


@pytest.mark.parametrize("robots, path, failure", [
    ("delay", "/status/500", "none"), ("obey", "/status/500", "robots"),
    ("obey", "/status/403", "none"), ("obey", "/reset", "robots"), ("delay", "/maze", "none")])
def test_robots_that_cannot_be_had(host, robots, path, failure):
    with Host("127.0.0.2") as site:
        from faulty import ROUTES
        ROUTES["robots.txt"] = lambda reply: reply.send(302, b"", f"Location: {host.url(path)}")
        answer = fetch_one(f"robots={robots}", site.url("/page"))
        del ROUTES["robots.txt"]
    assert answer.failure == failure


# ---- A stop, and another run ----

def test_a_fetcher_runs_again(host):
    run = Run(LOOPBACK, "twice=1", "per_host=1", "delay=200", host.url("/1"), host.url("/hops/1"))
    assert len(run.answers) == 4 and {answer.failure for answer in run.answers} == {"none"}
    assert len(host.seen) == 6 and min(gaps(host)) > DELAY - LATE



def test_done_may_stop(host):
    run = Run(LOOPBACK, "stop_after=3", "per_host=2", *[host.url(f"/pause/20?{i}") for i in range(50)])
    assert run.end["under_way"] == 0 and len(run.answers) <= 6
    assert [answer.put_off for answer in run.order[:3]] == [0, 0, 0]
    assert any(answer.put_off for answer in run.order[3:])


def test_a_stop_is_quick(host):
    probe = subprocess.Popen(
        [os.environ["OUTFEED_FETCH_PROBE"], LOOPBACK, "timeout=20000",
         *[host.url(f"/silence?{i}") for i in range(20)]], stdout=subprocess.PIPE, text=True)
    while len(host.seen) < 20:
        time.sleep(0.02)
    begun = time.monotonic()
    probe.send_signal(signal.SIGINT)
    out, _ = probe.communicate(timeout=10)
    lines = [json.loads(line) for line in out.splitlines()]
    assert time.monotonic() - begun < 0.6 and probe.returncode == 0
    assert lines[-1]["end"] != 0 and len(lines) == 21
    assert all(line["put_off"] for line in lines[:-1])


@pytest.mark.parametrize("after", [0.05, 0.2, 0.5, 1.1])
def test_a_stop_in_the_midst_of_everything(host, after):
    """Each task that was begun is answered once, whatever it was doing."""
    paths = ["/page", "/hops/9", "/maze", "/recovers/500/1", "/status/404", "/gzip-bomb", "/reset",
             "/silence", "/cookie-wall", "/head-lies", "/slow-headers", "/short", "/endless-body"]
    with Names({"busy.test": ["127.0.0.1"], "mute.test": "silence"}) as names:
        probe = subprocess.Popen(
            [os.environ["OUTFEED_FETCH_PROBE"], LOOPBACK, "retries=2", "robots=obey",
             "method=head", f"nameserver={names.address}", "concurrency=32", "per_host=16",
             *[host.url(f"{path}?{i}", host=name) for i in range(30) for path in paths
               for name in ("127.0.0.1", "busy.test", "mute.test")]],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        time.sleep(after)
        probe.send_signal(signal.SIGINT)
        out, err = probe.communicate(timeout=10)
    assert probe.returncode == 0 or (probe.returncode == -signal.SIGINT and after < 0.1), err
    if probe.returncode == 0:
        *answers, end = [json.loads(line) for line in out.splitlines()]
        tasks = [answer["task"] for answer in answers]
        assert len(tasks) == len(set(tasks)) == end["answers"] and end["under_way"] == 0


# ---- Scale ----

@pytest.mark.skipif(INSTRUMENTED, reason="the memory is the sanitizers'")
def test_what_waits_costs_little(host):
    """The schedule's cost alone, beside the URLs that the probe itself holds."""
    def peak(count):
        stdin = "".join(host.url(f"/{i}\n") for i in range(count))
        run = Run(LOOPBACK, "stop_after=50", "per_host=2", "quiet=1", "-", stdin=stdin)
        assert run.end["answers"] >= 50
        return run.end["peak_kib"]
    count = 400_000
    assert (peak(count) - peak(100)) * 1024 / count < 48 + 3 * 16 + 20
