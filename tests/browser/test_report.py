"""index.html of an audit in a browser: filters, order, histories, focus, contrast, and
that nothing which items or servers say does more than be read."""
import os
import subprocess
import sys
from pathlib import Path

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait

import browser
from browser import CSS, DESK, PHONE, driver  # noqa: F401
from conftest import TESTS

sys.path.insert(0, str(TESTS / "reports"))
import sample  # noqa: E402


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    found = {}
    for name, rows in (("typical", sample.typical()), ("hostile", sample.golden()),
                       ("sound", [row for row in sample.typical() if row[0] == "alive"])):
        folder = tmp_path_factory.mktemp(name)
        subprocess.run([os.environ["OUTFEED_REPORT_PROBE"], folder], input=sample.lines(rows),
                       check=True, timeout=120)
        found[name] = folder / "reports" / "index.html"
    return found


def show(driver, path, *how, fragment="", **more):
    return browser.show(driver, path.as_uri() + fragment, *how, **more)


def shown(driver):
    return [body for body in driver.find_elements(CSS, "tbody") if body.is_displayed()]


def column(driver, number):
    """The texts of a column of the rows that are shown, from the top."""
    return driver.execute_script(
        "return Array.from(document.querySelectorAll('tbody')).filter(b => !b.hidden)"
        ".map(b => b.rows[0].cells[arguments[0]].textContent.trim())", number)


def status(driver):
    return driver.find_element(CSS, "[role=status]").text


def field(driver, name):
    return driver.find_element(By.NAME, name)


# Filters and order.

def test_filter_by_verdict(driver, pages):
    show(driver, pages["typical"])
    everything = len(column(driver, 0))
    assert everything == 200 and status(driver) == "All 200 links are shown."
    Select(field(driver, "verdict")).select_by_value("Moved")
    moved = column(driver, 0)
    assert 0 < len(moved) < everything and set(moved) == {"Moved"}
    assert status(driver) == f"{len(moved)} of 200 links are shown."
    assert driver.find_element(CSS, ".totals [aria-current]").text.endswith("Moved")
    driver.find_element(CSS, "button[type=reset]").click()
    WebDriverWait(driver, 5).until(lambda d: status(d).startswith("All"))
    assert len(column(driver, 0)) == everything and status(driver).startswith("All")


def test_filters_together(driver, pages):
    show(driver, pages["typical"])
    select = Select(field(driver, "category"))
    select.select_by_value("Telehealth")
    assert all("Telehealth" in text for text in column(driver, 3))
    few = len(column(driver, 3))
    assert select.first_selected_option.text == f"Telehealth ({few})"
    host = column(driver, 2)[0]
    field(driver, "host").send_keys(host.upper())
    assert set(column(driver, 2)) == {host}
    address = column(driver, 1)[0].split("/")[-1][:20]
    field(driver, "text").send_keys(address)
    assert column(driver, 1) and all(address in text for text in column(driver, 1))
    field(driver, "text").send_keys("nowhere to be found")
    assert not shown(driver) and status(driver) == "0 of 200 links are shown."


def test_text_finds_titles_and_files(driver, pages):
    show(driver, pages["hostile"])
    field(driver, "text").send_keys("content/soft-404.md:7")
    assert len(shown(driver)) == 1
    field(driver, "text").clear()
    field(driver, "text").send_keys("AN ITEM ON MOVED PAGES")
    assert len(shown(driver)) == 1


def test_a_total_is_a_filter(driver, pages):
    show(driver, pages["typical"])
    chip = driver.find_element(CSS, "[data-verdict=Dead]")
    chip.click()
    assert {text.split()[0] for text in column(driver, 0)} == {"Dead"}
    assert len(column(driver, 0)) == int(chip.find_element(By.TAG_NAME, "b").text)
    chip.click()
    assert len(column(driver, 0)) == 200


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5])
def test_order(driver, pages, number):
    show(driver, pages["typical"])
    heads = driver.find_elements(CSS, "thead th")
    heads[number].find_element(By.TAG_NAME, "button").click()
    assert heads[number].get_attribute("aria-sort") == "ascending"
    assert [h.get_attribute("aria-sort") for h in heads].count(None) == 5
    up = [text for text in column(driver, number) if text != "\u2013"]
    assert up == sorted(up) and len(set(up)) > 2
    dashes = column(driver, number)[len(up):]
    heads[number].find_element(By.TAG_NAME, "button").click()
    assert heads[number].get_attribute("aria-sort") == "descending"
    assert column(driver, number) == sorted(up, reverse=True) + dashes


def test_order_of_the_report_comes_back(driver, pages):
    show(driver, pages["typical"])
    before = column(driver, 1)
    heads = driver.find_elements(CSS, "thead button")
    heads[1].click()
    assert column(driver, 1) != before
    heads[0].click()
    assert column(driver, 1) == before


def test_order_on_a_phone(driver, pages):
    show(driver, pages["typical"], PHONE)
    Select(field(driver, "order")).select_by_visible_text("First failed, reversed")
    failed = [text for text in column(driver, 4) if text != "\u2013"]
    assert failed == sorted(failed, reverse=True)


# Histories.

def test_history_opens(driver, pages):
    show(driver, pages["hostile"])
    body = driver.find_element(By.XPATH, "//tbody[contains(.,'https://gone.example/')]")
    details = body.find_element(By.TAG_NAME, "details")
    inside = details.find_element(By.TAG_NAME, "ol")
    assert not driver.execute_script("return arguments[0].checkVisibility()", inside)
    summary = details.find_element(By.TAG_NAME, "summary")
    assert summary.text.endswith("14 checks, used in 3 places")
    summary.click()
    assert driver.execute_script("return arguments[0].checkVisibility()", inside)
    told = [item.text for item in details.find_elements(CSS, "ol li")]
    assert told[0].startswith("2026-02-01 to 2026-03-03") and "Dead http-404" in told[0]
    assert "Suspect" in told[1] and "Alive" in told[2]
    title = details.find_element(CSS, "svg title").get_attribute("textContent")
    assert title.startswith("12 checks, oldest first, 2025-12-27 to 2026-03-03: ")
    assert "content/other.md:2" in details.text


def test_fragment_opens_the_history(driver, pages):
    show(driver, pages["typical"])
    name = driver.find_elements(By.TAG_NAME, "tbody")[30].get_attribute("id")
    show(driver, pages["typical"], fragment="#" + name)
    assert driver.find_element(CSS, f"#{name} details").get_attribute("open")


def test_without_script(driver, pages):
    show(driver, pages["typical"], script=False)
    try:
        assert len(driver.find_elements(By.TAG_NAME, "tbody")) == 200
        assert not driver.find_element(By.TAG_NAME, "form").is_displayed()
        assert driver.find_element(CSS, "tbody th a").is_displayed()
        summary = driver.find_element(By.TAG_NAME, "summary")
        summary.click()
        assert driver.find_element(CSS, "details").get_attribute("open")
    finally:
        driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


# Strangers' text.

@pytest.mark.parametrize("size", [PHONE, DESK])
@pytest.mark.parametrize("name", ["typical", "hostile"])
def test_alone_and_without_complaint(driver, pages, name, size):
    show(driver, pages[name], size)
    driver.execute_script("document.querySelectorAll('details').forEach(d => d.open = true)")
    for select in filter(lambda s: s.is_displayed(), driver.find_elements(By.TAG_NAME, "select")):
        Select(select).select_by_index(len(Select(select).options) - 1)
    assert browser.complaints(driver) == []
    assert browser.asked(driver) == {pages[name].as_uri()}


def test_hostile_text_is_inert(driver, pages):
    show(driver, pages["hostile"])
    assert driver.title == "Link audit of The <b>Gazette</b> & Co"
    counts = driver.execute_script(
        "return ['script', 'img', 'b b', 'td b', 'th b', 'iframe']"
        ".map(s => document.querySelectorAll(s).length)")
    assert counts == [1, 0, 0, 0, 0, 0]
    for link in driver.find_elements(CSS, "tbody a"):
        assert link.get_attribute("protocol") in ("http:", "https:")
    options = [o.get_attribute("textContent") for o in driver.find_elements(CSS, "select option")]
    assert "<script>document.title='category'</script> (1)" in options
    Select(field(driver, "category")).select_by_value("<script>document.title='category'</script>")
    assert len(shown(driver)) == 1 and driver.title.startswith("Link audit")


@pytest.mark.parametrize("size", [PHONE, DESK, (768, 900), (320, 700)])
def test_nothing_is_wider_than_the_page(driver, pages, size):
    show(driver, pages["hostile"], size)
    driver.execute_script("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert browser.wider_than_the_page(driver) == []


def test_charts_hold_their_text(driver, pages):
    for name in pages:
        show(driver, pages[name])
        crossed = driver.execute_script(
            "return Array.from(document.querySelectorAll('.chart .name')).filter(n =>"
            " n.getBBox().x + n.getBBox().width > n.nextElementSibling.getBBox().x)"
            ".map(n => n.textContent)")
        assert not crossed


def test_charts_without_rot(driver, pages):
    """0 of N, and room between what stands above the table and its heading."""
    show(driver, pages["sound"])
    values = driver.execute_script(
        "return Array.from(document.querySelectorAll('.chart .value')).map(v => v.textContent)")
    assert len(values) > 10 and all(value.startswith("0 of ") for value in values)
    gap = driver.execute_script(
        "function box(s) { return document.querySelector(s).getBoundingClientRect(); }"
        "return [box('.charts').top - box('.totals').bottom, box('h2').top - box('.charts').bottom]")
    assert min(gap) >= 16


# For everybody.

@pytest.mark.parametrize("name", ["typical", "hostile"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESK])
def test_accessible(driver, pages, name, scheme, size):
    show(driver, pages[name], size, scheme)
    driver.execute_script("document.querySelectorAll('details').forEach(d => d.open = true)")
    browser.assert_accessible(driver, texts=200)


# What is drawn and no text: a channel's light, and the ratio that WCAG makes of two.
DRAWN = """
function light(c) {
    var p = (c.match(/[\\d.]+/g) || []).slice(0, 3).map(function (v) {
        v /= 255;
        return v <= .04045 ? v / 12.92 : Math.pow((v + .055) / 1.055, 2.4);
    });
    return .2126 * p[0] + .7152 * p[1] + .0722 * p[2];
}
function ground(e) {
    while (e.parentElement && !/^rgb\\(/.test(getComputedStyle(e).backgroundColor)) e = e.parentElement;
    return getComputedStyle(e).backgroundColor;
}
var found = [], count = 0;
function need(selector, property) {
    document.querySelectorAll(selector).forEach(function (e) {
        var x = light(getComputedStyle(e)[property]), y = light(ground(e.parentElement));
        var r = (Math.max(x, y) + .05) / (Math.min(x, y) + .05);
        count++;
        if (!(r >= 3)) found.push([selector, property, r]);
    });
}
need(".bar", "fill");
need(".track", "stroke");
need(".spark path.axis", "stroke");
need(".spark path:not(.axis)", "fill");
return [count, found];
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast_of_what_is_drawn(driver, pages, scheme):
    show(driver, pages["typical"], DESK, scheme)
    driver.execute_script("document.querySelectorAll('details').forEach(d => d.open = true)")
    count, low = driver.execute_script(DRAWN)
    assert count > 200 and low == []


def test_schemes_differ(driver, pages):
    grounds = [show(driver, pages["typical"], scheme=scheme).execute_script(
        "return getComputedStyle(document.body).backgroundColor") for scheme in ("light", "dark")]
    assert grounds[0] != grounds[1]


def test_keyboard(driver, pages):
    show(driver, pages["typical"])
    seen = []
    for _ in range(45):
        driver.switch_to.active_element.send_keys(Keys.TAB)
        active = driver.switch_to.active_element
        style = driver.execute_script(
            "var s = getComputedStyle(arguments[0]); return s.outlineStyle + s.outlineWidth", active)
        assert style == "solid3px", active.get_attribute("outerHTML")[:100]
        box = active.rect
        seen.append(active.tag_name)
        assert box["width"] > 0 and box["height"] > 0
        if len(seen) == 1:
            assert active.text == "Skip to the links" and box["x"] >= 0
    assert {"a", "select", "input", "button", "summary"} <= set(seen)


def test_keyboard_opens_and_sorts(driver, pages):
    show(driver, pages["typical"])
    summary = driver.find_element(By.TAG_NAME, "summary")
    summary.send_keys(Keys.ENTER)
    assert driver.find_element(By.TAG_NAME, "details").get_attribute("open")
    button = driver.find_elements(CSS, "thead button")[2]
    button.send_keys(Keys.SPACE)
    assert driver.find_elements(CSS, "thead th")[2].get_attribute("aria-sort") == "ascending"
    assert driver.switch_to.active_element == button


def test_semantics(driver, pages):
    show(driver, pages["typical"], PHONE)
    tree = driver.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    nodes = [(node["role"]["value"], node.get("name", {}).get("value", "")) for node in tree
             if not node["ignored"] and "role" in node]
    names = dict(nodes)
    assert ("table", "Each link, what it needs, and its history") in nodes
    assert {"columnheader", "rowheader", "cell", "main", "status"} <= set(names)
    pictures = [name for role, name in nodes if role in ("image", "img", "graphics-document")]
    assert {"Rot by category", "Rot by year of the item", "Rot by host", "All links"} <= set(pictures)
    assert all(pictures)
    for role, name in nodes:
        if role in ("button", "combobox", "searchbox", "textbox", "link", "heading"):
            assert name.strip(), role
