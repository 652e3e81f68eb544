/*
 * Values below `audit:` that take ${NAME} from the environment, so that no secret need
 * stand in a file. For audit_keys.c.
 */
#ifndef OF_SITE_AUDIT_VALUES_H
#define OF_SITE_AUDIT_VALUES_H

#include "site/settings.h"

/* A pattern of hosts, in lower case; the site's. */
struct of_str of_read_lowered(struct loader *loader, struct of_str text);
/* In a store each variable's value is percent-encoded, but for one that it begins with: that is
 * a URL. */
read_fn of_read_headers, of_read_store;

#endif
