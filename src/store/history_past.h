/*
 * A link's past as both databases keep it: what people ask for in columns of their
 * own, the rest, which verdicts alone are made of and which most links have none of,
 * in one text. A column costs at each check, whether it says anything or not.
 */
#ifndef OF_STORE_HISTORY_PAST_H
#define OF_STORE_HISTORY_PAST_H

#include <outfeed/buf.h>
#include <outfeed/verdict.h>
#include <stddef.h>
#include <stdint.h>

enum of_past_type { OF_PAST_VERDICT, OF_PAST_FAILURE, OF_PAST_COUNT, OF_PAST_TIME };

struct of_past_field {
	enum of_past_type type;
	size_t offset;
};

/* verdict, failure, status, checks, last_checked, last_ok, first_failed, streak, since, signs:
 * a column each, in this order; `evidence` follows them. */
#define OF_PAST_FIELDS 10
extern const struct of_past_field of_past_fields[OF_PAST_FIELDS];

int64_t of_past_number(const struct of_past *past, const struct of_past_field *field);
void of_past_set(struct of_past *past, const struct of_past_field *field, int64_t number);

/* Takes the place of what the buffer holds; absent where there is no evidence. */
struct of_str of_past_pack(struct of_buf *packed, const struct of_past *past);
void of_past_unpack(struct of_past *past, struct of_str packed);

#endif
