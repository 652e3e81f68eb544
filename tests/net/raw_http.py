"""Requests as bytes: what no well-mannered client would send, too."""
import re
import socket


class Answer:
    def __init__(self, data):
        head, _, self.body = data.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        self.status = int(first.split(" ")[1]) if first.startswith("HTTP/") else 0
        self.headers = {}
        for line in lines:
            name, _, value = line.partition(":")
            name, value = name.lower(), value.strip()
            assert self.headers.get(name, value) == value, f"{name} is said twice: {head}"
            self.headers[name] = value
        if self.headers.get("transfer-encoding") == "chunked":
            self.body = b"".join(re.findall(rb"^[0-9a-f]+\r\n(.*?)\r\n(?=[0-9a-f]+\r\n)", self.body,
                                            re.S | re.M))

    def __getitem__(self, name):
        return self.headers.get(name.lower())

    def __repr__(self):
        return f"{self.status} {self.headers} {self.body[:200]}"


def exchange(place, data, timeout=20):
    """What a server says to these bytes until it closes."""
    with socket.create_connection(place, timeout) as client:
        client.sendall(data)
        parts = []
        while part := client.recv(65536):
            parts.append(part)
    return b"".join(parts)


def ask(place, path, method="GET", **headers):
    """One request on a connection of its own; `_` in a header's name is `-`."""
    headers = {"Host": "localhost", "Connection": "close",
               **{name.replace("_", "-"): value for name, value in headers.items()}}
    lines = [f"{method} {path} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in headers.items() if value is not None]
    return Answer(exchange(place, "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"))
