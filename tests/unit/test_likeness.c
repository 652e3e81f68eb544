#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "audit/likeness.h"
#include "base/str.h"
#include <outfeed/buf.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* What a pair of an item's title and a page's is. */
enum relation {
	SAME,      /* 0.9 and more */
	RETITLED,  /* 0.65 and more */
	SAME_SITE, /* another article: below 0.35 */
	UNLIKE,    /* another business, a parked page: below 0.15 */
	SILENT     /* nothing can be said: -1 */
};

static const struct {
	double least, most;
} bounds[] = {
	[SAME] = {0.9, 1},
	[RETITLED] = {0.65, 1},
	[SAME_SITE] = {0, 0.35},
	[UNLIKE] = {0, 0.15},
	[SILENT] = {-1, -1},
};

static const struct {
	enum relation relation;
	const char *item, *page;
} titles[] = {
	{SAME, "Telehealth cuts hospital readmissions",
		"Telehealth cuts hospital readmissions"},
	{SAME, "Telehealth cuts hospital readmissions",
		"Telehealth Cuts Hospital Readmissions | Health Data Weekly"},
	{SAME, "Telehealth cuts hospital readmissions",
		"Health Data Weekly - Telehealth cuts hospital readmissions"},
	{SAME, "Telehealth cuts hospital readmissions – Health Data Weekly",
		"Telehealth cuts hospital readmissions — HDW"},
	{SAME, "Acme: The state of the cloud", "The State of the Cloud · Acme Blog"},
	{SAME, "Die Zukunft der Krankenhäuser", "DIE ZUKUNFT DER KRANKENHÄUSER | Ärzteblatt"},
	{SAME, "医療における人工知能の活用", "医療における人工知能の活用｜日本医療新聞"},
	{SAME, "Café society", "Cafe\xCC\x81 society"},
	{SAME, "Kubernetes", "Kubernetes"},
	{RETITLED, "Telehealth cuts hospital readmissions, study finds",
		"New study: telehealth reduces readmissions at hospitals"},
	{RETITLED, "How Mercy Hospital rebuilt its data platform",
		"Rebuilding the data platform at Mercy Hospital: lessons learned"},
	{RETITLED, "Why interoperability standards matter for rural clinics",
		"Interoperability standards and rural clinics (updated 2023) | Health IT"},
	{RETITLED, "La télémédecine réduit les hospitalisations",
		"Télémédecine : moins d'hospitalisations, selon une étude"},
	{RETITLED, "人工智能在医疗中的应用", "人工智能在医疗领域的应用与前景"},
	{RETITLED, "원격의료가 병원 재입원을 줄인다", "원격의료, 병원 재입원 감소"},
	{RETITLED, "Telehealth cuts hospital readmissions",
		"Telehealth cuts hospital readmissions by a third in the largest trial of its "
		"kind, researchers in Oslo report"},
	{SAME_SITE, "Telehealth cuts hospital readmissions | Health Data Weekly",
		"Nurses leave hospitals for software firms | Health Data Weekly"},
	{SAME_SITE, "Telehealth cuts hospital readmissions | Health Data Weekly",
		"Health Data Weekly"},
	{SAME_SITE, "Telehealth cuts hospital readmissions | Health Data Weekly",
		"Home | Health Data Weekly"},
	{SAME, "Health Data Weekly: Telehealth cuts hospital readmissions",
		"Telehealth cuts hospital readmissions"},
	{SAME_SITE, "Acme: The state of the cloud", "Acme: Our new office in Lisbon"},
	{SAME_SITE, "A short one | The Northern Journal of Rural Medicine",
		"Ten beds | The Northern Journal of Rural Medicine"},
	{SAME_SITE, "How Mercy Hospital rebuilt its data platform",
		"How General Hospital chose its scheduling software"},
	{SAME_SITE, "5 things to know about FHIR", "5 things to know about CRISPR"},
	{SAME_SITE, "医療における人工知能の活用", "医療費の改定について"},
	{UNLIKE, "Telehealth cuts hospital readmissions", "healthdata.example is for sale"},
	{UNLIKE, "Telehealth cuts hospital readmissions",
		"Best online casino bonuses and slots 2024"},
	{UNLIKE, "The state of the art", "The end of the world"},
	{UNLIKE, "Die Zukunft der Krankenhäuser", "Die Geschichte der Eisenbahn"},
	{UNLIKE, "医療における人工知能の活用", "オンラインカジノ比較"},
	{UNLIKE, "Telehealth cuts hospital readmissions", "Page not found"},
	{SILENT, "Telehealth", ""},
	{SILENT, "", "Telehealth"},
	{SILENT, "The", "Telehealth"},
	{SILENT, "— | —", "Telehealth"},
};

static void check(double likeness, enum relation relation, const char *label)
{
	if (likeness < bounds[relation].least || likeness > bounds[relation].most)
		fail_msg("%s: %.3f", label, likeness);
}

static void test_titles(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(titles); i++) {
		const struct of_page page = {.title = of_str_from(titles[i].page)};
		const struct of_expectation expected = {.title = of_str_from(titles[i].item)};
		const struct of_page turned = {.title = expected.title};
		const struct of_expectation turned_expected = {.title = page.title};

		check(of_likeness_of_title(&page, &expected), titles[i].relation,
			titles[i].page);
		check(of_likeness_of_title(&turned, &turned_expected), titles[i].relation,
			titles[i].page);
	}
}

static void test_best_of_a_page(void **state)
{
	const struct of_expectation expected = {.title = STR("Telehealth cuts readmissions"),
		.summary = STR("A trial in twelve rural clinics of northern Norway shows it.")};
	const struct of_expectation nothing = {.is_image = false};
	const struct of_expectation image = {.title = expected.title, .is_image = true};
	const struct of_expectation summary = {.summary = expected.summary};
	struct of_page page = {.title = STR("Health Data Weekly")};

	(void)state;
	assert_true(of_likeness_of_title(&page, &expected) < 0.15);
	assert_true(of_likeness_of_page(&page, &expected) < 0.15);
	page.og_description =
		STR("It is shown by a trial in 12 rural clinics of northern Norway");
	assert_true(of_likeness_of_title(&page, &expected) < 0.15);
	assert_true(of_likeness_of_page(&page, &expected) > 0.6);
	assert_true(of_likeness_of_page(&page, &summary) > 0.6);
	assert_true(of_likeness_of_title(&page, &summary) < 0);
	page.ld_headline = STR("Telehealth cuts readmissions");
	assert_true(of_likeness_of_title(&page, &expected) > 0.9);
	assert_true(of_likeness_of_page(&page, &image) < 0);
	assert_true(of_likeness_of_page(&page, &nothing) < 0);
	page = (struct of_page){.text = STR("no title")};
	assert_true(of_likeness_of_page(&page, &expected) < 0);
	assert_true(of_likeness_of_title(&page, &expected) < 0);
}

static void test_texts(void **state)
{
	struct of_buf one = {0}, other = {0};

	(void)state;
	assert_true(of_likeness_of_texts(STR("alpha bravo"), STR("bravo ALPHA")) > 0.99);
	assert_true(of_likeness_of_texts(STR("alpha"), STR("bravo")) < 0.01);
	assert_true(of_likeness_of_texts(STR("und der die"), STR("bravo")) < 0);
	assert_true(of_likeness_of_texts(STR("\xFF\xFE"), STR("\xFF")) < 0);
	/* More words than are compared. */
	for (unsigned i = 0; i < 5000; i++) {
		of_buf_add_format(&one, "word%u ", i);
		of_buf_add_format(&other, "word%u ", i);
	}
	assert_true(of_likeness_of_texts(of_buf_str(&one), of_buf_str(&other)) > 0.99);
	of_buf_finish(&one);
	of_buf_finish(&other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_titles),
		cmocka_unit_test(test_best_of_a_page),
		cmocka_unit_test(test_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
