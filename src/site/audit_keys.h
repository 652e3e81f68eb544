/*
 * The keys below `audit:` of outfeed.yaml (AUDIT section 8).
 */
#ifndef OF_SITE_AUDIT_KEYS_H
#define OF_SITE_AUDIT_KEYS_H

#include <outfeed/audit.h>

#include "site/settings.h"

/* Read into a struct of_audit_settings. */
extern const struct settings of_audit_keys;

void of_audit_settings_default(struct of_audit_settings *audit);

#endif
