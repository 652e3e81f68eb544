"""What build says of its work: the summary, quiet, strict, dry runs."""
import json

import pytest

from conftest import NOW, tree


def summary(result):
    assert result.out.count("\n") >= 1
    return json.loads(result.out)


def test_summary_for_people(site):
    site.items()
    result = site.build()
    assert result.status == 0
    assert result.diagnostics == []
    text = result.out + result.err
    for word in ("3", "items", "feeds", "documents", "written"):
        assert word in text


def test_json_alone_on_stdout(site):
    site.items()
    first, second = site.build("--json"), site.build("--json")
    assert first.status == second.status == 0
    a, b = summary(first), summary(second)
    documents = len(tree(site.output))
    assert (a["found"], a["read"], a["feeds"]) == (3, 3, 3)
    assert (a["written"], a["unchanged"]) == (documents, 0)
    assert (b["written"], b["unchanged"]) == (0, documents)
    assert isinstance(a["seconds"], (int, float))


def test_json_counts_why(site):
    site.items()
    site.write("content/toml.md", "+++\ntitle = 1\n+++\n")
    site.write("content/unclosed.md", "---\ntitle: x\n")
    site.write("content/undated.md", "---\ntitle: x\n---\n")
    site.item("draft.md", draft=True)
    site.item("future.md", date="2027-01-01")
    site.item("expired.md", expires="2025-12-01")
    result = site.build("--json")
    assert result.status == 0
    found = summary(result)
    assert (found["found"], found["read"]) == (9, 6)
    assert found["skipped"] == 3
    assert found["skipped_by"]["toml"] == 1
    assert found["skipped_by"]["front-matter"] == 1
    assert found["skipped_by"]["no-date"] == 1
    assert (found["drafts"], found["future"], found["expired"]) == (1, 1, 1)
    assert len(site.titles()) == 3


def test_json_when_it_fails(site):
    result = site.build("--json")
    assert result.status == 1
    assert result.err != ""
    assert result.out == "" or json.loads(result.out)


def test_what_was_found_is_said_when_nothing_is_left(site):
    site.item("draft.md", draft=True)
    site.item("future.md", date="2027-01-01")
    site.write("content/unclosed.md", "---\ntitle: x\n")
    result = site.build()
    assert result.status == 1
    assert result.out == "3 items found, 2 read, 1 draft, 1 future, 1 skipped (1 front-matter)\n"
    found = summary(site.build("--json"))
    assert (found["status"], found["found"], found["drafts"], found["future"]) == ("failed", 3, 1, 1)
    assert site.build("-q").out == ""


def test_refused_groups_are_counted(site):
    site.write("outfeed.yaml", "site: {title: T, url: 'https://example.org/'}\n"
               "groups: [{by: categories, path: 'x/{slug}'}, {by: tags, path: 'x/{slug}'}]\n")
    site.item("a.md", category="One", tags=["One"])
    result = site.build()
    assert "1 group refused" in result.out
    assert summary(site.build("--json"))["refused"] == 1


def test_strict(site):
    site.items()
    assert site.build("--strict").status == 0
    site.write("content/unclosed.md", "---\ntitle: x\n")
    assert site.build().status == 0
    strict = site.build("--strict")
    assert strict.status == 3
    assert len(strict.about("unclosed.md")) == 1
    assert site.titles() == ["Item 3", "Item 2", "Item 1"]


def test_strict_writes_all_the_same(site):
    site.items()
    site.write("content/unclosed.md", "---\ntitle: x\n")
    assert site.build("--strict").status == 3
    assert len(site.titles()) == 3


def test_quiet(site):
    site.items()
    result = site.build("-q")
    assert (result.status, result.out, result.err) == (0, "", "")
    site.write("content/unclosed.md", "---\ntitle: x\n")
    result = site.build("--quiet")
    assert (result.status, result.out) == (0, "")
    assert len(result.err.splitlines()) == len(result.about("unclosed.md")) == 1


def test_verbose_says_more(site):
    site.items()
    assert site.build().status == 0
    plain, verbose = site.build(), site.build("-v")
    assert verbose.status == 0
    assert len(verbose.err + verbose.out) > len(plain.err + plain.out)


def test_dry_run(site):
    site.items()
    result = site.build("--dry-run", "--json")
    assert result.status == 0
    dry = summary(result)
    assert not site.output.exists()
    real = summary(site.build("--json"))
    assert dry["written"] == real["written"] > 0
    before = tree(site.output)
    site.item("new.md", title="New")
    assert site.build("--dry-run").status == 0
    assert tree(site.output) == before


@pytest.mark.parametrize("arguments, env, colored", [
    ((), {}, False),
    (("--color", "always"), {}, True),
    (("--color=never",), {}, False),
    (("--color", "always"), {"NO_COLOR": "1"}, True),
    ((), {"NO_COLOR": "1"}, False),
])
def test_color(site, arguments, env, colored):
    site.items()
    site.write("content/unclosed.md", "---\ntitle: x\n")
    assert ("\x1b[" in site.build(*arguments, env=env).err) == colored


def test_source_date_epoch(site):
    """SOURCE_DATE_EPOCH says what now is, and --now wins over it."""
    from conftest import run_program
    site.item("a.md", title="Past", date="2001-01-01")
    site.item("b.md", title="Later", date="2002-01-01")
    env = {"SOURCE_DATE_EPOCH": "1000000000"}
    assert run_program("build", cwd=site.folder, env=env).status == 0
    assert site.titles() == ["Past"]
    assert run_program("build", "--now", NOW, cwd=site.folder, env=env).status == 0
    assert site.titles() == ["Later", "Past"]
    for wrong in ("soon", "-", "1e9", "99999999999999999999"):
        result = run_program("build", cwd=site.folder, env={"SOURCE_DATE_EPOCH": wrong})
        assert result.status == 2, wrong
