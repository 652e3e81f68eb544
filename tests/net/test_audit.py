"""`outfeed audit` against real servers: each verdict of AUDIT section 3, and the guards."""
import re
import signal
import socket
import sqlite3
import subprocess
import os
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from audit_site import AuditSite, moment, page  # noqa: E402
from faulty import Host, Names, make_certificates  # noqa: E402

TITLE = "A piece about sparrows in winter"
NIGHTS = (0, 4, 8, 12)


@pytest.fixture
def site(tmp_path):
    (tmp_path / "site").mkdir()
    return AuditSite(tmp_path / "site")


@pytest.fixture
def host():
    with Host() as made:
        made.files["/good"] = page(TITLE)
        yield made


def check(site, url, nights=NIGHTS, **more):
    """The verdict on one link after some nights, a good one beside it."""
    site.link("subject", url, **more)
    result = site.nights(nights)
    result.verdict = site.verdicts()[url]
    return result


# ---- Verdicts ----

def test_alive(site, host):
    result = check(site, host.url("/good"), nights=[0])
    assert result.verdict == "alive" and result.status == 0
    assert result.summary["verdicts"]["alive"] == 1 and result.summary["complete"]


def test_moved(site, host):
    url = host.url(f"/redirect/301?to={host.url('/good')}")
    assert check(site, url, nights=[0]).verdict == "moved"
    assert site.links()[url]["suggestion"] == host.url("/good")


def test_redirected(site, host):
    assert check(site, host.url("/redirect/302?to=/good"), nights=[0]).verdict == "redirected"


@pytest.mark.parametrize("status", [404, 410])
def test_dead(site, host, status):
    url = host.url(f"/status/{status}")
    site.link("good", host.url("/good"))
    assert check(site, url, nights=[0]).verdict == "suspect"
    assert site.audit("--all", day=4).status == 0
    result = site.audit("--all", day=8)
    assert site.verdicts()[url] == "dead"
    assert result.status == 3 and result.summary["new_rot"] == 1
    result = site.audit("--all", day=9)
    assert result.status == 0 and result.summary["rot"] == 1
    assert site.audit("--all", "--all-findings", day=10).status == 3


def test_a_weekend_s_outage_kills_nothing(site, host):
    url = host.url("/recovers/404/3")
    site.link("good", host.url("/good"))
    site.link("subject", url, title="Page")
    for day in (0, 1, 2, 3):
        site.audit("--all", day=day)
    row = site.links()[url]
    assert row["verdict"] == "alive" and row["streak"] == 0


@pytest.mark.parametrize("path, failure", [
    ("/status/500", "http-500"), ("/reset", "reset"), ("/short", "truncated"),
    ("/silence", "timeout-transfer"), ("/not-http", "protocol"),
    ("/crossed/a", "redirect-loop"), ("/maze", "too-many-redirects"),
    ("/redirect/302?to=file:///etc/passwd", "bad-redirect"), ("/endless-headers", "too-large"),
])
def test_soft_failures_take_a_month(site, host, path, failure):
    site.configure("timeout: 1s")
    site.link("good", host.url("/good"))
    url = host.url(path)
    result = check(site, url, nights=[0])
    assert result.verdict == "suspect"
    assert [event["failure"] for event in result.events if event["url"] == url] == [failure]
    for day in (8, 16, 24):
        site.audit("--all", day=day)
    assert site.verdicts()[url] == "suspect"
    site.audit("--all", day=32)
    assert site.verdicts()[url] == "dead"


def test_names(site, host):
    with Names({"gone.example": "nxdomain", "sick.example": "servfail"}) as names:
        site.configure(f"nameservers: ['{names.address}']")
        site.link("good", host.url("/good"))
        site.link("gone", "http://gone.example/a")
        site.link("sick", "http://sick.example/a")
        result = site.audit()
        failures = {event["url"]: event.get("failure") for event in result.events}
        assert failures["http://gone.example/a"] == "dns-nxdomain"
        assert failures["http://sick.example/a"] == "dns-servfail"
        site.nights([4, 8])
    verdicts = site.verdicts()
    assert verdicts["http://gone.example/a"] == "dead"
    assert verdicts["http://sick.example/a"] == "suspect"


def test_soft_404(site, host):
    """One page for whatever was asked: it says not found, and so does a made-up sibling."""
    gone = page("Page not found", "Sorry, the page you are looking for could not be found.")
    host.default = gone
    url = host.url("/articles/sparrows.html")
    result = check(site, url)
    assert result.verdict == "soft-404", (site.links()[url], host.paths())
    assert result.summary["rot"] == 1
    asked = [path for path in host.paths() if path.startswith("/articles/outfeed-")]
    assert asked and all(path.endswith(".html") for path in asked)


def test_soft_404_by_a_shared_landing(site, host):
    """Removed pages that all lead to the front page."""
    host.files["/"] = page("Acme, makers of things")
    for number in range(4):
        site.link(f"s{number}", host.url(f"/redirect/302?to=/&n={number}"),
                  title=f"Story number {number} of birds")
    site.nights((0, 4, 8, 12, 16))
    assert set(site.verdicts().values()) == {"soft-404"}


def test_a_log_in_page_alone_is_none(site, host):
    host.files["/login"] = page("Log in", head="") + b"<form><input type=password></form>"
    url = host.url("/redirect/302?to=/login")
    assert check(site, url).verdict == "redirected"


def test_hijacked(site, host):
    host.files["/parked"] = page("example.com is for sale",
                                 "Buy this domain. This domain is for sale. Make an offer.")
    assert check(site, host.url("/parked")).verdict == "hijacked"


def test_hijacked_by_another_domain(site, host):
    with Names({"old.example": [["127.0.0.1"]], "casino.example": [["127.0.0.1"]]}) as names:
        site.configure(f"nameservers: ['{names.address}']")
        host.files["/win"] = page("Best online casino bonus offers today")
        url = f"http://old.example:{host.port}/redirect/301?to=http://casino.example:{host.port}/win"
        assert check(site, url).verdict == "hijacked"


def test_a_move_to_another_domain_is_none(site, host):
    with Names({"old.example": [["127.0.0.1"]], "new.example": [["127.0.0.1"]]}) as names:
        site.configure(f"nameservers: ['{names.address}']")
        url = f"http://old.example:{host.port}/redirect/301?to=http://new.example:{host.port}/good"
        assert check(site, url).verdict == "moved"


def test_a_site_that_moved_as_a_whole_is_no_hijack(site, host):
    """Four links keep their titles on the new domain, and vouch for a fifth."""
    with Names({"old.example": [["127.0.0.1"]], "new.example": [["127.0.0.1"]]}) as names:
        site.configure(f"nameservers: ['{names.address}']")
        host.files["/renamed"] = page("Quarterly earnings of a steel works")
        to = f"http://old.example:{host.port}/redirect/301?to=http://new.example:{host.port}"
        for number in range(4):
            site.link(f"n{number}", f"{to}/good?n={number}")
        host.files["/good"] = page(TITLE)
        site.audit("--all")
        site.link("subject", f"{to}/renamed", title="Bicycles in the old town")
        site.nights((1, 5, 9, 13))
    assert site.verdicts()[f"{to}/renamed"] not in ("hijacked", "suspect"), site.verdicts()


def test_drifted(site, host):
    host.files["/other"] = page("Quarterly earnings of a steel works",
                                head='<meta name="description" content="Revenue, margins and debt of the steel works.">')
    site.link("subject", host.url("/other"), summary="How small birds get through the cold months.")
    site.nights(NIGHTS)
    assert site.verdicts()[host.url("/other")] == "drifted"


@pytest.mark.parametrize("status", [401, 402, 403, 451, 999])
def test_blocked(site, host, status):
    assert check(site, host.url(f"/status/{status}")).verdict == "blocked"


def test_a_bot_wall_is_blocked_whatever_its_status(site, host):
    host.files["/wall"] = page("Just a moment...", "Checking your browser before accessing the site. "
                               "Enable JavaScript and cookies to continue.")
    assert check(site, host.url("/wall")).verdict == "blocked"


def test_throttled(site, host):
    assert check(site, host.url("/status/429?after=3600"), nights=[0]).verdict == "throttled"


@pytest.mark.parametrize("name, failure", [
    ("expired", "tls-expired"), ("wrong-name", "tls-wrong-name"),
    ("self-signed", "tls-self-signed"), ("stranger", "tls-unknown-issuer")])
def test_insecure(site, tmp_path, name, failure):
    contexts = make_certificates(tmp_path)
    with Host(tls=contexts[name]) as host:
        site.configure(f"ca_file: {tmp_path}/ca.pem")
        result = check(site, host.url("/good"), nights=NIGHTS)
        assert result.verdict == "insecure"
        assert result.events[0]["failure"] == failure


def test_tls_protocol(site, host):
    url = host.url("/good").replace("http:", "https:")
    result = check(site, url, nights=[0])
    assert result.verdict == "insecure" and result.events[0]["failure"] == "tls-protocol"


def test_invalid_and_skipped(site, host):
    site.configure("exclude: ['*/private/*']")
    long = host.url("/" + "x" * 9000)
    site.link("long", long)
    site.link("private", host.url("/private/a"), body="[m](mailto:a@b.example) [t](tel:+1)\n")
    result = site.audit()
    assert result.summary["verdicts"]["invalid"] == 1
    assert result.summary["verdicts"]["skipped"] == 3
    assert host.seen == []


def test_what_is_no_url_is_invalid_wherever_it_stands(site, host):
    site.item("a.md", link="http://127.0.0.1:99999/", related=["http:///nohost", "mailto:a@b.example"],
              body="[a](http://) [b](http://[::1) [c](http://user@) [d](http://127.0.0.1:0/)\n")
    result = site.audit()
    assert result.summary["verdicts"]["invalid"] == 6
    assert result.summary["verdicts"]["skipped"] == 1
    rows = site.links()
    assert set(rows) == {"http://127.0.0.1:99999/", "http:///nohost", "http://", "http://%5B::1",
                         "http://user@", "http://127.0.0.1:0/"}
    assert site.audit(day=1).summary["verdicts"]["invalid"] == 6


def test_an_image_of_the_body_is_asked_for_its_beginning(site, host):
    image, both = host.url("/image/knows"), host.url("/image/both")
    site.item("a.md", body=f"![a]({image}) ![b]({both}) [b]({both})\n")
    site.audit("--only", "body")
    ranges = {seen.target: seen.headers.get("range") for seen in host.seen}
    assert ranges == {"/image/knows": "bytes=0-65535", "/image/both": None}
    site.item("b.md", body=f"[c]({image})\n")
    del host.seen[:]
    site.audit("--all", day=1)
    assert {seen.headers.get("range") for seen in host.seen} == {None}
    (site.folder / "content/b.md").unlink()
    del host.seen[:]
    site.audit("--all", day=2)
    assert "bytes=0-65535" in {seen.headers.get("range") for seen in host.seen}


@pytest.mark.parametrize("content, report, refused", [
    ("content", "content", True), ("content", "content/new/reports", True), ("content", "reports", False),
    ("content", "contents", False), ("'**/*.md'", "reports", True), ("'*.md'", ".", True),
    ("'*.md'", "reports", False), ("content/*", "content/reports", True), ("content", "public/reports", False)])
def test_reports_are_kept_from_the_content(site, content, report, refused):
    site.item("a.md", title="A")
    site.item("../b.md", title="B")
    config = site.folder / "outfeed.yaml"
    config.write_text(config.read_text() + f"content: {content}\n")
    result = site.audit("--report", report)
    assert result.status == (2 if refused else 0), result
    assert (site.folder / report / "audit.md").exists() != refused
    if refused:
        assert "content" in result.err and "reports" in result.err


def test_only(site, host):
    site.item("a.md", link=host.url("/good"), image=host.url("/image/knows"),
              body=f"[b]({host.url('/body')})\n")
    assert site.audit("--only", "source").summary["checked"] == 1
    assert sorted(host.paths()) == ["/good"]
    assert site.audit("--only", "image,body", day=1).summary["checked"] == 2


# ---- Guards ----

PRIVATE = ["127.0.0.1", "0177.0.0.1", "0x7f.1", "2130706433", "127.1", "[::1]", "[::ffff:127.0.0.1]",
           "[::ffff:7f00:1]", "[64:ff9b::7f00:1]", "[64:ff9b::127.0.0.1]", "0", "10.0.0.1",
           "192.168.1.1", "169.254.169.254", "100.64.0.1", "[fd00::1]", "[fe80::1]", "[2002:7f00:1::]"]


def test_no_form_of_a_private_address_is_reached(tmp_path, host):
    (tmp_path / "shut").mkdir()
    site = AuditSite(tmp_path / "shut")
    site.write("outfeed.yaml", "site: {title: T, url: 'https://example.org/'}\naudit: {delay: 0, retries: 0, robots: ignore}\n")
    for number, literal in enumerate(PRIVATE):
        site.link(f"p{number}", f"http://{literal}:{host.port}/secret")
    result = site.audit()
    verdicts = site.verdicts()
    assert len(verdicts) == len(PRIVATE)
    assert set(verdicts.values()) <= {"forbidden", "invalid"}, verdicts
    assert host.seen == [] and result.summary["checked"] == len(PRIVATE)


def test_a_name_that_changes_its_mind_gains_nothing_in_100_tries(site, host):
    names = {f"rebind{n}.example": [["93.184.216.34"], ["127.0.0.1"]] for n in range(100)}
    site.write("outfeed.yaml", "site: {title: T, url: 'https://example.org/'}\n"
               "audit:\n  delay: 0\n  retries: 1\n  connect_timeout: 300ms\n  timeout: 1s\n  robots: ignore\n")
    with Names(names) as server:
        site.configure(f"nameservers: ['{server.address}']")
        for name in names:
            site.link(name, f"http://{name}:{host.port}/secret")
        site.audit()
    assert host.seen == []


def test_a_redirect_to_a_private_address(site, host):
    site.write("outfeed.yaml", "site: {title: T, url: 'https://example.org/'}\n"
               "audit:\n  allow_addresses: [127.0.0.1]\n  delay: 0\n  robots: ignore\n")
    with Host("127.0.0.2") as inner:
        url = host.url(f"/redirect/302?to={inner.url('/secret')}")
        assert check(site, url, nights=[0]).verdict == "forbidden"
        assert inner.seen == []


def test_a_network_that_is_down_is_said_and_nothing_recorded(site, host):
    others = [Host(f"127.0.0.{n}") for n in (2, 3, 4)]
    for other in others:
        other.__enter__()
        other.files["/good"] = page(TITLE)
    for number, each in enumerate([host, *others]):
        site.link(f"n{number}", each.url("/good"))
    site.audit()
    before = site.links()
    for other in others:
        other.__exit__()
        other.server.server_close()
    result = site.audit("--all", day=9)
    assert result.status == 1 and result.summary["network_down"]
    assert site.links() == before
    assert "network is down" in result.err and "audit.controls" in result.err


def test_a_first_run_without_a_network_calls_nothing_dead(site):
    with Names({}) as names:
        names.names = {f"h{n}.example": ["servfail"] for n in range(30)}
        site.configure(f"nameservers: ['{names.address}']")
        for number in range(30):
            site.link(f"n{number}", f"http://h{number}.example/")
        for day in (0, 8, 16, 24, 32):
            result = site.audit("--all", day=day)
            assert result.status == 1 and result.summary["network_down"]
    assert {row["checks"] for row in site.links().values()} == {0}


def test_one_host_that_dies_is_no_network_that_is_down(site, host):
    """A small site's only link is called dead in the end, not the network for ever."""
    site.link("only", host.url("/good"))
    site.audit()
    host.server.shutdown()
    host.server.server_close()
    for day in (10, 18, 26, 34, 42, 50):
        assert not site.audit("--all", day=day).summary["network_down"]
    assert set(site.verdicts().values()) == {"dead"}


def test_a_dead_host_with_many_links(site, host):
    """Put off as one incident, and yet all of its links are dead after a month."""
    site.link("good", host.url("/good"))
    for number in range(60):
        site.link(f"n{number}", f"http://127.0.0.9:1/{number}")
    for day in (0, 8, 16, 24, 32):
        result = site.audit("--all", day=day)
    assert result.summary["verdicts"]["dead"] == 60, result.summary
    assert result.summary["requests"] <= 5 * 3 + 10


def test_another_name_of_a_dead_host_s_domain_is_not_blamed(site, host):
    names = {"old.site.example": [["127.0.0.9"]], "www.site.example": [["127.0.0.1"]]}
    with Names(names) as server:
        site.configure(f"nameservers: ['{server.address}']", "per_host: 1")
        for number in range(12):
            site.link(f"n{number}", f"http://old.site.example:{host.port}/{number}")
        site.link("good", f"http://www.site.example:{host.port}/good")
        for day in (0, 8, 16, 24, 32):
            site.audit("--all", day=day)
    assert site.verdicts()[f"http://www.site.example:{host.port}/good"] in ("alive", "none")


def test_503_with_a_long_retry_after_counts(site, host):
    url = host.url("/status/503?after=7200")
    site.link("good", host.url("/good"))
    assert check(site, url, nights=(0, 8, 16, 24, 32)).verdict == "dead"


def test_a_budget_holds_for_controls_too(site, host):
    site.configure(f"controls: ['{host.url('/silence')}']")
    site.link("good", host.url("/good"))
    begun = time.monotonic()
    result = site.audit("--budget", "1s")
    assert time.monotonic() - begun < 4
    assert not result.summary["network_down"] and not result.summary["complete"]


def test_controls_wait_their_turn_as_all_do(site, host):
    """One fetcher for controls and links: no two requests of a host closer than its delay."""
    site.write("outfeed.yaml", "site: {title: T, url: 'https://example.org/'}\n"
               "audit:\n  allow_addresses: [127.0.0.0/8]\n  delay: 300ms\n  robots: ignore\n"
               f"  controls: ['{host.url('/up')}']\n")
    for number in range(3):
        site.link(f"n{number}", host.url(f"/good?n={number}"))
    site.audit()
    times = [request.time for request in host.seen]
    assert len(times) == 4
    assert min(b - a for a, b in zip(times, times[1:])) > 0.22


def test_a_clock_that_was_ahead_stops_nothing(site, host):
    site.link("good", host.url("/good"))
    site.audit(day=1600)
    result = site.audit("--all")
    assert result.summary["checked"] == 1 and result.summary["put_off"] == 0


def test_controls_that_answer(site, host):
    with Host("127.0.0.2") as control:
        site.configure(f"controls: ['{control.url('/up')}']")
        site.link("gone", "http://127.0.0.3:1/")
        result = site.audit()
        assert not result.summary["network_down"] and result.summary["verdicts"]["suspect"] == 1
        assert control.count("/up") >= 1


# ---- The run ----

def test_what_is_not_due_is_not_asked(site, host):
    site.link("good", host.url("/good"))
    assert site.audit().summary["checked"] == 1
    assert site.audit(day=1).summary["due"] == 0
    assert site.audit(day=15).summary["checked"] == 1


def test_a_budget_ends_in_order(site, host):
    site.configure("concurrency: 2")
    for number in range(40):
        site.link(f"n{number}", host.url(f"/pause/200?n={number}"))
    result = site.audit("--budget", "1s")
    assert result.status == 0 and not result.summary["complete"]
    assert 0 < result.summary["checked"] < 40
    assert result.summary["put_off"] == 40 - result.summary["checked"]
    again = site.audit()
    assert again.summary["complete"]
    assert again.summary["checked"] + result.summary["checked"] == 40


def test_interrupted_and_resumed(site, host):
    site.configure("concurrency: 2")
    for number in range(60):
        site.link(f"n{number}", host.url(f"/pause/100?n={number}"))
    process = subprocess.Popen([os.environ["OUTFEED"], "audit", "--json", "-q", "--now", moment(0)],
                               cwd=site.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    while len(host.seen) < 8:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 130, (out, err)
    done = sum(row["checks"] > 0 for row in site.links().values())
    assert 0 < done < 60
    assert site.audit().summary["checked"] == 60 - done


def test_killed_at_any_moment(site, host):
    for number in range(30):
        site.link(f"n{number}", host.url(f"/pause/20?n={number}"), title="Page")
    for turn in range(8):
        process = subprocess.Popen([os.environ["OUTFEED"], "audit", "--all", "-q", "--now", moment(turn)],
                                   cwd=site.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        time.sleep(0.05 * turn)
        process.kill()
        process.communicate()
        history = site.folder / ".outfeed/audit.db"
        if history.exists():
            with sqlite3.connect(history) as opened:
                assert opened.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert site.audit("--all", day=20).summary["complete"]
    assert {row["verdict"] for row in site.links().values()} == {"alive"}


def test_a_check_is_kept_although_another_takes_its_time(site, host):
    """A kill loses what the last second brought, and not what waits for a slow answer's company."""
    site.link("quick", host.url("/good"))
    site.link("slow", host.url("/pause/9000"))
    process = subprocess.Popen([os.environ["OUTFEED"], "audit", "--json", "--now", moment(0)],
                               cwd=site.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert b"/good" in process.stderr.readline()
    time.sleep(2.5)
    process.kill()
    process.communicate()
    assert site.links()[host.url("/good")]["checks"] == 1


def test_two_at_once(site, host):
    for number in range(10):
        site.link(f"n{number}", host.url(f"/pause/50?n={number}"))
    commands = [[os.environ["OUTFEED"], "audit", "-q"]] * 2
    both = [subprocess.Popen(command, cwd=site.folder, stderr=subprocess.PIPE) for command in commands]
    for process in both:
        assert process.wait(timeout=60) in (0, 1), process.stderr.read()
    assert sum(path.startswith("/pause") for path in host.paths()) == 10


def test_conditional_requests(site, host):
    url = host.url("/conditional")
    site.link("c", url, title="Page")
    site.audit()
    site.audit("--all", day=1)
    assert host.seen[-1].headers.get("if-none-match") == '"v1"'
    assert site.verdicts()[url] == "alive"


def test_uses_and_their_places(site, host):
    url = host.url("/good")
    site.write("content/one.md", f"---\ntitle: One\ndate: 2025-03-01\nlink:\n  href: {url}\n---\n\nSee\n[it]({url}#part).\n")
    site.audit()
    with sqlite3.connect(site.folder / ".outfeed/audit.db") as history:
        rows = history.execute("SELECT file, field, line, col FROM use JOIN item ON item = item.number ORDER BY line").fetchall()
    assert [(Path(file).name, field, line, col) for file, field, line, col in rows] == [
        ("one.md", "source_url", 5, 9), ("one.md", "body", 9, 6)]


def test_an_item_that_goes_takes_its_links_along(site, host):
    site.link("a", host.url("/good"))
    gone = site.link("b", host.url("/status/404"))
    assert site.audit().summary["links"] == 2
    gone.unlink()
    result = site.audit(day=5)
    assert result.summary["links"] == 1 and result.summary["due"] == 0


def test_user_agent_and_contact(site, host):
    site.configure("contact: https://example.org/bots")
    site.link("a", host.url("/good"))
    site.audit()
    assert re.fullmatch(r"outfeed/\d+\.\d+\.\d+ \(\+https://example\.org/bots\)",
                        host.seen[0].headers["user-agent"])
