"""Real readers, over HTTP, from nginx and from `outfeed serve`: what they list, what a
second poll costs, and what is new after an edit.
"""
import calendar
import struct
import time
import zlib

import pytest

from between import Between
from clients import Feedparser, Newsboat, Rsstail, Sfeed
from served import SERVERS

TITLES = ["AT&T, <b> & “quotes”", "Zweiter Beitrag: Größe", "日本語の題", "Fourth", "Fifth", "Sixth"]
ATOM, RSS = "atom.xml", "rss.xml"


def png(width, height):
    def chunk(kind, data):
        return (struct.pack(">I", len(data)) + kind + data
                + struct.pack(">I", zlib.crc32(kind + data)))
    rows = b"".join(b"\0" + b"\x40\x80\xc0" * width for _ in range(height))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def write_item(site, number, title=None, slug=None, body=None, categories=("News",)):
    site.item(f"item-{number}.md", title=title or TITLES[number - 1], date=f"2025-03-{number:02}",
              guid=f"00000000-0000-4000-8000-00000000000{number}", slug=slug or f"item-{number}",
              categories=list(categories), featuredImage=f"picture-{number}.png",
              description=f"Summary {number}", body=body or f"Body of {number}.\n")


@pytest.fixture
def made(site):
    for number in range(1, 7):
        write_item(site, number, categories=("News", "Tools") if number == 2 else ("News",))
        site.write(f"images/picture-{number}.png", png(number, 2))
    assert site.build("-q").status == 0
    return site


@pytest.fixture(params=sorted(SERVERS))
def between(request, made, tmp_path):
    with SERVERS[request.param](made, tmp_path / "server") as server, Between(server.place) as proxy:
        yield proxy


def published(number):
    return calendar.timegm((2025, 3, number, 0, 0, 0))


def urn(number):
    return f"urn:uuid:00000000-0000-4000-8000-00000000000{number}"


def rebuild(made):
    """Long enough after the last for readers that look at the time alone."""
    time.sleep(1.1)
    assert made.build("-q").status == 0


@pytest.mark.parametrize("reader", [Newsboat, Sfeed, Feedparser])
@pytest.mark.parametrize("document", [ATOM, RSS])
def test_lists_every_entry(reader, document, between, tmp_path):
    client = reader(tmp_path / "reader", f"{between.url}/all/{document}")
    client.poll()
    found = {entry.id: entry for entry in client.entries()}
    assert sorted(found) == [urn(number) for number in range(1, 7)]
    for number in range(1, 7):
        entry = found[urn(number)]
        if reader is Sfeed or reader is Newsboat:
            # both show titles with their markup taken for markup, as terminals do
            assert entry.title.replace("<b>", "") == TITLES[number - 1].replace("<b>", "")
        else:
            assert entry.title.replace("&lt;", "<").replace("&amp;", "&") == TITLES[number - 1]
        assert entry.link == f"https://example.org/item-{number}/"
        assert entry.published == published(number)
        assert f"Body of {number}." in entry.text
        if reader is not Newsboat:  # which keeps enclosures that can be played alone
            assert entry.enclosure == f"https://example.org/images/picture-{number}.png"


@pytest.mark.parametrize("reader", [Newsboat, Sfeed, Feedparser])
def test_a_second_poll_costs_a_304(reader, between, tmp_path):
    client = reader(tmp_path / "reader", f"{between.url}/all/atom.xml")
    client.poll()
    if reader is Newsboat:  # 2.21 keeps the validators of a feed from its second answer on
        client.poll()
    between.forget()
    client.poll()
    client.poll()
    assert [(s.method, s.status, s.length) for s in between.seen] == [("GET", 304, 0)] * 2
    assert len(client.entries()) == 6


@pytest.mark.parametrize("reader", [Newsboat, Sfeed, Feedparser])
def test_exactly_what_was_edited_is_new(reader, between, made, tmp_path):
    client = reader(tmp_path / "reader", f"{between.url}/all/atom.xml")
    for _ in range(2):
        client.poll()
    before = {entry.id: entry for entry in client.entries()}
    write_item(made, 4, body="Body of 4. And an afterthought.\n")
    rebuild(made)
    between.forget()
    client.poll()
    after = {entry.id: entry for entry in client.entries()}
    assert [s.status for s in between.seen] == [200]
    changed = {key for key in after if after[key] != before.get(key)}
    assert len(after) == 6
    # sfeed keeps the first version that it had of an entry
    assert changed == (set() if reader is Sfeed else {urn(4)})


@pytest.mark.parametrize("reader", [Newsboat, Sfeed, Feedparser])
def test_an_item_that_is_added_is_the_only_new_one(reader, between, made, tmp_path):
    client = reader(tmp_path / "reader", f"{between.url}/all/atom.xml")
    client.poll()
    before = set(entry.id for entry in client.entries())
    made.item("later.md", title="Later", date="2025-04-01", guid="00000000-0000-4000-8000-000000000009")
    rebuild(made)
    client.poll()
    assert [entry.id for entry in client.entries() if entry.id not in before] == [urn(9)]
    assert len(client.entries()) == 7


@pytest.mark.parametrize("client_of", [
    Newsboat, Feedparser, lambda folder, url: Sfeed(folder, url, by_id=True)],
    ids=["newsboat", "feedparser", "sfeed"])
def test_a_new_slug_makes_no_new_entry(client_of, between, made, tmp_path):
    client = client_of(tmp_path / "reader", f"{between.url}/all/atom.xml")
    client.poll()
    if isinstance(client, Newsboat):
        client.mark_all_read()
    write_item(made, 3, slug="a-better-name")
    rebuild(made)
    client.poll()
    links = {entry.id: entry.link for entry in client.entries()}
    assert len(client.entries()) == 6
    assert links[urn(3)] == "https://example.org/a-better-name/"
    if isinstance(client, Newsboat):
        assert client.unread() == set()


def test_sfeed_by_itself_tells_entries_by_their_links_too(between, made, tmp_path):
    """As the README says: there, a new permalink is a new line unless merge() goes by ids."""
    client = Sfeed(tmp_path / "reader", f"{between.url}/all/atom.xml")
    client.poll()
    write_item(made, 3, slug="a-better-name")
    rebuild(made)
    client.poll()
    assert sorted(entry.id for entry in client.entries()) == sorted(
        [urn(number) for number in range(1, 7)] + [urn(3)])


def test_rsstail_prints_each_entry_once(between, made, tmp_path):
    client = Rsstail(tmp_path / "reader", f"{between.url}/all/rss.xml")
    try:
        titles, lines = client.titles(least=6)
        assert sorted(titles) == sorted(TITLES)
        assert sum(line.startswith("Link: https://example.org/item-") for line in lines) == 6
        assert "Pub.date: Thu, 06 Mar 2025 00:00:00 +0000" in lines
        between.forget()
        until = time.monotonic() + 10
        while len(between.seen) < 2 and time.monotonic() < until:
            time.sleep(0.1)
        # its way of asking whether there is anything new, at no more cost than a 304
        assert {(s.method, s.status, s.length) for s in between.seen} == {("HEAD", 200, 0)}
        made.item("later.md", title="Later", date="2025-04-01",
                  guid="00000000-0000-4000-8000-000000000009")
        rebuild(made)
        titles, _ = client.titles(least=7)
        assert sorted(titles) == sorted([*TITLES, "Later"])
    finally:
        client.close()


def test_an_item_of_two_feeds_in_newsboat(between, made, tmp_path):
    """One id in both. newsboat's cache has a row an id: it lists the entry once, in the feed
    that it read last, and never twice as new. The README says so."""
    urls = [f"{between.url}/topic/{name}/atom.xml" for name in ("news", "tools")]
    client = Newsboat(tmp_path / "reader", *urls)
    for _ in range(3):
        client.poll()
        rows = client.query("SELECT guid, feedurl FROM rss_item")
        assert sorted(row[0] for row in rows) == [urn(number) for number in range(1, 7)]
        assert dict(rows)[urn(2)] in urls
    client.mark_all_read()
    write_item(made, 2, categories=("News", "Tools"), body="Body of 2, again.\n")
    rebuild(made)
    client.poll()
    assert client.unread() == set()
    assert {entry.id: "again" in entry.text for entry in client.entries()}[urn(2)]
