#!/usr/bin/python3
"""What the whole program does when the system, or a library, fails it: each call of
a function in turn fails, in each of the places of faultplaces.py and faultaudits.py.

    cmake --preset gcc-asan && cmake --build --preset gcc-asan
    faultmatrix.py --program build/gcc-asan/outfeed --sanitizer [--jobs N] [--markdown FILE]
                   [--places NAME;…] [--calls NAME,…] [--points N] [--slow-points N] [--every N]

A row of the table is a call, how it fails, and a place. A point is one call of the
run that fails, or from which on all fail ("+"). All of them are tried; with --every N,
each Nth; with --points N, at most N of a row, evenly spread, and so with --slow-points in
the places that wait for a watching program. Each point is one of

    failed clean  exit 1 and a line that says why; documents and history are as they were
    degraded      done, with a warning, a skipped item that is named, or a request refused
    unaffected    done as ever: the call was made again, or was not needed

and otherwise a crash, a leak (looked for whatever fails, with --sanitizer: a program by
gcc and its sanitizers, beside which malloc() can be made to fail as well), lost (a
document that is wrong, a check that is gone, a run after it that does not put all in
order), a hang, or unclear (without a word, or without the right one). Exit 1 when any
point was one of these.
"""
import argparse
import collections
import concurrent.futures
import os
import shlex
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import faults
import faultplaces
from faultaudits import Audit, FirstAudit, FullAudit, Reports
from faultplaces import (DEGRADED, FAILED, UNAFFECTED, WRONGS, Anew, Archive, Cold, Init, Library, Ping, Place,
                         Serve, ServeWatch, Watch, Wrong)

PLACES = {place.name: place for place in (
    Place, Anew, Cold, Archive, Ping, Watch, Library, Init, FirstAudit, Audit, FullAudit, Reports, Serve, ServeWatch)}
KINDS = [FAILED, DEGRADED, UNAFFECTED, *WRONGS]
LIBRARY_CODES = {
    "SQLITE_BUSY": 5, "SQLITE_NOMEM": 7, "SQLITE_READONLY": 8, "SQLITE_IOERR": 10, "SQLITE_CORRUPT": 11,
    "SQLITE_FULL": 13, "SQLITE_CANTOPEN": 14, "SQLITE_NOTADB": 26,
    "CURLE_OUT_OF_MEMORY": 27, "CURLE_UNKNOWN_OPTION": 48, "CURLM_OUT_OF_MEMORY": 3, "CURLM_INTERNAL_ERROR": 4,
    "CURLM_UNKNOWN_OPTION": 6, "CURLUE_OUT_OF_MEMORY": 7, "ARES_ENOMEM": 15, "ARES_ECONNREFUSED": 11,
    "Z_MEM_ERROR": -4, "Z_STREAM_ERROR": -2, "NULL": 12, "MHD_NO": 12,
}
SQLITE = ["SQLITE_IOERR", "SQLITE_FULL", "SQLITE_BUSY", "SQLITE_NOMEM", "SQLITE_CORRUPT"]
PLANS = {
    **faults.PLANS,
    "access": ["EACCES"], "realpath": ["ENOMEM", "EACCES"], "mmap": ["ENOMEM"], "memfd": ["EMFILE"],
    "chmod": ["EPERM"], "random": ["EINTR"],
    "socket": ["EMFILE", "ENOMEM", "+EMFILE"], "connect": ["ECONNREFUSED", "ENETUNREACH"],
    "bind": ["EADDRINUSE", "EACCES"], "listen": ["EADDRINUSE"], "accept": ["EMFILE", "ECONNABORTED"],
    "sockopt": ["ENOMEM"], "send": ["EPIPE", "ECONNRESET"], "recv": ["ECONNRESET", "EINTR"],
    "poll": ["EINTR", "ENOMEM"], "epoll_create": ["EMFILE"], "epoll_ctl": ["ENOMEM", "ENOSPC", "+ENOSPC"],
    "epoll_wait": ["EINTR"], "eventfd": ["EMFILE"], "inotify": ["EMFILE", "ENOSPC", "+ENOSPC"],
    "sqlite_open": ["SQLITE_CANTOPEN", "SQLITE_NOMEM"], "sqlite_prepare": SQLITE, "sqlite_bind": ["SQLITE_NOMEM"],
    "sqlite_step": [*SQLITE, "+SQLITE_FULL"], "sqlite_exec": [*SQLITE, "+SQLITE_FULL"],
    "curl_easy_init": ["NULL", "+NULL"], "curl_easy_setopt": ["CURLE_OUT_OF_MEMORY", "+CURLE_OUT_OF_MEMORY"],
    "curl_easy_getinfo": ["CURLE_UNKNOWN_OPTION"], "curl_multi_init": ["NULL"],
    "curl_multi_setopt": ["CURLM_UNKNOWN_OPTION"], "curl_multi_add": ["CURLM_OUT_OF_MEMORY", "+CURLM_OUT_OF_MEMORY"],
    "curl_multi_wait": ["CURLM_OUT_OF_MEMORY", "CURLM_INTERNAL_ERROR", "+CURLM_OUT_OF_MEMORY"],
    "curl_slist": ["NULL", "+NULL"], "curl_url": ["CURLUE_OUT_OF_MEMORY", "+CURLUE_OUT_OF_MEMORY"],
    "ares_init": ["ARES_ENOMEM"], "ares_ask": ["ARES_ENOMEM", "ARES_ECONNREFUSED"],
    "http_start": ["EMFILE"], "http_response": ["MHD_NO", "+MHD_NO"],
    "deflate": ["Z_MEM_ERROR", "Z_STREAM_ERROR"], "brotli": ["NULL", "+NULL"], "iconv": ["EINVAL", "ENOMEM"],
}


def number_of(act):
    word = act.lstrip("+")
    if word in LIBRARY_CODES:
        return "+" if act.startswith("+") else "", str(LIBRARY_CODES[word])
    return faults.number_of(act)


def count_calls(place):
    """How often each function is called when none fails, to either content of a site."""
    counts = collections.Counter()
    for _ in range(2):
        place.begin()
        place.lasting, place.act = False, ""
        done = place.run("none:0:0")
        faultplaces.check_end(done)
        place.judge(done, "none")
        for name, number in (line.split() for line in place.log.read_text().splitlines()):
            counts[name] = max(counts[name], int(number))
        place.recover()
    return counts


def try_one(place, call, act, number):
    """The kind of the run in which that call fails, and what is to be said of it."""
    lasting, word = number_of(act)
    place.begin()
    place.lasting, place.act = bool(lasting), act.lstrip("+")
    try:
        done = place.run(f"{call}:{number}{lasting}:{word}", 2 if call == "thread" else 1)
        faultplaces.check_end(done)
        kind = place.judge(done, call)
        fired = place.fired()
        place.recover()
        return (kind if fired else None), ""
    except subprocess.TimeoutExpired:
        place.make()
        return faultplaces.HANG, "it took too long"
    except faultplaces.NotJudged:
        place.make()
        return None, ""
    except Wrong as wrong:
        place.make()
        return wrong.kind, str(wrong)
    except (AssertionError, OSError, LookupError, ValueError, sqlite3.Error) as error:
        place.make()
        return faultplaces.UNCLEAR, repr(error)


def spread(total, most):
    """At most so many of the numbers from 1 to total, the first and the last of them too."""
    if total <= most:
        return list(range(1, total + 1))
    if most == 1:
        return [total]
    return sorted({1 + round(i * (total - 1) / (most - 1)) for i in range(most)})


def walk(place, call, act, total, options):
    """[(number, kind, words)] of one row."""
    found = []
    most = options.slow_points if place.slow else options.points
    for number in spread(total, min(most, -(-total // options.every))):
        kind, words = try_one(place, call, act, number)
        if kind is not None:
            found.append((number, kind, words))
    return found


class Table:
    def __init__(self):
        self.rows, self.total, self.wrongs = [], collections.Counter(), []

    def add(self, call, act, place, calls, found):
        counts = collections.Counter(kind for _, kind, _ in found)
        self.rows.append((call, act, place.name, calls, len(found), counts))
        self.total.update(counts)
        self.wrongs += [f"{call}:{number}:{act} ({place.name}) {kind}: {words.strip()}"
                        for number, kind, words in found if kind in WRONGS]
        print(f"{call:18}{act:22}{place.name:28}{calls:6}{len(found):6}"
              + "".join(f"{counts[kind]:>13}" for kind in KINDS), flush=True)

    def markdown(self):
        """A line for each call and place, whatever the ways that it fails."""
        merged = {}
        places = list(PLACES)
        for call, act, place, calls, points, counts in sorted(self.rows, key=lambda row: places.index(row[2])):
            acts, most, tried, total = merged.setdefault((call, place), ([], [0], [0], collections.Counter()))
            acts.append(act)
            most[0], tried[0] = max(most[0], calls), tried[0] + points
            total.update(counts)
        head = ["call", "place", "fails by", "calls", "points", *KINDS]
        lines = ["| " + " | ".join(head) + " |", "|---|---|---|" + "---:|" * (len(KINDS) + 2)]
        for (call, place), (acts, most, tried, total) in merged.items():
            cells = [call, place, ", ".join(acts), most[0], tried[0], *(total[kind] for kind in KINDS)]
            lines.append("| " + " | ".join(map(str, cells)) + " |")
        cells = ["**all**", "", "", "", sum(self.total.values()), *(self.total[kind] for kind in KINDS)]
        return "\n".join([*lines, "| " + " | ".join(map(str, cells)) + " |", ""])


def run_place(options, folder, library, table, name):
    (folder / name).mkdir()
    place = PLACES[name](folder / name, options.program, library)
    try:
        counts = count_calls(place)
        for call in options.calls:
            for act in PLANS[call] if counts.get(call) else []:
                table.add(call, act, place, counts[call], walk(place, call, act, counts[call], options))
                if options.markdown:
                    Path(options.markdown).write_text(heading() + table.markdown())
    finally:
        place.close()


def run(options, folder):
    library = faults.compile_shim(folder, options.sanitizer, "gcc", "SANITIZER_MALLOC")
    table = Table()
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for done in [pool.submit(run_place, options, folder, library, table, name) for name in options.places]:
            done.result()
    return table


def heading():
    """What the figures are of."""
    commit = subprocess.run(["git", "-C", faults.ROOT, "describe", "--always", "--dirty"],
                            capture_output=True, text=True, check=False).stdout.strip()
    words = [f"'{word}'" if " " in word else shlex.quote(word) for word in sys.argv[1:]]
    return (f"{time.strftime('%Y-%m-%d', time.gmtime())}, commit {commit or 'unknown'}:\n\n"
            f"    contrib/faultmatrix.py {' '.join(words)}\n\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--program", default=os.environ.get("OUTFEED", faults.ROOT / "build/release/outfeed"),
                        type=lambda path: Path(path).resolve())
    parser.add_argument("--places", default=list(PLACES), type=lambda text: text.split(";"))
    parser.add_argument("--calls", default=list(PLANS), type=lambda text: text.split(","))
    parser.add_argument("--points", type=int, default=10**9, help="of a row, at most")
    parser.add_argument("--slow-points", type=int, default=10**9, help="of a row of watching and serving, at most")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="one of so many calls")
    parser.add_argument("--jobs", type=int, default=1, help="places at the same time")
    parser.add_argument("--example", type=os.path.abspath, help="of the library (beside the program, else)")
    parser.add_argument("--sanitizer", action="store_true", help="the program is by gcc, with OUTFEED_SANITIZE")
    parser.add_argument("--markdown", help="write the table there, too")
    options = parser.parse_args()
    os.environ["OUTFEED_EXAMPLE"] = options.example or str(options.program.parent / "tests" / "example-site")
    if "library" in options.places and not os.access(os.environ["OUTFEED_EXAMPLE"], os.X_OK):
        parser.error("no example of the library beside the program: see --example")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    place = "/dev/shm" if os.path.isdir("/dev/shm") else None
    with tempfile.TemporaryDirectory(dir=place, prefix="outfeed-faults-") as folder:
        table = run(options, Path(folder))
    print(f"{'all':80}" + "".join(f"{table.total[kind]:>13}" for kind in KINDS))
    for line in table.wrongs:
        print(line)
    sys.exit(1 if table.wrongs else 0)


if __name__ == "__main__":
    main()
