"""A server that shows vectors, answers whatever they ask for, and notes it.

    with HostileServer(pages) as server:     pages(number, name) -> (headers, bytes) or None
        server.host                          "127.0.0.3:PORT"
        server.taken()                       requests that were no page's, since the last call

What is asked for below /NUMBER/ is what a vector may hope for: a script that runs, a
document that does, an image of a pixel; or an answer that there is nothing (204).
"""
import collections
import http.server
import re
import threading

from page_site import PIXEL

Request = collections.namedtuple("Request", "number path kind method")

SVG = ("<svg xmlns='http://www.w3.org/2000/svg' id='x'>"
       "<script>top.postMessage({what: 'ran', number: NUMBER, how: 'svg'}, '*')</script></svg>")
ANSWERS = {
    "js": ("text/javascript", "top.postMessage({what: 'ran', number: NUMBER, how: 'file'}, '*')"),
    "html": ("text/html", "<script>top.postMessage({what: 'ran', number: NUMBER, how: 'page'}, '*')</script>"),
    "svg": ("image/svg+xml", SVG),
    "css": ("text/css", "p {}"),
    "vtt": ("text/vtt", "WEBVTT\n"),
}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # an answer is one packet
    disable_nagle_algorithm = True

    def answer(self):
        length = int(self.headers.get("Content-Length") or 0)
        self.rfile.read(length)
        found = re.fullmatch(r"/(\d+)/(.*)", self.path)
        number, name = (int(found[1]), found[2]) if found else (0, self.path)
        page = self.server.pages(number, name)
        if page:
            return self.send(*page)
        kind = self.headers.get("Sec-Fetch-Dest", "?")
        self.server.seen.append(Request(number, self.path, kind, self.command))
        suffix = name.split("?")[0].rsplit(".", 1)[-1]
        if suffix == "png":
            return self.send({"Content-Type": "image/png"}, PIXEL)
        if suffix in ANSWERS:
            media, text = ANSWERS[suffix]
            return self.send({"Content-Type": media}, text.replace("NUMBER", str(number)).encode())
        return self.send({}, b"", 204)

    do_GET = do_POST = do_HEAD = do_PUT = answer

    def send(self, headers, body, status=200):
        self.send_response(status)
        self.send_header("Cache-Control", "no-store")
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_):
        pass


class HostileServer(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, pages):
        super().__init__(("127.0.0.3", 0), Handler)
        self.host = f"127.0.0.3:{self.server_port}"
        self.pages = pages
        self.seen = collections.deque()
        self.thread = threading.Thread(target=self.serve_forever, args=(0.05,))

    def handle_error(self, *_):
        """A frame that goes away leaves its connection."""

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.thread.join()
        self.server_close()

    def taken(self):
        return [self.seen.popleft() for _ in range(len(self.seen))]
