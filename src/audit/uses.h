/*
 * An item's addresses as uses of links (AUDIT section 1): each link once by
 * its normalised URL, with every place that uses it.
 */
#ifndef OF_AUDIT_USES_H
#define OF_AUDIT_USES_H

#include <outfeed/audit.h>
#include <outfeed/item.h>

#include "store/history.h"
#include "web/domain.h"

/*
 * Appends the name of a link: the URL with scheme and host in lower case, and
 * without default port, fragment, and a host's last dot.
 */
void of_link_add_name(struct of_buf *out, struct of_str url);

/* The uses of an item read with OF_ITEM_LINKS; text is the arena's or the item's. */
struct of_uses {
	const struct of_use *uses;
	size_t count;
	size_t other; /* addresses of other schemes, which are counted and not fetched */
};
OF_MUST_CHECK enum of_status of_uses_of_item(struct of_uses *uses, const struct of_item *item,
	const struct of_audit_settings *settings, const struct of_domains *domains,
	struct of_arena *arena, struct of_err *err);

#endif
