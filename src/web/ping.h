/*
 * Telling WebSub hubs that documents changed: one POST for each topic of each
 * hub, a few at a time, tried again where that may help, and all of it within a
 * bounded time. Addresses, names and TLS are treated as the audit treats them.
 *
 * WebSub leaves it to hub and publisher what a ping is. The form is the one that
 * PubSubHubbub had, hub.mode=publish and hub.url; as some hubs look for hub.topic
 * alone, it says both. One topic in each, since not every hub reads several.
 */
#ifndef OF_WEB_PING_H
#define OF_WEB_PING_H

#include "base/progress.h"
#include <outfeed/audit.h>
#include <outfeed/err.h>
#include <outfeed/str.h>

struct of_ping {
	struct of_str topic; /* the URL that the document calls its own */
	bool delivered;      /* set when the hub answered 2xx */
};

/* The caller's: a hub, and what it is to be told. */
struct of_ping_hub {
	struct of_str url; /* absolute, http or https */
	struct of_ping *pings;
	size_t count;
	/* set by of_ping_send() */
	size_t delivered;
	char why[200]; /* the first ping that failed did so for this; empty: none failed */
};

/*
 * Tells every hub of its topics. What could not be delivered is no failure here.
 * settings, the user agent in it already made, are read within the call. Gives
 * OF_ESTOPPED within a tenth of a second when progress says stop; OF_ECONFIG for
 * a proxy, CA file or name server that cannot be used; OF_ENOMEM, OF_EIO. Runs
 * on the caller's thread alone.
 */
OF_MUST_CHECK enum of_status of_ping_send(struct of_ping_hub *hubs, size_t n_hubs,
	const struct of_audit_settings *settings, const struct of_progress *progress,
	struct of_err *err);

#endif
