"""What HTML may stand in a feed, said a second time and by other means.

The list is of what a reader may safely show, and is kept apart from the
program's own on purpose: what slips through one has to slip through both.
"""
import html.parser
import re

VOID = set("br col hr img source wbr".split())
TAGS = VOID | set("""
    a abbr acronym address article aside audio b bdi blockquote caption cite code
    colgroup dd del details dfn div dl dt em figcaption figure footer h1 h2 h3 h4 h5
    h6 header i ins kbd li mark ol p picture pre q rp rt ruby s samp section small
    span strike strong sub summary sup table tbody td tfoot th thead time tr tt u ul
    var video""".split())

ANYWHERE = {"dir", "lang", "title"}
IN_TABLE = {"align"}
ATTRIBUTES = {
    "a": {"href", "hreflang", "rel"},
    "audio": {"src", "controls", "loop", "preload"},
    "blockquote": {"cite"},
    "col": {"span"} | IN_TABLE,
    "colgroup": {"span"} | IN_TABLE,
    "del": {"cite", "datetime"},
    "details": {"open"},
    "img": {"src", "srcset", "sizes", "alt", "width", "height", "loading"},
    "ins": {"cite", "datetime"},
    "li": {"value"},
    "ol": {"reversed", "start", "type"},
    "q": {"cite"},
    "source": {"src", "srcset", "sizes", "media", "type"},
    "tbody": IN_TABLE,
    "td": {"colspan", "rowspan", "headers", "scope"} | IN_TABLE,
    "tfoot": IN_TABLE,
    "th": {"colspan", "rowspan", "headers", "scope"} | IN_TABLE,
    "thead": IN_TABLE,
    "time": {"datetime"},
    "tr": IN_TABLE,
    "video": {"src", "poster", "controls", "loop", "preload", "width", "height"},
}

LOADED = re.compile(r"https?://[^\s<>\"]+", re.I)
SMALL_IMAGE = re.compile(r"data:image/(?:png|gif|jpeg|webp);base64,[A-Za-z0-9+/=]+", re.I)
SMALL = 65536  # characters of a data: URL
LINKED = re.compile(r"(?:https?://|mailto:|tel:)[^\s<>\"]+", re.I)


def is_loaded(url):
    return bool(LOADED.fullmatch(url))


def is_image(url):
    return is_loaded(url) or (len(url) <= SMALL and bool(SMALL_IMAGE.fullmatch(url)))


def is_linked(url):
    return bool(LINKED.fullmatch(url))


def is_srcset(text):
    """Each candidate is a URL and perhaps one width or density."""
    candidates = [c.split() for c in re.split(r",\s+|,$", text) if c.strip()]
    return bool(candidates) and all(
        is_image(c[0]) and len(c) <= 2 and re.fullmatch(r"[\d.]+[wx]", (c + ["1x"])[1])
        for c in candidates)


URLS = {"href": is_linked, "cite": is_linked, "src": is_loaded, "poster": is_image,
        "srcset": is_srcset}


class Checker(html.parser.HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.problems = [], []

    def say(self, text):
        self.problems.append(f"content: {text}")

    def handle_starttag(self, tag, attributes):
        if tag not in TAGS:
            self.say(f"<{tag}> is not allowed")
        for name, value in attributes:
            self.handle_attribute(tag, name, value or "")
        if len({name for name, _ in attributes}) != len(attributes):
            self.say(f"<{tag}> has an attribute twice")
        if tag == "a" and "a" in self.open:
            self.say("a link inside a link")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.say(f"<{tag}/> has an end and no contents")

    def handle_attribute(self, tag, name, value):
        if name not in ATTRIBUTES.get(tag, set()) | ANYWHERE:
            self.say(f"<{tag} {name}> is not allowed")
        fits = is_image if (tag, name) == ("img", "src") else URLS.get(name)
        if fits and not fits(value):
            self.say(f"<{tag} {name}={value[:200]!r}> is not allowed")

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.say(f"</{tag}> ends what is not open")

    def handle_comment(self, data):
        self.say(f"has a comment {data[:80]!r}")

    handle_decl = handle_pi = unknown_decl = handle_comment


def check(text):
    """What is wrong with the content of an entry."""
    checker = Checker()
    checker.feed(text)
    checker.close()
    if checker.open:
        checker.say(f"not closed: {checker.open}")
    if re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", text):
        checker.say("has a character that XML forbids")
    return checker.problems
