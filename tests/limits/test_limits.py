"""The worst input of each kind ends soon and small, in one diagnostic or a valid result.

The ceilings are of the release build; contrib/limits.py holds it to them and prints the
table. Here memory is held to them as well, strictly. Time is that of the CPU, which waiting
for another process does not add to, and of the best of three runs where the first is over;
an unoptimised build may take UNOPTIMISED times as much: the slowest takes 2.2 times what the
release does. A build with sanitizers, whose memory and time are its own, is asked for what
comes of the input alone, by one case of each SANITIZED_STRIDE.
"""
import importlib
import os

import measured
import pytest

MODULES = ["worst_yaml", "worst_markdown", "worst_html", "worst_images", "worst_config",
           "worst_tree", "worst_pages", "worst_answers", "worst_init", "worst_collections",
           "worst_databases"]
ALL = [case for module in MODULES for case in importlib.import_module(module).CASES]
SANITIZED = "sanitize" in os.environ.get("OUTFEED_CFLAGS", "")
SANITIZED_STRIDE = 6
CASES = [case for case in ALL if not case.long][::SANITIZED_STRIDE if SANITIZED else 1]
UNOPTIMISED = 2.5
RUNS = 3


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_worst(case, site):
    programs = os.environ["OUTFEED"], os.environ["OUTFEED_PAGE_PROBE"]
    most = case.seconds * UNOPTIMISED
    _, run = measured.take(case, site, *programs)
    came = measured.outcome(case, site, run)
    seconds = [run.seconds]
    while min(seconds) > most and len(seconds) < RUNS and not SANITIZED:
        seconds.append(measured.again(case, site, *programs).seconds)
    measured.remove(site.folder)
    assert " " not in came, came
    if not SANITIZED:
        assert min(seconds) <= most
        assert run.peak - measured.idle(case, *programs) <= case.mib * measured.MIB


def test_names_differ():
    assert len({case.id for case in ALL}) == len(ALL) >= 400


def test_the_judge_sees_a_flood(site):
    """A case that passes whatever happens would prove nothing."""
    case = CASES[0]
    run = measured.Run(0, 0.0, 0, "content/worst.md:1:1: warning: a\n" * 21)
    assert " " in measured.outcome(case, site, run)
    assert " " in measured.outcome(case, site, measured.Run(-9, 0.0, 0, ""))
    assert " " in measured.outcome(case, site, measured.Run(0, 0.0, 0, "libxml2: oops\n"))
