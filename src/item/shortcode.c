#include "base/str.h"
#include "item/markdown.h"
#include <stdbool.h>

/*
 * What is code is copied as it is: fenced blocks, code spans, and the pre and
 * code of HTML (indented code is not told from other text). A marker that is
 * not closed before the next one, or in its paragraph, is text. `{{ }}` is text
 * too: an article on templates means it. `{% raw %}` keeps what is up to
 * `{% endraw %}`. Hugo's way to show a shortcode, between comment marks inside
 * of its own, shows it, in code too.
 *
 * Linear: a search that fails ends at the next marker, or is not made again.
 */

#define RUN_MAX 32 /* backticks; a longer run opens no code span */

struct scanner {
	struct of_str body;
	size_t at;
	size_t copied; /* what is before it is in out, or was left out */
	struct of_buf *out;
	size_t no_span[RUN_MAX + 1];      /* up to here no run of that length ends a span */
	bool no_pre, no_code, no_raw_end; /* none of their ends from here on */
};

static char byte_at(const struct scanner *scanner, size_t at)
{
	return at < scanner->body.len ? scanner->body.ptr[at] : '\0';
}

static struct of_str rest_from(const struct scanner *scanner, size_t at)
{
	return of_str_from_offset(scanner->body, at);
}

/* The length of the run of one byte that begins at `at`. */
static size_t run_length(const struct scanner *scanner, size_t at)
{
	size_t end = at;

	while (end < scanner->body.len && scanner->body.ptr[end] == scanner->body.ptr[at])
		end++;
	return end - at;
}

static size_t line_end(const struct scanner *scanner, size_t at)
{
	size_t length = of_str_find_byte(rest_from(scanner, at), '\n');

	return length == OF_NPOS ? scanner->body.len : at + length;
}

/* Nothing but white space from `at` to the line's end. */
static bool is_blank_from(const struct scanner *scanner, size_t at)
{
	while (of_byte_is_space(byte_at(scanner, at)) && byte_at(scanner, at) != '\n')
		at++;
	return at >= scanner->body.len || byte_at(scanner, at) == '\n';
}

/* Leaves out what is from `at` to end, and goes on there. */
static void leave_out(struct scanner *scanner, size_t end)
{
	of_buf_add_str(scanner->out, of_str_slice(scanner->body, scanner->copied, scanner->at));
	scanner->at = scanner->copied = end;
}

/* The kinds of markers; a longer one comes before its beginning. */
struct marker {
	struct of_str open, close;
	struct of_str shown_open, shown_close; /* in text, where '<' might begin a tag */
};

static const struct marker markers[] = {
	{STR_INIT("{{<"), STR_INIT(">}}"), STR_INIT("{{&lt;"), STR_INIT("&gt;}}")},
	{STR_INIT("{{%"), STR_INIT("%}}"), STR_INIT("{{%"), STR_INIT("%}}")},
	{STR_INIT("{%"), STR_INIT("%}"), {0}, {0}},
};

static const struct marker *marker_at(const struct scanner *scanner)
{
	struct of_str rest = rest_from(scanner, scanner->at);

	for (size_t i = 0; i < sizeof(markers) / sizeof(*markers); i++)
		if (of_str_starts(rest, markers[i].open))
			return &markers[i];
	return NULL;
}

/* Where the marker at `at` closes, or OF_NPOS. */
static size_t find_close(const struct scanner *scanner, const struct marker *marker)
{
	for (size_t i = scanner->at + marker->open.len; i < scanner->body.len; i++) {
		char c = scanner->body.ptr[i];
		char next = byte_at(scanner, i + 1);

		if (c == marker->close.ptr[0] &&
			of_str_starts(rest_from(scanner, i), marker->close))
			return i;
		if ((c == '{' && (next == '{' || next == '%')) ||
			(c == '\n' && is_blank_from(scanner, i + 1)))
			break;
	}
	return OF_NPOS;
}

/* Writes a shortcode that stands between comment marks, without them. False when it does not.
 */
static bool show_commented(struct scanner *scanner, const struct marker *marker,
	struct of_str inner, size_t end, bool code)
{
	if (marker->shown_open.len == 0 || inner.len < 4 || !of_str_starts(inner, STR("/*")) ||
		!of_str_ends(inner, STR("*/")))
		return false;
	leave_out(scanner, end);
	of_buf_add_str(scanner->out, code ? marker->open : marker->shown_open);
	of_buf_add_str(scanner->out, of_str_slice(inner, 2, inner.len - 2));
	of_buf_add_str(scanner->out, code ? marker->close : marker->shown_close);
	return true;
}

/* The word of `{% word … %}`. */
static bool is_tag(struct of_str inner, struct of_str word)
{
	struct of_str text = of_str_trim(of_str_trim_byte(inner, '-'));

	return of_str_equal(text, word);
}

/* Goes to the endraw, which is then a marker like any other. */
static void pass_raw(struct scanner *scanner)
{
	static const struct marker tag = {STR_INIT("{%"), STR_INIT("%}"), {0}, {0}};
	struct scanner ahead = *scanner;

	while (!scanner->no_raw_end) {
		size_t found = of_str_find(rest_from(scanner, ahead.at), tag.open);
		size_t close;

		if (found == OF_NPOS) {
			scanner->no_raw_end = true;
			return;
		}
		ahead.at += found;
		close = find_close(&ahead, &tag);
		if (close != OF_NPOS && is_tag(of_str_slice(scanner->body, ahead.at + 2, close),
						STR("endraw"))) {
			scanner->at = ahead.at;
			return;
		}
		ahead.at += 2;
	}
}

static void pass_brace(struct scanner *scanner)
{
	size_t run = run_length(scanner, scanner->at);
	const struct marker *marker = run <= 2 ? marker_at(scanner) : NULL;
	size_t close = marker != NULL ? find_close(scanner, marker) : OF_NPOS;
	struct of_str inner;

	if (close == OF_NPOS) {
		scanner->at += run;
		return;
	}
	inner = of_str_slice(scanner->body, scanner->at + marker->open.len, close);
	if (show_commented(scanner, marker, inner, close + marker->close.len, false))
		return;
	leave_out(scanner, close + marker->close.len);
	if (is_tag(inner, STR("raw")))
		pass_raw(scanner);
}

/* Goes to end; of the shortcodes on the way, only those between comment marks change. */
static void pass_code(struct scanner *scanner, size_t end, bool html)
{
	while (scanner->at < end) {
		bool brace = byte_at(scanner, scanner->at) == '{';
		const struct marker *marker = brace ? marker_at(scanner) : NULL;
		size_t close = marker != NULL ? find_close(scanner, marker) : OF_NPOS;
		struct of_str inner = {0};

		if (close != OF_NPOS && close < end)
			inner = of_str_slice(
				scanner->body, scanner->at + marker->open.len, close);
		if (inner.len == 0 || !show_commented(scanner, marker, inner,
					      close + marker->close.len, !html))
			scanner->at++;
	}
}

/* True when `at` is where a line's text begins, whatever block quotes and lists it is in. */
static bool begins_line(const struct scanner *scanner, size_t at)
{
	static const struct of_str before = STR_INIT(" \t>-+*.)0123456789");

	while (at > 0 && scanner->body.ptr[at - 1] != '\n') {
		if (of_str_find_byte(before, scanner->body.ptr[at - 1]) == OF_NPOS)
			return false;
		at--;
	}
	return true;
}

/* A run of three or more opens a block, but for backticks with another after them. */
static bool opens_fence(const struct scanner *scanner, size_t length)
{
	size_t from = scanner->at + length;
	struct of_str info;

	if (length < 3 || !begins_line(scanner, scanner->at))
		return false;
	info = of_str_slice(scanner->body, from, line_end(scanner, from));
	return byte_at(scanner, scanner->at) == '~' || of_str_find_byte(info, '`') == OF_NPOS;
}

/* The end of the fenced block that begins at `at`: the text's end when it is not closed. */
static size_t fence_end(const struct scanner *scanner, size_t length)
{
	char fence = byte_at(scanner, scanner->at);
	size_t at = line_end(scanner, scanner->at + length);

	while (at < scanner->body.len) {
		size_t line = ++at;

		while (byte_at(scanner, at) == ' ' || byte_at(scanner, at) == '\t' ||
			byte_at(scanner, at) == '>')
			at++;
		if (byte_at(scanner, at) == fence && run_length(scanner, at) >= length &&
			is_blank_from(scanner, at + run_length(scanner, at)))
			return at + run_length(scanner, at);
		at = line_end(scanner, line);
	}
	return scanner->body.len;
}

/* The end of the code span that begins at `at`, or OF_NPOS. */
static size_t span_end(struct scanner *scanner, size_t length)
{
	size_t at = scanner->at + length;

	if (length > RUN_MAX || at < scanner->no_span[length])
		return OF_NPOS;
	while (at < scanner->body.len) {
		char c = scanner->body.ptr[at];
		size_t run = c == '`' ? run_length(scanner, at) : 1;

		if (c == '`' && run == length)
			return at + run;
		at += run;
		if (c == '\n' && is_blank_from(scanner, at))
			break;
	}
	scanner->no_span[length] = at;
	return OF_NPOS;
}

static void pass_run(struct scanner *scanner)
{
	size_t length = run_length(scanner, scanner->at);
	size_t end = OF_NPOS;

	if (opens_fence(scanner, length))
		end = fence_end(scanner, length);
	else if (byte_at(scanner, scanner->at) == '`')
		end = span_end(scanner, length);
	if (end == OF_NPOS)
		scanner->at += length;
	else
		pass_code(scanner, end, false);
}

/* The end tag of the name, or OF_NPOS. */
static size_t find_end_tag(const struct scanner *scanner, struct of_str name)
{
	size_t at = scanner->at;

	for (;;) {
		size_t found = of_str_find(rest_from(scanner, at), STR("</"));

		if (found == OF_NPOS)
			return OF_NPOS;
		at += found + 2;
		if (of_str_starts_nocase(rest_from(scanner, at), name))
			return at;
	}
}

/* True when `at` opens an element of that name, which is passed. */
static bool pass_element(struct scanner *scanner, struct of_str name, bool *no_end)
{
	char next = byte_at(scanner, scanner->at + 1 + name.len);
	size_t end;

	if (*no_end || (next != '>' && !of_byte_is_space(next)) ||
		!of_str_starts_nocase(rest_from(scanner, scanner->at + 1), name))
		return false;
	end = find_end_tag(scanner, name);
	if (end == OF_NPOS)
		*no_end = true;
	else
		pass_code(scanner, end, true);
	return end != OF_NPOS;
}

void of_shortcodes_remove(struct of_buf *out, struct of_str body)
{
	struct scanner scanner = {.body = body, .out = out};

	if (of_str_find_byte(body, '{') == OF_NPOS)
		scanner.at = body.len; /* every marker begins with one */
	while (scanner.at < body.len) {
		char c = body.ptr[scanner.at];

		if (c == '{')
			pass_brace(&scanner);
		else if (c == '`' || c == '~')
			pass_run(&scanner);
		else if (c != '<' ||
			 (!pass_element(&scanner, STR("pre"), &scanner.no_pre) &&
				 !pass_element(&scanner, STR("code"), &scanner.no_code)))
			scanner.at++;
	}
	leave_out(&scanner, body.len);
}
