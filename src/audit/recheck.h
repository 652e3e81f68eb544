/*
 * When to look at a link again (AUDIT section 3, rechecks).
 */
#ifndef OF_AUDIT_RECHECK_H
#define OF_AUDIT_RECHECK_H

#include <outfeed/verdict.h>

/* Seconds until the next run, as far as one link is concerned. */
#define OF_RECHECK_NEXT_RUN 3600

/*
 * past is as it is after the check, verdict within. pending: there is evidence
 * of rot, and more of it is needed. Always later than seen->at, but at the end of time.
 */
int64_t of_recheck_due(const struct of_observation *seen, const struct of_past *past,
	bool pending, const struct of_verdict_rules *rules);

#endif
