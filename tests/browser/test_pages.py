"""The directory and the pages of the groups in a browser, served by nginx: the filter, the
links, the copies, what a stranger's text may not do, and that everybody can use them."""
import json
import time
from urllib.parse import unquote, urlsplit

import html5lib
import pytest
from lxml import etree
from selenium.common.exceptions import NoAlertPresentException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

import page_site
from browser import (CSS, DESK, NARROWEST, PHONE, asked, assert_accessible, complaints, driver,  # noqa: F401
                     show, wider_than_the_page)

GROUP = "topic/news/"


@pytest.fixture(scope="module")
def sites(tmp_path_factory):
    found = {}
    for name, make in (("typical", page_site.typical), ("hostile", page_site.hostile)):
        found[name] = page_site.built(make(tmp_path_factory.mktemp(name)))
    return found


@pytest.fixture(scope="module")
def pages(sites, tmp_path_factory):
    """The address of the typical site's output, with a slash at its end."""
    with page_site.served(sites["typical"], tmp_path_factory.mktemp("nginx")) as address:
        yield address


@pytest.fixture(scope="module")
def hostile(sites, tmp_path_factory):
    with page_site.served(sites["hostile"], tmp_path_factory.mktemp("nginx-hostile")) as address:
        yield address


def folders(site):
    """Of the groups, as they stand in an address."""
    return sorted(str(path.parent.relative_to(site.output)) + "/"
                  for path in site.output.glob("**/atom.xml") if "archive" not in path.parts)


def box(driver):
    return driver.find_element(By.ID, "filter")


def status(driver):
    return driver.find_element(CSS, "[role=status]").text


def rows(driver):
    """The names of the feeds that are shown."""
    return driver.execute_script(
        "return Array.from(document.querySelectorAll('.feeds li')).filter(e => e.checkVisibility())"
        ".map(e => e.firstElementChild.textContent)")


def wait_for(driver, text):
    WebDriverWait(driver, 10).until(lambda d: status(d) == text)


def active(driver):
    return driver.switch_to.active_element


def press(driver, *keys):
    for key in keys:
        active(driver).send_keys(key)


# The filter.

def test_filter(driver, pages):
    show(driver, pages)
    everything = rows(driver)
    assert everything[0] == "Everything" and len(everything) == 8
    assert status(driver) == "All 8 feeds are shown."
    box(driver).send_keys("TOOL")
    wait_for(driver, "2 of 8 feeds are shown.")
    assert rows(driver) == ["Tooling", "Tools"]
    headings = [heading.text for heading in driver.find_elements(By.TAG_NAME, "h2") if heading.is_displayed()]
    assert headings == ["Categories"]
    box(driver).clear()
    box(driver).send_keys("society cafe")
    wait_for(driver, "1 of 8 feeds is shown.")
    assert rows(driver) == ["Café society"]
    box(driver).send_keys(" nowhere")
    wait_for(driver, "No feed has that in its name.")
    assert rows(driver) == []


def test_filter_by_keyboard(driver, pages):
    show(driver, pages)
    press(driver, "/")
    assert active(driver) == box(driver) and box(driver).get_attribute("value") == ""
    press(driver, "t", "o", "o", "l", Keys.ARROW_DOWN)
    assert active(driver).text == "Tooling"
    press(driver, Keys.ARROW_DOWN)
    assert active(driver).text == "Tools"
    press(driver, Keys.ARROW_DOWN)
    assert active(driver).text == "Tools"
    press(driver, Keys.ARROW_UP, Keys.ARROW_UP)
    assert active(driver) == box(driver)
    press(driver, Keys.ESCAPE)
    wait_for(driver, "All 8 feeds are shown.")
    assert len(rows(driver)) == 8 and box(driver).get_attribute("value") == ""
    press(driver, "n", "e", "/", Keys.BACKSPACE, "w", "s", Keys.ENTER)
    WebDriverWait(driver, 10).until(lambda d: d.current_url == pages + GROUP)
    assert driver.find_element(By.TAG_NAME, "h1").text == "News"


def test_enter_opens_nothing_among_many(driver, pages):
    show(driver, pages)
    press(driver, "/", "t", Keys.ENTER)
    wait_for(driver, "7 of 8 feeds are shown.")
    assert driver.current_url == pages


def test_escape_from_a_row(driver, pages):
    show(driver, pages)
    press(driver, "/", "t", "o", "o", "l", Keys.ARROW_DOWN, Keys.ESCAPE)
    wait_for(driver, "All 8 feeds are shown.")
    assert active(driver) == box(driver)


def test_thousands_of_feeds(driver, pages):
    """Rows as many as a large site has: the filter finds, and the page stays one of a few."""
    show(driver, pages)
    source = driver.page_source
    row = source[source.index("<li>"):source.index("</li>") + len("</li>")]
    many = "\n".join(row.replace("Everything", f"Feed number {n}") for n in range(5000))
    driver.execute_script("document.open(); document.write(arguments[0]); document.close()",
                          source.replace("<form role=\"search\"", "<form role=\"search\" hidden")
                          .replace(row, many))
    WebDriverWait(driver, 30).until(lambda d: status(d) == "All 5007 feeds are shown.")
    box(driver).send_keys("number 4999")
    wait_for(driver, "1 of 5007 feeds is shown.")
    assert rows(driver) == ["Feed number 4999"]


# What the pages lead to.

def test_directory_says_what_is_there(driver, pages, sites):
    show(driver, pages)
    told = driver.execute_script(
        "return Array.from(document.querySelectorAll('.feeds li'), e =>"
        " [e.firstElementChild.getAttribute('href'), e.querySelector('span').textContent,"
        "  e.querySelector('time').textContent])")
    assert [unquote(row[0]) for row in told][0] == "all/"
    assert sorted(unquote(row[0]) for row in told) == folders(sites["typical"])
    for folder, count, updated in told:
        feed = sites["typical"].feed(unquote(folder))
        assert count == f"{len(feed['items'])} entries"
        assert updated == feed["items"][0]["date_published"][:10]


@pytest.mark.parametrize("page", ["", "all/", GROUP, "topic/café-society/", "tag/tag-1/"])
def test_alternates_load(driver, pages, page):
    show(driver, pages + page)
    links = driver.execute_script(
        "return Array.from(document.querySelectorAll('link[rel=alternate]'), e => [e.type, e.href, e.title])")
    kinds = {"application/atom+xml", "application/rss+xml", "application/feed+json"}
    assert kinds <= {kind for kind, _, _ in links} <= kinds | {"text/x-opml"}
    for kind, href, title in links:
        assert href.startswith(pages) and title
        got, body = page_site.get(href)
        assert got == kind and len(body) > 200
        if kind == "application/feed+json" and page:
            home = json.loads(body)["home_page_url"]
            canonical = driver.find_element(CSS, "link[rel=canonical]").get_attribute("href")
            assert unquote(home) == unquote(canonical) == "https://example.org/sub/" + page


def test_every_own_link_leads_somewhere(driver, pages, sites):
    for page in ["", *folders(sites["typical"])]:
        show(driver, pages + page)
        links = driver.execute_script(
            "return Array.from(document.querySelectorAll('a[href]'), e => e.href)")
        own = {link.split("#")[0] for link in links if link.startswith(pages)}
        assert len(own) >= 5 and pages + "subscriptions.opml" in own
        for link in own:
            page_site.get(link)
        for link in set(links) - own:
            assert urlsplit(link).scheme in ("https", "feed") or link.startswith(pages)


def test_there_and_back(driver, pages):
    show(driver, pages)
    driver.find_element(By.LINK_TEXT, "News").click()
    assert driver.current_url == pages + GROUP
    driver.find_element(By.LINK_TEXT, "The Gazette").click()
    assert driver.current_url == pages


@pytest.mark.parametrize("page, name", [("", "All feeds in one file (OPML)"),
                                        (GROUP, "All of them in one file (OPML)")])
def test_opml_downloads(driver, pages, sites, page, name):
    for old in driver.downloads.iterdir():
        old.unlink()
    show(driver, pages + page)
    driver.find_element(By.LINK_TEXT, name).click()
    file = driver.downloads / "subscriptions.opml"
    WebDriverWait(driver, 10).until(lambda d: file.exists())
    listed = [unquote(url) for url in etree.parse(str(file)).xpath("//@xmlUrl")]
    assert sorted(url.removeprefix("https://example.org/sub/").removesuffix("atom.xml") for url in listed) \
        == folders(sites["typical"])


def test_entries(driver, pages, sites):
    show(driver, pages + GROUP)
    entries = sites["typical"].feed(GROUP)["items"]
    shown = driver.execute_script(
        "return Array.from(document.querySelectorAll('.entries article'), e => {"
        " var a = e.querySelector('h2 a');"
        " return [a.textContent, a.href, e.querySelector('.meta a').href,"
        "  e.querySelector('time').dateTime, e.querySelector('p[dir]').textContent]; })")
    assert len(shown) == 6 and driver.find_element(CSS, ".shown").text == "6 entries, newest first"
    assert shown == [[entry["title"], entry["url"], entry["external_url"], entry["date_published"],
                      entry["summary"]] for entry in entries]


def test_images_of_its_own_origin(driver, pages):
    """Those elsewhere are left out; every other one is there, and takes the room it was given."""
    show(driver, pages + "all/")
    driver.execute_script("document.querySelectorAll('img').forEach(e => e.loading = 'eager')")
    WebDriverWait(driver, 10).until(lambda d: d.execute_script(
        "return Array.from(document.images).every(e => e.complete)"))
    images = driver.execute_script(
        "return Array.from(document.images, e => [e.src, e.alt, e.naturalWidth, e.getAttribute('width'),"
        " e.getBoundingClientRect().height > 50])")
    assert images == [[pages + "images/pixel.png", "A pixel", 1, "1", True]] * 12


def test_an_image_that_does_not_come_leaves_no_hole(driver, pages, sites):
    file = sites["typical"].output / "images" / "pixel.png"
    file.rename(file.with_name("away.png"))
    driver.execute_cdp_cmd("Network.enable", {})
    driver.execute_cdp_cmd("Network.setCacheDisabled", {"cacheDisabled": True})
    try:
        show(driver, pages + GROUP)
        WebDriverWait(driver, 10).until(lambda d: not d.find_elements(CSS, "article img"))
    finally:
        file.with_name("away.png").rename(file)
        driver.execute_cdp_cmd("Network.setCacheDisabled", {"cacheDisabled": False})


def test_copy(driver, pages):
    show(driver, pages + GROUP)
    driver.execute_cdp_cmd("Browser.grantPermissions", {
        "origin": pages.rstrip("/"), "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]})
    driver.find_element(By.TAG_NAME, "button").click()
    wait_for(driver, "Copied")
    copied = driver.execute_async_script("navigator.clipboard.readText().then(arguments[0], arguments[0])")
    assert copied == "https://example.org/sub/topic/news/atom.xml"


def test_copy_without_a_clipboard(driver, pages):
    show(driver, pages + GROUP)
    driver.execute_script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    driver.find_element(By.TAG_NAME, "button").click()
    WebDriverWait(driver, 10).until(status)
    assert driver.execute_script("return getSelection().toString() || 'input'")
    assert driver.execute_script("var e = document.getElementById('address');"
                                 "return e.selectionEnd - e.selectionStart") == 43


@pytest.mark.parametrize("name", ["typical", "hostile"])
def test_html_without_error(sites, name):
    """By the parser of the HTML standard, which counts what browsers mend in silence."""
    found = list(sites[name].output.rglob("index.html"))
    assert len(found) == len(folders(sites[name])) + 1
    for page in found:
        parser = html5lib.HTMLParser()
        parser.parse(page.read_text("utf-8"))
        assert parser.errors == [], page


# Alone, and without script.

@pytest.mark.parametrize("size", [PHONE, DESK])
@pytest.mark.parametrize("name", ["pages", "hostile"])
def test_alone_and_without_complaint(driver, request, sites, name, size):
    address = request.getfixturevalue(name)
    site = sites["typical" if name == "pages" else "hostile"]
    for page in ["", *folders(site)]:
        show(driver, address + page, size)
        driver.execute_script("document.querySelectorAll('img').forEach(e => e.loading = 'eager');"
                              "window.scrollTo(0, document.body.scrollHeight)")
        time.sleep(0.05)
        assert complaints(driver) == []
        got = asked(driver)
        assert got and all(url.startswith(address) for url in got)


def test_without_script(driver, pages):
    show(driver, pages, script=False)
    try:
        assert not driver.find_element(By.TAG_NAME, "form").is_displayed()
        assert len([e for e in driver.find_elements(CSS, ".feeds li > a") if e.is_displayed()]) == 8
        driver.find_element(By.LINK_TEXT, "News").click()
        assert driver.current_url == pages + GROUP
        assert not driver.find_element(By.TAG_NAME, "button").is_displayed()
        address = driver.find_element(By.ID, "address")
        assert address.is_displayed() and address.get_attribute("value").endswith("/topic/news/atom.xml")
        assert len(driver.find_elements(CSS, "article")) == 6
    finally:
        driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


# Strangers' text.

def test_hostile_text_is_inert(driver, hostile, sites):
    for page in ["", *folders(sites["hostile"])]:
        show(driver, hostile + page)
        with pytest.raises(NoAlertPresentException):
            driver.switch_to.alert.accept()
        assert driver.execute_script(
            "return ['script', 'b', 'img[src=x]', 'bdi *', 'h2 script', '[onerror], [onclick], [style]']"
            ".map(s => document.querySelectorAll(s).length)") == [1, 0, 0, 0, 0, 0]
        assert set(driver.execute_script(
            "return Array.from(document.querySelectorAll('a[href]'), e => e.protocol)")) <= {
                "http:", "https:", "feed:"}
    show(driver, hostile)
    assert "<script>alert(0)</script>" in driver.find_element(By.TAG_NAME, "h1").text
    assert "News <script>alert(4)</script>" in rows(driver)
    show(driver, hostile + "all/")
    assert "<script>alert(3)</script>x" in [e.text for e in driver.find_elements(By.TAG_NAME, "h2")]


def test_no_word_is_turned_around_by_its_neighbour(driver, hostile):
    """The letters that follow an override stand from left to right, without a style as well."""
    order = (
        "var range = document.createRange(), e = arguments[0].firstChild;"
        "return [0, e.length - 1].map(function (i) { range.setStart(e, i); range.setEnd(e, i + 1);"
        " return range.getBoundingClientRect().left; })")
    plain = "document.styleSheets[0].disabled = true"
    show(driver, hostile).execute_script(plain)
    row = driver.find_element(By.XPATH, "//li[contains(., 'denruT')]")
    for element in row.find_elements(CSS, ":scope > span:first-of-type, time, span a"):
        first, last = driver.execute_script(order, element)
        assert first < last, element.text
    show(driver, hostile + "all/").execute_script(plain)
    entry = driver.find_element(By.XPATH, "//article[contains(., 'overridden')]")
    for element in entry.find_elements(CSS, "time"):
        first, last = driver.execute_script(order, element)
        assert first < last
    first, last = driver.execute_script(order, driver.find_element(CSS, "footer a:last-child"))
    assert first < last


def test_an_entry_has_the_direction_of_its_title(driver, hostile):
    show(driver, hostile + "all/")
    for text, direction in (("שלום", "rtl"), ("Addresses", "ltr")):
        entry = driver.find_element(By.XPATH, f"//article[contains(., '{text}')]")
        assert entry.value_of_css_property("direction") == direction


@pytest.mark.parametrize("size", [NARROWEST, PHONE, (768, 900), DESK])
@pytest.mark.parametrize("page", ["", "all/"])
def test_nothing_is_wider_than_the_page(driver, hostile, page, size):
    show(driver, hostile + page, size)
    assert wider_than_the_page(driver) == []


# For everybody.

@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [NARROWEST, PHONE, DESK])
@pytest.mark.parametrize("page", ["", "all/", GROUP])
def test_accessible(driver, pages, page, size, scheme):
    show(driver, pages + page, size, scheme)
    assert_accessible(driver, texts=20)


@pytest.mark.parametrize("size", [PHONE, DESK])
@pytest.mark.parametrize("page", ["", "all/"])
def test_accessible_whatever_the_text(driver, hostile, page, size):
    show(driver, hostile + page, size)
    assert_accessible(driver, texts=20)


@pytest.mark.parametrize("page", ["", GROUP])
def test_accessible_in_use(driver, pages, page):
    """After a filter, or a copy, has put words there that were not."""
    show(driver, pages + page)
    if page:
        driver.find_element(By.TAG_NAME, "button").click()
        WebDriverWait(driver, 10).until(status)
    else:
        box(driver).send_keys("tool")
        wait_for(driver, "2 of 8 feeds are shown.")
    assert_accessible(driver)


def test_schemes_differ(driver, pages):
    grounds = [show(driver, pages, scheme=scheme).execute_script(
        "return getComputedStyle(document.body).backgroundColor") for scheme in ("light", "dark")]
    assert grounds[0] != grounds[1]


def test_skip_link_comes_first(driver, pages):
    for page, target in (("", "feeds"), (GROUP, "entries")):
        show(driver, pages + page)
        press(driver, Keys.TAB)
        link = active(driver)
        assert link.text.startswith("Skip to") and link.rect["x"] >= 0
        press(driver, Keys.ENTER)
        assert driver.current_url.endswith("#" + target)
