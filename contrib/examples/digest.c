/*
 * A format of your own: each feed of a site as a plain text, digest.txt, beside the
 * formats that outfeed.yaml names, such as the body of a weekly mail.
 *
 *   digest SITE           builds the site, as `outfeed build` does, with one format more
 *
 * A site's formats are an array of pointers to renderers: what stands there is written
 * where it changed, pruned, and has its compressed copies, whoever made it.
 */
#include <outfeed/outfeed.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define WIDTH 72 /* of the text, in bytes */

/* In UTC, and in no words: the same bytes on every machine. */
static void add_day(struct of_buf *out, int64_t seconds)
{
	time_t moment = (time_t)seconds;
	struct tm day;

	if (gmtime_r(&moment, &day) != NULL)
		of_buf_add_format(
			out, "%04d-%02d-%02d", day.tm_year + 1900, day.tm_mon + 1, day.tm_mday);
}

/* The words of one line of plain text, in lines of WIDTH at most where words allow it. */
static void add_paragraph(struct of_buf *out, struct of_str text)
{
	size_t column = 0;

	for (size_t at = 0; at < text.len;) {
		const char *space = memchr(text.ptr + at, ' ', text.len - at);
		size_t end = space != NULL ? (size_t)(space - text.ptr) : text.len;

		if (column > 0) {
			bool fits = column + 1 + (end - at) <= WIDTH;

			of_buf_add_byte(out, fits ? ' ' : '\n');
			column = fits ? column + 1 : 0;
		}
		of_buf_add(out, text.ptr + at, end - at);
		column += end - at;
		at = end + 1;
	}
	of_buf_add_byte(out, '\n');
}

static void add_entry(struct of_buf *out, const struct of_item *item)
{
	of_buf_add_byte(out, '\n');
	add_day(out, item->published);
	of_buf_add_text(out, "  ");
	of_buf_add_str(out, item->title);
	of_buf_add_byte(out, '\n');
	if (item->summary.len > 0)
		add_paragraph(out, item->summary);
	of_buf_add_str(out, item->source_url.len > 0 ? item->source_url : item->permalink);
	of_buf_add_byte(out, '\n');
}

/* Called from several threads at a time: it touches nothing but what it is given. */
static enum of_status render_digest(struct of_buf *out, const struct of_feed *feed,
	const struct of_site *site, struct of_err *err)
{
	of_buf_add_str(out, site->title);
	of_buf_add_text(out, ": ");
	of_buf_add_str(out, feed->label);
	of_buf_add_format(out, ", %zu of %zu\n", feed->n_entries, feed->n_items);
	for (size_t i = 0; i < feed->n_entries; i++)
		add_entry(out, feed->entries[i]);
	return of_buf_status(out, err);
}

static const struct of_renderer digest = {
	"digest", "digest.txt", "text/plain; charset=utf-8", render_digest, "Digest"};

/* Owned by the caller, and to outlive the site; NULL when there is no memory. */
static const struct of_renderer **with_digest(struct of_site *site)
{
	const struct of_renderer **formats =
		calloc(site->n_formats + 1, sizeof(const struct of_renderer *));

	if (formats == NULL)
		return NULL;
	for (size_t i = 0; i < site->n_formats; i++)
		formats[i] = site->formats[i];
	formats[site->n_formats++] = &digest;
	site->formats = formats;
	return formats;
}

int main(int argc, char **argv)
{
	struct of_build_options options = {.now = (int64_t)time(NULL)};
	struct of_build_result result = {0};
	const struct of_renderer **formats = NULL;
	struct of_site *site = NULL;
	struct of_err err = {0};
	enum of_status status = of_site_load(&site, argc > 1 ? argv[1] : ".", &err, NULL, NULL);

	if (status == OF_OK) {
		formats = with_digest(site);
		status = formats != NULL ? of_build_run(&result, site, &options, &err)
					 : OF_ENOMEM;
	}
	if (status == OF_OK)
		printf("%zu feeds, %zu documents written, %zu unchanged\n", result.feeds,
			result.written, result.unchanged);
	else
		fprintf(stderr, "digest: %s: %s\n", err.path, err.message);
	of_site_free(site);
	free(formats);
	return status == OF_OK && fflush(stdout) == 0 ? 0 : 1;
}
