/*
 * Registrable domains, by the public suffix list: alone with libpsl.h.
 */
#ifndef OF_WEB_DOMAIN_H
#define OF_WEB_DOMAIN_H

#include <outfeed/str.h>

struct of_domains;

/* The newest list that the system has; NULL when there is no memory or no list. Threads may
 * share it. */
struct of_domains *of_domains_load(void);
/* Accepts NULL. */
void of_domains_free(struct of_domains *domains);
/*
 * The registrable domain of a lower-case host: a part of it. An address, a
 * public suffix and a name without dots are their own.
 */
struct of_str of_domain_registrable(const struct of_domains *domains, struct of_str host);

#endif
