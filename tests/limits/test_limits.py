"""The worst input of each kind ends soon and small, in one diagnostic or a valid result.

The ceilings are of the release build; contrib/limits.py holds it to them and prints the
table. Here an unoptimised build may take more time, and one with sanitizers, which has a
memory and a time of its own, is asked for what comes of the input alone.
"""
import importlib
import os

import measured
import pytest

MODULES = ["worst_yaml", "worst_markdown", "worst_html", "worst_images", "worst_config",
           "worst_tree", "worst_pages", "worst_databases"]
CASES = [case for module in MODULES for case in importlib.import_module(module).CASES]
SLACK = 6                       # of an unoptimised build, in time


@pytest.fixture(scope="module")
def idle():
    return measured.idle(os.environ["OUTFEED"])


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_worst(case, site, idle):
    _, run = measured.take(case, site, os.environ["OUTFEED"], os.environ["OUTFEED_PAGE_PROBE"])
    came = measured.outcome(case, site, run)
    measured.remove(site.folder)
    assert " " not in came, came
    if "sanitize" in os.environ.get("OUTFEED_CFLAGS", ""):
        return
    assert run.seconds <= case.seconds * SLACK
    assert run.peak - idle <= case.mib * measured.MIB


def test_names_differ():
    assert len({case.id for case in CASES}) == len(CASES) >= 250


def test_the_judge_sees_a_flood(site):
    """A case that passes whatever happens would prove nothing."""
    case = CASES[0]
    run = measured.Run(0, 0.0, 0, "content/worst.md:1:1: warning: a\n" * 21)
    assert " " in measured.outcome(case, site, run)
    assert " " in measured.outcome(case, site, measured.Run(-9, 0.0, 0, ""))
    assert " " in measured.outcome(case, site, measured.Run(0, 0.0, 0, "libxml2: oops\n"))
