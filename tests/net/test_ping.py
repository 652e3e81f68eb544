"""`outfeed build --ping` with hubs of the test's own (SPEC sections 1 and 6)."""
import http.server
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1]))
from conftest import NOW, Site  # noqa: E402
from faulty import Names, make_certificates  # noqa: E402

ATOM = "{http://www.w3.org/2005/Atom}"
ACCEPTS = [(204, {})]


class Hub:
    """Answers by a script: each ping takes the next row, (status, headers), and the last row
    stands for all that follow. `held` answers nothing until the hub ends."""

    def __init__(self, script=None, tls=None, held=False):
        hub = self
        self.script, self.held, self.tls = script or ACCEPTS, held, tls
        self.seen, self.times, self.connections, self.asked = [], [], set(), 0
        self.lock, self.over = threading.Lock(), threading.Event()

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self):
                super().setup()
                with hub.lock:
                    hub.connections.add(self.client_address)

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode("ascii")
                with hub.lock:
                    row = hub.script[min(hub.asked, len(hub.script) - 1)]
                    hub.asked += 1
                    hub.seen.append((self.path, self.headers, body))
                    hub.times.append(time.monotonic())
                if hub.held:
                    hub.over.wait(60)
                    self.close_connection = True
                    return
                status, headers = row
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def do_GET(self):
                with hub.lock:
                    hub.seen.append((self.path, self.headers, "GET"))
                self.send_response(405)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.block_on_close = False
        self.server.handle_error = lambda *_: None
        if tls:
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.server.shutdown()
        self.server.server_close()

    def url(self, path="/", host="127.0.0.1"):
        return f"http{'s' if self.tls else ''}://{host}:{self.port}{path}"

    def topics(self):
        """What was said, in an order of its own; and forgets it."""
        with self.lock:
            seen, self.seen = self.seen, []
        said = []
        for _, headers, body in seen:
            assert headers["Content-Type"] == "application/x-www-form-urlencoded"
            pairs = parse_qsl(body, strict_parsing=True)
            assert [name for name, _ in pairs] == ["hub.mode", "hub.url", "hub.topic"], body
            assert pairs[0][1] == "publish" and pairs[1][1] == pairs[2][1]
            said.append(pairs[1][1])
        return sorted(said)


class PingSite(Site):
    def configure(self, *hubs, allow=True, more=""):
        listed = ", ".join(f"'{getattr(hub, 'url', lambda: hub)()}'" for hub in hubs)
        self.write("outfeed.yaml", Site.CONFIG)
        path = self.folder / "outfeed.yaml"
        text = path.read_text() + f"hubs: [{listed}]\naudit:\n  connect_timeout: 1s\n  timeout: 2s\n"
        path.write_text(text + ("  allow_addresses: [127.0.0.0/8]\n" if allow else "") + more)

    def ping(self, *arguments, **options):
        result = self.build("--ping", "--json", *arguments, **options)
        result.summary = json.loads(result.out)
        return result


@pytest.fixture
def site(tmp_path):
    (tmp_path / "site").mkdir()
    made = PingSite(tmp_path / "site")
    made.items(3)
    return made


@pytest.fixture
def hub():
    with Hub() as made:
        yield made


def self_urls(site, *paths):
    """What the documents of the paths, or all of them, say is their own URL."""
    found = []
    for path in site.output.rglob("*"):
        folder = path.parent.relative_to(site.output).as_posix()
        if paths and folder not in paths:
            continue
        if path.name == "atom.xml":
            links = ElementTree.parse(path).getroot().iterfind(f"{ATOM}link")
        elif path.name == "rss.xml":
            links = ElementTree.parse(path).getroot().iterfind(f"channel/{ATOM}link")
        elif path.name == "feed.json":
            found.append(json.loads(path.read_text("utf-8"))["feed_url"])
            continue
        else:
            continue
        found += [link.get("href") for link in links if link.get("rel") == "self"]
    assert len(found) == 3 * len({url.rsplit("/", 1)[0] for url in found}) > 0
    return sorted(found)


# ---- Which feeds ----

def test_one_ping_for_each_changed_feed_and_none_for_the_others(site, hub):
    site.configure(hub)
    site.item("far.md", category="Far \u00fcber & away")
    result = site.ping()
    assert result.status == 0 and not result.err
    assert hub.topics() == self_urls(site) and len(self_urls(site)) == 12
    assert result.summary["pinged"] == 12 and result.summary["ping_failed"] == 0

    result = site.ping()
    assert hub.topics() == [] and result.summary["pinged"] == 0

    site.item("item-2.md", title="Item 2, edited", date="2025-03-02", category="News")
    result = site.ping()
    assert hub.topics() == self_urls(site, "all", "topic/news")
    assert result.summary["pinged"] == 6
    assert site.ping("--full").summary["pinged"] == 0 and hub.topics() == []


def test_an_item_of_two_groups(site, hub):
    site.configure(hub)
    site.write("content/both.md", "---\ntitle: Both\ndate: 2025-03-09\ncategories: [News, Tools]\n---\nText.\n")
    site.item("other.md", category="Other")
    site.ping()
    hub.topics()
    site.write("content/both.md", "---\ntitle: Two\ndate: 2025-03-09\ncategories: [News, Tools]\n---\nText.\n")
    site.ping()
    assert hub.topics() == self_urls(site, "all", "topic/news", "topic/tools")


def test_pages_archives_and_copies_are_no_topics(site, hub):
    site.configure(hub, more="pages: true\ncompress: true\narchive: month\n")
    site.ping()
    assert {topic.rsplit("/", 1)[1] for topic in hub.topics()} == {"atom.xml", "rss.xml", "feed.json"}


def test_a_build_without_ping_leaves_it_due(site, hub):
    """Built, uploaded, and pinged: the last of the three builds nothing."""
    site.configure(hub)
    site.build()
    site.item("item-2.md", title="Item 2, edited", date="2025-03-02", category="News")
    site.build()
    assert hub.topics() == []
    result = site.ping()
    assert result.summary["written"] == 0 and result.summary["pinged"] == 9
    assert hub.topics() == self_urls(site)
    assert site.ping().summary["pinged"] == 0 and hub.topics() == []


def test_what_is_gone_is_no_topic(site, hub):
    site.configure(hub)
    site.item("gone.md", category="Gone")
    site.build()
    (site.folder / "content/gone.md").unlink()
    site.build("--prune")
    site.ping()
    assert hub.topics() == self_urls(site) and not any("gone" in url for url in self_urls(site))


def test_each_output_has_a_list_of_its_own(site, hub):
    site.configure(hub)
    site.ping()
    hub.topics()
    site.build("-o", site.folder / "preview")
    assert site.ping().summary["pinged"] == 0 and hub.topics() == []
    assert site.ping("-o", site.folder / "preview").summary["pinged"] == 9


def test_two_hubs_and_one_named_twice(site, hub):
    with Hub() as other:
        site.configure(hub, other, hub)
        assert site.ping().summary["pinged"] == 18
        assert hub.topics() == other.topics() == self_urls(site)
        # a hub that is new is told, since the documents name it
        site.configure(other)
        site.ping()
        assert hub.topics() == [] and other.topics() == self_urls(site)


def test_no_hub(site):
    result = site.ping()
    assert result.status == 0 and result.summary["pinged"] == 0
    assert "hubs" in result.about("outfeed.yaml")[0]["message"]


def test_a_dry_run_says_what_it_would_tell(site, hub):
    site.configure(hub)
    result = site.ping("--dry-run")
    assert hub.topics() == [] and result.summary["pinged"] == 9
    told = sorted(line.split(" told of ")[1] for line in result.err.splitlines() if "told of" in line)
    site.build()
    assert told == self_urls(site)
    result = site.ping("--dry-run")
    assert sorted(line.split(" told of ")[1] for line in result.err.splitlines()) == told
    assert site.ping().summary["pinged"] == 9
    assert site.ping("--dry-run").summary["pinged"] == 0


def test_words(site, hub):
    site.configure(hub)
    assert ", 9 pings sent\n" in site.build("--ping").out
    site.item("item-2.md", title="Item 2, edited", date="2025-03-02", category="News")
    assert ", 6 to be pinged\n" in site.build("--ping", "--dry-run").out
    assert "pings" not in site.build().out


def test_the_request(site, hub):
    site.configure(hub.url("/hub?a=1&b"), more="  contact: mailto:me@example.org\n")
    site.ping()
    assert {path for path, *_ in hub.seen} == {"/hub?a=1&b"}
    agents = {headers["User-Agent"] for _, headers, _ in hub.seen}
    assert agents == {f"outfeed/{os.environ['OUTFEED_VERSION']} (+mailto:me@example.org)"}
    # few connections, used again
    assert 1 <= len(hub.connections) <= 4


def test_many_topics(site, hub):
    site.configure(hub)
    for number in range(300):
        site.item(f"many-{number}.md", category=f"Group {number}")
    result = site.ping()
    assert result.summary["pinged"] == 909 and hub.topics() == self_urls(site)
    assert len(hub.connections) <= 4


# ---- Trouble ----

def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def warning(result, hub):
    url = getattr(hub, "url", lambda: hub)()
    found = [line for line in result.err.splitlines() if line.startswith(f"{url}: warning: ")]
    assert len(found) == 1, result
    return found[0]


def test_a_hub_that_is_down_is_told_the_next_time(site, hub):
    down = f"http://127.0.0.1:{free_port()}/"
    site.configure(down, hub)
    result = site.ping()
    assert result.status == 0 and result.summary["status"] == "done"
    assert result.summary["pinged"] == result.summary["ping_failed"] == 9
    assert result.summary["warnings"] == 1 and "9 of 9 pings failed" in warning(result, down)
    assert hub.topics() == self_urls(site)

    site.item("item-2.md", title="Item 2, edited", date="2025-03-02", category="News")
    up = Hub()
    up.server.server_close()
    up.server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", int(down.split(":")[2].strip("/"))), up.server.RequestHandlerClass)
    up.server.daemon_threads, up.server.block_on_close = True, False
    with up:
        result = site.ping()
        assert result.summary["pinged"] == 9 + 6 and result.summary["ping_failed"] == 0
        assert up.topics() == self_urls(site)
        assert hub.topics() == self_urls(site, "all", "topic/news")
        assert site.ping().summary["pinged"] == 0


def one_topic(site):
    """A site of one document."""
    path = site.folder / "outfeed.yaml"
    path.write_text(path.read_text() + "formats: [json]\ngroups: []\n")


def test_tried_again(site):
    with Hub([(500, {}), (503, {}), (204, {})]) as hub:
        site.configure(hub)
        one_topic(site)
        result = site.ping()
        assert result.summary["pinged"] == 1 and not result.err and len(hub.seen) == 3
        first, second = hub.times[1] - hub.times[0], hub.times[2] - hub.times[1]
        assert 0.45 < first and 0.95 < second
        assert hub.topics() == self_urls_json(site) * 3


def self_urls_json(site):
    return [site.feed()["feed_url"]]


def test_tried_a_few_times_alone(site):
    with Hub([(500, {})]) as hub:
        site.configure(hub)
        one_topic(site)
        result = site.ping()
        assert result.status == 0 and len(hub.seen) == 4
        assert "status 500" in warning(result, hub)


def test_retry_after(site):
    with Hub([(429, {"Retry-After": "2"}), (204, {})]) as hub:
        site.configure(hub)
        one_topic(site)
        assert site.ping().summary["pinged"] == 1
        assert hub.times[1] - hub.times[0] >= 1.9


def test_retry_after_past_the_patience(site):
    with Hub([(429, {"Retry-After": "3600"})]) as hub:
        site.configure(hub)
        begin = time.monotonic()
        result = site.ping()
        assert time.monotonic() - begin < 20
        assert result.status == 0 and result.summary["ping_failed"] == 9
        assert "status 429" in warning(result, hub) and len(hub.seen) <= 4
        hub.script = ACCEPTS
        hub.topics()
        assert site.ping().summary["pinged"] == 9


@pytest.mark.parametrize("status", [400, 404, 410])
def test_what_a_hub_refuses_is_not_tried_again(site, status):
    with Hub([(status, {})]) as hub:
        site.configure(hub)
        result = site.ping()
        assert result.status == 0 and result.summary["ping_failed"] == 9
        assert f"status {status}" in warning(result, hub) and hub.topics() == self_urls(site)


def test_one_topic_that_a_hub_refuses_keeps_none_from_the_others(site):
    with Hub([(404, {}), (204, {})]) as hub:
        site.configure(hub)
        result = site.ping()
        assert result.summary["pinged"] == 8 and result.summary["ping_failed"] == 1
        assert "1 of 9 pings failed" in warning(result, hub)
        hub.topics()
        assert site.ping().summary["pinged"] == 1 and len(hub.topics()) == 1


@pytest.mark.parametrize("status", [307, 308])
def test_a_redirect_that_keeps_the_method(site, hub, status):
    with Hub([(status, {"Location": hub.url("/there")})]) as first:
        site.configure(first)
        assert site.ping().summary["pinged"] == 9
        assert {path for path, *_ in hub.seen} == {"/there"}
        assert hub.topics() == first.topics() == self_urls(site)


@pytest.mark.parametrize("status", [301, 302, 303])
def test_a_redirect_that_does_not(site, hub, status):
    with Hub([(status, {"Location": hub.url("/there")})]) as first:
        site.configure(first)
        result = site.ping()
        assert result.summary["ping_failed"] == 9 and hub.seen == []
        assert f"status {status}" in warning(result, first)


def test_a_redirect_without_end(site):
    with Hub([(307, {"Location": "/"})]) as hub:
        site.configure(hub)
        one_topic(site)
        assert site.ping().summary["ping_failed"] == 1 and len(hub.seen) == 4


def test_a_hub_that_never_answers(site, hub):
    with Hub(held=True) as silent:
        site.configure(silent, hub)
        begin = time.monotonic()
        result = site.ping()
        assert time.monotonic() - begin < 40
        assert result.status == 0 and result.summary["ping_failed"] == 9
        assert warning(result, silent) and hub.topics() == self_urls(site)


def test_a_hub_that_is_in_trouble_for_all_of_many_topics(site):
    """Each would be tried four times: the patience with the hub ends before that."""
    with Hub([(204, {})] * 5 + [(503, {})]) as hub:
        site.configure(hub)
        for number in range(100):
            site.item(f"many-{number}.md", category=f"Group {number}")
        begin = time.monotonic()
        result = site.ping()
        assert time.monotonic() - begin < 45
        assert result.status == 0 and result.summary["pinged"] == 5
        assert result.summary["ping_failed"] == 304 and "status 503" in warning(result, hub)
        hub.script = ACCEPTS
        hub.topics()
        assert site.ping().summary["pinged"] == 304


def test_an_answer_without_end(site):
    """Nobody reads it."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(16)

        def pour(connection):
            with connection:
                connection.recv(65536)
                try:
                    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                    while True:
                        connection.sendall(bytes(65536))
                except OSError:
                    pass

        def accept():
            try:
                while True:
                    threading.Thread(target=pour, args=(server.accept()[0],), daemon=True).start()
            except OSError:
                pass

        threading.Thread(target=accept, daemon=True).start()
        site.configure(f"http://127.0.0.1:{server.getsockname()[1]}/")
        begin = time.monotonic()
        assert site.ping().summary["pinged"] == 9
        assert time.monotonic() - begin < 10


@pytest.mark.parametrize("garbage", [b"", b"220 mail.example.org ESMTP\r\n", b"HTTP/1.1 204"])
def test_what_is_no_hub(site, garbage):
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(16)

        def accept():
            try:
                while True:
                    connection = server.accept()[0]
                    connection.recv(65536)
                    connection.sendall(garbage)
                    connection.close()
            except OSError:
                pass

        threading.Thread(target=accept, daemon=True).start()
        site.configure(f"http://127.0.0.1:{server.getsockname()[1]}/")
        result = site.ping()
        assert result.status == 0 and result.summary["ping_failed"] == 9


def test_interrupted(site, hub):
    with Hub(held=True) as silent:
        site.configure(silent, hub)
        process = subprocess.Popen([os.environ["OUTFEED"], "build", "--ping", "--now", NOW],
                                   cwd=site.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        until = time.monotonic() + 20
        while (len(hub.seen) < 9 or not silent.seen) and time.monotonic() < until:
            time.sleep(0.02)
        time.sleep(0.3)
        begin = time.monotonic()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
        assert time.monotonic() - begin < 2
        assert process.returncode == 130 and b"9 pings are due" in err
        assert self_urls(site) == hub.topics()
    with Hub() as again:
        # the same hub on another port is another hub: what is due goes with its name
        site.configure(again, hub)
        assert site.ping().summary["ping_failed"] == 0 and hub.topics() == self_urls(site)


def test_what_an_interrupted_run_did_not_send_is_due(site):
    with Hub([(204, {})] * 2 + [(503, {"Retry-After": "20"})]) as hub:
        site.configure(hub)
        process = subprocess.Popen([os.environ["OUTFEED"], "build", "--ping", "--now", NOW],
                                   cwd=site.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        until = time.monotonic() + 20
        while len(hub.seen) < 3 and time.monotonic() < until:
            time.sleep(0.02)
        time.sleep(0.3)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
        assert process.returncode == 130
        hub.script = ACCEPTS
        hub.topics()
        assert site.ping().summary["pinged"] == 7 and len(hub.topics()) == 7


def test_killed_while_pinging(site):
    """Told twice rather than not at all."""
    with Hub(held=True) as hub:
        site.configure(hub)
        process = subprocess.Popen([os.environ["OUTFEED"], "build", "--ping", "--now", NOW],
                                   cwd=site.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + 20
        while not hub.seen and time.monotonic() < until:
            time.sleep(0.02)
        process.kill()
        process.wait(timeout=20)
        hub.held = False
        hub.topics()
        assert site.ping().summary["pinged"] == 9 and hub.topics() == self_urls(site)


def test_watch_pings_after_each_build(site, hub):
    site.configure(hub)
    process = subprocess.Popen([os.environ["OUTFEED"], "build", "--ping", "--watch", "--now", NOW],
                               cwd=site.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        def wait_for(count):
            until = time.monotonic() + 20
            while len(hub.seen) < count and time.monotonic() < until:
                time.sleep(0.02)
            time.sleep(0.3)
            return hub.topics()

        assert wait_for(9) == self_urls(site)
        site.item("item-2.md", title="Item 2, edited", date="2025-03-02", category="News")
        assert wait_for(6) == self_urls(site, "all", "topic/news")
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 130


def test_without_a_state(site, hub):
    """Where none can be kept, what was written is told of all the same."""
    site.configure(hub)
    (site.folder / ".outfeed").symlink_to(site.folder / "nowhere/state")
    result = site.ping()
    assert "anew each time" in result.err
    assert result.status == 0 and hub.topics() == self_urls(site)
    assert site.ping().summary["pinged"] == 0 and hub.topics() == []


# ---- Addresses, names and TLS ----

def test_a_private_address_is_refused(site, hub):
    site.configure(hub, allow=False)
    result = site.ping()
    assert result.status == 0 and hub.seen == [] and result.summary["ping_failed"] == 9
    assert "allow_addresses" in warning(result, hub)


def test_a_name_that_leads_to_a_private_address_is_refused(site, hub):
    with Names({"hub.test": ["127.0.0.1"]}) as names:
        site.configure(hub.url(host="hub.test"), allow=False,
                       more=f"  nameservers: ['{names.address}']\n")
        result = site.ping()
        assert result.status == 0 and hub.seen == [] and result.summary["ping_failed"] == 9
        site.configure(hub.url(host="hub.test"), more=f"  nameservers: ['{names.address}']\n")
        assert site.ping().summary["pinged"] == 9 and hub.topics() == self_urls(site)


def test_a_redirect_to_a_private_address_is_refused(site, hub):
    with Hub([(307, {"Location": hub.url().replace("127.0.0.1", "127.0.0.2")})]) as first:
        site.configure(first, allow=False, more="  allow_addresses: [127.0.0.1/32]\n")
        assert site.ping().summary["ping_failed"] == 9 and hub.seen == []


def test_a_name_that_is_none(site):
    with Names({}) as names:
        site.configure("http://nowhere.test/", more=f"  nameservers: ['{names.address}']\n")
        result = site.ping()
        assert result.status == 0 and result.summary["ping_failed"] == 9


def test_tls(site, tmp_path):
    contexts = make_certificates(tmp_path)
    with Hub(tls=contexts["good"]) as hub:
        site.configure(hub)
        result = site.ping()
        assert result.status == 0 and hub.seen == [] and "certificate" in warning(result, hub)
        site.configure(hub, more=f"  ca_file: {tmp_path / 'ca.pem'}\n")
        assert site.ping().summary["pinged"] == 9 and hub.topics() == self_urls(site)


def test_a_ca_file_that_is_not_there(site, hub, tmp_path):
    site.configure(hub, more=f"  ca_file: {tmp_path / 'none.pem'}\n")
    result = site.ping()
    assert result.status == 0 and result.summary["ping_failed"] == 9 and hub.seen == []
    assert "no hub was pinged" in result.err and "none.pem" in result.err
    site.configure(hub)
    assert site.ping().summary["pinged"] == 9
    # with nothing to tell, nothing is looked at
    site.configure(hub, more=f"  ca_file: {tmp_path / 'none.pem'}\n")
    assert not site.ping().err
