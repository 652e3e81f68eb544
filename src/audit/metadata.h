/*
 * What pages said of themselves, as JSON lines (AUDIT section 4, --metadata).
 */
#ifndef OF_AUDIT_METADATA_H
#define OF_AUDIT_METADATA_H

#include "store/history.h"

/*
 * One line a link, in the order of their URLs by bytes, to a file that appears
 * whole: an object of "url", as the audit names the link, of the last check that
 * gave the page (struct of_page_source), and of what struct of_page
 * (outfeed/page.h) has, by the names of its members and in their order:
 *
 *     {"url": "https://example.org/", "status": 200,
 *      "hops": [{"status": 301, "url": "https://www.example.org/"}],
 *      "final_url": "https://www.example.org/", "last_modified": "…",
 *      "etag": "\"5f1\"", "title": "…", "og_image": "https://…",
 *      "published": "2021-01-04T20:32:06Z", "feeds": ["https://…"],
 *      "type": "image/png", "length": 4321, "width": 640, "height": 480}
 *
 * The page is the last good one: none of an error, a bot wall, or what is suspect or
 * rot. "hops" are the redirects, each with where it led; "status" is 304 where the
 * server said that the page is as it was; "last_modified" and "etag" are the server's own
 * words, and absent where a later check failed. What the page did not say is not there: texts,
 * published (RFC 3339, UTC), feeds, length, width, height; asks_password and truncated are
 * there where they are true. text is not kept by the history, and never there.
 */
OF_MUST_CHECK enum of_status of_metadata_write(
	struct of_history *history, const char *path, struct of_err *err);

#endif
