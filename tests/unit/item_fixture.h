/*
 * Items read for a test: a site and a front matter in, one item and what was
 * told of it out. Included after cmocka.h.
 */
#ifndef ITEM_FIXTURE_H
#define ITEM_FIXTURE_H

#include "base/str.h"
#include <outfeed/buf.h>
#include <outfeed/item.h>
#include <outfeed/site.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

#define UNDATED "title: X\n"
#define DATED UNDATED "date: 2024-01-01\n"

struct fixture {
	struct of_site *site;
	struct of_arena *arena;
	struct of_buf told; /* "line:column: message\n" of each diagnostic, in order */
	struct of_buf bytes;
	struct of_item item;
	enum of_reason reason;
	struct of_err err;
};

static inline void on_item_diag(const struct of_diag *diag, void *payload)
{
	struct fixture *f = payload;

	of_buf_add_format(&f->told, "%u:%u: %s\n", diag->line, diag->column, diag->message);
}

static inline int set_up(void **state)
{
	static struct fixture fixture;

	fixture = (struct fixture){.arena = of_arena_new()};
	*state = &fixture;
	return fixture.arena == NULL;
}

static inline int tear_down(void **state)
{
	struct fixture *f = *state;

	of_arena_free(f->arena);
	of_site_free(f->site);
	of_buf_finish(&f->told);
	of_buf_finish(&f->bytes);
	return 0;
}

/* rest: what the site says besides its title and url. */
static inline void have_site(struct fixture *f, const char *rest)
{
	struct of_buf bytes = {0};

	of_site_free(f->site);
	of_buf_add_text(&bytes, "site: {title: T, url: \"https://ex.org/\"}\n");
	of_buf_add_text(&bytes, rest);
	if (of_site_parse(&f->site, "outfeed.yaml", of_buf_str(&bytes), &f->err, NULL, NULL) !=
		OF_OK)
		fail_msg("%s", f->err.message);
	of_buf_finish(&bytes);
}

static inline enum of_status read_part(
	struct fixture *f, const char *path, const char *front, enum of_item_part part)
{
	if (f->site == NULL)
		have_site(f, "");
	of_arena_clear(f->arena);
	of_buf_clear(&f->told);
	of_buf_clear(&f->bytes);
	of_buf_add_text(&f->bytes, "---\n");
	of_buf_add_text(&f->bytes, front);
	of_buf_add_text(&f->bytes, "---\nText.\n");
	f->err = (struct of_err){0};
	return of_item_parse(&f->item, &f->reason, f->arena, f->site, of_str_from(path),
		of_buf_str(&f->bytes), part, &f->err, on_item_diag, f);
}

/* An item that is as it should be, whatever is told of it. */
static inline const struct of_item *read_item(struct fixture *f, const char *front)
{
	if (read_part(f, "content/x.md", front, OF_ITEM_WHOLE) != OF_OK)
		fail_msg("for <%s>: %u:%u: %s", front, f->err.line, f->err.column,
			f->err.message);
	return &f->item;
}

static inline void assert_text(const char *what, struct of_str got, const char *want)
{
	if (!of_str_equal(got, of_str_from(want)))
		fail_msg("for <%s>: got <%.*s>, want <%s>", what, (int)got.len,
			got.ptr != NULL ? got.ptr : "", want);
}

/* Each line of want is the beginning of a line that was told, and there are no others. */
static inline void assert_told(const struct fixture *f, const char *what, const char *want)
{
	struct of_str told = of_buf_str(&f->told);
	struct of_str wanted = of_str_from(want);
	bool good = true;

	while (good && wanted.len > 0)
		good = of_str_starts(of_str_split(&told, '\n'), of_str_split(&wanted, '\n'));
	if (!good || told.len > 0)
		fail_msg("for <%s>: told\n%.*swanted\n%s", what, (int)f->told.len,
			f->told.ptr != NULL ? f->told.ptr : "", want);
}

static inline void assert_refused(
	struct fixture *f, const char *front, unsigned line, unsigned column, const char *words)
{
	if (read_part(f, "content/x.md", front, OF_ITEM_WHOLE) == OF_OK)
		fail_msg("for <%s>: not refused", front);
	if (f->err.line != line || f->err.column != column ||
		of_str_find(of_str_from(f->err.message), of_str_from(words)) == OF_NPOS)
		fail_msg("for <%s>: %u:%u: %s", front, f->err.line, f->err.column,
			f->err.message);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

#endif
