/*
 * Text: cleaned it is clean, and each of the forms that names and lines are
 * brought into is its own form. Hosts beyond ASCII are decoded again (RFC 3492).
 */
#include "fuzz.h"

#include "base/escape.h"
#include "base/unicode.h"
#include "web/punycode.h"

/* What is made of what was made is the same. */
static struct of_str settle(struct of_buf *out, struct of_str text,
	void (*make)(struct of_buf *out, struct of_str text), const char *demand)
{
	static struct of_buf again;

	of_buf_clear(out);
	make(out, text);
	of_buf_clear(&again);
	make(&again, of_buf_str(out));
	fuzz_require_equal(of_buf_str(&again), of_buf_str(out), demand);
	fuzz_require(of_unicode_is_clean(of_buf_str(out)) || !of_unicode_is_clean(text),
		"of clean text something else was made");
	return of_buf_str(out);
}

static void clean(struct of_buf *out, struct of_str text)
{
	of_unicode_clean(out, text, NULL);
}

static void check_slug(struct of_str slug)
{
	for (size_t i = 0; i < slug.len; i++)
		if ((unsigned char)slug.ptr[i] < 0x80)
			fuzz_require(of_byte_is_digit(slug.ptr[i]) ||
					     (slug.ptr[i] >= 'a' && slug.ptr[i] <= 'z') ||
					     (slug.ptr[i] == '-' && i > 0 && i + 1 < slug.len &&
						     slug.ptr[i - 1] != '-'),
				"a slug with what may not be in it");
}

static void check_line(struct of_str line)
{
	for (size_t i = 0; i < line.len; i++)
		fuzz_require(line.ptr[i] != '\n' && line.ptr[i] != '\r' && line.ptr[i] != '\t',
			"a line of more than one");
	fuzz_require(line.len == 0 || (line.ptr[0] != ' ' && line.ptr[line.len - 1] != ' '),
		"a line with blanks at its ends");
	fuzz_require(of_str_find(line, STR("  ")) == OF_NPOS, "a line with a run of blanks");
}

static void check_cut(struct of_str line)
{
	static struct of_buf out;

	for (size_t most = 1; most < 40; most += 13) {
		of_buf_clear(&out);
		of_unicode_cut(&out, line, most);
		fuzz_require(of_unicode_length(of_buf_str(&out)) <= most + 1,
			"more characters than were asked for");
		fuzz_require(of_unicode_is_clean(of_buf_str(&out)), "a character was cut");
	}
}

/* In one pass, or cleaned first. */
static void check_escapes(struct of_str text, struct of_str cleaned)
{
	static struct of_buf one, two;

	of_buf_clear(&one);
	of_escape_add_clean(&one, text, of_escapes_html_attribute);
	of_buf_clear(&two);
	of_escape_add(&two, cleaned, of_escapes_html_attribute);
	fuzz_require_equal(
		of_buf_str(&one), of_buf_str(&two), "escaped in one pass it differs");
	fuzz_require(of_str_find_byte(of_buf_str(&one), '"') == OF_NPOS &&
			     of_str_find_byte(of_buf_str(&one), '<') == OF_NPOS,
		"what ends an attribute is in it");
}

static uint32_t adapt(uint32_t delta, uint32_t count, bool first)
{
	uint32_t k = 0;

	delta = first ? delta / 700 : delta / 2;
	delta += delta / count;
	while (delta > 455) {
		delta /= 35;
		k += 36;
	}
	return k + 36 * delta / (delta + 38);
}

/* RFC 3492 section 6.2; false when it is no Punycode. */
static bool decode(uint32_t *points, size_t *count, struct of_str text)
{
	size_t dash = of_str_find_last_byte(text, '-');
	uint32_t n = 128, i = 0, bias = 72;
	size_t at = dash == OF_NPOS ? 0 : dash + 1;

	*count = 0;
	for (size_t b = 0; dash != OF_NPOS && b < dash; b++)
		points[(*count)++] = (unsigned char)text.ptr[b];
	while (at < text.len) {
		uint32_t before = i, weight = 1;

		for (uint32_t k = 36;; k += 36) {
			uint32_t t = k <= bias ? 1 : k >= bias + 26 ? 26 : k - bias;
			char c = at < text.len ? text.ptr[at++] : '\0';
			uint32_t digit;

			if (!(c >= 'a' && c <= 'z') && !of_byte_is_digit(c))
				return false;
			digit = (uint32_t)(c >= 'a' ? c - 'a' : c - '0' + 26);
			i += digit * weight;
			if (digit < t)
				break;
			weight *= 36 - t;
		}
		bias = adapt(i - before, (uint32_t)*count + 1, before == 0);
		n += i / ((uint32_t)*count + 1);
		i %= (uint32_t)*count + 1;
		if (*count >= 63)
			return false;
		memmove(points + i + 1, points + i, (*count - i) * sizeof(*points));
		points[i++] = n;
		(*count)++;
	}
	return true;
}

static bool is_dot(uint32_t point)
{
	return point == '.' || point == 0x3002 || point == 0xff0e || point == 0xff61;
}

/* The label at *offset of the folded host against the one that it became. */
static void check_label(struct of_str folded, size_t *offset, struct of_str label)
{
	uint32_t want[64], got[64];
	size_t n_want = 0, n_got = 0;
	bool ascii = true;

	fuzz_require(label.len <= 63, "a label is too long");
	while (*offset < folded.len) {
		uint32_t point = of_unicode_next(folded, offset);

		if (is_dot(point))
			break;
		fuzz_require(n_want < 64, "a label of more characters than bytes");
		ascii = ascii && point < 0x80;
		want[n_want++] = point;
	}
	if (!ascii) {
		fuzz_require(
			of_str_starts(label, STR("xn--")), "a label that says not what it is");
		fuzz_require(decode(got, &n_got, of_str_from_offset(label, 4)),
			"a label that is no Punycode");
	} else {
		for (; n_got < label.len && n_got < 64; n_got++)
			got[n_got] = (unsigned char)label.ptr[n_got];
	}
	fuzz_require(n_got == n_want && memcmp(got, want, n_got * sizeof(*got)) == 0,
		"a label became another");
}

static void check_host(struct of_str host)
{
	static struct of_buf out, folded;
	struct of_str rest;
	size_t offset = 0;

	of_buf_clear(&out);
	if (!of_punycode_add_host(&out, host))
		return;
	of_buf_clear(&folded);
	of_unicode_fold(&folded, host);
	rest = of_buf_str(&out);
	while (rest.ptr != NULL)
		check_label(of_buf_str(&folded), &offset, of_str_split(&rest, '.'));
	fuzz_require(offset == folded.len, "labels were lost");
	for (size_t i = 0; i < out.len; i++)
		fuzz_require((unsigned char)out.ptr[i] < 0x80, "a host beyond ASCII");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct of_buf cleaned, slug, folded, line;
	struct of_str text = {(const char *)data, size};
	struct of_unicode_mends mends = {0};
	static struct of_buf mended;

	settle(&cleaned, text, clean, "cleaned twice it differs");
	fuzz_require(of_unicode_is_clean(of_buf_str(&cleaned)), "cleaned and not clean");
	of_buf_clear(&mended);
	of_unicode_clean(&mended, text, &mends);
	fuzz_require((mends.invalid + mends.forbidden == 0) == of_unicode_is_clean(text),
		"mends without need, or the other way round");
	check_escapes(text, of_buf_str(&cleaned));
	check_slug(settle(&slug, text, of_unicode_slug, "a slug's slug differs"));
	settle(&folded, text, of_unicode_fold, "folded twice it differs");
	check_line(settle(
		&line, of_buf_str(&cleaned), of_unicode_one_line, "a line's line differs"));
	check_cut(of_buf_str(&line));
	check_host(text);
	return 0;
}
