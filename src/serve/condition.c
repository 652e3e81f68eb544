#include "serve/condition.h"

#include "base/str.h"
#include "serve/date.h"

enum { HTTP_NOT_MODIFIED = 304, HTTP_PRECONDITION_FAILED = 412 };

/* The next tag of a list, its quotes included; false after the last, or at what is none. */
static bool next_tag(struct of_str *tag, bool *is_weak, struct of_str *rest)
{
	size_t end;

	while (rest->len > 0 && (rest->ptr[0] == ',' || of_byte_is_space(rest->ptr[0])))
		*rest = of_str_from_offset(*rest, 1);
	*is_weak = of_str_starts(*rest, STR("W/"));
	if (*is_weak)
		*rest = of_str_from_offset(*rest, 2);
	if (rest->len < 2 || rest->ptr[0] != '"')
		return false;
	end = of_str_find_byte(of_str_from_offset(*rest, 1), '"');
	if (end == OF_NPOS)
		return false;
	*tag = of_str_slice(*rest, 0, end + 2);
	*rest = of_str_from_offset(*rest, end + 2);
	return true;
}

bool of_tag_is_listed(struct of_str header, struct of_str tag, bool weak)
{
	struct of_str rest = of_str_trim(header), listed;
	bool is_weak;

	if (of_str_equal(rest, STR("*")))
		return true;
	while (next_tag(&listed, &is_weak, &rest))
		if (of_str_equal(listed, tag) && (weak || !is_weak))
			return true;
	return false;
}

/* Whether it changed after the date of a header; what is no date says nothing. */
static bool changed_since(struct of_str header, int64_t modified, bool unknown)
{
	int64_t since;

	return of_http_date_parse(&since, header) ? modified > since : unknown;
}

unsigned of_conditions_judge(
	const struct of_conditions *conditions, struct of_str tag, int64_t modified)
{
	/* section 13.2.2, in its order: a date counts only where there is no tag */
	if (conditions->if_match.ptr != NULL) {
		if (!of_tag_is_listed(conditions->if_match, tag, false))
			return HTTP_PRECONDITION_FAILED;
	} else if (changed_since(conditions->if_unmodified_since, modified, false)) {
		return HTTP_PRECONDITION_FAILED;
	}
	if (conditions->if_none_match.ptr != NULL)
		return of_tag_is_listed(conditions->if_none_match, tag, true)
			       ? HTTP_NOT_MODIFIED
			       : 0;
	return changed_since(conditions->if_modified_since, modified, true) ? 0
									    : HTTP_NOT_MODIFIED;
}

bool of_conditions_allow_range(
	const struct of_conditions *conditions, struct of_str tag, int64_t modified)
{
	struct of_str value = of_str_trim(conditions->if_range);
	int64_t date;

	if (conditions->if_range.ptr == NULL || of_str_equal(value, tag))
		return true;
	return of_http_date_parse(&date, value) && date == modified;
}
