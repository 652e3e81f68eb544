/*
 * Makes a history of links whose lives are known, and reports on it; the tests of this
 * folder and of tests/browser drive it.
 *
 *     report_probe FOLDER < LINKS
 *
 * FOLDER/audit.db is made anew, FOLDER/reports holds the reports. A line of LINKS is a
 * use, its fields parted by tabs:
 *
 *     LIFE URL FILE LINE COLUMN FIELD TITLE CATEGORY PUBLISHED [CAPTURE]
 *
 * LIFE is a row of the table below; PUBLISHED a date, or "-". "\\xNN" in a field is a byte.
 */
#include "audit/report.h"
#include "base/grow.h"
#include "base/map.h"
#include "base/str.h"
#include "base/time.h"
#include "rot_feed.h"
#include <stdlib.h>
#include <unistd.h>

#define NOW INT64_C(1772539200) /* 2026-03-03T12:00:00Z */
#define DAY INT64_C(86400)
#define RUNS 14
#define APART (6 * DAY)
#define SUMMARY STR("A long word on what the page has to say of its subject")

/* How a link fares: well at first, and from a run on as its row says. */
static const struct life {
	const char *name;
	int from; /* run; RUNS: well to the end */
	enum of_failure failure;
	unsigned status, hop, signs;
	const char *leads_to, *words, *title; /* title of the page; NULL: the item's */
	enum of_verdict fixed;
} lives[] = {
	{.name = "alive", .from = RUNS},
	{.name = "unchecked", .from = RUNS},
	{.name = "moved", .from = 9, .status = 200, .hop = 301},
	{.name = "redirected", .from = 5, .status = 200, .hop = 302},
	{.name = "suspect", .from = 12, .failure = OF_FAILURE_HTTP, .status = 503},
	{.name = "gone", .from = 6, .failure = OF_FAILURE_HTTP, .status = 404},
	{.name = "gone-now", .from = 11, .failure = OF_FAILURE_HTTP, .status = 410},
	{.name = "no-name",
		.from = 3,
		.failure = OF_FAILURE_DNS_NXDOMAIN,
		.words = "Could not resolve host"},
	{.name = "silent",
		.from = 4,
		.failure = OF_FAILURE_TIMEOUT_CONNECT,
		.words = "Connection timed out after 10000 ms"},
	{.name = "soft-404",
		.from = 8,
		.status = 200,
		.hop = 302,
		.signs = OF_SIGN_ROOT | OF_SIGN_NOT_FOUND,
		.leads_to = "/",
		.title = "Sorry, we cannot find that page"},
	{.name = "hijacked",
		.from = 7,
		.status = 200,
		.hop = 301,
		.signs = OF_SIGN_PARKED | OF_SIGN_DOMAIN,
		.leads_to = "https://parked.example/buy",
		.title = "This domain is for sale"},
	{.name = "drifted", .from = 10, .status = 200, .title = "Casino bonus codes 2026"},
	{.name = "blocked", .from = 2, .failure = OF_FAILURE_HTTP, .status = 403},
	{.name = "throttled", .from = 13, .failure = OF_FAILURE_HTTP, .status = 429},
	{.name = "insecure",
		.from = 9,
		.failure = OF_FAILURE_TLS_EXPIRED,
		.words = "SSL certificate problem: certificate has expired"},
	{.name = "forbidden",
		.from = 0,
		.failure = OF_FAILURE_FORBIDDEN,
		.words = "127.0.0.1 is not globally routable"},
	{.name = "hostile",
		.from = 5,
		.failure = OF_FAILURE_HTTP,
		.status = 404,
		.words = "<script>document.title='words'</script> | \"'>&amp; \xE2\x80\xAE"
			 "drow"},
	{.name = "invalid", .from = RUNS, .fixed = OF_VERDICT_INVALID},
	{.name = "skipped", .from = RUNS, .fixed = OF_VERDICT_SKIPPED},
};

struct row {
	const struct life *life;
	struct of_use use;
	struct of_str capture;
	int64_t link; /* 0 for a use of a link that has a row */
};

struct probe {
	struct of_arena *arena;
	struct row *rows;
	size_t count, cap;
	int64_t links;
	struct of_history *history;
};

static void require(enum of_status status, const struct of_err *err)
{
	if (status == OF_OK)
		return;
	fprintf(stderr, "report_probe: %s: %s\n", err->path, err->message);
	exit(2);
}

static unsigned nibble(char c)
{
	return of_byte_is_digit(c) ? (unsigned)(c - '0')
				   : (unsigned)(of_byte_lower(c) - 'a') + 10;
}

/* The next field, with its bytes put in. */
static struct of_str take(struct probe *probe, struct of_str *line)
{
	struct of_str field = of_str_split(line, '\t');
	char *bytes = of_arena_take_raw(probe->arena, field.len + 1);
	size_t len = 0;

	for (size_t i = 0; i < field.len; i++) {
		if (field.ptr[i] == '\\' && i + 3 < field.len && field.ptr[i + 1] == 'x') {
			bytes[len++] = (char)(nibble(field.ptr[i + 2]) << 4 |
					      nibble(field.ptr[i + 3]));
			i += 3;
		} else {
			bytes[len++] = field.ptr[i];
		}
	}
	return (struct of_str){bytes, len};
}

static const struct life *find_life(struct of_str name)
{
	for (size_t i = 0; i < sizeof(lives) / sizeof(*lives); i++)
		if (of_str_equal(name, of_str_from(lives[i].name)))
			return &lives[i];
	fprintf(stderr, "report_probe: no life \"%.*s\"\n", (int)name.len, name.ptr);
	exit(2);
}

static unsigned to_number(struct of_str text)
{
	uint64_t number = 0;

	return of_str_to_uint(&number, text) ? (unsigned)number : 0;
}

static struct of_str host_of(struct of_str url)
{
	size_t slashes = of_str_find(url, STR("//"));
	struct of_str rest =
		slashes != OF_NPOS ? of_str_from_offset(url, slashes + 2) : STR("none");
	struct of_str authority = of_str_split(&rest, '/');
	size_t at = of_str_find_byte(authority, '@');

	return at != OF_NPOS ? of_str_from_offset(authority, at + 1) : authority;
}

static void read_row(struct probe *probe, struct of_str line)
{
	struct row *rows = of_grow(probe->rows, probe->count, &probe->cap, sizeof(*rows));
	struct row *row;

	if (rows == NULL)
		exit(2);
	probe->rows = rows;
	row = &rows[probe->count++];
	*row = (struct row){.life = find_life(take(probe, &line))};
	row->use.url = take(probe, &line);
	row->use.host = row->use.domain = host_of(row->use.url);
	row->use.file = take(probe, &line);
	row->use.line = to_number(take(probe, &line));
	row->use.column = to_number(take(probe, &line));
	row->use.field = take(probe, &line);
	row->use.item_title = take(probe, &line);
	row->use.category = take(probe, &line);
	if (!of_time_parse(&row->use.published, take(probe, &line), NULL))
		row->use.published = OF_TIME_NONE;
	row->capture = take(probe, &line);
	row->use.item_id = row->use.file;
	row->use.item_summary = SUMMARY;
	row->use.kind = OF_LINK_KIND_SOURCE;
	row->use.fixed = row->life->fixed;
}

static void read_rows(struct probe *probe)
{
	char *line = NULL;
	size_t cap = 0;
	ssize_t len;

	while ((len = getline(&line, &cap, stdin)) > 0) {
		struct of_str text = {line, (size_t)len};

		if (text.ptr[text.len - 1] == '\n')
			text.len--;
		if (text.len > 0)
			read_row(probe, of_arena_dup(probe->arena, text));
	}
	free(line);
}

static bool note_link(int64_t link, struct of_str domain, struct of_str url, void *payload)
{
	struct probe *probe = payload;

	(void)domain;
	for (size_t i = 0; i < probe->count; i++)
		if (of_str_equal(probe->rows[i].use.url, url)) {
			probe->rows[i].link = link;
			break;
		}
	return true;
}

static void put_uses(struct probe *probe)
{
	struct of_err err = {0};

	require(of_history_begin_uses(probe->history, &err), &err);
	for (size_t i = 0; i < probe->count; i++)
		require(of_history_add_use(probe->history, &probe->rows[i].use, &err), &err);
	require(of_history_end_uses(probe->history, &err), &err);
	require(of_history_each_due(
			probe->history, NOW, true, OF_LINK_KINDS_ALL, note_link, probe, &err),
		&err);
}

/* Where the row leads: an address of its own, else a page beside the one that was asked. */
static struct of_str target_of(struct probe *probe, const struct row *row)
{
	struct of_buf target = {0};
	struct of_str kept;

	if (row->life->leads_to != NULL && row->life->leads_to[0] != '/') {
		of_buf_add_text(&target, row->life->leads_to);
	} else {
		of_buf_add_text(&target, "https://");
		of_buf_add_str(&target, row->use.host);
		of_buf_add_text(&target, row->life->leads_to != NULL ? "/" : "/new/page.html");
	}
	kept = of_arena_keep(probe->arena, &target);
	of_buf_finish(&target);
	return kept;
}

static void check(struct probe *probe, const struct row *row, int64_t run, int number)
{
	const struct life *life = row->life;
	bool bad = number >= life->from;
	struct of_link link;
	struct of_hop hop = {life->hop, target_of(probe, row)};
	struct of_page page = {.published = OF_TIME_NONE, .description = SUMMARY};
	struct of_observation seen = {.at = NOW - (RUNS - 1 - number) * APART,
		.url = row->use.url,
		.status = 200,
		.final_url = row->use.url,
		.milliseconds = 80 + (unsigned)(row->link * 37 % 900)};
	struct of_judgement judgement;
	const struct of_check made = {
		.link = row->link, .run = run, .seen = &seen, .judgement = &judgement};
	struct of_err err = {0};

	require(of_history_get_link(probe->history, row->link, &link, probe->arena, &err),
		&err);
	page.title = row->use.item_title;
	if (bad) {
		seen.failure = life->failure;
		seen.status = life->status;
		seen.signs = life->signs;
		seen.words = of_str_from(life->words);
		if (life->hop > 0) {
			seen.final_url = hop.url;
			seen.hops = &hop;
			seen.n_hops = 1;
		}
		if (life->title != NULL) {
			page.title = of_str_from(life->title);
			page.description = STR("Win now and play today");
		}
	}
	if (seen.failure == OF_FAILURE_NONE)
		seen.page = &page;
	judgement =
		of_verdict_judge(&seen, &link.past, &link.expected, &of_verdict_rules_default);
	require(of_history_put_check(probe->history, &made, &err), &err);
}

static void live(struct probe *probe)
{
	struct of_err err = {0};

	for (int number = 0; number < RUNS; number++) {
		int64_t at = NOW - (RUNS - 1 - number) * APART;
		int64_t run = 0;

		require(of_history_begin_run(probe->history, at, &run, &err), &err);
		for (size_t i = 0; i < probe->count; i++)
			if (probe->rows[i].link != 0 &&
				strcmp(probe->rows[i].life->name, "unchecked") != 0)
				check(probe, &probe->rows[i], run, number);
		require(of_history_end_run(probe->history, run, at, true, &err), &err);
	}
	for (size_t i = 0; i < probe->count; i++)
		if (probe->rows[i].link != 0 && probe->rows[i].capture.len > 0)
			require(of_history_put_capture(probe->history, probe->rows[i].link,
					probe->rows[i].capture, NOW - 900 * DAY, NOW, &err),
				&err);
}

static void write_reports(struct probe *probe, const char *folder)
{
	static const char config[] = "site:\n  title: The <b>Gazette</b> & Co\n"
				     "  url: https://gazette.example/\ncontent: [content]\n";
	const struct of_report_about about = {.title = STR("The <b>Gazette</b> & Co"),
		.url = STR("https://gazette.example/"),
		.dir = STR("/site"),
		.now = NOW};
	struct of_totals totals;
	struct of_site *site = NULL;
	struct of_err err = {0};

	require(of_site_parse(&site, "/site/outfeed.yaml", STR(config), &err, NULL, NULL),
		&err);
	require(of_history_totals(probe->history, &totals, &err), &err);
	require(of_reports_write(probe->history, &about, &totals, folder, OF_NPOS, &err), &err);
	require(of_rot_feed_write(probe->history, site, folder, OF_NPOS,
			STR("https://gazette.example/audit/"), &err),
		&err);
	of_site_free(site);
}

int main(int argc, char **argv)
{
	struct probe probe = {.arena = of_arena_new()};
	struct of_history_place place = {0};
	struct of_buf path = {0};
	struct of_err err = {0};

	if (argc != 2 || probe.arena == NULL)
		return 2;
	read_rows(&probe);
	of_buf_add_format(&path, "%s/audit.db", argv[1]);
	unlink(path.ptr);
	place.folder = argv[1];
	require(of_history_open(&probe.history, &place, NULL, &err), &err);
	put_uses(&probe);
	live(&probe);
	require(of_history_flush(probe.history, &err), &err);
	of_buf_clear(&path);
	of_buf_add_format(&path, "%s/reports", argv[1]);
	write_reports(&probe, path.ptr);
	of_history_close(probe.history);
	of_buf_finish(&path);
	of_arena_free(probe.arena);
	free(probe.rows);
	return 0;
}
