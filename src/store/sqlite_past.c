/*
 * A link's past in the columns of its row.
 */
#include "store/history_past.h"
#include "store/sqlite_db.h"

#include "base/str.h"

void of_cursor_put_past(struct of_cursor *cursor, const struct of_past *past)
{
	struct of_buf *packed = &cursor->history->evidence;

	for (size_t i = 0; i < OF_PAST_FIELDS; i++) {
		int64_t number = of_past_number(past, &of_past_fields[i]);

		switch (of_past_fields[i].type) {
		case OF_PAST_VERDICT:
			of_cursor_put_verdict(cursor, (enum of_verdict)number);
			break;
		case OF_PAST_FAILURE:
			of_cursor_put_failure(cursor, (enum of_failure)number);
			break;
		case OF_PAST_COUNT:
			of_cursor_put_int(cursor, number);
			break;
		case OF_PAST_TIME:
			of_cursor_put_some(cursor, number);
			break;
		}
	}
	of_cursor_put_text(cursor, of_past_pack(packed, past));
	cursor->no_memory |= packed->status != OF_OK;
}

void of_cursor_past(struct of_cursor *cursor, struct of_past *past)
{
	for (size_t i = 0; i < OF_PAST_FIELDS; i++) {
		int64_t number;

		if (of_past_fields[i].type == OF_PAST_VERDICT)
			number = of_cursor_verdict(cursor);
		else if (of_past_fields[i].type == OF_PAST_FAILURE)
			number = of_cursor_failure(cursor);
		else
			number = of_cursor_int(cursor);
		of_past_set(past, &of_past_fields[i], number);
	}
	of_past_unpack(past, of_cursor_text(cursor));
}
