"""What a server may answer to an audit: heads without end, and bodies that unfold."""
import contextlib
import functools
import re
import socket
import threading
import time
import zlib

import brotli
from worst import MIB, Case, put

UNFOLDED = 256 * MIB
PATIENCE = 10                   # seconds that an answer without end goes on, at most
OK = b"HTTP/1.1 200 OK\r\n"
HTML = OK + b"Content-Type: text/html\r\n"
PAGE = b"Content-Length: 2\r\n\r\nok"
CONFIG = """\
site: {{title: T, url: 'https://example.org/'}}
content: [content]
audit: {{allow_addresses: [127.0.0.0/8], delay: 0, retries: 0, timeout: 3s{}}}
"""


class Server:
    """Answers each path but /robots.txt with the same pieces."""

    def __init__(self, pieces):
        self.pieces, self.over = pieces, False
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.threads = [threading.Thread(target=self.accept)]
        self.threads[0].start()

    def accept(self):
        while True:
            connection, _ = self.socket.accept()
            if self.over:
                connection.close()
                return
            self.threads.append(threading.Thread(target=self.answer, args=[connection]))
            self.threads[-1].start()

    def answer(self, connection):
        until = time.monotonic() + PATIENCE
        with connection, contextlib.suppress(OSError):
            connection.settimeout(PATIENCE)
            path = connection.recv(65536).split(b" ")[1]
            if path == b"/robots.txt":
                connection.sendall(b"HTTP/1.1 404 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                return
            for piece in self.pieces():
                if self.over or time.monotonic() > until:
                    return
                connection.sendall(piece)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.over = True
        socket.create_connection(("127.0.0.1", self.port)).close()
        for thread in self.threads:
            thread.join()
        self.socket.close()


def answer(name, pieces, comes, audit="", link="/x", **more):
    def make(site):
        put(site, "outfeed.yaml", CONFIG.format(audit))
        return put(site, "content/worst.md", "---\ntitle: Worst\ndate: 2025-02-01\n"
                   f"link: http://127.0.0.1:{site.server.port}{link}\n---\nText.\n")
    return Case("answer", name, make, comes, status=0, program="audit", server=lambda: Server(pieces), **more)


def endless(head, piece):
    def pieces():
        yield head
        while True:
            yield piece
    return pieces


def whole(*parts):
    return lambda: [b"".join(parts)]


def many(line, count):
    return b"".join(re.sub(rb"%", b"%d" % number, line) for number in range(count))


@functools.cache
def bomb(coding):
    piece = bytes(MIB)
    if coding == "br":
        packer = brotli.Compressor(quality=2)
        return b"".join(packer.process(piece) for _ in range(UNFOLDED // MIB)) + packer.finish()
    packer = zlib.compressobj(6, zlib.DEFLATED, 31 if coding == "gzip" else 15)
    return b"".join(packer.compress(piece) for _ in range(UNFOLDED // MIB)) + packer.flush()


def coded(*codings):
    def pieces():
        data = bomb(codings[0])
        for coding in codings[1:]:
            packer = zlib.compressobj(6, zlib.DEFLATED, 31 if coding == "gzip" else 15)
            data = packer.compress(data) + packer.flush()
        head = f"Content-Encoding: {', '.join(codings)}\r\nContent-Length: {len(data)}\r\n\r\n"
        yield HTML + head.encode()
        yield data
    return pieces


CHUNKED = HTML + b"Transfer-Encoding: chunked\r\n\r\n"
POURS = "it yields nothing, so that `timeout` ends it, here 3 s: as much as it pours at the speed of loopback"
REFUSED = "too-large protocol encoding reset timeout-headers timeout-transfer"
TAKEN = "alive soft-404 suspect drifted redirected moved"

CASES = [
    answer("gzip, 256 MiB of zeros", coded("gzip"), TAKEN),
    answer("brotli, 256 MiB of zeros", coded("br"), TAKEN),
    answer("deflate, 256 MiB of zeros", coded("deflate"), TAKEN),
    answer("gzip in gzip in gzip", coded("gzip", "gzip", "gzip"), TAKEN + " " + REFUSED),
    answer("gzip, of max_body: 16 MiB", coded("gzip"), TAKEN, ", max_body: 16777216"),
    answer("gzip, of max_body: 64 MiB", coded("gzip"), TAKEN, ", max_body: 67108864", mib=224.0, seconds=6.0,
           why="the site itself asked for so much of a page; it is held, and decoded to text"),
    answer("gzip, a head without end",
           endless(HTML + b"Content-Encoding: gzip\r\n\r\n\x1f\x8b\x08\x10\0\0\0\0\0\3", b"x" * 65536), REFUSED, seconds=4.0, why=POURS),
    answer("100 codings", whole(HTML, b"Content-Encoding: ", b"gzip, " * 100, b"gzip\r\n", PAGE), REFUSED),
    answer("a body without end", endless(HTML + b"\r\n", b"<p>" * 20000), TAKEN),
    answer("chunks of a byte", endless(CHUNKED, b"1\r\nx\r\n" * 10000), TAKEN + " " + REFUSED),
    answer("a chunk's extension without end", endless(CHUNKED + b"1;", b"x" * 65536), REFUSED, seconds=4.0,
           why=POURS),
    answer("a chunk of 2^64 bytes", whole(CHUNKED, b"f" * 16, b"\r\n", b"x" * 1000), REFUSED + " truncated"),
    answer("trailers without end", endless(CHUNKED + b"2\r\nok\r\n0\r\n", b"X-More: x\r\n" * 1000), REFUSED),
    answer("100,000 headers", whole(HTML, many(b"X-%: x\r\n", 100000), PAGE), REFUSED),
    answer("headers without end", endless(HTML, b"X-More: x\r\n" * 1000), REFUSED),
    answer("one header without end", endless(HTML + b"X-More: ", b"x" * 65536), REFUSED),
    answer("a header's name without end", endless(HTML, b"x" * 65536), REFUSED),
    answer("a status line without end", endless(b"HTTP/1.1 200 ", b"x" * 65536), REFUSED),
    answer("a header folded without end", endless(HTML + b"X-More: x\r\n", b" x\r\n" * 10000), REFUSED),
    answer("headers folded, 60 KiB", whole(HTML, b"X-More: x\r\n", b" x\r\n" * 15000, PAGE), TAKEN + " " + REFUSED),
    answer("zeros in headers", whole(HTML, b"X-More: a\0b\r\n\0: \0\r\n" * 1000, PAGE), TAKEN + " " + REFUSED),
    answer("zeros without end", endless(b"", bytes(65536)), REFUSED),
    answer("newlines without end", endless(b"", b"\r\n" * 30000), REFUSED),
    answer("100 without end", endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000), REFUSED),
    answer("103 with links without end",
           endless(b"", b"HTTP/1.1 103 Early Hints\r\nLink: </x>; rel=preload\r\n\r\n" * 1000), REFUSED),
    answer("cookies, 60 KiB", whole(HTML, many(b"Set-Cookie: a%=b\r\n", 2800), PAGE), TAKEN + " " + REFUSED),
    answer("links, 60 KiB", whole(HTML, many(b"Link: </%>; rel=canonical\r\n", 1900), PAGE), TAKEN + " " + REFUSED),
    answer("links among other headers, 60 KiB", whole(HTML, many(b"Link: </%>; rel=canonical\r\nServer: x\r\n", 1400),
                                                      PAGE), TAKEN + " " + REFUSED),
    answer("an address of 60 KiB", whole(b"HTTP/1.1 302 No\r\nLocation: /", b"x" * 60000, b"\r\n", PAGE), REFUSED +
           " invalid-url bad-redirect"),
    answer("redirects to itself, each 8,000 bytes long",
           whole(b"HTTP/1.1 302 No\r\nContent-Length: 0\r\nLocation: /", b"x/../" * 1600, b"x\r\n\r\n"),
           REFUSED + " redirect-loop too-many-redirects", link="/y"),
    answer("Retry-After of 60 KiB", whole(b"HTTP/1.1 503 No\r\nRetry-After: ", b"9" * 60000, b"\r\n", PAGE),
           REFUSED + " http-503"),
    answer("a Content-Length of 60 KiB", whole(HTML, b"Content-Length: ", b"9" * 60000, b"\r\n\r\nok"), TAKEN + " " + REFUSED),
    answer("two Content-Lengths", whole(HTML, b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nok"),
           TAKEN + " " + REFUSED),
    answer("a type of 60 KiB", whole(OK, b"Content-Type: text/html; charset=", b"x" * 60000, b"\r\n", PAGE),
           TAKEN + " " + REFUSED),
]
