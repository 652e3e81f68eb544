/*
 * Front matter at random, by a grammar: mostly ordinary, here and there odd or
 * wrong. Equal seeds give equal text.
 */
#ifndef YAML_GENERATOR_H
#define YAML_GENERATOR_H

#include "base/str.h"
#include <outfeed/buf.h>
#include <stdbool.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

struct generator {
	uint64_t state; /* xorshift's; not 0 */
	bool tame;      /* the text at hand is to be ordinary */
	struct of_buf text;
};

static inline unsigned below(struct generator *g, unsigned most)
{
	g->state ^= g->state << 13;
	g->state ^= g->state >> 7;
	g->state ^= g->state << 17;
	return (unsigned)((g->state >> 32) % most);
}

static inline bool one_in(struct generator *g, unsigned n)
{
	return below(g, n) == 0;
}

/* For what only every other input has, so that many are taken the short way. */
static inline bool rarely(struct generator *g, unsigned n)
{
	return !g->tame && one_in(g, n);
}

static inline void add(struct generator *g, const char *text)
{
	of_buf_add_text(&g->text, text);
}

#define ADD_ONE_OF(g, table) add((g), (table)[below((g), COUNT(table))])
static inline void add_spaces(struct generator *g, unsigned count)
{
	while (count-- > 0)
		of_buf_add_byte(&g->text, ' ');
}

static inline void add_words(struct generator *g)
{
	static const char *const words[] = {"word", "a", "text", "2021-01-04", "null", "~",
		"yes", "https://example.org/a:b#c", "it's", "say \"so\"", "a:b", "a#b", "-",
		"--", "-x", "?", "?x", ":x", "%x", "1.5", "\xC3\xA9t\xC3\xA9", "\xE2\x80\x99",
		"\xF0\x9F\x98\x80", "[x]", "{y}", "x, y", "<<", "=", "a  b", "...", "---", "!",
		"x&y", "*", "\\", "|", ">",
		"longer words that go on for some time, and then some more of them"};
	static const char *const rare[] = {": ", " #", "# ", "\t", "'", "\"", ":", "&a", "*a",
		"!t", "\xC2\x85", "\xE2\x80\xA8", "\xEF\xBB\xBF", "\xC2\xA0", "\xFF", "\r",
		"\x01", "\\n", "`", "@", "[", "{", "]", "|\n", ">\n", "\n"};
	unsigned count = 1 + below(g, 4);

	for (unsigned i = 0; i < count; i++) {
		if (i > 0)
			add(g, one_in(g, 8) ? "  " : " ");
		if (rarely(g, 25))
			ADD_ONE_OF(g, rare);
		else
			add(g, words[below(g, g->tame ? 12 : COUNT(words))]);
	}
}

static inline void add_key(struct generator *g)
{
	static const char *const keys[] = {"a", "b", "c", "title", "date", "link", "categories",
		"some key", "og:title", "cl\xC3\xA9", "'q'", "\"d\"", "<<", "x-y_z.01", "null",
		"''", "a#b", "-k", "longer_than_a_word_of_eight"};
	static const char *const rare[] = {"? a", "'it''s'", "\"\\u00e9\"", "[a]", "&a b",
		"!t k", "- k", "#", "a #b", "*a", "%k", "a\tb", ""};

	if (rarely(g, 60))
		ADD_ONE_OF(g, rare);
	else
		ADD_ONE_OF(g, keys);
	/* mostly unlike the others beside it */
	if (!one_in(g, 20) && !of_str_ends(of_buf_str(&g->text), STR("'")) &&
		!of_str_ends(of_buf_str(&g->text), STR("\"")))
		of_buf_add_uint(&g->text, below(g, 1000));
	add(g, rarely(g, 100) ? " :" : rarely(g, 100) ? "" : ":");
}

static inline void end_line(struct generator *g)
{
	static const char *const rare[] = {" ", "   ", " # a comment", " #", "#no", "\t", "\r",
		" \t#", " # \xE2\x80\x99 a:b 'c", ":"};
	static const char *const blanks[] = {"\n", "   \n", "\n\n", "# at the margin\n",
		"  # within\n", "        \n", "\t\n", " \r\n", "          # far\n"};

	if (rarely(g, 12))
		ADD_ONE_OF(g, rare);
	of_buf_add_byte(&g->text, '\n');
	if (rarely(g, 15))
		ADD_ONE_OF(g, blanks);
}

/* Now and then an indentation that is not what it should be. */
static inline void add_indent(struct generator *g, unsigned column)
{
	if (rarely(g, 60))
		column += below(g, 4);
	else if (rarely(g, 60))
		column -= below(g, 3) % (column + 1);
	add_spaces(g, column);
	if (rarely(g, 400))
		of_buf_add_byte(&g->text, '\t');
}

static inline void add_more_lines(struct generator *g, unsigned column)
{
	while (one_in(g, 3)) {
		of_buf_add_byte(&g->text, '\n');
		if (one_in(g, 4))
			add(g, one_in(g, 2) ? "\n" : "   \n");
		add_indent(g, column + below(g, 4));
		add_words(g);
	}
}

static inline void add_quoted(struct generator *g, unsigned column)
{
	static const char *const escapes[] = {"\\n", "\\t", "\\\"", "\\\\", "\\u00e9", "\\xE9",
		"\\U0001F600", "\\u2019", "\\ ", "\\\n", "\\/", "\\0", "\\_", "\\q", "\\uD800",
		"\\u20", "\\x7", "\\N", "\\L", "\\u0085"};
	bool two = one_in(g, 2);

	add(g, two ? "\"" : "'");
	for (unsigned i = below(g, 4); i > 0; i--) {
		static const char *const parts[] = {"word", "a: b", " # c", "- d", " ", "  ",
			"\xC3\xA9", "{x}", "&y", "---", "very much longer than eight bytes"};

		if (one_in(g, 3))
			add(g, two ? escapes[below(g, rarely(g, 4) ? 20 : 8)] : "''");
		else
			ADD_ONE_OF(g, parts);
		if (one_in(g, 8)) {
			add(g, one_in(g, 2) ? "\n" : " \n\n");
			add_indent(g, column + 1);
		}
	}
	if (!rarely(g, 80))
		add(g, two ? "\"" : "'");
}

static inline void add_block(struct generator *g, unsigned column)
{
	static const char *const heads[] = {">-", ">", ">+", "|-", "|", "|+"};
	static const char *const rare[] = {"|2", ">-2", "|- # c", ">#c", "| x", "|--", ">1+"};
	static const char *const lines[] = {"text of it", "# no comment", "  further in",
		"- item", "key: value", "a trailing space ", "\xE2\x80\x99", "'", "tab\tin it",
		"---"};

	if (rarely(g, 15))
		ADD_ONE_OF(g, rare);
	else
		ADD_ONE_OF(g, heads);
	for (unsigned i = below(g, 5); i > 0; i--) {
		of_buf_add_byte(&g->text, '\n');
		if (one_in(g, 6)) {
			add_spaces(g, below(g, 6));
		} else {
			add_indent(g, column + 2);
			ADD_ONE_OF(g, lines);
		}
	}
}

static inline void add_scalar(struct generator *g, unsigned column)
{
	static const char *const rare[] = {"&a x", "*a", "!!str x", "[a, b]", "{a: b}", "[ ]",
		"[]x", "{}", "[]", "@x", "`x", "%x", "- x", "? x", "a: b", "[", "}", ", x"};
	static const char *const usual[] = {
		"null", "true", "[]", "{}", "''", "' '", "~", "4135"};

	switch (below(g, 12)) {
	case 0:
		add_block(g, column);
		break;
	case 1:
	case 2:
		add_quoted(g, column);
		break;
	case 3:
		add_words(g);
		add_more_lines(g, column + 1);
		break;
	case 4:
	case 5:
		ADD_ONE_OF(g, usual);
		break;
	case 6:
		if (rarely(g, 6))
			ADD_ONE_OF(g, rare);
		break;
	default:
		add_words(g);
	}
	end_line(g);
}

static inline void add_map(struct generator *g, unsigned column, unsigned depth);

static inline void add_list(struct generator *g, unsigned column, unsigned depth)
{
	for (unsigned i = 1 + below(g, 4); i > 0; i--) {
		unsigned gap = one_in(g, 10) ? 1 + below(g, 4) : 1;

		add_indent(g, column);
		add(g, "-");
		if (depth > 0 && one_in(g, 4)) {
			add_spaces(g, gap);
			/* the first key stands behind the dash */
			add_key(g);
			add(g, " ");
			add_scalar(g, column + 1 + gap);
			if (one_in(g, 2))
				add_map(g, column + 1 + gap, depth - 1);
		} else if (depth > 0 && one_in(g, 6)) {
			end_line(g);
			add_map(g, column + 2, depth - 1);
		} else if (depth > 0 && one_in(g, 8)) {
			add(g, " - x\n");
			add_list(g, column + 2, depth - 1);
		} else {
			add_spaces(g, gap);
			add_scalar(g, column);
		}
	}
}

static inline void add_map(struct generator *g, unsigned column, unsigned depth)
{
	for (unsigned i = 1 + below(g, 5); i > 0; i--) {
		add_indent(g, column);
		add_key(g);
		switch (depth > 0 ? below(g, 6) : 5) {
		case 0:
			end_line(g);
			add_map(g, column + 1 + below(g, 4), depth - 1);
			break;
		case 1:
			end_line(g);
			add_list(g, column + (one_in(g, 2) ? 0 : 2), depth - 1);
			break;
		case 2:
			if (one_in(g, 3)) {
				end_line(g);
				add_indent(g, column + 2);
				add_scalar(g, column);
				break;
			}
			add(g, " ");
			add_scalar(g, column);
			break;
		default:
			add_spaces(g, one_in(g, 30) ? below(g, 4) : 1);
			add_scalar(g, column);
		}
	}
}

static inline void generate(struct generator *g)
{
	of_buf_clear(&g->text);
	g->tame = one_in(g, 2);
	if (rarely(g, 100))
		add(g, "---\n");
	add_map(g, rarely(g, 100) ? 2 : 0, below(g, 4));
	if (rarely(g, 100))
		add(g, one_in(g, 2) ? "---\n" : "...\n");
	if (rarely(g, 100))
		g->text.len--;
}

#endif
