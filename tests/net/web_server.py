"""nginx on loopback, unprivileged, in a folder of its own: what a real server saw, by its log.

    with WebServer(folder, "server { ... }") as server:
        server.port                 stands for PORT in the text
        server.requests()           what came, in the order of its beginning
"""
import os
import signal
import socket
import subprocess
import time
from pathlib import Path

CONF = Path(__file__).parents[2] / "contrib" / "nginx" / "outfeed.conf"
BROTLI = "/usr/lib/nginx/modules/ngx_http_brotli_static_module.so"

CONFIG = """\
USER
MODULES
daemon off;
worker_processes 1;
pid FOLDER/pid;
error_log FOLDER/error.log;
events { worker_connections 512; }
http {
	log_format seen "$msec $request_time $server_addr $host $status $request_uri";
	access_log FOLDER/access.log seen;
	client_body_temp_path FOLDER/body;
	proxy_temp_path FOLDER/proxy;
	fastcgi_temp_path FOLDER/fastcgi;
	uwsgi_temp_path FOLDER/uwsgi;
	scgi_temp_path FOLDER/scgi;
	types { text/html html; image/png png; }
	default_type text/html;
	SERVERS
}
"""


class Seen:
    """A request: when it began and ended by nginx's clock, and what it was."""

    def __init__(self, line):
        end, took, self.address, self.host, status, self.path = line.split(" ", 5)
        self.end = round(float(end), 3)
        self.begin = round(self.end - float(took), 3)
        self.status = int(status)

    def __repr__(self):
        return f"{self.begin:.3f} {self.host} ({self.address}) {self.path} {self.status}"


def outfeed_conf(output, images="/nowhere", brotli=False):
    """contrib/nginx/outfeed.conf as it is, but for the lines that are marked as the user's."""
    yours = {"listen 80;": "listen 127.0.0.2:PORT;", "listen [::]:80;": "",
             "server_name feeds.example.org;": "server_name _;",
             "root /srv/feeds/public;": f"root {output};",
             "alias /srv/feeds/images/;": f"alias {images}/;",
             "disable_symlinks on from=/srv/feeds/images/;": f"disable_symlinks on from={images}/;"}
    if brotli:
        yours |= {"#brotli_static on;": "brotli_static on;",
                  "disable_symlinks on from=$document_root;": ""}
    text = CONF.read_text()
    for line, mine in yours.items():
        assert text.count(line) == 1, line
        text = text.replace(line, mine)
    return text


class WebServer:
    def __init__(self, folder, servers, modules=()):
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.2", 0))
            self.port = free.getsockname()[1]
        text = CONFIG.replace("SERVERS", servers).replace("FOLDER", str(folder))
        text = text.replace("MODULES", "".join(f"load_module {path};\n" for path in modules))
        # root's workers would be nobody's, who may not read the folder
        text = text.replace("USER", "user root;" if os.getuid() == 0 else "")
        (folder / "nginx.conf").write_text(text.replace("PORT", str(self.port)))

    def __enter__(self):
        self.process = subprocess.Popen(
            ["nginx", "-p", self.folder, "-e", self.folder / "error.log", "-c", self.folder / "nginx.conf"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + 10
        while True:
            try:
                socket.create_connection(("127.0.0.2", self.port), 1).close()
                return self
            except OSError:
                assert self.process.poll() is None and time.monotonic() < until, \
                    (self.folder / "error.log").read_text()
                time.sleep(0.02)

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=10)

    def requests(self):
        lines = (self.folder / "access.log").read_text().splitlines()
        return sorted(map(Seen, lines), key=lambda seen: seen.begin)

    def forget(self):
        (self.folder / "access.log").write_text("")
