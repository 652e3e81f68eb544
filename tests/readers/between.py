"""A proxy on loopback between a reader and a server: what was asked, and what it cost.

    with Between((address, port)) as between:
        between.url                 stands before a path
        between.seen                Seen(method, path, status, length, conditional), in order
"""
import collections
import http.client
import http.server
import threading

Seen = collections.namedtuple("Seen", "method path status length conditional")
HOP = {"connection", "keep-alive", "transfer-encoding", "host"}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def forward(self):
        headers = {k: v for k, v in self.headers.items() if k.lower() not in HOP}
        conditional = bool({"if-none-match", "if-modified-since"} & {k.lower() for k in headers})
        upstream = http.client.HTTPConnection(*self.server.place, timeout=30)
        try:
            upstream.request(self.command, self.path, headers=headers)
            answer = upstream.getresponse()
            body = answer.read()
        finally:
            upstream.close()
        self.server.seen.append(Seen(self.command, self.path, answer.status, len(body), conditional))
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in HOP and name.lower() != "content-length":
                self.send_header(name, value)
        if answer.status != 304:
            length = answer.getheader("Content-Length") if self.command == "HEAD" else len(body)
            self.send_header("Content-Length", str(length or 0))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_HEAD = forward

    def log_message(self, *_):
        pass


class Between:
    def __init__(self, place):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.place = place
        self.server.seen = []
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    @property
    def seen(self):
        return list(self.server.seen)

    def forget(self):
        self.server.seen.clear()

    def __enter__(self):
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(timeout=10)
