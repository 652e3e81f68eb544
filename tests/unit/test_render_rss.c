#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "render_fixture.h"

static void test_rss_facts(void **state)
{
	static const struct fact facts[] = {
		{"/rss[@version='2.0']/channel/title", "R&D"},
		{"//channel/link", "https://www.medigy.com/topic/r-d/"},
		{"//channel/description", "All about R&D"},
		{"//channel/language", "en"},
		{"//channel/lastBuildDate", "Mon, 04 Jan 2021 20:32:06 +0000"},
		{"//channel/docs", "https://www.rssboard.org/rss-specification"},
		{"//channel/generator", "outfeed"},
		{"//channel/a:link[@rel='self' and @type='application/rss+xml']/@href",
			"https://www.medigy.com/topic/r&d%20%C3%A9/rss.xml"},
		{"//channel/a:link[@rel='hub']/@href", "https://hub.example.org/?a&b"},
		{"//channel/image[title='R&D' and width='144' and height='144' and "
		 "link='https://www.medigy.com/topic/r-d/']/url",
			"https://www.medigy.com/favicon.png"},
		{"count(//item)", "3"},
		{"//item[1]/title", hostile},
		{"//item[1]/link", "https://www.medigy.com/news/caf%C3%A9/"},
		{"//item[1]/guid[@isPermaLink='false']",
			"urn:uuid:051a415b-79f0-5464-8f94-156c7d919d49"},
		{"//item[1]/pubDate", "Sun, 03 Jan 2021 20:32:06 +0000"},
		{"//item[1]/a:updated", "2021-01-04T20:32:06Z"},
		{"count(//item[1]/author)", "0"},
		{"count(//item[1]/dc:creator)", "3"},
		{"//item[1]/dc:creator[1]", "Radhika & Co"},
		{"//item[1]/dc:language", "de"},
		{"count(//item[1]/category)", "4"},
		{"//item[1]/category[@domain='https://www.medigy.com/topic/']",
			"#COVID19 & more"},
		{"//item[1]/category[4][not(@domain)]", "R&D"},
		{"//item[1]/description",
			"Fish &amp; &lt;b&gt;chips&lt;/b&gt; &amp;amp; \"peas\""},
		{"//item[1]/description/following-sibling::content:encoded", content},
		{"//item[1]/enclosure[@length='12345' and @type='image/jpeg']/@url",
			"https://www.medigy.com/images/%C3%A4.jpeg"},
		{"//item[1]/media:content[@medium='image']/media:description", "An <image>"},
		{"//item[1]/a:link[@rel='via'][1]/@href", SOURCE},
		{"//item[1]/a:link[@rel='related'][1][@title='Test <1>']/@href",
			"https://www.medigy.com/offering/caf%C3%A9"},
		{"//item[2]/guid[@isPermaLink='true']", "https://www.medigy.com/b/"},
		{"//item[2]/author", "r@example.com (Radhika & Co)"},
		{"//item[2]/enclosure/@length", "0"},
		{"count(//item[2]/a:updated | //item[2]/dc:creator | //item[2]/dc:language)",
			"0"},
		{"count(//item[3]/*)", "5"},
	};
	struct of_buf out = {0};

	(void)state;
	render(&out, "rss", &plain_feed, &plain_site);
	assert_facts(&out, facts, COUNT(facts));
	of_buf_finish(&out);
}

/* What the Best Practices Profile says of '&' and '<' is about the bytes. */
static void test_rss_lines(void **state)
{
	static const char *const lines[] = {
		"\n    <title>R&#x26;D</title>\n",
		"<title>&#x3C;script&#x3E;alert(\"1\")&#x3C;/script&#x3E; &#x26; ]]&#x3E; 'q' ",
		"<description>Fish &#x26;amp; &#x26;lt;b&#x26;gt;",
		"<content:encoded>&#x3C;p&#x3E;Source: &#x3C;a href=\"",
		"  </channel>\n</rss>\n",
	};
	static const char *const never[] = {"&amp;<", "<![CDATA["};
	struct of_buf out = {0};

	(void)state;
	render(&out, "rss", &plain_feed, &plain_site);
	assert_lines(&out, lines, COUNT(lines));
	for (size_t i = 0; i < COUNT(never); i++)
		assert_true(of_str_find(of_buf_str(&out), of_str_from(never[i])) == OF_NPOS);
	of_buf_finish(&out);
}

static void test_rss_image_size(void **state)
{
	static const struct {
		unsigned width, height;
		const char *type, *images;
	} rows[] = {
		{144, 400, "image/png", "1"},
		{145, 10, "image/png", "0"},
		{10, 401, "image/png", "0"},
		{0, 10, "image/png", "0"},
		{10, 0, "image/png", "0"},
		{10, 10, "image/svg+xml", "0"},
	};
	struct of_buf out = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct fact fact = {"count(//channel/image)", rows[i].images};
		struct of_feed feed = plain_feed;

		feed.icon.width = rows[i].width;
		feed.icon.height = rows[i].height;
		feed.icon.type = of_str_from(rows[i].type);
		of_buf_clear(&out);
		render(&out, "rss", &feed, &plain_site);
		assert_facts(&out, &fact, 1);
	}
	of_buf_finish(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rss_facts),
		cmocka_unit_test(test_rss_lines),
		cmocka_unit_test(test_rss_image_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
