"""The reports of an audit: the same bytes for the same history, each valid by its schema,
and all of them telling the same story, whatever items and servers say.

The files of golden/ are what a small history gives; UPDATE_GOLDEN=1 rewrites them.
"""
import csv
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import feedparser
import jsonschema
import pytest
from lxml import etree, html

from conftest import TESTS

sys.path.insert(0, str(Path(__file__).resolve().parent))
import sample  # noqa: E402

HERE = Path(__file__).resolve().parent
SCHEMAS = TESTS / "schemas"
NAMES = {"index.html", "audit.json", "audit.csv", "audit.md", "junit.xml", "audit.sarif", "rot.xml"}
ATOM = "{http://www.w3.org/2005/Atom}"
ROT = {"dead", "soft-404", "hijacked"}


def report(folder, rows):
    folder.mkdir(exist_ok=True)
    subprocess.run([os.environ["OUTFEED_REPORT_PROBE"], folder], input=sample.lines(rows),
                   check=True, timeout=300)
    return folder / "reports"


@pytest.fixture(scope="module")
def golden(tmp_path_factory):
    return report(tmp_path_factory.mktemp("golden"), sample.golden())


@pytest.fixture(scope="module")
def links(golden):
    return json.loads((golden / "audit.json").read_text("utf-8"))["links"]


def read_csv(folder):
    with open(folder / "audit.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def read_sarif(folder):
    return json.loads((folder / "audit.sarif").read_text("utf-8"))


def check_by(schema, document):
    found = json.loads((SCHEMAS / schema).read_text("utf-8"))
    jsonschema.Draft7Validator(found).validate(document)


def test_all_are_there(golden):
    assert {path.name for path in golden.iterdir()} == NAMES


@pytest.mark.parametrize("name", sorted(NAMES))
def test_bytes(golden, name):
    data, expected = (golden / name).read_bytes(), HERE / "golden" / name
    if name == "index.html":  # the style and the script have files of their own
        data = re.sub(rb"(<style>|<script>)\n.*?(?=</style>|</script>)", rb"\1", data, flags=re.S)
        data = re.sub(rb"sha256-[A-Za-z0-9+/]{43}=", b"sha256-", data)
    if os.environ.get("UPDATE_GOLDEN"):
        expected.parent.mkdir(exist_ok=True)
        expected.write_bytes(data)
    assert data == expected.read_bytes()


def test_same_again(golden, tmp_path):
    again = report(tmp_path / "again", sample.golden())
    assert all((again / name).read_bytes() == (golden / name).read_bytes() for name in NAMES)


def test_unchanged_feed_keeps_its_time(golden, tmp_path):
    folder = report(tmp_path / "one", sample.golden())
    os.utime(folder / "rot.xml", (1, 1))
    report(tmp_path / "one", sample.golden())
    assert (folder / "rot.xml").stat().st_mtime == 1
    report(tmp_path / "one", sample.golden()[:8])
    assert (folder / "rot.xml").stat().st_mtime != 1


def test_each_verdict_is_in_the_sample(links):
    assert len({link["verdict"] for link in links}) == 15


# Each by its schema, and against audit.json.

def test_json(golden):
    document = json.loads((golden / "audit.json").read_text("utf-8"))
    check_by("audit.json", document)
    totals = document["totals"]
    assert totals["links"] == len(document["links"]) == sum(totals["by_verdict"].values())
    assert totals["uses"] == sum(len(link["uses"]) for link in document["links"])
    assert totals["rot"] == sum(link["verdict"] in ROT for link in document["links"])
    assert totals["new_rot"] == sum(link["is_new"] for link in document["links"]) == 1


def test_json_says_what_is_known(links):
    gone = next(link for link in links if link["url"].startswith("https://gone.example/"))
    assert gone["verdict"] == "dead" and gone["failure"] == "http-404" and gone["status"] == 404
    assert gone["capture"].startswith("https://web.archive.org/") and gone["captured"]
    assert [use["file"] for use in gone["uses"]] == ["content/other.md", "content/gone.md",
                                                     "content/gone.md"]
    assert gone["first_failed"] < gone["since"] < gone["due"]
    moved = next(link for link in links if link["verdict"] == "moved")
    assert moved["suggestion"] == moved["final_url"] == "https://moved.example/new/page.html"
    assert moved["hops"] == [{"status": 301, "url": moved["suggestion"]}]
    assert "failure" not in moved


def test_csv(golden, links):
    rows = read_csv(golden)
    data = (golden / "audit.csv").read_bytes()
    assert data.count(b"\r\n") == data.count(b"\n") == len(rows) + 1
    assert len(rows) == sum(len(link["uses"]) for link in links)
    assert {row["verdict"] for row in rows} == {link["verdict"] for link in links}
    for row in rows:
        assert not [value for value in row.values() if value[:1] in tuple("=+-@\t")], row
    titles = {row["item_title"] for row in rows}
    assert "'=HYPERLINK(\"http://evil.example\",\"x\")" in titles
    assert 'Another, with a "quote", a comma' in titles
    assert {"'-1+1", "'@SUM(A1)"} <= {row["category"] for row in rows}


def test_junit(golden, links):
    tree = etree.parse(golden / "junit.xml")
    etree.XMLSchema(etree.parse(SCHEMAS / "junit.xsd")).assertValid(tree)
    root = tree.getroot()
    assert {suite.get("name") for suite in root} == {link["verdict"] for link in links}
    for suite in (root, *root):
        cases = list(suite.iter("testcase"))
        assert int(suite.get("tests")) == len(cases)
        for attribute, child in (("failures", "failure"), ("skipped", "skipped")):
            assert int(suite.get(attribute)) == sum(c.find(child) is not None for c in cases)
    failed = {suite.get("name") for suite in root if suite.get("failures") != "0"}
    skipped = {suite.get("name") for suite in root if suite.get("skipped") != "0"}
    assert failed == ROT and skipped == {"none", "skipped", "forbidden", "throttled"}


def test_sarif(golden, links):
    document = read_sarif(golden)
    check_by("sarif-2.1.0.json", document)
    run = document["runs"][0]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert not set(rules) & {"none", "alive", "redirected", "skipped", "throttled"}
    assert len(run["results"]) == sum(len(link["uses"]) for link in links
                                      if link["verdict"] in rules)
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert (result["level"] == "error") == (result["ruleId"] in ROT)
    prints = [result["partialFingerprints"]["primaryLocationLineHash"] for result in run["results"]]
    assert len(set(prints)) == len(prints)
    places = {result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
              for result in run["results"]}
    assert "content/other.md" in places and "content/a%7Cb.md" in places


def test_sarif_prints_do_not_move_with_lines(golden, tmp_path):
    moved = [(*row[:3], row[3] + 30, *row[4:]) for row in sample.golden()]
    before, after = (read_sarif(folder)["runs"][0]["results"]
                     for folder in (golden, report(tmp_path / "moved", moved)))
    assert [r["partialFingerprints"] for r in before] == [r["partialFingerprints"] for r in after]
    assert before != after


def test_sarif_is_limited(tmp_path):
    rows = [("gone", "https://gone.example/", f"content/{n}.md", 1, 1, "body", "T", "C", "-", "")
            for n in range(25100)]
    run = read_sarif(report(tmp_path / "many", rows))["runs"][0]
    assert len(run["results"]) == 25000
    notes = run["invocations"][0]["toolExecutionNotifications"]
    assert notes[0]["message"]["text"].startswith("100 more results")


def test_feed(golden, links):
    data = (golden / "rot.xml").read_bytes()
    tree = etree.fromstring(data)
    folders = [SCHEMAS] + [Path(os.environ[k]) for k in ("OUTFEED_SCHEMAS",) if os.environ.get(k)]
    for folder in folders:
        etree.RelaxNG(etree.parse(folder / "atom.rng")).assertValid(tree)
    assert not feedparser.parse(data).bozo
    assert tree.find(f"{ATOM}link[@rel='self']").get("href") == "https://gazette.example/audit/rot.xml"
    told = [link for link in links if link["verdict"] in ROT | {"moved"}]
    entries = tree.findall(f"{ATOM}entry")
    assert len(entries) == len(told)
    times = [entry.findtext(f"{ATOM}published") for entry in entries]
    assert times == sorted(times, reverse=True)
    assert sorted(times) == sorted(link["since"] for link in told)
    assert tree.findtext(f"{ATOM}updated") == times[0]
    for entry in entries:
        assert not re.search(r"<script|<img|javascript:[^<]*\"", entry.findtext(f"{ATOM}content"))
        assert not {link.get("href").split(":")[0] for link in entry.findall(f"{ATOM}link")} - {"https"}


def test_feed_is_limited(tmp_path):
    rows = [("gone" if n % 2 else "gone-now", f"https://gone{n}.example/", f"content/{n}.md", 1, 1,
             "body", f"Title {n}", "C", "-", "") for n in range(150)]
    folder = report(tmp_path / "many", rows)
    entries = etree.parse(folder / "rot.xml").findall(f"{ATOM}entry")
    links = json.loads((folder / "audit.json").read_text("utf-8"))["links"]
    newest = sorted((link["since"] for link in links), reverse=True)[:100]
    assert [entry.findtext(f"{ATOM}published") for entry in entries] == newest
    assert len({entry.findtext(f"{ATOM}id") for entry in entries}) == 100


def test_feed_ids_stay(golden, tmp_path):
    """An entry is known again in a feed of other links."""
    def ids(folder):
        return {e.text for e in etree.parse(folder / "rot.xml").findall(f"{ATOM}entry/{ATOM}id")}
    some = ids(report(tmp_path / "some", sample.golden()[4:12]))
    assert some and some < ids(golden)


# What strangers write stays text.

def test_markdown(golden):
    text = (golden / "audit.md").read_text("utf-8")
    widths = {}
    for line in text.splitlines():
        if line.startswith("| "):
            cells = line.count("|") - 1
            widths.setdefault(cells, 0)
            widths[cells] += 1
    assert set(widths) == {3, 4}
    assert "<script" not in text and "<b>" not in text and "](https://x" not in text
    assert "&#64;&#8203;someone" in text and "javascript:" not in re.findall(r"\]\(<(.*?)>\)", text)
    assert all(target.startswith(("http://", "https://"))
               for target in re.findall(r"\]\(<(.*?)>\)", text))
    assert "\u202e" not in text


def test_nobody_is_told_a_password(tmp_path):
    lives = ("gone", "moved", "hijacked", "suspect", "alive", "blocked")
    rows = [(life, f"https://me:word{n}@{life}.example/page", f"content/{life}.md", 1, 1, "body", "T", "C",
             "2020-01-01", f"https://web.archive.org/web/2023/https://me:word{n}@{life}.example/page")
            for n, life in enumerate(lives)]
    folder = report(tmp_path / "secret", rows)
    for name in NAMES:
        text = (folder / name).read_text("utf-8")
        assert "word0" not in text and not re.search(r"\bme(:|%3A|&#58;)", text), name
    assert 'href="https://***@gone.example/page"' in (folder / "index.html").read_text("utf-8")
    links = json.loads((folder / "audit.json").read_text("utf-8"))["links"]
    assert {link["url"] for link in links} == {f"https://***@{life}.example/page" for life in lives}


def test_markdown_is_limited(tmp_path):
    rows = [("gone", f"https://gone.example/{n}", f"content/{n}.md", 1, 1, "body", "T", "C", "-", "")
            for n in range(57)]
    text = (report(tmp_path / "many", rows) / "audit.md").read_text("utf-8")
    assert text.count("| Dead: http-404 ") == 50 and "and 7 more, in audit.csv." in text


def test_page_holds_no_foreign_markup(golden):
    data = (golden / "index.html").read_text("utf-8")
    page = html.document_fromstring(data)
    assert len(page.xpath("//script")) == 1 and not page.xpath("//img|//iframe|//object|//embed")
    assert not page.xpath("//*[@src or @style or @onerror or @onclick]")
    for link in page.xpath("//a[@href]"):
        assert re.match(r"https?://|#|(audit|junit|rot)\.[a-z]+$", link.get("href")), link.get("href")
    for link in page.xpath("//tbody//a[starts-with(@href, 'http')]"):
        assert link.get("rel") == "noreferrer noopener nofollow"
    assert "\u202e" not in re.sub(r'href="[^"]*"', "", data)
    ids = [element.get("id") for element in page.xpath("//*[@id]")]
    assert len(set(ids)) == len(ids)


def test_page_policy_names_its_own_script_and_style(golden):
    import base64
    import hashlib
    data = (golden / "index.html").read_bytes()
    policy = re.search(rb'Security-Policy" content="([^"]*)"', data).group(1).decode()
    assert policy.startswith("default-src 'none'; base-uri 'none'; form-action 'none'; ")
    for name in ("style", "script"):
        text = re.search(rb"<%b>(.*?)</%b>" % (name.encode(), name.encode()), data, re.S).group(1)
        digest = base64.b64encode(hashlib.sha256(text).digest()).decode()
        assert f"{name}-src 'sha256-{digest}'" in policy


def test_page_tells_of_findings_first_and_is_limited(tmp_path):
    rows = [("alive", f"https://a{n % 90}.example/{n}", f"content/{n}.md", 1, 1, "body", "T", "C",
             "2020-01-01", "") for n in range(5040)]
    rows += [("gone", f"https://gone.example/{n}", f"content/g{n}.md", 1, 1, "body", "T", "C",
              "2021-01-01", "") for n in range(20)]
    rows += [("blocked", "https://zz.example/", "content/z.md", 1, 1, "body", "T", "C", "-", "")]
    data = (report(tmp_path / "many", rows) / "index.html").read_text("utf-8")
    page = html.document_fromstring(data)
    verdicts = [" ".join(cell.text_content().split()) for cell in page.xpath("//tbody/tr[1]/td[1]")]
    assert len(verdicts) == 5000
    assert verdicts[20].endswith("Blocked http-403") and verdicts[21].endswith("Alive")
    assert "This page shows 5,000 links" in data and "The other 61 are in" in data


def test_no_rot(tmp_path):
    rows = [("alive", "https://a.example/", "content/a.md", 1, 1, "body", "T", "C", "2020-01-01", "")]
    data = (report(tmp_path / "fine", rows) / "index.html").read_text("utf-8")
    assert "None of 1 link is rotten" in data
    figures = [" ".join(figure.text_content().split()) for figure in html.fromstring(data).iter("figure")]
    assert len(figures) == 3
    assert "C: 0 of 1, 0%" in figures[0] and "2020: 0 of 1, 0%" in figures[1]
    assert figures[2] == "Rot by host There is none: no link is rotten."
    assert "No rot is new" in data and data.count("<tbody") == 1


def test_no_links(tmp_path):
    folder = report(tmp_path / "none", [])
    data = (folder / "index.html").read_text("utf-8")
    assert "None of 0 links is rotten" in data and "<figure>" not in data
    check_by("audit.json", json.loads((folder / "audit.json").read_text("utf-8")))
    check_by("sarif-2.1.0.json", read_sarif(folder))
    etree.XMLSchema(etree.parse(SCHEMAS / "junit.xsd")).assertValid(etree.parse(folder / "junit.xml"))
    etree.RelaxNG(etree.parse(SCHEMAS / "atom.rng")).assertValid(etree.parse(folder / "rot.xml"))


def test_a_failure_leaves_no_halves(tmp_path):
    folder = report(tmp_path / "one", sample.golden())
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    (folder / "junit.xml").unlink()
    (folder / "junit.xml").mkdir()
    done = subprocess.run([os.environ["OUTFEED_REPORT_PROBE"], tmp_path / "one"],
                          input=sample.lines(sample.golden()[:9]), capture_output=True)
    assert done.returncode == 2 and b"junit.xml" in done.stderr
    assert {path.name for path in folder.iterdir()} == NAMES
    for path in folder.iterdir():
        if path.name in ("audit.sarif", "rot.xml"):  # those after it
            assert path.read_bytes() == before[path.name]
