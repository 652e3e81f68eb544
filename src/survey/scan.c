#include "survey/scan.h"

#include "base/str.h"

static bool is_word(char c)
{
	return of_byte_is_alpha(c) || of_byte_is_digit(c) || c == '_' || c == '-' || c == '.' ||
	       c == '$';
}

static struct of_str skip_spaces(struct of_str text)
{
	while (text.len > 0 && of_byte_is_space(text.ptr[0]))
		text = of_str_from_offset(text, 1);
	return text;
}

/* What follows a key: its own quote, a mark, and a quoted value. */
static struct of_str value_after(struct of_str rest)
{
	const struct of_str none = {NULL, 0};
	size_t end;

	if (rest.len > 0 && (rest.ptr[0] == '"' || rest.ptr[0] == '\''))
		rest = of_str_from_offset(rest, 1);
	rest = skip_spaces(rest);
	if (rest.len == 0 || (rest.ptr[0] != '=' && rest.ptr[0] != ':'))
		return none;
	rest = skip_spaces(of_str_from_offset(rest, 1));
	if (rest.len == 0 || (rest.ptr[0] != '"' && rest.ptr[0] != '\'' && rest.ptr[0] != '`'))
		return none;
	end = of_str_find_byte(of_str_from_offset(rest, 1), rest.ptr[0]);
	return end != OF_NPOS ? of_str_slice(rest, 1, end + 1) : none;
}

static struct of_str value_in_line(struct of_str line, struct of_str key)
{
	for (size_t at = 0; at + key.len < line.len; at++) {
		struct of_str rest = of_str_from_offset(line, at);
		struct of_str value;

		if (!of_str_starts(rest, key) || (at > 0 && is_word(line.ptr[at - 1])))
			continue;
		value = value_after(of_str_from_offset(rest, key.len));
		if (value.len > 0)
			return value;
	}
	return (struct of_str){NULL, 0};
}

struct of_str of_scan_value(struct of_str text, struct of_str key, bool toml)
{
	while (text.ptr != NULL) {
		struct of_str line = of_str_trim(of_str_split(&text, '\n'));
		struct of_str value;

		if (toml && of_str_starts(line, STR("[")))
			break;
		if (of_str_starts(line, STR("#")) || of_str_starts(line, STR("//")) ||
			of_str_starts(line, STR("*")))
			continue;
		value = value_in_line(line, key);
		if (value.len > 0)
			return value;
	}
	return (struct of_str){NULL, 0};
}

static struct of_str without_quotes(struct of_str text)
{
	char mark = text.len > 1 ? text.ptr[0] : '\0';

	return (mark == '"' || mark == '\'') && text.ptr[text.len - 1] == mark
		       ? of_str_slice(text, 1, text.len - 1)
		       : text;
}

/* The name of a table by its line; what follows the bracket is a comment. */
static struct of_str table_in(struct of_str line)
{
	struct of_str rest = of_str_from_offset(line, 1);

	return of_str_trim(of_str_split(&rest, ']'));
}

void of_scan_table(struct of_str text, struct of_str table, of_scan_fn *take, void *payload)
{
	bool within = table.len == 0;

	while (text.ptr != NULL) {
		struct of_str line = of_str_trim(of_str_split(&text, '\n'));
		size_t sign = of_str_find_byte(line, '=');

		if (of_str_starts(line, STR("["))) {
			within = of_str_equal(table_in(line), table);
		} else if (within && sign != OF_NPOS && !of_str_starts(line, STR("#"))) {
			struct of_str value = value_after(of_str_from_offset(line, sign));

			if (value.len > 0)
				take(without_quotes(of_str_trim(of_str_slice(line, 0, sign))),
					value, payload);
		}
	}
}
