"""What an audit learned, as build uses it: rot, captures, summaries, images. The history is
made by an audit that fetches nothing, and then told what a network would have."""
import json
import random
import shutil
import sqlite3
import xml.etree.ElementTree as ET

import pytest

from conftest import run_program, stamps, tree

CONFIG = ("site: {title: T, url: 'https://example.org/'}\ncontent: [content]\npages: false\n"
          "compress: false\nimages: {dir: images, url: 'https://example.org/i/'}\n")
ATOM = "{http://www.w3.org/2005/Atom}"
SOURCE = "https://source.example/a"
IMAGE = "https://img.example/a.png"
CAPTURE = "https://archive.example/2020/https://source.example/a"


def audit(site):
    for arguments in (["--plan"], ["--report-only", "--report", site.folder / "report"]):
        result = run_program("audit", *arguments, cwd=site.folder)
        assert result.status in (0, 3), result


def put_page(db, number, page):
    """What a page says of itself, as the history keeps it."""
    rest = {key: value for key, value in page.items() if key not in ("title", "published") and value}
    db.execute("INSERT OR REPLACE INTO said(link, changed, published, title, words) VALUES (?, 1, ?, ?, ?)",
               (number, page.get("published"), page.get("title"), json.dumps(rest)))
    db.execute("UPDATE link SET said = ? WHERE number = ?", (1, number))


def tell(site, url, verdict=None, capture=None, **page):
    """What the history says of a URL from now on."""
    db = sqlite3.connect(site.folder / ".outfeed" / "audit.db")
    with db:
        (number,) = db.execute("SELECT number FROM link WHERE url = ?", (url,)).fetchone()
        if verdict:
            db.execute("UPDATE link SET verdict = ? WHERE number = ?", (verdict, number))
        if capture is not None:
            db.execute("INSERT OR REPLACE INTO capture VALUES (?, ?, 1, 1)", (number, capture or None))
        if page:
            put_page(db, number, page)
    db.close()


def configure(site, more=""):
    site.write("outfeed.yaml", CONFIG + more)


def entry(site, title="One", path="all"):
    return next(entry for entry in site.feed(path)["items"] if entry["title"] == title)


def check_full(site, *arguments):
    """Incremental is full: in a copy without a state, and with --full over the old one."""
    made = tree(site.output)
    copy = site.folder.parent / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(site.folder, copy)
    for name in ("public",):
        shutil.rmtree(copy / name)
    (copy / ".outfeed" / "state.db").unlink()
    result = run_program("build", "--now", "2026-01-01T00:00:00Z", *arguments, cwd=copy)
    assert result.status in (0, 3), result
    assert tree(copy / "public") == made
    return result


def test_no_audit_changes_nothing(site):
    configure(site, "rot: drop\naudit: {metadata: fill}\n")
    site.item("a.md", href=SOURCE, image=IMAGE)
    first = site.build()
    assert (first.status, first.err) == (0, "")
    assert entry(site)["external_url"] == SOURCE
    assert not (site.folder / ".outfeed" / "audit.db").exists()
    before = tree(site.output)
    audit(site)
    assert site.build().err == ""
    assert tree(site.output) == before


@pytest.mark.parametrize("verdict", ["dead", "soft-404", "hijacked"])
def test_drop(site, verdict):
    configure(site, "rot: drop\n")
    site.item("a.md", href=SOURCE, category="News")
    site.item("b.md", title="Two", href="https://source.example/b", category="News")
    site.item("c.md", title="Three", href="https://source.example/c", category="Tools")
    audit(site)
    assert site.build().status == 0
    assert sorted(site.titles()) == ["One", "Three", "Two"]
    before = stamps(site.output)
    tell(site, SOURCE, verdict)
    assert site.build().err == ""
    assert sorted(site.titles()) == ["Three", "Two"]
    assert site.titles("topic/news") == ["Two"]
    after = stamps(site.output)
    # what does not show the entry is not touched
    for name in before.keys() - {"subscriptions.opml"}:
        assert (before[name] == after[name]) == name.startswith("topic/tools/"), name
    check_full(site)
    tell(site, SOURCE, "alive")
    site.build()
    assert sorted(site.titles()) == ["One", "Three", "Two"]


def test_drop_leaves_others_alone(site):
    """Entries that are not rotten stay; suspicion is no rot; rot is of the source."""
    configure(site, "rot: drop\n")
    for name, verdict in (("suspect", "suspect"), ("blocked", "blocked"), ("moved", "moved")):
        site.item(f"{name}.md", title=name, href=f"https://source.example/{name}")
    site.item("via.md", title="via", via="https://source.example/via")
    audit(site)
    for name in ("suspect", "blocked", "moved"):
        tell(site, f"https://source.example/{name}", name)
    tell(site, "https://source.example/via", "dead")
    site.build()
    assert sorted(site.titles()) == ["blocked", "moved", "suspect", "via"]


def test_a_group_whose_entries_all_go(site):
    configure(site, "rot: drop\n")
    site.item("a.md", href=SOURCE, category="News")
    site.item("b.md", title="Two", category="Tools")
    audit(site)
    site.build()
    tell(site, SOURCE, "dead")
    for _ in range(2):
        assert site.build().status == 0
        assert site.titles("topic/news") == []
        assert site.titles() == ["Two"]
    check_full(site)


def test_every_entry_rotten_changes_nothing(site):
    configure(site, "rot: drop\n")
    site.item("a.md", href=SOURCE)
    audit(site)
    site.build()
    before = tree(site.output)
    tell(site, SOURCE, "dead")
    for arguments in ([], ["--full"]):
        result = site.build(*arguments)
        assert result.status == 1 and "no items" in result.err
        assert tree(site.output) == before
    assert site.build("--allow-empty").status == 0
    assert site.titles() == []


@pytest.mark.parametrize("link", ["permalink", "source"])
def test_archive(site, link):
    configure(site, f"rot: archive\nlink: {link}\n")
    site.item("a.md", href=SOURCE, via=SOURCE, body="Text.\n")
    site.item("b.md", title="Two", href="https://source.example/b")
    audit(site)
    site.build()
    assert entry(site)["external_url"] == SOURCE
    tell(site, SOURCE, "dead")
    site.build()
    assert entry(site)["external_url"] == SOURCE            # no capture yet
    tell(site, SOURCE, capture=CAPTURE)
    site.build()
    one = entry(site)
    assert one["external_url"] == CAPTURE
    assert entry(site, "Two")["external_url"] == "https://source.example/b"
    atom = ET.parse(site.output / "all" / "atom.xml").getroot()
    found = next(e for e in atom.iter(ATOM + "entry") if e.find(ATOM + "title").text == "One")
    links = {(e.get("rel"), e.get("href")) for e in found.iter(ATOM + "link")}
    assert ("via", CAPTURE) in links
    assert SOURCE not in {href for _, href in links}
    content = found.find(ATOM + "content").text
    if link == "source":
        assert one["url"] == CAPTURE and ("alternate", CAPTURE) in links
    else:
        assert one["url"] != CAPTURE
        assert f'<a href="{CAPTURE}">source.example</a>' in content
    rss = (site.output / "all" / "rss.xml").read_text()
    assert CAPTURE in rss and f'"{SOURCE}"' not in rss and f">{SOURCE}<" not in rss
    check_full(site)
    tell(site, SOURCE, "alive")
    site.build()
    assert entry(site)["external_url"] == SOURCE


def test_keep_keeps(site):
    configure(site)
    site.item("a.md", href=SOURCE)
    audit(site)
    site.build()
    before = stamps(site.output)
    tell(site, SOURCE, "dead", CAPTURE, description="Said of itself.")
    site.build()
    assert stamps(site.output) == before


def test_fill(site):
    configure(site, "audit: {metadata: fill}\n")
    site.item("a.md", href=SOURCE)
    site.item("own.md", title="Own", href=SOURCE + "?own", description="My own.", image=IMAGE)
    audit(site)
    site.build()
    assert entry(site)["summary"] == "Text."
    for url in (SOURCE, SOURCE + "?own"):
        tell(site, url, "alive", description="Said of itself.", type="text/html",
             og_image="https://img.example/og")
    site.build()
    assert entry(site)["summary"] == "Said of itself."
    assert "image" not in entry(site)                       # of no known type
    assert entry(site, "Own")["summary"] == "My own."
    assert entry(site, "Own")["image"] == IMAGE
    for url in (SOURCE, SOURCE + "?own"):
        tell(site, url, "alive", og_description="Said so.", type="text/html", og_image=IMAGE)
    tell(site, IMAGE, "alive", type="image/webp", length=4321, width=64, height=48)
    site.build()
    for title in ("One", "Own"):
        (attachment,) = entry(site, title)["attachments"]
        assert attachment == attachment | {"url": IMAGE, "mime_type": "image/webp", "size_in_bytes": 4321}
    assert entry(site)["summary"] == "Said so."
    assert '<enclosure url="https://img.example/a.png" length="4321" type="image/webp"/>' in (
        site.output / "all" / "rss.xml").read_text()
    check_full(site)
    # a failure that may pass changes no feed; rot is not told in the page's own words
    filled = (site.output / "all" / "atom.xml").read_bytes()
    for verdict in ("suspect", "blocked", "throttled", "insecure", "drifted"):
        tell(site, SOURCE, verdict)
        site.build()
        assert (site.output / "all" / "atom.xml").read_bytes() == filled, verdict
    for verdict in ("dead", "soft-404", "hijacked"):
        tell(site, SOURCE, verdict)
        site.build()
        assert entry(site)["summary"] == "Text.", verdict
        assert "image" not in entry(site), verdict


def test_remote_image_by_the_audit(site):
    """Whatever `metadata` says; and a type that nothing else tells."""
    configure(site)
    (site.folder / "content").mkdir(exist_ok=True)
    site.item("a.md", image=IMAGE)
    site.item("b.md", title="Two", image="https://img.example/untyped")
    site.item("c.md", title="Three", image="https://img.example/page.png")
    audit(site)
    result = site.build()
    assert [d["path"] for d in result.diagnostics] == ["content/b.md"]
    assert "unknown type" in result.err
    tell(site, IMAGE, "alive", type="image/jpeg", length=99, width=3, height=2)
    tell(site, "https://img.example/untyped", "moved", type="image/gif", length=7)
    tell(site, "https://img.example/page.png", "alive", type="text/html")
    result = site.build()
    assert [d["path"] for d in result.diagnostics] == ["content/c.md"]
    assert result.diagnostics[0]["line"] == "5" and "no image" in result.err
    media = next(e for e in ET.parse(site.output / "all" / "rss.xml").iter()
                 if e.tag.endswith("}content") and e.get("url") == IMAGE)
    assert (media.get("type"), media.get("fileSize"), media.get("width"), media.get("height")) == \
        ("image/jpeg", "99", "3", "2")
    assert entry(site, "Two")["attachments"][0]["mime_type"] == "image/gif"
    assert "attachments" not in entry(site, "Three")
    again = site.build()
    assert again.err == result.err
    check_full(site)


def test_unreadable_history(site):
    """A warning, and nothing is learned; the history stays where it is."""
    configure(site, "rot: drop\n")
    site.item("a.md", href=SOURCE)
    site.item("b.md", title="Two")
    audit(site)
    tell(site, SOURCE, "dead")
    site.build()
    assert site.titles() == ["Two"]
    good = (site.folder / ".outfeed" / "audit.db").read_bytes()
    for bad, word in ((b"x" * 8192, "damaged"), (None, "newer")):
        if bad is None:
            (site.folder / ".outfeed" / "audit.db").write_bytes(good)
            db = sqlite3.connect(site.folder / ".outfeed" / "audit.db")
            db.execute("PRAGMA user_version = 999")
            db.close()
        else:
            (site.folder / ".outfeed" / "audit.db").write_bytes(bad)
        result = site.build()
        assert result.status == 0
        assert [d["severity"] for d in result.diagnostics] == ["warning"] and word in result.err, result
        assert sorted(site.titles()) == ["One", "Two"]
        assert not list((site.folder / ".outfeed").glob("audit.db.corrupt*"))
    (site.folder / ".outfeed" / "audit.db").write_bytes(good)
    site.build()
    assert site.titles() == ["Two"]
    (site.folder / ".outfeed" / "audit.db").unlink()
    site.build()
    assert sorted(site.titles()) == ["One", "Two"]


def test_unchanged_is_kept_and_not_looked_up(site):
    """An audit that learned nothing new touches no document."""
    configure(site, "rot: archive\naudit: {metadata: fill}\n")
    site.item("a.md", href=SOURCE, image=IMAGE)
    audit(site)
    tell(site, SOURCE, "alive", description="D", type="text/html")
    site.build()
    before = stamps(site.output)
    tell(site, SOURCE, "redirected")
    audit(site)
    for _ in range(3):
        summary = json.loads(site.build("--json").out)
        assert summary["written"] == 0
        assert stamps(site.output) == before


@pytest.mark.parametrize("seed", range(6))
def test_incremental_is_full_with_audits_between(site, seed):
    dice = random.Random(f"learned {seed}")
    configure(site)
    urls = [f"https://s{n}.example/x" for n in range(12)]
    images = [f"https://i.example/{n}{end}" for n, end in enumerate([".png", ".jpg", "", ".webp"])]

    def write(number):
        more = {}
        if dice.random() < 0.8:
            more["href"] = dice.choice(urls)
        if dice.random() < 0.5:
            more["image"] = dice.choice(images)
        if dice.random() < 0.4:
            more["description"] = f"Own {number}"
        site.item(f"{number}.md", title=f"T{number}", date=f"2025-03-{1 + number % 28:02}",
                  category=f"C{number % 4}", **more)

    for number in range(16):
        write(number)
    for step in range(14):
        action = dice.random()
        if action < 0.25:
            write(dice.randrange(18))
        elif action < 0.35:
            configure(site, "limit: {}\nrot: {}\naudit: {{metadata: {}}}\n".format(
                dice.choice((3, 50)), dice.choice(("keep", "archive", "drop")), dice.choice(("keep", "fill"))))
        if dice.random() < 0.7:
            audit(site)
            db = sqlite3.connect(site.folder / ".outfeed" / "audit.db")
            known = [url for (url,) in db.execute("SELECT url FROM link")]
            db.close()
            for url in dice.sample(known, min(len(known), dice.randint(0, 4))):
                verdict = dice.choice(("alive", "dead", "hijacked", "suspect", "moved"))
                capture = dice.choice((None, "", f"https://archive.example/{step}/{url}"))
                page = dice.choice(({}, {"description": f"D{dice.randrange(3)}", "type": "text/html",
                                         "og_image": dice.choice(images)},
                                    {"type": "image/png", "length": dice.randrange(1, 99)}))
                tell(site, url, verdict, capture, **page)
        result = site.build("--allow-empty", "--prune")
        assert result.status in (0, 3), result
        full = check_full(site, "--allow-empty")
        assert full.err == result.err


@pytest.mark.parametrize("folder, address", [
    ("public", ""), ("public/links", "links/"), ("public-reports", "audit/"), ("report", "audit/")])
def test_the_address_of_a_report(site, folder, address):
    configure(site)
    site.item("one.md", link=SOURCE)
    result = run_program("audit", "--report-only", "--report", folder, cwd=site.folder)
    assert result.status in (0, 3), result
    feed = ET.parse(site.folder / folder / "rot.xml")
    assert (feed.find(f"{ATOM}link[@rel='self']").get("href")
            == f"https://example.org/{address}rot.xml")
