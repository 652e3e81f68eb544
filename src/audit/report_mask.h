/*
 * Reports are published where the site is: names and passwords that stand in
 * addresses (RFC 3986 section 3.2.1) are none of their readers' business.
 */
#ifndef OF_AUDIT_REPORT_MASK_H
#define OF_AUDIT_REPORT_MASK_H

#include "store/history.h"
#include <outfeed/buf.h>

struct of_report_mask {
	struct of_report_link link;
	struct of_arena *arena; /* of one link; made when the first is masked */
	struct of_buf text;
};

/* Appends the text with `***` for what stands before the '@' of each authority in it. */
void of_report_mask_text(struct of_buf *out, struct of_str text);
/*
 * The link itself where there is nothing to mask, else a copy whose addresses and words are
 * masked: the mask's, until the next call. NULL when memory runs out.
 */
const struct of_report_link *of_report_mask_link(
	struct of_report_mask *mask, const struct of_report_link *link);
/* The same in place: what is new is the arena's. False when memory runs out. */
bool of_report_mask_here(struct of_report_link *link, struct of_arena *arena);
void of_report_mask_finish(struct of_report_mask *mask);

#endif
