/*
 * Which domains moved as a whole: links of a domain that all live on at another
 * are no hijack, however their titles changed on the way.
 */
#ifndef OF_AUDIT_LANDINGS_H
#define OF_AUDIT_LANDINGS_H

#include "store/history.h"
#include "web/domain.h"

struct of_landings;

/* NULL when there is no memory. */
struct of_landings *of_landings_new(
	struct of_history *history, const struct of_domains *domains);
/* Accepts NULL. */
void of_landings_free(struct of_landings *landings);

/*
 * Whether at least three links of the domain are known to live on at the domain
 * `to`; who asks may be one of them. The history is asked once for a pair in a run.
 */
OF_MUST_CHECK enum of_status of_landings_moved(struct of_landings *landings,
	struct of_str domain, struct of_str to, bool *moved, struct of_err *err);

#endif
