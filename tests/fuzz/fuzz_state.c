/*
 * Saved state: bytes that a disk may have changed. What is read of them stays
 * within them, and what is read and written again is read the same. The first
 * byte says which kind it is.
 */
#include "fuzz.h"

#include "base/diags.h"
#include "collect/filings.h"
#include "collect/folder.h"
#include "collect/record.h"
#include "publish/packed_row.h"
#include "store/sqlite_pack.h"

/* The bytes aligned as the store's are. */
static struct of_str aligned(struct of_arena *arena, struct of_str bytes)
{
	char *copy = of_arena_take_raw(arena, bytes.len + 1);

	fuzz_require(copy != NULL, "memory for a record");
	if (bytes.len > 0)
		memcpy(copy, bytes.ptr, bytes.len);
	return (struct of_str){copy, bytes.len};
}

/* What is read of a sound record is within the bytes. */
static void require_inside(const struct of_record *record, struct of_str whole)
{
	struct of_str name = of_record_text(record, OF_TEXT_NAME);

	for (unsigned i = 0; i < 4; i++)
		fuzz_require_within(of_record_text(record, (enum of_record_text)i), whole,
			"a text of a record is outside it");
	fuzz_require((const char *)(of_record_filings(record) + record->n_filings) <=
			     whole.ptr + whole.len,
		"filings of a record are outside it");
	fuzz_require(name.len > 0 && of_str_find_byte(name, '/') == OF_NPOS &&
			     !of_str_equal(name, STR("..")),
		"a record of a file in another folder");
}

static void check_record(struct of_str bytes)
{
	struct of_arena *arena = fuzz_arena();
	struct of_str whole = aligned(arena, bytes), id = STR("urn:uuid:0");
	const struct of_record *record = (const struct of_record *)(const void *)whole.ptr;
	struct of_record *other;

	if (!of_record_is_sound(whole))
		return;
	require_inside(record, whole);
	other = of_record_with_id(arena, record, id);
	fuzz_require(other != NULL, "memory for a record");
	fuzz_require(of_record_is_sound((struct of_str){(const char *)other, other->size}),
		"a record with another id is not sound");
	fuzz_require_equal(of_record_text(other, OF_TEXT_ID), id, "its id");
	fuzz_require_equal(of_record_text(other, OF_TEXT_NAME),
		of_record_text(record, OF_TEXT_NAME), "its name");
}

static void check_folder(struct of_str bytes)
{
	struct of_str whole = aligned(fuzz_arena(), bytes);
	const struct of_record *record;
	size_t at = 0;

	if (!of_folder_is_sound(whole))
		return;
	while ((record = of_folder_next(whole, &at)) != NULL) {
		fuzz_require_within((struct of_str){(const char *)record, record->size}, whole,
			"a record is outside its folder");
		require_inside(record, whole);
	}
}

/* What is read, once it is written, is read as the same. */
static void check_filings(struct of_str bytes)
{
	static struct of_buf packed, again;
	struct of_filings *filings = of_filings_new(), *other = of_filings_new();

	fuzz_require(filings != NULL && other != NULL, "memory for filings");
	if (of_filings_unpack(filings, bytes, NULL) == OF_OK) {
		of_buf_clear(&packed);
		of_filings_pack(&packed, filings);
		fuzz_require(of_filings_unpack(other, of_buf_str(&packed), NULL) == OF_OK,
			"filings that were read cannot be read again");
		of_buf_clear(&again);
		of_filings_pack(&again, other);
		fuzz_require_equal(of_buf_str(&again), of_buf_str(&packed),
			"filings are not what they were");
	}
	of_filings_free(filings);
	of_filings_free(other);
}

static void on_diag(const struct of_diag *diag, void *payload)
{
	struct of_buf *out = payload;

	fuzz_require(diag->path != NULL && diag->message != NULL, "a diagnostic without text");
	fuzz_require(diag->severity <= OF_ERROR, "a diagnostic of no severity");
	of_buf_add_text(out, diag->path);
	of_buf_add_text(out, diag->message);
}

static void check_diags(struct of_str bytes)
{
	static struct of_buf told;
	struct of_diags *diags = of_diags_new();
	size_t warnings = 0, errors[OF_REASON_COUNT] = {0};

	fuzz_require(diags != NULL, "memory for diagnostics");
	of_diags_unpack(diags, bytes, "x.md");
	of_buf_clear(&told);
	of_diags_tell(diags, &warnings, errors, on_diag, &told);
	of_diags_free(diags);
}

/* A row of the ledger reads as itself once it is written again. */
static void check_row(struct of_str bytes)
{
	static struct of_buf packed, again;
	struct of_arena *arena = fuzz_arena();
	struct of_ledger_row row = {0}, other = {0};

	if (!of_row_unpack(&row, arena, bytes))
		return;
	for (size_t i = 0; i < row.n_documents; i++)
		fuzz_require_within(
			row.documents[i].name, bytes, "a document's name is outside");
	for (size_t i = 0; i < row.n_depends; i++)
		fuzz_require_within(row.depends[i].name, bytes, "a dependency is outside");
	for (size_t i = 0; i < row.n_links; i++)
		fuzz_require_within(row.links[i].url, bytes, "a URL is outside");
	of_buf_clear(&packed);
	of_row_pack(&packed, &row);
	fuzz_require(of_row_unpack(&other, arena, of_buf_str(&packed)),
		"a row that was read cannot be read again");
	of_buf_clear(&again);
	of_row_pack(&again, &other);
	fuzz_require_equal(of_buf_str(&again), of_buf_str(&packed), "a row is not what it was");
}

/* Keys of an item: packed for an id, and all of them there again. */
static void check_keys(struct of_str bytes)
{
	static struct of_buf packed, all, again;
	struct fuzz_input input = {bytes};
	struct of_str id = fuzz_take_line(&input), keys = input.rest;

	/* an id is a line, and a NUL ends a key */
	if (of_str_find_byte(id, '\0') != OF_NPOS)
		return;
	of_buf_clear(&packed);
	of_keys_pack(&packed, keys, id);
	of_buf_clear(&all);
	of_keys_unpack(&all, of_buf_str(&packed), id);
	while (keys.len > 0) {
		struct of_str key = of_str_split(&keys, '\0');

		fuzz_require(of_keys_have(of_buf_str(&all), key), "a key got lost");
	}
	of_buf_clear(&again);
	of_keys_pack(&again, of_buf_str(&all), id);
	fuzz_require_equal(of_buf_str(&again), of_buf_str(&packed), "keys pack otherwise");
}

/* A use of a link, of texts that lines are. */
static void check_use(struct of_str bytes)
{
	static struct of_buf packed, again;
	struct fuzz_input input = {bytes};
	struct of_use use = {0}, other = {0};
	struct of_str rest;
	struct of_str *texts[] = {&use.item_id, &use.item_title, &use.item_summary,
		&use.category, &use.url, &use.host, &use.domain, &use.field};

	use.line = fuzz_take_byte(&input);
	use.published = (int64_t)fuzz_take_number(&input);
	for (size_t i = 0; i < FUZZ_COUNT(texts); i++)
		*texts[i] = fuzz_take_line(&input);
	of_buf_clear(&packed);
	of_pack_item(&packed, &use);
	of_pack_use(&packed, &use);
	rest = of_buf_str(&packed);
	of_unpack_item(&rest, &other);
	of_unpack_use(&rest, &other);
	fuzz_require(rest.len == 0, "a use is shorter than it was");
	of_buf_clear(&again);
	of_pack_item(&again, &other);
	of_pack_use(&again, &other);
	fuzz_require_equal(of_buf_str(&again), of_buf_str(&packed), "a use is not what it was");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const checks[])(struct of_str) = {check_record, check_diags, check_row,
		check_keys, check_use, check_folder, check_filings};
	struct fuzz_input input = fuzz_input(data, size);
	unsigned char kind = fuzz_take_byte(&input);

	checks[kind % FUZZ_COUNT(checks)](input.rest);
	return 0;
}
