#include "collect/reader.h"

#include "base/err.h"
#include "base/file.h"
#include "base/path.h"
#include "base/str.h"
#include <fcntl.h>
#include <unistd.h>

#define PLACE_COLUMN_BITS 10
#define BYTES_KEPT ((size_t)256 << 10) /* of a file that was read: most files have fewer */

bool of_reader_init(
	struct of_reader *reader, const struct of_site *site, struct of_filings *filings)
{
	*reader = (struct of_reader){.site = site,
		.filings = {.filings = filings},
		.item = of_arena_new(),
		.kept = of_arena_new(),
		.fd = -1};
	if (reader->item != NULL && reader->kept != NULL)
		return true;
	of_reader_finish(reader);
	return false;
}

void of_reader_finish(struct of_reader *reader)
{
	if (reader->item == NULL && reader->kept == NULL)
		return;
	of_arena_free(reader->item);
	of_arena_free(reader->kept);
	of_buf_finish(&reader->bytes);
	of_buf_finish(&reader->path);
	of_buf_finish(&reader->diags);
	of_buf_finish(&reader->keys);
	of_numberer_finish(&reader->filings);
	if (reader->fd >= 0)
		close(reader->fd);
	*reader = (struct of_reader){.fd = -1};
}

/* Neighbouring files are mostly of one folder, which is opened once for them. */
static int folder_of(struct of_reader *reader, const struct of_folder *folder)
{
	if (reader->folder != folder) {
		if (reader->fd >= 0)
			close(reader->fd);
		reader->fd = of_folder_open_below(folder->path, folder->root);
		reader->folder = folder;
	}
	return reader->fd;
}

/* Line and column in 32 bits; a place that does not fit is left out. */
static uint32_t pack_place(unsigned line, unsigned column)
{
	if (line >= 1U << (32 - PLACE_COLUMN_BITS))
		return 0;
	return line << PLACE_COLUMN_BITS | (column < 1U << PLACE_COLUMN_BITS ? column : 0);
}

static const struct of_filed *number_filings(
	struct of_reader *reader, const struct of_item *item)
{
	struct of_filed *filed =
		of_arena_take(reader->item, item->n_memberships, sizeof(*filed));

	for (size_t i = 0; filed != NULL && i < item->n_memberships; i++) {
		const struct of_membership *membership = &item->memberships[i];

		filed[i].place = pack_place(membership->line, membership->column);
		if (!of_filings_number(&reader->filings, &filed[i].filing, membership))
			return NULL;
	}
	return filed;
}

/* The slugs that an item's aliases end in: under one of them it may have been published. */
static const struct of_str *slugs_of_aliases(
	struct of_reader *reader, const struct of_item *item)
{
	struct of_buf slugs = {0};
	struct of_str *kept = NULL;

	for (size_t i = 0; i < item->n_aliases; i++) {
		struct of_str path = of_str_trim_byte(item->aliases[i], '/');
		struct of_str base = of_path_base(path);

		if (of_str_ends(base, STR(".html")))
			base = of_path_stem(base);
		if (base.len == 0 || of_str_equal(base, STR("index")))
			continue;
		of_buf_add_text(&slugs, "s:");
		of_buf_add_str(&slugs, base);
		of_buf_add_byte(&slugs, '\0');
	}
	if (slugs.len > 0)
		kept = of_arena_take(reader->kept, 1, sizeof(*kept));
	if (kept != NULL)
		*kept = of_arena_keep(reader->kept, &slugs);
	of_buf_finish(&slugs);
	return kept;
}

static void pack_error(
	struct of_reader *reader, const struct of_err *err, enum of_reason reason)
{
	const struct of_diag diag = {
		OF_ERROR, reason, "", err->line, err->column, err->message};

	of_diag_pack(&diag, &reader->diags);
}

/* The item's head, or the reason why there is none; parts.stat is filled either way. */
static enum of_status read_head(struct of_reader *reader, struct of_item *item,
	const struct of_reading *reading, struct of_record_parts *parts, struct of_err *err)
{
	enum of_reason reason = OF_REASON_UNREADABLE;
	enum of_status status;

	of_arena_clear(reader->item);
	of_buf_clear(&reader->bytes);
	of_buf_clear(&reader->path);
	of_buf_clear(&reader->diags);
	of_path_join(&reader->path, reading->folder->path, of_str_from(reading->slot->name));
	status = of_file_read_entry(&reader->bytes, folder_of(reader, reading->folder),
		reading->slot->name, OF_LIMIT_FILE, &parts->stat, err);
	if (status == OF_ELIMIT)
		reason = OF_REASON_LIMIT;
	if (status == OF_OK)
		status = of_item_parse(item, &reason, reader->item, reader->site,
			of_buf_str(&reader->path), of_buf_str(&reader->bytes), OF_ITEM_HEAD,
			err, of_diag_pack, &reader->diags);
	if (status != OF_OK && status != OF_ENOMEM)
		pack_error(reader, err, reason);
	return status;
}

static void fill_item(
	struct of_reader *reader, struct of_record_parts *parts, const struct of_item *item)
{
	parts->kind = item->draft ? OF_RECORD_DRAFT : OF_RECORD_ITEM;
	if (item->draft)
		return;
	parts->published = item->published;
	parts->expires = item->expires;
	parts->id_line = item->id_line;
	parts->id = item->id;
	of_buf_clear(&reader->keys);
	of_keys_pack(&reader->keys, item->keys, item->id);
	parts->keys = of_buf_str(&reader->keys);
	parts->n_filings = (uint32_t)item->n_memberships;
	parts->filings = number_filings(reader, item);
	reader->failed |= parts->filings == NULL && parts->n_filings > 0;
}

void of_reader_read(struct of_reader *reader, const struct of_reading *reading,
	const struct of_str **aliases)
{
	struct of_record_parts parts = {.kind = OF_RECORD_BROKEN,
		.published = OF_TIME_NONE,
		.expires = OF_TIME_NONE,
		.name = of_str_from(reading->slot->name)};
	struct of_item item;
	struct of_err err = {0};
	enum of_status status = read_head(reader, &item, reading, &parts, &err);

	if (status == OF_OK) {
		fill_item(reader, &parts, &item);
		if (aliases != NULL)
			*aliases = slugs_of_aliases(reader, &item);
	}
	/* a file that could not be read now may be the next time, without being changed */
	if (status == OF_EIO)
		parts.stat = (struct stat){0};
	parts.diags = of_buf_str(&reader->diags);
	if (!reader->failed)
		reading->slot->record = of_record_make(reader->kept, &parts);
	reader->failed |= status == OF_ENOMEM || reading->slot->record == NULL ||
			  reader->diags.status != OF_OK || reader->keys.status != OF_OK ||
			  reader->path.status != OF_OK;
	/* not before the record is made, which is of them */
	if (reader->bytes.cap > BYTES_KEPT)
		of_buf_finish(&reader->bytes);
}
