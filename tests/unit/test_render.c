#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "render_fixture.h"

static void test_table(void **state)
{
	static const char *const rows[][3] = {
		{"atom", "atom.xml", "application/atom+xml"},
		{"rss", "rss.xml", "application/rss+xml"},
		{"json", "feed.json", "application/feed+json"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct of_renderer *renderer = of_renderer_at(i);

		assert_string_equal(renderer->name, rows[i][0]);
		assert_string_equal(renderer->file, rows[i][1]);
		assert_string_equal(renderer->media_type, rows[i][2]);
		assert_ptr_equal(of_renderer_find(of_str_from(rows[i][0])), renderer);
	}
	assert_null(of_renderer_at(COUNT(rows)));
	assert_null(of_renderer_find(STR("Atom")));
	assert_null(of_renderer_find(STR("")));
}

static void test_atom_facts(void **state)
{
	static const struct fact facts[] = {
		{"/a:feed/@xml:lang", "en"},
		{"/a:feed/a:id", "https://www.medigy.com/topic/r-d/"},
		{"/a:feed/a:title[@type='text']", "R&D"},
		{"/a:feed/a:subtitle[@type='text']", "All about R&D"},
		{"/a:feed/a:updated", "2021-01-04T20:32:06Z"},
		{"/a:feed/a:link[@rel='self' and @type='application/atom+xml']/@href",
			"https://www.medigy.com/topic/r&d%20%C3%A9/atom.xml"},
		{"/a:feed/a:link[@rel='alternate' and @type='text/html']/@href",
			"https://www.medigy.com/topic/r-d/"},
		{"/a:feed/a:link[@rel='hub']/@href", "https://hub.example.org/?a&b"},
		{"/a:feed/a:generator[not(@*)]", "outfeed"},
		{"/a:feed/a:icon", "https://www.medigy.com/favicon.png"},
		{"/a:feed/a:author[a:uri = 'https://www.medigy.com/' and not(a:email)]/a:name",
			"Medigy"},
		{"count(/a:feed/a:entry)", "3"},
		{"//a:entry[1]/@xml:lang", "de"},
		{"//a:entry[1]/a:title[@type='text']", hostile},
		{"//a:entry[1]/a:link[@rel='alternate']/@href",
			"https://www.medigy.com/news/caf\xc3\xa9/"},
		{"//a:entry[1]/a:link[@rel='via'][1]/@href", SOURCE},
		{"//a:entry[1]/a:link[@rel='via'][1]/@title", "Example \"News\" & Co"},
		{"//a:entry[1]/a:link[@rel='via'][2][@title='Via']/@href",
			"https://via.example.net/"},
		{"//a:entry[1]/a:link[@rel='related'][1]/@title", "Test <1>"},
		{"count(//a:entry[1]/a:link[@rel='related'])", "2"},
		{"//a:entry[1]/a:link[@rel='enclosure' and @type='image/jpeg']/@length",
			"12345"},
		{"//a:entry[1]/a:published", "2021-01-03T20:32:06Z"},
		{"//a:entry[1]/a:updated", "2021-01-04T20:32:06Z"},
		{"count(//a:entry[1]/a:author)", "3"},
		{"//a:entry[1]/a:author[3]/a:name", "third@example.com"},
		{"count(//a:entry[1]/a:category)", "4"},
		{"//a:entry[1]/a:category[@term='covid19' and "
		 "@scheme='https://www.medigy.com/topic/']/@label",
			"#COVID19 & more"},
		{"//a:entry[1]/a:category[4][not(@scheme) and not(@label)]/@term", "R&D"},
		{"//a:entry[1]/a:summary[@type='text']", "Fish & <b>chips</b> &amp; \"peas\""},
		{"//a:entry[1]/a:content[@type='html']", content},
		{"//a:entry[1]/media:content[@medium='image' and @width='1200' and "
		 "@height='630' and @fileSize='12345']/media:description[@type='plain']",
			"An <image>"},
		{"count(//a:entry[2]/@xml:lang)", "0"},
		{"count(//a:entry[2]/a:link[@rel='enclosure']/@length)", "0"},
		{"count(//a:entry[2]/media:content/@fileSize)", "0"},
		{"count(//a:entry[2]/a:content)", "0"},
		{"//a:entry[3]/a:updated", "2021-01-02T20:32:06Z"},
		{"count(//a:entry[3]/*)", "6"},
	};
	struct of_buf out = {0};

	(void)state;
	render(&out, "atom", &plain_feed, &plain_site);
	assert_facts(&out, facts, COUNT(facts));
	of_buf_finish(&out);
}

static void test_atom_lines(void **state)
{
	static const char *const lines[] = {
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<feed xmlns=\"http://www.w3.org/2005/Atom\" "
		"xmlns:media=\"http://search.yahoo.com/mrss/\" xml:lang=\"en\">\n"
		"  <id>https://www.medigy.com/topic/r-d/</id>\n"
		"  <title type=\"text\">R&amp;D</title>\n",
		"\n    <title type=\"text\">&lt;script&gt;alert(\"1\")&lt;/script&gt; &amp; "
		"]]&gt; ",
		"\n    <link rel=\"enclosure\" type=\"image/png\" "
		"href=\"https://www.medigy.com/i.png\"/>\n",
		"&lt;pre&gt;  x]]&amp;gt;&#xD;\n&lt;/pre&gt;</content>\n",
		"title=\"Example &quot;News&quot; &amp; Co\"/>\n",
		"  </entry>\n</feed>\n",
	};
	struct of_buf out = {0};

	(void)state;
	render(&out, "atom", &plain_feed, &plain_site);
	assert_lines(&out, lines, COUNT(lines));
	of_buf_finish(&out);
}

static void test_summary_mode(void **state)
{
	static const struct fact facts[] = {
		{"count(//a:content | //content:encoded)", "0"},
		{"count(//a:summary | //description[parent::item])", "3"},
	};
	struct of_site site = plain_site;
	struct of_buf out = {0};

	(void)state;
	site.content_mode = OF_CONTENT_SUMMARY;
	render(&out, "atom", &plain_feed, &site);
	assert_facts(&out, facts, COUNT(facts));
	of_buf_clear(&out);
	render(&out, "rss", &plain_feed, &site);
	assert_facts(&out, facts, COUNT(facts));
	of_buf_finish(&out);
}

/* Neither with the source as the main link nor without attribution is it named in the text. */
static void test_attribution(void **state)
{
	static const struct {
		enum of_main_link link;
		bool attribution;
		const char *source_name, *link_url, *line;
	} rows[] = {
		{OF_LINK_PERMALINK, true, "", "https://www.medigy.com/news/caf\xc3\xa9/",
			"example.com"},
		{OF_LINK_PERMALINK, true, "E", "https://www.medigy.com/news/caf\xc3\xa9/", "E"},
		{OF_LINK_PERMALINK, false, "E", "https://www.medigy.com/news/caf\xc3\xa9/", ""},
		{OF_LINK_SOURCE, true, "E", SOURCE, ""},
	};
	struct of_buf out = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct fact facts[] = {
			{"//a:entry/a:link[@rel='alternate']/@href", rows[i].link_url},
			{"substring-before(substring-after(//a:content, '2\">'), '</a></p>')",
				rows[i].line},
			{"count(//a:link[@rel='via'])", "2"},
		};
		struct of_site site = plain_site;
		struct of_item item = full;
		const struct of_item *entry = &item;
		struct of_feed feed = {.updated = UPDATED, .entries = &entry, .n_entries = 1};

		site.link = rows[i].link;
		site.attribution = rows[i].attribution;
		item.source_name = of_str_from(rows[i].source_name);
		of_buf_clear(&out);
		render(&out, "atom", &feed, &site);
		assert_facts(&out, facts, COUNT(facts));
	}
	of_buf_finish(&out);
}

static void test_empty_feed(void **state)
{
	static const struct fact atom[] = {
		{"/a:feed/a:updated", "1970-01-01T00:00:00Z"},
		{"count(/a:feed/a:subtitle | //a:entry)", "0"},
		{"/a:feed/a:link[@rel='self']/@href", "https://www.medigy.com/atom.xml"},
	};
	static const struct fact rss[] = {
		{"count(//lastBuildDate | //item)", "0"},
		{"//channel/description", "Medigy"},
	};
	struct of_feed feed = {.title = STR("Medigy"),
		.description = STR("Medigy"),
		.home_url = STR("https://www.medigy.com/"),
		.updated = OF_TIME_NONE};
	struct of_buf out = {0};

	(void)state;
	render(&out, "atom", &feed, &plain_site);
	assert_facts(&out, atom, COUNT(atom));
	of_buf_clear(&out);
	render(&out, "rss", &feed, &plain_site);
	assert_facts(&out, rss, COUNT(rss));
	of_buf_finish(&out);
}

/* A caller's own item may hold what no file's item can. */
static void test_forbidden_characters(void **state)
{
	static const struct fact facts[] = {
		{"string(//a:entry/a:title)", "a|\xef\xbf\xbd|"},
		{"count(//a:entry/a:category)", "1"},
	};
	static const struct of_str forbidden = STR_INIT("a\x01\x0b\xef\xbf\xbf|\xff|");
	struct of_item item = least;
	const struct of_item *entry = &item;
	struct of_feed feed = {.updated = OLDER, .entries = &entry, .n_entries = 1};
	struct of_buf out = {0};

	(void)state;
	item.title = forbidden;
	item.tags = &forbidden;
	item.n_tags = 1;
	render(&out, "atom", &feed, &plain_site);
	assert_facts(&out, facts, COUNT(facts));
	of_buf_finish(&out);
}

static void test_least_known(void **state)
{
	static const struct fact facts[] = {
		{"//a:entry/a:title", "urn:x"},
		{"//a:entry/a:link[@rel='alternate']/@href", "https://www.medigy.com/"},
		{"//a:entry/a:updated", "1970-01-01T00:00:00Z"},
		{"//a:entry/a:summary", "urn:x"},
		{"count(//a:entry/*)", "5"},
		{"/a:feed/a:author/a:name", "Medigy"},
	};
	struct of_item item = {
		.id = STR("urn:x"), .published = OF_TIME_NONE, .updated = OF_TIME_NONE};
	const struct of_item *entry = &item;
	struct of_feed feed = {.updated = OF_TIME_NONE, .entries = &entry, .n_entries = 1};
	struct of_site site = {.title = STR("Medigy"), .url = STR("https://www.medigy.com/")};
	struct of_buf out = {0};

	(void)state;
	render(&out, "atom", &feed, &site);
	assert_facts(&out, facts, COUNT(facts));
	of_buf_finish(&out);
}

/* Whoever reads an item for the second time must find the same bytes. */
static void test_same_bytes(void **state)
{
	(void)state;
	for (size_t i = 0; of_renderer_at(i) != NULL; i++) {
		struct of_buf a = {0};
		struct of_buf b = {0};

		render(&a, of_renderer_at(i)->name, &plain_feed, &plain_site);
		render(&b, of_renderer_at(i)->name, &plain_feed, &plain_site);
		assert_int_equal(a.len, b.len);
		assert_memory_equal(a.ptr, b.ptr, a.len);
		assert_int_equal(a.ptr[a.len - 1], '\n');
		of_buf_finish(&a);
		of_buf_finish(&b);
	}
}

static void test_ceiling_is_a_failure(void **state)
{
	(void)state;
	for (size_t i = 0; of_renderer_at(i) != NULL; i++) {
		struct of_err err = {0};
		struct of_buf out;

		of_buf_init(&out, 1000);
		assert_int_equal(
			of_renderer_at(i)->render(&out, &plain_feed, &plain_site, &err),
			OF_ELIMIT);
		assert_int_equal(err.code, OF_ELIMIT);
		of_buf_finish(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_atom_facts),
		cmocka_unit_test(test_atom_lines),
		cmocka_unit_test(test_summary_mode),
		cmocka_unit_test(test_attribution),
		cmocka_unit_test(test_empty_feed),
		cmocka_unit_test(test_forbidden_characters),
		cmocka_unit_test(test_least_known),
		cmocka_unit_test(test_same_bytes),
		cmocka_unit_test(test_ceiling_is_a_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
