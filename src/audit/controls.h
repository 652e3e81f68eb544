/*
 * The control set: whether it is this machine's network that is down (AUDIT
 * section 3, Guards).
 */
#ifndef OF_AUDIT_CONTROLS_H
#define OF_AUDIT_CONTROLS_H

#include "audit/check.h"

/* Nothing came back at all: the far end may not even have been asked. */
bool of_failure_is_silence(enum of_failure failure);

/*
 * Tries the controls: those of the settings, else hosts that were alive the
 * last time. *down is true when more than half give silence; with none to try,
 * it is false.
 */
OF_MUST_CHECK enum of_status of_controls_try(
	bool *down, const struct of_check_options *options, struct of_err *err);

#endif
