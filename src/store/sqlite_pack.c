#include "store/sqlite_pack.h"

#include "base/str.h"
#include <stdlib.h>

bool of_bits_has(const struct of_bits *bits, int64_t number)
{
	size_t byte = (size_t)number / 8;

	return number >= 0 && byte < bits->len && (bits->bytes[byte] >> (number % 8) & 1) != 0;
}

bool of_bits_add(struct of_bits *bits, int64_t number)
{
	size_t byte = (size_t)number / 8;

	if (byte >= bits->len) {
		size_t len = byte * 2 + 64;
		unsigned char *bytes = realloc(bits->bytes, len);

		if (bytes == NULL)
			return false;
		memset(bytes + bits->len, 0, len - bits->len);
		bits->bytes = bytes;
		bits->len = len;
	}
	bits->bytes[byte] = (unsigned char)(bits->bytes[byte] | 1U << (number % 8));
	return true;
}

void of_bits_finish(struct of_bits *bits)
{
	free(bits->bytes);
	*bits = (struct of_bits){0};
}

enum { ITEM_TEXTS = 4, USE_TEXTS = 4 };

struct item_head {
	int64_t published;
	uint64_t lens[ITEM_TEXTS];
};

struct use_head {
	unsigned kind, line, column;
	enum of_verdict fixed;
	uint64_t lens[USE_TEXTS];
};

static void pack_texts(struct of_buf *packed, const struct of_str *texts, size_t n)
{
	for (size_t i = 0; i < n; i++)
		of_buf_add_str(packed, texts[i]);
}

void of_pack_item(struct of_buf *packed, const struct of_use *use)
{
	const struct of_str texts[ITEM_TEXTS] = {
		use->item_id, use->item_title, use->item_summary, use->category};
	struct item_head head = {.published = use->published};

	for (size_t i = 0; i < ITEM_TEXTS; i++)
		head.lens[i] = texts[i].len;
	of_buf_add(packed, &head, sizeof(head));
	pack_texts(packed, texts, ITEM_TEXTS);
}

void of_pack_use(struct of_buf *packed, const struct of_use *use)
{
	const struct of_str texts[USE_TEXTS] = {use->url, use->host, use->domain, use->field};
	struct use_head head = {.kind = use->kind,
		.line = use->line,
		.column = use->column,
		.fixed = use->fixed};

	for (size_t i = 0; i < USE_TEXTS; i++)
		head.lens[i] = texts[i].len;
	of_buf_add(packed, &head, sizeof(head));
	pack_texts(packed, texts, USE_TEXTS);
}

static void unpack(struct of_str *rest, void *bytes, size_t len)
{
	memcpy(bytes, rest->ptr, len);
	*rest = of_str_from_offset(*rest, len);
}

static void unpack_texts(
	struct of_str *rest, struct of_str *texts, const uint64_t *lens, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		texts[i] = of_str_slice(*rest, 0, lens[i]);
		*rest = of_str_from_offset(*rest, lens[i]);
	}
}

void of_unpack_item(struct of_str *rest, struct of_use *use)
{
	struct item_head head;
	struct of_str texts[ITEM_TEXTS];

	unpack(rest, &head, sizeof(head));
	unpack_texts(rest, texts, head.lens, ITEM_TEXTS);
	use->published = head.published;
	use->item_id = texts[0];
	use->item_title = texts[1];
	use->item_summary = texts[2];
	use->category = texts[3];
}

void of_unpack_use(struct of_str *rest, struct of_use *use)
{
	struct use_head head;
	struct of_str texts[USE_TEXTS];

	unpack(rest, &head, sizeof(head));
	unpack_texts(rest, texts, head.lens, USE_TEXTS);
	use->kind = head.kind;
	use->line = head.line;
	use->column = head.column;
	use->fixed = head.fixed;
	use->url = texts[0];
	use->host = texts[1];
	use->domain = texts[2];
	use->field = texts[3];
}
