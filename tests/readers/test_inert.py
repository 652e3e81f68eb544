"""The hostile items of tests/hostile in feed readers: what each of them keeps of an entry, its
own cleaning turned off where it has any, holds nothing that is not on the list of htmlcheck.py.

feed.json is read by no foreign reader here: of Debian 12's, feedparser 6.0.10, newsboat 2.21 and
sfeed read XML alone. A JSON parser, the schema and html5lib look at it instead."""
import json
import re
import sys

import feedparser
import html5lib
import pytest

import feedread
import htmlcheck
from clients import Newsboat, Sfeed
from conftest import TESTS
from feedcheck import check

sys.path.insert(0, str(TESTS / "hostile"))
import corpus  # noqa: E402

HOST = "feeds.example"
DOCUMENTS = ("atom.xml", "rss.xml", "feed.json")
XML = DOCUMENTS[:2]
ESCAPES = {"\\n": "\n", "\\t": "\t", "\\\\": "\\"}  # of sfeed's fields


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    vectors = corpus.vectors(HOST)
    site = corpus.make_site(tmp_path_factory.mktemp("hostile") / "site", vectors, HOST)
    result = site.build()
    assert result.status == 0
    site.vectors, site.result = vectors, result
    return site


def read(site, document):
    """Number -> entry, by nothing but a parser of XML or JSON."""
    data = (site.output / "all" / document).read_bytes()
    if document == "feed.json":
        feed = feedread.read_json(json.loads(data))
    else:
        tree = feedread.parse_xml(data)
        feed = feedread.read_atom(tree) if document == "atom.xml" else feedread.read_rss(tree)
    return corpus.entries(feed, HOST)


def active(content):
    """What html5lib finds in a content that is not on the list: it reads as browsers do."""
    tree = html5lib.parseFragment(content, namespaceHTMLElements=True)
    for element in tree.iter():
        if element is tree:
            continue
        if not isinstance(element.tag, str):
            yield "a comment"
            continue
        space, _, tag = element.tag[1:].partition("}")
        if space != "http://www.w3.org/1999/xhtml" or tag not in htmlcheck.TAGS:
            yield f"<{element.tag}>"
        checker = htmlcheck.Checker()
        for name, value in element.attrib.items():
            checker.handle_attribute(tag, str(name), value)
        yield from checker.problems


def assert_inert(contents):
    found = {number: list(active(content)) for number, content in contents.items()}
    assert not {number: problems for number, problems in found.items() if problems}


def test_the_check_sees(built):
    """Of the vectors as they are, hardly one that does something is of the list."""
    raw = {v.number: corpus.unsanitised(v).decode("utf-8", "replace") for v in built.vectors}
    passed = [v.name for v in built.vectors if "inert" not in v.effects and not list(active(raw[v.number]))]
    assert len(passed) <= 5, passed  # such as <body onload>, whose tag a fragment leaves out


def test_every_vector_is_an_entry(built):
    """Or is refused, where the manifest says so, with one error."""
    numbers = set(read(built, "feed.json"))
    refused = {v for v in built.vectors if "refused" in v.effects}
    assert {v.number for v in built.vectors} - numbers == {v.number for v in refused}
    errors = [d["path"].rsplit("/", 1)[-1] for d in built.result.diagnostics if d["severity"] == "error"]
    assert errors == [f"{v.number:03}-{v.name}" for v in sorted(refused)]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_content_is_of_the_list(built, document):
    contents = {number: entry.content for number, entry in read(built, document).items()}
    assert not {n: problems for n, text in contents.items() if (problems := htmlcheck.check(text))}
    assert_inert(contents)


def test_formats_agree(built):
    """And each is valid by its schema and rules, whatever is in it."""
    assert list(check(built.output / "all")) == []
    atom, rss, feed = (read(built, document) for document in DOCUMENTS)
    assert list(atom) == list(rss) == list(feed)
    for number, entry in feed.items():
        assert entry.content == atom[number].content == rss[number].content
        assert entry.title == atom[number].title == rss[number].title


@pytest.mark.parametrize("document", XML)
def test_feedparser(built, document):
    feed = feedparser.parse((built.output / "all" / document).read_bytes(),
                            sanitize_html=False, resolve_relative_uris=False)
    wanted = read(built, document)
    assert len(feed.entries) == len(wanted) and not feed.bozo
    for number, entry in zip(wanted, feed.entries):
        assert entry.content[0].value == wanted[number].content
    assert_inert(dict(zip(wanted, (entry.content[0].value for entry in feed.entries))))


def kept(client, wanted):
    """Number -> what the reader keeps of its content."""
    client.poll()
    by_id = {entry.id: number for number, entry in wanted.items()}
    texts = {by_id[entry.id]: entry.text for entry in client.entries()}
    if isinstance(client, Sfeed):
        return {n: re.sub(r"\\[nt\\]", lambda m: ESCAPES[m[0]], text) for n, text in texts.items()}
    return texts


@pytest.mark.parametrize("document", XML)
@pytest.mark.parametrize("reader", [Newsboat, Sfeed])
def test_reader(built, reader, document, tmp_path):
    wanted = read(built, document)
    contents = kept(reader(tmp_path / "reader", f"file://{built.output}/all/{document}"), wanted)
    assert set(contents) == set(wanted)
    assert_inert(contents)
