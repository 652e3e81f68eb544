"""An item keeps its id (SPEC section 3), whatever is edited, and by what it is known again."""
import os
import re
import shutil
import time

import pytest

UUIDS = [f"00000000-0000-4000-8000-{number:012}" for number in range(10)]
HEADER = "# outfeed: "


def build(site, *arguments):
    time.sleep(0.03)        # older files are known by their time
    result = site.build(*arguments)
    assert result.status == 0, result
    return result


def ids(site):
    """Title -> id of all entries, the same in all three formats."""
    found = {entry["title"]: entry["id"] for entry in site.feed()["items"]}
    atom = (site.output / "all" / "atom.xml").read_text("utf-8")
    rss = (site.output / "all" / "rss.xml").read_text("utf-8")
    entries = re.findall(r"<entry>.*?</entry>", atom, re.S)
    assert [re.search("<id>(.*?)</id>", entry)[1] for entry in entries] == list(found.values())
    assert re.findall(r"<guid[^>]*>(.*?)</guid>", rss) == list(found.values())
    return found


def listed(site):
    """The lines of outfeed.ids: id -> keys."""
    lines = (site.folder / "outfeed.ids").read_text("utf-8").splitlines()
    assert lines[0].startswith(HEADER)
    assert lines[1:] == sorted(lines[1:], key=lambda line: line.encode())
    rows = [line.split("\t") for line in lines[1:]]
    assert len(rows) == len({row[0] for row in rows})
    return {row[0]: row[1:] for row in rows}


def forget(site):
    shutil.rmtree(site.folder / ".outfeed")


@pytest.fixture
def built(site):
    """One item by its slug, and one more that stays as it is."""
    site.item("other.md", title="Other", date="2025-01-01")
    site.item("a.md", title="A", slug="first")
    build(site)
    assert ids(site) == {"A": "tag:example.org,2025-03-01:first",
                         "Other": "tag:example.org,2025-01-01:other"}
    return site


@pytest.mark.parametrize("edit", [
    {"slug": "second"}, {"title": "Anew", "slug": "first"}, {"date": "2025-04-01", "slug": "first"},
    {"title": "Anew", "slug": "second", "date": "2025-04-01", "category": "Else"},
    {"slug": "second", "uuid": UUIDS[1]}, {"slug": "first", "id": "wp-1"}, {},
], ids=str)
def test_edited_in_place(built, edit):
    before = ids(built)["A"]
    for keep in (True, False):
        built.item("a.md", **{"title": "A"} | edit)
        build(built, *["--full"] * keep)
        assert before in ids(built).values()
        assert len(ids(built)) == 2
    built.item("a.md", title="A", slug="first")
    build(built)
    assert ids(built)["A"] == before


@pytest.mark.parametrize("name", ["b.md", "2020-02-02-b.md", "sub/a.md", "sub/deep/b/index.md",
                                  "a.html", f"{UUIDS[1]}.md"])
def test_renamed_and_moved(built, name):
    before = ids(built)
    path = built.folder / "content" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    os.rename(built.folder / "content" / "a.md", path)
    build(built)
    assert ids(built) == before


def test_uuid_of_the_file_goes_and_another_key_stays(site):
    site.item(f"{UUIDS[1]}.md", title="A", slug="a")
    build(site)
    assert ids(site) == {"A": f"urn:uuid:{UUIDS[1]}"}
    os.rename(site.folder / "content" / f"{UUIDS[1]}.md", site.folder / "content" / "plain.md")
    build(site)
    assert ids(site) == {"A": f"urn:uuid:{UUIDS[1]}"}


def test_uuid_stays_and_all_else_goes(site):
    site.item("a.md", title="A", uuid=UUIDS[1], slug="a")
    build(site)
    (site.folder / "content" / "a.md").unlink()
    site.item("sub/b.md", title="B", uuid=UUIDS[1].upper(), slug="b", date="2024-01-01")
    build(site)
    assert ids(site) == {"B": f"urn:uuid:{UUIDS[1]}"}


@pytest.mark.parametrize("alias", ["/blog/first/", "first", "/first.html", "/first/index.html",
                                   "https://example.org/blog/first/"])
def test_alias_names_the_old_slug(built, alias):
    before = ids(built)["A"]
    (built.folder / "content" / "a.md").unlink()
    built.item("sub/new.md", title="B", slug="second", date="2025-05-05", aliases=[alias])
    build(built)
    if alias.endswith("index.html"):
        assert before not in ids(built).values()
    else:
        assert ids(built)["B"] == before


def test_without_a_tie_it_is_new(built):
    before = ids(built)["A"]
    (built.folder / "content" / "a.md").unlink()
    built.item("sub/new.md", title="A", slug="second")
    build(built)
    assert ids(built)["A"] == "tag:example.org,2025-03-01:second"
    (built.folder / "content" / "sub" / "new.md").unlink()
    built.item("again.md", title="A", slug="first", date="2025-09-09")
    build(built)
    assert ids(built)["A"] == before


def test_back_after_many_runs(built):
    before = ids(built)["A"]
    (built.folder / "content" / "a.md").unlink()
    for number in range(3):
        built.item(f"more-{number}.md", title=f"More {number}", date="2025-02-02")
        build(built)
        assert before not in ids(built).values()
    built.item("sub/back.md", title="Back", slug="first", date="2025-06-01")
    build(built)
    assert ids(built)["Back"] == before
    (built.folder / "content" / "sub" / "back.md").unlink()
    build(built, "--full")
    built.item("third.md", title="Third", slug="first", date="2025-07-01")
    build(built, "--full")
    assert ids(built)["Third"] == before


@pytest.mark.parametrize("away", ["draft: true\n", "broken", "future"])
def test_away_for_a_while(built, away):
    before = ids(built)["A"]
    text = {"broken": "---\ntitle: x\n",
            "future": "---\ntitle: A\nslug: first\ndate: 2030-01-01\n---\n"}.get(
                away, f"---\ntitle: A\nslug: first\n{away}date: 2025-03-01\n---\n")
    built.write("content/a.md", text)
    build(built)
    assert list(ids(built)) == ["Other"]
    built.item("a.md", title="A", slug="first", date="2025-08-01")
    build(built)
    assert ids(built)["A"] == before


def test_a_guid_is_honoured(built):
    built.item("a.md", title="A", slug="first", guid="https://example.org/old/7")
    build(built)
    assert ids(built)["A"] == "https://example.org/old/7"
    built.item("a.md", title="A", slug="second", guid="https://example.org/old/7")
    build(built)
    assert ids(built)["A"] == "https://example.org/old/7"
    built.item("a.md", title="A", slug="second", guid="https://example.org/old/8")
    build(built)
    assert ids(built)["A"] == "https://example.org/old/8"


def test_a_guid_is_its_own(site):
    """Nobody takes it by an alias or a slug while its item is there."""
    site.item("z.md", title="Z", slug="old", guid="https://example.org/old/7")
    build(site)
    site.item("a.md", title="A", aliases=["/old/"])
    build(site, "--full")
    assert ids(site)["Z"] == "https://example.org/old/7"
    assert ids(site)["A"] == "tag:example.org,2025-03-01:a"


def test_another_strong_key_is_another_item(site):
    site.item("a.md", title="A", uuid=UUIDS[1], slug="same")
    build(site)
    site.item("a.md", title="A", uuid=UUIDS[2], slug="same")
    build(site)
    assert ids(site) == {"A": f"urn:uuid:{UUIDS[2]}"}
    site.item("a.md", title="A", uuid=UUIDS[1], slug="else")
    build(site)
    assert ids(site) == {"A": f"urn:uuid:{UUIDS[1]}"}


def test_another_id_is_another_item(site):
    site.item("a.md", title="A", id="wp-1", slug="same")
    build(site)
    first = ids(site)["A"]
    (site.folder / "content" / "a.md").unlink()
    site.item("b.md", title="B", id="wp-2", slug="same")
    build(site)
    assert ids(site)["B"] != first


def test_of_two_the_first_by_path(built):
    before = ids(built)["A"]
    (built.folder / "content" / "a.md").unlink()
    built.item("sub/one.md", title="One", slug="first", date="2025-05-01")
    built.item("two.md", title="Two", slug="first", date="2025-06-01")
    build(built, "-j8")
    assert ids(built)["One"] == before
    assert ids(built)["Two"] == "tag:example.org,2025-06-01:first"


def test_files_that_exchange_their_names(site):
    """What the items say of themselves counts more than where they are."""
    site.item("a.md", title="A", slug="one", date="2025-03-01")
    site.item("b.md", title="B", slug="two", date="2025-03-02")
    build(site)
    before = ids(site)
    content = site.folder / "content"
    os.rename(content / "a.md", content / "c.md")
    os.rename(content / "b.md", content / "a.md")
    os.rename(content / "c.md", content / "b.md")
    build(site)
    assert ids(site) == before
    build(site, "--full")
    assert ids(site) == before


def test_two_claim_one_id(site):
    site.item("b.md", title="B", uuid=UUIDS[1])
    site.item("a.md", title="A", uuid=UUIDS[1])
    site.item("sub/c.md", title="C", uuid=UUIDS[1])
    for _ in range(2):
        result = build(site)
        assert list(ids(site)) == ["A"]
        for name, first in (("content/b.md", "content/a.md"), ("content/sub/c.md", "content/a.md")):
            (error,) = result.about(name)
            assert error["severity"] == "error"
            assert first in error["message"] and UUIDS[1] in error["message"]
    (site.folder / "content" / "a.md").unlink()
    build(site)
    assert ids(site) == {"B": f"urn:uuid:{UUIDS[1]}"}
    (site.folder / "content" / "b.md").unlink()
    assert build(site).err == ""
    assert ids(site) == {"C": f"urn:uuid:{UUIDS[1]}"}


def test_a_copy_leaves_no_id_behind(built):
    """Who was refused for an id does not hand it on."""
    build(built, "--export-ids")
    before = ids(built)["A"]
    shutil.copy(built.folder / "content" / "a.md", built.folder / "content" / "copy.md")
    build(built)
    assert len(listed(built)) == 2
    (built.folder / "content" / "copy.md").unlink()
    build(built)
    built.item("later.md", title="Later", slug="first", date="2025-10-10")
    assert build(built).err == ""
    assert ids(built)["A"] == before
    assert ids(built)["Later"] == "tag:example.org,2025-10-10:first"


def test_copied_and_then_edited(built):
    """A copy is a duplicate until it has a slug of its own; the first keeps its id."""
    before = ids(built)["A"]
    shutil.copy(built.folder / "content" / "a.md", built.folder / "content" / "copy.md")
    assert len(build(built).about("copy.md")) == 1
    built.item("copy.md", title="Copy", slug="copied")
    assert build(built).err == ""
    assert ids(built)["A"] == before


def test_ids_are_listed_where_asked_for(built):
    path = built.folder / "outfeed.ids"
    assert not path.exists()
    build(built, "--export-ids")
    assert listed(built) == {"tag:example.org,2025-03-01:first": ["s:first"],
                             "tag:example.org,2025-01-01:other": ["s:other"]}
    before = path.stat()
    build(built)
    build(built, "--export-ids")
    assert path.stat().st_mtime_ns == before.st_mtime_ns
    assert path.stat().st_ino == before.st_ino
    built.item("a.md", title="A", slug="second", id="wp-1", uuid=UUIDS[1])
    build(built)
    assert listed(built)["tag:example.org,2025-03-01:first"] == [
        f"u:{UUIDS[1]}", "i:wp-1", "s:second"]


def test_ids_are_listed_anew_only_when_something_changed(built):
    path = built.folder / "outfeed.ids"
    build(built, "--export-ids")
    text = path.read_text("utf-8")
    for turn in (1, 2):
        os.utime(path, (turn, turn))
        build(built)                              # now it knows the file
        path.write_text(text.replace("first", "FIRST"), "utf-8")
        os.utime(path, (turn, turn))
        build(built)
        assert "FIRST" in path.read_text("utf-8")
        if turn == 1:                             # the file changed, or else an item
            os.utime(path, (3, 3))
        else:
            built.item("other.md", title="Other, anew", date="2025-01-01")
        build(built)
        assert text.splitlines()[1] in path.read_text("utf-8").splitlines()
        path.write_text(text, "utf-8")


@pytest.mark.parametrize("edit", [
    {"slug": "first", "title": "Anew"}, {"slug": "first", "date": "2025-04-01"},
    {"slug": "third", "id": "wp-1"}, {"slug": "third", "aliases": ["/second/"]},
], ids=str)
def test_a_machine_that_forgets(built, edit):
    """It has outfeed.ids of its last run, and the files as they are now."""
    before = ids(built)["A"]
    built.item("a.md", title="A", slug="second", id="wp-1")
    build(built, "--export-ids")
    assert ids(built)["A"] == before
    forget(built)
    build(built)
    assert ids(built)["A"] == before
    lines = listed(built)
    built.item("a.md", **{"title": "A", "id": "wp-1"} | edit)
    os.rename(built.folder / "content" / "a.md", built.folder / "content" / "b.md")
    forget(built)
    build(built)
    assert ids(built)[edit.get("title", "A")] == before
    assert listed(built).keys() == lines.keys()


def test_a_machine_that_forgets_and_lists_nothing(built):
    built.item("a.md", title="A", slug="second")
    build(built)
    forget(built)
    build(built)
    assert ids(built)["A"] == "tag:example.org,2025-03-01:second"


def test_forgetting_when_ids_have_changed_hands(site):
    """An id that an item would have by itself may be another's, who was named so first."""
    site.item("a.md", title="A", slug="one", guid="")
    site.item("b.md", title="B", slug="two")
    build(site, "--export-ids")
    before = ids(site)
    site.item("a.md", title="A", slug="three")
    build(site)
    site.item("b.md", title="B", slug="one")
    build(site)
    site.item("a.md", title="A", slug="two")
    build(site)
    assert ids(site) == before
    forget(site)
    build(site)
    assert ids(site) == before


def test_forgetting_what_names_another(site):
    """Two items with one UUID: who was published by another id has that one."""
    site.item("a.md", title="A")
    site.item("b.md", title="B", uuid=UUIDS[1])
    build(site, "--export-ids")
    before = ids(site)
    site.item("a.md", title="A", uuid=UUIDS[1])
    build(site)
    assert ids(site) == before
    forget(site)
    build(site)
    assert ids(site) == before


def test_ids_of_items_that_are_gone_stay_listed(built):
    before = ids(built)["A"]
    build(built, "--export-ids")
    (built.folder / "content" / "a.md").unlink()
    build(built)
    assert before in listed(built)
    forget(built)
    build(built)
    assert before in listed(built)
    built.item("back.md", title="Back", slug="first", date="2025-09-01")
    forget(built)
    build(built)
    assert ids(built)["Back"] == before
    assert len(listed(built)) == 2


def test_lines_of_another_machine_stay(built):
    """What came with a merge is kept, also by a run that reads no item."""
    build(built, "--export-ids")
    path = built.folder / "outfeed.ids"
    with open(path, "a", encoding="utf-8") as file:
        file.write("tag:example.org,2020-01-01:far\ts:far\n<<<<<<< HEAD\n=======\n\n")
    build(built)
    assert "tag:example.org,2020-01-01:far" in listed(built)
    assert "HEAD" not in path.read_text()
    built.item("far.md", title="Far")
    build(built)
    assert ids(built)["Far"] == "tag:example.org,2020-01-01:far"
    assert len(listed(built)) == 3


def test_without_a_state(built):
    """Where .outfeed cannot be made, outfeed.ids remembers alone."""
    before = ids(built)["A"]
    build(built, "--export-ids")
    forget(built)
    os.symlink("/nonexistent/state", built.folder / ".outfeed")
    built.item("a.md", title="A", slug="first", date="2025-04-01")
    result = build(built)
    assert len(result.diagnostics) == 1 and ".outfeed" in result.err
    assert ids(built)["A"] == before


def test_unlistable_keys(site):
    site.item("tab\there.md", title="Tab")
    site.item("line\nhere.md", title="Line", date="2025-03-02")
    build(site, "--export-ids")
    before = ids(site)
    assert len(before) == 2
    listed(site)
    forget(site)
    build(site)
    assert ids(site) == before
