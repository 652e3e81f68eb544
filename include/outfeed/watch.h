/*
 * Waiting for a site to change, for `outfeed build --watch`.
 */
#ifndef OUTFEED_WATCH_H
#define OUTFEED_WATCH_H

#include <outfeed/err.h>
#include <outfeed/site.h>
#include <signal.h>
#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

struct of_watch;

/*
 * Begins to watch the site's content and image folders, all folders below them,
 * and outfeed.yaml. What changes from now on is not missed.
 */
OF_MUST_CHECK enum of_status of_watch_new(
	struct of_watch **watch, const struct of_site *site, struct of_err *err);
/* Accepts NULL. */
void of_watch_free(struct of_watch *watch);

/*
 * Waits until something changed and then nothing more for a moment (an editor
 * saves in several steps). *config says whether outfeed.yaml was among it.
 * OF_ESTOPPED when a signal came and *stop is true.
 */
OF_MUST_CHECK enum of_status of_watch_wait(struct of_watch *watch, bool *config,
	const volatile sig_atomic_t *stop, struct of_err *err);

#ifdef __cplusplus
}
#endif
#endif
