"""outfeed init: what of a folder it names, and how, where that is easily got wrong."""
import json

import pytest

from conftest import run_program
from test_init import config_of, fields_of, init, item, say, write


def test_addresses_of_eleventy(tmp_path):
    """What Eleventy 3.1.8 makes of these files without any `permalink`."""
    made = tmp_path / "site"
    pages = {"posts/2025-03-02-dated": "posts/2025-03-02-dated/", "posts/same/same": "posts/same/",
             "posts/2025-03-03-same/2025-03-03-same": "posts/2025-03-03-same/", "posts/d/index": "posts/d/",
             "posts/d/2025-03-04-d": "posts/d/2025-03-04-d/", "posts/2025-03-02-dd/dd": "posts/2025-03-02-dd/dd/",
             "posts/2025-03-06-index": "posts/2025-03-06-index/", "posts/Two Words": "posts/Two%20Words/"}
    write(made, "eleventy.config.js", "export default () => ({dir: {input: 'src'}});\n")
    for name in pages:
        item(made, f"src/{name}.md", "title: T\ndate: 2024-01-01")
    assert init(made, "--yes").status == 0
    assert config_of(made)["permalinks"] == {"src": "/{path}/"}
    run_program("build", cwd=made)
    feed = json.loads((made / "_site/all/feed.json").read_text("utf-8"))
    assert sorted(entry["url"].split("/", 3)[3] for entry in feed["items"]) == sorted(pages.values())


def test_examples_are_of_what_is_counted(tmp_path):
    """Of five items two have a date that is read, and they come last."""
    for name in "abcde":
        date = "2024-01-01" if name > "c" else f"the 3rd of May 202{ord(name) % 10}"
        link = "x" if name == "a" else f"https://{name}.test/"
        item(tmp_path, f"notes/{name}.md", f"title: T\ndate: {date}\nbookmark: {link}")
    fields = fields_of(say(tmp_path))
    files = {name: [[example["file"] for example in path["examples"]] for path in fields[name]["paths"]]
             for name in ("published", "source_url")}
    assert files == {"published": [["notes/d.md", "notes/e.md"]], "source_url": [["notes/b.md", "notes/c.md"]]}
    assert fields["published"]["paths"][0]["items"] == 2


@pytest.mark.parametrize("key", ["date", "created"])
def test_the_folder_is_named_where_dates_are_not_read(key, tmp_path):
    """By its files the bad dates would never be told of, nor a new post be seen."""
    for name in "abcde":
        date = "2024-01-01" if name < "c" else "7 o'clock on the 3rd of May 2024"
        item(tmp_path, f"posts/{name}.md", f"title: T\n{key}: {date}")
    assert init(tmp_path, "--yes").status == 0
    assert config_of(tmp_path)["content"] == ["posts"]
    built = run_program("build", "--dry-run", cwd=tmp_path)
    assert [len(built.about(f"{name}.md")) for name in "abcde"] == [0, 0, 1, 1, 1], built


def test_the_folder_is_named_where_drafts_are(tmp_path):
    item(tmp_path, "posts/a.md", "title: T\ndate: 2024-01-01")
    item(tmp_path, "posts/b.md", "title: T\ndate: 2024-01-01\ndraft: true")
    for name in "cd":
        item(tmp_path, f"posts/{name}.md", "title: T")
    assert init(tmp_path, "--yes").status == 0
    assert config_of(tmp_path)["content"] == ["posts"]


def test_one_item_among_pages_is_named(tmp_path):
    for name in ("a", "b", "now", "posts/p"):
        item(tmp_path, f"content/{name}.md", "title: T" if name in "ab" else "title: T\ndate: 2024-01-01")
    assert init(tmp_path, "--yes").status == 0
    assert config_of(tmp_path)["content"] == ["content/posts", "content/now.md"]
