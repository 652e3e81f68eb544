#!/usr/bin/python3
"""Holds slow clients on a server, and says how long it takes to answer beside them.

    contrib/slow-clients.py [--clients 1000] [--seconds 60] URL

Half of them send their request a byte every few seconds, half ask for URL and read a byte every
few seconds. Exits 1 when an answer failed, or took longer than --limit.
"""
import argparse
import resource
import socket
import statistics
import sys
import time
import urllib.parse
import urllib.request

PACE = 4                # seconds between the bytes of one client


def connect(url, reads):
    client = socket.create_connection((url.hostname, url.port or 80), 30)
    if reads:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.sendall(f"GET {url.path or '/'} HTTP/1.1\r\nHost: {url.netloc}\r\n\r\n".encode())
    else:
        client.sendall(b"GET /")
    client.setblocking(False)
    return client


def drip(client, reads):
    """One byte further; False when the server has had enough of this one."""
    try:
        if reads:
            return client.recv(1) != b""
        return client.send(b"x") == 1
    except BlockingIOError:
        return True
    except OSError:
        return False


def ask(text):
    begin = time.monotonic()
    with urllib.request.urlopen(text, timeout=30) as answer:
        answer.read()
    return time.monotonic() - begin


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("url")
    parser.add_argument("--clients", type=int, default=1000, metavar="N", help="(1000)")
    parser.add_argument("--seconds", type=float, default=60, metavar="N", help="for how long (60)")
    parser.add_argument("--limit", type=float, default=1, metavar="SECONDS", help="of an answer (1)")
    options = parser.parse_args()
    url = urllib.parse.urlsplit(options.url)
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, options.clients + 256), hard))
    alone = [ask(options.url) for _ in range(20)]
    clients = [(connect(url, bool(number % 2)), bool(number % 2)) for number in range(options.clients)]
    begin, times, lost, turn = time.monotonic(), [], set(), 0
    while time.monotonic() - begin < options.seconds:
        turn += 1
        # a part of them in each turn, so that bytes come all the time
        for number in range(turn % (PACE * 5), len(clients), PACE * 5):
            if number not in lost and not drip(*clients[number]):
                lost.add(number)
        try:
            times.append(ask(options.url))
        except OSError as error:
            sys.exit(f"slow-clients.py: after {time.monotonic() - begin:.1f} s: {error}")
        time.sleep(0.2)
    for client, _ in clients:
        client.close()
    print(f"{options.clients} slow clients for {options.seconds:.0f} s, of which {len(lost)} were sent away; "
          f"{len(times)} answers beside them: median {statistics.median(times) * 1000:.1f} ms, slowest "
          f"{max(times) * 1000:.1f} ms (alone: {statistics.median(alone) * 1000:.1f} ms)")
    sys.exit(max(times) > options.limit)


if __name__ == "__main__":
    main()
