/*
 * A site's state.db or audit.db as somebody left it: the bytes of the whole file, a
 * sound one with bytes changed, or one on which statements ran that may write the
 * schema; a journal or a log may lie beside it. It is opened, asked and written as a
 * run does it. Whatever it was, there is at most one warning, the next opening has
 * none, what is put then comes back, and no file of another name is made or gone.
 */
#include "fuzz.h"

#include "base/err.h"
#include "base/file.h"
#include "store/history.h"
#include "store/store.h"
#include <dirent.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#define NOW INT64_C(1750000000)
#define SECRET "outside"
#define MOST_WORK 20 /* of statements of the input, in thousands of steps */
#define URL STR("https://a.org/1")

static char folder[64]; /* SECRET beside it is of nobody's concern */
static char secret[80];
static unsigned warnings;

static void warn(const struct of_diag *diag, void *payload)
{
	(void)payload;
	fuzz_require(diag->severity == OF_WARNING, "an error that is only reported");
	warnings++;
}

static const struct of_reporter reporter = {warn, NULL, ""};

static void path_of(char path[128], const char *name, const char *suffix)
{
	snprintf(path, 128, "%s/%s%s", folder, name, suffix);
}

/* Every file is one that a database has; all are removed. */
static void clean(void)
{
	DIR *stream = opendir(folder);
	const struct dirent *entry;

	fuzz_require(stream != NULL, "the folder");
	while ((entry = readdir(stream)) != NULL) {
		struct of_str name = of_str_from(entry->d_name);
		char path[384];

		if (name.ptr[0] == '.')
			continue;
		fuzz_require(of_str_starts(name, STR("state.db")) ||
				     of_str_starts(name, STR("audit.db")),
			"a file of another name");
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		unlink(path);
	}
	closedir(stream);
	fuzz_require(access(secret, F_OK) == 0, "a file outside is gone");
}

static void remove_all(void)
{
	clean();
	rmdir(folder);
	unlink(secret);
}

static void write_file(const char *path, struct of_str bytes)
{
	FILE *file = fopen(path, "wb");

	fuzz_require(file != NULL &&
			     fwrite(bytes.len > 0 ? bytes.ptr : "", 1, bytes.len, file) ==
				     bytes.len &&
			     fclose(file) == 0,
		"a file is written");
}

static void make_folder(void)
{
	const char *memory = "/dev/shm";

	snprintf(folder, sizeof(folder), "%s/outfeed-fuzz-XXXXXX",
		access(memory, W_OK) == 0 ? memory : "/tmp");
	fuzz_require(mkdtemp(folder) != NULL, "a folder for files");
	snprintf(secret, sizeof(secret), "%s." SECRET, folder);
	write_file(secret, STR("no"));
	fuzz_require(atexit(remove_all) == 0, "an end");
}

/* -- The state */

static bool step(struct of_str key, struct of_str value, void *payload)
{
	size_t *bytes = payload;

	*bytes += key.len + value.len;
	return true;
}

static enum of_status ask_state(struct of_store *store)
{
	struct of_buf value = {0};
	enum of_status status = OF_OK;
	size_t bytes = 0;
	bool found;

	for (int table = 0; status == OF_OK && table < OF_STORE_TABLES; table++) {
		status = of_store_each(store, (enum of_store_table)table, step, &bytes, NULL);
		if (status == OF_OK)
			status = of_store_get(store, (enum of_store_table)table, STR("a"),
				&value, &found, NULL);
	}
	of_buf_finish(&value);
	return status;
}

static enum of_status put_state(struct of_store *store)
{
	enum of_status status = of_store_delete(store, OF_STORE_IDENTITY, STR("a"), NULL);

	for (int table = 0; status == OF_OK && table < OF_STORE_TABLES; table++)
		status = of_store_put(
			store, (enum of_store_table)table, STR("a"), STR("what is put"), NULL);
	return status == OF_OK ? of_store_commit(store, NULL) : status;
}

static void run_state(void)
{
	struct of_store *store = NULL;
	struct of_err err = {0};
	enum of_status status = of_store_open(&store, folder, NULL, &err);

	fuzz_require(status == OF_OK || status == OF_EINPUT || status == OF_EIO,
		"a state that is only looked at fails otherwise");
	of_store_close(store);
	status = of_store_open(&store, folder, &reporter, &err);
	if (status != OF_OK)
		fuzz_fail("a state that cannot be opened: %s", err.message);
	status = ask_state(store);
	if (status == OF_OK)
		status = put_state(store);
	if (status == OF_EINPUT) {
		fuzz_require(of_store_begin_anew(store, &reporter, &err) == OF_OK,
			"a state that cannot be set aside");
		status = ask_state(store);
		if (status == OF_OK)
			status = put_state(store);
	}
	fuzz_require(status == OF_OK, "a state that cannot be used");
	fuzz_require(warnings <= 2, "more than is to be said");
	of_store_close(store);
}

static void check_state(void)
{
	struct of_buf value = {0};
	struct of_store *store = NULL;
	bool found = false;

	fuzz_require(of_store_open(&store, folder, &reporter, NULL) == OF_OK &&
			     of_store_get(store, OF_STORE_FOLDER, STR("a"), &value, &found,
				     NULL) == OF_OK &&
			     found,
		"what was put is gone");
	of_store_close(store);
	of_buf_finish(&value);
}

static void make_state(void)
{
	struct of_store *store = NULL;

	fuzz_require(of_store_open(&store, folder, &reporter, NULL) == OF_OK &&
			     put_state(store) == OF_OK,
		"a state");
	of_store_close(store);
}

/* -- The history */

static bool see_due(int64_t link, struct of_str domain, struct of_str url, void *payload)
{
	int64_t *first = payload;

	if (*first == 0)
		*first = link;
	return domain.len + url.len < SIZE_MAX;
}

static bool see_report(const struct of_report_link *link, void *payload)
{
	(void)payload;
	fuzz_require(link->past.verdict < OF_VERDICT_COUNT, "a verdict that is none");
	return true;
}

static bool see_page(
	const struct of_page_source *source, const struct of_page *page, void *payload)
{
	(void)source;
	(void)page;
	(void)payload;
	return true;
}

/* What a report and a build ask. */
static enum of_status ask_history(struct of_history *history)
{
	struct of_totals totals;
	struct of_learned learned;
	bool found;
	enum of_status status = of_history_totals(history, &totals, NULL);

	if (status == OF_OK)
		status = of_history_each_report(
			history, OF_VERDICTS_ALL, 3, see_report, NULL, NULL);
	if (status == OF_OK)
		status = of_history_each_page(history, see_page, NULL, NULL);
	if (status == OF_OK)
		status = of_history_learned(history, URL, &learned, &found, fuzz_arena(), NULL);
	return status;
}

static enum of_status use_links(struct of_history *history)
{
	struct of_use use = {.url = URL,
		.host = STR("a.org"),
		.domain = STR("a.org"),
		.kind = 1,
		.file = STR("content/a.md"),
		.line = 3,
		.column = 1,
		.field = STR("source_url"),
		.item_id = STR("a"),
		.item_title = STR("One"),
		.published = NOW - 86400};
	enum of_status status = of_history_begin_uses(history, NULL);

	if (status == OF_OK)
		status = of_history_add_use(history, &use, NULL);
	use.url = STR("https://a.org/2");
	if (status == OF_OK)
		status = of_history_add_use(history, &use, NULL);
	return status == OF_OK ? of_history_end_uses(history, NULL) : status;
}

/* A link is found gone, or as it was, by what is known of it. */
static enum of_status check_link(
	struct of_history *history, int64_t number, int64_t run, struct of_arena *arena)
{
	const struct of_observation seen = {
		.at = NOW, .failure = OF_FAILURE_HTTP, .status = 404};
	struct of_judgement judgement;
	struct of_link link = {0};
	struct of_check check = {.link = number, .run = run, .seen = &seen};
	enum of_status status = of_history_get_link(history, number, &link, arena, NULL);

	if (status != OF_OK)
		return status;
	judgement =
		of_verdict_judge(&seen, &link.past, &link.expected, &of_verdict_rules_default);
	check.judgement = &judgement;
	return of_history_put_check(history, &check, NULL);
}

static enum of_status write_history(struct of_history *history)
{
	int64_t first = 0, run = 0;
	enum of_status status = use_links(history);

	if (status == OF_OK)
		status = of_history_each_due(history, NOW, true, 0, see_due, &first, NULL);
	if (status == OF_OK)
		status = of_history_begin_run(history, NOW, &run, NULL);
	if (status == OF_OK && first != 0)
		status = check_link(history, first, run, fuzz_arena());
	if (status == OF_OK)
		status = of_history_end_run(history, run, NOW + 60, true, NULL);
	return status == OF_OK ? of_history_flush(history, NULL) : status;
}

/* False: it is refused and stays, as a newer one or one with strange indexes. */
static bool run_history(void)
{
	const struct of_history_place place = {.folder = folder};
	struct of_history *history = NULL;
	struct of_err err = {0};
	enum of_status status = of_history_open_to_read(&history, &place, &err);

	if (status == OF_OK)
		(void)!ask_history(history);
	of_history_close(history);
	status = of_history_open(&history, &place, &reporter, &err);
	if (status == OF_ECONFIG)
		return false;
	if (status != OF_OK)
		fuzz_fail("a history that cannot be opened: %s", err.message);
	status = write_history(history);
	if (status == OF_OK)
		status = ask_history(history);
	fuzz_require(status == OF_OK || status == OF_EINPUT || status == OF_EIO,
		"a history fails otherwise");
	fuzz_require(warnings <= 1, "more than is to be said");
	of_history_close(history);
	return status != OF_EIO;
}

static void check_history(void)
{
	const struct of_history_place place = {.folder = folder};
	struct of_history *history = NULL;

	fuzz_require(of_history_open(&history, &place, &reporter, NULL) == OF_OK,
		"a history that cannot be opened again");
	of_history_close(history);
}

static void make_history(void)
{
	const struct of_history_place place = {.folder = folder};
	struct of_history *history = NULL;

	fuzz_require(of_history_open(&history, &place, &reporter, NULL) == OF_OK &&
			     write_history(history) == OF_OK,
		"a history");
	of_history_close(history);
}

/* -- What is in the file */

/* A sound one, of which there is a copy. */
static struct of_str sound(bool state, const char *path)
{
	static struct of_buf copies[2];
	struct of_buf *copy = &copies[state];

	if (copy->len == 0) {
		if (state)
			make_state();
		else
			make_history();
		fuzz_require(of_file_read(copy, AT_FDCWD, path, 1 << 22, NULL, NULL) == OF_OK,
			"a sound file");
		clean();
	}
	return of_buf_str(copy);
}

/* Places, each two bytes that count in pieces of the whole, and what stands there then. */
static void write_changed(const char *path, struct of_str whole, struct fuzz_input *input)
{
	static struct of_buf bytes;

	of_buf_clear(&bytes);
	of_buf_add_str(&bytes, whole);
	fuzz_require(of_buf_status(&bytes, NULL) == OF_OK, "memory for a file");
	while (input->rest.len > 0) {
		size_t page = fuzz_take_byte(input), at = fuzz_take_byte(input);
		size_t len = fuzz_take_byte(input) % 32;
		struct of_str piece = of_str_slice(input->rest, 0, len);

		input->rest = of_str_from_offset(input->rest, piece.len);
		at = (page << 9 | at << 1) % bytes.len;
		if (piece.len <= bytes.len - at && piece.len > 0)
			memcpy(bytes.ptr + at, piece.ptr, piece.len);
	}
	write_file(path, of_buf_str(&bytes));
}

static int give_up(void *payload)
{
	unsigned *rounds = payload;

	return ++*rounds > MOST_WORK;
}

/* What may be said of a database to change it, and of no other file. */
static int allow(
	void *payload, int action, const char *a, const char *b, const char *c, const char *d)
{
	(void)payload, (void)b, (void)c, (void)d;
	if (action == SQLITE_ATTACH || action == SQLITE_DETACH)
		return SQLITE_DENY;
	if (action == SQLITE_FUNCTION && b != NULL &&
		(strcmp(b, "zeroblob") == 0 || strcmp(b, "randomblob") == 0 ||
			strcmp(b, "printf") == 0 || strcmp(b, "format") == 0))
		return SQLITE_DENY;
	if (action == SQLITE_PRAGMA && a != NULL && strstr(a, "temp_store") != NULL)
		return SQLITE_DENY;
	return SQLITE_OK;
}

static void write_by_statements(const char *path, struct of_str whole, struct of_str sql)
{
	char text[4096];
	unsigned rounds = 0;
	sqlite3 *db = NULL;

	write_file(path, whole);
	snprintf(text, sizeof(text), "%.*s", (int)of_str_slice(sql, 0, 4000).len,
		sql.len > 0 ? sql.ptr : "");
	if (sqlite3_open(path, &db) == SQLITE_OK) {
		sqlite3_limit(db, SQLITE_LIMIT_LENGTH, 1 << 20);
		sqlite3_exec(db, "PRAGMA writable_schema = 1", NULL, NULL, NULL);
		sqlite3_set_authorizer(db, allow, NULL);
		sqlite3_progress_handler(db, 1000, give_up, &rounds);
		sqlite3_exec(db, text, NULL, NULL, NULL);
	}
	sqlite3_close(db);
}

/* Beside it: so many bytes of the input, in sixteens. */
static void write_beside(const char *name, const char *suffix, struct fuzz_input *input)
{
	struct of_str bytes = of_str_slice(input->rest, 0, (size_t)fuzz_take_byte(input) << 4);
	char path[128];

	input->rest = of_str_from_offset(input->rest, bytes.len);
	path_of(path, name, suffix);
	write_file(path, bytes);
}

static void make_file(bool state, unsigned char how, struct fuzz_input *input)
{
	const char *name = state ? "state.db" : "audit.db";
	struct of_str whole;
	char path[128];

	path_of(path, name, "");
	whole = sound(state, path);
	if ((how & 3) == 1)
		write_beside(name, "-journal", input);
	else if ((how & 3) == 2)
		write_beside(name, "-wal", input);
	switch (how >> 2 & 3) {
	case 0:
		write_file(path, input->rest);
		break;
	case 1:
		write_by_statements(path, whole, input->rest);
		break;
	default:
		write_changed(path, whole, input);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = fuzz_input(data, size);
	bool state = fuzz_take_byte(&input) & 1;
	unsigned char how = fuzz_take_byte(&input);
	bool again = true;

	if (folder[0] == '\0')
		make_folder();
	make_file(state, how, &input);
	warnings = 0;
	if (state)
		run_state();
	else
		again = run_history();
	warnings = 0;
	if (state)
		check_state();
	else if (again)
		check_history();
	fuzz_require(warnings == 0, "it is said once more");
	clean();
	return 0;
}
