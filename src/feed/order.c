#include <outfeed/feed.h>

#include "base/str.h"

int of_item_order(
	int64_t a_published, struct of_str a_id, int64_t b_published, struct of_str b_id)
{
	if (a_published != b_published)
		return a_published > b_published ? -1 : 1;
	return of_str_compare(a_id, b_id);
}
