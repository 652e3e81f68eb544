#include "publish/packed_row.h"

#include "base/str.h"
#include <outfeed/arena.h>
#include <outfeed/item.h>

/*
 * The fixed part of a packed row; the files and the diagnostics follow, then the
 * links, and what of the feed is no link. Older rows end before either.
 */
struct packed {
	uint64_t group, signature, consumed, entries;
	uint32_t n_documents, n_depends, diags, n_leftovers;
};

/* In n_documents: each document's stamp has those of its copies behind it. */
#define WITH_COPIES 0x80000000U

static void pack_files(
	struct of_buf *out, const struct of_ledger_file *files, size_t count, bool copies)
{
	for (size_t i = 0; i < count; i++) {
		uint64_t len = files[i].name.len;

		of_buf_add(out, &files[i].stamp, sizeof(files[i].stamp));
		if (copies)
			of_buf_add(out, files[i].copies, sizeof(files[i].copies));
		of_buf_add(out, &len, sizeof(len));
		of_buf_add_str(out, files[i].name);
		of_buf_add_byte(out, '\0');
	}
}

static void pack_links(struct of_buf *out, const struct of_ledger_row *row)
{
	uint64_t count = row->n_links;

	of_buf_add(out, &row->audit, sizeof(row->audit));
	of_buf_add(out, &count, sizeof(count));
	for (size_t i = 0; i < row->n_links; i++) {
		uint64_t len = row->links[i].url.len;

		of_buf_add(out, &row->links[i].print, sizeof(row->links[i].print));
		of_buf_add(out, &len, sizeof(len));
		of_buf_add_str(out, row->links[i].url);
	}
}

static bool has_copies(const struct of_ledger_row *row)
{
	static const struct of_stamp none[OF_COPIES];

	for (size_t i = 0; i < row->n_documents; i++)
		for (size_t c = 0; c < OF_COPIES; c++)
			if (!of_stamp_equal(&row->documents[i].copies[c], &none[c]))
				return true;
	return false;
}

void of_row_pack(struct of_buf *out, const struct of_ledger_row *row)
{
	bool copies = has_copies(row);
	struct packed head = {row->group, row->signature, row->consumed, row->n_entries,
		(uint32_t)row->n_documents | (copies ? WITH_COPIES : 0),
		(uint32_t)row->n_depends, (uint32_t)row->diags.len, (uint32_t)row->n_leftovers};
	uint64_t len;

	of_buf_add(out, &head, sizeof(head));
	pack_files(out, row->documents, row->n_documents, copies);
	pack_files(out, row->depends, row->n_depends, false);
	of_buf_add_str(out, row->diags);
	pack_links(out, row);
	of_buf_add(out, &row->updated, sizeof(row->updated));
	len = row->parts.len;
	of_buf_add(out, &len, sizeof(len));
	of_buf_add_str(out, row->parts);
}

/* NULL when it makes no sense, or for want of memory. */
static const struct of_ledger_file *unpack_files(
	struct of_arena *arena, struct of_str *rest, size_t count, bool copies)
{
	const size_t stamps = sizeof(struct of_stamp) * (copies ? 1 + OF_COPIES : 1);
	const size_t least = stamps + sizeof(uint64_t) + 1;
	struct of_ledger_file *files;

	if (count > rest->len / least)
		return NULL;
	files = of_arena_take(arena, count, sizeof(*files));
	for (size_t i = 0; i < count && files != NULL; i++) {
		uint64_t len;

		if (rest->len < least)
			return NULL;
		memcpy(&files[i].stamp, rest->ptr, sizeof(files[i].stamp));
		if (copies)
			memcpy(files[i].copies, rest->ptr + sizeof(files[i].stamp),
				sizeof(files[i].copies));
		memcpy(&len, rest->ptr + stamps, sizeof(len));
		if (len > rest->len - least || rest->ptr[least - 1 + len] != '\0')
			return NULL;
		files[i].name = (struct of_str){rest->ptr + least - 1, len};
		*rest = of_str_from_offset(*rest, least + len);
	}
	return files;
}

static bool take_number(uint64_t *number, struct of_str *rest)
{
	if (rest->len < sizeof(*number))
		return false;
	memcpy(number, rest->ptr, sizeof(*number));
	*rest = of_str_from_offset(*rest, sizeof(*number));
	return true;
}

static bool unpack_feed(struct of_ledger_row *row, struct of_str rest)
{
	uint64_t updated, len;

	row->updated = OF_TIME_NONE;
	if (rest.len == 0)
		return true;
	if (!take_number(&updated, &rest) || !take_number(&len, &rest) || len != rest.len)
		return false;
	row->updated = (int64_t)updated;
	row->parts = rest;
	return true;
}

static bool unpack_links(struct of_ledger_row *row, struct of_arena *arena, struct of_str rest)
{
	uint64_t count, len;
	struct of_ledger_link *links;

	if (rest.len == 0)
		return unpack_feed(row, rest);
	if (!take_number(&row->audit, &rest) || !take_number(&count, &rest) ||
		count > rest.len / (2 * sizeof(uint64_t)))
		return false;
	links = of_arena_take(arena, count, sizeof(*links));
	for (size_t i = 0; i < count && links != NULL; i++) {
		if (!take_number(&links[i].print, &rest) || !take_number(&len, &rest) ||
			len > rest.len)
			return false;
		links[i].url = of_str_slice(rest, 0, len);
		rest = of_str_from_offset(rest, len);
	}
	row->links = links;
	row->n_links = count;
	return links != NULL && unpack_feed(row, rest);
}

bool of_row_unpack(struct of_ledger_row *row, struct of_arena *arena, struct of_str bytes)
{
	struct packed head;

	if (bytes.len < sizeof(head))
		return false;
	memcpy(&head, bytes.ptr, sizeof(head));
	bytes = of_str_from_offset(bytes, sizeof(head));
	row->group = head.group;
	row->signature = head.signature;
	row->consumed = head.consumed;
	row->n_entries = head.entries;
	row->n_documents = head.n_documents & ~WITH_COPIES;
	row->n_leftovers = head.n_leftovers;
	row->n_depends = head.n_depends;
	row->documents = unpack_files(
		arena, &bytes, row->n_documents, (head.n_documents & WITH_COPIES) != 0);
	if (row->documents == NULL)
		return false;
	row->depends = unpack_files(arena, &bytes, head.n_depends, false);
	row->diags = of_str_slice(bytes, 0, head.diags);
	return row->depends != NULL && bytes.len >= head.diags &&
	       row->n_leftovers <= row->n_documents &&
	       unpack_links(row, arena, of_str_from_offset(bytes, head.diags));
}

static void keep_depends(struct of_ledger_row *row, struct of_arena *arena)
{
	struct of_ledger_file *files = of_arena_take(arena, row->n_depends, sizeof(*files));

	for (size_t i = 0; i < row->n_depends && files != NULL; i++) {
		files[i] = row->depends[i];
		files[i].name = of_arena_dup(arena, row->depends[i].name);
	}
	row->depends = files;
}

static void keep_links(struct of_ledger_row *row, struct of_arena *arena)
{
	struct of_ledger_link *links = of_arena_take(arena, row->n_links, sizeof(*links));

	for (size_t i = 0; i < row->n_links && links != NULL; i++) {
		links[i] = row->links[i];
		links[i].url = of_arena_dup(arena, row->links[i].url);
	}
	row->links = links;
}

void of_row_keep(struct of_ledger_row *row, struct of_arena *arena)
{
	keep_depends(row, arena);
	keep_links(row, arena);
	row->diags = of_arena_dup(arena, row->diags);
	row->parts = of_arena_dup(arena, row->parts);
}
