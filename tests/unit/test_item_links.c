/* The addresses that an item points at, with their places. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "item_fixture.h"

static void read_links(struct fixture *f, const char *path, const char *bytes)
{
	if (f->site == NULL)
		have_site(f, "");
	of_arena_clear(f->arena);
	of_buf_clear(&f->bytes);
	of_buf_add_text(&f->bytes, bytes);
	assert_int_equal(
		OF_OK, of_item_parse(&f->item, &f->reason, f->arena, f->site, of_str_from(path),
			       of_buf_str(&f->bytes), OF_ITEM_LINKS, &f->err, NULL, NULL));
}

/* "field line:column url" of each link, a line each. */
static void expect(struct fixture *f, const char *wanted)
{
	struct of_buf got = {0};

	for (size_t i = 0; i < f->item.n_links; i++) {
		const struct of_item_link *link = &f->item.links[i];

		of_buf_add_format(&got, "%s %u:%u ",
			link->field == OF_FIELD_COUNT ? "body" : of_field_name(link->field),
			link->line, link->column);
		of_buf_add_str(&got, link->url);
		of_buf_add_byte(&got, '\n');
	}
	assert_string_equal(wanted, got.len > 0 ? got.ptr : "");
	of_buf_finish(&got);
}

static void fields_have_their_places(void **state)
{
	struct fixture *f = *state;

	read_links(f, "a.md",
		"---\n" DATED "link:\n  brand: B\n  href: 'https://a.example/x'\n"
		"via: https://via.example/\n"
		"featuredImage: {href: \"https://img.example/p.png\", format: PNG}\n"
		"related:\n  - label: L\n    url: /near/\n  - https://far.example/\n"
		"---\nWords.\n");
	expect(f, "source_url 6:9 https://a.example/x\n"
		  "via_url 7:6 https://via.example/\n"
		  "image 8:23 https://img.example/p.png\n"
		  "related 11:10 https://ex.org/near/\n"
		  "related 12:5 https://far.example/\n");
	assert_string_equal("/near/", of_arena_dup(f->arena, f->item.links[3].text).ptr);
}

static void only_the_value_that_counts(void **state)
{
	struct fixture *f = *state;

	read_links(f, "a.md",
		"---\n" DATED "href: no address\noriginal: https://first.example/\n"
		"canonicalUrl: https://second.example/\n"
		"image: {href: https://i.example/a.png, valid: false}\n---\n");
	expect(f, "source_url 5:11 https://first.example/\n");
}

static void the_body_is_searched_for_its_lines(void **state)
{
	struct fixture *f = *state;

	read_links(f, "a.md",
		"---\n" DATED "---\nSee [one](https://one.example/?a=1&b=2),\n\n"
		"![alt](https://i.example/x.png) and [two](/two) and\n"
		"<https://one.example/?a=1&b=2> again.\n\n[mail](mailto:a@b.example)\n");
	expect(f, "body 5:11 https://one.example/?a=1&b=2\n"
		  "body 7:8 https://i.example/x.png\n"
		  "body 7:43 https://ex.org/two\n"
		  "body 8:2 https://one.example/?a=1&b=2\n"
		  "body 0:0 mailto:\n");
}

static void html_attributes_that_fetch(void **state)
{
	struct fixture *f = *state;

	read_links(f, "a.html",
		"---\n" DATED
		"---\n<p><img src=\"a.png\" srcset=\"https://s.example/b,c.png 2x, d.png 3x\""
		" alt=\"href=&quot;https://no.example/&quot;\">\n"
		"<video poster=\"https://p.example/p.jpg\" "
		"src=\"https://v.example/v.mp4\"></video></p>\n");
	expect(f, "body 5:14 https://ex.org/a/a.png\n"
		  "body 5:29 https://s.example/b,c.png\n"
		  "body 5:59 https://ex.org/a/d.png\n"
		  "body 6:16 https://p.example/p.jpg\n"
		  "body 6:46 https://v.example/v.mp4\n");
}

static void images_of_the_body(void **state)
{
	struct fixture *f = *state;
	struct of_buf got = {0};

	read_links(f, "a.html",
		"---\n" DATED "image: https://i.example/f\n"
		"---\n<p><img src=\"https://i.example/1\" srcset=\"https://i.example/2 2x\">"
		"<a href=\"https://i.example/a\">a</a>"
		"<picture><source srcset=\"https://i.example/3 2x\"><img alt=\"x\" "
		"src=\"https://i.example/4\"></picture></p>"
		"<video poster=\"https://i.example/5\" src=\"https://i.example/v\">"
		"<source src=\"https://i.example/w\"></video>\n");
	for (size_t i = 0; i < f->item.n_links; i++)
		if (f->item.links[i].is_image)
			of_buf_add_byte(&got, f->item.links[i].url.ptr[18]);
	assert_string_equal("12345", got.ptr);
	assert_int_equal(9, f->item.n_links);
	of_buf_finish(&got);
}

static void what_is_no_address_is_there_as_it_is(void **state)
{
	struct fixture *f = *state;

	read_links(f, "a.md",
		"---\n" DATED "link: http://127.0.0.1:99999/\noriginal: https://good.example/\n"
		"related:\n  - http:///nohost\n  - 'HTTP://user@'\n  - 'http://a b/'\n"
		"  - mailto:a@b.example\n"
		"---\n[a](http://) [b](http://[::1) `http://code:0x`\n"
		"[c](http://127.0.0.1:99999/) [d](javascript:x)\n\n"
		"<img src=\"http://user@\"> <https://fine.example/>\n");
	expect(f, "source_url 4:7 http://127.0.0.1:99999/\n"
		  "source_url 5:11 https://good.example/\n"
		  "related 7:5 http:///nohost\n"
		  "related 8:5 HTTP://user@\n"
		  "related 9:5 http://a%20b/\n"
		  "related 10:5 mailto:\n"
		  "body 15:27 https://fine.example/\n"
		  "body 12:5 http://\n"
		  "body 12:1 http://%5B::1\n"
		  "body 13:5 http://127.0.0.1:99999/\n"
		  "body 15:11 http://user@\n");
}

static void no_address_is_longer_than_one_may_be(void **state)
{
	struct fixture *f = *state;
	struct of_buf bytes = {0};

	of_buf_add_text(&bytes, "---\n" DATED "link: http://:");
	for (unsigned i = 0; i < 8000; i++)
		of_buf_add_text(&bytes, "\xc3\xa4");
	of_buf_add_text(&bytes, "\n---\n");
	read_links(f, "a.md", bytes.ptr);
	assert_int_equal(1, f->item.n_links);
	assert_in_range(f->item.links[0].url.len, 8190, 8192);
	assert_int_equal(
		0xa4, (unsigned char)f->item.links[0].url.ptr[f->item.links[0].url.len - 1]);
	of_buf_finish(&bytes);
}

static void a_hostile_body_ends(void **state)
{
	struct fixture *f = *state;
	struct of_buf bytes = {0};

	of_buf_add_text(&bytes, "---\n" DATED "---\n");
	for (unsigned i = 0; i < 20000; i++)
		of_buf_add_format(&bytes, "[%u](<https://e.example/%%7%u a>)\n", i, i);
	read_links(f, "a.md", bytes.ptr);
	assert_true(f->item.n_links > 10000);
	of_buf_finish(&bytes);
}

static void other_parts_have_none(void **state)
{
	struct fixture *f = *state;

	read_part(f, "a.md", DATED "href: https://a.example/\n", OF_ITEM_WHOLE);
	assert_int_equal(0, f->item.n_links);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(fields_have_their_places, set_up, tear_down),
		cmocka_unit_test_setup_teardown(only_the_value_that_counts, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			the_body_is_searched_for_its_lines, set_up, tear_down),
		cmocka_unit_test_setup_teardown(html_attributes_that_fetch, set_up, tear_down),
		cmocka_unit_test_setup_teardown(images_of_the_body, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			what_is_no_address_is_there_as_it_is, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			no_address_is_longer_than_one_may_be, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_hostile_body_ends, set_up, tear_down),
		cmocka_unit_test_setup_teardown(other_parts_have_none, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
