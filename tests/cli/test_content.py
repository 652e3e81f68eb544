"""Which files `content:` leads to: each once, however it is written."""
import pytest

from conftest import Site, run_program, NOW

MINIMAL = """\
site:
  title: Test
  url: https://example.org/
"""


def fill(site, *names):
    for name in names:
        site.write(name, f"---\ntitle: {name}\ndate: 2025-01-01\n---\nText.\n")


def build(site, content, **options):
    site.write("outfeed.yaml", MINIMAL + f"content: {content}\n")
    result = site.build("--full", **options)
    assert result.status == 0, result
    return result


@pytest.mark.parametrize("name", ["s*te", "s?te", "a[b]c", "**", "a b", "\u00e9"])
def test_site_folder_that_looks_like_a_glob(tmp_path, name):
    (tmp_path / name).mkdir()
    site = Site(tmp_path / name)
    site.items()
    result = run_program("build", "--now", NOW, name, cwd=tmp_path)
    assert (result.status, result.err) == (0, "")
    assert len(site.titles()) == 3
    site.write("outfeed.yaml", MINIMAL + "content: ['con*/*-[12].md', 'con*/*-?.md']\n")
    result = run_program("build", "--now", NOW, site.folder, cwd=tmp_path)
    assert result.status == 0
    assert len(site.titles()) == 3


@pytest.mark.parametrize("content", [
    "[posts, ./posts]", "[posts, posts/]", "[posts/../posts, posts]", "[., posts]", "[posts, .]",
    "[posts, posts/deep]", "[posts/deep, posts]", "['posts/**', ./posts]", "[posts, './posts/*.md']",
    "[posts//deep/../, posts]", "[posts, posts/one.md]", "[./posts/one.md, posts]", "[link, posts]",
    "[posts, link]", "[posts, link/deep]", "['link/*.md', posts]", "[link/deep, posts]", "[posts, posts]",
])
def test_each_file_once(site, content):
    fill(site, "posts/one.md", "posts/deep/two.md")
    (site.folder / "link").symlink_to("posts")
    result = build(site, content)
    assert [d for d in result.diagnostics if "symbolic" not in d["message"]] == []
    assert sorted(site.titles()) == ["posts/deep/two.md", "posts/one.md"]
    assert result.out.startswith("2 items found, 2 read\n")


def test_absolute_and_relative_are_one(site):
    fill(site, "posts/one.md")
    assert build(site, f"[posts, {site.folder}/posts]").err == ""
    assert site.titles() == ["posts/one.md"]


def test_hidden_folder_that_is_named(site):
    """A folder that is never walked into has to be named."""
    fill(site, "posts/one.md", "posts/.more/two.md")
    assert build(site, "[posts, posts/.more]").err == ""
    assert len(site.titles()) == 2


def test_folder_above_the_site(site):
    fill(site, "../other/one.md", "two.md")
    build(site, "[., '../other/*.txt', ../other]")
    assert sorted(site.titles()) == ["../other/one.md", "two.md"]
    fill(site, "../other/three.txt")
    assert build(site, "[., '../other/*.txt']").err == ""
    assert sorted(site.titles()) == ["../other/three.txt", "two.md"]


@pytest.mark.parametrize("content, found", [
    ("['*']", ["a/b/deep.md", "a/x.md", "b/y.html", "top.md"]),
    ("['a*']", ["a/b/deep.md", "a/x.md"]),
    ("['*/b']", ["a/b/deep.md"]),
    ("['?/*']", ["a/b/deep.md", "a/x.md", "b/y.html"]),
    ("['*.md']", ["top.md"]),
    ("['**/*.md']", ["a/b/deep.md", "a/x.md", "top.md"]),
    ("['**']", ["a/b/deep.md", "a/x.md", "b/y.html", "top.md"]),
    ("['a/**']", ["a/b/deep.md", "a/x.md"]),
    ("['a/*']", ["a/b/deep.md", "a/x.md"]),
    ("['a/*.md']", ["a/x.md"]),
    ("['./a//*.md']", ["a/x.md"]),
    ("['*/*.txt']", ["a/z.txt"]),
    ("['*/x.*']", ["a/x.md"]),
])
def test_globs(site, content, found):
    fill(site, "top.md", "a/x.md", "a/b/deep.md", "b/y.html", "a/z.txt", "a/_index.md", ".hidden/h.md")
    result = build(site, content)
    assert result.err == ""
    assert sorted(site.titles()) == found


@pytest.mark.parametrize("content, found", [
    ("['**/log.md']", ["a/b/log.md", "a/log.md", "log.md"]),
    ("['a/**/log.md']", ["a/b/log.md", "a/log.md"]),
    ("['**/b/*g.md']", ["a/b/blog.md", "a/b/log.md"]),
    ("['a**/log.md']", ["a/b/log.md", "a/log.md"]),
    ("['a/**log.md']", ["a/b/blog.md", "a/b/log.md", "a/blog.md", "a/log.md"]),
])
def test_glob_of_whole_folders(site, content, found):
    for folder in ("", "a/", "a/b/"):
        for name in (folder + "log.md", folder + "blog.md"):
            site.write(name, f"---\ntitle: {name}\ndate: 2021-01-04\nid: {name}\n---\n")
    assert build(site, content).err == ""
    assert sorted(site.titles()) == found


def test_glob_looks_no_deeper_than_it_has_to(site):
    fill(site, "a/x.md", "a/b/c/d.md")
    (site.folder / "a/b/c/loop").symlink_to("..")
    assert build(site, "['a/*.md']").err == ""


@pytest.mark.parametrize("entry", ["posts/*.html", "empty", "nothing*", "posts/notes.rst/*"])
def test_entry_that_leads_to_nothing(site, entry):
    fill(site, "posts/one.md", "posts/notes.rst/two.txt")
    (site.folder / "empty").mkdir()
    for _ in range(2):
        result = build(site, f"[posts, '{entry}']")
        assert len(result.diagnostics) == 1, result
        found = result.diagnostics[0]
        assert (found["path"], found["line"], found["severity"]) == ("outfeed.yaml", "4", "warning")
        assert f"'{entry}'" in found["message"]
    again = site.build()
    assert len(again.diagnostics) == 1, "what is saved changes nothing"


@pytest.mark.parametrize("entry", ["gone", "gone.md", "gone/*.md"])
def test_entry_that_is_not_there(site, entry):
    fill(site, "posts/one.md")
    site.write("outfeed.yaml", MINIMAL + f"content: [posts, '{entry}']\n")
    result = site.build()
    assert result.status == 1
    assert entry.split("/")[0] in result.err
    assert not site.output.exists()


def test_from_another_folder(site, tmp_path):
    """Where a build is run from shows in no document."""
    site.items()
    assert run_program("build", "--now", NOW, "site", cwd=tmp_path).status == 0
    for where, name in ((site.folder, "."), ("/", site.folder), (site.folder / "content", "..")):
        result = run_program("build", "--now", NOW, name, cwd=where)
        assert (result.status, result.err) == (0, "")
        assert " 0 documents written" in result.out
