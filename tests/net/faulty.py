"""A host with faults, on loopback: what servers do to those who fetch from them.

    with Host() as host:            HTTP; Host(tls=context) for HTTPS
        host.url("/status/404")     what it answers to is in ROUTES
        host.seen                   the requests that came: (time, address, method, path, headers)

    with Names({"a.test": [...]}) as names:      a name server, names.address

    make_certificates(folder)       a CA, and what can be wrong with a certificate
"""
import datetime
import gzip
import ipaddress
import socket
import socketserver
import ssl
import struct
import threading
import time
import zlib
from urllib.parse import parse_qs, unquote, urlsplit

import brotli
import dnslib
import dnslib.server
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

PAGE = b"<html><title>Page</title></html>\n"
BOMB = 64 << 20  # bytes that the bombs unfold to


class Request:
    def __init__(self, method, target, headers, address):
        parts = urlsplit(target)
        self.method, self.target, self.headers, self.address = method, target, headers, address
        self.path = unquote(parts.path)
        self.query = {key: values[0] for key, values in parse_qs(parts.query, keep_blank_values=True).items()}
        self.time = time.monotonic()

    def __repr__(self):
        return f"{self.method} {self.target} {self.headers}"


class Reply:
    """What a route does: bytes to the socket."""

    def __init__(self, connection, request):
        self.connection, self.request = connection, request
        self.close = False

    def raw(self, data):
        self.connection.sendall(data)

    def send(self, status=200, body=PAGE, *headers, length=None, reason="Word"):
        lines = [f"HTTP/1.1 {status} {reason}", *headers,
                 f"Content-Length: {len(body) if length is None else length}"]
        head = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
        self.raw(head + (b"" if self.request.method == "HEAD" else body))

    def endless(self, head, piece, pause=0.0, seconds=20):
        """Sends pieces until the other side has had enough."""
        self.close = True
        self.raw(head)
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.raw(piece)
            time.sleep(pause)


def status(reply, code):
    extra = [f"Retry-After: {reply.request.query['after']}"] if "after" in reply.request.query else []
    reply.send(int(code), PAGE, "Content-Type: text/html", *extra)


def recovers(reply, code, times):
    """Fails that many times, then answers."""
    count = reply.host.count(reply.request.path)
    status(reply, code if count <= int(times) else 200)


def redirect(reply, code):
    reply.send(int(code), b"", f"Location: {reply.request.query['to']}")


def hops(reply, left):
    if int(left) == 0:
        reply.send()
    else:
        reply.send(302, b"", f"Location: /hops/{int(left) - 1}")


def maze(reply):
    reply.send(302, b"", f"Location: /maze?{time.monotonic_ns()}")


def crossed(reply, side):
    reply.send(302, b"", f"Location: /crossed/{'b' if side == 'a' else 'a'}")


def cookie_wall(reply):
    if "seen=yes" in reply.request.headers.get("cookie", ""):
        reply.send()
    else:
        reply.send(302, b"", "Set-Cookie: seen=yes; Path=/", "Location: /cookie-wall")


def cookie_loop(reply):
    reply.send(302, b"", "Set-Cookie: seen=yes; Path=/", "Location: /cookie-loop")


def slow_headers(reply):
    reply.endless(b"HTTP/1.1 200 OK\r\n", b"X-More: 1\r\n", 0.2)


def silence(reply):
    reply.close = True
    time.sleep(8)


def slow_body(reply):
    reply.endless(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"x", 0.2, 25)


def endless_body(reply):
    reply.endless(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n", b"x" * 65536)


def endless_headers(reply):
    reply.endless(b"HTTP/1.1 200 OK\r\n", b"X-More: " + b"x" * 1000 + b"\r\n")


def gzip_bomb(reply):
    reply.send(200, reply.host.bomb("gzip"), "Content-Encoding: gzip")


def brotli_bomb(reply):
    reply.send(200, reply.host.bomb("br"), "Content-Encoding: br")


def coded(reply, coding):
    how = {"gzip": gzip.compress, "deflate": zlib.compress, "br": brotli.compress}[coding]
    reply.send(200, how(PAGE), f"Content-Encoding: {coding}")


def bad_coding(reply):
    reply.send(200, b"this is no gzip at all", "Content-Encoding: gzip")


def reset(reply):
    reply.close = True
    reply.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def hang_up(reply):
    reply.close = True


def half(reply):
    reply.close = True
    reply.raw(b"HTTP/1.1 200 OK\r\nContent-Le")
    reply.connection.shutdown(socket.SHUT_WR)
    time.sleep(0.2)


def short(reply):
    reply.close = True
    reply.send(200, PAGE, length=len(PAGE) + 100)


def not_http(reply):
    reply.close = True
    reply.raw(b"220 mail.example.org ESMTP\r\n")


def head_lies(reply):
    reply.send(405 if reply.request.method == "HEAD" else 200)


def conditional(reply):
    headers = reply.request.headers
    if headers.get("if-none-match") == '"v1"' or "if-modified-since" in headers:
        reply.send(304, b"", 'ETag: "v1"')
    else:
        reply.send(200, PAGE, 'ETag: "v1"', "Last-Modified: Tue, 01 Oct 2024 10:00:00 GMT")


IMAGE = b"\x89PNG" + bytes(200_000)


def image(reply, how):
    wanted = reply.request.headers.get("range")
    if wanted and how == "refuses":
        reply.send(416, b"")
    elif wanted and how == "knows":
        reply.send(206, IMAGE[:65536], "Content-Type: image/png",
                   f"Content-Range: bytes 0-65535/{len(IMAGE)}")
    else:
        reply.send(200, IMAGE, "Content-Type: image/png")


def echo(reply):
    lines = [f"{key}: {value}" for key, value in sorted(reply.request.headers.items())]
    reply.send(200, "\n".join([reply.request.method, *lines]).encode(), "Link: </a>; rel=one",
               "Link: </b>; rel=two", "Server: faulty", "Content-Type: text/plain; charset=utf-8")


def early_hint(reply):
    reply.raw(b"HTTP/1.1 103 Early Hints\r\nContent-Type: text/wrong\r\n\r\n")
    reply.send(200, PAGE, "X-Content-Type: none")


def pause(reply, milliseconds):
    time.sleep(int(milliseconds) / 1000)
    reply.send()


ROUTES = {
    "status": status, "recovers": recovers, "redirect": redirect, "hops": hops, "maze": maze,
    "crossed": crossed, "cookie-wall": cookie_wall, "cookie-loop": cookie_loop,
    "slow-headers": slow_headers, "silence": silence, "slow-body": slow_body,
    "endless-body": endless_body, "endless-headers": endless_headers, "gzip-bomb": gzip_bomb,
    "brotli-bomb": brotli_bomb, "coded": coded, "bad-coding": bad_coding, "reset": reset,
    "hang-up": hang_up, "half": half, "short": short, "not-http": not_http,
    "head-lies": head_lies, "conditional": conditional, "image": image, "echo": echo,
    "early-hint": early_hint, "pause": pause,
}


class Handler(socketserver.BaseRequestHandler):
    def read_request(self, file):
        line = file.readline(65536).decode("latin-1").split()
        if len(line) != 3:
            return None
        headers = {}
        while (header := file.readline(65536).decode("latin-1").strip()):
            key, _, value = header.partition(":")
            headers[key.lower()] = value.strip()
        return Request(line[0], line[1], headers, self.client_address)

    def handle(self):
        try:
            self.serve()
        except OSError:
            pass  # they went away, as they may

    def serve(self):
        host = self.server.host
        if host.tls:
            self.request = host.tls.wrap_socket(self.request, server_side=True)
        elif self.request.recv(1, socket.MSG_PEEK) == b"\x16":  # a handshake
            self.request.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            return
        with self.request.makefile("rb") as file:
            while (request := self.read_request(file)) is not None:
                reply = Reply(self.request, request)
                reply.host = host
                with host.lock:
                    host.seen.append(request)
                    host.under_way += 1
                    host.most_under_way = max(host.most_under_way, host.under_way)
                try:
                    self.answer(reply)
                finally:
                    with host.lock:
                        host.under_way -= 1
                if reply.close:
                    break
        if host.tls:
            self.request.close()

    def answer(self, reply):
        host, path = reply.host, reply.request.path
        if reply.request.method == "CONNECT":
            status(reply, 403)
            return
        if path in host.files:
            reply.send(200, host.files[path])
            return
        name, *arguments = path.strip("/").split("/")
        if name in ROUTES:
            ROUTES[name](reply, *arguments)
        else:
            if host.default is not None:
                reply.send(200, host.default, "Content-Type: text/html")
            else:
                status(reply, 404 if path == "/robots.txt" else 200)


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 512

    def handle_error(self, request, client_address):
        pass


class Host:
    """files: path -> body, before the routes."""
    bombs = {}

    def __init__(self, address="127.0.0.1", port=0, tls=None, files=None):
        self.tls, self.files = tls, files or {}
        self.default = None  # the body of what is neither a file nor a route
        self.seen, self.lock = [], threading.Lock()
        self.under_way = self.most_under_way = 0
        self.server = Server((address, port), Handler)
        self.server.host = self
        self.address, self.port = self.server.server_address

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def url(self, path, host=None):
        return f"http{'s' if self.tls else ''}://{host or self.address}:{self.port}{path}"

    def paths(self):
        return [request.target for request in self.seen]

    def count(self, path):
        return sum(request.path == path for request in self.seen)

    @classmethod
    def bomb(cls, coding):
        if coding not in cls.bombs:
            plain = bytes(BOMB)
            cls.bombs[coding] = (gzip.compress(plain) if coding == "gzip"
                                 else brotli.compress(plain, quality=4))
        return cls.bombs[coding]


class Names(dnslib.server.BaseResolver):
    """A name server. A name -> what it answers to the first question, the second, and the
    last to all others: a list of addresses, "nxdomain", "servfail", or "silence"."""

    def __init__(self, names):
        self.names = {name: answers if isinstance(answers, list) and answers
                      and not isinstance(answers[0], str) else [answers]
                      for name, answers in names.items()}
        self.asked = []
        self.server = dnslib.server.DNSServer(
            self, address="127.0.0.1", port=0, logger=dnslib.server.DNSLogger("-request,-reply"))
        self.address = "127.0.0.1:%d" % self.server.server.server_address[1]

    def __enter__(self):
        self.server.start_thread()
        return self

    def __exit__(self, *_):
        self.server.stop()
        self.server.server.server_close()

    def resolve(self, request, handler):
        name = str(request.q.qname).rstrip(".").lower()
        kind = dnslib.QTYPE[request.q.qtype]
        reply = request.reply()
        answers = self.names.get(name, ["nxdomain"])
        turn = sum(asked == (name, kind) for asked in self.asked)
        self.asked.append((name, kind))
        answer = answers[min(turn, len(answers) - 1)]
        if answer == "nxdomain":
            reply.header.rcode = dnslib.RCODE.NXDOMAIN
        elif answer == "servfail":
            reply.header.rcode = dnslib.RCODE.SERVFAIL
        elif answer == "silence":
            time.sleep(5)
        else:
            for text in answer:
                address = ipaddress.ip_address(text)
                if kind == ("A" if address.version == 4 else "AAAA"):
                    data = (dnslib.A if address.version == 4 else dnslib.AAAA)(text)
                    reply.add_answer(dnslib.RR(request.q.qname, request.q.qtype, rdata=data, ttl=0))
        return reply


def make_certificates(folder):
    """Returns {name: an SSL context}: good, expired, early, wrong-name, self-signed, stranger,
    of-a-client; the CA that the good ones are by is FOLDER/ca.pem."""
    now = datetime.datetime.utcnow()
    day = datetime.timedelta(days=1)

    def subject(name):
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])

    def make(name, issuer, issuer_key, start=now - day, end=now + 30 * day, ca=False, names=(), use=None):
        key = ec.generate_private_key(ec.SECP256R1())
        builder = (x509.CertificateBuilder().subject_name(subject(name))
                   .issuer_name(subject(issuer)).public_key(key.public_key())
                   .serial_number(x509.random_serial_number())
                   .not_valid_before(start).not_valid_after(end)
                   .add_extension(x509.BasicConstraints(ca, None), critical=True))
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        if use:
            builder = builder.add_extension(x509.ExtendedKeyUsage([use]), critical=False)
        return builder.sign(issuer_key or key, hashes.SHA256()), key

    def context(certificate, key, name):
        path = folder / f"{name}.pem"
        path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption()))
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.load_cert_chain(path)
        return made

    here = [x509.IPAddress(ipaddress.ip_address("127.0.0.1")), x509.DNSName("good.test")]
    ca, ca_key = make("Test CA", "Test CA", None, ca=True)
    (folder / "ca.pem").write_bytes(ca.public_bytes(serialization.Encoding.PEM))
    _, other_key = make("Unknown CA", "Unknown CA", None, ca=True)
    rows = {
        "good": make("good", "Test CA", ca_key, names=here),
        "expired": make("expired", "Test CA", ca_key, now - 9 * day, now - day, names=here),
        "early": make("early", "Test CA", ca_key, now + day, now + 9 * day, names=here),
        "wrong-name": make("wrong", "Test CA", ca_key, names=[x509.DNSName("other.test")]),
        "self-signed": make("self", "self", None, names=here),
        "stranger": make("stranger", "Unknown CA", other_key, names=here),
        "of-a-client": make("client", "Test CA", ca_key, names=here,
                            use=ExtendedKeyUsageOID.CLIENT_AUTH),
    }
    return {name: context(certificate, key, name) for name, (certificate, key) in rows.items()}
