"""README.md is true: what it says can be run is run, or is known by name; its sample gives the
entry that it shows; its tables are those of the program."""
import json
import os
import re
import struct
import subprocess
import urllib.request
import zlib

import pytest
import yaml

from conftest import TESTS, run_program

ROOT = TESTS.parent
TEXT = (ROOT / "README.md").read_text("utf-8")
SITE = "site: {title: My finds, url: 'https://www.example.org/'}\n"


def part(heading):
    return re.search(rf"^#+ {heading}\n(.*?)(?=^## |\Z)", TEXT, re.M | re.S)[1]


def blocks(language, text=TEXT):
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.M | re.S)


def commands():
    """Each command of each block of shell, without its comment."""
    for block in blocks("sh"):
        for line in block.splitlines():
            for command in re.sub(r"\s+#.*", "", line).split(" && "):
                if command.strip():
                    yield command.strip()


def presets(kind):
    named = json.loads((ROOT / "CMakePresets.json").read_text("utf-8"))[kind]
    return {preset["name"] for preset in named}


def test_each_command_is_one():
    """Those of `outfeed` are run below; of the others what they name must be there."""
    found = list(commands())
    assert len(found) > 12
    options = re.compile(r" (--prefix|--seconds|--all|MIRROR)\b")
    for command in found:
        words = options.split(command)[0].split()
        if words[0] == "sudo":
            words = words[1:]
        if words[0] == "sh":
            assert (ROOT / words[1]).is_file(), command
        elif words[:3] == ["cmake", "--workflow", "--preset"]:
            assert words[3] in presets("workflowPresets"), command
        elif words[:2] in (["cmake", "--install"], ["cmake", "--build"]):
            assert words[2].removeprefix("build/") in presets("configurePresets"), command
            assert words[3:] in ([], ["--target", "dist"]), command
        elif words[:2] == ["apt", "install"]:
            assert words[2] == "./build/deb/outfeed_*.deb", command
        else:
            assert words[0] == "outfeed" or command == "cd ~/my-site", command


def test_links_lead_somewhere():
    headings = {re.sub(r"[^\w -]", "", title).strip().lower().replace(" ", "-")
                for title in re.findall(r"^#+ (.*)$", TEXT, re.M)}
    for target in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"```.*?```", "", TEXT, flags=re.S)):
        file, _, anchor = target.partition("#")
        if file:
            assert (ROOT / file).exists(), target
        elif anchor:
            assert anchor in headings, target


def hugo(folder):
    (folder / "hugo.toml").write_text("baseURL = 'https://me.test/'\ntitle = 'Mine'\n")
    return "content/posts/{0}.md", "posts/{0}/", "public"


def jekyll(folder):
    (folder / "_config.yml").write_text("title: Mine\nurl: https://me.test\n")
    return "_posts/2024-05-0{0}-p{0}.md", "news/2024/05/0{0}/p{0}.html", "_site"


def eleventy(folder):
    (folder / "eleventy.config.js").write_text("export default () => ({dir: {input: 'src', output: '_site'}});\n")
    (folder / "src" / "_data").mkdir(parents=True)
    (folder / "src" / "_data" / "site.json").write_text('{"title": "Mine", "url": "https://me.test/"}')
    return "src/posts/{0}.md", "posts/{0}/", "_site"


@pytest.mark.parametrize("made_by", [hugo, jekyll, eleventy])
def test_five_minutes(made_by, tmp_path):
    """The second block of shell, line by line, in a folder of each shape; its last line serves."""
    home = tmp_path / "home"
    folder = home / "my-site"
    folder.mkdir(parents=True)
    name, address, output = made_by(folder)
    for number in (1, 2, 3):
        path = folder / name.format(number)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"---\ntitle: P {number}\ndate: 2024-05-0{number}\ncategories: [News]\n---\nText.\n")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "outfeed").symlink_to(os.path.abspath(os.environ["OUTFEED"]))
    env = {**os.environ, "HOME": str(home), "PATH": f"{tmp_path}/bin:{os.environ['PATH']}"}
    shell = blocks("sh", part("Five minutes"))[1].replace("outfeed serve", "exec outfeed serve --port 0 --json")
    serving = subprocess.Popen(["sh", "-euc", shell], env=env, cwd=tmp_path, text=True,
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        lines = []
        while not lines or not lines[-1].startswith('{"event":"serving"'):
            lines.append(serving.stdout.readline())
            assert lines[-1], "".join(lines) + serving.stderr.read()
        url, = json.loads(lines[-1])["urls"]
        page = urllib.request.urlopen(url, timeout=10).read().decode("utf-8")
        feed = json.load(urllib.request.urlopen(url + "topic/news/feed.json", timeout=10))
    finally:
        serving.terminate()
        serving.communicate(timeout=20)
    assert "Mine" in page and (folder / output / "all" / "atom.xml").is_file()
    assert [entry["url"] for entry in feed["items"]] == [
        f"https://me.test/{address.format(number)}" for number in (3, 2, 1)]


def test_the_audit_is_one_command_more(tmp_path):
    command, = blocks("sh", part("Five minutes"))[2].splitlines()
    assert command.split()[:2] == ["outfeed", "audit"]
    (tmp_path / "outfeed.yaml").write_text(SITE)
    (tmp_path / "content").mkdir()
    (tmp_path / "content" / "a.md").write_text("---\ntitle: A\ndate: 2024-05-01\nlink: http://127.0.0.1:9/\n---\n")
    assert run_program("audit", cwd=tmp_path).status == 0
    assert (tmp_path / "public" / "audit" / "index.html").is_file()


def png(width, height, length):
    """A picture by its header, and text that fills it up to its length."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    head = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    end = chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    return head + chunk(b"tEXt", b"x" * (length - len(head) - len(end) - 12)) + end


def test_the_item_gives_the_entry(tmp_path):
    text = part("One item in, its entry out")
    item, = blocks("markdown", text)
    entry, = blocks("xml", text)
    for folder in ("content", "images"):
        (tmp_path / folder).mkdir()
    (tmp_path / "outfeed.yaml").write_text(blocks("yaml", part(r"outfeed\.yaml"))[0])
    (tmp_path / "content" / "patient-portals.md").write_text(item)
    (tmp_path / "images" / "portal.png").write_bytes(png(1200, 630, 25115))
    result = run_program("build", "--now", "2026-07-01T00:00:00Z", cwd=tmp_path)
    assert result.status == 0 and result.err == "", result
    atom = (tmp_path / "public/topic/patient-health/atom.xml").read_text("utf-8")
    shown = re.search(r"^ *<entry>.*</entry>$", atom, re.M | re.S)[0]
    indent = len(shown) - len(shown.lstrip())
    assert re.sub(rf"^ {{{indent}}}", "", shown, flags=re.M).split("\n") == entry.rstrip("\n").split("\n")
    assert (tmp_path / "public/all/feed.json").is_file()


def test_each_configuration_loads(tmp_path):
    (tmp_path / "content").mkdir()
    for number, block in enumerate(blocks("yaml")):
        whole = block if block.startswith("site:") else SITE + block
        (tmp_path / "outfeed.yaml").write_text(whole)
        result = run_program("build", "--dry-run", "--allow-empty", cwd=tmp_path)
        assert result.status == 0, (number, result)


def table(header):
    """The first column of each table with that header."""
    for rows in re.findall(rf"^\| {header} \|.*\n\|[-|]+\n((?:\|.*\n)+)", TEXT, re.M):
        yield [row.split("|")[1] for row in rows.splitlines()]


def help_of(command):
    return run_program("help", command).out


def test_the_keys_are_those_of_the_program():
    words = re.search(r"Keys of outfeed\.yaml:(.*?)\.\n", help_of("build"), re.S)[1]
    known = {key: below.replace("\n", " ").replace(",", " ").split()
             for key, below in re.findall(r"(\w+)(?: \(([^)]*)\))?", words)}
    top, audit = table("key")
    shown = set(re.findall(r"`([\w.]+)`", " ".join(top))) | {"site.title", "site.url"}
    assert {name.split(".")[0] for name in shown} == known.keys()
    assert {name.split(".")[1] for name in shown if "." in name} == set(known["site"])
    # `store` is not done by this version
    assert set(re.findall(r"`(\w+)`", " ".join(audit))) == set(known["audit"])


@pytest.mark.parametrize("command, number", [("build", 0), ("serve", 1), ("audit", 2)])
def test_the_options_are_those_of_the_program(command, number):
    rows = " ".join(list(table("option"))[number])
    shown = set(re.findall(r"(?<![\w-])--?[a-z][\w-]*", rows))
    options = re.findall(r"^  (?:(-\w),|   ) (--[\w-]+)", help_of(command), re.M)
    assert len(options) > 5
    for letter, name in options:
        assert name == "--help" or {letter, name} & shown, f"{command}: {name}"
    assert shown <= {word for option in options for word in option}


def test_the_defaults_are_those_of_the_program(tmp_path):
    """A site that says nothing, and one that says every default of the table: the same bytes."""
    rows = re.findall(r"^\| `(\w+)` \| `([^`]*)` \|", part(r"outfeed\.yaml").split("### ")[0], re.M)
    said = {key: yaml.safe_load(value) for key, value in rows if key not in ("images", "audit")}
    assert len(said) > 12
    outputs = []
    for name, config in (("bare", SITE), ("said", SITE + yaml.safe_dump(said))):
        site = tmp_path / name
        (site / "content").mkdir(parents=True)
        (site / "outfeed.yaml").write_text(config)
        (site / "content" / "a.md").write_text("---\ntitle: A\ndate: 2024-05-01\ncategories: [x]\n---\nText.\n")
        assert run_program("build", cwd=site).status == 0
        outputs.append({path.relative_to(site / "public"): path.read_bytes()
                        for path in (site / "public").rglob("*") if path.is_file()})
    assert outputs[0] == outputs[1] and len(outputs[0]) > 8
