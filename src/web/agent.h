/*
 * Who asks, as servers are told. Pure.
 */
#ifndef OF_WEB_AGENT_H
#define OF_WEB_AGENT_H

#include <outfeed/audit.h>
#include <outfeed/buf.h>

/*
 * Appends the user agent of the settings, else "outfeed/VERSION (+contact)", the
 * contact being the site's URL where none is given.
 */
void of_agent_add(
	struct of_buf *out, const struct of_audit_settings *settings, struct of_str site_url);

#endif
