"""A headless Chromium for the tests of this folder, and what they ask of any page.

    from browser import driver            a fixture: one browser for a file of tests
    browser.show(driver, url, PHONE)      a page, with its logs empty before
"""
import json
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

CSS = By.CSS_SELECTOR
PHONE, DESK = (390, 800), (1280, 900)
NARROWEST = (320, 700)
CHECK = (Path(__file__).parent / "accessibility.js").read_text("utf-8")


@pytest.fixture(scope="module")
def driver(tmp_path_factory):
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
                     "--disable-background-networking"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    browser = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    browser.downloads = tmp_path_factory.mktemp("downloads")
    browser.execute_cdp_cmd("Browser.setDownloadBehavior", {
        "behavior": "allow", "downloadPath": str(browser.downloads)})
    yield browser
    browser.quit()


def show(driver, url, size=DESK, scheme="light", script=True):
    driver.get("about:blank")
    for log in ("browser", "performance"):
        driver.get_log(log)
    driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": not script})
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [
        {"name": "prefers-color-scheme", "value": scheme},
        {"name": "prefers-reduced-motion", "value": "reduce"}]})
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
        "width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": size == PHONE})
    driver.get(url)
    return driver


def complaints(driver):
    """What the browser wrote to its console since the page was shown."""
    return [entry["message"] for entry in driver.get_log("browser")]


def asked(driver):
    """Every address that was asked for since the page was shown."""
    events = [json.loads(entry["message"])["message"] for entry in driver.get_log("performance")]
    return {event["params"]["request"]["url"] for event in events
            if event["method"] == "Network.requestWillBeSent"}


def wider_than_the_page(driver):
    """What reaches over the right edge, and the page itself when it scrolls that way."""
    return driver.execute_script(
        "document.querySelectorAll('li').forEach(e => e.style.contentVisibility = 'visible');"
        "var root = document.documentElement, most = root.clientWidth + 1;"
        "var wide = Array.from(document.querySelectorAll('body *')).filter(e =>"
        " !e.closest('.skip') && e.getBoundingClientRect().right > most)"
        ".map(e => e.tagName + '.' + e.className);"
        "return root.scrollWidth > root.clientWidth ? wide.concat('html') : wide")


def accessibility(driver):
    """What accessibility.js says of the page: rules, counted, found."""
    return driver.execute_script(CHECK)


def assert_accessible(driver, texts=5):
    """No rule is broken, and there was something to look at."""
    result = accessibility(driver)
    found, counted = result["found"], result["counted"]
    assert not found, f"{len(found)} found, the first: " + json.dumps(found[:10], indent=1)
    assert counted["texts"] >= texts and counted["names"] and counted["focused"], counted
