"""outfeed init: what of a folder it names, and how, where that is easily got wrong."""
import json

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
