/*
 * What is used where. A file whose uses are as they were is not sent: a print of them
 * tells. The others are copied in rows, and merged by set when all are there.
 */
#include "store/postgres_uses.h"

#include "base/clock.h"
#include "base/grow.h"
#include "base/str.h"
#include "base/time.h"
#include "base/unicode.h"
#include "store/postgres_calls.h"
#include "store/sqlite_pack.h"
#include <stdlib.h>

#define NO_PRINT 0 /* of a file whose uses did not come together: written every time */
#define COPY_BYTES ((size_t)1 << 20)
#define HOST_BYTES 253 /* of a name in the DNS: what is longer is looked up nowhere */

static const char *const temporary[] = {
	"DROP TABLE IF EXISTS pg_temp.given_item, pg_temp.given_use",
	"CREATE TEMPORARY TABLE given_item(n bigint, keeps boolean, file text, print bigint,"
	" id text, title text, summary text, category text, published bigint, item bigint)",
	"CREATE TEMPORARY TABLE given_use(seq bigint, n bigint, place integer, url text,"
	" hash bigint, host text, domain text, kind integer, line integer, col integer,"
	" field text, fixed text, link bigint)",
};
#define COPY_ITEMS                                                                     \
	"COPY pg_temp.given_item(n, keeps, file, print, id, title, summary, category," \
	" published) FROM STDIN"
#define COPY_USES                                                                         \
	"COPY pg_temp.given_use(seq, n, place, url, hash, host, domain, kind, line, col," \
	" field, fixed) FROM STDIN"

void of_pg_uses_free(struct of_pg_uses *uses)
{
	if (uses == NULL)
		return;
	free(uses->files);
	of_numbers_finish(&uses->by_name);
	of_buf_finish(&uses->file);
	of_buf_finish(&uses->packed);
	of_buf_finish(&uses->items);
	of_buf_finish(&uses->uses);
	free(uses);
}

/* -- Rows as COPY reads them */

static void add_escaped(struct of_buf *out, struct of_str text)
{
	size_t from = 0;

	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		if (c != '\\' && c != '\t' && c != '\n' && c != '\r')
			continue;
		of_buf_add_str(out, of_str_slice(text, from, i));
		of_buf_add_byte(out, '\\');
		of_buf_add_byte(out, c == '\\' ? c : c == '\t' ? 't' : c == '\n' ? 'n' : 'r');
		from = i + 1;
	}
	of_buf_add_str(out, of_str_from_offset(text, from));
}

/* Every column but the last one ends in a tab, which a line end takes the place of. */
static void add_words(struct of_buf *out, struct of_str text)
{
	struct of_buf clean = {0};

	if (of_unicode_is_clean(text)) {
		add_escaped(out, text);
	} else {
		of_unicode_clean(&clean, text, NULL);
		if (clean.status != OF_OK)
			out->status = clean.status;
		add_escaped(out, of_buf_str(&clean));
		of_buf_finish(&clean);
	}
	of_buf_add_byte(out, '\t');
}

static void add_text(struct of_buf *out, struct of_str text)
{
	if (text.len > 0)
		add_words(out, text);
	else
		of_buf_add_text(out, "\\N\t");
}

static void add_int(struct of_buf *out, int64_t number)
{
	of_buf_add_format(out, "%lld\t", (long long)number);
}

static void end_row(struct of_buf *out)
{
	if (out->status != OF_OK)
		return;
	of_buf_truncate(out, out->len - 1);
	of_buf_add_byte(out, '\n');
}

/* -- Copying */

/* A connection in the midst of a copy is good for nothing else. */
static enum of_status copy_failed(struct of_postgres *pg, struct of_err *err)
{
	of_pg_lose(pg);
	return of_pg_fail_gone(pg, err);
}

/* Sends what fits, waiting for the socket as long as a statement may take. */
static bool put_rows(struct of_postgres *pg, struct of_str rows)
{
	int64_t deadline = of_clock_ms() + OF_PG_LONG;
	bool timed_out = false;
	int put;

	while ((put = PQputCopyData(pg->connection, rows.ptr, (int)rows.len)) == 0 &&
		!timed_out)
		timed_out = !of_pg_drain(pg, deadline);
	while (put == 1 && !timed_out && (put = PQputCopyEnd(pg->connection, NULL)) == 0)
		timed_out = !of_pg_drain(pg, deadline);
	return put == 1 && !timed_out && of_pg_drain(pg, deadline);
}

static enum of_status copy(
	struct of_postgres *pg, const char *sql, struct of_buf *rows, struct of_err *err)
{
	enum of_status status = of_buf_status(rows, err);

	if (status != OF_OK || rows->len == 0)
		return status;
	/* the tables are gone with the connection: it cannot be another one by now */
	if (of_pg_is_lost(pg))
		return copy_failed(pg, err);
	status = of_pg_run_copy(pg, sql, err);
	if (status != OF_OK)
		return status;
	if (!put_rows(pg, of_buf_str(rows)))
		return copy_failed(pg, err);
	of_buf_clear(rows);
	return of_pg_end_copy(pg, err);
}

static enum of_status copy_both(struct of_postgres *pg, size_t least, struct of_err *err)
{
	struct of_pg_uses *uses = pg->uses;
	enum of_status status = OF_OK;

	if (uses->items.len + uses->uses.len < least)
		return OF_OK;
	status = copy(pg, COPY_ITEMS, &uses->items, err);
	return status == OF_OK ? copy(pg, COPY_USES, &uses->uses, err) : status;
}

/* -- Files */

static struct of_pg_file *add_file(struct of_pg_uses *uses, int64_t name)
{
	struct of_pg_file *files =
		of_grow(uses->files, uses->n_files, &uses->cap_files, sizeof(*files));

	if (files == NULL)
		return NULL;
	uses->files = files;
	if (!of_numbers_put(&uses->by_name, name, uses->n_files))
		return NULL;
	files[uses->n_files] = (struct of_pg_file){0};
	return &files[uses->n_files++];
}

static int64_t name_of(struct of_str file)
{
	int64_t hash = (int64_t)of_str_hash(file);

	return hash != 0 ? hash : 1;
}

static enum of_status read_files(struct of_postgres *pg, struct of_err *err)
{
	struct of_pg_args args = {0};
	struct of_pg_walk walk;
	bool room = true;
	enum of_status status;

	of_pg_site(pg, &args);
	walk = of_pg_walk_begin(
		pg, "SELECT number, print, file FROM item WHERE site = $1", &args, err);
	while (room && of_pg_walk_next(&walk)) {
		int64_t item = of_pg_read_int(&walk.rows);
		int64_t print = of_pg_read_int(&walk.rows);
		struct of_pg_file *file =
			add_file(pg->uses, name_of(of_pg_read_text(&walk.rows)));

		room = file != NULL;
		if (room) {
			file->item = item;
			file->print = print;
		}
	}
	status = of_pg_walk_end(&walk);
	return status == OF_OK && !room ? of_err_set_nomem(err) : status;
}

/* -- The uses of a file */

static void add_item(struct of_pg_uses *uses, const struct of_pg_file *file, bool keeps,
	int64_t print, const struct of_use *use)
{
	struct of_buf *out = &uses->items;

	add_int(out, file->given);
	of_buf_add_text(out, keeps ? "t\t" : "f\t");
	add_words(out, of_buf_str(&uses->file));
	add_int(out, print);
	add_text(out, use->item_id);
	add_text(out, use->item_title);
	add_text(out, use->item_summary);
	add_text(out, use->category);
	if (use->published != OF_TIME_NONE)
		add_int(out, use->published);
	else
		of_buf_add_text(out, "\\N\t");
	end_row(out);
}

/* A host that no name server is asked for may be of any length; an index takes less. */
static struct of_str cut_host(struct of_str host)
{
	size_t end = host.len < HOST_BYTES ? host.len : HOST_BYTES;

	while (end > 0 && end < host.len && ((unsigned char)host.ptr[end] & 0xC0) == 0x80)
		end--;
	return of_str_slice(host, 0, end);
}

static void add_row(struct of_pg_uses *uses, struct of_pg_file *file, const struct of_use *use)
{
	struct of_buf *out = &uses->uses;

	add_int(out, ++uses->n_uses);
	add_int(out, file->given);
	add_int(out, ++file->places);
	add_words(out, use->url);
	add_int(out, (int64_t)of_str_hash(use->url));
	add_words(out, cut_host(use->host));
	add_words(out, cut_host(use->domain));
	add_int(out, use->kind);
	add_int(out, use->line);
	add_int(out, use->column);
	add_text(out, use->field);
	add_text(out, use->fixed != OF_VERDICT_NONE ? of_str_from(of_verdict_name(use->fixed))
						    : (struct of_str){0});
	end_row(out);
}

/* Sent again where it came before: what it adds is put behind what was there. */
static void send_file(struct of_pg_uses *uses, struct of_pg_file *file, int64_t print)
{
	struct of_str rest = of_buf_str(&uses->packed);
	struct of_use use = {0};
	bool keeps = file->seen && file->given == 0;

	if (file->given == 0)
		file->given = ++uses->n_given;
	of_unpack_item(&rest, &use);
	add_item(uses, file, keeps, file->seen ? NO_PRINT : print, &use);
	while (rest.len > 0) {
		of_unpack_use(&rest, &use);
		add_row(uses, file, &use);
	}
}

/* The file's uses are all there: sent if they are not what they were. */
static enum of_status settle(struct of_postgres *pg, struct of_err *err)
{
	struct of_pg_uses *uses = pg->uses;
	struct of_str packed = of_buf_str(&uses->packed);
	struct of_pg_file *file;
	int64_t print = (int64_t)of_str_hash(packed), name;
	size_t *place;
	enum of_status status = of_buf_status(&uses->packed, err);

	if (status == OF_OK)
		status = of_buf_status(&uses->file, err);
	if (status != OF_OK || packed.len == 0)
		return status;
	name = name_of(of_buf_str(&uses->file));
	place = of_numbers_get(&uses->by_name, name);
	file = place != NULL ? &uses->files[*place] : add_file(uses, name);
	if (file == NULL)
		return of_err_set_nomem(err);
	if (print == NO_PRINT)
		print = 1;
	if (file->seen || file->item == 0 || file->print != print)
		send_file(uses, file, print);
	file->seen = true;
	of_buf_clear(&uses->packed);
	return copy_both(pg, COPY_BYTES, err);
}

/* -- As history.h says */

enum of_status of_postgres_begin_uses(struct of_history *base, struct of_err *err)
{
	struct of_postgres *pg = of_postgres_of(base);
	enum of_status status = of_postgres_settle(base, OF_HISTORY_PATIENCE, err);

	of_pg_ahead_drop(pg, 0);
	of_pg_uses_free(pg->uses);
	pg->uses = calloc(1, sizeof(*pg->uses));
	if (status == OF_OK && pg->uses == NULL)
		status = of_err_set_nomem(err);
	for (size_t i = 0; status == OF_OK && i < sizeof(temporary) / sizeof(temporary[0]); i++)
		status = of_pg_run(pg, temporary[i], NULL, NULL, OF_HISTORY_PATIENCE, err);
	return status == OF_OK ? read_files(pg, err) : status;
}

enum of_status of_postgres_add_use(
	struct of_history *base, const struct of_use *use, struct of_err *err)
{
	struct of_postgres *pg = of_postgres_of(base);
	struct of_pg_uses *uses = pg->uses;
	enum of_status status = OF_OK;

	if (uses == NULL)
		return of_err_set(err, OF_EIO, "uses are added without their beginning");
	if (uses->packed.len == 0 || !of_str_equal(of_buf_str(&uses->file), use->file)) {
		status = settle(pg, err);
		of_buf_clear(&uses->file);
		of_buf_add_str(&uses->file, use->file);
		of_pack_item(&uses->packed, use);
	}
	of_pack_use(&uses->packed, use);
	return status;
}

enum of_status of_postgres_end_uses(struct of_history *base, struct of_err *err)
{
	struct of_postgres *pg = of_postgres_of(base);
	enum of_status status;

	if (pg->uses == NULL)
		return of_err_set(err, OF_EIO, "uses end without their beginning");
	status = settle(pg, err);
	if (status == OF_OK)
		status = copy_both(pg, 0, err);
	if (status == OF_OK)
		status = of_pg_merge(pg, err);
	of_pg_uses_free(pg->uses);
	pg->uses = NULL;
	return status;
}
