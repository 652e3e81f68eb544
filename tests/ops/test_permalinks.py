"""The addresses of entries are those of the pages that Jekyll and Hugo make: `outfeed init`
finds by which pattern, and each entry's page is looked for in what the generator wrote."""
import json
import os
import subprocess
from urllib.parse import unquote

import pytest

from conftest import run_program

HOST = "https://site.test/"


class Site:
    def __init__(self, path, output, command):
        self.path, self.output, self.command = path, output, command
        path.mkdir()

    def write(self, name, text):
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def post(self, name, title, **front):
        keys = "".join(f"{key}: {value}\n" for key, value in front.items())
        self.write(name, f"---\ntitle: {json.dumps(title)}\n{keys}---\nText.\n")

    def entries(self):
        """Each entry's path, and whether the generator has put a page there."""
        done = subprocess.run([*self.command, "--quiet"], cwd=self.path, capture_output=True, text=True,
                              timeout=120, env={**os.environ, "TZ": "UTC", "LC_ALL": "C.UTF-8"})
        assert done.returncode == 0, done.stdout + done.stderr
        for arguments in (["init", "--yes"], ["build", "--quiet"]):
            result = run_program(*arguments, cwd=self.path)
            assert result.status == 0, result
        feed = json.loads((self.path / self.output / "all/feed.json").read_text("utf-8"))
        found = {}
        for entry in feed["items"]:
            path = entry["url"].removeprefix(HOST)
            file = self.path / self.output / unquote(path)
            found[path] = (file / "index.html").is_file() if path.endswith("/") else (
                file.is_file() or file.with_name(file.name + ".html").is_file())
        return found


@pytest.mark.parametrize("permalink, one", [
    ("", "jekyll/update/2024/05/01/a-quiet-evening.html"),
    ("permalink: pretty\n", "work/x/2024/05/04/in-work/"),
    ("permalink: weekdate\n", "one%20two/2021/W53/Fri/what.html"),
    ("permalink: /:short_year/:i_month-:i_day/:y_day/:title\n", "24/5-3/124/by-its-Slug"),
])
def test_jekyll(permalink, one, tmp_path):
    site = Site(tmp_path / "site", "_site", ["jekyll", "build"])
    site.write("_config.yml", f"title: J\nurl: {HOST}\n{permalink}"
               "collections: {notes: {output: true}, pics: {output: true, permalink: '/p/:name/'}}\n")
    site.post("_posts/2024-05-01-a-quiet-evening.md", "The template's categories", categories="jekyll Update")
    site.post("_posts/2024-05-02-Two Words.md", "Lists", categories="[Web Dev, AI]")
    site.post("_posts/2024-05-03-named.md", "Slug", slug="by its Slug")
    site.post("_posts/2020-12-31-what.md", "Dated anew", date="2021-01-01 10:00:00 +0000", category="one two")
    site.post("_posts/sub/2024-05-05-below.md", "Below")
    site.post("work/_posts/2024-05-04-in-work.md", "In a folder", categories="[x]")
    site.post("_notes/deep/n.md", "Of a collection", date="2024-06-01")
    site.post("_pics/pic.md", "With a pattern", date="2024-06-01")
    found = site.entries()
    assert len(found) == 8 and all(found.values()) and one in found, found


@pytest.mark.parametrize("config, one", [
    ("", "posts/my-slugs/"),
    ("permalinks: {posts: '/:year/:month/:day/:title', notes: '/n/:section/:slug/'}\n",
     "2024/05/01/whats-new-%C3%BCn%C3%AF-co-a/b-test/"),
    ("permalinks: {posts: '/:section/p/:filename/'}\n", "posts/p/2024-05-01-x/"),
])
def test_hugo(config, one, tmp_path):
    site = Site(tmp_path / "site", "public", ["hugo"])
    site.write("config.yaml", f"baseURL: {HOST}\ntitle: H\n{config}")
    for layout in ("_default/single", "_default/list", "index"):
        site.write(f"layouts/{layout}.html", "{{ .Title }}")
    site.post("content/about.md", "About", date="2024-01-01")
    site.post("content/posts/2024-05-01-x.md", "What's *New*? Ünï & co — A/B  test",
              date="2024-05-01T00:30:00+02:00")
    site.post("content/posts/second.md", "Second", date="2024-12-30", slug="My Slug's")
    site.post("content/posts/bundle/index.md", "Bundle", date="2024-12-30")
    site.post("content/notes/Upper.md", "Upper", date="2024-12-30")
    if not config:
        site.post("content/notes/deep/d.md", "Deep", date="2024-12-30")
    found = site.entries()
    assert len(found) >= 5 and all(found.values()) and one in {
        path.replace("ü", "%C3%BC").replace("ï", "%C3%AF") for path in found}, found


@pytest.mark.parametrize("content, idle", [
    ("[content]", ["conten", "content/post", "content/posts/a.md", "_posts"]),
    ("['content/**/a.md']", ["conten", "content/post", "content/posts/a.md", "_posts", "content/notes"]),
])
@pytest.mark.parametrize("dir", [".", "mine"])
def test_folders_without_items(content, idle, dir, tmp_path):
    site = Site(tmp_path / "mine", "public", [])
    site.post("content/posts/a.md", "A", date="2024-01-01")
    site.post("content/notes/b.md", "B", date="2024-01-01")
    folders = [".", "./content/", "content/posts", "content/notes",
               "conten", "content/post", "content/posts/a.md", "_posts"]
    site.write("outfeed.yaml", f"site: {{title: T, url: {HOST}}}\ncontent: {content}\npermalinks:\n"
               + "".join(f"  {folder}: /{{slug}}/\n" for folder in folders))
    for _ in range(2):  # the second knows the folders from the first
        result = run_program("build", dir, cwd=site.path if dir == "." else tmp_path)
        said = [(int(d["line"]), d["message"].split("'")[1].removeprefix("mine/")) for d in result.diagnostics]
        assert result.status == 0 and sorted(said) == sorted((folders.index(one) + 4, one) for one in idle), result
