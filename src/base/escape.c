#include "base/escape.h"

#include "base/word.h"

of_escapes of_escapes_html_text = {
	['&'] = {"&amp;", 5},
	['<'] = {"&lt;", 4},
	['>'] = {"&gt;", 4},
};

of_escapes of_escapes_html_attribute = {
	['&'] = {"&amp;", 5},
	['<'] = {"&lt;", 4},
	['>'] = {"&gt;", 4},
	['"'] = {"&quot;", 6},
};

/* None of the bytes has an escape in any table. The pairs differ in one bit. */
static bool is_plain(uint64_t word)
{
	return !of_word_has_below(word, 0x20) && !of_word_has(word, '<', '<' ^ '>') &&
	       !of_word_has(word, '"', '"' ^ '&') && !of_word_has(word, '\\', 0);
}

/* Copies all of the few bytes that an escape may have, wherever there is room. */
static void add(struct of_buf *out, const struct of_escape *escape)
{
	size_t most = sizeof(escape->bytes);

	if (out->status != OF_OK || out->cap - out->len <= most) {
		of_buf_add(out, escape->bytes, escape->len);
		return;
	}
	memcpy(out->ptr + out->len, escape->bytes, most);
	out->len += escape->len;
	out->ptr[out->len] = '\0';
}

void of_escape_add(struct of_buf *out, struct of_str text, of_escapes escapes)
{
	size_t run = 0;

	for (size_t i = 0, end = 0; i < text.len; i = end) {
		end = text.len - i < OF_WORD_SIZE ? text.len : i + OF_WORD_SIZE;
		if (end - i == OF_WORD_SIZE && is_plain(of_word_load(text.ptr + i)))
			continue;
		for (; i < end; i++) {
			const struct of_escape *escape = &escapes[(unsigned char)text.ptr[i]];

			if (escape->len == 0)
				continue;
			of_buf_add(out, text.ptr + run, i - run);
			add(out, escape);
			run = i + 1;
		}
	}
	if (run < text.len)
		of_buf_add(out, text.ptr + run, text.len - run);
}
