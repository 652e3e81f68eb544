"""Each class of enum of_failure, by a real exchange: one audit for each, through the program."""
import re
import socket
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from audit_site import AuditSite  # noqa: E402
from faulty import Host, Names, make_certificates  # noqa: E402

HEADER = Path(__file__).parents[2] / "include/outfeed/verdict.h"
# No failure at all; and the class of what is unknown, which no exchange is known to give.
WITHOUT_EXCHANGE = {"none", "other"}


class World:
    """What an exchange takes: a site, a host that answers, and what is closed at the end."""

    def __init__(self, folder, stack):
        (folder / "site").mkdir()
        self.folder, self.stack = folder, stack
        self.site = AuditSite(folder / "site")
        self.site.configure("timeout: 1s", "connect_timeout: 500ms")
        self.host = stack.enter_context(Host())

    def path(self, path):
        return self.host.url(path)

    def name(self, answer):
        names = self.stack.enter_context(Names({"subject.example": answer}))
        self.site.configure(f"nameservers: ['{names.address}']")
        return f"http://subject.example:{self.host.port}/"

    def certificate(self, name):
        contexts = make_certificates(self.folder)
        self.site.configure(f"ca_file: {self.folder}/ca.pem")
        return self.stack.enter_context(Host(tls=contexts[name])).url("/")


def refused(world):
    return "http://127.0.0.3:1/"


def unreachable(world):
    """The kernel connects no stream to a group of hosts, whatever the routes."""
    world.site.configure("allow_addresses: [127.0.0.0/8, 224.0.0.0/4]")
    return "http://224.0.0.1/"


def full_backlog(world):
    """A listener that accepts nobody, its queue full: what comes next gets no answer."""
    listener = world.stack.enter_context(socket.socket())
    listener.bind(("127.0.0.4", 0))
    listener.listen(0)
    for _ in range(4):
        waiting = world.stack.enter_context(socket.socket())
        waiting.setblocking(False)
        waiting.connect_ex(listener.getsockname())
    return "http://127.0.0.4:%d/" % listener.getsockname()[1]


def too_slow(world):
    world.site.configure("timeout: 30s")
    return world.path("/slow-body")


def forbidden_by_robots(world):
    world.site.configure("robots: obey")
    world.host.files["/robots.txt"] = b"User-agent: *\nDisallow: /private/\n"
    return world.path("/private/page")


def proxy(world):
    """One that fetches for http, and lets nobody through to https."""
    world.site.configure(f"proxy: {world.host.url('')}")
    return "https://127.0.0.5/"


EXCHANGES = {
    "dns-nxdomain": lambda world: world.name("nxdomain"),
    "dns-servfail": lambda world: world.name("servfail"),
    "unreachable": unreachable,
    "refused": refused,
    "reset": lambda world: world.path("/reset"),
    "timeout-connect": full_backlog,
    "timeout-transfer": lambda world: world.path("/silence"),
    "too-slow": too_slow,
    "tls-expired": lambda world: world.certificate("expired"),
    "tls-wrong-name": lambda world: world.certificate("wrong-name"),
    "tls-self-signed": lambda world: world.certificate("self-signed"),
    "tls-unknown-issuer": lambda world: world.certificate("stranger"),
    "tls-protocol": lambda world: world.path("/").replace("http:", "https:"),
    "tls-other": lambda world: world.certificate("of-a-client"),
    "http": lambda world: world.path("/status/418"),
    "too-many-redirects": lambda world: world.path("/maze"),
    "redirect-loop": lambda world: world.path("/crossed/a"),
    "bad-redirect": lambda world: world.path("/redirect/302?to=ftp://127.0.0.1/"),
    "too-large": lambda world: world.path("/endless-headers"),
    "encoding": lambda world: world.path("/bad-coding"),
    "protocol": lambda world: world.path("/not-http"),
    "truncated": lambda world: world.path("/short"),
    "forbidden": lambda world: "http://10.0.0.1/",
    "robots": forbidden_by_robots,
    "invalid-url": lambda world: "http://exa%20mple/",
    "proxy": proxy,
}
WORDS = {"http": "http-418"}    # where the event says more than the class's name


def classes():
    text = re.search(r"enum of_failure \{(.*?)\n\};", HEADER.read_text(), re.S)[1]
    names = re.findall(r"^\tOF_FAILURE_(\w+)", text, re.M)
    assert names[0] == "NONE" and names[-1] == "COUNT"
    return {name.lower().replace("_", "-") for name in names[:-1]}


def test_no_class_is_left_out():
    assert set(EXCHANGES) | WITHOUT_EXCHANGE == classes()


@pytest.mark.parametrize("failure", EXCHANGES)
def test_class(tmp_path, failure):
    with ExitStack() as stack:
        world = World(tmp_path, stack)
        url = EXCHANGES[failure](world)
        world.site.link("good", world.path("/good"))    # the network is there
        world.site.link("subject", url)
        result = world.site.audit()
        failures = {event["url"]: event.get("failure") for event in result.events}
        assert failures == {world.path("/good"): None, url: WORDS.get(failure, failure)}, result
        assert result.summary["complete"] and not result.summary["network_down"]
