/*
 * A link's past in its row: what people ask for in columns of their own, the
 * rest, which verdicts alone are made of and which most links have none of, in
 * one text. A column costs at each check, whether it says anything or not.
 */
#include "store/history_db.h"

#include "base/str.h"
#include <limits.h>

#define LATEST INT64_C(253402300799) /* the last second of the year 9999 */

enum past_type { VERDICT, FAILURE, COUNT, TIME };

struct past_field {
	enum past_type type;
	size_t offset;
};

/* In the order of OF_PAST_COLUMNS. */
static const struct past_field columns[] = {
	{VERDICT, offsetof(struct of_past, verdict)},
	{FAILURE, offsetof(struct of_past, failure)},
	{COUNT, offsetof(struct of_past, status)},
	{COUNT, offsetof(struct of_past, checks)},
	{TIME, offsetof(struct of_past, last_checked)},
	{TIME, offsetof(struct of_past, last_ok)},
	{TIME, offsetof(struct of_past, first_failed)},
	{COUNT, offsetof(struct of_past, streak)},
	{TIME, offsetof(struct of_past, since)},
	{COUNT, offsetof(struct of_past, signs)},
};

/* In the order of the schema's `evidence`; new ones go to the end. */
static const struct past_field evidence[] = {
	{TIME, offsetof(struct of_past, last_failed)},
	{TIME, offsetof(struct of_past, last_counted)},
	{COUNT, offsetof(struct of_past, streak_hard)},
	{TIME, offsetof(struct of_past, first_hard)},
	{TIME, offsetof(struct of_past, last_hard)},
	{COUNT, offsetof(struct of_past, rechecks)},
	{VERDICT, offsetof(struct of_past, finding)},
	{COUNT, offsetof(struct of_past, finding_seen)},
	{TIME, offsetof(struct of_past, finding_first)},
	{TIME, offsetof(struct of_past, finding_last)},
};

#define N_OF(fields) (sizeof(fields) / sizeof((fields)[0]))

static int64_t number_of(const struct of_past *past, const struct past_field *field)
{
	const void *at = (const char *)past + field->offset;

	return field->type == TIME ? *(const int64_t *)at : (int64_t) * (const unsigned *)at;
}

/* Out of range it is the nearest within: times are reckoned with. */
static void set_number(struct of_past *past, const struct past_field *field, int64_t number)
{
	void *at = (char *)past + field->offset;
	int64_t most = field->type == TIME ? LATEST : INT_MAX;

	number = number < 0 ? 0 : number > most ? most : number;
	if (field->type == TIME)
		*(int64_t *)at = number;
	else
		*(unsigned *)at = (unsigned)number;
}

static struct of_str pack(struct of_buf *packed, const struct of_past *past)
{
	int64_t any = 0;

	of_buf_clear(packed);
	for (size_t i = 0; i < N_OF(evidence); i++)
		any |= number_of(past, &evidence[i]);
	for (size_t i = 0; any != 0 && i < N_OF(evidence); i++) {
		int64_t number = number_of(past, &evidence[i]);

		if (i > 0)
			of_buf_add_byte(packed, ' ');
		if (evidence[i].type == VERDICT)
			of_buf_add_text(packed, of_verdict_name((enum of_verdict)number));
		else
			of_buf_add_uint(packed, (unsigned long long)number);
	}
	return of_buf_str(packed);
}

/* People may write to a database: what is no number is none. */
static void unpack(struct of_past *past, struct of_str packed)
{
	for (size_t i = 0; packed.len > 0 && i < N_OF(evidence); i++) {
		struct of_str word = of_str_split(&packed, ' ');
		enum of_verdict verdict;
		uint64_t number = 0;

		if (evidence[i].type == VERDICT) {
			verdict = of_verdict_find(word);
			number = verdict != OF_VERDICT_COUNT ? verdict : OF_VERDICT_NONE;
		} else if (!of_str_to_uint(&number, word)) {
			number = 0;
		}
		set_number(past, &evidence[i], (int64_t)number);
	}
}

void of_cursor_put_past(struct of_cursor *cursor, const struct of_past *past)
{
	struct of_buf *packed = &cursor->history->evidence;

	for (size_t i = 0; i < N_OF(columns); i++) {
		int64_t number = number_of(past, &columns[i]);

		switch (columns[i].type) {
		case VERDICT:
			of_cursor_put_verdict(cursor, (enum of_verdict)number);
			break;
		case FAILURE:
			of_cursor_put_failure(cursor, (enum of_failure)number);
			break;
		case COUNT:
			of_cursor_put_int(cursor, number);
			break;
		case TIME:
			of_cursor_put_some(cursor, number);
			break;
		}
	}
	of_cursor_put_text(cursor, pack(packed, past));
	cursor->no_memory |= packed->status != OF_OK;
}

void of_cursor_past(struct of_cursor *cursor, struct of_past *past)
{
	for (size_t i = 0; i < N_OF(columns); i++) {
		int64_t number;

		if (columns[i].type == VERDICT)
			number = of_cursor_verdict(cursor);
		else if (columns[i].type == FAILURE)
			number = of_cursor_failure(cursor);
		else
			number = of_cursor_int(cursor);
		set_number(past, &columns[i], number);
	}
	unpack(past, of_cursor_text(cursor));
}
