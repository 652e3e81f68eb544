#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"
#include "serve/live.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define SCRIPT "<script src=\"/.outfeed/reload.js\" data-tag=\"&quot;1&quot;\"></script>\n"
#define META(content) \
	"<head><meta http-equiv=Content-Security-Policy content=\"" content "\"></head>"

static void test_pages(void **state)
{
	static const struct {
		const char *page, *live;
	} rows[] = {
		{"", SCRIPT},
		{"<p>x", "<p>x" SCRIPT},
		{"<body>x</body></html>", "<body>x" SCRIPT "</body></html>"},
		{"<body></BODY>y</Body >z</body>\n",
			"<body></BODY>y</Body >z" SCRIPT "</body>\n"},
		{META("default-src 'none'") "</body>",
			META("script-src &#39;self&#39;; connect-src &#39;self&#39;; "
			     "default-src &#39;none&#39;; ") SCRIPT "</body>"},
		{META("default-src 'none'; style-src 'sha256-A='; script-src 'sha256-B='") "</"
											   "bod"
											   "y>",
			META("script-src &#39;sha256-B=&#39; &#39;self&#39;; "
			     "connect-src &#39;self&#39;; default-src &#39;none&#39;; "
			     "style-src &#39;sha256-A=&#39;; ") SCRIPT "</body>"},
		{META("default-src &#39;none&#39;; script-src &#39;none&#39;") "</body>",
			META("script-src &#39;self&#39;; connect-src &#39;self&#39;; "
			     "default-src &#39;none&#39;; ") SCRIPT "</body>"},
		{META("style-src 'none'") "</body>",
			META("style-src &#39;none&#39;; ") SCRIPT "</body>"},
		{META("default-src data: https:;connect-src a.example") "</body>",
			META("script-src data: https: &#39;self&#39;; "
			     "connect-src a.example &#39;self&#39;; "
			     "default-src data: https:; ") SCRIPT "</body>"},
		/* of another element */
		{"<meta http-equiv=Content-Security-Policy><meta content=\"script-src a\">",
			"<meta http-equiv=Content-Security-Policy><meta content=\"script-src "
			"a\">" SCRIPT},
		/* what a body says is no policy */
		{"<head></head><body>Content-Security-Policy content=\"default-src "
		 "'none'\"</body>",
			"<head></head><body>Content-Security-Policy content=\"default-src "
			"'none'\"" SCRIPT "</body>"},
		{"<head><meta http-equiv=Content-Security-Policy content=",
			"<head><meta http-equiv=Content-Security-Policy content=" SCRIPT},
		{"<head><meta http-equiv=Content-Security-Policy content=\"x",
			"<head><meta http-equiv=Content-Security-Policy content=\"x" SCRIPT},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct of_buf out = {0};

		of_live_add(&out, of_str_from(rows[i].page), STR("\"1\""));
		assert_int_equal(out.status, OF_OK);
		assert_string_equal(out.ptr, rows[i].live);
		of_buf_finish(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_pages)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
