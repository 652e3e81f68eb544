#include "item/html_short.h"

#include "base/str.h"
#include "base/unicode.h"
#include "item/html_entities.h"

#define RUN_BYTES 1000 /* libxml2 sends longer text in runs of so many, or a few more */

struct reader {
	struct of_html_writer *writer;
	struct of_str tokens;
	size_t at;            /* the next byte */
	size_t ampersand;     /* the next one, unless it is before at: then it is not known */
	struct of_buf values; /* the tag's, as far as they are not as in the tokens */
};

static char byte_at(const struct reader *reader, size_t at)
{
	return at < reader->tokens.len ? reader->tokens.ptr[at] : '\0';
}

/* The offset of the byte from at on, or the end. */
static size_t find_byte(struct of_str text, size_t at, char byte)
{
	const char *found = at < text.len ? memchr(text.ptr + at, byte, text.len - at) : NULL;

	return found != NULL ? (size_t)(found - text.ptr) : text.len;
}

/* The offset of the next '&', or the end; each is looked for once. */
static size_t next_ampersand(struct reader *reader)
{
	if (reader->ampersand < reader->at)
		reader->ampersand = find_byte(reader->tokens, reader->at, '&');
	return reader->ampersand;
}

static const struct of_html_element *current(const struct of_html_writer *writer)
{
	return writer->depth > 0 ? writer->levels[writer->depth - 1].element : NULL;
}

/*
 * True when the start of the element ends nothing. To libxml2 only the element
 * that is current matters: `closes` has all that it would end, but for what
 * belongs into tables, which here stands right inside its own parent, and links.
 */
static bool ends_nothing(
	const struct of_html_element *outer, const struct of_html_element *element)
{
	const struct of_html_model *model = element->model;

	if (outer == NULL)
		return model->parents == 0;
	if (model->parents != 0)
		return (outer->model->group & model->parents) != 0;
	return (outer->model->group & model->closes) == 0 &&
	       (outer->flags & element->flags & OF_HTML_LINK) == 0;
}

/* Replaces the references of a value. */
static bool decode(struct reader *reader, struct of_str *value)
{
	struct of_buf *out = &reader->values;
	struct of_str rest = *value;
	size_t start = out->len;
	size_t at;

	/* no reference is shorter than its character: room for all, and nothing moves */
	if (!of_buf_reserve(out, reader->tokens.len - out->len))
		return false;
	while ((at = find_byte(rest, 0, '&')) < rest.len) {
		size_t len;
		uint32_t character;

		of_buf_add_str(out, of_str_slice(rest, 0, at));
		rest = of_str_from_offset(rest, at);
		if (!of_html_reference_read(rest, &len, &character))
			return false;
		of_unicode_append(out, character);
		rest = of_str_from_offset(rest, len);
	}
	of_buf_add_str(out, rest);
	*value = (struct of_str){out->ptr + start, out->len - start};
	return true;
}

/* Reads ` name="value"`. */
static bool read_attribute(struct reader *reader, const struct of_html_element *element,
	struct of_html_given *given)
{
	struct of_str tokens = reader->tokens;
	size_t equals = find_byte(tokens, reader->at, '=');
	struct of_str name = of_str_slice(tokens, reader->at + 1, equals);
	size_t from = equals + 2;
	size_t quote = find_byte(tokens, from, '"');
	bool refers;

	if (quote == tokens.len)
		return false;
	refers = next_ampersand(reader) < quote;
	reader->at = quote + 1;
	given->attribute = of_html_attribute_find(name, element->attributes);
	given->value = (struct of_str){tokens.ptr + from, quote - from};
	return given->attribute != NULL && (!refers || decode(reader, &given->value));
}

/* A name that is there twice is for the full reader. */
static bool is_given(const struct of_html_given *given, size_t count,
	const struct of_html_attribute *attribute)
{
	for (size_t i = 0; i < count; i++)
		if (given[i].attribute == attribute)
			return true;
	return false;
}

static size_t name_end(const struct reader *reader, size_t at)
{
	while (byte_at(reader, at) != ' ' && byte_at(reader, at) != '/' &&
		byte_at(reader, at) != '>' && at < reader->tokens.len)
		at++;
	return at;
}

static bool read_start_tag(struct reader *reader)
{
	size_t end = name_end(reader, reader->at + 1);
	const struct of_html_element *element =
		of_html_element_find(of_str_slice(reader->tokens, reader->at + 1, end));
	struct of_html_given given[OF_HTML_GIVEN_MAX];
	size_t count = 0;

	if (element == NULL || (element->flags & (OF_HTML_WRITE | OF_HTML_FRAME)) == 0 ||
		!ends_nothing(current(reader->writer), element))
		return false;
	of_buf_clear(&reader->values);
	for (reader->at = end; byte_at(reader, reader->at) == ' '; count++)
		if (count == OF_HTML_GIVEN_MAX ||
			!read_attribute(reader, element, &given[count]) ||
			is_given(given, count, given[count].attribute))
			return false;
	reader->at += (element->flags & OF_HTML_VOID) != 0 ? 2 : 1;
	of_html_writer_start(reader->writer, element->name.ptr, element, given, count);
	return true;
}

static bool read_end_tag(struct reader *reader)
{
	const struct of_html_element *element = current(reader->writer);
	size_t end = find_byte(reader->tokens, reader->at, '>');
	struct of_str name = of_str_slice(reader->tokens, reader->at + 2, end);

	if (element == NULL || !of_str_equal(name, element->name))
		return false;
	reader->at = end + 1;
	of_html_writer_end(reader->writer, element->name.ptr);
	return true;
}

/* Sends plain text as libxml2 would: the plain text of a body is cut between two runs. */
static void add_runs(struct of_html_writer *writer, struct of_str text)
{
	while (text.len > RUN_BYTES) {
		size_t len = RUN_BYTES;

		while (len < text.len && ((unsigned char)text.ptr[len] & 0xC0) == 0x80)
			len++;
		of_html_writer_add(writer, of_str_slice(text, 0, len));
		if (of_html_writer_is_done(writer))
			return;
		text = of_str_from_offset(text, len);
	}
	if (text.len > 0)
		of_html_writer_add(writer, text);
}

/* Sends the character of the reference that is next, which ends before end. */
static bool add_reference(struct reader *reader, size_t end)
{
	size_t len;
	uint32_t character;

	if (!of_html_reference_read(
		    of_str_slice(reader->tokens, reader->at, end), &len, &character))
		return false;
	of_buf_clear(&reader->values);
	of_unicode_append(&reader->values, character);
	of_html_writer_add(reader->writer, of_buf_str(&reader->values));
	reader->at += len;
	return reader->values.status == OF_OK;
}

/* Reads text up to the next tag, or the end. */
static bool read_text(struct reader *reader)
{
	const char *bytes = reader->tokens.ptr;
	size_t end = find_byte(reader->tokens, reader->at, '<');

	while (reader->at < end && !of_html_writer_is_done(reader->writer)) {
		size_t from = reader->at;
		size_t to = next_ampersand(reader);

		if (to == from) {
			if (!add_reference(reader, end))
				return false;
			continue;
		}
		reader->at = to < end ? to : end;
		add_runs(reader->writer, (struct of_str){bytes + from, reader->at - from});
	}
	return true;
}

static bool read_token(struct reader *reader)
{
	if (byte_at(reader, reader->at) != '<')
		return read_text(reader);
	if (byte_at(reader, reader->at + 1) == '/')
		return read_end_tag(reader);
	return read_start_tag(reader);
}

bool of_html_read_short(struct of_html_writer *writer, struct of_str tokens)
{
	struct reader reader = {writer, tokens, sizeof(OF_HTML_HEAD) - 1, 0, {0}};
	bool plain = true;

	while (plain && reader.at < tokens.len && !of_html_writer_is_done(writer))
		plain = read_token(&reader);
	of_buf_finish(&reader.values);
	return plain && (writer->depth == 0 || of_html_writer_is_done(writer));
}
