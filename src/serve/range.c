#include "serve/range.h"

#include "base/str.h"

/* Digits; a number that is too large for any document is as large as can be. */
static bool parse_number(uint64_t *number, struct of_str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (!of_byte_is_digit(text.ptr[i]))
			return false;
	if (!of_str_to_uint(number, text))
		*number = UINT64_MAX;
	return text.len > 0;
}

/* "-500": the last 500 bytes. */
static enum of_range parse_suffix(
	uint64_t *first, uint64_t *length, struct of_str text, uint64_t size)
{
	uint64_t last;

	if (!parse_number(&last, text))
		return OF_RANGE_WHOLE;
	if (last == 0 || size == 0)
		return OF_RANGE_UNSATISFIABLE;
	*length = last < size ? last : size;
	*first = size - *length;
	return OF_RANGE_PART;
}

enum of_range of_range_parse(
	uint64_t *first, uint64_t *length, struct of_str header, uint64_t size)
{
	struct of_str to = of_str_trim(header), from;
	uint64_t begin, end = UINT64_MAX;

	*first = 0;
	*length = size;
	if (!of_str_starts_nocase(to, STR("bytes=")))
		return OF_RANGE_WHOLE;
	to = of_str_trim(of_str_from_offset(to, 6));
	if (of_str_find_byte(to, '-') == OF_NPOS)
		return OF_RANGE_WHOLE;
	from = of_str_split(&to, '-');
	if (from.len == 0)
		return parse_suffix(first, length, to, size);
	if (!parse_number(&begin, from) || (to.len > 0 && !parse_number(&end, to)) ||
		end < begin)
		return OF_RANGE_WHOLE;
	if (begin >= size)
		return OF_RANGE_UNSATISFIABLE;
	*first = begin;
	*length = (end < size - 1 ? end : size - 1) - begin + 1;
	return OF_RANGE_PART;
}
