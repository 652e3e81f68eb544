"""Several groupings at once: each has its feeds, and an item is in all that it names."""
import pytest

from conftest import tree

CONFIG = """\
site:
  title: Test
  url: https://example.org/
content: [content]
pages: {pages}
compress: false
groups:
  - by: categories
    path: topic/{{slug}}
  - by: author
    path: by/{{slug}}
  - by: tags
    path: tag/{{slug}}
  - by: openGraphMetaData.ogtype
    path: kind/{{slug}}
"""
ONE = """\
---
title: One
date: 2025-01-01
categories: [News, Tools]
author: {name: Ada Lovelace, url: https://ada.example/}
tags: [rss]
openGraphMetaData: {ogtype: article}
---
One.
"""
TWO = """\
---
title: Two
date: 2025-01-02
categories: News
authors: [{name: Ada Lovelace, email: ada@ada.example}, Émile Zola]
tags: [RSS, "open source"]
openGraphMetaData: {ogtype: [article, video]}
---
Two.
"""
THREE = "---\ntitle: Three\ndate: 2025-01-03\nopenGraphMetaData: text\n---\nThree.\n"

GROUPS = {
    "all": ["Three", "Two", "One"],
    "topic/news": ["Two", "One"], "topic/tools": ["One"],
    "by/ada-lovelace": ["Two", "One"], "by/émile-zola": ["Two"],
    "tag/rss": ["Two", "One"], "tag/open-source": ["Two"],
    "kind/article": ["Two", "One"], "kind/video": ["Two"],
}


@pytest.fixture
def grouped(site):
    site.write("outfeed.yaml", CONFIG.format(pages="true"))
    for name, text in (("one", ONE), ("two", TWO), ("three", THREE)):
        site.write(f"content/{name}.md", text)
    return site


def test_all_of_them_at_once(grouped):
    result = grouped.build()
    assert result.status == 0 and not result.diagnostics, result
    folders = {str(path.parent.relative_to(grouped.output))
               for path in grouped.output.rglob("feed.json")}
    assert folders == set(GROUPS)
    for path, titles in GROUPS.items():
        assert grouped.titles(path) == titles, path
        assert (grouped.output / path / "index.html").is_file()


def test_an_entry_is_one_in_all_of_them(grouped):
    """A reader that has both feeds must see that it has the item already."""
    grouped.build()
    entries = [entry for path in GROUPS for entry in grouped.feed(path)["items"]]
    assert len({entry["id"] for entry in entries}) == 3
    for one in entries:
        assert all(one == other for other in entries if one["id"] == other["id"])


def test_titles_by_the_name_that_people_read(grouped):
    grouped.build()
    assert grouped.feed("by/ada-lovelace")["title"] == "Test: Ada Lovelace"
    assert grouped.feed("by/émile-zola")["title"] == "Test: Émile Zola"
    assert grouped.feed("tag/open-source")["title"] == "Test: open source"
    assert grouped.feed("kind/article")["title"] == "Test: article"


def test_an_edit_moves_an_item(grouped):
    grouped.build()
    before = tree(grouped.output)
    grouped.write("content/two.md", TWO.replace("[article, video]", "event")
                  .replace("Émile Zola", "Mary Shelley"))
    result = grouped.build("--prune")
    assert result.status == 0, result
    assert grouped.titles("kind/event") == grouped.titles("by/mary-shelley") == ["Two"]
    assert grouped.titles("kind/article") == ["One"]
    assert not (grouped.output / "kind/video").exists()
    assert not (grouped.output / "by/émile-zola").exists()
    assert before["topic/tools/atom.xml"] == tree(grouped.output)["topic/tools/atom.xml"]


@pytest.mark.parametrize("by", ("author", "authors", "byline"))
def test_authors_by_any_name(site, by):
    """`by:` may name the field as an item does; a person is known by the name."""
    site.write("outfeed.yaml", CONFIG.format(pages="false").split("groups:")[0]
               + f"groups:\n  - by: {by}\n    path: by/{{slug}}\n")
    site.write("content/a.md", f"---\ntitle: A\ndate: 2025-01-01\n{by}: {{name: Ada}}\n---\nx\n")
    site.write("content/b.md",
               f"---\ntitle: B\ndate: 2025-01-02\n{by}: [{{name: Ada}}, Bob]\n---\nx\n")
    result = site.build()
    assert result.status == 0, result
    assert site.titles("by/ada") == ["B", "A"] and site.titles("by/bob") == ["B"]


def test_two_groupings_that_would_share_a_path(site):
    site.write("outfeed.yaml", CONFIG.format(pages="false").replace("tag/{slug}", "topic/{slug}"))
    site.item("a.md", category="News", tags=["news", "other"])
    result = site.build()
    assert result.status == 0 and len(result.diagnostics) == 1, result
    assert "another group's go" in result.diagnostics[0]["message"]
    assert site.titles("topic/news") == site.titles("topic/other") == ["One"]
