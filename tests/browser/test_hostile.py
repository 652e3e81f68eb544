"""What a browser makes of hostile items: the content of their entries, shown in the ways that
readers have, and the pages of their groups, run no script, send nothing, go nowhere, and ask
for nothing but the images and media that they show.

The same frames, given the vectors as they are, tell of what most of them do: so the runner
sees. tests/hostile/manifest.txt says what that is.
"""
import json
import os
import re
import sys
import time
from urllib.parse import urljoin, urlsplit

import html5lib
import pytest

from browser import driver  # noqa: F401
from conftest import TESTS
from hostile_server import HostileServer

sys.path[:0] = [str(TESTS / "hostile"), str(TESTS / "readers")]
import corpus  # noqa: E402
import feedread  # noqa: E402
import htmlcheck  # noqa: E402

HERE = TESTS / "browser"
FRAMES = (HERE / "hostile_frames.js").read_text("utf-8")
FRAMES_PAGE = f"<!DOCTYPE html><style>iframe {{ position: absolute }}</style><body><script>{FRAMES}</script>"
HOOKS = (HERE / "hostile_hooks.js").read_text("utf-8")
ALLOWED = {"tags": sorted(htmlcheck.TAGS), "anywhere": sorted(htmlcheck.ANYWHERE),
           "attributes": {tag: sorted(names) for tag, names in htmlcheck.ATTRIBUTES.items()}}
AT_ONCE = 125  # frames in a page
WAIT = 250     # ms, for what happens on its own: timers, animations, a refresh
# Everything but to lead the outermost page away, of which nothing could be told.
SANDBOX = "allow-scripts allow-same-origin allow-forms allow-modals allow-downloads"
POLICY = ("default-src 'none'; script-src 'nonce-hooks'; img-src http: https: data:; "
          "media-src http: https:; base-uri 'none'; form-action 'none'; report-uri /0/report")
UTF8 = {"Content-Type": "text/html; charset=utf-8"}
# Into a page that is there, as programs do which show entries: SOURCE is a string of the content.
WRITTEN = """document.currentScript.remove();
document.write(SOURCE);"""
INSERTED = """(function () {
	var template = document.createElement("template"), moved = document.createElement("div"), source = SOURCE;
	document.currentScript.remove();
	moved.innerHTML = new DOMParser().parseFromString(source, "text/html").body.innerHTML;
	document.body.append(moved);
	moved.innerHTML += "";
	template.innerHTML = source;
	document.body.append(template.content.cloneNode(true));
	document.body.append(document.createRange().createContextualFragment(source));
})()"""
SCRIPTS = {"written": WRITTEN, "inserted": INSERTED}
WAYS = ("parsed", "watched", *SCRIPTS)
MEDIA = {"image", "video", "audio"}
DOCUMENTS = {"document", "iframe", "frame", "object", "embed"}
IS_HTTP = re.compile(r"https?://", re.I).match
DIRECTORY, ALL, BATCH = 0, 9999, 10000  # pages that are no vector's; and from where on of several
IN_BATCH = 25  # contents in a page: a frame each takes longer, and these are apart in sections


def in_script(content):
    return json.dumps(content.decode("utf-8", "replace")).replace("<", "\\u003c")


def page_in_way(way, content):
    """Headers and bytes of a page that shows the content (bytes)."""
    headers = {**UTF8, "Content-Security-Policy-Report-Only": POLICY} if way == "watched" else UTF8
    if way in SCRIPTS:
        script = SCRIPTS[way].replace("SOURCE", in_script(content))
        content = f"<script>{script}</script>".encode()
    return headers, b"<!DOCTYPE html><html><head></head><body>" + content


def shown_urls(content, base):
    """The addresses of the images and media that a content shows, as it is written."""
    found = set()
    tree = html5lib.parse(content, namespaceHTMLElements=False)
    for element in tree.iter():
        if element.tag not in ("img", "source", "video", "audio"):
            continue
        found |= {element.get(name) for name in ("src", "poster")} - {None}
        found |= {one.split()[0] for one in element.get("srcset", "").split(", ") if one.strip()}
    # urljoin() takes an empty query off
    return {url.strip() if IS_HTTP(url.strip()) else urljoin(base, url.strip())
            for url in found if not url.lower().startswith("javascript:")}


class Show:
    """Vectors, what became of them, and the browser that shows both."""

    def __init__(self, driver, folder):
        self.driver = driver
        self.kinds = {"raw": {}, "clean": {}}
        self.server = HostileServer(self.page)
        self.vectors = corpus.vectors(self.server.host)
        shown = self.vectors + corpus.unit_vectors(self.server.host)
        self.names = {v.number: v.name for v in shown}
        self.site = corpus.make_site(folder, shown, self.server.host)
        self.result = self.site.build()
        feed = feedread.read_json(self.site.feed())
        self.entries = corpus.entries(feed, self.server.host)
        self.kinds["raw"] = {v.number: corpus.unsanitised(v) for v in self.vectors}
        self.contents = {n: e.content.encode() for n, e in self.entries.items()}
        numbers = sorted(self.contents)
        for first in range(0, len(numbers), IN_BATCH):
            self.kinds["clean"][BATCH + first] = b"".join(
                b'<section data-number="%d">%b</section>' % (n, self.contents[n])
                for n in numbers[first:first + IN_BATCH])

    def page(self, number, name):
        kind, _, way = name.partition(".")
        if name == "frames.html":
            return UTF8, FRAMES_PAGE.encode()
        if kind == "site":
            return UTF8, self.site_page(number)
        if way in WAYS and number in self.kinds.get(kind, {}):
            return page_in_way(way, self.kinds[kind][number])
        return None

    def site_page(self, number):
        path = {DIRECTORY: "", ALL: "all/"}.get(number, f"topic/v{number}/")
        return (self.site.output / path / "index.html").read_bytes()

    def urls(self, urls):
        """As the browser asks for them."""
        return set(self.driver.execute_script(
            "return arguments[0].map(u => { try { return new URL(u).href.split('#')[0] } catch (e) { return u } })",
            sorted(urls)))

    def foreign(self):
        """What was asked of other servers than ours."""
        events = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        urls = {event["params"]["request"]["url"] for event in events
                if event["method"] == "Network.requestWillBeSent"}
        return sorted(url for url in urls if urlsplit(url).scheme not in ("data", "about", "blob")
                      and urlsplit(url).netloc != self.server.host)

    def run(self, numbers, kind, allowed=None, sandbox=None):
        """What was seen in a kind of page of each of the vectors, and asked for."""
        seen, asked = [], []
        self.driver.get("about:blank")
        time.sleep(WAIT / 1000)  # what frames before had under way is theirs
        self.server.taken()
        for first in range(0, len(numbers), AT_ONCE):
            self.driver.get(f"http://{self.server.host}/0/frames.html")
            found = self.driver.execute_async_script(
                "show(...Array.from(arguments).slice(0, 5)).then(arguments[5], e => arguments[5](String(e)))",
                numbers[first:first + AT_ONCE], kind, allowed, sandbox, WAIT)
            assert isinstance(found, list), found
            seen += found
            asked += self.server.taken()
        return seen, [request for request in asked if request.path != "/favicon.ico"]

    def beyond(self, asked, contents):
        """The requests that are for no image or medium which the contents (number -> HTML) show."""
        host = f"http://{self.server.host}"
        wanted = self.urls(set().union(*(shown_urls(html, f"{host}/{n}/") for n, html in contents.items())))
        return [request for request in asked if request.kind not in MEDIA or request.method != "GET"
                or host + request.path not in wanted]

    def named(self, found):
        return [(self.names.get(one["number"], one["number"]), one["what"], one["how"]) for one in found]


@pytest.fixture(scope="module")
def show(driver, tmp_path_factory):
    show = Show(driver, tmp_path_factory.mktemp("hostile") / "site")
    with show.server:
        driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": HOOKS})
        yield show


def effects(seen, beyond):
    """Number -> what it did, in the words of the manifest."""
    found = {}
    for one in seen:
        if one["what"] in ("ran", "sends"):
            found.setdefault(one["number"], set()).add("runs" if one["what"] == "ran" else "sends")
    for request in beyond:
        sends = request.kind in DOCUMENTS or request.method != "GET"
        found.setdefault(request.number, set()).add("sends" if sends else "asks")
    return found


def test_the_runner_sees(show):
    """Of the vectors as they are, nearly all do what the manifest says: the rest is the browser's to change."""
    raw = show.kinds["raw"]
    seen, asked = show.run(sorted(raw), "raw.parsed", sandbox=SANDBOX)
    found = effects(seen, show.beyond(asked, raw))
    others = {v.name: (sorted(v.effects), sorted(found.get(v.number, ()))) for v in show.vectors
              if v.effects - {"inert", "refused"} != found.get(v.number, set())}
    hostile = [v for v in show.vectors if "inert" not in v.effects]
    assert len(hostile) >= 200
    for effect, least in (("runs", 180), ("asks", 20), ("sends", 20)):
        assert sum(effect in found.get(v.number, ()) for v in hostile) >= least, effect
    assert len(others) <= len(show.vectors) / 10, others


@pytest.mark.parametrize("way", WAYS)
def test_content_is_inert(show, way):
    show.foreign()  # what was before
    seen, asked = show.run(sorted(show.kinds["clean"]), f"clean.{way}", allowed=ALLOWED)
    assert {one["number"] for one in seen if one["what"] == "shown"} == set(show.contents)
    found = [one for one in seen if one["what"] != "shown"]
    assert not found, show.named(found)
    assert not show.beyond(asked, show.contents)
    assert len(asked) >= 50  # images are shown, and asked for
    assert show.foreign() == []


def test_pages_are_inert(show):
    """The page of all has each item; a group's page has one, and all of them take over a minute:
    each fifth is shown, and each with OUTFEED_LONG in the environment."""
    numbers = [DIRECTORY, ALL, *sorted(show.entries)[::1 if os.environ.get("OUTFEED_LONG") else 5]]
    show.foreign()
    seen, asked = show.run(numbers, "site")
    assert not seen, show.named(seen)
    assert not show.beyond(asked, {n: show.site_page(n) for n in numbers})
    assert show.foreign() == []
