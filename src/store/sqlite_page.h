/*
 * What pages say of themselves, out of the table `said`: the text of the view `page`,
 * and the table in its place for outfeed's own questions, since a view may be anybody's.
 */
#ifndef OF_STORE_SQLITE_PAGE_H
#define OF_STORE_SQLITE_PAGE_H

/* clang-format off */
#define OF_SAID(name) "  json_extract(words, '$." name "') AS " name ",\n"

#define OF_PAGE_SELECT \
	"SELECT link, changed, title,\n" \
	OF_SAID("description") OF_SAID("canonical") \
	OF_SAID("heading") /* the first <h1> */ \
	OF_SAID("og_title") OF_SAID("og_description") OF_SAID("og_image") OF_SAID("og_site_name") \
	OF_SAID("og_type") OF_SAID("twitter_card") OF_SAID("twitter_title") \
	OF_SAID("twitter_description") OF_SAID("twitter_image") OF_SAID("ld_headline") \
	OF_SAID("ld_image") OF_SAID("oembed") OF_SAID("favicon") OF_SAID("language") \
	OF_SAID("charset") \
	OF_SAID("refresh") /* where <meta http-equiv=refresh> leads */ \
	OF_SAID("type")    /* media type */ \
	OF_SAID("feeds")   /* a line each */ \
	"  published,\n" \
	"  coalesce(json_extract(words, '$.asks_password'), 0) AS asks_password,\n" \
	"  coalesce(json_extract(words, '$.truncated'), 0) AS truncated,\n" \
	OF_SAID("length") OF_SAID("width") /* of an image */ \
	"  json_extract(words, '$.height') AS height\n" \
	"FROM said"
/* clang-format on */

#define OF_PAGE "(" OF_PAGE_SELECT ") AS page"

#endif
