#include "store/history_past.h"

#include "base/str.h"
#include <limits.h>

#define LATEST INT64_C(253402300799) /* the last second of the year 9999 */

const struct of_past_field of_past_fields[OF_PAST_FIELDS] = {
	{OF_PAST_VERDICT, offsetof(struct of_past, verdict)},
	{OF_PAST_FAILURE, offsetof(struct of_past, failure)},
	{OF_PAST_COUNT, offsetof(struct of_past, status)},
	{OF_PAST_COUNT, offsetof(struct of_past, checks)},
	{OF_PAST_TIME, offsetof(struct of_past, last_checked)},
	{OF_PAST_TIME, offsetof(struct of_past, last_ok)},
	{OF_PAST_TIME, offsetof(struct of_past, first_failed)},
	{OF_PAST_COUNT, offsetof(struct of_past, streak)},
	{OF_PAST_TIME, offsetof(struct of_past, since)},
	{OF_PAST_COUNT, offsetof(struct of_past, signs)},
};

/* In the order of the schema's `evidence`; new ones go to the end. */
static const struct of_past_field evidence[] = {
	{OF_PAST_TIME, offsetof(struct of_past, last_failed)},
	{OF_PAST_TIME, offsetof(struct of_past, last_counted)},
	{OF_PAST_COUNT, offsetof(struct of_past, streak_hard)},
	{OF_PAST_TIME, offsetof(struct of_past, first_hard)},
	{OF_PAST_TIME, offsetof(struct of_past, last_hard)},
	{OF_PAST_COUNT, offsetof(struct of_past, rechecks)},
	{OF_PAST_VERDICT, offsetof(struct of_past, finding)},
	{OF_PAST_COUNT, offsetof(struct of_past, finding_seen)},
	{OF_PAST_TIME, offsetof(struct of_past, finding_first)},
	{OF_PAST_TIME, offsetof(struct of_past, finding_last)},
};

#define N_OF(fields) (sizeof(fields) / sizeof((fields)[0]))

int64_t of_past_number(const struct of_past *past, const struct of_past_field *field)
{
	const void *at = (const char *)past + field->offset;

	return field->type == OF_PAST_TIME ? *(const int64_t *)at
					   : (int64_t) * (const unsigned *)at;
}

/* Out of range it is the nearest within: times are reckoned with. */
void of_past_set(struct of_past *past, const struct of_past_field *field, int64_t number)
{
	void *at = (char *)past + field->offset;
	int64_t most = field->type == OF_PAST_TIME ? LATEST : INT_MAX;

	number = number < 0 ? 0 : number > most ? most : number;
	if (field->type == OF_PAST_TIME)
		*(int64_t *)at = number;
	else
		*(unsigned *)at = (unsigned)number;
}

struct of_str of_past_pack(struct of_buf *packed, const struct of_past *past)
{
	int64_t any = 0;

	of_buf_clear(packed);
	for (size_t i = 0; i < N_OF(evidence); i++)
		any |= of_past_number(past, &evidence[i]);
	for (size_t i = 0; any != 0 && i < N_OF(evidence); i++) {
		int64_t number = of_past_number(past, &evidence[i]);

		if (i > 0)
			of_buf_add_byte(packed, ' ');
		if (evidence[i].type == OF_PAST_VERDICT)
			of_buf_add_text(packed, of_verdict_name((enum of_verdict)number));
		else
			of_buf_add_uint(packed, (unsigned long long)number);
	}
	return of_buf_str(packed);
}

/* People may write to a database: what is no number is none. */
void of_past_unpack(struct of_past *past, struct of_str packed)
{
	for (size_t i = 0; packed.len > 0 && i < N_OF(evidence); i++) {
		struct of_str word = of_str_split(&packed, ' ');
		enum of_verdict verdict;
		uint64_t number = 0;

		if (evidence[i].type == OF_PAST_VERDICT) {
			verdict = of_verdict_find(word);
			number = verdict != OF_VERDICT_COUNT ? verdict : OF_VERDICT_NONE;
		} else if (!of_str_to_uint(&number, word)) {
			number = 0;
		}
		of_past_set(past, &evidence[i], (int64_t)number);
	}
}
