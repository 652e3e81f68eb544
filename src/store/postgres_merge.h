/*
 * The statements of a plan, one after the other. For postgres_merge.c alone, and for
 * those who want to know what they cost.
 */
#ifndef OF_STORE_POSTGRES_MERGE_H
#define OF_STORE_POSTGRES_MERGE_H

#include "store/postgres_db.h"

/* Parameters that a step takes: 1, the site; 2, and the items that are gone. Some are taken
 * only of many uses: what the planner knows of the tables would mislead it. */
#define OF_PG_MERGE_MANY (-1)
struct of_pg_merge_step {
	int takes;
	const char *sql;
};

static const struct of_pg_merge_step of_pg_merge_steps[] = {
	/* whoever waits for a plan waits as long as it takes */
	{0, "SET LOCAL lock_timeout = 0"},
	{0, "SELECT pg_advisory_xact_lock(" OF_PG_LOCKS ", " OF_PG_LOCK_USES ")"},
	{0, "ANALYZE pg_temp.given_item, pg_temp.given_use"},

	/* domains and links that are new, numbered as they came */
	{0, "INSERT INTO domain(name) SELECT g.domain FROM given_use g"
	    " WHERE NOT EXISTS (SELECT FROM domain d WHERE d.name = g.domain)"
	    " GROUP BY g.domain ORDER BY min(g.seq) ON CONFLICT (name) DO NOTHING"},
	{0, "INSERT INTO link(url, hash, domain, host)"
	    " SELECT g.url, g.hash, d.number, g.host FROM"
	    " (SELECT DISTINCT ON (u.hash, u.url) u.* FROM given_use u WHERE NOT EXISTS"
	    "  (SELECT FROM link l WHERE md5(l.url) = md5(u.url) AND l.url = u.url)"
	    "  ORDER BY u.hash, u.url, u.seq) g"
	    " JOIN domain d ON d.name = g.domain ORDER BY g.seq"
	    " ON CONFLICT (md5(url), hash) DO NOTHING"},
	{0, "UPDATE given_use g SET link = l.number FROM link l"
	    " WHERE md5(l.url) = md5(g.url) AND l.url = g.url"},

	{OF_PG_MERGE_MANY, "ANALYZE domain, link"},

	/* the links that lose or get a use */
	{1, "UPDATE given_item g SET item = i.number FROM item i"
	    " WHERE i.site = $1 AND md5(i.file) = md5(g.file)"},
	{0, "CREATE TEMPORARY TABLE touched(site bigint, link bigint, given boolean,"
	    " fixed text) ON COMMIT DROP"},
	{2, "INSERT INTO touched SELECT $1::bigint, link, bool_or(given) FROM ("
	    " SELECT link, false AS given FROM use WHERE item = ANY($2::bigint[])"
	    " UNION ALL SELECT link, false FROM use WHERE item IN"
	    "  (SELECT item FROM given_item WHERE NOT keeps)"
	    " UNION ALL SELECT link, true FROM given_use) t GROUP BY link"},
	{0, "ANALYZE pg_temp.touched"},

	{2, "DELETE FROM use WHERE item = ANY($2::bigint[]) AND $1::bigint IS NOT NULL"},
	{2, "DELETE FROM item WHERE number = ANY($2::bigint[]) AND site = $1"},
	{0, "DELETE FROM use WHERE item IN (SELECT item FROM given_item WHERE NOT keeps)"},
	/* a file that came twice is there twice, and has no print */
	{1, "INSERT INTO item(site, file, print, id, title, summary, category, published)"
	    " SELECT $1, file, nullif(print, 0), id, title, summary, category,"
	    " to_timestamp(published) FROM (SELECT DISTINCT ON (n) * FROM given_item"
	    "  ORDER BY n, print <> 0) g ORDER BY n"
	    " ON CONFLICT (site, md5(file)) DO UPDATE SET print = excluded.print,"
	    " id = excluded.id, title = excluded.title, summary = excluded.summary,"
	    " category = excluded.category, published = excluded.published"},
	{1, "UPDATE given_item g SET item = i.number FROM item i"
	    " WHERE i.site = $1 AND md5(i.file) = md5(g.file)"},
	{0, "INSERT INTO use(item, place, link, kind, line, col, field)"
	    " SELECT i.item, g.place + CASE WHEN i.keeps THEN coalesce("
	    "  (SELECT max(u.place) FROM use u WHERE u.item = i.item), 0) ELSE 0 END,"
	    " g.link, g.kind, g.line, g.col, g.field FROM given_use g"
	    " JOIN (SELECT n, item, bool_or(keeps) AS keeps FROM given_item GROUP BY n, item) i"
	    " ON i.n = g.n"},

	/* what the site uses, and then what all sites use */
	{0, "UPDATE touched t SET fixed = g.fixed FROM (SELECT link, max(fixed) AS fixed"
	    " FROM given_use GROUP BY link) g WHERE g.link = t.link"},
	{0, "UPDATE touched t SET fixed = k.fixed FROM site_link k WHERE k.site = t.site"
	    " AND k.link = t.link AND NOT t.given"},
	{0, "DELETE FROM site_link k USING touched t WHERE k.site = t.site"
	    " AND k.link = t.link"},
	{OF_PG_MERGE_MANY, "ANALYZE item, use"},
	{0, "INSERT INTO site_link(site, link, kinds, first_item, fixed)"
	    " SELECT t.site, t.link, bit_or(u.kind),"
	    " (array_agg(u.item ORDER BY u.kind, u.item, u.place))[1], t.fixed"
	    " FROM touched t JOIN use u ON u.link = t.link"
	    " JOIN item i ON i.number = u.item AND i.site = t.site"
	    " GROUP BY t.site, t.link, t.fixed"},
	{OF_PG_MERGE_MANY, "ANALYZE site_link"},

	/* from here on workers wait for the domains: by then the long part is done */
	{0, "SELECT number FROM domain WHERE number IN (SELECT l.domain FROM touched t"
	    " JOIN link l ON l.number = t.link) ORDER BY number FOR NO KEY UPDATE"},
	{0, "UPDATE link l SET kinds = s.kinds, first_item = s.first_item FROM"
	    " (SELECT t.link, coalesce(bit_or(k.kinds) FILTER (WHERE k.fixed IS NULL), 0)"
	    "   AS kinds, (array_agg(k.first_item ORDER BY k.kinds & -k.kinds, "
	    "k.first_item))[1]"
	    "   AS first_item FROM touched t LEFT JOIN site_link k ON k.link = t.link"
	    "  GROUP BY t.link) s WHERE l.number = s.link AND"
	    " (l.kinds, l.first_item) IS DISTINCT FROM (s.kinds, s.first_item)"},

	/* a domain that is leased gets its time when it is given back */
	{0, "UPDATE domain d SET ready = s.ready FROM (SELECT w.domain, CASE WHEN w.due IS NULL"
	    "  THEN 'infinity' ELSE greatest(w.due, m.held_until, m.next_start) END AS ready"
	    "  FROM (SELECT t.domain, (SELECT min(l.due) FROM link l WHERE l.domain = t.domain"
	    "    AND l.kinds <> 0) AS due FROM (SELECT DISTINCT l.domain FROM touched"
	    "    JOIN link l ON l.number = touched.link) t) w"
	    "  JOIN domain m ON m.number = w.domain) s"
	    " WHERE d.number = s.domain AND d.leased_until IS NULL"
	    " AND d.ready IS DISTINCT FROM s.ready"},
	{1, "UPDATE site SET planned = now() WHERE number = $1"},
};

#define of_pg_merge_count (sizeof(of_pg_merge_steps) / sizeof(of_pg_merge_steps[0]))

#endif
