#include "collect/record.h"

#include <outfeed/item.h>

#include "base/diags.h"
#include "base/file.h"
#include "base/path.h"
#include "base/str.h"

#define TEXTS 4

static size_t texts_offset(const struct of_record *record)
{
	return sizeof(*record) + record->n_filings * sizeof(struct of_filed);
}

struct of_str of_record_text(const struct of_record *record, enum of_record_text text)
{
	const char *at = (const char *)record + texts_offset(record);
	struct of_str found = {NULL, 0};

	for (unsigned i = 0; i < (unsigned)text; i++)
		at += record->lengths[i];
	if (record->lengths[text] > 0)
		found = (struct of_str){at, record->lengths[text] - 1};
	return found;
}

const struct of_filed *of_record_filings(const struct of_record *record)
{
	return (const struct of_filed *)(record + 1);
}

/* The last folder that begins at or before the record. */
static const struct of_folder_range *folder_of(
	const struct of_collection *collection, size_t index)
{
	size_t low = 0;
	size_t high = collection->n_folders;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (collection->folders[middle].first <= index)
			low = middle;
		else
			high = middle;
	}
	return &collection->folders[low];
}

void of_record_add_path(
	struct of_buf *out, const struct of_collection *collection, size_t index)
{
	of_path_join(out, folder_of(collection, index)->path,
		of_record_text(collection->records[index], OF_TEXT_NAME));
}

enum of_status of_record_read(struct of_buf *out, const struct of_collection *collection,
	size_t index, const char *path, struct of_err *err)
{
	return of_file_read_below(
		out, path, folder_of(collection, index)->root, OF_LIMIT_FILE, err);
}

int64_t of_stat_mtime(const struct stat *info)
{
	return (int64_t)info->st_mtim.tv_sec * 1000000000 + info->st_mtim.tv_nsec;
}

bool of_is_racy(int64_t mtime, int64_t since)
{
	const int64_t second = 1000000000;

	return mtime >= since || (mtime % second == 0 && mtime >= since - 2 * second);
}

static uint32_t file_size(const struct stat *info)
{
	return info->st_size < UINT32_MAX ? (uint32_t)info->st_size : UINT32_MAX;
}

static char *add_text(char *at, struct of_record *record, unsigned index, struct of_str text)
{
	if (text.len == 0)
		return at;
	memcpy(at, text.ptr, text.len);
	at[text.len] = '\0';
	record->lengths[index] = (uint32_t)text.len + 1;
	return at + text.len + 1;
}

struct of_record *of_record_make(struct of_arena *arena, const struct of_record_parts *parts)
{
	const struct of_str texts[TEXTS] = {parts->name, parts->id, parts->keys, parts->diags};
	size_t size = sizeof(struct of_record) + parts->n_filings * sizeof(struct of_filed);
	struct of_record *record;
	char *at;

	for (unsigned i = 0; i < TEXTS; i++)
		size += texts[i].len > 0 ? texts[i].len + 1 : 0;
	size = (size + 7) & ~(size_t)7;
	if (size > UINT32_MAX)
		return NULL;
	record = of_arena_take(arena, 1, size);
	if (record == NULL)
		return NULL;
	record->size = (uint32_t)size;
	record->file_size = file_size(&parts->stat);
	record->mtime = of_stat_mtime(&parts->stat);
	record->inode = parts->stat.st_ino;
	record->published = parts->published;
	record->expires = parts->expires;
	record->id_line = parts->id_line < UINT16_MAX ? (uint16_t)parts->id_line : UINT16_MAX;
	record->n_filings = parts->n_filings;
	record->kind = (uint8_t)parts->kind;
	record->fresh = 1;
	if (parts->n_filings > 0)
		memcpy(record + 1, parts->filings, parts->n_filings * sizeof(*parts->filings));
	at = (char *)record + texts_offset(record);
	for (unsigned i = 0; i < TEXTS; i++)
		at = add_text(at, record, i, texts[i]);
	return record;
}

/* The UUID that an id is made of; absent when it is made of something else. */
static struct of_str uuid_of(struct of_str id)
{
	struct of_str scheme = STR("urn:uuid:");

	return of_str_starts(id, scheme) ? of_str_from_offset(id, scheme.len)
					 : (struct of_str){NULL, 0};
}

bool of_keys_have(struct of_str keys, struct of_str wanted)
{
	while (keys.ptr != NULL)
		if (of_str_equal(of_str_split(&keys, '\0'), wanted))
			return true;
	return false;
}

void of_keys_pack(struct of_buf *out, struct of_str keys, struct of_str id)
{
	struct of_str uuid = uuid_of(id);
	size_t start = out->len;

	while (keys.len > 0) {
		struct of_str key = of_str_split(&keys, '\0');

		if ((uuid.len > 0 && of_str_starts(key, STR("u:")) &&
			    of_str_equal(of_str_from_offset(key, 2), uuid)) ||
			of_keys_have(of_str_from_offset(of_buf_str(out), start), key))
			continue;
		of_buf_add_str(out, key);
		of_buf_add_byte(out, '\0');
	}
}

void of_keys_unpack(struct of_buf *out, struct of_str packed, struct of_str id)
{
	struct of_str uuid = uuid_of(id);

	if (uuid.len > 0) {
		of_buf_add_text(out, "u:");
		of_buf_add_str(out, uuid);
		of_buf_add_byte(out, '\0');
	}
	of_buf_add_str(out, packed);
}

/* Keys as they are under another id. */
static void repack_keys(struct of_buf *out, const struct of_record *record, struct of_str id)
{
	struct of_buf all = {0};

	of_keys_unpack(
		&all, of_record_text(record, OF_TEXT_KEYS), of_record_text(record, OF_TEXT_ID));
	of_keys_pack(out, of_buf_str(&all), id);
	if (all.status != OF_OK)
		out->status = all.status;
	of_buf_finish(&all);
}

struct of_record *of_record_with_id(
	struct of_arena *arena, const struct of_record *record, struct of_str id)
{
	struct of_record_parts parts = {.kind = (enum of_record_kind)record->kind,
		.published = record->published,
		.expires = record->expires,
		.id_line = record->id_line,
		.name = of_record_text(record, OF_TEXT_NAME),
		.id = id,
		.diags = of_record_text(record, OF_TEXT_DIAGS),
		.filings = of_record_filings(record),
		.n_filings = record->n_filings};
	struct of_buf keys = {0};
	struct of_record *copy = NULL;

	repack_keys(&keys, record, id);
	parts.keys = of_buf_str(&keys);
	if (keys.status == OF_OK)
		copy = of_record_make(arena, &parts);
	if (copy != NULL) {
		copy->file_size = record->file_size;
		copy->mtime = record->mtime;
		copy->inode = record->inode;
		copy->fresh = record->fresh;
	}
	of_buf_finish(&keys);
	return copy;
}

bool of_record_matches(const struct of_record *record, const struct stat *info)
{
	return record->mtime != 0 && record->mtime == of_stat_mtime(info) &&
	       record->inode == info->st_ino && record->file_size == file_size(info) &&
	       S_ISREG(info->st_mode);
}

bool of_record_is_sound(struct of_str bytes)
{
	const struct of_record *record = (const struct of_record *)(const void *)bytes.ptr;
	uint64_t need = sizeof(*record);

	if (bytes.len < sizeof(*record) || record->size > bytes.len || record->size % 8 != 0)
		return false;
	need += (uint64_t)record->n_filings * sizeof(struct of_filed);
	for (unsigned i = 0; i < TEXTS; i++) {
		need += record->lengths[i];
		if (need > record->size ||
			(record->lengths[i] > 0 && bytes.ptr[need - 1] != '\0'))
			return false;
	}
	return of_path_is_name(of_record_text(record, OF_TEXT_NAME));
}

/* Fixed part of a packed diagnostic; its path and its message follow, each with a NUL. */
struct packed {
	uint32_t line, column;
	uint32_t path, message; /* bytes of each, its NUL counted; 0 for no path */
	uint8_t severity, reason;
	uint8_t reserved[2];
};

static void pack_diag(struct of_buf *out, const struct of_diag *diag, bool with_path)
{
	struct packed head = {.line = diag->line,
		.column = diag->column,
		.path = with_path ? (uint32_t)strlen(diag->path) + 1 : 0,
		.message = (uint32_t)strlen(diag->message) + 1,
		.severity = (uint8_t)diag->severity,
		.reason = (uint8_t)diag->reason};

	of_buf_add(out, &head, sizeof(head));
	of_buf_add(out, diag->path, head.path);
	of_buf_add(out, diag->message, head.message);
}

void of_diag_pack(const struct of_diag *diag, void *payload)
{
	pack_diag(payload, diag, false);
}

void of_diag_pack_with_path(const struct of_diag *diag, void *payload)
{
	pack_diag(payload, diag, true);
}

/* A text with its NUL off the front of *rest; NULL when there is none such. */
static const char *take_text(struct of_str *rest, uint32_t len)
{
	const char *text = rest->ptr;

	if (len == 0 || len > rest->len || text[len - 1] != '\0')
		return NULL;
	*rest = of_str_from_offset(*rest, len);
	return text;
}

void of_diags_unpack(struct of_diags *diags, struct of_str packed, const char *path)
{
	struct packed head;

	while (packed.len > sizeof(head)) {
		struct of_diag diag = {.path = path};

		memcpy(&head, packed.ptr, sizeof(head));
		packed = of_str_from_offset(packed, sizeof(head));
		if (head.path > 0)
			diag.path = take_text(&packed, head.path);
		diag.message = take_text(&packed, head.message);
		if (diag.path == NULL || diag.message == NULL || head.severity > OF_ERROR)
			return;
		diag.severity = (enum of_severity)head.severity;
		diag.reason = (enum of_reason)head.reason;
		diag.line = head.line;
		diag.column = head.column;
		of_diags_add(&diag, diags);
	}
}
