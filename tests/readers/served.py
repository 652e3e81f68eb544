"""The servers that the readers' tests are run against, by name: each serves a site's output."""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "net"))

from serve_site import Serving
from web_server import WebServer, outfeed_conf


class Nginx:
    """As contrib/nginx has it."""

    def __init__(self, site, folder):
        folder.mkdir()
        self.server = WebServer(folder, outfeed_conf(site.output, site.folder / "images"))

    def __enter__(self):
        self.server.__enter__()
        self.place = ("127.0.0.2", self.server.port)
        return self

    def __exit__(self, *_):
        self.server.__exit__()


class Outfeed(Serving):
    def __init__(self, site, _):
        super().__init__(site.folder)


SERVERS = {"nginx": Nginx, "outfeed": Outfeed}
