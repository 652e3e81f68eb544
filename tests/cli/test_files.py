"""What build does to files: all or nothing, and nothing that need not be."""
import os
import shutil
import stat
import subprocess
import tempfile
from pathlib import Path

import pytest

from conftest import NOW, Site, run_program, stamps, tree


@pytest.fixture
def public_site():
    """A site, and a copy of the program, that any user can reach."""
    folder = Path(tempfile.mkdtemp(prefix="outfeed-test-"))
    folder.chmod(0o755)
    (folder / "site").mkdir()
    shutil.copy(os.environ["OUTFEED"], folder / "outfeed")
    yield Site(folder / "site")
    subprocess.run(["chmod", "-R", "u+rwx", folder], check=True)
    shutil.rmtree(folder)


def build_as_nobody(site):
    """Permissions mean nothing to root, so another user runs the program."""
    prefix = ()
    if os.geteuid() == 0:
        for folder, folders, files in os.walk(site.folder.parent):
            for path in [folder] + [os.path.join(folder, name) for name in files]:
                os.chown(path, 65534, 65534)
        prefix = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--")
    return run_program("build", "--now", NOW, cwd=site.folder, prefix=prefix,
                       program=site.folder.parent / "outfeed",
                       env={"GCOV_PREFIX": str(site.folder.parent / "gcov")})


def test_second_run_touches_nothing(site):
    site.items()
    assert site.build().status == 0
    before = stamps(site.output)
    assert len(before) >= 9
    assert site.build().status == 0
    assert stamps(site.output) == before


def test_only_what_changed_is_written(site):
    site.items()
    assert site.build().status == 0
    before = stamps(site.output)
    site.item("item-1.md", title="Item 1, changed", date="2025-03-01", category="Tools")
    assert site.build().status == 0
    after = stamps(site.output)
    assert {n for n in before if "/news/" in n and before[n] != after[n]} == set()
    for name in ("all/atom.xml", "all/rss.xml", "all/feed.json", "topic/tools/atom.xml"):
        assert before[name] != after[name]
        assert before[name][0] != after[name][0], "a new file takes the place of the old one"


def test_documents_can_be_read_by_a_server(site):
    site.items()
    old = os.umask(0o022)
    try:
        assert site.build().status == 0
    finally:
        os.umask(old)
    for name in tree(site.output):
        assert stat.S_IMODE((site.output / name).stat().st_mode) == 0o644
    assert stat.S_IMODE((site.output / "all").stat().st_mode) == 0o755


def test_no_temporary_file_stays(site):
    site.items()
    assert site.build().status == 0
    for name in tree(site.output):
        last = os.path.basename(name)
        assert not last.startswith((".", "#")) and not last.endswith(("~", ".tmp", ".new"))


def test_nothing_found_changes_nothing(site):
    site.items()
    assert site.build().status == 0
    bytes_before, stamps_before = tree(site.output), stamps(site.output)
    for path in (site.folder / "content").glob("*.md"):
        path.unlink()
    result = site.build()
    assert result.status == 1
    assert "error:" in result.err
    assert (tree(site.output), stamps(site.output)) == (bytes_before, stamps_before)
    assert site.build("--allow-empty").status == 0
    assert site.titles() == []


def test_all_items_broken(site):
    """Files were found, so it is no empty run; what was published is not thrown away."""
    site.items()
    assert site.build().status == 0
    documents = set(tree(site.output))
    for path in (site.folder / "content").glob("*.md"):
        path.write_text("---\ntitle: x\n")
    result = site.build()
    assert len(result.diagnostics) >= 3
    assert set(tree(site.output)) == documents


@pytest.mark.parametrize("gone", ["content", "other"])
def test_content_folder_missing(site, gone):
    site.write("outfeed.yaml", "site: {title: T, url: 'https://example.org/'}\ncontent: [content, other]\n")
    site.items()
    site.write("other/x.md", "---\ntitle: X\ndate: 2025-01-01\n---\nText.\n")
    assert site.build().status == 0
    before = stamps(site.output)
    shutil.rmtree(site.folder / gone)
    result = site.build()
    assert result.status == 1
    assert gone in result.err
    assert stamps(site.output) == before


def test_content_folder_that_may_not_be_read(public_site):
    site = public_site
    site.items()
    site.write("content/deep/x.md", "---\ntitle: X\ndate: 2025-01-01\n---\nText.\n")
    assert build_as_nobody(site).status == 0
    before = stamps(site.output)
    for folder in ("content/deep", "content"):
        (site.folder / folder).chmod(0)
        result = build_as_nobody(site)
        (site.folder / folder).chmod(0o755)
        assert result.status == 1, result
        assert folder in result.err
        assert "ermission denied" in result.err
        assert stamps(site.output) == before


def test_item_that_may_not_be_read(public_site):
    """One file is that item's trouble, not the run's."""
    site = public_site
    site.items()
    (site.folder / "content" / "item-2.md").chmod(0)
    result = build_as_nobody(site)
    assert result.status == 0, result
    assert [d["path"] for d in result.diagnostics] == ["content/item-2.md"]
    assert result.diagnostics[0]["severity"] == "error"
    assert site.titles() == ["Item 3", "Item 1"]


def test_output_that_may_not_be_written(public_site):
    site = public_site
    site.items()
    assert build_as_nobody(site).status == 0
    before = tree(site.output)
    site.item("item-4.md", title="Item 4")
    for folder in (site.output / "all", site.output / "topic" / "news"):
        folder.chmod(0o555)
    result = build_as_nobody(site)
    for folder in (site.output / "all", site.output / "topic" / "news"):
        folder.chmod(0o755)
    assert result.status == 1, result
    assert "public/" in result.err
    assert tree(site.output) == before
    assert build_as_nobody(site).status == 0
    assert site.titles()[0] == "Item 3"


@pytest.mark.parametrize("place", ["public", "public/all", "public/topic"])
def test_a_file_where_a_folder_must_be(site, place):
    site.items()
    path = site.write(place, "mine\n")
    result = site.build()
    assert result.status == 1
    assert place in result.err
    assert path.read_text() == "mine\n"


def test_a_folder_where_a_document_must_be(site):
    site.items()
    (site.output / "all" / "atom.xml").mkdir(parents=True)
    result = site.build()
    assert result.status == 1
    assert "all/atom.xml" in result.err
    assert (site.output / "all" / "atom.xml").is_dir()


def test_links_in_the_output_are_not_followed_out(site, tmp_path):
    """A link where a document goes is replaced; what it pointed at stays."""
    site.items()
    victim = tmp_path / "victim"
    victim.write_text("mine\n")
    (site.output / "all").mkdir(parents=True)
    (site.output / "all" / "atom.xml").symlink_to(victim)
    assert site.build().status == 0
    assert victim.read_text() == "mine\n"
    assert not (site.output / "all" / "atom.xml").is_symlink()


def test_foreign_files_stay(site):
    site.items()
    site.write("public/CNAME", "example.org\n")
    site.write("public/all/notes.txt", "mine\n")
    assert site.build().status == 0
    (site.folder / "content" / "item-1.md").unlink()
    assert site.build().status == 0
    assert (site.output / "CNAME").read_text() == "example.org\n"
    assert (site.output / "all" / "notes.txt").read_text() == "mine\n"


def test_group_that_is_gone_keeps_its_documents(site):
    site.items()
    assert site.build().status == 0
    before = {n: d for n, d in tree(site.output).items() if n.startswith("topic/tools/")}
    for number in (1, 3):
        (site.folder / "content" / f"item-{number}.md").unlink()
    assert site.build().status == 0
    after = tree(site.output)
    assert before and all(after.get(name) == data for name, data in before.items())


def test_output_elsewhere(site, tmp_path):
    site.items()
    assert site.build("--output", tmp_path / "elsewhere" / "deep").status == 0
    assert (tmp_path / "elsewhere" / "deep" / "all" / "atom.xml").is_file()
    assert not site.output.exists()


def test_full_disk(site):
    """A write that fails for size leaves the old documents whole."""
    site.items()
    assert site.build().status == 0
    before = tree(site.output)
    site.item("item-4.md", title="Item 4", body="word " * 40000)
    result = run_program("build", "--now", NOW, cwd=site.folder,
                         prefix=("prlimit", "--fsize=65536", "env", "--ignore-signal=XFSZ"))
    assert result.status == 1, result
    assert "public/" in result.err
    assert {name: tree(site.output)[name] for name in before} == before
    assert set(tree(site.output)) == set(before), "no half-written file stays"



def test_a_dry_run_names_what_it_would_write(site):
    site.items(1)
    result = site.build("--dry-run")
    assert result.status == 0
    assert "public/topic/tools/atom.xml: note: would be written" in result.err
    assert result.err.count("would be written") == 7
    assert not site.output.exists()
    assert site.build().status == 0
    assert "note:" not in site.build("--dry-run").err


def deep(site, name):
    site.write(f"content/{name}", "---\ntitle: Deep\ndate: 2025-01-01\ncategories: [News]\n---\n"
               + "<b>" * 300 + "\n")


def test_items_that_all_fail_in_the_body_change_nothing(site):
    """Bodies are read when a document shows them: items that all fail are as good as none."""
    site.item("only.md", title="Only", date="2025-01-01", category="News")
    assert site.build().status == 0
    before = stamps(site.output)
    deep(site, "only.md")
    result = site.build()
    assert result.status == 1, result
    assert "no items" in result.err and "256" in result.err
    assert stamps(site.output) == before


def test_a_group_whose_items_all_fail_keeps_its_documents(site):
    site.item("news.md", title="News", date="2025-01-01", category="News")
    site.item("tool.md", title="Tool", date="2025-01-02", category="Tools")
    assert site.build().status == 0
    before = stamps(site.output)
    deep(site, "news.md")
    assert site.build().status == 0
    after = stamps(site.output)
    assert before["topic/news/atom.xml"] == after["topic/news/atom.xml"]
    assert before["all/atom.xml"] != after["all/atom.xml"]
