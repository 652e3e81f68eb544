"""A site for the tests of its pages, and a web server of it.

The site says that it is https://example.org/, and is looked at on another origin: what
its pages show must come from where they are.
"""
import contextlib
import json
import sys
import urllib.request

from conftest import TESTS, Site

sys.path.insert(0, str(TESTS / "net"))
from web_server import WebServer  # noqa: E402

CONFIG = """\
    site:
      title: "{title}"
      url: https://example.org/sub/
      description: "{description}"
      icon: https://example.org/sub/favicon.png
    content: [content]
    groups:
      - {{by: categories, path: "topic/{{slug}}"}}
      - {{by: tags, path: "tag/{{slug}}"}}
    images: {{dir: images, url: "https://example.org/sub/images/"}}
    compress: false
    """
# An image of a pixel is enough: its size on the page is the style's.
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154"
    "789c6360606060000000050001a5f645400000000049454e44ae426082")

SERVER = """server {
	listen 127.0.0.2:PORT;
	root ROOT;
	types { text/html html; image/png png; text/x-opml opml; }
	charset utf-8;
	location ~ /atom\\.xml$ { types { } default_type application/atom+xml; }
	location ~ /rss\\.xml$ { types { } default_type application/rss+xml; }
	location ~ /feed\\.json$ { types { } default_type application/feed+json; }
}"""

SCRIPT = "<img src=x onerror=alert(1)><script>alert(2)</script>\"'>"
RLO = "\u202e"  # right-to-left override


class QuotedSite(Site):
    """Whose items may hold any character."""

    def item(self, name, **keys):
        keys = {"date": "2025-03-01", **keys}
        body = keys.pop("body", "Text.\n")
        return self.write(f"content/{name}", f"---\n{json.dumps(keys)}\n---\n{body}".encode())


def typical(folder):
    site = Site(folder)
    site.write("outfeed.yaml", CONFIG.format(title="The Gazette", description="What is worth reading."))
    site.write("images/pixel.png", PIXEL)
    for number in range(1, 25):
        site.item(f"item-{number}.md", title=f"Item {number}", date=f"2025-03-{number:02}",
                  category=("News", "Café society", "Tools", "Tooling")[number % 4],
                  tags=[f"tag {number % 3}"], description=f"What item {number} has to say.",
                  link={"href": f"https://example.com/{number}", "brand": "Example"},
                  featuredImage={"href": ("pixel.png", "https://elsewhere.example/x.png")[number % 2],
                                 "alt": "A pixel", "format": "png", "size": [1, 1]})
    return site


def hostile(folder):
    site = QuotedSite(folder)
    title = f"<script>alert(0)</script> The {RLO}ettezaG & Co"
    site.write("outfeed.yaml", CONFIG.format(title=title, description="<b>\\\"of\\\"</b> '>"))
    site.write("images/pixel.png", PIXEL)
    site.item("script.md", title="<script>alert(3)</script>" + "x", description=SCRIPT,
              categories=["News <script>alert(4)</script>"], tags=["<img src=x onerror=alert(5)>"],
              body=f"{SCRIPT}\n\n[x](javascript:alert(6))\n",
              link={"href": 'https://example.com/"><script>alert(7)</script>', "brand": SCRIPT},
              featuredImage={"href": "pixel.png", "alt": SCRIPT})
    site.item("turned.md", title=f"Right to left {RLO}overridden", date="2025-03-02",
              description=f"{RLO}all of it\u2066 unclosed", categories=[f"{RLO}denruT"], tags=["x"],
              link={"href": "https://example.com/2", "brand": f"{RLO}ecruos"})
    site.item("long.md", title="W" * 1000, date="2025-03-03", description="D" * 10000, categories=["L" * 190],
              tags=["y" * 190], link={"href": "https://example.com/" + "u" * 3000, "brand": "B" * 10000})
    site.item("address.md", title="Addresses", date="2025-03-04", categories=["News"], tags=["x"],
              permalink="javascript:alert(8)", link={"href": "javascript:alert(9)", "brand": "js"},
              featuredImage={"href": "https://elsewhere.example/x.png", "alt": "x", "format": "png", "size": [1, 1]})
    site.item("hebrew.md", title="שלום: a title", date="2025-03-05", categories=["עברית"], tags=["x"],
              description="תקציר בעברית.", lang="he", featuredImage="pixel.png")
    return site


def built(site):
    result = site.build()
    assert result.status == 0 and not [d for d in result.diagnostics if d["severity"] == "error"], result
    (site.output / "images").mkdir()
    for name in ("images/pixel.png", "favicon.png"):
        (site.output / name).write_bytes(PIXEL)
    return site


@contextlib.contextmanager
def served(site, folder):
    """The address of the site's output, from a web server in a folder of its own."""
    with WebServer(folder, SERVER.replace("ROOT", str(site.output))) as server:
        yield f"http://127.0.0.2:{server.port}/"


def get(url):
    """Media type and bytes of what is there."""
    with urllib.request.urlopen(url, timeout=10) as answer:
        assert answer.status == 200
        return answer.headers.get_content_type(), answer.read()
