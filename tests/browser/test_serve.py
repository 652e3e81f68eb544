"""`outfeed serve --watch` in a browser: an open page shows what was edited, by itself, and a
policy of the page's own is no obstacle; feeds are shown, and run nothing."""
import base64
import hashlib
import re
import sys

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from conftest import TESTS, Site

sys.path.insert(0, str(TESTS / "net"))
from serve_site import Serving  # noqa: E402

PATIENCE = 30
INLINE = "document.body.dataset.ran = 'yes';"
HASH = base64.b64encode(hashlib.sha256(INLINE.encode()).digest()).decode()
PAGE = f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'sha256-{HASH}'; img-src 'self' data:">
<link rel="icon" href="data:,">
<title>Page</title>
</head>
<body>
<p>WORDS</p>
<script>{INLINE}</script>
<script>document.body.dataset.ran = 'too much';</script>
</body>
</html>
"""


@pytest.fixture(scope="module")
def driver():
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
                     "--disable-background-networking"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    browser = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    yield browser
    browser.quit()


@pytest.fixture
def watched(tmp_path):
    site = Site(tmp_path)
    site.items()
    site.build()
    for name in ("page", "other"):
        (site.output / f"{name}.html").write_text(PAGE.replace("WORDS", "before"))
    return site


def open_page(driver, url):
    """With nothing in the console yet of a page before it."""
    driver.get("about:blank")
    driver.get_log("browser")
    driver.get(url)


def words(driver):
    return driver.find_element(By.TAG_NAME, "p").text


def wait(driver, what):
    WebDriverWait(driver, PATIENCE, poll_frequency=0.1).until(what)


def complaints(driver):
    """What the console says, but for the one inline script that the page's policy forbids."""
    return [entry["message"] for entry in driver.get_log("browser")
            if not re.search("(Refused to execute|Executing) inline script", entry["message"])]


def test_an_open_page_follows_its_document(driver, watched):
    with Serving(watched.folder, "--watch") as server:
        open_page(driver, server.url + "page.html")
        assert words(driver) == "before"
        assert driver.execute_script("return document.body.dataset.ran") == "yes"
        driver.execute_script("window.kept = true")
        # a build that leaves the page alone does not reload it
        watched.item("item-8.md", title="Item 8")
        server.next("built")
        (watched.output / "page.html").write_text(PAGE.replace("WORDS", "after"))
        watched.item("item-9.md", title="Item 9")
        wait(driver, lambda d: words(d) == "after")
        assert driver.execute_script("return window.kept === undefined")
        assert driver.execute_script("return document.body.dataset.ran") == "yes"
        assert complaints(driver) == []


def test_a_page_whose_document_did_not_change_stays(driver, watched):
    with Serving(watched.folder, "--watch") as server:
        open_page(driver, server.url + "other.html")
        driver.execute_script("window.kept = true")
        for number in (7, 8):
            watched.item(f"item-{number}.md", title=f"Item {number}")
            server.next("built")
        driver.execute_async_script("setTimeout(arguments[0], 2500)")
        assert driver.execute_script("return window.kept === true")
        assert complaints(driver) == []


def test_feeds_are_shown(driver, watched):
    with Serving(watched.folder) as server:
        for name in ("atom.xml", "rss.xml", "feed.json"):
            open_page(driver, server.url + "all/" + name)
            assert "Item 3" in driver.page_source
            assert complaints(driver) == []
