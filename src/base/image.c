#include "base/image.h"

#include "base/str.h"

/* A row of the table of types. A matcher knows its type; what a sizer cannot read it leaves 0.
 */
struct image_type {
	const char *type;
	bool (*matches)(struct of_str head);
	void (*size)(struct of_image_header *header, struct of_str head);
};

static bool has(struct of_str s, size_t at, size_t length)
{
	return at <= s.len && length <= s.len - at;
}

static bool has_at(struct of_str s, size_t at, struct of_str bytes)
{
	return has(s, at, bytes.len) && memcmp(s.ptr + at, bytes.ptr, bytes.len) == 0;
}

/* Up to eight bytes that the caller knows are there, the most significant first. */
static uint64_t big_endian(struct of_str s, size_t at, size_t size)
{
	uint64_t number = 0;

	for (size_t i = 0; i < size; i++)
		number = number << 8 | (unsigned char)s.ptr[at + i];
	return number;
}

static uint64_t little_endian(struct of_str s, size_t at, size_t size)
{
	uint64_t number = 0;

	for (size_t i = size; i > 0; i--)
		number = number << 8 | (unsigned char)s.ptr[at + i - 1];
	return number;
}

static void set_size(struct of_image_header *header, uint64_t width, uint64_t height)
{
	if (width == 0 || height == 0 || width > INT32_MAX || height > INT32_MAX)
		return;
	header->width = (unsigned)width;
	header->height = (unsigned)height;
}

static bool is_png(struct of_str head)
{
	return of_str_starts(head, STR("\x89PNG\r\n\x1a\n"));
}

static void size_png(struct of_image_header *header, struct of_str head)
{
	if (has_at(head, 12, STR("IHDR")) && has(head, 16, 8))
		set_size(header, big_endian(head, 16, 4), big_endian(head, 20, 4));
}

static bool is_gif(struct of_str head)
{
	return of_str_starts(head, STR("GIF87a")) || of_str_starts(head, STR("GIF89a"));
}

static void size_gif(struct of_image_header *header, struct of_str head)
{
	if (has(head, 6, 4))
		set_size(header, little_endian(head, 6, 2), little_endian(head, 8, 2));
}

static bool is_jpeg(struct of_str head)
{
	return of_str_starts(head, STR("\xff\xd8\xff"));
}

/* Markers without a length: TEM, RST0 to RST7, SOI (ITU-T T.81 table B.1). */
static bool is_bare_marker(unsigned marker)
{
	return marker == 0x01 || (marker >= 0xd0 && marker <= 0xd8);
}

/* SOF0 to SOF15, without DHT, JPG and DAC, which share their numbers. */
static bool is_frame_marker(unsigned marker)
{
	return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 &&
	       marker != 0xcc;
}

/* Walks from marker to marker, over any number of fill bytes, up to the frame's or the scan. */
static void size_jpeg(struct of_image_header *header, struct of_str head)
{
	size_t at = 2;

	while (has(head, at, 2) && head.ptr[at] == '\xff') {
		unsigned marker = (unsigned char)head.ptr[at + 1];
		size_t length;

		if (marker == 0xff) {
			at++;
			continue;
		}
		at += 2;
		if (is_bare_marker(marker))
			continue;
		if (marker == 0xd9 || marker == 0xda || !has(head, at, 2))
			return;
		length = (size_t)big_endian(head, at, 2);
		if (is_frame_marker(marker)) {
			if (length >= 8 && has(head, at, 7))
				set_size(header, big_endian(head, at + 5, 2),
					big_endian(head, at + 3, 2));
			return;
		}
		if (length < 2)
			return;
		at += length;
	}
}

static bool is_webp(struct of_str head)
{
	return of_str_starts(head, STR("RIFF")) && has_at(head, 8, STR("WEBP"));
}

/* The first chunk is the frame, or says how large the canvas is (RFC 9649 section 2). */
static void size_webp(struct of_image_header *header, struct of_str head)
{
	uint64_t bits;

	if (has_at(head, 12, STR("VP8 "))) {
		if (has(head, 20, 10) && (head.ptr[20] & 1) == 0 &&
			has_at(head, 23, STR("\x9d\x01\x2a")))
			set_size(header, little_endian(head, 26, 2) & 0x3fff,
				little_endian(head, 28, 2) & 0x3fff);
	} else if (has_at(head, 12, STR("VP8L"))) {
		if (!has(head, 20, 5) || head.ptr[20] != 0x2f)
			return;
		bits = little_endian(head, 21, 4);
		set_size(header, (bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1);
	} else if (has_at(head, 12, STR("VP8X")) && has(head, 20, 10)) {
		set_size(
			header, little_endian(head, 24, 3) + 1, little_endian(head, 27, 3) + 1);
	}
}

/*
 * Takes a box of ISO base media (ISO/IEC 14496-12 section 4.2) off *rest. A
 * body that the head cuts short is as long as what is there.
 */
static bool take_box(struct of_str *rest, struct of_str *type, struct of_str *body)
{
	size_t header = 8;
	uint64_t size;

	if (!has(*rest, 0, header))
		return false;
	size = big_endian(*rest, 0, 4);
	if (size == 1) {
		header = 16;
		if (!has(*rest, 0, header))
			return false;
		size = big_endian(*rest, 8, 8);
	}
	if (size == 0 || size > rest->len)
		size = rest->len;
	if (size < header)
		return false;
	*type = of_str_slice(*rest, 4, 8);
	*body = of_str_slice(*rest, header, (size_t)size);
	*rest = of_str_from_offset(*rest, (size_t)size);
	return true;
}

/* The body of the first box of a type, absent when there is none. */
static struct of_str find_box(struct of_str boxes, struct of_str wanted)
{
	struct of_str type, body;

	while (take_box(&boxes, &type, &body))
		if (of_str_equal(type, wanted))
			return body;
	return (struct of_str){NULL, 0};
}

/* The brands are the major one, a version of four bytes, and the compatible ones. */
static bool is_avif(struct of_str head)
{
	struct of_str type, body;

	if (!take_box(&head, &type, &body) || !of_str_equal(type, STR("ftyp")))
		return false;
	for (size_t at = 0; has(body, at, 4); at += 4)
		if (at != 4 && (has_at(body, at, STR("avif")) || has_at(body, at, STR("avis"))))
			return true;
	return false;
}

/* The tiles of a grid and thumbnails have sizes too, and the whole is the largest. */
static void size_avif(struct of_image_header *header, struct of_str head)
{
	struct of_str meta = find_box(head, STR("meta"));
	struct of_str iprp = find_box(of_str_from_offset(meta, 4), STR("iprp"));
	struct of_str properties = find_box(iprp, STR("ipco"));
	struct of_str type, body;

	while (take_box(&properties, &type, &body)) {
		uint64_t width, height;

		if (!of_str_equal(type, STR("ispe")) || !has(body, 4, 8))
			continue;
		width = big_endian(body, 4, 4);
		height = big_endian(body, 8, 4);
		if (width * height > (uint64_t)header->width * header->height)
			set_size(header, width, height);
	}
}

static void skip_spaces(struct of_str *text)
{
	size_t i = 0;

	while (i < text->len && of_byte_is_space(text->ptr[i]))
		i++;
	*text = of_str_from_offset(*text, i);
}

static bool skip_past(struct of_str *text, struct of_str end)
{
	size_t at = of_str_find(*text, end);

	if (at == OF_NPOS)
		return false;
	*text = of_str_from_offset(*text, at + end.len);
	return true;
}

/* Up to the '>' that is neither between quotes, nor in a comment, nor in the internal subset.
 */
static bool skip_doctype(struct of_str *text)
{
	bool subset = false;

	while (text->len > 0) {
		char c = text->ptr[0];

		if (of_str_starts(*text, STR("<!--"))) {
			if (!skip_past(text, STR("-->")))
				return false;
			continue;
		}
		*text = of_str_from_offset(*text, 1);
		if (c == '>' && !subset)
			return true;
		if (c == '[' || c == ']')
			subset = c == '[';
		if ((c == '"' || c == '\'') && !skip_past(text, (struct of_str){&c, 1}))
			return false;
	}
	return false;
}

/* Moves over what may stand before the root element (XML 1.0 section 2.8). */
static bool skip_prolog(struct of_str *text)
{
	bool ok = true;

	if (of_str_starts(*text, STR("\xef\xbb\xbf")))
		*text = of_str_from_offset(*text, 3);
	for (;;) {
		skip_spaces(text);
		if (of_str_starts(*text, STR("<?")))
			ok = skip_past(text, STR("?>"));
		else if (of_str_starts(*text, STR("<!--")))
			ok = skip_past(text, STR("-->"));
		else if (of_str_starts(*text, STR("<!DOCTYPE")))
			ok = skip_doctype(text);
		else
			return of_str_starts(*text, STR("<"));
		if (!ok)
			return false;
	}
}

static struct of_str take_name(struct of_str *text)
{
	struct of_str name;
	size_t i = 0;

	while (i < text->len && !of_byte_is_space(text->ptr[i]) && text->ptr[i] != '=' &&
		text->ptr[i] != '/' && text->ptr[i] != '>')
		i++;
	name = of_str_slice(*text, 0, i);
	*text = of_str_from_offset(*text, i);
	return name;
}

/* What follows the name in the start tag of the root, when that is an svg with any prefix. */
static bool find_svg(struct of_str head, struct of_str *attributes)
{
	struct of_str name;

	if (!skip_prolog(&head))
		return false;
	head = of_str_from_offset(head, 1);
	name = take_name(&head);
	*attributes = head;
	return head.len > 0 && (of_str_equal(name, STR("svg")) ||
				       (of_str_ends(name, STR(":svg")) && name.len > 4));
}

static bool is_svg(struct of_str head)
{
	struct of_str attributes;

	return find_svg(head, &attributes);
}

static bool take_attribute(struct of_str *text, struct of_str *name, struct of_str *value)
{
	char quote;
	size_t end;

	skip_spaces(text);
	*name = take_name(text);
	skip_spaces(text);
	if (name->len == 0 || !of_str_starts(*text, STR("=")))
		return false;
	*text = of_str_from_offset(*text, 1);
	skip_spaces(text);
	if (text->len == 0 || (text->ptr[0] != '"' && text->ptr[0] != '\''))
		return false;
	quote = text->ptr[0];
	*text = of_str_from_offset(*text, 1);
	end = of_str_find_byte(*text, quote);
	if (end == OF_NPOS)
		return false;
	*value = of_str_slice(*text, 0, end);
	*text = of_str_from_offset(*text, end + 1);
	return true;
}

static double take_digits(struct of_str *text, double number, size_t *digits)
{
	size_t i = 0;

	while (i < text->len && of_byte_is_digit(text->ptr[i]))
		number = number * 10 + (text->ptr[i++] - '0');
	*text = of_str_from_offset(*text, i);
	*digits = i;
	return number;
}

static int take_sign(struct of_str *text)
{
	bool minus = of_str_starts(*text, STR("-"));

	if (minus || of_str_starts(*text, STR("+")))
		*text = of_str_from_offset(*text, 1);
	return minus ? -1 : 1;
}

/* Zero where there is none: the "e" of "10em" begins a unit. */
static int take_exponent(struct of_str *text)
{
	struct of_str rest = of_str_from_offset(*text, 1);
	size_t digits;
	double exponent;
	int sign;

	if (!of_str_starts_nocase(*text, STR("e")))
		return 0;
	sign = take_sign(&rest);
	exponent = take_digits(&rest, 0, &digits);
	if (digits == 0)
		return 0;
	*text = rest;
	return sign * (exponent < 400 ? (int)exponent : 400);
}

/* A number as CSS writes it; strtod() would ask the locale. */
static bool take_number(struct of_str *text, double *number)
{
	int sign = take_sign(text);
	size_t whole;
	size_t fraction = 0;
	int64_t exponent;

	*number = take_digits(text, 0, &whole);
	if (of_str_starts(*text, STR("."))) {
		*text = of_str_from_offset(*text, 1);
		*number = take_digits(text, *number, &fraction);
	}
	if (whole + fraction == 0)
		return false;
	exponent = take_exponent(text) - (int64_t)fraction;
	for (; exponent > 0; exponent--)
		*number *= 10;
	for (; exponent < 0; exponent++)
		*number /= 10;
	*number *= sign;
	return true;
}

static uint64_t to_pixels(double length)
{
	return length >= 0 && length < INT32_MAX ? (uint64_t)(length + 0.5) : 0;
}

static void size_view_box(struct of_image_header *header, struct of_str value)
{
	double numbers[4];

	for (size_t i = 0; i < 4; i++) {
		skip_spaces(&value);
		if (i > 0 && of_str_starts(value, STR(","))) {
			value = of_str_from_offset(value, 1);
			skip_spaces(&value);
		}
		if (!take_number(&value, &numbers[i]))
			return;
	}
	set_size(header, to_pixels(numbers[2]), to_pixels(numbers[3]));
}

/* Zero for a percentage, or a unit whose pixels depend on where the image is shown. */
static uint64_t length_in_pixels(struct of_str value)
{
	double number;

	value = of_str_trim(value);
	if (!take_number(&value, &number))
		return 0;
	return value.len == 0 || of_str_equal_nocase(value, STR("px")) ? to_pixels(number) : 0;
}

static void size_svg(struct of_image_header *header, struct of_str head)
{
	struct of_str text, name, value;
	uint64_t width = 0;
	uint64_t height = 0;

	if (!find_svg(head, &text))
		return;
	while (header->width == 0 && take_attribute(&text, &name, &value)) {
		if (of_str_equal(name, STR("viewBox")))
			size_view_box(header, value);
		else if (of_str_equal(name, STR("width")))
			width = length_in_pixels(value);
		else if (of_str_equal(name, STR("height")))
			height = length_in_pixels(value);
	}
	if (header->width == 0)
		set_size(header, width, height);
}

static const struct image_type types[] = {
	{"image/jpeg", is_jpeg, size_jpeg},
	{"image/png", is_png, size_png},
	{"image/gif", is_gif, size_gif},
	{"image/webp", is_webp, size_webp},
	{"image/avif", is_avif, size_avif},
	{"image/svg+xml", is_svg, size_svg},
};

bool of_image_header_read(struct of_image_header *header, struct of_str head)
{
	struct of_str seen = of_str_slice(head, 0, OF_IMAGE_HEAD);

	*header = (struct of_image_header){0};
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		if (!types[i].matches(seen))
			continue;
		header->type = types[i].type;
		types[i].size(header, seen);
		return true;
	}
	return false;
}
