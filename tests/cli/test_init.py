"""outfeed init: what it finds in folders of several generators, and what it writes."""
import base64
import json
import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from conftest import NOW, run_program, tree

READERS = Path(__file__).resolve().parent.parent / "readers"
PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9Q"
                       "DwADhgGAWjR9awAAAABJRU5ErkJggg==")


def write(folder, name, text):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))


def item(folder, name, front, body="Text.\n"):
    write(folder, name, f"---\n{front}\n---\n{body}")


def hugo(folder):
    write(folder, "hugo.toml", "baseURL = 'https://finds.test/'\ntitle = 'My \"finds\"'\n"
          "languageCode = \"en-GB\"\n[params]\ntitle = 'Not this'\n")
    for number in range(1, 11):
        bookmark = "" if number == 3 else f"\nbookmark: https://a{number}.test/x"
        item(folder, f"content/posts/p{number}.md", f"title: P {number}\ndate: 2024-01-{number:02}"
             f"\nfeatured: images/x.png\ncategories: [AI, c{number % 3}]{bookmark}")
    item(folder, "content/about.md", "title: About")
    item(folder, "content/_index.md", "title: Section")
    write(folder, "content/old.md", "+++\ntitle = 'x'\n+++\n")
    write(folder, "static/images/x.png", PNG)


def jekyll(folder):
    write(folder, "_config.yml", "title: J\nurl: https://j.test\nbaseurl: /blog\n"
          "timezone: Europe/Vienna\nlocale: en_US\nauthor: {name: Ann}\n")
    for number in range(1, 6):
        item(folder, f"_posts/2024-02-{number:02}-post-{number}.md",
             f"layout: post\ntitle: Post {number}\ncategories: tools web\n"
             f"header:\n  image: /assets/images/x.png\nlast_modified_at: 2024-03-0{number}")
    item(folder, "about.md", "title: a\npermalink: /about/")
    item(folder, "index.html", "layout: home")
    write(folder, "README.md", "# hi\n")
    write(folder, "assets/images/x.png", PNG)


def eleventy(folder):
    write(folder, "eleventy.config.js",
          'export default () => ({dir: {input: "src", output: "_site"}});\n')
    write(folder, "src/_data/metadata.js",
          'export default {\n  // title: "No",\n  title: "Eleven",\n  url: "https://e.test/",\n}\n')
    for number in range(1, 5):
        item(folder, f"src/blog/p{number}.md",
             f"title: E {number}\ndate: 2024-05-{number:02}\ntags: [posts, x{number % 2}]")
    item(folder, "src/about.md", "layout: x")
    item(folder, "node_modules/a/readme.md", "date: 2020-01-01")


def astro(folder):
    write(folder, "astro.config.mjs", "export default defineConfig({\n\tsite: 'https://as.test',\n});\n")
    write(folder, "src/consts.ts", "export const SITE_TITLE = 'Astro Blog';\n")
    for number in range(1, 5):
        date = "Jul 08 2022" if number == 1 else f"2022-07-0{number}"
        item(folder, f"src/content/blog/p{number}.md",
             f"title: A {number}\npubDate: '{date}'\nheroImage: /x.png")
    write(folder, "public/x.png", PNG)


def plain(folder):
    for number in range(1, 4):
        item(folder, f"notes/n{number}.md",
             f"title: N {number}\ncreated: 2024-06-0{number}\ntopic: Things\nratings: {number}")
    write(folder, "README.md", "# x\n")
    write(folder, "CNAME", "notes.test\n")


FOLDERS = {"hugo": hugo, "jekyll": jekyll, "eleventy": eleventy, "astro": astro, "plain": plain}


@pytest.fixture
def folder(tmp_path, request):
    made = tmp_path / "mine"
    made.mkdir()
    FOLDERS[getattr(request, "param", "hugo")](made)
    return made


def init(folder, *arguments, **options):
    return run_program("init", *arguments, cwd=folder, **options)


def config_of(folder):
    return yaml.safe_load((folder / "outfeed.yaml").read_text("utf-8"))


def say(folder):
    result = init(folder, "--yes", "--json")
    assert result.status == 0, result
    return json.loads(result.out)


def fields_of(said):
    return {field["field"]: field for field in said["fields"]}


@pytest.mark.parametrize("folder", FOLDERS, indirect=True)
def test_init_and_build_give_valid_feeds(folder):
    result = init(folder, "--yes")
    assert result.status == 0, result
    assert result.err == ""
    built = run_program("build", "--now", NOW, "--json", cwd=folder)
    assert built.status == 0, built
    summary = json.loads(built.out)
    assert summary["feeds"] >= 1 and summary["found"] - summary["skipped"] >= 3
    # one date of Astro's is none, and each line is about it
    assert all("p1.md" in line for line in built.err.splitlines()), built
    output = folder / config_of(folder).get("output", "public")
    done = subprocess.run([sys.executable, READERS / "feedcheck.py", output], capture_output=True)
    assert done.returncode == 0, done.stdout.decode()


@pytest.mark.parametrize("name", ["hugo.toml", "config/_default/hugo.toml", "CNAME"])
@pytest.mark.parametrize("dir", [".", "{}", "{}/"])
def test_links_in_the_folder_are_not_followed(folder, tmp_path, name, dir):
    """What they lead to is not the site's, and would be published as its title."""
    (tmp_path / "outside").write_text("secret.test" if name == "CNAME" else "title = 'secret.test'\n")
    (folder / "hugo.toml").unlink()
    write(folder, "hugo.yaml", "x: y\n")
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).symlink_to(tmp_path / "outside")
    result = init(folder, "--yes", dir.format(folder))
    assert result.status == 0, result
    assert "secret" not in (folder / "outfeed.yaml").read_text() + result.out
    (folder / name).unlink()
    (folder / name).write_bytes((tmp_path / "outside").read_bytes())
    assert "secret.test" in init(folder, "--yes", "--force", dir.format(folder)).out  # a file is read


def test_what_is_no_file_is_not_waited_for(folder):
    (folder / "hugo.toml").unlink()
    write(folder, "eleventy.config.js", "\n")
    (folder / "_data").mkdir()
    os.mkfifo(folder / "_data" / "site.json")
    os.mkfifo(folder / "content" / "fifo.md")
    (folder / "_data" / "metadata.json").symlink_to("/dev/zero")
    result = init(folder, "--yes", timeout=20)
    assert result.status == 0, result


def test_hugo(folder):
    said = say(folder)
    assert said["generator"] == "Hugo"
    assert said["site"]["title"] == 'My "finds"' and said["site"]["url"] == "https://finds.test/"
    assert (said["files"], said["items"], said["toml"]) == (12, 11, 1)
    assert any("TOML" in note for note in said["notes"])
    assert config_of(folder)["permalinks"] == {"content": "/{folder}/{slug_or_file}/"}
    config = config_of(folder)
    assert config["site"] == {"title": 'My "finds"', "url": "https://finds.test/", "language": "en-GB"}
    assert config["content"] == ["content/posts"]
    assert config["fields"] == {"source_url": ["bookmark"], "image": ["featured"]}
    assert config["images"] == {"dir": "static", "url": "https://finds.test/"}
    assert "output" not in config and "groups" not in config
    source = fields_of(said)["source_url"]
    assert source["items"] == 9 and source["row"]
    assert source["paths"][0]["examples"][0] == {"file": "content/posts/p1.md", "value": "https://a1.test/x"}
    assert len(source["paths"][0]["examples"]) == 2


@pytest.mark.parametrize("folder", ["jekyll"], indirect=True)
def test_jekyll(folder):
    said = say(folder)
    config = config_of(folder)
    assert config["site"] == {"title": "J", "url": "https://j.test/blog/", "language": "en-US",
                              "timezone": "Europe/Vienna", "author": "Ann"}
    assert config["content"] == ["_posts"] and config["output"] == "_site"
    assert config["fields"] == {"updated": ["last_modified_at"], "image": ["header.image"]}
    assert any('"a b"' in note for note in said["notes"])
    assert said["outside"] == ["README.md", "about.md", "index.html"]


@pytest.mark.parametrize("folder", ["eleventy"], indirect=True)
def test_eleventy(folder):
    said = say(folder)
    config = config_of(folder)
    assert said["generator"] == "Eleventy" and said["files"] == 5
    assert config["site"] == {"title": "Eleven", "url": "https://e.test/"}
    assert config["content"] == ["src/blog"] and config["output"] == "_site"
    assert config["groups"] == [{"by": "tags", "path": "tag/{slug}"}]


@pytest.mark.parametrize("folder", ["astro"], indirect=True)
def test_astro(folder):
    said = say(folder)
    config = config_of(folder)
    assert config["site"] == {"title": "Astro Blog", "url": "https://as.test/"}
    assert config["content"] == ["src/content"] and config["output"] == "dist"
    assert config["fields"] == {"image": ["heroImage"]}
    assert config["images"]["dir"] == "public"
    left = said["not_placed"][0]
    assert left["path"] == "pubDate" and left["items"] == 1 and "does not read" in left["kind"]


@pytest.mark.parametrize("folder", ["plain"], indirect=True)
def test_plain(folder):
    said = say(folder)
    config = config_of(folder)
    assert said["generator"] == "none"
    assert config["site"] == {"title": "mine", "url": "https://notes.test/"}
    assert config["content"] == ["notes"]
    assert config["fields"] == {"published": ["created"], "categories": ["topic"]}


def permalinks_of(tmp_path, files, items=("posts/a.md",)):
    """What init writes as `permalinks` of a folder of these files; and its notes."""
    made = tmp_path / "site"
    made.mkdir()
    for name, text in files.items():
        write(made, name, text)
    for number, name in enumerate(items):
        item(made, name, f"title: T\ndate: 2024-01-{number + 1:02}")
    said = say(made)
    rows = config_of(made).get("permalinks", {})
    assert [{"folder": folder, "pattern": pattern} for folder, pattern in rows.items()] == said["permalinks"]
    return rows, [note for note in said["notes"] if "permalinks" in note]


@pytest.mark.parametrize("config, pattern", [
    ("title: J\n", "/{categories}/{year}/{month}/{day}/{slug}.html"),
    ("permalink: pretty\n", "/{categories}/{year}/{month}/{day}/{slug}/"),
    ("permalink: none\n", "/{categories}/{slug}.html"),
    ("permalink: /:year/:i_month/:title:output_ext\n", "/{year}/{i_month}/{slug}.html"),
    ("permalink: none\ndefaults:\n- scope: {path: '', type: posts}\n  values: {permalink: '/b/:title/'}\n", "/b/{slug}/"),
    ("defaults:\n- scope: {type: pages}\n  values: {permalink: '/b/:title/'}\npermalink: none\n", "/{categories}/{slug}.html"),
])
def test_permalinks_of_jekyll(config, pattern, tmp_path):
    rows, notes = permalinks_of(tmp_path, {"_config.yml": config}, ["_posts/2024-01-01-a.md"])
    assert rows == {"_posts": pattern} and not notes


def test_permalinks_that_cannot_be_said(tmp_path):
    rows, notes = permalinks_of(tmp_path, {"_config.yml": "permalink: /:slugified_categories/:title/\n"},
                                ["_posts/2024-01-01-a.md"])
    assert rows == {} and any("/:slugified_categories/:title/" in note for note in notes)


HUGO = ["content/posts/a.md", "content/notes/b.md"]
DEFAULT = {"content": "/{folder}/{slug_or_file}/"}


@pytest.mark.parametrize("files, rows", [
    ({"hugo.toml": "title = 'x'\n"}, {}),
    ({"hugo.toml": "[permalinks]\nposts = '/:year/:title'\n[params]\nnotes = '/no/:slug/'\n"},
     {"content/posts": "/{year}/{title}/"}),
    ({"hugo.toml": "[permalinks.page]\n'notes' = \"/:sections/:slug/\" # x\n[permalinks.section]\nposts = '/s/:slug'\n"},
     {"content/notes": "/notes/{folder}/{slug_or_title}/"}),
    ({"hugo.yaml": "permalinks: {page: {posts: '/:slugorcontentbasename/'}, notes: '/n/:filename/'}\n"},
     {"content/posts": "/{slug_or_file}/", "content/notes": "/n/{file}/"}),
    ({"hugo.yaml": "title: x\n", "config/_default/permalinks.toml": "posts = '/p/:contentbasename/'\n"},
     {"content/posts": "/p/{file}/"}),
    ({"hugo.yaml": "uglyURLs: true\npermalinks: {posts: '/p/:slug/'}\n"},
     {"content/posts": "/p/{slug_or_title}.html", "content": "/{folder}/{slug_or_file}.html"}),
])
def test_permalinks_of_hugo(files, rows, tmp_path):
    found, notes = permalinks_of(tmp_path, files, HUGO)
    assert found == {**DEFAULT, **rows} and not notes


def test_no_pattern_for_what_holds_no_item(tmp_path):
    found, _ = permalinks_of(tmp_path, {"hugo.yaml": "permalinks: {posts: '/:year/:slug/'}\n",
                                        "content/about.md": "---\ntitle: About\n---\n"},
                             ["content/posts/a.md"])
    assert found == {"content/posts": "/{year}/{slug_or_title}/"}


@pytest.mark.parametrize("files, rows", [
    ({}, {}),
    ({"posts/posts.json": '{"permalink": "/blog/{{ page.fileSlug }}/"}'}, {"posts": "/blog/{name}/"}),
    ({"posts/posts.11tydata.js": "export default {\n  permalink: '/{{ page.filePathStem }}.html',\n};\n"},
     {"posts": "/posts/{folder}/{name}.html"}),
])
def test_permalinks_of_eleventy(files, rows, tmp_path):
    found, notes = permalinks_of(tmp_path, {"eleventy.config.js": "\n", **files})
    assert found == (rows or {".": "/{path}/"}) and not notes


def test_permalinks_of_eleventys_items(tmp_path):
    made = tmp_path / "site"
    write(made, "eleventy.config.js", "\n")
    for number in (1, 2):
        item(made, f"posts/2024-01-0{number}-p{number}.md",
             f"title: T\npermalink: '/b/{{{{ page.fileSlug }}}}/'")
    assert init(made, "--yes").status == 0
    assert config_of(made)["permalinks"]["posts"] == "/b/{name}/"
    run_program("build", cwd=made)
    feed = json.loads((made / "_site" / "all" / "feed.json").read_text("utf-8"))
    assert sorted(entry["url"].split("/", 3)[3] for entry in feed["items"]) == ["b/p1/", "b/p2/"]


def test_words_for_people(folder):
    result = init(folder, "-y")
    for words in ("Hugo (hugo.toml): 12 files", "source_url  on 9 of 11: bookmark (9)",
                  "content/posts/p1.md: https://a1.test/x", "not content/about.md",
                  "outfeed build"):
        assert words in result.out, result
    assert init(folder, "-yfq").out == ""


def test_what_is_there_stays(folder):
    write(folder, "outfeed.yaml", "mine\n")
    before = tree(folder)
    result = init(folder, "--yes")
    assert result.status == 2 and "--force" in result.err and result.out == ""
    assert tree(folder) == before
    assert init(folder, "--yes", "--force").status == 0
    assert config_of(folder)["site"]["url"] == "https://finds.test/"
    # only that file was written
    assert {name for name, data in tree(folder).items() if before.get(name) != data} == {"outfeed.yaml"}


def test_dangling_link_stays(folder, tmp_path):
    (folder / "outfeed.yaml").symlink_to(tmp_path / "elsewhere")
    assert init(folder, "--yes").status == 2
    assert init(folder, "--yes", "-f").status == 0
    assert not (tmp_path / "elsewhere").exists()


def test_without_an_address(folder):
    write(folder, "hugo.toml", "baseURL = 'https://example.org/'\n")
    result = init(folder)
    assert result.status == 2 and "--yes" in result.err
    assert not (folder / "outfeed.yaml").exists()
    result = init(folder, "--yes")
    assert result.status == 0 and "warning" in result.err
    assert "CHANGE THIS" in (folder / "outfeed.yaml").read_text()
    assert json.loads(init(folder, "-yf", "--json").out)["url_known"] is False


def test_with_an_address_nobody_is_asked(folder):
    assert init(folder).status == 0


def test_by_folder(folder, tmp_path):
    result = run_program("init", "mine", "--yes", cwd=tmp_path)
    assert result.status == 0, result
    assert run_program("build", "mine", "--now", NOW, cwd=tmp_path).status == 0


@pytest.mark.parametrize("name", ["nowhere", "hugo.toml"])
def test_no_folder(folder, name):
    result = init(folder, "--yes", name)
    assert result.status == 2 and "folder" in result.err


def test_no_items(tmp_path):
    write(tmp_path, "notes.txt", "x")
    result = init(tmp_path, "--yes")
    assert result.status == 1 and "no *.md" in result.err
    write(tmp_path, "a.md", "+++\ntitle = 'x'\n+++\n")
    result = init(tmp_path, "--yes", "--json")
    assert result.status == 1 and "TOML" in json.loads(result.out)["error"]
    assert not (tmp_path / "outfeed.yaml").exists()


def test_hostile(folder):
    content = folder / "content/posts"
    (content / "binary.md").write_bytes(bytes(range(256)) * 400)
    (content / "large.md").write_bytes(b"---\ntitle: x\n---\n" + b"x" * (9 << 20))
    os.mkfifo(content / "fifo.md")
    (content / "out.md").symlink_to("/etc/passwd")
    (content / "root").symlink_to("/")
    item(folder, "content/posts/keys.md", "date: 2024-02-01\n" +
         "\n".join(f"key{n}: https://k{n}.test/" for n in range(10000)))
    item(folder, "content/posts/names.md", 'date: 2024-02-01\n"a.b": 1\n" c ": 2\n"\\e[1m": 3\n? [x]\n: 4\n'
         'title: "a\\u009b\\u2028\\ufeff\\"b"')
    write(folder, os.fsdecode(b"content/posts/\xff.md"), "---\ntitle: x\ndate: 2024-01-01\n---\n")
    item(folder, "content/posts/deep.md", "a: " + "[" * 500 + "]" * 500)
    start = time.monotonic()
    result = init(folder, "--yes")
    assert result.status == 0, result
    assert time.monotonic() - start < 60
    assert "\x1b" not in result.out and "\u009b" not in result.out
    assert "passwd" not in result.out
    assert config_of(folder)["content"] == ["content/posts"]
    assert run_program("build", "--now", NOW, cwd=folder).status == 0


def test_what_lies_among_the_items_is_said(tmp_path):
    for number in range(1, 4):
        item(tmp_path, f"n{number}.md", f"title: N\ndate: 2024-01-0{number}\ncover: {{image: x.png}}")
    write(tmp_path, "README.md", "# x\n")
    said = say(tmp_path)
    assert config_of(tmp_path)["content"] == ["*.md"]
    assert config_of(tmp_path)["fields"] == {"image": ["cover.image"]}
    assert any("(1)" in note and "skips" in note for note in said["notes"])


def test_more_is_said_when_asked(folder):
    assert "not found   summary updated" not in init(folder, "-y").out
    assert "updated" in init(folder, "-yfv").out.split("not found")[1].split("\n")[0]


def test_other_encodings_are_mended_as_a_build_does(tmp_path):
    write(tmp_path, "notes/a.md", b"---\ntitle: caf\xe9\ndate: 2024-01-01\n---\n")
    said = say(tmp_path)
    assert said["items"] == 1
    assert fields_of(said)["title"]["paths"][0]["examples"][0]["value"] == "caf\ufffd"


def test_values_of_the_generator_do_no_harm(folder):
    write(folder, "hugo.toml", b"baseURL = \"https://x.test/a\\b'{,}: #c/\"\ntitle = 'a: \xff\x1b {b} #c \\ \xc2\x9b'\n"
          b"publishDir = '../../out'\ncontentDir = '/etc'\ntimeZone = '../x'\nlanguageCode = 'no such'\n")
    assert init(folder, "--yes").status == 0
    config = config_of(folder)
    assert config["content"] == ["content/posts"] and "output" not in config
    assert set(config["site"]) == {"title", "url"}


def test_a_sample_of_many(tmp_path):
    for number in range(4500):
        item(tmp_path, f"notes/n{number:05}.md", f"title: N\ndate: 2024-01-01\nslug: s{number}")
    said = say(tmp_path)
    assert (said["files"], said["looked_at"]) == (4500, 4000)
    assert "spread" in init(tmp_path, "-yf").out


def converse(folder, answers):
    """Runs init on a terminal, and types an answer whenever it asks: status, what it showed."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(folder)
        os.execv(os.environ["OUTFEED"], ["outfeed", "init"])
    shown = b""
    left = list(answers)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if not select.select([terminal], [], [], 1)[0]:
            continue
        try:
            data = os.read(terminal, 4096)
        except OSError:
            break
        if not data:
            break
        shown += data
        if shown.endswith(b"]: ") and left:
            answer = left.pop(0)
            shown += b"\n"
            os.write(terminal, answer)
    status = os.waitpid(pid, 0)[1]
    os.close(terminal)
    return os.waitstatus_to_exitcode(status), shown.decode("utf-8", "replace")


def test_questions(folder):
    status, shown = converse(folder, [b"Finds: mine\n", b"ftp://x\n", b"https://new.test\n", b"content\n",
                                      b"feeds\n"])
    assert status == 0, shown
    config = config_of(folder)
    assert config["site"]["title"] == "Finds: mine" and config["site"]["url"] == "https://new.test/"
    assert config["output"] == "feeds"
    assert config["images"]["url"] == "https://new.test/"
    assert "absolute" in shown and "would be read" in shown


def test_enter_takes_what_was_found(folder):
    status, shown = converse(folder, [b"\n", b"\n", b"\n"])
    assert status == 0, shown
    assert config_of(folder)["site"]["title"] == 'My "finds"'
    assert "[https://finds.test/]" in shown


@pytest.mark.parametrize("answers", [[b"\x04"], [b"\n", b"\x04"], [b"\n", b"x\n", b"y\n", b"z\n"], [b"\x03"]])
def test_no_answer_writes_nothing(folder, answers):
    status, shown = converse(folder, answers)
    assert status in (1, -2), shown
    assert not (folder / "outfeed.yaml").exists()
