/*
 * A site with all formats, and what is looked for in its pages. For the tests of
 * the pages alone; render_fixture.h comes first.
 */
#ifndef TEST_PAGE_ROWS_H
#define TEST_PAGE_ROWS_H

#define RLO "\xe2\x80\xae" /* U+202E, right-to-left override */

/* The site with each of the formats, the last first: the order is not the site's to say. */
static inline struct of_site with_formats(
	const struct of_site *site, const struct of_renderer *formats[static 3])
{
	struct of_site copy = *site;

	for (size_t i = 0; i < 3; i++)
		formats[2 - i] = of_renderer_at(i);
	copy.formats = formats;
	copy.n_formats = 3;
	return copy;
}

static inline bool has(const struct of_buf *out, const char *text)
{
	return of_str_find(of_buf_str(out), of_str_from(text)) != OF_NPOS;
}

static inline void assert_without(
	const struct of_buf *out, const char *const *texts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (has(out, texts[i]))
			fail_msg("a <%s> in:\n%s", texts[i], out->ptr);
}

#endif
