#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "render_fixture.h"

#include "page_rows.h"

#define ROW(label_, path_, by_, count, updated_)                                  \
	{                                                                         \
		.title = STR_INIT("Medigy: " label_), .label = STR_INIT(label_),  \
		.path = STR_INIT(path_), .by = STR_INIT(by_), .n_items = (count), \
		.updated = (updated_),                                            \
		.home_url = STR_INIT("https://www.medigy.com/" path_ "/")         \
	}

static const struct of_directory_row rows[] = {
	ROW("Everything", "all", "", 1234, UPDATED),
	ROW("R&D <b>" RLO, "topic/r&d \xc3\xa9", "categories", 1, OLDER),
	ROW("FHIR", "topic/fhir", "categories", 0, OF_TIME_NONE),
	ROW("Mallory", "by/mallory", "params.series_name", 2, PUBLISHED),
};

static const struct of_renderer *formats[3];

static void render_rows(const struct of_directory_renderer *renderer, struct of_buf *out,
	size_t from, size_t count)
{
	const struct of_site site = with_formats(&plain_site, formats);
	const struct of_directory directory = {rows + from, count};
	struct of_err err = {0};

	of_buf_clear(out);
	assert_int_equal(renderer->render(out, &directory, &site, &err), OF_OK);
}

static void test_page(void **state)
{
	static const char *const lines[] = {
		"<meta name=\"generator\" content=\"outfeed\">",
		"<link rel=\"canonical\" href=\"https://www.medigy.com/\">\n"
		"<link rel=\"icon\" href=\"favicon.png\">\n"
		"<link rel=\"alternate\" type=\"application/atom+xml\" "
		"title=\"Medigy: Everything (Atom)\" href=\"all/atom.xml\">",
		"href=\"all/feed.json\">\n<link rel=\"alternate\" type=\"text/x-opml\" "
		"title=\"OPML\" href=\"subscriptions.opml\">",
		"<a class=\"open\" download href=\"subscriptions.opml\">",
		"<form role=\"search\" hidden>",
		"<h2 id=\"g1\">All together</h2>\n<ul class=\"feeds\" role=\"list\">\n"
		"<li><a href=\"all/\"><bdi>Everything</bdi></a> <span>1,234 entries</span> "
		"<time datetime=\"2021-01-04T20:32:06Z\">2021-01-04</time> <span> "
		"<a href=\"all/atom.xml\" aria-label=\"Atom: Everything\">Atom</a> "
		"<a href=\"all/rss.xml\" aria-label=\"RSS: Everything\">RSS</a> "
		"<a href=\"all/feed.json\" aria-label=\"JSON Feed: Everything\">JSON</a>"
		"</span></li>\n</ul>",
		"<h2 id=\"g2\">Categories</h2>",
		"<li><a href=\"topic/r&amp;d%20\xc3\xa9/\"><bdi>R&amp;D &lt;b&gt;" RLO
		"</bdi></a> <span>1 entry</span>",
		"<bdi>FHIR</bdi></a> <span>0 entries</span>  <span>",
		"<h2 id=\"g3\">Series name</h2>",
	};
	struct of_buf out = {0};

	(void)state;
	render_rows(&of_directory_page, &out, 0, COUNT(rows));
	assert_lines(&out, lines, COUNT(lines));
	of_buf_finish(&out);
}

/* No filter for what is seen at once, and no alternate that stands for all. */
static void test_small_pages(void **state)
{
	struct of_buf out = {0};

	(void)state;
	render_rows(&of_directory_page, &out, 1, 1);
	assert_false(has(&out, "<form"));
	assert_false(has(&out, "application/atom+xml"));
	render_rows(&of_directory_page, &out, 0, 0);
	assert_true(has(&out, "No feed is here yet."));
	of_buf_finish(&out);
}

static void test_opml(void **state)
{
	static const struct fact facts[] = {
		{"string(/opml/@version)", "2.0"},
		{"string(/opml/head/title)", "Medigy"},
		{"string(/opml/head/dateModified)", "Mon, 04 Jan 2021 20:32:06 +0000"},
		{"string(/opml/head/docs)", "http://opml.org/spec2.opml"},
		{"count(/opml/body/outline)", "3"},
		{"count(//outline[@type='rss'])", "4"},
		{"string(/opml/body/outline[1]/@text)", "Medigy: Everything"},
		{"string(/opml/body/outline[1]/@title)", "Medigy: Everything"},
		{"string(/opml/body/outline[1]/@xmlUrl)",
			"https://www.medigy.com/all/atom.xml"},
		{"string(/opml/body/outline[1]/@htmlUrl)", "https://www.medigy.com/all/"},
		{"string(/opml/body/outline[2]/@text)", "Categories"},
		{"count(/opml/body/outline[2]/outline)", "2"},
		{"string(/opml/body/outline[2]/outline[1]/@text)", "Medigy: R&D <b>" RLO},
		{"string(/opml/body/outline[2]/outline[1]/@xmlUrl)",
			"https://www.medigy.com/topic/r&d%20%C3%A9/atom.xml"},
		{"string(/opml/body/outline[2]/outline[1]/@htmlUrl)",
			"https://www.medigy.com/topic/r&d%20%C3%A9/"},
		{"string(/opml/body/outline[3]/@text)", "Series name"},
		{"string(/opml/body/outline[3]/outline/@text)", "Medigy: Mallory"},
		{"string(/comment())", " generator: outfeed "},
	};
	struct of_buf out = {0};

	(void)state;
	render_rows(&of_directory_opml, &out, 0, COUNT(rows));
	assert_facts(&out, facts, COUNT(facts));
	of_buf_finish(&out);
}

static void test_opml_of_one_grouping_is_flat(void **state)
{
	static const struct fact facts[] = {
		{"count(/opml/body/outline)", "3"},
		{"count(//outline)", "3"},
	};
	struct of_buf out = {0};

	(void)state;
	render_rows(&of_directory_opml, &out, 0, 3);
	assert_facts(&out, facts, COUNT(facts));
	of_buf_finish(&out);
}

/* A body without an outline would not be valid, and a date that is not known no date. */
static void test_opml_of_nothing(void **state)
{
	static const struct fact facts[] = {
		{"count(/opml/head/dateModified)", "0"},
		{"count(/opml/body/outline[@isComment='true'])", "1"},
		{"count(//outline[@xmlUrl])", "0"},
	};
	struct of_buf out = {0};

	(void)state;
	render_rows(&of_directory_opml, &out, 0, 0);
	assert_facts(&out, facts, COUNT(facts));
	of_buf_finish(&out);
}

static void test_opml_takes_the_best_format(void **state)
{
	static const struct fact fact = {
		"string(//outline/@xmlUrl)", "https://www.medigy.com/all/rss.xml"};
	const struct of_renderer *two[] = {of_renderer_at(2), of_renderer_at(1)};
	const struct of_directory directory = {rows, 1};
	struct of_site site = plain_site;
	struct of_buf out = {0};
	struct of_err err = {0};

	(void)state;
	site.formats = two;
	site.n_formats = COUNT(two);
	assert_int_equal(of_directory_opml.render(&out, &directory, &site, &err), OF_OK);
	assert_facts(&out, &fact, 1);
	of_buf_finish(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_page),
		cmocka_unit_test(test_small_pages),
		cmocka_unit_test(test_opml),
		cmocka_unit_test(test_opml_of_one_grouping_is_flat),
		cmocka_unit_test(test_opml_of_nothing),
		cmocka_unit_test(test_opml_takes_the_best_format),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
