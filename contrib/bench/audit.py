#!/usr/bin/python3
"""Measures `outfeed audit` beside curl and linkinator, over pages that nginx serves.

One nginx on loopback is 50 hosts (127.0.0.1 to 127.0.0.50); politeness is off
for all. outfeed's command reads items, lists links, fetches pages and reads them,
writes history and reports; its history is new each time. The rate is that of the
checks (pages fetched, read, judged, and kept in the history), as its summary
gives the time of it; the table has the whole command's time beside it.
With --memory the pages are not served at all: a million links, fetched from a
host that answers all alike, for the peak memory.
"""
import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import time

import peers
from bench import built, mib, print_table
from measure import Case, Failed, empty, in_turn

HOSTS = 50
CURL_AT_ONCE = 64
CURL_TO_OUTFEED = 0.7
LINKINATOR_TO_OUTFEED = 12
MIB = 1 << 20
PEAK_BYTES, PEAK_BYTES_A_LINK = 100 * MIB, 150

WORDS = ("survey of open hospitals finds that records travel faster when nurses write "
         "them and slower when nobody asks what a discharge letter is for").split()

NGINX = """\
worker_processes auto; daemon off; pid {work}/nginx.pid; error_log {work}/error.log;
events {{ worker_connections 4096; }}
http {{
  access_log off; default_type text/html; keepalive_requests 1000000; open_file_cache max=20000;
  client_body_temp_path {work}/t1; proxy_temp_path {work}/t2; fastcgi_temp_path {work}/t3;
  uwsgi_temp_path {work}/t4; scgi_temp_path {work}/t5;
  server {{ {listen} root {work}/www; {extra} }}
}}
"""

SITE = """\
site: {{title: Bench, url: "https://bench.example/"}}
audit:
  allow_addresses: [127.0.0.0/8]
  delay: 0
  per_host: {per_host}
  concurrency: 64
  robots: ignore
"""


def title(number):
    return " ".join(WORDS[(number * 7 + i * (1 + number % 5)) % len(WORDS)] for i in range(8)).capitalize()


def url(options, number):
    return f"http://127.0.0.{number % HOSTS + 1}:{options.port}/{number % 97}/p{number}.html"


def page(number):
    text = " ".join(WORDS[(number + i * i) % len(WORDS)] for i in range(600))
    return (f"<!DOCTYPE html><html lang=en><head><meta charset=utf-8><title>{title(number)}</title>"
            f'<meta name=description content="{title(number + 1)}">'
            f'<meta property="og:title" content="{title(number)}">'
            f'<link rel=canonical href="/{number}"></head><body><h1>{title(number)}</h1>'
            f"<p>{text}</p></body></html>\n")


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


class Served:
    """nginx over the work folder; extra is of its server block."""

    def __init__(self, options, extra=""):
        listen = " ".join(f"listen 127.0.0.{n + 1}:{options.port};" for n in range(HOSTS))
        self.conf = os.path.join(options.work, "nginx.conf")
        write(self.conf, NGINX.format(work=options.work, listen=listen, extra=extra))

    def __enter__(self):
        self.process = subprocess.Popen(["nginx", "-c", self.conf], stderr=subprocess.PIPE)
        time.sleep(0.5)
        if self.process.poll() is not None:
            raise Failed(self.process.stderr.read().decode())
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


def make(options, pages=True):
    """A site with a link an item, and the pages."""
    site = os.path.join(options.work, f"site-{options.links}")
    www = os.path.join(options.work, "www")
    if not os.path.exists(os.path.join(site, "made")):
        empty(site)
        for number in range(options.links):
            write(os.path.join(site, "content", str(number % 97), f"p{number}.md"),
                  f"---\ntitle: {title(number)}\ndate: 2025-01-{number % 28 + 1:02}\n"
                  f"link: {url(options, number)}\ndescription: {title(number + 1)}\n---\nText.\n")
        write(os.path.join(site, "made"), "")
    write(os.path.join(site, "outfeed.yaml"), SITE.format(per_host=64))
    write(os.path.join(options.work, "curl.conf"), "".join(
        f'url = "{url(options, n)}"\noutput = /dev/null\n' for n in range(options.links)))
    os.makedirs(www, exist_ok=True)
    if pages:
        for number in range(options.links):
            write(os.path.join(www, str(number % 97), f"p{number}.html"), page(number))
        write(os.path.join(www, "list.html"), "<title>List</title>" + "".join(
            f'<a href="{url(options, n)}">{n}</a>\n' for n in range(options.links)))
    return site


def audit(options, site, name="outfeed audit"):
    def anew():
        for entry in (".outfeed", "public"):
            shutil.rmtree(os.path.join(site, entry), ignore_errors=True)
    summary = os.path.join(options.work, "summary.json")
    checking = []

    def note():
        with open(summary, encoding="utf-8") as file:
            said = json.load(file)
        if said["checked"] != options.links or said["verdicts"]["suspect"]:
            raise Failed(f"{site}: {said}")
        checking.append(said["seconds_of"]["checking"])
    case = Case(name, ["sh", "-c", '"$0" audit -q --json "$1" >"$2"', options.outfeed, site, summary],
                before=anew, after=note)
    case.checking = checking
    return case


def curl(options):
    return Case("curl -Z", ["curl", "-sS", "-Z", "--parallel-max", str(CURL_AT_ONCE),
                            "-K", os.path.join(options.work, "curl.conf")])


def linkinator(options):
    """npm's, installed into the work folder; None where it cannot be had."""
    folder = os.path.join(options.work, "node")
    program = os.path.join(folder, "node_modules", ".bin", "linkinator")
    if not os.path.exists(program):
        os.makedirs(folder, exist_ok=True)
        if not shutil.which("npm") or subprocess.run(
                ["npm", "install", "--silent", "--no-fund", "--prefix", folder, "linkinator"],
                capture_output=True).returncode != 0:
            return None
    return Case("linkinator", [program, f"http://127.0.0.1:{options.port}/list.html",
                               "--silent", "--concurrency", "64", "--timeout", "0"],
                runs=options.peer_runs)


def rate(options):
    with Served(options):
        site = make(options)
        cases = [audit(options, site), curl(options), linkinator(options)]
        if cases[2] is None:
            cases.pop()
        in_turn(cases, options.runs, options.log)
    for case in cases:
        options.times.append((f"{options.links:,} links", case, cases[1]))
    checks = Case("outfeed audit, the checks alone", [], seconds=cases[0].checking, peaks=cases[0].peaks)
    options.times.insert(1, (f"{options.links:,} links", checks, cases[1]))
    ours, theirs = checks.median, cases[1].median
    options.limits.append(("rate of outfeed / rate of curl", f"{theirs / ours:.2f}",
                           f"at least {CURL_TO_OUTFEED}",
                           "met" if theirs / ours >= CURL_TO_OUTFEED else "missed"))
    if len(cases) > 2:
        ratio = cases[2].median / ours
        options.limits.append(("rate of outfeed / rate of linkinator", f"{ratio:.1f}",
                               f"at least {LINKINATOR_TO_OUTFEED}",
                               "met" if ratio >= LINKINATOR_TO_OUTFEED else "missed"))


def memory(options):
    with Served(options, "location / { return 200 '<title>A page</title>'; }"):
        site = make(options, pages=False)
        case = audit(options, site, "outfeed audit, memory")
        in_turn([case], 1, options.log)
    most = PEAK_BYTES + PEAK_BYTES_A_LINK * options.links
    options.times.append((f"{options.links:,} links", case, case))
    options.limits.append((f"peak memory, {options.links:,} links", mib(case.peak),
                           f"at most {mib(most)}", "met" if case.peak <= most else "missed"))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--links", type=int, default=10000, metavar="N")
    parser.add_argument("--memory", action="store_true", help="peak memory alone (use --links 1000000)")
    parser.add_argument("--runs", type=int, default=5, metavar="N")
    parser.add_argument("--peer-runs", type=int, default=3, metavar="N", help="of linkinator")
    parser.add_argument("--port", type=int, default=8811)
    parser.add_argument("--work", default=os.path.join(os.path.dirname(os.path.dirname(peers.HERE)),
                                                       "build", "bench-audit"), metavar="DIR")
    options = parser.parse_args()
    options.work = os.path.abspath(options.work)
    options.load = os.getloadavg()[0]
    options.times, options.limits = [], []
    try:
        options.outfeed = os.path.abspath(os.environ.get("OUTFEED") or built())
        os.makedirs(options.work, exist_ok=True)
        options.log = os.path.join(options.work, "stderr.log")
        (memory if options.memory else rate)(options)
    except (Failed, OSError) as error:
        sys.exit(f"audit.py: {error}")
    print(f"- load when it began: {options.load:.2f}")
    print_table(("what", "command", "median", "least to most", "runs", "ratio", "peak"),
                [(what, case.name, f"{case.median:.3f} s",
                  f"{min(case.seconds):.3f} to {max(case.seconds):.3f}", len(case.seconds),
                  f"{case.median / base.median:.2f}", mib(case.peak))
                 for what, case, base in options.times])
    print_table(("limit", "measured", "wanted", "verdict"), options.limits)


if __name__ == "__main__":
    main()
