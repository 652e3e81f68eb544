#!/usr/bin/python3
"""Measures `outfeed serve` beside nginx with contrib/nginx, by wrk, over the same folder.

In turn (A B A B ...), with as many threads as workers; prints medians and ratios in Markdown.
"""
import argparse
import gzip
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "net"))
from web_server import outfeed_conf  # noqa: E402

FEED = "/all/atom.xml"
NGINX = """\
{user}
daemon off;
worker_processes {jobs};
pid {work}/pid;
error_log {work}/error.log;
events {{ worker_connections 4096; }}
http {{ access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000; {conf} }}
"""


class Failed(Exception):
    pass


def fetch(url, **headers):
    request = urllib.request.Request(url, headers={k.replace("_", "-"): v for k, v in headers.items()})
    with urllib.request.urlopen(request, timeout=10) as answer:
        answer.read()
        return answer


def make(options):
    """The sample site's feeds, with copies where the build made none."""
    subprocess.run([options.outfeed, "build", "-q", "-o", os.path.join(options.work, "public"),
                    os.path.join(ROOT, "feeds", "medigy")], check=True, stderr=subprocess.DEVNULL)
    feed = os.path.join(options.work, "public") + FEED
    if not os.path.exists(feed + ".gz"):
        with open(feed, "rb") as file, open(feed + ".gz", "wb") as copy:
            copy.write(gzip.compress(file.read(), 9))
        shutil.copystat(feed, feed + ".gz")
    return os.path.join(options.work, "public")


class Server:
    """A process, and the address that it answers at."""

    def __init__(self, name, command, url):
        self.name, self.url = name, url
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        self.rates = {}

    def wait(self):
        until = time.monotonic() + 10
        while True:
            try:
                self.tag = fetch(self.url).headers["ETag"]
                return
            except OSError as error:
                if self.process.poll() is not None or time.monotonic() > until:
                    raise Failed(f"{self.name} does not answer: {error}") from error
                time.sleep(0.05)

    def end(self):
        self.process.terminate()
        self.process.wait()


def free_port(address):
    with socket.socket() as free:
        free.bind((address, 0))
        return free.getsockname()[1]


def start(options, public):
    port = free_port("127.0.0.1")
    ours = Server("outfeed serve", [options.outfeed, "serve", "-q", "-p", str(port), "-j", str(options.jobs),
                                    "-o", public, os.path.join(ROOT, "feeds", "medigy")],
                  f"http://127.0.0.1:{port}{FEED}")
    port = free_port("127.0.0.2")
    conf = os.path.join(options.work, "nginx.conf")
    with open(conf, "w", encoding="utf-8") as file:
        file.write(NGINX.format(work=options.work, jobs=options.jobs,
                                user="user root;" if os.getuid() == 0 else "",
                                conf=outfeed_conf(public).replace("PORT", str(port))))
    nginx = Server("nginx", ["nginx", "-p", options.work, "-e", os.path.join(options.work, "error.log"),
                             "-c", conf], f"http://127.0.0.2:{port}{FEED}")
    return ours, nginx


def wrk(options, server, *headers):
    command = ["wrk", "-t1", f"-c{options.connections}", f"-d{options.seconds}s"]
    for header in headers:
        command += ["-H", header]
    out = subprocess.run([*command, server.url], check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in out or "Socket errors" in out:
        raise Failed(f"{server.name}: {out}")
    return float(re.search(r"Requests/sec:\s*([\d.]+)", out).group(1))


def cases():
    """What is asked for, and with which headers."""
    return {"304 to If-None-Match": lambda server: [f"If-None-Match: {server.tag}"],
            "200, gzip copy": lambda server: ["Accept-Encoding: gzip"],
            "200, as it is": lambda server: []}


def check(server):
    """That what is measured is what is meant."""
    if fetch(server.url, Accept_Encoding="gzip").headers["Content-Encoding"] != "gzip":
        raise Failed(f"{server.name} sends no copy")
    try:
        fetch(server.url, If_None_Match=server.tag)
    except urllib.error.HTTPError as error:
        if error.code == 304:
            return
    raise Failed(f"{server.name} gives no 304")


def report(options, servers):
    ours, nginx = servers
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        model = next((line.split(":", 1)[1].strip() for line in file if line.startswith("model name")), "?")
    print(f"{len(os.sched_getaffinity(0))} cores, {model}, Linux {os.uname().release}; load when it began "
          f"{options.load:.2f}; {options.jobs} threads or workers, {options.connections} connections, "
          f"{options.runs} runs of {options.seconds} s each\n")
    print("| what | outfeed serve, a second | nginx, a second | outfeed / nginx |\n| --- | --- | --- | --- |")
    for name in ours.rates:
        a, b = (statistics.median(server.rates[name]) for server in (ours, nginx))
        spread = [f"{min(s.rates[name]):,.0f} to {max(s.rates[name]):,.0f}" for s in (ours, nginx)]
        print(f"| {name} | {a:,.0f} ({spread[0]}) | {b:,.0f} ({spread[1]}) | {a / b:.2f} |")


def measure(options):
    servers = start(options, make(options))
    try:
        for server in servers:
            server.wait()
            check(server)
        for number in range(options.runs):
            for name, headers in cases().items():
                for server in servers if number % 2 else servers[::-1]:
                    rate = wrk(options, server, *headers(server))
                    server.rates.setdefault(name, []).append(rate)
                    print(f"{name}, {server.name}: {rate:,.0f} ({number + 1} of {options.runs})",
                          file=sys.stderr, flush=True)
        report(options, servers)
    finally:
        for server in servers:
            server.end()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0],
                                     epilog="OUTFEED names the program; else it is build/release/outfeed.")
    parser.add_argument("--runs", type=int, default=5, metavar="N", help="of each (5)")
    parser.add_argument("--seconds", type=int, default=5, metavar="N", help="of a run (5)")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="threads or workers (2)")
    parser.add_argument("--connections", type=int, default=32, metavar="N", help="of wrk (32)")
    options = parser.parse_args()
    options.outfeed = os.path.abspath(os.environ.get("OUTFEED")
                                      or os.path.join(ROOT, "build", "release", "outfeed"))
    options.load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as options.work:
        os.chmod(options.work, 0o755)
        try:
            measure(options)
        except (Failed, OSError, subprocess.CalledProcessError) as error:
            sys.exit(f"serve.py: {error}")


if __name__ == "__main__":
    main()
