#!/usr/bin/python3
"""Workers that share one PostgreSQL, each in a network namespace of its own, killed at random.

    workers.py [--program build/release/outfeed] [--workers 4] [--hosts 200] [--links 60]
               [--kills 50] [--freezes 5] [--delay 0.5] [--lease 5] [--seed S] [--short]
    workers.py --throughput [--program ...]

Hosts are addresses of a namespace of their own, behind nginx, which writes down every request.
While the workers go on, one after the other is killed (SIGKILL) and started again, and some are
frozen for longer than their leases and woken. By nginx's log and the database, then:

    - no two requests of one host came closer than its delay;
    - every link is checked; no check is written twice;
    - a link was asked for again only where the lease of its host was cut meanwhile, and no more
      of them than a worker may have seen and not written yet.

With --throughput nobody is killed, politeness is off, a page takes a second or so, and a
worker has 32 transfers at a time: what 1, 2 and 4 workers do in a second, as ratios.

Prints its figures, and exits 1 when that was not so; 2 where namespaces cannot be made (it takes
root, and a kernel that has them).
"""
import argparse
import collections
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "net")]
import postgres  # noqa: E402
from faulty import Names  # noqa: E402
from web_server import WebServer  # noqa: E402

TOLERANCE = 0.02   # s, of what nginx writes down
UNWRITTEN = 2.0    # s: what a worker has seen and not written yet, at the most
SERVERS = """\
	server {
		listen *:PORT;
		root FOLDER/files;
		location / { return 200 "<title>Page</title>"; }
		location /slow/ { limit_rate 4k; try_files /page.html =404; }
		location /robots.txt { return 404; }
	}
"""


def ip(*arguments, check=True):
    return subprocess.run(["ip", *map(str, arguments)], check=check, capture_output=True, text=True)


def enter_namespace():
    """Runs this program again, in a namespace of its own."""
    name = f"outfeed-hub-{os.getpid()}"
    made = ip("netns", "add", name, check=False)
    if made.returncode != 0:
        print(f"workers.py: no network namespace can be made here: {made.stderr.strip()}", file=sys.stderr)
        sys.exit(2)
    inside = subprocess.Popen(["ip", "netns", "exec", name, sys.executable, *sys.argv],
                              env={**os.environ, "OUTFEED_HUB": name})
    # whoever ends this has all taken down within, where the other namespaces are seen
    signal.signal(signal.SIGTERM, lambda *_: inside.send_signal(signal.SIGTERM))
    try:
        return inside.wait()
    finally:
        ip("netns", "del", name, check=False)


class Network:
    """This namespace, with the hosts' addresses, and one for each worker, joined to it."""

    def __init__(self, workers, hosts):
        self.hub = os.environ["OUTFEED_HUB"]
        self.names = [f"{self.hub}-{i}" for i in range(workers)]
        self.addresses = [f"10.91.{i // 200}.{i % 200 + 1}" for i in range(hosts + workers)]

    def __enter__(self):
        ip("link", "set", "lo", "up")
        for address in self.addresses:
            ip("addr", "add", f"{address}/32", "dev", "lo")
        for i, name in enumerate(self.names):
            ip("netns", "add", name)
            ip("link", "add", f"hub{i}", "type", "veth", "peer", "name", "eth0", "netns", name)
            ip("addr", "add", f"10.90.{i}.1/24", "dev", f"hub{i}")
            ip("link", "set", f"hub{i}", "up")
            for arguments in (("addr", "add", f"10.90.{i}.2/24", "dev", "eth0"),
                              ("link", "set", "eth0", "up"), ("link", "set", "lo", "up"),
                              ("route", "add", "default", "via", f"10.90.{i}.1")):
                ip("-n", name, *arguments)
        return self

    def __exit__(self, *_):
        for i, name in enumerate(self.names):
            ip("link", "del", f"hub{i}", check=False)
            ip("netns", "del", name, check=False)
        ip("addr", "flush", "dev", "lo")
        ip("addr", "add", "127.0.0.1/8", "dev", "lo")


class Database(postgres.Server):
    """As the tests' own, and for the workers' namespaces."""

    def __init__(self):
        super().__init__(settings="listen_addresses = '*'\n")

    def start(self):
        with open(os.path.join(self.data, "pg_hba.conf"), "a", encoding="ascii") as file:
            file.write("host all all 10.90.0.0/16 scram-sha-256\n")
        super().start()

    def url_for(self, worker, lease):
        return (self.url.replace("127.0.0.1", f"10.90.{worker}.1")
                + f"?options=-c%20outfeed.lease%3D{int(lease * 1000)}ms")


class NamesOf(Names):
    """The name server on every address, since each namespace has another one."""

    def __init__(self, names):
        super().__init__(names)
        self.server.server.server_close()
        import dnslib.server
        self.server = dnslib.server.DNSServer(
            self, address="0.0.0.0", port=5353, logger=dnslib.server.DNSLogger("-request,-reply"))


class Worker:
    """One place of a worker: its site's folder, and the process that is there now."""

    def __init__(self, run, number):
        self.run, self.number, self.process = run, number, None
        self.folder = run.folder / f"worker{number}"
        self.folder.mkdir()
        self.ended, self.refused, self.frozen_until = False, 0, 0.0
        (self.folder / "outfeed.yaml").write_text(run.config(number))

    def start(self):
        self.err = tempfile.TemporaryFile("w+")
        self.out = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            ["ip", "netns", "exec", self.run.network.names[self.number], self.run.options.program,
             "audit", "--worker", "--json", "--quiet"],
            cwd=self.folder, stdout=self.out, stderr=self.err)

    def held(self):
        """Domains whose leases it holds; a worker's name ends in its process."""
        return self.run.database.sql(
            "SELECT name FROM domain WHERE leased_until IS NOT NULL"
            f" AND worker LIKE '%/{self.process.pid}'")

    def kill(self):
        held = self.held()
        self.process.kill()
        self.process.wait()
        self.run.cut(held)
        self.start()

    def freeze(self, seconds):
        self.run.cut(self.held())
        self.process.send_signal(signal.SIGSTOP)
        self.frozen_until = time.monotonic() + seconds

    def is_frozen(self):
        return self.frozen_until > 0

    def look(self):
        """Wakes it when its time has come; notes its end."""
        if self.is_frozen() and time.monotonic() > self.frozen_until:
            self.process.send_signal(signal.SIGCONT)
            self.frozen_until = 0.0
        if self.ended or self.process.poll() is None:
            return
        self.ended = True
        self.out.seek(0)
        self.err.seek(0)
        text = self.out.read()
        if self.process.returncode != 0:
            raise RuntimeError(f"worker {self.number} ended with {self.process.returncode}: "
                               f"{text}{self.err.read()}")
        self.refused += json.loads(text)["refused"]


class Run:
    def __init__(self, options, network, folder):
        self.options, self.network, self.folder = options, network, folder
        self.cuts = collections.defaultdict(list)  # domain -> when a lease of it was cut
        self.n_cuts = 0

    def hosts(self):
        return [f"www.h{i}.example" for i in range(self.options.hosts)]

    def controls(self):
        return [f"control{i}.example" for i in range(self.options.workers)]

    def config(self, number):
        return (f"site: {{title: T, url: 'https://example.org/'}}\ncontent: [content]\naudit:\n"
                f"  store: '{self.database.url_for(number, self.options.lease)}'\n"
                f"  delay: {int(self.options.delay * 1000)}ms\n"
                f"  allow_addresses: [10.91.0.0/16]\n  nameservers: ['10.90.{number}.1:5353']\n"
                f"  controls: ['http://control{number}.example:{self.web.port}/']\n  retries: 0\n"
                + ("  concurrency: 32\n  robots: ignore\n" if self.options.throughput else ""))

    def cut(self, domains):
        now = time.time()
        self.n_cuts += len(domains)
        for domain in domains:
            self.cuts[domain].append(now)

    def plan(self):
        site = self.folder / "site"
        (site / "content").mkdir(parents=True)
        (site / "outfeed.yaml").write_text(self.config(0))
        for host in self.hosts():
            path = "slow" if self.options.throughput else "page"
            links = "".join(f"- [a](http://{host}:{self.web.port}/{path}/{i})\n" for i in range(self.options.links))
            (site / "content" / f"{host}.md").write_text(f"---\ntitle: {host}\ndate: 2026-01-01\n---\n{links}")
        subprocess.run(["ip", "netns", "exec", self.network.names[0], self.options.program, "audit",
                        "--plan", "--quiet"], cwd=site, check=True)

    def disturb(self, workers, dice):
        """Kills and freezes, spread over the work by how much of it is done."""
        links = self.options.hosts * self.options.links
        what = ["kill"] * self.options.kills + ["freeze"] * self.options.freezes
        dice.shuffle(what)
        moments = sorted(dice.uniform(0.02, 0.9) for _ in what)
        log, seen, done = open(self.web.folder / "access.log", encoding="utf-8"), 0, collections.Counter()
        end = time.monotonic() + self.options.patience
        while not all(worker.ended for worker in workers):
            if time.monotonic() > end:
                raise RuntimeError(f"the work did not end in {self.options.patience} s")
            time.sleep(0.05)
            seen += sum("/page/" in line for line in log)
            for worker in workers:
                worker.look()
            free = [worker for worker in workers if not worker.ended and not worker.is_frozen()]
            if what and seen >= moments[0] * links and free:
                worker = dice.choice(free)
                moments.pop(0)
                done[how := what.pop(0)] += 1
                if how == "kill":
                    worker.kill()
                else:
                    worker.freeze(self.options.lease * 2)
        log.close()
        return done

    def go(self):
        options = self.options
        names = {name: [address] for name, address in
                 zip(self.hosts() + self.controls(), self.network.addresses)}
        (self.folder / "web" / "files").mkdir(parents=True)
        (self.folder / "web" / "files" / "page.html").write_text("<title>Page</title>" + "sparrow " * 600)
        with Database() as self.database, NamesOf(names), \
                WebServer(self.folder / "web", SERVERS) as self.web:
            self.plan()
            workers = [Worker(self, number) for number in range(options.workers)]
            began = time.monotonic()
            try:
                for worker in workers:
                    worker.start()
                done = self.disturb(workers, random.Random(options.seed))
            finally:
                for worker in workers:
                    if worker.process is not None and worker.process.poll() is None:
                        worker.process.send_signal(signal.SIGCONT)
                        worker.process.kill()
                        worker.process.wait()
            seconds = time.monotonic() - began
            if options.throughput:
                checked, = self.database.sql("SELECT count(*) FROM check_")
                return int(checked) / seconds
            return self.judge(self.web.requests(), done, sum(worker.refused for worker in workers), seconds)

    # ---- What the log and the database say ----

    def distances(self, requests):
        """Of two requests of one host, one after the other."""
        by_host = collections.defaultdict(list)
        for request in requests:
            by_host[request.host].append(request.begin)
        return [b - a for times in map(sorted, by_host.values()) for a, b in zip(times, times[1:])]

    def again(self, requests):
        """Requests of links that had been asked for; those of them that no cut explains; the most
        that a cut of one lease cost."""
        asked = collections.defaultdict(list)
        for request in requests:
            if request.path.startswith("/page/"):
                asked[request.host, request.path].append(request.begin)
        extra, unexplained, by_cut = 0, [], collections.Counter()
        for (host, path), times in asked.items():
            domain = host.removeprefix("www.")
            for before, after in zip(sorted(times), sorted(times)[1:]):
                extra += 1
                cuts = [cut for cut in self.cuts[domain] if before - TOLERANCE <= cut <= after]
                if cuts:
                    by_cut[domain, cuts[0]] += 1
                else:
                    unexplained.append((host, path, before, after))
        return extra, unexplained, max(by_cut.values(), default=0)

    def judge(self, requests, done, refused, seconds):
        options = self.options
        links = options.hosts * options.links
        rows = [int(row) for row in self.database.sql(
            "SELECT count(c.number) FROM link l LEFT JOIN check_ c ON c.link = l.number"
            " WHERE l.kinds <> 0 GROUP BY l.number")]
        distances = self.distances(requests)
        extra, unexplained, most = self.again(requests)
        allowed = int(UNWRITTEN / options.delay) + 2
        figures = {
            "seed": options.seed, "workers": options.workers, "hosts": options.hosts, "links": links,
            "kills": done["kill"], "freezes": done["freeze"], "leases_cut": self.n_cuts,
            "requests": len(requests), "seconds": round(seconds, 1),
            "least_distance_ms": round(min(distances) * 1000), "delay_ms": int(options.delay * 1000),
            "links_checked": sum(count > 0 for count in rows), "links_lost": links - len(rows) + rows.count(0),
            "checked_twice": sum(count > 1 for count in rows), "asked_again": extra,
            "asked_again_without_a_cut": len(unexplained), "most_by_one_cut": most,
            "checks_refused": refused, "leases_left": len(self.database.sql(
                "SELECT 1 FROM domain WHERE leased_until > now()")),
        }
        for name, figure in figures.items():
            print(f"{name:26} {figure}")
        wrong = [what for what, holds in (
            ("two requests of a host came too close", min(distances) >= options.delay - TOLERANCE),
            ("links were lost", figures["links_lost"] == 0),
            ("checks were written twice", figures["checked_twice"] == 0),
            ("links were asked for again without need", not unexplained),
            (f"a cut cost more than {allowed} requests", most <= allowed),
            ("the work was over before all kills", done["kill"] == options.kills),
            ("leases were left", figures["leases_left"] == 0)) if not holds]
        for what in wrong:
            print(f"workers.py: {what} (seed {options.seed})", file=sys.stderr)
        for row in unexplained[:10]:
            print("  ", *row, file=sys.stderr)
        return 1 if wrong else 0


def measure(options):
    """Checks a second of 1, 2 and 4 workers."""
    options.kills = options.freezes = 0
    options.delay, options.lease, options.hosts, options.links = 0, 120, 800, 2
    rates = {}
    for options.workers in (1, 2, 4):
        folder = Path(tempfile.mkdtemp(prefix="outfeed-workers-"))
        try:
            with Network(options.workers, options.hosts) as network:
                rates[options.workers] = Run(options, network, folder).go()
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        print(f"{options.workers} workers: {rates[options.workers]:.0f} checks/s, "
              f"{rates[options.workers] / rates[1]:.2f} of one's")
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=os.environ.get("OUTFEED", ROOT / "build/release/outfeed"))
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--hosts", type=int, default=200)
    parser.add_argument("--links", type=int, default=60, help="of each host")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--freezes", type=int, default=5)
    parser.add_argument("--delay", type=float, default=0.5, help="seconds")
    parser.add_argument("--lease", type=float, default=5, help="seconds")
    parser.add_argument("--patience", type=float, default=1800, help="seconds")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--short", action="store_true", help="24 hosts, 10 links of each, 6 kills: half a minute")
    parser.add_argument("--throughput", action="store_true", help="of 1, 2 and 4 workers, as ratios")
    options = parser.parse_args()
    options.program = Path(options.program).resolve()
    if options.short:
        options.hosts, options.links, options.kills, options.freezes = 24, 10, 6, 1
        options.lease, options.patience = 2, 120
    if "OUTFEED_HUB" not in os.environ:
        if f"{options.seed}" not in sys.argv:
            sys.argv += ["--seed", str(options.seed)]
        return enter_namespace()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    if options.throughput:
        return measure(options)
    folder = Path(tempfile.mkdtemp(prefix="outfeed-workers-"))
    try:
        with Network(options.workers, options.hosts) as network:
            return Run(options, network, folder).go()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
