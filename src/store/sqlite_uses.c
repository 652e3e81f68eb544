/*
 * What is used where. All of a run's uses are one transaction, so that they
 * come into force at once; but a file whose uses are as they were is not
 * written: a print of them tells, and a bit in memory that it was seen.
 */
#include "store/sqlite_ahead.h"

#include "base/str.h"
#include "store/sqlite_pack.h"
#include <stdlib.h>

#define NO_PRINT 0 /* of a file whose uses did not come together: written every time */

/* Links of a host come together, or soon again: most need no look-up of its number. */
#define NEAR_HOSTS 256
#define NEAR_NAME 56
struct near_host {
	int64_t number; /* 0: none */
	unsigned char len;
	char name[NEAR_NAME];
};

struct of_swap {
	struct near_host hosts[NEAR_HOSTS]; /* by a hash of their names */
	struct of_bits seen;                /* items */
	struct of_bits touched; /* links that lost a use, and may have others left */
	struct of_buf file;     /* whose uses are gathered */
	struct of_buf packed;   /* its uses, packed after the item's own text */
};

static const struct of_query find_host = {
	OF_QUERY_FIND_HOST, "SELECT number FROM host WHERE name = ?"};
static const struct of_query add_host = {
	OF_QUERY_ADD_HOST, "INSERT INTO host(name, domain) VALUES (?, ?)"};
static const struct of_query find_link = {OF_QUERY_FIND_LINK,
	"SELECT number, kinds, first_item, fixed FROM link WHERE hash = ? AND url = ?"};
static const struct of_query add_link = {OF_QUERY_ADD_LINK,
	"INSERT INTO link(url, hash, host, kinds, first_item, fixed) VALUES "
	"(?, ?, ?, ?, ?, ?)"};
static const struct of_query set_link_use = {OF_QUERY_SET_LINK_USE,
	"UPDATE link SET kinds = ?, first_item = ?, fixed = ? WHERE number = ?"};
#define HAS_KIND(kind) "EXISTS (SELECT 1 FROM use WHERE link = ?1 AND kind = " #kind ")"
static const struct of_query set_link_kinds = {OF_QUERY_SET_LINK_KINDS,
	"UPDATE link SET kinds = " HAS_KIND(1) " + 2 * " HAS_KIND(2) " + 4 * " HAS_KIND(
		4) " + 8 * " HAS_KIND(8) " + 16 * " HAS_KIND(16) ", first_item = (SELECT item "
								 "FROM use WHERE link = ?1 "
								 "ORDER "
								 "BY kind, item, place LIMIT 1)"
								 " WHERE number = ?1"};
static const struct of_query find_item = {OF_QUERY_FIND_ITEM,
	"SELECT number, print, (SELECT max(place) FROM use WHERE item = number)"
	" FROM item WHERE file = ?"};
static const struct of_query put_item = {OF_QUERY_PUT_ITEM,
	"INSERT INTO item(number, file, print, id, title, summary, category, published)"
	" VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT(number) DO UPDATE SET"
	" print = excluded.print, id = excluded.id, title = excluded.title,"
	" summary = excluded.summary, category = excluded.category,"
	" published = excluded.published"};
static const struct of_query drop_item = {
	OF_QUERY_DROP_ITEM, "DELETE FROM item WHERE number = ?"};
static const struct of_query each_item = {
	OF_QUERY_EACH_ITEM, "SELECT number FROM item ORDER BY number"};
static const struct of_query add_use = {OF_QUERY_ADD_USE,
	"INSERT INTO use(item, place, link, kind, line, col, field)"
	" VALUES (?, ?, ?, ?, ?, ?, ?)"};
static const struct of_query used_links = {
	OF_QUERY_USED_LINKS, "SELECT link FROM use WHERE item = ?"};
static const struct of_query drop_uses = {OF_QUERY_DROP_USES, "DELETE FROM use WHERE item = ?"};

void of_swap_free(struct of_swap *swap)
{
	if (swap == NULL)
		return;
	of_bits_finish(&swap->seen);
	of_bits_finish(&swap->touched);
	of_buf_finish(&swap->file);
	of_buf_finish(&swap->packed);
	free(swap);
}

static struct near_host *near_host(struct of_swap *swap, struct of_str name)
{
	return &swap->hosts[of_str_hash(name) % NEAR_HOSTS];
}

static enum of_status look_up_host(struct of_sqlite *history, const struct of_use *use,
	int64_t *number, struct of_err *err)
{
	struct of_cursor cursor = of_cursor_begin(history, &find_host);
	bool found;
	enum of_status status;

	of_cursor_put_words(&cursor, use->host);
	found = of_cursor_next(&cursor);
	if (found)
		*number = of_cursor_int(&cursor);
	status = of_cursor_end(&cursor, err);
	if (status != OF_OK || found)
		return status;
	cursor = of_cursor_begin(history, &add_host);
	of_cursor_put_words(&cursor, use->host);
	of_cursor_put_words(&cursor, use->domain);
	status = of_cursor_run(&cursor, err);
	*number = sqlite3_last_insert_rowid(history->db);
	return status;
}

static enum of_status number_host(struct of_sqlite *history, const struct of_use *use,
	int64_t *number, struct of_err *err)
{
	struct near_host *near = near_host(history->swap, use->host);
	enum of_status status;

	if (near->number != 0 && near->len == use->host.len &&
		memcmp(near->name, use->host.ptr, near->len) == 0) {
		*number = near->number;
		return OF_OK;
	}
	status = look_up_host(history, use, number, err);
	if (status == OF_OK && use->host.len > 0 && use->host.len <= NEAR_NAME) {
		near->number = *number;
		near->len = (unsigned char)use->host.len;
		memcpy(near->name, use->host.ptr, use->host.len);
	}
	return status;
}

static struct of_str fixed_name(const struct of_use *use)
{
	return use->fixed != OF_VERDICT_NONE ? of_str_from(of_verdict_name(use->fixed))
					     : STR("");
}

static enum of_status make_link(struct of_sqlite *history, const struct of_use *use,
	int64_t item, int64_t *number, struct of_err *err)
{
	struct of_cursor cursor;
	int64_t host;
	enum of_status status = number_host(history, use, &host, err);

	if (status != OF_OK)
		return status;
	cursor = of_cursor_begin(history, &add_link);
	of_cursor_put_words(&cursor, use->url);
	of_cursor_put_int(&cursor, of_sqlite_hash(use->url));
	of_cursor_put_int(&cursor, host);
	of_cursor_put_int(&cursor, use->kind);
	of_cursor_put_int(&cursor, item);
	of_cursor_put_text(&cursor, fixed_name(use));
	status = of_cursor_run(&cursor, err);
	*number = sqlite3_last_insert_rowid(history->db);
	return status;
}

/* By the order of use_by_link: a source is the lowest kind. */
static bool is_first(const struct of_use *use, int64_t item, unsigned kinds, int64_t first)
{
	unsigned lowest = kinds & (0U - kinds);

	return first == 0 || use->kind < lowest || (use->kind == lowest && item < first);
}

/* The link of a use, made where it is new, and knowing of this one. */
static enum of_status number_link(struct of_sqlite *history, const struct of_use *use,
	int64_t item, int64_t *number, struct of_err *err)
{
	struct of_cursor cursor = of_cursor_begin(history, &find_link);
	int64_t first = 0;
	unsigned kinds = 0;
	bool found, same = false;
	enum of_status status;

	of_cursor_put_int(&cursor, of_sqlite_hash(use->url));
	of_cursor_put_words(&cursor, use->url);
	found = of_cursor_next(&cursor);
	if (found) {
		*number = of_cursor_int(&cursor);
		kinds = (unsigned)of_cursor_int(&cursor);
		first = of_cursor_int(&cursor);
		same = (kinds | use->kind) == kinds && !is_first(use, item, kinds, first) &&
		       of_str_equal(of_cursor_text(&cursor), fixed_name(use));
	}
	status = of_cursor_end(&cursor, err);
	if (status != OF_OK || same)
		return status;
	if (!found)
		return make_link(history, use, item, number, err);
	cursor = of_cursor_begin(history, &set_link_use);
	of_cursor_put_int(&cursor, kinds | use->kind);
	of_cursor_put_some(&cursor, is_first(use, item, kinds, first) ? item : first);
	of_cursor_put_text(&cursor, fixed_name(use));
	of_cursor_put_int(&cursor, *number);
	return of_cursor_run(&cursor, err);
}

static enum of_status write_use(struct of_sqlite *history, int64_t item, int64_t place,
	const struct of_use *use, struct of_err *err)
{
	struct of_cursor cursor;
	int64_t link;
	enum of_status status = number_link(history, use, item, &link, err);

	if (status != OF_OK)
		return status;
	cursor = of_cursor_begin(history, &add_use);
	of_cursor_put_int(&cursor, item);
	of_cursor_put_int(&cursor, place);
	of_cursor_put_int(&cursor, link);
	of_cursor_put_int(&cursor, use->kind);
	of_cursor_put_int(&cursor, use->line);
	of_cursor_put_int(&cursor, use->column);
	of_cursor_put_text(&cursor, use->field);
	return of_cursor_run(&cursor, err);
}

/* item 0 for a new one; its number afterwards. */
static enum of_status write_item(struct of_sqlite *history, int64_t *item, int64_t print,
	const struct of_use *use, struct of_err *err)
{
	struct of_cursor cursor = of_cursor_begin(history, &put_item);
	enum of_status status;

	of_cursor_put_some(&cursor, *item);
	of_cursor_put_words(&cursor, of_buf_str(&history->swap->file));
	of_cursor_put_some(&cursor, print);
	of_cursor_put_text(&cursor, use->item_id);
	of_cursor_put_text(&cursor, use->item_title);
	of_cursor_put_text(&cursor, use->item_summary);
	of_cursor_put_text(&cursor, use->category);
	of_cursor_put_date(&cursor, use->published);
	status = of_cursor_run(&cursor, err);
	if (*item == 0)
		*item = sqlite3_last_insert_rowid(history->db);
	return status;
}

/* No history that audits made has so high a number: the memory for it would be a forger's. */
static enum of_status mark(
	struct of_sqlite *history, struct of_bits *bits, int64_t number, struct of_err *err)
{
	if (number < 0 || number > OF_BITS_MOST) {
		history->damaged = true;
		return of_sqlite_fail(history, err);
	}
	return of_bits_add(bits, number) ? OF_OK : of_err_set_nomem(err);
}

static enum of_status forget_uses(struct of_sqlite *history, int64_t item, struct of_err *err)
{
	struct of_cursor cursor = of_cursor_begin(history, &used_links);
	enum of_status marked = OF_OK, status;

	of_cursor_put_int(&cursor, item);
	while (marked == OF_OK && of_cursor_next(&cursor))
		marked = mark(history, &history->swap->touched, of_cursor_int(&cursor), err);
	status = of_cursor_end(&cursor, marked == OF_OK ? err : NULL);
	if (marked != OF_OK)
		status = marked;
	if (status != OF_OK)
		return status;
	cursor = of_cursor_begin(history, &drop_uses);
	of_cursor_put_int(&cursor, item);
	return of_cursor_run(&cursor, err);
}

/* What the history has of the file whose uses are gathered. */
struct known {
	int64_t item, print, last_place; /* item 0: nothing */
};

static enum of_status find_known(
	struct of_sqlite *history, struct known *known, struct of_err *err)
{
	struct of_cursor cursor = of_cursor_begin(history, &find_item);

	*known = (struct known){0};
	of_cursor_put_words(&cursor, of_buf_str(&history->swap->file));
	if (of_cursor_next(&cursor)) {
		known->item = of_cursor_int(&cursor);
		known->print = of_cursor_int(&cursor);
		known->last_place = of_cursor_int(&cursor);
	}
	return of_cursor_end(&cursor, err);
}

static enum of_status write_file(
	struct of_sqlite *history, struct known *known, int64_t print, struct of_err *err)
{
	struct of_str rest = of_buf_str(&history->swap->packed);
	struct of_use use = {0};
	enum of_status status;

	of_unpack_item(&rest, &use);
	status = write_item(history, &known->item, print, &use, err);
	while (status == OF_OK && rest.len > 0) {
		of_unpack_use(&rest, &use);
		status = write_use(history, known->item, ++known->last_place, &use, err);
	}
	return status;
}

static int64_t print_of(struct of_str packed)
{
	int64_t print = (int64_t)of_str_hash(packed);

	return print != NO_PRINT ? print : 1;
}

/* The file's uses are all there: written if they are not what they were. */
static enum of_status settle(struct of_sqlite *history, struct of_err *err)
{
	struct of_swap *swap = history->swap;
	int64_t print = print_of(of_buf_str(&swap->packed));
	struct known known;
	enum of_status status = of_buf_status(&swap->packed, err);

	if (status == OF_OK)
		status = of_buf_status(&swap->file, err);
	if (status == OF_OK && swap->packed.len > 0)
		status = find_known(history, &known, err);
	if (status != OF_OK || swap->packed.len == 0)
		return status;
	if (known.item != 0 && of_bits_has(&swap->seen, known.item)) {
		print = NO_PRINT;
	} else if (known.item != 0 && known.print != print) {
		status = forget_uses(history, known.item, err);
		known.last_place = 0;
	}
	if (status == OF_OK && (known.item == 0 || known.print != print || print == NO_PRINT))
		status = write_file(history, &known, print, err);
	of_buf_clear(&swap->packed);
	if (status == OF_OK)
		status = mark(history, &swap->seen, known.item, err);
	return status;
}

enum of_status of_sqlite_begin_uses(struct of_history *base, struct of_err *err)
{
	struct of_sqlite *history = of_sqlite_of(base);
	enum of_status status = of_sqlite_flush(base, err);

	of_sqlite_drop_ahead(history);
	of_swap_free(history->swap);
	history->swap = calloc(1, sizeof(*history->swap));
	if (status == OF_OK && history->swap == NULL)
		status = of_err_set_nomem(err);
	return status == OF_OK ? of_sqlite_begin(history, OF_WRITING_USES, err) : status;
}

enum of_status of_sqlite_add_use(
	struct of_history *base, const struct of_use *use, struct of_err *err)
{
	struct of_sqlite *history = of_sqlite_of(base);
	struct of_swap *swap = history->swap;
	enum of_status status = OF_OK;

	if (swap->packed.len == 0 || !of_str_equal(of_buf_str(&swap->file), use->file)) {
		status = settle(history, err);
		of_buf_clear(&swap->file);
		of_buf_add_str(&swap->file, use->file);
		of_pack_item(&swap->packed, use);
	}
	of_pack_use(&swap->packed, use);
	if (status != OF_OK)
		of_sqlite_roll_back(history);
	return status;
}

static enum of_status drop_unseen(struct of_sqlite *history, struct of_err *err)
{
	struct of_cursor walk = of_cursor_begin(history, &each_item);
	enum of_status status = OF_OK, walked;

	while (status == OF_OK && of_cursor_next(&walk)) {
		int64_t item = of_cursor_int(&walk);
		struct of_cursor drop;

		if (of_bits_has(&history->swap->seen, item))
			continue;
		status = forget_uses(history, item, err);
		if (status != OF_OK)
			break;
		drop = of_cursor_begin(history, &drop_item);
		of_cursor_put_int(&drop, item);
		status = of_cursor_run(&drop, err);
	}
	walked = of_cursor_end(&walk, status == OF_OK ? err : NULL);
	return status != OF_OK ? status : walked;
}

static enum of_status count_kinds(struct of_sqlite *history, struct of_err *err)
{
	const struct of_bits *touched = &history->swap->touched;
	enum of_status status = OF_OK;

	for (size_t byte = 0; status == OF_OK && byte < touched->len; byte++) {
		for (unsigned bit = 0; status == OF_OK && touched->bytes[byte] >> bit != 0;
			bit++) {
			struct of_cursor cursor;

			if ((touched->bytes[byte] >> bit & 1) == 0)
				continue;
			cursor = of_cursor_begin(history, &set_link_kinds);
			of_cursor_put_int(&cursor, (int64_t)(byte * 8 + bit));
			status = of_cursor_run(&cursor, err);
		}
	}
	return status;
}

enum of_status of_sqlite_end_uses(struct of_history *base, struct of_err *err)
{
	struct of_sqlite *history = of_sqlite_of(base);
	enum of_status status = settle(history, err);

	if (status == OF_OK)
		status = drop_unseen(history, err);
	if (status == OF_OK)
		status = count_kinds(history, err);
	if (status == OF_OK)
		status = of_sqlite_commit(history, err);
	else
		of_sqlite_roll_back(history);
	of_swap_free(history->swap);
	history->swap = NULL;
	return status;
}
