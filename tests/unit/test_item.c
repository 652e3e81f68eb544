/* What an item's front matter says, and what is told of what it says wrongly. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "item_fixture.h"

struct row {
	const char *front, *told;
};

struct draft_row {
	const char *site, *front;
	bool draft;
};

static void test_drafts(void **state)
{
	static const struct draft_row rows[] = {
		{"", "draft: true\n", true},
		{"", "draft: [true]\n", true},
		{"", "draft: [null, yes]\n", true},
		{"", "draft: false\n", false},
		{"", "draft: draft\n", false},
		{"", "status: draft\n", true},
		{"", "status: [Draft]\n", true},
		{"", "status: true\n", false},
		{"", "status: {code: draft}\n", false},
		{"", "published: false\n", true},
		{"", "published: ['no']\n", true},
		{"", "published: true\n", false},
		{"", "published: draft\n", false},
		{"fields: {draft: [state, wip]}\n", "state: draft\n", true},
		{"fields: {draft: [state, wip]}\n", "wip: true\n", true},
		{"fields: {draft: [state, wip]}\n", "draft: true\n", false},
		{"fields: {draft: [published]}\n", "published: false\n", true},
		{"fields: {draft: [published]}\n", "published: true\n", false},
	};
	struct of_buf front = {0};

	for (size_t i = 0; i < COUNT(rows); i++) {
		have_site(*state, rows[i].site);
		of_buf_clear(&front);
		of_buf_add_text(&front, DATED);
		of_buf_add_text(&front, rows[i].front);
		if (read_item(*state, front.ptr)->draft != rows[i].draft)
			fail_msg("for <%s><%s>", rows[i].site, rows[i].front);
	}
	of_buf_finish(&front);
}

struct date_row {
	const char *path, *front;
	int64_t published, updated;
};

#define JANUARY 1704067200 /* 2024-01-01 */
#define MAY 1620259200     /* 2021-05-06 */

static void test_dates(void **state)
{
	static const struct date_row rows[] = {
		{"c/x.md", DATED, JANUARY, JANUARY},
		{"c/x.md", "date: [2024-01-01]\n", JANUARY, JANUARY},
		{"c/x.md", "date: {a: b}\npublishDate: 2024-01-01\n", JANUARY, JANUARY},
		{"c/x.md", "lastmod: 2024-01-01\n", JANUARY, JANUARY},
		{"c/2021-05-06-x.md", "lastmod: 2024-01-01\n", MAY, JANUARY},
		{"c/2021-05-06-x.md", DATED, JANUARY, JANUARY},
		{"c/2021-05-06-x/index.md", "title: X\n", MAY, MAY},
		{"c/2021-05-06-x/index.md", "lastmod: 2024-01-01\n", MAY, JANUARY},
		{"c/2021-05-06-x/other.md", "lastmod: 2024-01-01\n", JANUARY, JANUARY},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		if (read_part(f, rows[i].path, rows[i].front, OF_ITEM_HEAD) != OF_OK)
			fail_msg("for <%s>: %s", rows[i].path, f->err.message);
		if (f->item.published != rows[i].published ||
			f->item.updated != rows[i].updated)
			fail_msg("for <%s> <%s>: %lld, %lld", rows[i].path, rows[i].front,
				(long long)f->item.published, (long long)f->item.updated);
	}
}

static void test_each_bad_date_is_told(void **state)
{
	static const struct row rows[] = {
		{"date: soon\npublishDate: {y: 1}\npubDate: 2024-01-01\nlastmod: [[a]]\n"
		 "expires: never\n",
			"2:7: 'soon' is no date\n"
			"3:14: a value of published must be a date, and this is a mapping\n"
			"5:11: a value of updated must be a date, and this is a nested list\n"
			"6:10: 'never' is no date\n"},
		{"date: true\npublishDate: 2024-01-01\n", "2:7: 'true' is no date\n"},
		{"published: true\npublishDate: 2024-01-01\n", ""},
		{"date: [null]\nlastmod: 2024-01-01\n", ""},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		read_item(f, rows[i].front);
		assert_told(f, rows[i].front, rows[i].told);
	}
}

static void test_without_any_date_one_error_is_all(void **state)
{
	struct fixture *f = *state;

	assert_refused(f, "date: soon\nlastmod: {y: 1}\nexpires: never\n", 2, 7,
		"'soon' is no date, and the item has no other");
	assert_told(f, "soon", "");
	assert_int_equal(f->reason, OF_REASON_NO_DATE);
	assert_refused(f, "date: {y: 1}\nexpires: never\n", 2, 7, "a mapping is no date");
	assert_refused(f, "date: [[1]]\n", 2, 8, "a nested list is no date");
	assert_refused(f, "title: X\nexpires: never\n", 2, 1, "no date: add one");
	assert_told(f, "expires", "");
}

/* The front matter begins behind DATED, on line 4. */
static void test_wrong_types_are_told(void **state)
{
	static const struct row rows[] = {
		{"tags: {a: b}\n", "4:7: a value of tags must be text, and this is a mapping"},
		{"tags: [a, {b: c}, [d]]\n",
			"4:11: a value of tags must be text, and this is a mapping\n"
			"4:19: a value of tags must be text, and this is a nested list"},
		{"categories: {a: b}\n", "4:13: a value of categories must be text"},
		{"categories: [a, [b]]\n", "4:17: a value of categories must be text"},
		{"aliases: {a: b}\n", "4:10: a value of aliases must be text"},
		{"author: {first: x}\n", "4:9: this author has no name and no email"},
		{"author: {name: {first: x}}\n", "4:9: this author has no name and no email"},
		{"author: [a, [b]]\n", "4:13: a value of authors must be text, or a mapping"},
		{"author: {name: '', email: ''}\n", ""},
		{"featuredImage: {a: b}\n", "4:16: this image has no address"},
		{"featuredImage: {href: {a: b}}\n", "4:16: this image has no address"},
		{"featuredImage: [[a]]\n", "4:17: a value of image must be text, or a mapping"},
		{"featuredImage: {src: '', alt: X}\n", ""},
		{"related: {a: b}\n", "4:10: this related link has no http or https address"},
		{"related: [{label: L}, {label: M, url: /m}]\n",
			"4:11: this related link has no http or https address"},
		{"related: ['javascript:x']\n",
			"4:11: this related link has no http or https address"},
		{"related: [[a]]\n", "4:11: a value of related must be an address, or a map"},
		{"related: [{label: L, permalink: }]\n", ""},
		{"id: {a: b}\n", "4:5: a value of id must be text, and this is a mapping"},
		{"guid: [[a]]\n", "4:8: a value of id must be text, and this is a nested list"},
		{"draft: {a: b}\n", "4:8: a value of draft must be true or false, and this is"},
		{"status: {a: b}\n", ""},
		{"basePath: {a: b}\n", "4:11: a value of basePath must be text, and this is"},
		{"lang: deutsch!\n", "4:7: 'deutsch!' is no language tag and is passed over"},
		{"lang: {a: b}\n", "4:7: a value of language must be text"},
		{"link: {text: x}\n", ""},
		{"link: [[a]]\n", "4:8: a value of source_url must be text"},
		{"href: {a: b}\n", "4:7: a value of source_url must be text"},
		{"via: Ada\n", ""},
		{"viaLink: Ada\n", "4:10: 'Ada' is no http or https address"},
	};
	struct fixture *f = *state;
	struct of_buf front = {0};

	for (size_t i = 0; i < COUNT(rows); i++) {
		of_buf_clear(&front);
		of_buf_add_text(&front, DATED);
		of_buf_add_text(&front, rows[i].front);
		read_item(f, front.ptr);
		assert_told(f, rows[i].front, rows[i].told);
	}
	of_buf_finish(&front);
}

static void test_next_path_is_tried(void **state)
{
	struct fixture *f = *state;
	const struct of_item *item =
		read_item(f, DATED "author: {first: x}\nauthors: [Ada]\n"
				   "tags: {a: b}\nkeywords: [k]\n"
				   "categories: [[c]]\ncategory: news\n"
				   "relatedOfferings: [{label: L}]\nrelated: [/r]\n"
				   "featuredImage: {a: b}\nimage: 'https://ex.org/i.png'\n"
				   "aliases: [null]\nredirect_from: /old\n"
				   "guid: {a: b}\nuuid: 33333333-3333-4333-8333-333333333333\n"
				   "lang: deutsch!\nlanguage: de\n");

	assert_int_equal(item->n_authors, 1);
	assert_text("author", item->authors[0].name, "Ada");
	assert_int_equal(item->n_tags, 1);
	assert_text("tag", item->tags[0], "k");
	assert_int_equal(item->n_categories, 1);
	assert_text("category", item->categories[0].slug, "news");
	assert_int_equal(item->n_related, 1);
	assert_text("related", item->related[0].url, "https://ex.org/r");
	assert_text("image", item->image.url, "https://ex.org/i.png");
	assert_int_equal(item->n_aliases, 1);
	assert_text("alias", item->aliases[0], "/old");
	assert_text("id", item->id, "urn:uuid:33333333-3333-4333-8333-333333333333");
	assert_text("language", item->language, "de");
}

/* What the head says, the whole says in the same words, so that it can be told once. */
static void test_head_and_whole_tell_the_same(void **state)
{
	static const char front[] = DATED "tags: {a: b}\nauthor: [[x]]\nid: {a: b}\n"
					  "categorySlug: [a, [b]]\ncategories: [A, B, C]\n"
					  "lastmod: soon\n";
	struct fixture *f = *state;
	struct of_buf head = {0};

	assert_int_equal(read_part(f, "c/x.md", front, OF_ITEM_HEAD), OF_OK);
	of_buf_add_str(&head, of_buf_str(&f->told));
	of_buf_add_byte(&head, '\0');
	assert_true(head.len > 1);
	assert_int_equal(read_part(f, "c/x.md", front, OF_ITEM_WHOLE), OF_OK);
	assert_text("head", of_buf_str(&f->told), head.ptr);
	of_buf_finish(&head);
}

static void test_emails(void **state)
{
	struct fixture *f = *state;
	const struct of_item *item = read_item(f,
		DATED "authors:\n- {name: A, email: a@ex.org}\n- {name: B, email: a@b@ex.org}\n"
		      "- {name: C, email: '<c@ex.org>'}\n- {name: D, email: '@'}\n"
		      "- {email: e@ex.org}\n");

	assert_int_equal(item->n_authors, 5);
	assert_text("A", item->authors[0].email, "a@ex.org");
	for (size_t i = 1; i < 4; i++)
		assert_int_equal(item->authors[i].email.len, 0);
	assert_text("E", item->authors[4].name, "e@ex.org");
}

/* As all other addresses: what may not stand in a URI is percent-encoded. */
static void test_author_addresses(void **state)
{
	struct fixture *f = *state;
	const struct of_item *item =
		read_item(f, DATED "authors:\n- {name: A, url: 'https://ex.org/<b \"x\">'}\n"
				   "- {name: B, url: 'javascript:x'}\n- {name: C, url: /c}\n");

	assert_int_equal(item->n_authors, 3);
	assert_text("A", item->authors[0].url, "https://ex.org/%3Cb%20%22x%22%3E");
	assert_int_equal(item->authors[1].url.len, 0);
	assert_int_equal(item->authors[2].url.len, 0);
}

static void test_source_name(void **state)
{
	struct fixture *f = *state;

	assert_text("www", read_item(f, DATED "link: https://www.ex.com:8080/a\n")->source_name,
		"ex.com");
	assert_text("brand",
		read_item(f, DATED "link: {href: 'https://ex.com/', brand: B}\n")->source_name,
		"B");
	assert_text("none", read_item(f, DATED)->source_name, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_drafts),
		TEST(test_dates),
		TEST(test_each_bad_date_is_told),
		TEST(test_without_any_date_one_error_is_all),
		TEST(test_wrong_types_are_told),
		TEST(test_next_path_is_tried),
		TEST(test_head_and_whole_tell_the_same),
		TEST(test_emails),
		TEST(test_author_addresses),
		TEST(test_source_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
