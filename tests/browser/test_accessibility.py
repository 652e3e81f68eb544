"""The check of tests/browser/accessibility.js itself: each of its rules finds a fault that
is planted for it, and nothing else; a page without fault has none."""
import pytest

from browser import DESK, accessibility, driver, show  # noqa: F401

SOUND = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Sound</title>
<style>
body { font: 16px/1.6 sans-serif; color: #222; background: #fff; }
a { color: #00c; }
:focus-visible { outline: 3px solid #00c; }
.skip { position: absolute; left: -100vw; }
input { border: 1px solid #555; min-height: 2rem; }
button { min-height: 2rem; }
.tiny { min-height: 0; width: 12px; height: 12px; padding: 0; font-size: 9px; }
</style>
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<header><h1>Sound</h1></header>
<main id="content">
<h2>One</h2>
<p>Words with <a href="#end">a link</a> among them.</p>
<ul><li>An item</li></ul>
<label for="field">A field</label> <input id="field">
<button type="button">Press</button>
<img alt="" src="data:,">
<!-- here -->
</main>
<footer id="end"><p>The end.</p></footer>
</body>
</html>
"""
HERE = "<!-- here -->"

# A rule, and what to put where for it to be broken.
FAULTS = [
    ("document-title", "<title>Sound</title>", "<title> </title>"),
    ("language", '<html lang="en">', "<html>"),
    ("language", "<p>The end.", '<p lang="e_n">The end.'),
    ("zoom", "initial-scale=1", "initial-scale=1, user-scalable=no"),
    ("one-main", '<main id="content">', '<main id="content"></main><main aria-label="Second">'),
    ("landmarks", "<footer", "<p>Lost words.</p><footer"),
    ("landmark-names", HERE, '<section aria-label="A">a</section><section aria-label="A">b</section>'),
    ("headings", "<h2>One</h2>", "<h3>One</h3>"),
    ("headings", "<h1>Sound</h1>", "<h1>Sound</h1><h1>And another</h1>"),
    ("headings", HERE, "<h2></h2>"),
    ("unique-ids", HERE, '<p id="end">Twice.</p>'),
    ("references", '<a href="#end">', '<a href="#nowhere">'),
    ("names", HERE, '<p><a href="/x" style="display:block;height:2rem"><img src="data:," alt=""></a></p>'),
    ("names", ">Press<", "><"),
    ("label-in-name", '<button type="button">', '<button type="button" aria-label="Other">'),
    ("link-names", HERE, '<p>More: <a href="/1">more</a>, <a href="/2">more</a>.</p>'),
    ("link-looks", "a { color: #00c; }", "a { color: #00c; text-decoration: none; }"),
    ("image-alt", '<img alt=""', "<img"),
    ("image-alt", HERE, "<svg width='9' height='9'><path d='M0 0h9'/></svg>"),
    ("lists", "<li>An item</li>", "<li>An item</li><p>No item</p>"),
    ("lists", HERE, "<div><li>An item</li></div>"),
    ("lists", HERE, "<dl><dt>A</dt><p>b</p></dl>"),
    ("tables", HERE, "<table><caption>T</caption><tr><td>1</td></tr></table>"),
    ("tables", HERE, "<table><tr><th scope='row'>1</th></tr></table>"),
    ("tables", HERE, "<table><caption>T</caption><tr><th>1</th></tr></table>"),
    ("labels", '<input id="field">', '<input id="field"> <input placeholder="A field">'),
    ("contrast", "<p>The end.", '<p style="color:#888">The end.'),
    ("contrast", "<p>The end.", '<p style="color:#2228">The end.'),
    ("contrast", "<p>The end.", '<p style="opacity:.4">The end.'),
    ("contrast", "<footer", '<footer style="background:#0008"'),
    ("field-contrast", "1px solid #555", "1px solid #ccc"),
    ("target-size", HERE, '<p><button type="button" class="tiny">A</button>'
                          '<button type="button" class="tiny">B</button></p>'),
    ("nested", HERE, '<button type="button">b <input type="checkbox" aria-label="c"></button>'),
    ("tab-order", '<input id="field">', '<input id="field" tabindex="3">'),
    ("tab-order", HERE, '<p aria-hidden="true"><button type="button">No</button></p>'),
    ("focus-visible", "outline: 3px solid #00c", "outline: none"),
    ("focus-visible", "outline: 3px solid #00c", "outline: 0 solid #00c"),
    ("focus-visible", "outline: 3px solid #00c", "outline: 3px solid #00c0"),
    ("scrollable", HERE, '<div style="overflow:auto;height:2em">1<br>2<br>3<br>4</div>'),
    ("aria", HERE, '<p aria-lable="x">Wrong</p>'),
    ("aria", HERE, '<p aria-describedby="nobody">Wrong</p>'),
    ("aria", HERE, '<p aria-live="loud">Wrong</p>'),
    ("aria", HERE, '<p role="buton">Wrong</p>'),
    ("motion", HERE, "<marquee>Runs</marquee>"),
]
# A fault that cannot be had without another.
TOGETHER = {"labels": {"names"}}


@pytest.fixture(scope="module")
def look(driver, tmp_path_factory):  # noqa: F811
    file = tmp_path_factory.mktemp("page") / "page.html"

    def look_at(text, **how):
        file.write_text(text, "utf-8")
        return accessibility(show(driver, file.as_uri(), DESK, **how))
    return look_at


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_sound_page(look, scheme):
    result = look(SOUND, scheme=scheme)
    assert result["found"] == []
    assert result["counted"] == {"texts": 8, "targets": 3, "names": 4, "focused": 4}


@pytest.mark.parametrize("rule, old, new", FAULTS)
def test_a_fault_is_found(look, rule, old, new):
    assert SOUND.count(old) == 1
    broken = {fault["rule"] for fault in look(SOUND.replace(old, new))["found"]}
    assert rule in broken
    assert broken <= {rule} | TOGETHER.get(rule, set())


def test_dark_is_looked_at_as_dark(look):
    text = SOUND.replace("color: #222; background: #fff;", "color: #222;")
    assert look(text, scheme="light")["found"] == []
    assert "contrast" in {fault["rule"] for fault in look(text, scheme="dark")["found"]}


def test_every_rule_has_a_fault(look):
    assert set(look(SOUND)["rules"]) == {rule for rule, _, _ in FAULTS}
