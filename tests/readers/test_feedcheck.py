"""feedcheck finds nothing in a folder that is right, and what is wrong in others.

sample/ holds what outfeed writes of a feed that has everything. Each row
changes one document of a copy, and names the problem that has to be found.
"""
import shutil
from pathlib import Path

import pytest

import feedcheck
import htmlcheck

SAMPLE = Path(__file__).resolve().parent / "sample"

ATOM = [
    ('<id>https://www.medigy.com/b/</id>',
     '<id>urn:uuid:051a415b-79f0-5464-8f94-156c7d919d49</id>', "entries have the id"),
    ("2021-01-03T20:32:06Z</published>", "2021-01-03T20:32:06</published>", "atom.rng"),
    ("2021-01-03T20:32:06Z</published>", "2020-01-03T20:32:06Z</published>", "newest first"),
    ("  <updated>2021-01-04", "  <updated>2021-01-05", "the newest entry's"),
    ("<generator>outfeed</generator>", "", "atom.rng"),
    ('length="12345"', 'length="0"', "atom.rng"),
    ('type="html">&lt;p', 'type="html">&lt;p onclick="x"', "<p onclick> is not allowed"),
    ("&amp;amp; B", "&amp;amp; C", "content is <"),
    ('rel="related" href="https://www.medigy.com/offering/b"',
     'rel="related" href="/offering/b"', "no absolute URI"),
    ('<name>Second</name>', '<name>Third</name>', "authors is"),
    ('term="R&amp;D"', 'term="D"', "tags is"),
    ('<entry xml:lang="de">', "<entry>", "language is"),
    ("</feed>", "", "cannot be read"),
]

RSS = [
    ("20:32:06 +0000</pubDate>", "20:32:06 GMT</pubDate>", "dates: "),
    ("Sun, 03 Jan", "Mon, 03 Jan", "dates: "),
    ("<generator>outfeed</generator>", "", "channel-required: "),
    ('rel="self" type="application/rss+xml"', 'rel="self"', "self-link: "),
    ("<width>144<", "<width>145<", "channel-image: "),
    ("R&#x26;D</title>\n    <link>", "R&amp;D</title>\n    <link>", "character-data: "),
    ("      <content:encoded>", "      <description>x</description>\n      <content:encoded>",
     "once-at-most: "),
    ('isPermaLink="false"', "", "guid: "),
    ("caf%C3%A9/</link>", "café/</link>", "urls: "),
    ("r@example.com (", "(", "author: "),
    ("Fish &#x26;amp;", "Fish &#x26;", "description-is-html: "),
    ('length="12345"', 'length=""', "enclosure: "),
    ('<title>B', '<title lang="en">B', "attributes: "),
    ("<docs>", "<ttl>60</ttl><docs>", "order-of-elements: "),
    ("<atom:updated>2021-01-04", "<atom:updated>2021-01-03", "updated-differs: "),
    ("<title>B</title>", "<title>C</title>", "title is <"),
]

JSON = [
    ('"version": "https://jsonfeed.org/version/1.1"',
     '"version": "https://jsonfeed.org/version/1"', "version: "),
    ('"size_in_bytes": 12345', '"size_in_bytes": 12346', "enclosure is"),
    ('"size_in_bytes": 12345', '"size_in_bytes": 0', "size_in_bytes: "),
    ('"external_url": "https://www.example.com/', '"external_url": "https://example.com/',
     "external_url is not the source's"),
    ('"tags": [\n        "#COVID19 & more",', '"tags": [', "do not begin with"),
    ('"date_modified": "2021-01-04T', '"date_modified": "2021-01-03T', "updated is"),
    ('"summary": "Fish', '"summary": "Dish', "summary is"),
    ('"width": 1200', '"width": 1201', "picture is"),
    ('"title": "Test <1>"', '"title": "Test"', "related is"),
    ('"hubs"', '"hub"', "hub"),
]

CHANGES = [("atom.xml", *row) for row in ATOM] + [("rss.xml", *row) for row in RSS] + \
    [("feed.json", *row) for row in JSON]

CONTENT = [
    "<script>x</script>", "<p>", "</p>", "<p><b></p></b>", "<!-- x -->", "<iframe></iframe>",
    "<a href='javascript:x'>x</a>", "<a href='/x'>x</a>", "<a href='data:text/html,x'>x</a>",
    "<img src='data:image/svg+xml;base64,x'>", "<img src='x.png'>", "<p style='x'></p>",
    "<img src='https://a/' onerror='x'>", "<a href='https://a/'><a href='https://a/'></a></a>",
    "<img srcset='https://a/ 2x, b.png 3x'>", "<form></form>", "<?php x ?>", "<!DOCTYPE html>",
    "<video poster='javascript:x'></video>", "<b/>", "\x0b", "<svg></svg>",
]

GOOD_CONTENT = [
    "<p>Text &amp; <a href=\"https://a/?b&amp;c\">link</a><br></p>",
    "<img src=\"data:image/png;base64,AAAA\" alt=\"\">",
    "<img srcset=\"https://a/b,c 2x, https://a/ 100w\" src=\"https://a/\">",
    "<table><tbody><tr><td colspan=\"2\" align=\"left\">1</td></tr></tbody></table>",
    "<a href=\"mailto:a@example.com\">mail</a>", "a &lt;script&gt; is text",
]


def test_sample():
    assert list(feedcheck.check(SAMPLE)) == []
    assert feedcheck.main([str(SAMPLE)]) == 0


def test_no_feeds(tmp_path):
    assert "holds no feeds" in next(feedcheck.check(tmp_path))
    assert feedcheck.main([str(tmp_path)]) == 1


@pytest.mark.parametrize("name, old, new, problem", CHANGES)
def test_change(name, old, new, problem, tmp_path):
    folder = shutil.copytree(SAMPLE, tmp_path / "all")
    text = (folder / name).read_text("utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), "utf-8")
    found = list(feedcheck.check(tmp_path))
    assert any(problem in line for line in found), found


@pytest.mark.parametrize("content", CONTENT)
def test_content(content):
    assert htmlcheck.check(content)


@pytest.mark.parametrize("content", GOOD_CONTENT)
def test_good_content(content):
    assert htmlcheck.check(content) == []
