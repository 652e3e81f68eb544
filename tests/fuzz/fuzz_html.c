/*
 * of_html_rebuild() gives what libxml2 alone gives; what it gives is of the
 * allow-list, and is itself when it is rebuilt. The first byte says what is
 * asked for, the rest is HTML.
 */
#include "fuzz.h"

#include "../unit/html_checker.h"
#include "../unit/html_compare.h"

static void check(const struct of_buf *html)
{
	static struct of_buf again;
	const char *complaint = checker_complaint(html->ptr);

	if (complaint != NULL)
		fuzz_fail("%s in:\n%.*s", complaint, (int)html->len, html->ptr);
	fuzz_require(of_str_find_byte(of_buf_str(html), '\0') == OF_NPOS, "a NUL");
	of_buf_clear(&again);
	fuzz_require(of_html_sanitise(&again, of_buf_str(html), COMPARE_BASE, NULL) == OF_OK,
		"what was rebuilt is refused");
	fuzz_require_equal(of_buf_str(&again), of_buf_str(html), "rebuilt again it differs");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t limits[] = {0, 3, 20, 1001, 1500, 4096};
	struct outcome outcome = {0};
	struct wanted wanted;

	if (size == 0)
		return 0;
	wanted.html = (data[0] & 1) != 0;
	wanted.text = !wanted.html || (data[0] & 2) != 0;
	wanted.text_limit = limits[(data[0] >> 2) % FUZZ_COUNT(limits)];
	fuzz_require(compare_ways(&outcome, (struct of_str){(const char *)data + 1, size - 1},
			     &wanted) == NULL,
		"the two ways differ");
	if (outcome.status == OF_OK && wanted.html && outcome.html.len > 0)
		check(&outcome.html);
	outcome_finish(&outcome);
	return 0;
}
