/*
 * The schema `outfeed` of a PostgreSQL database, as people meet it: \d+ in psql shows
 * these comments. The table `version` numbers it.
 *
 * Verdicts and failures are the words that reports use. What is not known is NULL.
 * The table of checks is `check_`: CHECK is a word of SQL's own. It is partitioned by
 * month, and nothing refers to its rows: what is too old is dropped by hand,
 * DROP TABLE outfeed.check_2026_01. Foreign keys are few: a plan writes millions of
 * rows at once, and a batch thousands.
 *
 * A change of the schema is one more step at the end; those that are there stay as they
 * are, since databases were made by them.
 */
#ifndef OF_STORE_POSTGRES_SCHEMA_H
#define OF_STORE_POSTGRES_SCHEMA_H

#include <stddef.h>

/* clang-format off */
#define ID "number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY"
#define COMMENT(column, words) "COMMENT ON COLUMN " column " IS '" words "'"

static const char *const of_postgres_step_1[] = {
	"CREATE TABLE verdict(\n"
	"  word text PRIMARY KEY,\n"
	"  rank integer NOT NULL,\n"
	"  rot boolean NOT NULL,\n"
	"  ok boolean NOT NULL\n"
	")",
	"COMMENT ON TABLE verdict IS 'what a link may be found'",
	COMMENT("verdict.rank", "the order of reports: rot first"),
	COMMENT("verdict.rot", "dead, soft-404, hijacked"),
	COMMENT("verdict.ok", "something answered, as far as one can tell the right thing"),

	"CREATE TABLE site(" ID ", url text NOT NULL, planned timestamptz)",
	"CREATE UNIQUE INDEX site_by_url ON site(md5(url))",
	"COMMENT ON TABLE site IS 'whose links these are; its url names it'",
	COMMENT("site.planned", "when its links were last listed"),

	"CREATE TABLE domain(\n"
	"  " ID ",\n"
	"  name text COLLATE \"C\" NOT NULL UNIQUE,\n"
	"  epoch bigint NOT NULL DEFAULT 0,\n"
	"  worker text,\n"
	"  leased_until timestamptz,\n"
	"  ready timestamptz NOT NULL DEFAULT 'infinity',\n"
	"  next_start timestamptz,\n"
	"  held_until timestamptz,\n"
	"  crawl_delay integer,\n"
	"  wanted timestamptz\n"
	") WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02)",
	"CREATE INDEX domain_by_ready ON domain(ready)",
	"COMMENT ON TABLE domain IS 'registrable domains: what a worker leases, and who may ask it when'",
	COMMENT("domain.epoch", "of the newest lease: what was found under an older one is not written"),
	COMMENT("domain.worker", "who holds or held it"),
	COMMENT("domain.leased_until", "NULL: nobody holds it"),
	COMMENT("domain.ready", "when anyone may lease it: after a lease that is held, else when a link is due and it may be asked; infinity: nothing is ever due"),
	COMMENT("domain.next_start", "politeness: no request before"),
	COMMENT("domain.held_until", "Retry-After: no request before"),
	COMMENT("domain.crawl_delay", "ms, that its robots.txt asked for"),
	COMMENT("domain.wanted", "since when another than its holder waits for it"),

	"CREATE TABLE link(\n"
	"  " ID ",\n"
	"  url text COLLATE \"C\" NOT NULL,\n"
	"  hash bigint NOT NULL,\n"
	"  domain bigint NOT NULL,\n"
	"  host text COLLATE \"C\" NOT NULL,\n"
	"  kinds integer NOT NULL DEFAULT 0,\n"
	"  first_item bigint,\n"
	"  verdict text NOT NULL DEFAULT 'none',\n"
	"  failure text,\n"
	"  status integer NOT NULL DEFAULT 0,\n"
	"  checks integer NOT NULL DEFAULT 0,\n"
	"  last_checked timestamptz,\n"
	"  last_ok timestamptz,\n"
	"  first_failed timestamptz,\n"
	"  streak integer NOT NULL DEFAULT 0,\n"
	"  since timestamptz,\n"
	"  signs integer NOT NULL DEFAULT 0,\n"
	"  evidence text,\n"
	"  due timestamptz NOT NULL DEFAULT 'epoch',\n"
	"  suggestion text,\n"
	"  likeness double precision,\n"
	"  print bigint,\n"
	"  etag text,\n"
	"  last_modified text,\n"
	"  final_url text COLLATE \"C\",\n"
	"  newest bigint,\n"
	"  newest_run bigint,\n"
	"  said bigint,\n"
	"  rot_since timestamptz\n"
	") WITH (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.05)",
	/* a URL may be longer than a row of an index; two of one md5 are of one hash by no chance */
	"CREATE UNIQUE INDEX link_by_url ON link(md5(url), hash)",
	"CREATE INDEX link_by_due ON link(domain, due) WHERE kinds <> 0",
	"CREATE INDEX link_by_run ON link(newest_run) WHERE final_url IS NOT NULL",
	"COMMENT ON TABLE link IS 'every URL there is, and what is known of it, the same for all sites; found by md5(url) = md5(''http://...'')'",
	COMMENT("link.hash", "of url"),
	COMMENT("link.kinds", "of all uses of all sites that have it checked: 1 source, 2 image, 4 body, 8 related, 16 image of the body; 0: no longer used"),
	COMMENT("link.first_item", "of its first use, a source if there is one"),
	COMMENT("link.failure", "of the last check"),
	COMMENT("link.first_failed", "of the streak of failures"),
	COMMENT("link.streak", "failures that count, since the last success"),
	COMMENT("link.since", "when the verdict became what it is"),
	COMMENT("link.signs", "what speaks against the page: bits"),
	COMMENT("link.evidence", "what else verdicts are made of, with blanks between: times of the last failure and of the last that counts; of those by 404, 410, NXDOMAIN how many, the first, the last; rechecks that found it dead; what the last page gives away, how often, since when, and last"),
	COMMENT("link.due", "when to look again"),
	COMMENT("link.suggestion", "moved: where to"),
	COMMENT("link.likeness", "of page and item, 0 to 1"),
	COMMENT("link.print", "alike for pages alike"),
	COMMENT("link.final_url", "that answered; NULL: url itself"),
	COMMENT("link.newest", "number of its newest check"),
	COMMENT("link.newest_run", "that made it"),
	COMMENT("link.said", "hash of what page has of it"),
	COMMENT("link.rot_since", "the check that found it rotten first; NULL: it is not"),

	"CREATE TABLE item(\n"
	"  " ID ",\n"
	"  site bigint NOT NULL REFERENCES site,\n"
	"  file text COLLATE \"C\" NOT NULL,\n"
	"  print bigint,\n"
	"  id text,\n"
	"  title text,\n"
	"  summary text,\n"
	"  category text,\n"
	"  published timestamptz\n"
	")",
	"CREATE UNIQUE INDEX item_by_file ON item(site, md5(file))",
	"COMMENT ON TABLE item IS 'a file of a site'",
	COMMENT("item.print", "of all that stands here and in its uses: tells a change"),
	COMMENT("item.category", "the first one''s label"),

	"CREATE TABLE use(\n"
	"  item bigint NOT NULL,\n"
	"  place integer NOT NULL,\n"
	"  link bigint NOT NULL,\n"
	"  kind integer NOT NULL,\n"
	"  line integer NOT NULL,\n"
	"  col integer NOT NULL,\n"
	"  field text,\n"
	"  PRIMARY KEY(item, place)\n"
	")",
	"CREATE INDEX use_by_link ON use(link, kind)",
	"COMMENT ON TABLE use IS 'where an item has a link'",
	COMMENT("use.place", "the item''s uses in their order"),
	COMMENT("use.kind", "1 source, 2 image, 4 body, 8 related, 16 image of the body"),
	COMMENT("use.field", "source_url, body, ..."),

	"CREATE TABLE site_link(\n"
	"  site bigint NOT NULL REFERENCES site,\n"
	"  link bigint NOT NULL,\n"
	"  kinds integer NOT NULL,\n"
	"  first_item bigint NOT NULL,\n"
	"  fixed text,\n"
	"  PRIMARY KEY(site, link)\n"
	")",
	"CREATE INDEX site_link_by_link ON site_link(link)",
	"COMMENT ON TABLE site_link IS 'the links that a site uses: what use says of each, summed up'",
	COMMENT("site_link.kinds", "of all its uses there"),
	COMMENT("site_link.first_item", "of its first use there, a source if there is one"),
	COMMENT("site_link.fixed", "invalid or skipped: this site has it never fetched"),

	"CREATE TABLE run(\n"
	"  " ID ",\n"
	"  site bigint REFERENCES site,\n"
	"  worker text,\n"
	"  started timestamptz NOT NULL,\n"
	"  ended timestamptz,\n"
	"  complete boolean,\n"
	"  checks bigint\n"
	")",
	"CREATE INDEX run_by_site ON run(site, number)",
	"COMMENT ON TABLE run IS 'an audit of a site, or a worker''s time'",
	COMMENT("run.site", "NULL: a worker''s"),
	COMMENT("run.ended", "NULL: it was killed, or goes on"),
	COMMENT("run.complete", "false: stopped before all was checked"),

	"CREATE SEQUENCE check_number CACHE 100",
	"CREATE TABLE check_(\n"
	"  number bigint NOT NULL DEFAULT nextval('check_number'),\n"
	"  link bigint NOT NULL,\n"
	"  run bigint NOT NULL,\n"
	"  at timestamptz NOT NULL,\n"
	"  verdict text NOT NULL,\n"
	"  failure text,\n"
	"  status integer,\n"
	"  milliseconds integer NOT NULL,\n"
	"  final_url text,\n"
	"  hops text,\n"
	"  words text\n"
	") PARTITION BY RANGE (at)",
	"CREATE INDEX check_by_link ON check_(link, at)",
	"COMMENT ON TABLE check_ IS 'every check ever made; a partition a month, to be dropped when it is too old'",
	COMMENT("check_.failure", "dns-nxdomain, refused, http, ...; NULL: none"),
	COMMENT("check_.status", "of the last answer; NULL: there was none"),
	COMMENT("check_.final_url", "where it is not what the hops, or the link''s url, say"),
	COMMENT("check_.hops", "301 URL, a line each"),
	COMMENT("check_.words", "libcurl''s own, of a failure"),

	"CREATE TABLE said(\n"
	"  link bigint PRIMARY KEY,\n"
	"  changed timestamptz NOT NULL,\n"
	"  published timestamptz,\n"
	"  title text,\n"
	"  words jsonb NOT NULL\n"
	")",
	"COMMENT ON TABLE said IS 'what a page says of itself: ask the view page'",
	COMMENT("said.changed", "when it came to say what it says"),
	COMMENT("said.published", "JSON-LD datePublished"),
	COMMENT("said.words", "the rest, without what the page does not say"),

	"CREATE TABLE capture(\n"
	"  link bigint PRIMARY KEY,\n"
	"  url text,\n"
	"  captured timestamptz,\n"
	"  asked timestamptz NOT NULL\n"
	")",
	"COMMENT ON TABLE capture IS 'the archive''s copy of a rotten link'",
	COMMENT("capture.url", "NULL: there is none"),

	"CREATE TABLE writer(\n"
	"  key text PRIMARY KEY,\n"
	"  batch bigint NOT NULL,\n"
	"  attempt bigint NOT NULL,\n"
	"  at timestamptz NOT NULL\n"
	")",
	"COMMENT ON TABLE writer IS 'the last batch of each process that writes: one whose commit nobody heard of is not written twice'",
	NULL,
};
#undef ID
#undef COMMENT

/* A step leads from the version of its place to the next; the first makes a new schema. */
static const char *const *const of_postgres_steps[] = {of_postgres_step_1};

#define OF_POSTGRES_VERSION (sizeof(of_postgres_steps) / sizeof(of_postgres_steps[0]))

#define OF_SAID(name) "  words ->> '" name "' AS " name ",\n"
#define OF_COUNTED(name) "  (words ->> '" name "')::bigint AS " name

/* For people, and `page` for outfeed as well; made anew with each version. */
static const char *const of_postgres_views[] = {
	"DROP VIEW IF EXISTS page, rot, hosts_by_rot, history",
	"CREATE VIEW page AS\n"
	"SELECT link, changed, title,\n"
	OF_SAID("description") OF_SAID("canonical") OF_SAID("heading") OF_SAID("og_title")
	OF_SAID("og_description") OF_SAID("og_image") OF_SAID("og_site_name")
	OF_SAID("og_type") OF_SAID("twitter_card") OF_SAID("twitter_title")
	OF_SAID("twitter_description") OF_SAID("twitter_image") OF_SAID("ld_headline")
	OF_SAID("ld_image") OF_SAID("oembed") OF_SAID("favicon") OF_SAID("language")
	OF_SAID("charset") OF_SAID("refresh") OF_SAID("type") OF_SAID("feeds")
	"  published,\n"
	"  coalesce((words ->> 'asks_password')::integer, 0) AS asks_password,\n"
	"  coalesce((words ->> 'truncated')::integer, 0) AS truncated,\n"
	OF_COUNTED("length") ",\n" OF_COUNTED("width") ",\n" OF_COUNTED("height") "\n"
	"FROM said",
	"COMMENT ON VIEW page IS 'what pages say of themselves'",

	"CREATE VIEW rot AS\n"
	"SELECT link.url, link.verdict,\n"
	"  CASE link.failure WHEN 'http' THEN 'http-' || link.status ELSE link.failure END AS why,\n"
	"  link.since, link.last_ok, item.title, item.file, use.line, use.field,\n"
	"  capture.url AS capture, site.url AS site\n"
	"FROM link JOIN use ON use.link = link.number JOIN item ON item.number = use.item\n"
	"  JOIN site ON site.number = item.site\n"
	"  JOIN site_link ON site_link.site = item.site AND site_link.link = link.number\n"
	"  LEFT JOIN capture ON capture.link = link.number\n"
	"WHERE site_link.fixed IS NULL AND link.verdict IN ('dead', 'soft-404', 'hijacked')",
	"COMMENT ON VIEW rot IS 'a row for each use of a dead, soft-404 or hijacked link'",

	"CREATE VIEW hosts_by_rot AS\n"
	"SELECT host, count(*) AS links, count(*) FILTER (WHERE rot) AS rotten,\n"
	"  round(100.0 * count(*) FILTER (WHERE rot) / count(*), 1) AS percent\n"
	"FROM link JOIN verdict ON word = link.verdict WHERE kinds <> 0\n"
	"GROUP BY host HAVING count(*) FILTER (WHERE rot) > 0\n"
	"ORDER BY rotten DESC, percent DESC, host",
	"COMMENT ON VIEW hosts_by_rot IS 'the most rotten links first'",

	"CREATE VIEW history AS\n"
	"SELECT link.url, check_.at, check_.verdict,\n"
	"  CASE check_.failure WHEN 'http' THEN 'http-' || check_.status\n"
	"    ELSE check_.failure END AS why,\n"
	"  check_.status, check_.milliseconds, check_.hops, check_.words, check_.run\n"
	"FROM link JOIN check_ ON check_.link = link.number",
	"COMMENT ON VIEW history IS 'every check; ask for one url: WHERE md5(url) = md5(''http://...'')'",
	NULL,
};
/* clang-format on */

#endif
