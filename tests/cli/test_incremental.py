"""What a run does when little changed: it reads and writes just that, and what it
leaves is what a full build leaves."""
import json
import os
import shutil
import struct
import subprocess
import time
import zlib

import pytest

from conftest import NOW, of_groups, run_program, stamps, tree

GROUPS = "groups: [{by: categories, path: 'topic/{slug}'}, {by: tags, path: 'topic/{slug}'}]\n"


OPENED = """\
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef int openat_fn(int, const char *, int, ...);

static int opened(int folder, const char *path, int flags, mode_t mode)
{
	openat_fn *real = (openat_fn *)dlsym(RTLD_NEXT, "openat");
	int log = real(AT_FDCWD, getenv("OPENED"), O_WRONLY | O_APPEND | O_CREAT, 0600);

	if (write(log, path, strlen(path)) < 0 || write(log, "\\n", 1) < 0)
		abort();
	close(log);
	return real(folder, path, flags, mode);
}

#define OPEN(declaration, folder)                     \\
	declaration                                   \\
	{                                             \\
		va_list list;                         \\
		va_start(list, flags);                \\
		mode_t mode = va_arg(list, mode_t);   \\
		va_end(list);                         \\
		return opened(folder, path, flags, mode); \\
	}

OPEN(int open(const char *path, int flags, ...), AT_FDCWD)
OPEN(int open64(const char *path, int flags, ...), AT_FDCWD)
OPEN(int openat(int folder, const char *path, int flags, ...), folder)
OPEN(int openat64(int folder, const char *path, int flags, ...), folder)
"""


def settle():
    """Files older than this are known by their time."""
    time.sleep(0.03)


def build(site, *arguments, **options):
    """A build that must go well: its summary, with what it said on stderr."""
    settle()
    result, summary = of_groups(site, lambda: site.build("--json", *arguments, **options))
    assert result.status == 0, result
    return summary | {"said": result.err}


def full(site, **options):
    """What a full build of a copy, which remembers the same, leaves and says."""
    copy = site.folder.with_name("copy")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(site.folder, copy, symlinks=True)
    shutil.rmtree(copy / "public", ignore_errors=True)
    result = run_program("build", "--full", "--now", options.get("now", NOW), "--json", cwd=copy)
    assert result.status == 0, result
    return tree(copy / "public"), result.err


def build_as_full(site, **options):
    expected, said = full(site, **options)
    summary = build(site, "--prune", **options)
    assert tree(site.output) == expected
    assert summary["said"] == said
    return summary


def rewritten(before, after):
    assert before.keys() <= after.keys()
    return {os.path.dirname(name) for name in after
            if after[name] != before.get(name)} - {""}


def png(width, height):
    def chunk(name, data):
        return (struct.pack(">I", len(data)) + name + data
                + struct.pack(">I", zlib.crc32(name + data)))
    rows = zlib.compress(bytes((width + 1) * height))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0,
                                                              0, 0))
            + chunk(b"IDAT", rows) + chunk(b"IEND", b""))


@pytest.fixture
def built(site):
    """Two categories: items 1 and 3 in Tools, 2 in News; built."""
    site.items(3)
    build(site)
    assert build(site)["fresh"] == 0
    return site


def configure(site, text):
    site.write("outfeed.yaml", "site: {title: Test, url: https://example.org/}\n"
                               "content: [content]\npages: false\ncompress: false\n" + text)


def test_nothing_changed(built):
    before = stamps(built.output)
    summary = build(built)
    assert (summary["fresh"], summary["written"], summary["unchanged"]) == \
        (0, 0, len(before) - 1)
    assert (summary["found"], summary["read"], summary["feeds"]) == (3, 3, 3)
    assert stamps(built.output) == before


def opened(site, tmp_path, name):
    """The names of what a build opens."""
    source = tmp_path / "opened.c"
    library = source.with_suffix(".so")
    log = tmp_path / name
    source.write_text(OPENED)
    subprocess.run([os.environ.get("OUTFEED_CC", "cc"), "-shared", "-fPIC", "-o", library, source,
                    "-ldl"], check=True)
    asan = os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
    build(site, env={"LD_PRELOAD": str(library), "OPENED": str(log), "ASAN_OPTIONS": asan})
    return [os.path.basename(line) for line in log.read_text().splitlines()]


def test_nothing_is_opened(built, tmp_path):
    """Neither items nor documents: looking at them is enough."""
    names = opened(built, tmp_path, "nothing")
    assert "content" in names, "opening is seen"
    assert not [name for name in names if name.startswith("item-")]
    assert not [name for name in names if name in ("atom.xml", "rss.xml", "feed.json")]
    built.item("item-2.md", title="Changed", date="2025-03-02")
    assert "item-2.md" in opened(built, tmp_path, "one")


def test_a_touched_file_is_read_alone(built):
    before = stamps(built.output)
    os.utime(built.folder / "content" / "item-2.md")
    summary = build(built)
    assert (summary["fresh"], summary["written"]) == (1, 0)
    assert stamps(built.output) == before
    assert build(built)["fresh"] == 0


@pytest.mark.parametrize("name, title, category, touched", [
    ("item-2.md", "Changed", "News", {"all", "topic/news"}),
    ("item-3.md", "Changed", "Tools", {"all", "topic/tools"}),
    ("item-2.md", "Item 2", "Tools", {"all", "topic/tools"}),
    ("new.md", "New", "Other", {"all", "topic/other"}),
])
def test_only_what_is_touched_is_written(built, name, title, category, touched):
    before = stamps(built.output)
    built.item(name, title=title, date="2025-03-02", category=category)
    summary = build(built)
    assert summary["fresh"] == 1
    assert rewritten(before, stamps(built.output)) == touched
    assert summary["written"] == 3 * len(touched)
    build_as_full(built)


def test_removed(built):
    before = stamps(built.output)
    (built.folder / "content" / "item-3.md").unlink()
    summary = build(built)
    assert (summary["found"], summary["fresh"]) == (2, 0)
    assert rewritten(before, stamps(built.output)) == {"all", "topic/tools"}
    build_as_full(built)


def test_beyond_the_limit(site):
    configure(site, "limit: 2\n")
    site.items(6)
    build(site)
    before = stamps(site.output)
    site.item("item-1.md", title="Nobody sees it", date="2025-03-01", category="Tools")
    summary = build(site)
    assert (summary["fresh"], summary["written"]) == (1, 0)
    assert stamps(site.output) == before
    site.item("item-1.md", title="Now they do", date="2025-04-01", category="Tools")
    assert build(site)["written"] == 6
    assert site.titles()[0] == "Now they do"
    build_as_full(site)


def test_moved_folder(site):
    """Files that a move does not touch: what they say and look for is where they are now."""
    site.item("a/one/index.md", image="near.png", category="Near")
    site.write("content/a/one/near.png", png(3, 2))
    site.item("a/two.md", image="far.png", category="Far")
    build(site)
    assert build(site)["fresh"] == 0
    os.rename(site.folder / "content" / "a", site.folder / "content" / "b")
    summary = build_as_full(site)
    assert "content/b/two.md" in summary["said"]
    os.rename(site.folder / "content/b/one", site.folder / "content/b/three")
    build_as_full(site)
    site.write("content/b/three/near.png", png(4, 2))
    build_as_full(site)


def test_settings_change_while_a_group_is_away(site):
    """Its documents, and what is known of them, are older than the settings."""
    site.item("a.md", uuid="00000000-0000-4000-8000-000000000001", category="News")
    site.item("b.md", uuid="00000000-0000-4000-8000-000000000002", category="Away", title="B")
    build(site)
    site.item("a.md", uuid="00000000-0000-4000-8000-000000000002", category="News")
    assert build(site)["feeds"] == 2
    configure(site, "content_mode: summary\n")
    build(site)
    site.item("a.md", uuid="00000000-0000-4000-8000-000000000001", category="News")
    build_as_full(site)


def test_another_group_takes_the_path(site):
    """One of the same name, by another grouping."""
    configure(site, GROUPS)
    site.item("a.md", title="A", category="AI")
    site.item("b.md", title="B", category="Other", tags=["AI"])
    site.item("c.md", title="C", category="Other", tags=["AI"])
    assert build(site)["refused"] == 1
    assert site.titles("topic/ai") == ["A"]
    site.item("a.md", title="A", category="Other")
    build_as_full(site)
    assert site.titles("topic/ai") == ["B", "C"]


def test_files_racing_the_clock(site):
    """A file saved in the moment of a build, with the same size and time, is read again."""
    site.items(2)
    path = site.item("item-1.md", title="Item A", date="2025-03-01")
    ahead = time.time() + 3600
    os.utime(path, (ahead, ahead))
    build(site)
    before = path.stat()
    site.item("item-1.md", title="Item B", date="2025-03-01")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (path.stat().st_size, path.stat().st_ino) == (before.st_size, before.st_ino)
    build(site)
    assert "Item B" in site.titles()


def test_saved_twice_within_a_tick(site):
    site.items(2)
    for letter in "ABCDEFGH":
        site.item("item-1.md", title=f"Item {letter}", date="2025-03-01")
        assert site.build().status == 0
        site.item("item-1.md", title=f"Item {letter.lower()}", date="2025-03-01")
        assert site.build().status == 0
        assert f"Item {letter.lower()}" in site.titles()


def test_image_replaced(site):
    configure(site, "images: {dir: images, url: 'https://example.org/i/'}\n")
    site.item("a.md", featuredImage="a.png", category="Pictures")
    site.item("b.md", category="Words")
    image = site.write("images/a.png", png(8, 4))
    build(site)
    assert build(site)["unchanged"] == 9
    attachment = site.feed()["items"][0]["attachments"][0]
    assert attachment["size_in_bytes"] == image.stat().st_size
    before = stamps(site.output)
    site.write("images/a.png", png(8, 4) + b"tail")
    summary = build(site)
    assert summary["fresh"] == 0
    assert rewritten(before, stamps(site.output)) == {"all", "topic/pictures"}
    assert site.feed()["items"][0]["attachments"][0]["size_in_bytes"] == image.stat().st_size
    build_as_full(site)


def test_image_comes_and_goes(site):
    configure(site, "images: {dir: images, url: 'https://example.org/i/'}\n")
    site.item("a.md", featuredImage="sub/a.png")
    for _ in range(2):
        said = build(site)["said"]
        assert "a.png" in said and len(said.splitlines()) == 1
        assert "attachments" not in site.feed()["items"][0]
    image = site.write("images/sub/a.png", png(8, 4))
    summary = build(site)
    assert (summary["fresh"], summary["written"], summary["said"]) == (0, 6, "")
    assert site.feed()["items"][0]["attachments"][0]["size_in_bytes"] == image.stat().st_size
    image.unlink()
    assert "a.png" in build(site)["said"]
    assert "attachments" not in site.feed()["items"][0]
    build_as_full(site)


def test_image_from_another_place(site):
    """A site that is named otherwise in the next run is the same site."""
    configure(site, "images: {dir: images, url: 'https://example.org/i/'}\n")
    site.item("a.md", featuredImage="a.png")
    build(site)
    site.write("images/a.png", png(8, 4))
    settle()
    result = site.build("--json", site.folder, cwd=site.folder.parent)
    assert (result.status, result.err) == (0, "")
    assert site.feed()["items"][0]["attachments"]
    build_as_full(site)


@pytest.mark.parametrize("harm", ["remove", "alter", "replace", "folder", "link"])
def test_documents_are_mended(built, harm):
    before = tree(built.output)
    path = built.output / "topic" / "news" / "atom.xml"
    if harm == "remove":
        path.unlink()
    elif harm == "alter":
        path.write_bytes(b"<" + path.read_bytes()[1:-1] + b"?")
    elif harm == "replace":
        other = path.with_name("other")
        other.write_text("mine")
        os.replace(other, path)
    elif harm == "folder":
        shutil.rmtree(built.output / "topic")
    else:
        path.rename(built.folder / "moved.xml")
        path.symlink_to(built.folder / "moved.xml")
    summary = build(built)
    assert summary["fresh"] == 0
    assert summary["written"] == (6 if harm == "folder" else 1)
    assert tree(built.output) == before
    assert not path.is_symlink()


def test_warnings_are_told_again(site):
    site.items(2)
    site.write("content/broken.md", "---\ntitle: x\n")
    site.write("content/undated.md", "---\ntitle: x\ndate: 2025-02-31\n---\n")
    site.item("dated.md", lastMod="2025-02-31")
    site.item("image.md", image="gone.png")
    site.item("up.md", category="../up")
    os.symlink("item-1.md", site.folder / "content" / "link.md")
    first = build(site)
    assert len(first["said"].splitlines()) >= 6
    for _ in range(3):
        again = build(site)
        assert again["said"] == first["said"]
        for key in ("skipped", "skipped_by", "warnings", "found", "read"):
            assert again[key] == first[key]
    assert again["fresh"] == 0
    site.item("item-2.md", title="Changed")
    assert build_as_full(site)["said"] == first["said"]


def test_time_passes(site):
    site.item("now.md", title="Now")
    site.item("later.md", title="Later", date="2026-03-01", category="Later")
    site.item("until.md", title="Until", expires="2026-02-01", category="Until")
    summary = build(site)
    assert (summary["future"], summary["expired"]) == (1, 0)
    assert site.titles() == ["Now", "Until"]
    assert build(site)["fresh"] == 0
    before = stamps(site.output)
    summary = build(site, now="2026-02-15T00:00:00Z")
    assert (summary["fresh"], summary["future"], summary["expired"]) == (0, 1, 1)
    assert rewritten(before, stamps(site.output)) == {"all"}
    summary = build(site, now="2026-03-02T00:00:00Z")
    assert (summary["fresh"], summary["future"], summary["expired"]) == (0, 0, 1)
    assert site.titles() == ["Later", "Now"]
    assert site.titles("topic/later") == ["Later"]
    build_as_full(site, now="2026-03-02T00:00:00Z")
    build_as_full(site)
    assert site.titles() == ["Now", "Until"]


@pytest.mark.parametrize("text, reads", [
    ("limit: 1\n", False),
    ("content_mode: summary\n", False),
    ("attribution: false\n", False),
    ("link: source\n", False),
    ("formats: [atom]\n", False),
    ("all: false\n", False),
    ("all: {path: everything, title: All}\n", False),
    ("images: {dir: pictures, url: 'https://example.org/p/'}\n", False),
    ("hubs: ['https://hub.example.org/']\n", False),
    ("groups: [{by: tags, path: 't/{slug}'}]\n", True),
    ("groups: [{by: categories, path: 'c/{slug}'}]\n", True),
    ("fields: {title: [description, title]}\n", True),
])
def test_configuration(site, text, reads):
    configure(site, "")
    for number in range(4):
        site.item(f"{number}.md", title=f"T{number}", date=f"2025-03-0{number + 1}",
                  tags=["x"], link={"href": "https://s.org/", "brand": "S"}, image="p.png",
                  description=f"Described {number}")
    site.write("pictures/p.png", png(2, 2))
    build(site)
    before = tree(site.output)
    configure(site, text)
    summary = build_as_full(site)
    assert summary["fresh"] == (4 if reads else 0)
    assert tree(site.output) != before
    assert build(site)["written"] == 0
    configure(site, "")
    build_as_full(site)
    assert tree(site.output) == before


@pytest.mark.parametrize("site_line", [
    "{title: Other, url: 'https://example.org/'}", "{title: Test, url: 'https://example.com/'}",
    "{title: Test, url: 'https://example.org/', language: de}",
    "{title: Test, url: 'https://example.org/', timezone: '+05:30'}",
    "{title: Test, url: 'https://example.org/', author: {name: Ann}}",
    "{title: Test, url: 'https://example.org/', icon: 'https://example.org/i.png'}",
])
def test_site_settings(built, site_line):
    before = tree(built.output)
    built.write("outfeed.yaml", f"site: {site_line}\ncontent: [content]\n")
    build_as_full(built)
    assert tree(built.output) != before


def test_content_settings(built):
    built.item("more/deep.md", title="Deep")
    build(built)
    for content in ("[content/more]", "['content/*.md']", "['content/**/*.md']",
                    "[content/item-1.md, content/more]", "[content, content/more]"):
        built.write("outfeed.yaml", "site: {title: Test, url: https://example.org/}\n"
                                    f"content: {content}\n")
        build_as_full(built)


def test_another_output_among_the_content(site):
    """What was the output, and passed over, is content like all else when it no longer is."""
    configure(site, "output: public\n")
    site.write("outfeed.yaml", "site: {title: Test, url: https://example.org/}\ncontent: [.]\n"
               "pages: false\n")
    site.item("a.md")
    site.write("public/own/b.md", "---\ntitle: Own\ndate: 2025-03-03\n---\n")
    assert build(site)["found"] == 1
    build(site)
    site.write("outfeed.yaml",
               "site: {title: Test, url: https://example.org/}\ncontent: [.]\noutput: out\n"
               "pages: false\n")
    assert build(site)["found"] == 2


def test_label_is_elected_anew(site):
    site.item("a.md", category="AI")
    site.item("b.md", category="AI")
    site.item("c.md", category="ai")
    build(site)
    assert site.feed("topic/ai")["title"].endswith("AI")
    site.item("b.md", category="ai")
    build_as_full(site)
    assert site.feed("topic/ai")["title"].endswith("ai")
    (site.folder / "content" / "b.md").unlink()
    build_as_full(site)
    assert site.feed("topic/ai")["title"].endswith("AI")


def test_own_path_moves_the_group(site):
    site.item("a.md", category="AI")
    site.item("b.md", category="AI", categoryUrl=["own/ai"], categorySlug=["ai"],
              categoryLabel=["AI"])
    build(site)
    assert site.titles("own/ai") == ["One", "One"]
    site.item("b.md", category="AI")
    build_as_full(site)
    assert not (site.output / "own").exists()
    site.item("b.md", category="AI", categoryUrl=["own/ai"], categorySlug=["ai"],
              categoryLabel=["AI"])
    build_as_full(site)


def test_leftovers_taken_away_by_hand(site, tmp_path):
    """A format that is gone: who removes its documents makes no work for later runs."""
    site.items(3)
    build(site)
    configure(site, "formats: [atom]\n")
    build(site)
    for path in list(site.output.rglob("rss.xml")) + list(site.output.rglob("feed.json")):
        path.unlink()
    build(site)
    names = opened(site, tmp_path, "after")
    assert "content" in names, "opening is seen"
    assert not [name for name in names if name.startswith("item-")]


def test_drafts_on_and_off(built):
    built.item("item-2.md", title="Item 2", date="2025-03-02", draft=True)
    summary = build_as_full(built)
    assert summary["drafts"] == 1
    built.item("item-2.md", title="Item 2", date="2025-03-02", draft=False)
    assert build_as_full(built)["drafts"] == 0


def test_two_names_of_a_folder(site):
    """However many entries of `content` lead to a file, it is one item."""
    site.item("a/one.md")
    site.write("outfeed.yaml", "site: {title: Test, url: https://example.org/}\n"
                               "content: [content, content/a, content/a/one.md]\n")
    for _ in range(2):
        assert build(site)["found"] == 1


def test_a_failed_run_changes_nothing(built):
    """What one run could not do, the next one does."""
    before = stamps(built.output)
    built.item("item-2.md", title="Changed", date="2025-03-02")
    shutil.move(built.folder / "content", built.folder / "away")
    result = built.build()
    assert result.status == 1
    assert stamps(built.output) == before
    shutil.move(built.folder / "away", built.folder / "content")
    build_as_full(built)
    assert "Changed" in built.titles()


LIMIT = """\
    site: {title: T, url: https://example.org/}
    limit: 2
    """
DEEP = "<div>" * 400 + "\n"


def test_an_older_item_takes_the_place_of_one_that_cannot_be_shown(site):
    site.write("outfeed.yaml", LIMIT)
    site.item("a.md", title="A", date="2025-03-03")
    site.item("b.md", title="B", date="2025-03-02", body=DEEP)
    settle()
    assert site.build().status == 0
    settle()
    assert site.build().status == 0
    assert site.titles() == ["A"]
    site.item("z.md", title="Z", date="2025-03-01")
    assert site.build().status == 0
    assert site.titles() == ["A", "Z"]


def test_a_fault_of_all_items_of_a_group_is_told_in_every_run(site):
    site.item("a.md", title="A", category="News")
    site.item("b.md", title="B", category="Tools")
    settle()
    assert site.build().status == 0
    settle()
    assert site.build().status == 0
    site.item("b.md", title="B", category="Tools", body=DEEP)
    for _ in range(3):
        time.sleep(0.05)
        assert site.build("--strict").status == 3
    assert site.titles("topic/tools") == ["B"], "what was published stays"


def test_an_icon_whose_file_changes(site):
    site.write("outfeed.yaml", "site: {title: T, url: https://example.org/, "
                               "icon: https://example.org/images/i.png}\n")
    site.item("a.md", title="A")

    def icon(size):
        import struct
        site.write("images/i.png", b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR"
                   + struct.pack(">IIBBBBBI", size, size, 8, 0, 0, 0, 0, 0))
    icon(100)
    settle()
    assert site.build().status == 0
    settle()
    assert site.build().status == 0
    assert "<width>100</width>" in (site.output / "all/rss.xml").read_text()
    icon(40)
    assert site.build().status == 0
    assert "<width>40</width>" in (site.output / "all/rss.xml").read_text()


def test_a_dry_run_leaves_the_state_folder_as_it_is(site):
    site.item("a.md", title="A")
    (site.folder / ".outfeed").mkdir()
    assert site.build("--dry-run").status == 0
    assert list((site.folder / ".outfeed").iterdir()) == []


@pytest.mark.parametrize("change", ["edit", "remove", "add", "age", "regroup"])
def test_a_change_is_not_used_up_by_a_build_elsewhere(built, tmp_path, change):
    outputs = [built.output, tmp_path / "elsewhere"]
    build(built, "--output", outputs[1])
    for number in range(4):
        name = f"item-{number % 3 + 1}.md"
        if change == "edit":
            built.item(name, title=f"Edited {number}", category="Tools")
        elif change == "remove":
            (built.folder / "content" / name).unlink(missing_ok=True)
            built.item(f"item-{number + 4}.md", category="Tools")
        elif change == "add":
            built.item(f"new-{number}.md", category="News")
        elif change == "regroup":
            built.item(name, category=f"Group {number}")
        elif change == "age":
            built.item("soon.md", date="2026-01-03")
        now = f"2026-01-{number + 1:02}T01:00:00Z"
        expected, said = full(built, now=now)
        for output in reversed(outputs) if number % 2 == 0 else outputs:
            summary = build(built, "--prune", "--output", output, now=now)
            assert tree(output) == expected
            assert summary["said"] == said
    assert build(built, "--output", outputs[0], now=now)["written"] == 0


def test_a_build_elsewhere_costs_no_writing(built, tmp_path):
    build(built, "--output", tmp_path / "elsewhere")
    before = stamps(built.output)
    summary = build(built)
    assert (summary["fresh"], summary["written"]) == (0, 0)
    assert stamps(built.output) == before
