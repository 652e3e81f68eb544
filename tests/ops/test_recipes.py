"""contrib/recipes.md, run as it stands: each section's configuration and shell, in a folder of
its shape. What a section says that it could not try is not tried here either."""
import functools
import http.server
import json
import os
import re
import shutil
import subprocess
import sys
import threading

import feedparser
import pytest

from conftest import TESTS, tree

sys.path[:0] = [str(TESTS / "readers"), str(TESTS / "net")]

from clients import Newsboat
from web_server import WebServer, outfeed_conf

CONTRIB = TESTS.parent / "contrib"
TEXT = (CONTRIB / "recipes.md").read_text("utf-8")
OUTFEED = os.path.abspath(os.environ["OUTFEED"])


def blocks(section, language):
    part = re.search(rf"^## {section}\n(.*?)(?=^## |\Z)", TEXT, re.M | re.S)[1]
    return re.findall(rf"^```{language}\n(.*?)^```$", part, re.M | re.S)


class Folder:
    def __init__(self, path):
        self.path = path
        (path / "bin").mkdir(parents=True)
        (path / "bin" / "outfeed").symlink_to(OUTFEED)
        (path / "bin" / "ids-from-feed.py").symlink_to(CONTRIB / "ids-from-feed.py")

    def write(self, name, text):
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def run(self, shell, status=0, **env):
        env = {**os.environ, "PATH": f"{self.path}/bin:{os.environ['PATH']}", "LC_ALL": "C.UTF-8",
               "HOME": str(self.path), **env}
        done = subprocess.run(["sh", "-eu", "-c", shell], cwd=self.path, env=env, timeout=120,
                              capture_output=True, text=True, stdin=subprocess.DEVNULL)
        assert done.returncode == status, (shell, done.returncode, done.stdout, done.stderr)
        return done.stdout + done.stderr

    def recipe(self, section, **env):
        shell, = blocks(section, "sh")
        return self.run(shell, **env)

    def entries(self, path):
        return json.loads((self.path / path / "feed.json").read_text("utf-8"))["items"]


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path / "site")


def post(title, date, body="Text.", **more):
    keys = "".join(f"{key}: {value}\n" for key, value in more.items())
    return f"---\ntitle: {title}\ndate: {date}\n{keys}---\n{body}\n"


def hugo(folder):
    folder.write("config.yaml", "baseURL: https://www.example.org/\ntitle: My site\n")
    for kind in ("single", "list"):
        folder.write(f"layouts/_default/{kind}.html", "<title>{{ .Title }}</title>")
    folder.write("layouts/index.html", "<title>Hugo's own</title>")
    for number in (1, 2):
        folder.write(f"content/post-{number}.md",
                     post(f"Post {number}", f"2024-05-0{number}T10:00:00Z", tags="[news]"))


def test_hugo(folder):
    hugo(folder)
    folder.write("outfeed.yaml", blocks("Hugo", "yaml")[0])
    folder.write("content/posts/by-its-file.md", post("Another name", "2024-04-02T10:00:00Z"))
    folder.write("content/posts/x.md", post("By slug", "2024-04-01T10:00:00Z", slug="by-its-slug"))
    assert folder.recipe("Hugo") == ""
    made = tree(folder.path / "public")
    paths = [entry["url"].removeprefix("https://www.example.org/")
             for entry in folder.entries("public/all")]
    assert paths == ["post-2/", "post-1/", "posts/by-its-file/", "posts/by-its-slug/"]
    assert all(path + "index.html" in made for path in paths)
    assert {"index.html", "index.xml", "post-1/index.html", "tags/news/atom.xml"} <= set(made)
    assert b"Hugo's own" in made["index.html"]
    assert folder.recipe("Hugo") == "" and tree(folder.path / "public").keys() == made.keys()
    shutil.rmtree(folder.path / "public")
    folder.recipe("Hugo")
    assert tree(folder.path / "public").keys() == made.keys()


def jekyll(folder, plugins=""):
    folder.write("_config.yml", blocks("Jekyll", "yaml")[0] + f"title: My site\nurl: https://www.example.org\nexclude: [bin]\n{plugins}")
    folder.write("outfeed.yaml", blocks("Jekyll", "yaml")[1])
    for number in (1, 2):
        folder.write(f"_posts/2024-05-0{number}-post-{number}.md",
                     post(f"Post {number}", f"2024-05-0{number} 10:00:00 +0000", categories="[]"))


def test_jekyll(folder):
    jekyll(folder)
    folder.recipe("Jekyll")
    folder.recipe("Jekyll")         # the second empties _site, but for what is kept
    made = set(tree(folder.path / "_site"))
    assert {"all/atom.xml", "subscriptions.opml"} <= made
    for entry in folder.entries("_site/all"):
        assert entry["url"].removeprefix("https://www.example.org/") in made


def test_eleventy(folder):
    folder.write("outfeed.yaml", blocks("Eleventy", "yaml")[0])
    folder.write("posts/posts.json", '{"layout": "post.njk"}')
    folder.write("posts/one.md", post("One", "2024-05-01", tags="[post, news]", layout="post.njk"))
    folder.write("_site/posts/one/index.html", "Eleventy's")
    folder.recipe("Eleventy")
    entry, = folder.entries("_site/tags/news")
    assert entry["url"] == "https://www.example.org/posts/one/"
    assert (folder.path / "_site/posts/one/index.html").read_text() == "Eleventy's"


def test_link_blog(folder):
    folder.write("outfeed.yaml", blocks("Link blog", "yaml")[0])
    folder.write("content/find.md", post("Find", "2024-05-01", link="https://example.net/found"))
    folder.write("content/essay.md", post("Essay", "2024-05-02"))
    folder.recipe("Link blog")
    feed = feedparser.parse((folder.path / "public/all/atom.xml").read_bytes())
    assert [entry.link for entry in feed.entries] == [
        "https://www.example.org/essay/", "https://example.net/found"]
    assert "Source:" not in feed.entries[1].content[0].value


def test_nginx(site, tmp_path):
    """The old address answers with the new document, its type, and a 304."""
    site.items()
    site.build()
    line, = blocks("nginx", "nginx")
    conf = outfeed_conf(site.output, site.folder / "images")
    assert conf.count("server_tokens off;") == 1
    (tmp_path / "nginx").mkdir()
    with WebServer(tmp_path / "nginx", conf.replace("server_tokens off;", "server_tokens off;\n" + line)) as web:
        for old in ("feed.xml", "index.xml"):
            url = f"http://127.0.0.2:{web.port}/{old}"
            first = feedparser.parse(url)
            assert first.status == 200 and len(first.entries) == 3
            assert first.headers["content-type"] == "application/atom+xml; charset=utf-8"
            assert feedparser.parse(url, etag=first.etag).status == 304


def test_object_storage(folder):
    folder.write("outfeed.yaml", "site: {title: T, url: https://www.example.org/}\n")
    for number in range(1, 4):
        folder.write(f"content/{number}.md", post(f"P {number}", f"2024-05-0{number}", "Words. " * 300))
    folder.run("outfeed build --quiet")
    remote = folder.path / "bucket"
    folder.recipe("Object storage", REMOTE=str(remote))
    wanted = {name: data for name, data in tree(folder.path / "public").items()
              if not name.endswith((".gz", ".br")) and not name.startswith(".")}
    assert tree(remote) == wanted and "all/atom.xml" in wanted
    (folder.path / "content" / "3.md").unlink()
    folder.run("outfeed build --quiet --prune")
    (remote / "gone.html").write_text("of an earlier build")
    folder.recipe("Object storage", REMOTE=str(remote))
    assert b"P 3" not in tree(remote)["all/atom.xml"] and "gone.html" not in tree(remote)


# -- moving

class Reader:
    """newsboat, subscribed to one address at which documents take each other's place."""

    def __init__(self, folder):
        (folder / "www").mkdir(parents=True)
        self.document = folder / "www" / "feed.xml"
        handler = functools.partial(Quiet, directory=str(folder / "www"))
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.newsboat = Newsboat(folder / "newsboat", f"http://127.0.0.1:{self.server.server_port}/feed.xml")

    def poll(self, path, when):
        """What is new to the reader, who then has read it all."""
        shutil.copyfile(path, self.document)
        os.utime(self.document, (when, when))
        self.newsboat.poll()
        new = self.newsboat.unread()
        self.newsboat.mark_all_read()
        return new

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture
def reader(tmp_path):
    reader = Reader(tmp_path / "reader")
    yield reader
    reader.close()


def hugo_before(folder):
    hugo(folder)
    folder.run("hugo --quiet")
    shutil.copyfile(folder.path / "public/index.xml", folder.path / "old.xml")
    shutil.rmtree(folder.path / "public")
    folder.write("outfeed.yaml", blocks("Hugo", "yaml")[0])
    return "rss.xml", "content/new.md", {
        f"https://www.example.org/post-{number}/" for number in (1, 2)}


def jekyll_before(folder):
    jekyll(folder, "plugins: [jekyll-feed]\n")
    folder.run("jekyll build --quiet")
    shutil.copyfile(folder.path / "_site/feed.xml", folder.path / "old.xml")
    folder.write("outfeed.yaml", blocks("Jekyll", "yaml")[1].replace("_site", "public"))
    return "atom.xml", "_posts/2024-06-01-new.md", {
        f"https://www.example.org/2024/05/0{number}/post-{number}" for number in (1, 2)}


@pytest.mark.parametrize("before", [hugo_before, jekyll_before])
@pytest.mark.parametrize("moved", [True, False], ids=["moved", "as-it-is"])
def test_moving(before, moved, folder, reader):
    """Without the recipe every entry comes back: so the test would see it."""
    document, name, old = before(folder)
    path = folder.path / "public" / "all" / document
    assert reader.poll(folder.path / "old.xml", 1700000000) == old
    if moved:
        assert "2 of 2 ids kept" in folder.recipe("Moving from another feed")
    else:
        folder.run("outfeed build --quiet")
    new = reader.poll(path, 1700000100)
    assert (new == set()) if moved else (len(new) == 2 and not new & old)
    if not moved:
        return
    assert {entry.id for entry in feedparser.parse(path.read_bytes()).entries} == old
    # what is new is new; and all is remembered by outfeed.ids alone
    folder.write(name, post("New", "2024-06-01T10:00:00Z"))
    shutil.rmtree(folder.path / ".outfeed")
    folder.run("outfeed build --quiet")
    assert reader.poll(path, 1700000200) == {f"tag:www.example.org,2024-06-01:{name[:-3].split('/')[1]}"}


def test_what_has_no_item_is_told(folder):
    folder.write("outfeed.yaml", "site: {title: T, url: https://www.example.org/}\n")
    folder.write("content/a.md", post("A", "2024-05-01"))
    folder.write("content/b.md", post("B", "2024-05-02", guid="https://www.example.org/fixed"))
    folder.run("outfeed build --quiet --export-ids")
    item = "<item><link>https://old.example/{0}</link><guid>{1}</guid></item>"
    items = item.format("a/index.html", "https://old.example/?p=1") + item.format("b", "x:b") \
        + item.format("gone", "x:gone") + item.format("a/", "no IRI")
    folder.write("old.xml", f"<rss version='2.0'><channel>{items}</channel></rss>")
    command = "ids-from-feed.py old.xml public/all/feed.json outfeed.ids"
    said = folder.run(command, status=3)
    assert "1 of 4 ids kept" in said
    assert "x:gone: no item has its link" in said and "no IRI: no absolute IRI" in said
    assert "x:b: its item has a guid" in said
    lines = (folder.path / "outfeed.ids").read_text().splitlines()
    assert lines[0].startswith("# outfeed") and "https://old.example/?p=1\ts:a" in lines
    before = tree(folder.path)["outfeed.ids"]
    for wrong in ("<!DOCTYPE rss [<!ENTITY a 'b'>]><rss/>", "<html/>", "{}", "nothing"):
        folder.write("old.xml", wrong)
        assert "ids-from-feed.py: " in folder.run(command, status=1)
        assert tree(folder.path)["outfeed.ids"] == before
