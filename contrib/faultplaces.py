"""Places where calls are made to fail: each is a command over a site of its own.

A place goes through one point like this: prepare(), run(plan), judge(done), and
recover(), which is the next run, undisturbed. What judge() and recover() find
wrong is a Wrong of one of the kinds in WRONGS.
"""
import contextlib
import http.client
import http.server
import json
import os
import shutil
import signal
import subprocess
import threading
import time
import urllib.parse
from pathlib import Path

import faults

FAILED, DEGRADED, UNAFFECTED = "failed clean", "degraded", "unaffected"
WRONGS = CRASH, LEAK, LOST, HANG, UNCLEAR = "crash", "leak", "lost", "hang", "unclear"
HANG_SECONDS = 20
PATIENCE = 4.0                   # seconds that a watching program takes to see a change, at most
EARLY, LATE = 1_750_000_000, 1_760_000_000
SANITIZERS = {
    "ASAN_OPTIONS": "verify_asan_link_order=0:detect_leaks=1:exitcode=99:halt_on_error=1",
    "LSAN_OPTIONS": "exitcode=99",
    "UBSAN_OPTIONS": "halt_on_error=1:exitcode=99",
}


class Wrong(Exception):
    def __init__(self, kind, text):
        super().__init__(text)
        self.kind = kind


class Done:
    """How a run ended; of one that is ended by the test, by SIGTERM."""

    def __init__(self, returncode, stdout, stderr):
        self.returncode, self.stdout, self.stderr = returncode, stdout, stderr


def lines(done, word):
    return [line for line in done.stderr.splitlines() if f": {word}: " in line]


class NotJudged(Exception):
    """The sanitizer itself had no memory, and ended the run."""


def check_end(done):
    """What no run may do, whatever failed."""
    if "CHECK failed" in done.stderr and "pthread_getattr_np" in done.stderr:
        raise NotJudged
    if "ERROR: LeakSanitizer" in done.stderr and "ERROR: AddressSanitizer" not in done.stderr:
        raise Wrong(LEAK, done.stderr)
    if done.returncode < 0 or "Sanitizer" in done.stderr or "runtime error:" in done.stderr:
        raise Wrong(CRASH, f"exit {done.returncode}: {done.stderr[-2000:]}")


class Place(faults.World):
    """One that is judged as a build is."""
    name, scenario_name, words = "build, edited", "edit", "build --prune"
    CONFIG, slow = faults.CONFIG, False

    def __init__(self, folder, program, library):
        self.turn, self.variant, self.before, self.anew = 0, 0, {}, False
        super().__init__(Path(folder) / "site", program, library, self.scenario_name)

    def environment(self, plan):
        return {**super().environment(plan), **SANITIZERS}

    def begin(self):
        self.variant = self.prepare(self.turn)
        self.turn += 1
        self.before = faults.documents(self.output)

    def run(self, plan, jobs=1):
        return self.build(plan, jobs)

    def judge(self, done, function):
        if "state.db.corrupt" in done.stderr:
            return self.judge_anew(done)
        verdict = faults.judge(self, done, self.before, self.variant, function)
        if verdict.startswith("wrong"):
            unclear = any(word in verdict for word in ("errors:", "stderr:", "was left"))
            raise Wrong(UNCLEAR if unclear else LOST, verdict)
        return {"failed": FAILED, "right": UNAFFECTED}.get(verdict, DEGRADED)

    def judge_anew(self, done):
        """The state was damaged, or so it was said: all but its ids is to be had again."""
        self.anew = True
        self.check_anew(done)
        return DEGRADED

    def check_anew(self, done):
        found = faults.documents(self.output)
        if done.returncode != 0 or not self.expected[self.variant].keys() <= found.keys():
            raise Wrong(LOST, f"without a state: {done.stderr} {faults.unlike(found, self.expected[self.variant])}")
        if faults.broken_document(found) or faults.wrong_copy(found):
            raise Wrong(LOST, f"{faults.broken_document(found)}, {faults.wrong_copy(found)}")

    def recover(self):
        if self.anew:
            self.check_anew(self.build())
            self.anew = False
            self.heard_last()
            self.make()
            return
        wrong = faults.judge_next(self, self.variant)
        if wrong:
            raise Wrong(LOST, wrong)

    def heard_last(self):
        """Before all is made anew."""

    def close(self):
        pass


class Cold(Place):
    name, scenario_name, words = "build, cold", "cold", "build --prune, no state and no output"


class Anew(Place):
    name, scenario_name, words = "build, no state", "anew", "build --prune, output without state"


class Archive(Place):
    name, words = "build, archive", "build --prune, archive: month, export of ids"
    CONFIG = faults.CONFIG + "archive: month\n"


class Library(Place):
    name, words = "library", "contrib/examples/site.c: of_site_load, of_build_run"

    def build(self, plan=None, jobs=1):
        if not plan:
            return super().build(plan, jobs)
        return subprocess.run([os.environ["OUTFEED_EXAMPLE"], "."], cwd=self.site, env=self.environment(plan),
                              stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=HANG_SECONDS, errors="replace")

    def prepare(self, turn):
        """To the content of which nothing is gone: the example does not prune."""
        variant = super().prepare(1)
        super().prepare(1)
        self.item(9, title=f"Item 9, turn {turn}")
        return variant

    def judge(self, done, function):
        found = faults.documents(self.output)
        if faults.broken_document(found) or faults.wrong_copy(found):
            raise Wrong(LOST, f"{faults.broken_document(found)}, {faults.wrong_copy(found)}")
        if done.returncode == 1:
            if found != self.before and "summary" not in done.stderr:
                raise Wrong(LOST, f"exit 1, and changed are {faults.unlike(found, self.before)}: {done.stderr}")
            if not lines(done, "error"):
                raise Wrong(UNCLEAR, f"exit 1 without an error: {done.stderr}")
            return FAILED
        if done.returncode != 0:
            raise Wrong(UNCLEAR, f"exit {done.returncode}: {done.stderr}")
        titles = {entry["title"] for entry in json.loads(found["all/feed.json"])["items"]}
        if f"Item 9, turn {self.turn - 1}" not in titles and not lines(done, "error"):
            raise Wrong(LOST, f"the new title is nowhere: {done.stderr}")
        return DEGRADED if done.stderr else UNAFFECTED

    def recover(self):
        done = self.build()
        found = faults.documents(self.output)
        if done.returncode != 0 or done.stderr or faults.broken_document(found) or faults.wrong_copy(found):
            raise Wrong(LOST, f"the next run: {done.stderr}")
        shutil.rmtree(self.site.parent / "fresh", ignore_errors=True)
        shutil.copytree(self.site, self.site.parent / "fresh", ignore=shutil.ignore_patterns("public"))
        subprocess.run([self.program, *self.ARGUMENTS, "-q", "--full", self.site.parent / "fresh"], check=True)
        if faults.documents(self.site.parent / "fresh" / "public") != found:
            raise Wrong(LOST, "the next run: not what a full build makes")


class Init(Place):
    """outfeed.yaml as it was, or one that is whole; what it lacks is said."""
    name, words = "init", "init --yes --force, over an outfeed.yaml that is there"

    def make(self):
        super().make()
        self.old, self.expected_end = self.config().read_bytes(), None
        self.begin()
        self.expected_end = self.end_of(self.run(None))
        self.files = set(os.listdir(self.site))

    def config(self):
        return self.site / "outfeed.yaml"

    def end_of(self, done):
        return done.returncode, done.stdout, done.stderr, self.config().read_bytes()

    def begin(self):
        self.config().write_bytes(self.old)
        self.before = faults.documents(self.output)

    def run(self, plan, jobs=1):
        return subprocess.run([self.program, "init", "--yes", "--force", "."], cwd=self.site,
                              env=self.environment(plan), stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=HANG_SECONDS, errors="replace")

    def judge(self, done, function):
        if faults.documents(self.output) != self.before:
            raise Wrong(LOST, "the output has changed")
        end = self.end_of(done)
        if done.returncode == 1:
            if end[3] not in (self.old, self.expected_end[3]):
                raise Wrong(LOST, f"exit 1, and an outfeed.yaml that is neither: {done.stderr}")
            if len(lines(done, "error")) != 1:
                raise Wrong(UNCLEAR, f"exit 1 without an error: {done.stderr}")
            return FAILED
        if done.returncode != 0:
            raise Wrong(UNCLEAR, f"exit {done.returncode}: {done.stderr}")
        if end == self.expected_end:
            return UNAFFECTED
        if end[1:3] == self.expected_end[1:3]:
            raise Wrong(UNCLEAR, "another outfeed.yaml, and nothing is said")
        if self.build().returncode != 0:
            raise Wrong(LOST, f"an outfeed.yaml that builds nothing: {done.stdout} {done.stderr}")
        return DEGRADED

    def recover(self):
        self.begin()
        if self.end_of(self.run(None)) != self.expected_end:
            raise Wrong(LOST, "the next run: another outfeed.yaml")
        left = set(os.listdir(self.site)) - self.files
        if left:
            raise Wrong(LOST, f"the next run: {sorted(left)} beside it")


# ---- Hubs


class Hub(http.server.ThreadingHTTPServer):
    daemon_threads = True

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self.server.heard.update(urllib.parse.parse_qs(body)["hub.url"])
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass

    def __init__(self):
        super().__init__(("127.0.0.1", 0), self.Handler)
        self.heard = set()
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    def handle_error(self, *_):
        pass


class Ping(Place):
    """Each feed that changed is told, if not by this run, then by the next."""
    name, words = "build, ping", "build --prune --ping, one hub"
    ARGUMENTS = (*faults.World.ARGUMENTS, "--ping")

    def __init__(self, folder, program, library):
        self.hub = Hub()
        self.CONFIG = (faults.CONFIG + f"hubs: ['http://localhost:{self.hub.server_port}/']\naudit: "
                       "{allow_addresses: [127.0.0.0/8], connect_timeout: 1s, timeout: 2s}\n")
        super().__init__(folder, program, library)

    def begin(self):
        super().begin()
        self.hub.heard.clear()

    def recover(self):
        anew = self.anew
        super().recover()
        if not anew:
            self.heard_last()

    def heard_last(self):
        changed = {name for name, data in self.expected[self.variant].items()
                   if self.before.get(name) != data and name.endswith(("atom.xml", "rss.xml", "feed.json"))}
        missed = {name for name in changed if f"https://example.org/{urllib.parse.quote(name)}" not in self.hub.heard}
        if missed:
            raise Wrong(LOST, f"no hub was told of {sorted(missed)[:3]}")

    def close(self):
        self.hub.shutdown()
        self.hub.server_close()


# ---- Programs that go on until they are ended


class Process:
    """One in the background, whose output is gathered."""

    def __init__(self, command, env, cwd):
        self.process = subprocess.Popen(list(map(str, command)), cwd=cwd, env=env, text=True, errors="replace",
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.out, self.err = [], []
        self.readers = [threading.Thread(target=lines.extend, args=(stream,)) for stream, lines in
                        ((self.process.stdout, self.out), (self.process.stderr, self.err))]
        for reader in self.readers:
            reader.start()

    def wait(self, what, seconds=PATIENCE):
        """True once what() is, or False when the time or the process is over."""
        until = time.monotonic() + seconds
        while not what():
            if time.monotonic() > until or self.process.poll() is not None:
                return bool(what())
            time.sleep(0.01)
        return True

    def end(self):
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=HANG_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        finally:
            for reader in self.readers:
                reader.join()
            self.process.stdout.close()
            self.process.stderr.close()
        return Done(self.process.returncode, "".join(self.out), "".join(self.err))


class Watch(Place):
    """One build, a change, and another; a build that fails is mended by the change after it."""
    slow = True
    name, words = "build, watch", "build --prune --watch: a build, a change, a build"
    ENDS, lasting, act = (130,), False, ""

    def run(self, plan, jobs=1):
        self.healed = True
        process = self.launch(plan)
        try:
            self.rounds(process)
        finally:
            done = process.end()
        return done

    def launch(self, plan):
        return Process([self.program, *self.ARGUMENTS, "--watch", "-j1", "."], self.environment(plan), self.site)

    def rounds(self, process):
        process.wait(lambda: self.is_there() or process.err)
        self.variant = 1 - self.variant
        self.edit(self.variant)
        for _ in range(4):
            told = len(process.err)
            if process.wait(lambda: self.is_there() or len(process.err) > told):
                if self.is_there():
                    return
            if process.process.poll() is not None:
                return
            time.sleep(0.1)
            self.edit(self.variant)
        self.healed = process.wait(self.is_there)

    def is_there(self):
        with contextlib.suppress(OSError):
            return faults.documents(self.output) == self.expected[self.variant]
        return False

    def judge(self, done, function):
        found = faults.documents(self.output)
        if faults.broken_document(found) or faults.wrong_copy(found):
            raise Wrong(LOST, f"{faults.broken_document(found)}, {faults.wrong_copy(found)}")
        if done.returncode == 1:
            if not lines(done, "error"):
                raise Wrong(UNCLEAR, f"exit 1 without an error: {done.stderr}")
            if found not in (self.before, *self.expected.values()):
                raise Wrong(LOST, f"changed are {faults.unlike(found, self.before)}")
            return FAILED
        if done.returncode not in self.ENDS:
            raise Wrong(UNCLEAR, f"exit {done.returncode}: {done.stderr}")
        if "state.db.corrupt" in done.stderr:
            self.anew = True
            return DEGRADED
        if not self.healed and not self.lasting:
            raise Wrong(HANG, f"no later change was built: {done.stderr}")
        return DEGRADED if done.stderr else UNAFFECTED


# ---- Serving


class Serve(Watch):
    """Requests, each of which is answered rightly, or fails in a way that nobody takes for an answer."""
    name, words = "serve", "serve: nine requests"
    ENDS, MORE = (0,), ()
    REQUESTS = [("GET", "/", {}), ("GET", "/all/atom.xml", {"Accept-Encoding": "gzip"}),
                ("GET", "/all/feed.json", {"Range": "bytes=3-20"}), ("HEAD", "/all/rss.xml", {}),
                ("GET", "/images/p.png", {}), ("GET", "/nothing.xml", {}), ("GET", "/all", {}),
                ("GET", "/all/rss.xml", {"Accept-Encoding": "br, gzip"}), ("POST", "/", {})]

    def launch(self, plan):
        return Process([self.program, "serve", "--json", "--port", "0", "-j1", *self.MORE, "."],
                       self.environment(plan), self.site)

    def begin(self):
        self.variant = 0
        self.before = faults.documents(self.output)

    def make(self):
        super().make()
        self.prepare(0)
        self.build()
        self.answers = None
        process = self.launch(None)
        process.wait(lambda: process.out, HANG_SECONDS)
        self.answers = [self.ask(process, *request) for request in self.REQUESTS]
        process.end()

    def ask(self, process, method, path, headers):
        port = urllib.parse.urlsplit(json.loads(process.out[0])["urls"][0]).port
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
            try:
                connection.request(method, path, headers=headers)
                reply = connection.getresponse()
                return reply.status, reply.getheader("Content-Encoding"), reply.read()
            except TimeoutError:
                return "silence", None, b""
            except (OSError, http.client.HTTPException) as error:
                return type(error).__name__, None, b""

    def rounds(self, process):
        self.mistakes, self.troubles = [], 0
        if not process.wait(lambda: process.out, 10):
            return
        for _ in range(3):
            self.healed = True
            for request, right in zip(self.REQUESTS, self.answers):
                answer = self.ask(process, *request)
                if answer == right:
                    continue
                self.healed = False
                self.troubles += 1
                if self.misleads(right, answer):
                    self.mistakes.append((request, answer[0], answer[2][:60]))
            if self.healed:
                return

    def misleads(self, right, answer):
        """Whether a reader would take it for something else than trouble. What may not be
        read is not there."""
        if not isinstance(answer[0], int):
            return answer[0] == "silence"
        if answer[0] >= 500 or answer[0] == 404 and self.act == "EACCES":
            return False
        return not self.is_other_coding(right, answer)

    @staticmethod
    def is_other_coding(right, answer):
        """The document itself, where a copy of it could not be had."""
        unpack = {None: lambda data: data, **{name[1:]: how for name, how in faults.UNPACK.items()},
                  "gzip": faults.UNPACK[".gz"]}
        return right[0] == answer[0] == 200 and unpack[right[1]](right[2]) == unpack[answer[1]](answer[2])

    def judge(self, done, function):
        if faults.documents(self.output) != self.before:
            raise Wrong(LOST, "the served folder has changed")
        if done.returncode == 1 and len(lines(done, "error")) == 1:
            return FAILED
        if done.returncode != 0:
            raise Wrong(UNCLEAR, f"exit {done.returncode}: {done.stderr} {self.mistakes}")
        if self.mistakes:
            raise Wrong(HANG if self.mistakes[0][1] == "silence" else UNCLEAR, f"answered {self.mistakes}: {done.stderr}")
        if not self.healed and not self.lasting:
            raise Wrong(HANG, f"later requests fail as well: {done.stderr}")
        return DEGRADED if done.stderr or self.troubles else UNAFFECTED

    def recover(self):
        pass


class ServeWatch(Watch):
    name, words = "serve, watch", "serve --watch: a build, a change, a build, a page that waits"
    ENDS = (0,)
    CONFIG = faults.CONFIG

    def launch(self, plan):
        return Process([self.program, "serve", "--watch", "--json", "--port", "0", "-j1", "."],
                       {**self.environment(plan), "SOURCE_DATE_EPOCH": "1767225600"}, self.site)

    def is_there(self):
        """By what is served; --watch here does not prune."""
        with contextlib.suppress(OSError, ValueError, KeyError):
            found = json.loads((self.output / "all/feed.json").read_bytes())
            return found == json.loads(self.expected[self.variant]["all/feed.json"])
        return False

    def judge(self, done, function):
        found = faults.documents(self.output)
        if faults.broken_document(found) or faults.wrong_copy(found):
            raise Wrong(LOST, f"{faults.broken_document(found)}, {faults.wrong_copy(found)}")
        if done.returncode == 1:
            if not lines(done, "error"):
                raise Wrong(UNCLEAR, f"exit 1 without an error: {done.stderr}")
            return FAILED
        self.before = found
        return super().judge(done, function)
