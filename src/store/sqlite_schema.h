/*
 * The schema of audit.db, as people meet it: `sqlite3 .outfeed/audit.db .schema`
 * shows these texts, comments and all. PRAGMA user_version numbers it.
 *
 * Times are whole seconds since 1970 UTC: datetime(at, 'unixepoch') shows one.
 * Verdicts and failures are the words that reports use, not numbers: queries
 * can be read, for about 5 bytes a check. What is not known is NULL. The table
 * of checks is `check_`: CHECK is a word of SQL's own, and would have to be
 * quoted each time.
 *
 * `check_` has no index by link. A link knows its newest check and each check
 * the one before: outfeed walks those, and a check is a row at the end and no
 * more. Whoever asks for one link's checks by hand waits for a scan, a second
 * or so for five million.
 *
 * Tables, views, triggers and plain indexes of people's own may stand beside these; none
 * is used, and no trigger runs here. Our tables must be as the steps make them, and
 * indexes and views are made anew where they are not (history_guard.c).
 *
 * A change of the schema is one more step at the end; those that are there
 * stay as they are, since histories were made by them.
 */
#ifndef OF_STORE_SQLITE_SCHEMA_H
#define OF_STORE_SQLITE_SCHEMA_H

#include <stddef.h>

#include "store/sqlite_page.h"

/* clang-format off */
static const char *const of_sqlite_step_1[] = {
	"CREATE TABLE verdict(\n"
	"  word TEXT PRIMARY KEY NOT NULL,\n"
	"  rank INTEGER NOT NULL, -- the order of reports: rot first\n"
	"  rot INTEGER NOT NULL,  -- 1: dead, soft-404, hijacked\n"
	"  ok INTEGER NOT NULL    -- 1: something answered, as far as one can tell the right thing\n"
	") WITHOUT ROWID",

	"CREATE TABLE host(\n"
	"  number INTEGER PRIMARY KEY,\n"
	"  name TEXT NOT NULL UNIQUE,\n"
	"  domain TEXT NOT NULL -- registrable\n"
	")",
	"CREATE INDEX host_by_domain ON host(domain)",

	"CREATE TABLE link(\n"
	"  number INTEGER PRIMARY KEY,\n"
	"  url TEXT NOT NULL,\n"
	"  hash INTEGER NOT NULL,            -- of url: links are found by it\n"
	"  host INTEGER NOT NULL REFERENCES host,\n"
	"  kinds INTEGER NOT NULL DEFAULT 0, -- of all uses: 1 source, 2 image, 4 body, 8 related, 16 image of the body;\n"
	"                                    -- 0: no longer used\n"
	"  first_item INTEGER REFERENCES item, -- of its first use, a source if there is one\n"
	"  fixed TEXT,                       -- invalid or skipped: never fetched\n"
	"  verdict TEXT NOT NULL DEFAULT 'none',\n"
	"  failure TEXT,                     -- of the last check\n"
	"  status INTEGER NOT NULL DEFAULT 0,\n"
	"  checks INTEGER NOT NULL DEFAULT 0,\n"
	"  last_checked INTEGER,\n"
	"  last_ok INTEGER,\n"
	"  first_failed INTEGER,             -- of the streak of failures\n"
	"  streak INTEGER NOT NULL DEFAULT 0, -- failures that count, since the last success\n"
	"  since INTEGER,                    -- when the verdict became what it is\n"
	"  signs INTEGER NOT NULL DEFAULT 0, -- what speaks against the page: bits\n"
	"  evidence TEXT,                    -- what else verdicts are made of, with blanks between:\n"
	"                                    -- times of the last failure and of the last that\n"
	"                                    -- counts; of those by 404, 410, NXDOMAIN how many, the\n"
	"                                    -- first, the last; rechecks that found it dead; what\n"
	"                                    -- the last page gives away (none, soft-404, hijacked,\n"
	"                                    -- drifted), how often, since when, and last.\n"
	"                                    -- NULL: 0 and none, of most links\n"
	"  due INTEGER NOT NULL DEFAULT 0,   -- when to look again\n"
	"  suggestion TEXT,                  -- moved: where to\n"
	"  likeness REAL,                    -- of page and item, 0 to 1\n"
	"  print INTEGER,                    -- alike for pages alike\n"
	"  etag TEXT,\n"
	"  last_modified TEXT,\n"
	"  final_url TEXT,                   -- that answered; NULL: url itself\n"
	"  newest INTEGER REFERENCES check_,\n"
	"  said INTEGER                      -- hash of what `page` has of it\n"
	")",
	"CREATE INDEX link_by_hash ON link(hash)",
	"CREATE INDEX link_by_host ON link(host)",

	"CREATE TABLE item(\n"
	"  number INTEGER PRIMARY KEY,\n"
	"  file TEXT NOT NULL UNIQUE,\n"
	"  print INTEGER,     -- of all that stands here and in its uses: tells a change\n"
	"  id TEXT,\n"
	"  title TEXT,\n"
	"  summary TEXT,\n"
	"  category TEXT,     -- the first one's label\n"
	"  published INTEGER\n"
	")",

	"CREATE TABLE use(\n"
	"  item INTEGER NOT NULL REFERENCES item,\n"
	"  place INTEGER NOT NULL, -- the item's uses in their order\n"
	"  link INTEGER NOT NULL REFERENCES link,\n"
	"  kind INTEGER NOT NULL,  -- 1 source, 2 image, 4 body, 8 related, 16 image of the body\n"
	"  line INTEGER NOT NULL,\n"
	"  col INTEGER NOT NULL,\n"
	"  field TEXT,             -- source_url, body, ...\n"
	"  PRIMARY KEY(item, place)\n"
	") WITHOUT ROWID",
	"CREATE INDEX use_by_link ON use(link, kind)",

	"CREATE TABLE run(\n"
	"  number INTEGER PRIMARY KEY,\n"
	"  started INTEGER NOT NULL,\n"
	"  ended INTEGER,    -- NULL: it was killed, or goes on\n"
	"  complete INTEGER, -- 0: stopped before all was checked\n"
	"  checks INTEGER\n"
	")",

	"CREATE TABLE check_(\n"
	"  number INTEGER PRIMARY KEY,\n"
	"  link INTEGER NOT NULL REFERENCES link,\n"
	"  run INTEGER NOT NULL REFERENCES run,\n"
	"  at INTEGER NOT NULL,\n"
	"  verdict TEXT NOT NULL,\n"
	"  failure TEXT,      -- dns-nxdomain, refused, http, ...; NULL: none\n"
	"  status INTEGER,    -- of the last answer; NULL: there was none\n"
	"  milliseconds INTEGER NOT NULL,\n"
	"  final_url TEXT,    -- where it is not what the hops, or the link's url, say\n"
	"  hops TEXT,         -- '301 URL', a line each\n"
	"  words TEXT,        -- libcurl's own, of a failure\n"
	"  before INTEGER REFERENCES check_ -- the link's check before this one\n"
	")",

	"CREATE TABLE said( -- what a page says of itself: ask the view `page`\n"
	"  link INTEGER PRIMARY KEY REFERENCES link,\n"
	"  changed INTEGER NOT NULL, -- when it came to say what it says\n"
	"  published INTEGER,        -- JSON-LD datePublished\n"
	"  title TEXT,\n"
	"  words TEXT NOT NULL       -- the rest: a JSON object, without what the page does not say\n"
	")",
	NULL,
};

/* Captures; and the run that found a rotten link so, by the last check that was kept. */
static const char *const of_sqlite_step_2[] = {
	"CREATE TABLE capture(\n"
	"  link INTEGER PRIMARY KEY REFERENCES link,\n"
	"  url TEXT,               -- NULL: there is none\n"
	"  captured INTEGER,\n"
	"  asked INTEGER NOT NULL\n"
	")",
	"ALTER TABLE link ADD COLUMN rot_run INTEGER REFERENCES run",
	"UPDATE link SET rot_run = (SELECT run FROM check_ WHERE check_.number = newest)\n"
	"WHERE verdict IN ('dead', 'soft-404', 'hijacked')",
	NULL,
};

/* A step leads from the version of its place to the next; the first makes a new history. */
static const char *const *const of_sqlite_steps[] = {of_sqlite_step_1, of_sqlite_step_2};

#define OF_HISTORY_VERSION (sizeof(of_sqlite_steps) / sizeof(of_sqlite_steps[0]))

/* For people: outfeed asks none of them. Made anew with each version. */
static const char *const of_sqlite_views[] = {
	"DROP VIEW IF EXISTS page",
	"CREATE VIEW page AS -- what pages say of themselves\n"
	OF_PAGE_SELECT,

	"DROP VIEW IF EXISTS rot",
	"CREATE VIEW rot AS -- a row for each use of a dead, soft-404 or hijacked link\n"
	"SELECT link.url, link.verdict,\n"
	"  CASE link.failure WHEN 'http' THEN 'http-' || link.status ELSE link.failure END AS why,\n"
	"  datetime(link.since, 'unixepoch') AS since,\n"
	"  datetime(link.last_ok, 'unixepoch') AS last_ok,\n"
	"  item.title, item.file, use.line, use.field, capture.url AS capture\n"
	"FROM link JOIN use ON use.link = link.number JOIN item ON item.number = use.item\n"
	"  LEFT JOIN capture ON capture.link = link.number\n"
	"WHERE link.fixed IS NULL AND link.verdict IN (SELECT word FROM verdict WHERE rot)",

	"DROP VIEW IF EXISTS hosts_by_rot",
	"CREATE VIEW hosts_by_rot AS -- the most rotten links first\n"
	"SELECT host.name AS host, count(*) AS links, sum(verdict.rot) AS rotten,\n"
	"  round(100.0 * sum(verdict.rot) / count(*), 1) AS percent\n"
	"FROM link JOIN host ON host.number = link.host JOIN verdict ON word = link.verdict\n"
	"WHERE link.kinds <> 0 AND link.fixed IS NULL\n"
	"GROUP BY host.number HAVING rotten > 0 ORDER BY rotten DESC, percent DESC, host",

	"DROP VIEW IF EXISTS history",
	"CREATE VIEW history AS -- every check; ask for one url\n"
	"SELECT link.url, datetime(check_.at, 'unixepoch') AS at, check_.verdict,\n"
	"  CASE check_.failure WHEN 'http' THEN 'http-' || check_.status\n"
	"    ELSE check_.failure END AS why,\n"
	"  check_.status, check_.milliseconds, check_.hops, check_.words, check_.run\n"
	"FROM link JOIN check_ ON check_.link = link.number",
	NULL,
};
/* clang-format on */

#endif
