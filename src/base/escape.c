#include "base/escape.h"

#include "base/unicode.h"
#include "base/wide.h"
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

/*
 * Which bytes of a block have to be looked at, a bit for each: those that any
 * table may have an escape for, and with `clean` those beyond ASCII. The pairs
 * of characters differ in one bit.
 */
#ifdef __SSE2__
#define BLOCK ((size_t)OF_WIDE_SIZE)

static inline unsigned marks_in(const char *block, bool clean)
{
	__m128i bytes = of_wide_load(block);
	__m128i control = of_wide_is_at_most(bytes, 0x1F);
	__m128i found = _mm_or_si128(_mm_or_si128(control, of_wide_is_either(bytes, '"', '&')),
		_mm_or_si128(of_wide_is_either(bytes, '<', '>'), of_wide_is(bytes, '\\')));

	/* the mask is made of the high bits, which those beyond ASCII have of their own */
	return (unsigned)_mm_movemask_epi8(clean ? _mm_or_si128(found, bytes) : found);
}
#else
#define BLOCK OF_WORD_SIZE

static bool is_marked(unsigned char c, bool clean)
{
	return c < 0x20 || c == '"' || c == '&' || c == '<' || c == '>' || c == '\\' ||
	       (clean && c >= 0x80);
}

static inline unsigned marks_in(const char *block, bool clean)
{
	uint64_t word = of_word_load(block);
	unsigned marks = 0;

	if (!of_word_has_below(word, 0x20) && !of_word_has(word, '<', '<' ^ '>') &&
		!of_word_has(word, '"', '"' ^ '&') && !of_word_has(word, '\\', 0) &&
		(!clean || of_word_is_ascii(word)))
		return 0;
	for (unsigned i = 0; i < BLOCK; i++)
		marks |= (unsigned)is_marked((unsigned char)block[i], clean) << i;
	return marks;
}
#endif

static bool is_forbidden(unsigned char c)
{
	return c < 0x20 && c != '\t' && c != '\n' && c != '\r';
}

/* Whether a byte that is marked does not stand for itself. */
static inline bool is_replaced(unsigned char c, of_escapes escapes, bool clean)
{
	return escapes[c].len > 0 || (clean && (c >= 0x80 || is_forbidden(c)));
}

/* The offset of the first byte of a block that does not stand for itself, or BLOCK. */
static inline size_t find_replaced(
	const char *block, unsigned marks, of_escapes escapes, bool clean)
{
	for (; marks != 0; marks &= marks - 1) {
		unsigned at = (unsigned)__builtin_ctz(marks);

		if (is_replaced((unsigned char)block[at], escapes, clean))
			return at;
	}
	return BLOCK;
}

/* The offset, from `from` on, of the first byte that does not stand for itself; or text.len. */
static inline size_t find_next(struct of_str text, size_t from, of_escapes escapes, bool clean)
{
	size_t last = text.len - BLOCK; /* offset of the last block */
	size_t found, before;

	if (text.len < BLOCK) {
		while (from < text.len &&
			!is_replaced((unsigned char)text.ptr[from], escapes, clean))
			from++;
		return from;
	}
	for (; from <= last; from += BLOCK) {
		const char *block = text.ptr + from;
		unsigned marks = marks_in(block, clean);

		if (marks == 0)
			continue;
		found = find_replaced(block, marks, escapes, clean);
		if (found < BLOCK)
			return from + found;
	}
	before = from - last;
	if (before == BLOCK)
		return text.len;
	return last + find_replaced(text.ptr + last,
			      marks_in(text.ptr + last, clean) >> before << before, escapes,
			      clean);
}

/*
 * The text from one offset to another. A few bytes are copied with what follows
 * them, wherever there is room: that costs less than to copy so many and no more.
 */
static inline void add_run(struct of_buf *out, struct of_str text, size_t from, size_t to)
{
	if (to - from > BLOCK || text.len - from < BLOCK || out->status != OF_OK ||
		out->cap - out->len <= BLOCK) {
		of_buf_add(out, text.ptr + from, to - from);
		return;
	}
	memcpy(out->ptr + out->len, text.ptr + from, BLOCK);
	out->len += to - from;
	out->ptr[out->len] = '\0';
}

/* The same with all of the few bytes that an escape may have. */
static inline void add_escape(struct of_buf *out, const struct of_escape *escape)
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

/* Cleans what is not ASCII from an offset on, and gives the offset behind it. */
static size_t add_beyond_ascii(struct of_buf *out, struct of_str text, size_t from)
{
	size_t to = from;

	while (to < text.len && (unsigned char)text.ptr[to] >= 0x80)
		to++;
	of_unicode_clean(out, (struct of_str){text.ptr + from, to - from}, NULL);
	return to;
}

/* Inlined into both of its callers: `clean` is asked for each block and byte. */
__attribute__((always_inline)) static inline void add(
	struct of_buf *out, struct of_str text, of_escapes escapes, bool clean)
{
	size_t at = 0;

	while (at < text.len) {
		size_t from = at;
		unsigned char c;

		at = find_next(text, at, escapes, clean);
		add_run(out, text, from, at);
		if (at == text.len)
			return;
		c = (unsigned char)text.ptr[at];
		if (clean && c >= 0x80) {
			at = add_beyond_ascii(out, text, at);
			continue;
		}
		if (!clean || !is_forbidden(c))
			add_escape(out, &escapes[c]);
		at++;
	}
}

void of_escape_add(struct of_buf *out, struct of_str text, of_escapes escapes)
{
	add(out, text, escapes, false);
}

void of_escape_add_clean(struct of_buf *out, struct of_str text, of_escapes escapes)
{
	add(out, text, escapes, true);
}
