/*
 * What both databases write of a check and of a page, in the same words.
 */
#ifndef OF_STORE_HISTORY_TEXTS_H
#define OF_STORE_HISTORY_TEXTS_H

#include <outfeed/buf.h>

#include "store/history.h"

/* Lines of '301 URL', as `check_` has them; the URLs are the lines'. Gives how many. */
size_t of_history_read_hops(struct of_hop hops[OF_LIMIT_HOPS], struct of_str lines);
/* Takes the place of what the buffer holds. */
void of_history_write_hops(struct of_buf *lines, const struct of_observation *seen);
/* Where a check ended; absent where its hops and the link's URL say so already. */
struct of_str of_history_final_url(const struct of_observation *seen);
/* The page that is kept of a check; NULL where that of the last good one stays. */
const struct of_page *of_history_good_page(const struct of_check *check);

/* The columns of the view `page` but its link and when it changed, in this order: texts,
 * of_history_set_text(0 ...), feeds in lines, and what are no texts. */
#define OF_PAGE_COLUMNS                                                                \
	"title, description, canonical, heading, og_title, og_description, og_image, " \
	"og_site_name, og_type, twitter_card, twitter_title, "                         \
	"twitter_description, twitter_image, ld_headline, ld_image, oembed, "          \
	"favicon, language, charset, refresh, type, feeds, published, "                \
	"asks_password, truncated, length, width, height"
#define OF_PAGE_TEXTS 21
void of_history_set_text(struct of_page *page, size_t number, struct of_str text);
void of_history_set_feeds(struct of_page *page, struct of_str lines);
/* A hash of all that a page says but its text; never 0. */
int64_t of_history_hash_page(const struct of_page *page);
/* All but title, text and published: a JSON object that takes the place of what was there. */
void of_history_write_words(struct of_buf *words, const struct of_page *page);

#endif
