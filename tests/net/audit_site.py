"""A site whose links are audited: what tests of `outfeed audit` share."""
import json
import os
import sqlite3
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from conftest import Site, run_program  # noqa: E402

DAY = 86400
BEGIN = 1_750_000_000   # seconds since 1970: when the first night of a test is


class AuditSite(Site):
    CONFIG = """\
        site:
          title: Test
          url: https://example.org/
        audit:
          allow_addresses: [127.0.0.0/8]
          delay: 0
          per_host: 16
          retries: 0
          robots: ignore
        """

    def configure(self, *lines):
        """More lines below `audit:`."""
        text = "".join(f"  {line}\n" for line in lines)
        path = self.folder / "outfeed.yaml"
        path.write_text(path.read_text() + text)

    def link(self, name, url, title="A piece about sparrows in winter", **more):
        return self.item(f"{name}.md", title=title, link=url, **more)

    def audit(self, *arguments, day=0, **options):
        """Runs the audit on a night; result.summary is its JSON, result.events the checks."""
        options.setdefault("cwd", self.folder)
        options.setdefault("timeout", 120)
        result = run_program("audit", "--json", "--now", moment(day), *arguments, **options)
        result.summary = json.loads(result.out)
        result.events = [json.loads(line) for line in result.err.splitlines()
                         if line.startswith('{"event"')]
        return result

    def nights(self, days, *arguments):
        for day in days:
            result = self.audit("--all", *arguments, day=day)
        return result

    def links(self):
        """URL -> row of the history, as people query it."""
        with sqlite3.connect(self.folder / ".outfeed/audit.db") as history:
            history.row_factory = sqlite3.Row
            return {row["url"]: dict(row) for row in history.execute("SELECT * FROM link")}

    def verdicts(self):
        return {url: row["verdict"] for url, row in self.links().items()}


def moment(day):
    from datetime import datetime, timezone
    return datetime.fromtimestamp(BEGIN + day * DAY, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def page(title, text="", head=""):
    """A page as bytes, long enough for its words to be compared."""
    text = text or f"Here is the text of {title}, which goes on for a while. " * 8
    return f"<html><head><title>{title}</title>{head}</head><body><h1>{title}</h1><p>{text}</p></body></html>".encode()
