/*
 * What is demanded of every page that of_document_read() gives, whatever the
 * bytes were.
 */
#ifndef PAGE_CHECKER_H
#define PAGE_CHECKER_H

#include "base/str.h"
#include "base/unicode.h"
#include "base/url.h"
#include "web/document.h"

/* One line of clean UTF-8 within the limit: no control characters, no spaces to spare. */
static bool checker_is_line(struct of_str text, size_t limit)
{
	if (text.len > limit || !of_unicode_is_clean(text))
		return false;
	for (size_t i = 0; i < text.len;) {
		size_t from = i;
		uint32_t c = of_unicode_next(text, &i);
		bool at_end = from == 0 || i == text.len || text.ptr[from - 1] == ' ';

		if (c < ' ' || (c >= 0x7F && c < 0xA1) || (c == ' ' && at_end))
			return false;
	}
	return true;
}

static bool checker_is_url(struct of_str url)
{
	return url.len == 0 || (url.len <= OF_PAGE_VALUE && of_url_is_http(url));
}

/* NULL when there is nothing to complain of. */
static const char *page_complaint(const struct of_page *page)
{
	const struct of_str values[] = {page->title, page->heading, page->description,
		page->og_title, page->og_description, page->og_site_name, page->og_type,
		page->twitter_card, page->twitter_title, page->twitter_description,
		page->ld_headline, page->language, page->charset, page->type};
	const struct of_str urls[] = {page->canonical, page->og_image, page->twitter_image,
		page->ld_image, page->oembed, page->favicon, page->refresh};

	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++)
		if (!checker_is_line(values[i], OF_PAGE_VALUE))
			return "a value is not one clean line";
	if (!checker_is_line(page->text, OF_PAGE_TEXT))
		return "the text is not one clean line";
	for (size_t i = 0; i < sizeof(urls) / sizeof(*urls); i++)
		if (!checker_is_url(urls[i]))
			return "a URL is none";
	for (size_t i = 0; i < OF_PAGE_FEEDS; i++)
		if ((page->feeds[i].len > 0) != (i < page->n_feeds) ||
			!checker_is_url(page->feeds[i]))
			return "a feed is none";
	return NULL;
}

#endif
