"""`outfeed serve` as a process: how it begins and ends, what it withstands, what it watches."""
import json
import os
import re
import resource
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import feedparser
import pytest

sys.path.insert(0, str(Path(__file__).parent))
from conftest import NOW, Site, run_program  # noqa: E402
from raw_http import Answer, ask, exchange  # noqa: E402
from serve_site import TEXT, WHEN, Serving, make_site, write, write_with_copies  # noqa: E402

SLOW = 1000             # clients
WAITING_MOST = 64       # of src/serve/waiting.h
PATIENCE = 20           # seconds, on a machine that has much else to do


@pytest.fixture
def served(tmp_path):
    return make_site(tmp_path)


# -- beginning and end

@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_in_words_until_a_signal(served, number):
    process = subprocess.Popen([os.environ["OUTFEED"], "serve", "-p", "0", served],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    line = process.stdout.readline()
    port = re.fullmatch(r"Serving http://127\.0\.0\.1:(\d+)/\n", line).group(1)
    assert ask(("127.0.0.1", int(port)), "/").status == 200
    process.send_signal(number)
    assert process.communicate(timeout=PATIENCE) == ("", "")
    assert process.returncode == 0


def test_announced_as_json(served):
    with Serving(served, "-o", served / "public/all") as server:
        assert server.announced == {"event": "serving", "urls": [server.url], "watch": False,
                                    "output": str(served / "public/all")}
        assert ask(server.place, "/atom.xml").status == 200
        assert ask(server.place, "/all/atom.xml").status == 404
    assert server.err == ""


def test_verbose(served):
    with Serving(served, "-v") as server:
        pass
    assert str(served / "public") in server.err and str(served / "images") in server.err


def test_ipv6_loopback(served):
    with Serving(served, "--bind", "::1") as server:
        assert re.fullmatch(r"http://\[::1\]:\d+/", server.url)
        assert ask(server.place, "/", Host=server.url[len("http://"):-1]).status == 200


def test_port_is_taken(served):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = run_program("serve", "-p", port, served)
    assert (result.status, result.out) == (1, "")
    assert f"port {port} of 127.0.0.1 is taken" in result.err and "--port" in result.err


def test_nothing_to_serve(site):
    result = run_program("serve", "-p", "0", cwd=site.folder)
    assert (result.status, result.out) == (1, "")
    assert "outfeed build" in result.err and "--watch" in result.err


@pytest.mark.parametrize("arguments", [
    ["-p", "65536"], ["-p", "-1"], ["-p", "http"], ["-p", ""], ["--bind", "nonsense"],
    ["--bind", "example.org"], ["--bind", "127.0.0.1:80"], ["--bind", ""], ["-j", "0"], ["a", "b"]])
def test_wrong_usage(served, arguments):
    result = run_program("serve", *arguments, cwd=served)
    assert (result.status, result.out) == (2, "") and result.err


def test_address_of_nobody(served):
    result = run_program("serve", "--bind", "192.0.2.1", "-p", "0", served)
    assert (result.status, result.out) == (1, "") and "listen" in result.err


# -- whom it answers

@pytest.mark.parametrize("host, status", [
    ("localhost", 200), ("localhost:8000", 200), ("127.0.0.1", 200), ("[::1]:80", 200),
    ("a.localhost", 200), ("example.org", 421), ("127.0.0.1.example.org", 421), ("10.0.0.1", 421),
    ("", 421), (None, 400)])
def test_host(served, host, status):
    """A page of elsewhere cannot read the preview by a name that leads here."""
    with Serving(served) as server:
        answer = ask(server.place, "/all/atom.xml", Host=host)
        assert answer.status == status
        assert (answer.body == TEXT) == (status == 200)


def test_absolute_target_does_not_get_around_host(served):
    with Serving(served) as server:
        assert ask(server.place, "http://localhost/all/atom.xml", Host="example.org").status == 421


def test_http_1_0(served):
    with Serving(served) as server:
        answer = Answer(exchange(server.place, b"GET /all/atom.xml HTTP/1.0\r\n\r\n"))
        assert (answer.status, answer.body) == (200, TEXT)


@pytest.mark.parametrize("name", ["atom.xml", "rss.xml"])
def test_a_reader_polls(site, name):
    """The second poll costs a 304, by tag or by date; after an edit it is a 200 with one new entry."""
    site.items()
    site.build()
    with Serving(site.folder) as server:
        first = feedparser.parse(server.url + "all/" + name)
        assert (first.status, len(first.entries), first.bozo) == (200, 3, False)
        for known in ({"etag": first.etag}, {"modified": first.modified}):
            assert feedparser.parse(server.url + "all/" + name, **known).status == 304
        site.item("item-9.md", title="Item 9", date="2025-04-01")
        site.build()
        second = feedparser.parse(server.url + "all/" + name, etag=first.etag)
        assert second.status == 200
        new = {entry.id for entry in second.entries} - {entry.id for entry in first.entries}
        assert [entry.title for entry in second.entries if entry.id in new] == ["Item 9"]


# -- what it withstands

def test_a_body_is_not_the_next_request(served):
    inner = b"GET /all/rss.xml HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    with Serving(served) as server:
        for method in (b"GET", b"POST", b"HEAD"):
            for how in (b"Content-Length: %d" % len(inner), b"Transfer-Encoding: chunked"):
                said = exchange(server.place, method + b" /all/atom.xml HTTP/1.1\r\nHost: localhost\r\n" +
                                how + b"\r\n\r\n" + inner)
                assert said.count(b"HTTP/1.1 ") == 1, said[:400]
                assert b"application/rss+xml" not in said


NONSENSE = [
    b"\r\n\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"\0" * 5000, b"GET\r\n\r\n",
    b"GET / HTTP/9.9\r\n\r\n", b"GET  HTTP/1.1\r\n\r\n", b"GET /" + b"a" * 70000 + b" HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 70000 + b"\r\n\r\n",
    b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 20000 + b"\r\n",
    b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999999999999\r\n\r\n",
    b"GET /%s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n" % (b"%25" * 3000)]


@pytest.mark.parametrize("data", NONSENSE, ids=range(len(NONSENSE)))
def test_nonsense(served, data):
    with Serving(served) as server:
        # what is no request yet is waited for: not here
        with socket.create_connection(server.place, 2) as client:
            try:
                client.sendall(data)
                client.shutdown(socket.SHUT_WR)
                while client.recv(65536):
                    pass
            except OSError:
                pass
        assert ask(server.place, "/all/atom.xml").body == TEXT


def test_slow_clients(served):
    """A thousand that say a byte now and then, and a thousand that read nothing."""
    write(served / "public/large.txt", b"x" * (4 << 20))
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
    clients = []
    try:
        with Serving(served) as server:
            for number in range(SLOW):
                clients.append(socket.create_connection(server.place, PATIENCE))
                clients[-1].sendall(b"GET /large.txt HTTP/1.1\r\nHost: localhost\r\n\r\n"
                                    if number % 2 else b"GET / HT")
            for byte in b"TP/":
                for client in clients[::2]:
                    client.sendall(bytes([byte]))
                begin = time.monotonic()
                assert ask(server.place, "/all/atom.xml").body == TEXT
                assert time.monotonic() - begin < 5
            clients[0].sendall(b"1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            assert clients[0].recv(12) == b"HTTP/1.1 200"
    finally:
        for client in clients:
            client.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_few_open_files(served):
    """More clients than there may be open files: those who came first are served, and it goes on."""
    code = "import os, resource, sys; resource.setrlimit(resource.RLIMIT_NOFILE, (200, 200)); " \
           "os.execv(sys.argv[1], sys.argv[1:])"
    process = subprocess.Popen(
        [sys.executable, "-c", code, os.environ["OUTFEED"], "serve", "--json", "-p", "0", served],
        stdout=subprocess.PIPE, text=True)
    place = ("127.0.0.1", int(json.loads(process.stdout.readline())["urls"][0][:-1].rpartition(":")[2]))
    clients = [socket.create_connection(place, PATIENCE) for _ in range(300)]
    try:
        clients[0].sendall(b"GET /all/atom.xml HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert clients[0].recv(12) == b"HTTP/1.1 200"
    finally:
        for client in clients:
            client.close()
    until = time.monotonic() + PATIENCE
    while ask(place, "/all/atom.xml").body != TEXT:
        assert time.monotonic() < until
    process.terminate()
    assert process.wait(PATIENCE) == 0


# -- folders that change under it

def test_output_is_replaced(served):
    """As builds of others do it: the folder is another one, or not there, or a link to one."""
    public = served / "public"
    with Serving(served) as server:
        tag = ask(server.place, "/all/atom.xml")["ETag"]
        public.rename(served / "old")
        assert ask(server.place, "/all/atom.xml").status == 404
        write_with_copies(served / "new/all/atom.xml", b"new")
        (served / "new").rename(public)
        answer = ask(server.place, "/all/atom.xml", If_None_Match=tag)
        assert (answer.status, answer.body) == (200, b"new")
        public.rename(served / "new")
        public.symlink_to("old")
        assert ask(server.place, "/all/atom.xml", If_None_Match=tag).status == 304


def test_documents_are_whole_while_they_are_replaced(served):
    bodies = {bytes([65 + n]) * (1000 * (n + 1)) for n in range(8)}
    target = served / "public/all/busy.xml"
    write(target, min(bodies))
    seen, stop = {}, threading.Event()

    def replace():
        number = 0
        while not stop.is_set():
            for body in bodies:
                number += 1
                write(target.with_name("next"), body, when=WHEN + number)
                os.replace(target.with_name("next"), target)

    with Serving(served, "-j", "2") as server:
        writer = threading.Thread(target=replace)
        writer.start()
        try:
            asked, until = 0, time.monotonic() + PATIENCE
            while asked < 400 or len(seen) <= 20:
                assert time.monotonic() < until
                asked += 1
                answer = ask(server.place, "/all/busy.xml")
                assert answer.status == 200 and answer.body in bodies
                assert seen.setdefault(answer["ETag"], answer.body) == answer.body
        finally:
            stop.set()
            writer.join()


def test_only_images_from_the_images_folder(served):
    write(served / "images/notes.txt", b"secret")
    write(served / "images/index.html", b"secret")
    write(served / "public/images/one.png", b"the output's")
    with Serving(served) as server:
        assert ask(server.place, "/images/notes.txt").status == 404
        assert ask(server.place, "/images/index.html").status == 404
        assert ask(server.place, "/images/").status == 404
        assert ask(server.place, "/images/one.png").body == b"the output's"
        assert ask(server.place, "/imagesone.png").status == 404


@pytest.mark.parametrize("images, path", [
    ("https://example.org/blog/images/", "/images/one.png"),
    ("https://example.org/blog/", "/one.png"),
    ("https://example.org/static/pics/", "/static/pics/one.png"),
    ("https://elsewhere.example/images/", None)])
def test_where_images_are(served, images, path):
    """As a page at the top of the output refers to them."""
    config = served / "outfeed.yaml"
    config.write_text(config.read_text().replace("url: https://example.org/blog/images/", f"url: {images}"))
    with Serving(served) as server:
        found = [tried for tried in ("/images/one.png", "/one.png", "/static/pics/one.png",
                                     "/blog/images/one.png") if ask(server.place, tried).status == 200]
    assert found == ([path] if path else [])


@pytest.mark.parametrize("icon, path", [
    ("https://example.org/blog/one.png", "/one.png"), ("https://example.org/icons/one.png", "/icons/one.png"),
    ("https://example.org/blog/images/one.png", "/images/one.png"), ("https://elsewhere.example/one.png", None)])
def test_where_the_icon_is(served, icon, path):
    config = served / "outfeed.yaml"
    config.write_text(config.read_text().replace("site:\n", f"site:\n  icon: {icon}\n"))
    with Serving(served) as server:
        for tried in ("/one.png", "/icons/one.png"):
            assert ask(server.place, tried).status == (200 if tried == path else 404)
        assert ask(server.place, "/images/one.png").status == 200
        assert ask(server.place, "/icons/sub/two.jpeg").status == 404


# -- watching

@pytest.fixture
def watched(tmp_path):
    site = Site(tmp_path)
    site.items()
    site.build()
    (site.output / "page.html").write_text("<!DOCTYPE html>\n<body>first</body>\n")
    (site.output / "other.html").write_text("<!DOCTYPE html>\n<body>other</body>\n")
    return site


def wait_for_change(place, page, tag, timeout):
    """What the script of a page does: the status of the answer, None while there is none."""
    request = f"GET /.outfeed/events{page} HTTP/1.1\r\nHost: localhost\r\nIf-None-Match: {tag}\r\n\r\n"
    with socket.create_connection(place, timeout) as client:
        client.sendall(request.encode())
        try:
            return int(client.recv(4096).split()[1])
        except TimeoutError:
            return None


def test_watch_builds_first(site):
    site.items()
    with Serving(site.folder, "--watch", env={"SOURCE_DATE_EPOCH": "1767225600"}) as server:
        assert [event["event"] for event in server.events] == ["built", "serving"]
        built = server.events[0]
        assert built["status"] == "done" and built["found"] == 3 and built["written"] > 0
        before = ask(server.place, "/all/atom.xml")
        assert b"Item 3" in before.body
        site.item("item-9.md", title="Item 9", date="2025-04-01")
        assert server.next("built")["found"] == 4
        after = ask(server.place, "/all/atom.xml", If_None_Match=before["ETag"])
        assert after.status == 200 and b"Item 9" in after.body


def test_a_page_learns_that_it_changed(watched):
    with Serving(watched.folder, "--watch") as server:
        page = ask(server.place, "/page.html", Accept_Encoding="gzip, br")
        tag = re.search(rb'data-tag="(.*?)"', page.body).group(1).decode().replace("&quot;", '"')
        other = re.search(rb'data-tag="(.*?)"', ask(server.place, "/other.html").body).group(1)
        other = other.decode().replace("&quot;", '"')
        assert page["ETag"] == tag and page.body.index(b"/.outfeed/reload.js") > page.body.index(b"first")
        assert ask(server.place, "/page.html", If_None_Match=tag).status == 304
        assert ask(server.place, "/.outfeed/reload.js")["Content-Type"] == "text/javascript; charset=utf-8"
        # a part is of what is sent, not of the file
        assert ask(server.place, "/page.html", Range="bytes=0-9").body == page.body[:10]
        assert ask(server.place, "/page.html", Range="bytes=-9").body == page.body[-9:]

        assert wait_for_change(server.place, "/page.html", tag, 1) is None
        answers = {}
        threads = [threading.Thread(target=lambda path, known: answers.update(
            {path: wait_for_change(server.place, path, known, PATIENCE)}), args=pair)
            for pair in (("/page.html", tag), ("/other.html", other))]
        for thread in threads:
            thread.start()
        time.sleep(0.3)
        (watched.output / "page.html").write_text("<!DOCTYPE html>\n<body>second</body>\n")
        watched.item("item-9.md", title="Item 9")
        for thread in threads:
            thread.join()
        assert answers == {"/page.html": 200, "/other.html": 204}
        assert wait_for_change(server.place, "/page.html", tag, PATIENCE) == 200


def test_documents_that_are_no_pages_stay_as_they_are(watched):
    with Serving(watched.folder, "--watch") as server:
        answer = ask(server.place, "/all/atom.xml")
        assert answer.body == (watched.output / "all/atom.xml").read_bytes()
        assert "live" not in answer["ETag"]


def test_nothing_is_put_into_pages_without_watch(watched):
    with Serving(watched.folder) as server:
        assert ask(server.place, "/page.html").body == (watched.output / "page.html").read_bytes()
        assert ask(server.place, "/.outfeed/reload.js").status == 404
        assert ask(server.place, "/.outfeed/events/page.html").status == 404


def test_many_wait_and_it_ends_all_the_same(watched):
    with Serving(watched.folder, "--watch") as server:
        tag = ask(server.place, "/page.html")["ETag"]
        request = f"GET /.outfeed/events/page.html HTTP/1.1\r\nHost: localhost\r\nIf-None-Match: {tag}\r\n\r\n"
        clients = [socket.create_connection(server.place, PATIENCE) for _ in range(100)]
        for client in clients:
            client.sendall(request.encode())
        # the oldest make room, whichever those are
        until, answered = time.monotonic() + PATIENCE, []
        while len(answered) < 100 - WAITING_MOST and time.monotonic() < until:
            answered = select.select(clients, [], [], 0.1)[0]
        assert len(answered) == 100 - WAITING_MOST
        assert {client.recv(4096).split()[1] for client in answered} == {b"204"}
        assert ask(server.place, "/page.html").status == 200
        for client in clients[::3]:
            client.close()
    for client in clients:
        client.close()


def test_events_are_for_this_machine_alone(watched):
    with Serving(watched.folder, "--watch") as server:
        assert ask(server.place, "/.outfeed/events/page.html", Host="example.org").status == 421
        assert ask(server.place, "/.outfeed/state", Host="localhost").status == 404


def test_a_build_that_fails_is_told_and_mended(watched):
    with Serving(watched.folder, "--watch") as server:
        for path in (watched.folder / "content").iterdir():
            path.unlink()
        failed = server.next("built")
        while failed["status"] == "done":
            failed = server.next("built")
        assert failed["status"] == "failed" and "no items" in failed["error"]
        assert ask(server.place, "/all/atom.xml").status == 200
        watched.items()
        while server.next("built")["status"] != "done":
            pass


def test_another_output_after_outfeed_yaml_changed(watched):
    with Serving(watched.folder, "--watch", env={"SOURCE_DATE_EPOCH": "1767225600"}) as server:
        config = watched.folder / "outfeed.yaml"
        config.write_text(config.read_text() + "output: elsewhere\n")
        server.next("built")
        assert (watched.folder / "elsewhere/all/atom.xml").exists()
        assert ask(server.place, "/all/atom.xml").status == 200
        assert ask(server.place, "/page.html").status == 404
