/*
 * What a fetched document says of itself (AUDIT section 4).
 */
#ifndef OUTFEED_PAGE_H
#define OUTFEED_PAGE_H

#include <outfeed/str.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define OF_PAGE_TEXT 4096  /* bytes of the visible text that are kept */
#define OF_PAGE_VALUE 2048 /* bytes of any other value that are kept */
#define OF_PAGE_FEEDS 8    /* feed links that are kept */

/*
 * A page, or an image. All text is UTF-8 on one line without control
 * characters, and belongs to whoever made the struct; absent where the document
 * does not say. URLs are absolute, http or https.
 */
struct of_page {
	struct of_str title, description, canonical;
	struct of_str heading; /* the first <h1> */
	struct of_str og_title, og_description, og_image, og_site_name, og_type;
	struct of_str twitter_card, twitter_title, twitter_description, twitter_image;
	struct of_str ld_headline, ld_image; /* JSON-LD */
	int64_t published;                   /* JSON-LD datePublished; OF_TIME_NONE */
	struct of_str oembed, favicon;
	struct of_str feeds[OF_PAGE_FEEDS];
	size_t n_feeds;
	struct of_str language; /* BCP 47 as the document says it */
	struct of_str charset;  /* lower case, as it was read by */
	struct of_str text;     /* the first OF_PAGE_TEXT bytes of what is shown */
	bool asks_password;     /* it has a password field */
	bool truncated;         /* there was more than the cap */
	struct of_str refresh;  /* where <meta http-equiv=refresh> within 5 s leads */
	struct of_str type;     /* media type: of an image by its content */
	uint64_t length;        /* bytes of an image, as the server says; 0 where unknown */
	unsigned width, height; /* pixels of an image; 0 where unknown */
};

#ifdef __cplusplus
}
#endif
#endif
