#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "render_fixture.h"
#include <jansson.h>

static json_t *render_json(const struct of_feed *feed, const struct of_site *site)
{
	struct of_buf out = {0};
	json_error_t error;
	json_t *root;

	render(&out, "json", feed, site);
	root = json_loadb(out.ptr, out.len, JSON_REJECT_DUPLICATES, &error);
	if (root == NULL)
		fail_msg("%s at %d: %s", error.text, error.line, out.ptr);
	of_buf_finish(&out);
	return root;
}

/* Compares values, and the order of their keys with them. */
static void assert_json(json_t *got, const char *want)
{
	char *text = json_dumps(got, JSON_COMPACT | JSON_ENCODE_ANY);

	assert_string_equal(text, want);
	free(text);
}

static void test_json_feed(void **state)
{
	json_t *root = render_json(&plain_feed, &plain_site);

	(void)state;
	assert_int_equal(json_array_size(json_object_get(root, "items")), 3);
	json_object_del(root, "items");
	assert_json(root,
		"{\"version\":\"https://jsonfeed.org/version/1.1\",\"title\":\"R&D\","
		"\"home_page_url\":\"https://www.medigy.com/topic/r-d/\","
		"\"feed_url\":\"https://www.medigy.com/topic/r&d%20%C3%A9/feed.json\","
		"\"description\":\"All about R&D\","
		"\"icon\":\"https://www.medigy.com/favicon.png\","
		"\"authors\":[{\"name\":\"Medigy\",\"url\":\"https://www.medigy.com/\"}],"
		"\"language\":\"en\","
		"\"hubs\":[{\"type\":\"WebSub\",\"url\":\"https://hub.example.org/?a&b\"}]}");
	json_decref(root);
}

static void test_json_items(void **state)
{
	json_t *root = render_json(&plain_feed, &plain_site);
	json_t *items = json_object_get(root, "items");
	json_t *first = json_array_get(items, 0);

	(void)state;
	assert_string_equal(json_string_value(json_object_get(first, "title")), hostile);
	assert_string_equal(json_string_value(json_object_get(first, "content_html")), content);
	assert_string_equal(json_string_value(json_object_get(first, "external_url")), SOURCE);
	assert_string_equal(json_string_value(json_object_get(first, "url")),
		"https://www.medigy.com/news/caf\xc3\xa9/");
	assert_null(json_object_get(first, "content_text"));
	assert_json(json_object_get(first, "tags"),
		"[\"#COVID19 & more\",\"AI\",\"News\",\"R&D\"]");
	assert_json(json_object_get(first, "authors"),
		"[{\"name\":\"Radhika & Co\",\"url\":\"https://example.com/r?a&b\"},"
		"{\"name\":\"Second\"},{\"name\":\"third@example.com\"}]");
	assert_json(json_object_get(first, "attachments"),
		"[{\"url\":\"https://www.medigy.com/images/\xc3\xa4.jpeg\","
		"\"mime_type\":\"image/jpeg\",\"title\":\"An "
		"<image>\",\"size_in_bytes\":12345}]");
	assert_json(json_object_get(first, "_outfeed"),
		"{\"source\":{\"name\":\"Example \\\"News\\\" & Co\",\"url\":\"" SOURCE "\"},"
		"\"via\":{\"name\":\"Via\",\"url\":\"https://via.example.net/\"},"
		"\"related\":[{\"title\":\"Test <1>\","
		"\"url\":\"https://www.medigy.com/offering/caf\xc3\xa9\"},"
		"{\"url\":\"https://www.medigy.com/offering/b\"}],"
		"\"categories\":[{\"term\":\"covid19\",\"scheme\":\"https://www.medigy.com/"
		"topic/\","
		"\"label\":\"#COVID19 & more\"},{\"term\":\"ai\",\"label\":\"AI\"}],"
		"\"image\":{\"width\":1200,\"height\":630,\"alt\":\"An <image>\"}}");
	assert_json(json_array_get(items, 2),
		"{\"id\":\"tag:www.medigy.com,2021-01-02:c\","
		"\"url\":\"https://www.medigy.com/c/\","
		"\"title\":\"C\",\"content_text\":\"C\",\"summary\":\"C\",\"date_"
		"published\":\"2021-01-02T20:32:06Z\","
		"\"date_modified\":\"2021-01-02T20:32:06Z\"}");
	json_decref(root);
}

static void test_json_summary_mode(void **state)
{
	struct of_site site = plain_site;
	json_t *root, *first;

	(void)state;
	site.content_mode = OF_CONTENT_SUMMARY;
	root = render_json(&plain_feed, &site);
	first = json_array_get(json_object_get(root, "items"), 0);
	assert_null(json_object_get(first, "content_html"));
	assert_string_equal(json_string_value(json_object_get(first, "content_text")),
		"Fish & <b>chips</b> &amp; \"peas\"");
	json_decref(root);
}

static void test_json_empty(void **state)
{
	static const struct of_feed feed = {.updated = OF_TIME_NONE};
	json_t *root = render_json(&feed, &plain_site);

	(void)state;
	assert_json(json_object_get(root, "items"), "[]");
	assert_json(json_object_get(root, "title"), "\"Medigy\"");
	json_decref(root);
}

static void test_json_forbidden_characters(void **state)
{
	struct of_item item = least;
	const struct of_item *entry = &item;
	struct of_feed feed = {.updated = OLDER, .entries = &entry, .n_entries = 1};
	json_t *root, *first;

	(void)state;
	item.title = STR("a\x01\x0b\xef\xbf\xbf|\xff|");
	item.summary = STR("\x01\xef\xbf\xbf");
	root = render_json(&feed, &plain_site);
	first = json_array_get(json_object_get(root, "items"), 0);
	assert_string_equal(
		json_string_value(json_object_get(first, "title")), "a|\xef\xbf\xbd|");
	assert_null(json_object_get(first, "summary"));
	json_decref(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_json_feed),
		cmocka_unit_test(test_json_items),
		cmocka_unit_test(test_json_summary_mode),
		cmocka_unit_test(test_json_empty),
		cmocka_unit_test(test_json_forbidden_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
