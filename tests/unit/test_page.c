#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "render/view.h"
#include "render_fixture.h"

#include "page_rows.h"

static const struct of_renderer *formats[3];

static void render_page(
	struct of_buf *out, const struct of_feed *feed, const struct of_site *site)
{
	const struct of_site whole = with_formats(site, formats);
	struct of_err err = {0};

	assert_int_equal(of_renderer_page.render(out, feed, &whole, &err), OF_OK);
}

/* One entry and nothing else. */
static void render_entry(struct of_buf *out, const struct of_item *item)
{
	const struct of_item *const one[] = {item};
	struct of_feed feed = plain_feed;

	feed.entries = one;
	feed.n_entries = feed.n_items = 1;
	render_page(out, &feed, &plain_site);
}

static void test_head(void **state)
{
	static const char *const lines[] = {
		"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		"<meta name=\"generator\" content=\"outfeed\">\n"
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		"img-src 'self'; base-uri 'none'; form-action 'none'; style-src 'sha256-",
		"<title>R&amp;D</title>\n"
		"<meta name=\"description\" content=\"All about R&amp;D\">\n"
		"<link rel=\"canonical\" href=\"https://www.medigy.com/topic/r-d/\">\n"
		"<link rel=\"icon\" href=\"../../favicon.png\">\n"
		"<link rel=\"alternate\" type=\"application/atom+xml\" title=\"R&amp;D "
		"(Atom)\" "
		"href=\"atom.xml\">\n"
		"<link rel=\"alternate\" type=\"application/rss+xml\" title=\"R&amp;D (RSS)\" "
		"href=\"rss.xml\">\n"
		"<link rel=\"alternate\" type=\"application/feed+json\" "
		"title=\"R&amp;D (JSON Feed)\" href=\"feed.json\">\n<style>",
		"<p class=\"up\"><a href=\"../../\"><bdi>Medigy</bdi></a></p>\n"
		"<h1><bdi>R&amp;D</bdi></h1>\n"
		"<p class=\"lead\" dir=\"auto\">All about R&amp;D</p>\n",
		"<a class=\"skip\" href=\"#entries\">",
		"<section id=\"entries\"",
	};
	struct of_buf out = {0};

	(void)state;
	render_page(&out, &plain_feed, &plain_site);
	assert_lines(&out, lines, COUNT(lines));
	of_buf_finish(&out);
}

static void test_label_is_the_heading(void **state)
{
	static const char *const lines[] = {
		"<title>Medigy: FHIR</title>", "<h1><bdi>FHIR &lt;b&gt;</bdi></h1>\n</header>"};
	struct of_feed feed = plain_feed;
	struct of_buf out = {0};

	(void)state;
	feed.title = feed.description = STR("Medigy: FHIR");
	feed.label = STR("FHIR <b>");
	render_page(&out, &feed, &plain_site);
	assert_lines(&out, lines, COUNT(lines));
	of_buf_finish(&out);
}

static void test_follow(void **state)
{
	static const char *const lines[] = {
		"<input id=\"address\" readonly dir=\"ltr\" spellcheck=\"false\" "
		"value=\"https://www.medigy.com/topic/r&amp;d%20%C3%A9/atom.xml\">",
		"<button type=\"button\" hidden>Copy</button>",
		"href=\"feed:https://www.medigy.com/topic/r&amp;d%20%C3%A9/atom.xml\"",
		"<a type=\"application/atom+xml\" href=\"atom.xml\">Atom</a>, "
		"<a type=\"application/rss+xml\" href=\"rss.xml\">RSS</a>, "
		"<a type=\"application/feed+json\" href=\"feed.json\">JSON Feed</a>",
		"<a download href=\"../../subscriptions.opml\">",
	};
	struct of_buf out = {0};

	(void)state;
	render_page(&out, &plain_feed, &plain_site);
	assert_lines(&out, lines, COUNT(lines));
	of_buf_finish(&out);
}

static void test_one_format(void **state)
{
	const struct of_renderer *json[] = {of_renderer_at(2)};
	struct of_site site = plain_site;
	struct of_buf out = {0};
	struct of_err err;

	(void)state;
	site.formats = json;
	site.n_formats = 1;
	assert_int_equal(of_renderer_page.render(&out, &plain_feed, &site, &err), OF_OK);
	assert_true(
		has(&out, "value=\"https://www.medigy.com/topic/r&amp;d%20%C3%A9/feed.json\""));
	assert_false(has(&out, "atom.xml"));
	of_buf_clear(&out);
	site.n_formats = 0;
	assert_int_equal(of_renderer_page.render(&out, &plain_feed, &site, &err), OF_OK);
	assert_false(has(&out, "<input"));
	of_buf_finish(&out);
}

static void test_entry(void **state)
{
	static const char *const lines[] = {
		"<h2><a href=\"https://www.medigy.com/news/caf\xc3\xa9/\">"
		"&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; ]]&gt; 'q' ",
		"<li><article dir=\"auto\" lang=\"de\">",
		"<a href=\"https://www.example.com/a?b=1&amp;c=2\" "
		"aria-label=\"Example &quot;News&quot; &amp; Co: &lt;script&gt;",
		"<bdi>Example &quot;News&quot; &amp; Co</bdi></a> "
		"<time datetime=\"2021-01-03T20:32:06Z\">2021-01-03</time></p>\n",
		"<img loading=\"lazy\" decoding=\"async\" width=\"1200\" height=\"630\" "
		"src=\"../../images/%C3%A4.jpeg\" alt=\"An &lt;image&gt;\">\n",
		"<p dir=\"auto\">Fish &amp; &lt;b&gt;chips&lt;/b&gt; &amp;amp; "
		"&quot;peas&quot;</p>\n</article></li>\n",
	};
	struct of_buf out = {0};

	(void)state;
	render_entry(&out, &full);
	assert_lines(&out, lines, COUNT(lines));
	of_buf_finish(&out);
}

/* Nothing that an item says is markup, an address of a script, or an image elsewhere. */
static void test_hostile_entry(void **state)
{
	static const char *const lines[] = {
		"<h2><a>&lt;script&gt;(" RLO "1)&lt;/script&gt;ab</a></h2>",
		"<a><bdi>&quot;&gt;&lt;img&gt;" RLO "</bdi></a>",
	};
	static const char *const never[] = {
		"javascript:", "<script>(", "<img", "tracker", "\x07", "\xc2\x85"};
	const struct of_item item = {
		.id = STR("urn:x:1"),
		.title = STR("<script>(" RLO "1)</script>\x07\xc2\x85\x7f"
			     "a"
			     "\xef\xb7\x90\xf0\x9f\xbf\xbe"
			     "b"),
		.permalink = STR("javascript:alert(1)"),
		.source_url = STR("JavaScript:alert(2)"),
		.source_name = STR("\"><img>" RLO),
		.image = {.url = STR("https://tracker.example/x.png"),
			.type = STR("image/png"),
			.width = 1,
			.height = 1},
		.published = PUBLISHED,
		.updated = PUBLISHED,
	};
	struct of_buf out = {0};

	(void)state;
	render_entry(&out, &item);
	assert_lines(&out, lines, COUNT(lines));
	assert_without(&out, never, COUNT(never));
	of_buf_finish(&out);
}

static void test_long_texts(void **state)
{
	char word[10000];
	struct of_item item = least;
	struct of_buf out = {0};

	(void)state;
	memset(word, 'w', sizeof(word));
	item.summary = (struct of_str){word, sizeof(word)};
	item.source_url = STR("https://www.example.com/");
	item.source_name = item.summary;
	render_entry(&out, &item);
	assert_true(has(&out, "ww\xe2\x80\xa6</p>\n</article>"));
	assert_true(out.len < 14000);
	of_buf_finish(&out);
}

static void test_summary_that_says_the_title(void **state)
{
	struct of_item item = least;
	struct of_buf out = {0};

	(void)state;
	item.summary = item.title;
	render_entry(&out, &item);
	assert_true(has(&out, "</time></p>\n</article>"));
	of_buf_finish(&out);
}

static void test_shown(void **state)
{
	static const struct {
		size_t entries, items;
		const char *says;
	} cases[] = {
		{0, 0, "Nothing is here yet."},
		{1, 1, ">1 entry</p>"},
		{2, 2, ">2 entries, newest first</p>"},
		{3, 1234567, ">The newest 3 of 1,234,567 entries</p>"},
	};
	struct of_feed feed = plain_feed;
	struct of_buf out = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		feed.n_entries = cases[i].entries;
		feed.n_items = cases[i].items;
		of_buf_clear(&out);
		render_page(&out, &feed, &plain_site);
		assert_lines(&out, &cases[i].says, 1);
		assert_int_equal(has(&out, "<ol"), cases[i].entries > 0);
	}
	of_buf_finish(&out);
}

/* The words of the page itself are English, whatever the site's are. */
static void test_language(void **state)
{
	static const char *const lines[] = {"<html lang=\"de\">",
		"<section class=\"follow\" aria-labelledby=\"follow\" lang=\"en\">",
		"<a class=\"skip\" lang=\"en\"", "<p class=\"shown\" lang=\"en\">",
		"<footer lang=\"en\">"};
	struct of_site site = plain_site;
	struct of_buf out = {0};

	(void)state;
	site.language = STR("de");
	render_page(&out, &plain_feed, &site);
	assert_lines(&out, lines, COUNT(lines));
	of_buf_clear(&out);
	site.language = STR("EN-gb");
	render_page(&out, &plain_feed, &site);
	assert_false(has(&out, " lang=\"en\""));
	of_buf_finish(&out);
}

static void test_direction(void **state)
{
	static const struct {
		const char *language, *html, *english;
	} cases[] = {
		{"he", "<html lang=\"he\" dir=\"rtl\">", "<footer dir=\"ltr\" lang=\"en\">"},
		{"AR-eg", "<html lang=\"AR-eg\" dir=\"rtl\">",
			"<footer dir=\"ltr\" lang=\"en\">"},
		{"pa-Arab", "<html lang=\"pa-Arab\" dir=\"rtl\">",
			"<footer dir=\"ltr\" lang=\"en\">"},
		{"pa", "<html lang=\"pa\">", "<footer lang=\"en\">"},
		{"arn", "<html lang=\"arn\">", "<footer lang=\"en\">"},
		{"ur-Latn", "<html lang=\"ur-Latn\">", "<footer lang=\"en\">"},
	};
	struct of_site site = plain_site;
	struct of_buf out = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		site.language = of_str_from(cases[i].language);
		of_buf_clear(&out);
		render_page(&out, &plain_feed, &site);
		assert_lines(&out, &cases[i].html, 1);
		assert_lines(&out, &cases[i].english, 1);
	}
	of_buf_finish(&out);
}

static void test_relative(void **state)
{
	static const struct {
		const char *home, *url, *want; /* NULL: of another origin */
	} cases[] = {
		{"https://a.example/", "https://a.example/x.png", "x.png"},
		{"https://a.example/t/ai/", "https://a.example/images/x.png",
			"../../images/x.png"},
		{"https://a.example/t/ai/", "https://a.example/t/ai/x.png", "x.png"},
		{"https://a.example/t/ai/", "https://a.example/t/bi/x.png", "../bi/x.png"},
		{"https://a.example/t/ai/", "https://a.example/t/a", "../a"},
		{"https://a.example/t/", "https://a.example", "../"},
		{"https://a.example/t/", "https://a.example/t/", "./"},
		{"https://a.example/t/", "https://a.example/t/?q=1&r", "./?q=1&r"},
		{"https://a.example/t/", "https://a.example/t/a:b", "./a:b"},
		{"https://a.example/t/", "https://a.example/t//x", ".//x"},
		{"https://a.example/t/", "HTTPS://A.Example:443/x#f", "../x"},
		{"http://a.example:8080/t/", "http://a.example:8080/x", "../x"},
		{"https://a.example/t/", "https://a.example/\xc3\xa4 b.png", NULL},
		{"https://a.example/t/", "https://a.example/\xc3\xa4.png", "../%C3%A4.png"},
		{"https://a.example/t/", "http://a.example/x", NULL},
		{"https://a.example/t/", "https://a.example:8443/x", NULL},
		{"http://a.example:8080/t/", "http://a.example/x", NULL},
		{"https://a.example/t/", "https://b.example/t/x", NULL},
		{"https://a.example/t/", "https://a.example.evil.example/x", NULL},
		{"https://a.example/t/", "https://user@a.example/x", NULL},
		{"https://a.example/t/", "https://a.example@evil.example/x", NULL},
		{"https://a.example/t/", "//a.example/x", NULL},
		{"https://a.example/t/", "x.png", NULL},
		{"https://a.example/t/", "data:image/png;base64,AA", NULL},
		{"https://a.example/t/", "", NULL},
	};
	struct of_buf out = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct of_view view = {0};
		bool is_own;

		of_buf_clear(&out);
		of_buf_add_text(&out, "");
		of_buf_add_text(&view.place, cases[i].home);
		is_own = of_view_relative(&out, &view, of_str_from(cases[i].url));
		if (is_own != (cases[i].want != NULL))
			fail_msg("%s: %s", cases[i].url, is_own ? "its own" : "not its own");
		if (is_own)
			assert_string_equal(out.ptr, cases[i].want);
		of_buf_finish(&view.place);
		of_buf_finish(&view.scratch);
	}
	of_buf_finish(&out);
}

static void test_failure_is_told(void **state)
{
	const struct of_site site = with_formats(&plain_site, formats);
	struct of_buf out = {.ceiling = 6000};
	struct of_err err = {0};

	(void)state;
	assert_int_equal(of_renderer_page.render(&out, &plain_feed, &site, &err), OF_ELIMIT);
	of_buf_finish(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_head),
		cmocka_unit_test(test_label_is_the_heading),
		cmocka_unit_test(test_follow),
		cmocka_unit_test(test_one_format),
		cmocka_unit_test(test_entry),
		cmocka_unit_test(test_hostile_entry),
		cmocka_unit_test(test_long_texts),
		cmocka_unit_test(test_summary_that_says_the_title),
		cmocka_unit_test(test_shown),
		cmocka_unit_test(test_language),
		cmocka_unit_test(test_direction),
		cmocka_unit_test(test_relative),
		cmocka_unit_test(test_failure_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
