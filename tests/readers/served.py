"""The servers that the readers' tests are run against, by name: each serves a site's output."""
import json
import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "net"))

from web_server import WebServer


class Nginx:
    def __init__(self, site, folder):
        folder.mkdir()
        self.server = WebServer(folder, f"server {{ listen 127.0.0.1:PORT; listen 127.0.0.2:PORT;"
                                        f" root {site.output}; }}")

    def __enter__(self):
        self.server.__enter__()
        self.port = self.server.port
        return self

    def __exit__(self, *_):
        self.server.__exit__()


SERVERS = {"nginx": Nginx}
