/*
 * A page from any bytes is what is demanded of every page, and its signs, print
 * and likeness can be told. The first byte says how the body is labelled, the
 * rest is the body; it is read as a charset's and as JSON-LD, too.
 */
#include "fuzz.h"

#include "../unit/page_checker.h"
#include "audit/likeness.h"
#include "audit/signs.h"
#include "web/charset.h"
#include "web/linked_data.h"
#include <outfeed/item.h>

static const struct of_str types[] = {STR_INIT("text/html"),
	STR_INIT("text/html; charset=utf-8"), STR_INIT("text/html;charset=iso-8859-1"),
	STR_INIT("text/html; charset=shift_jis"), STR_INIT("text/html; charset=gb18030"),
	STR_INIT("text/html; charset=iso-2022-jp"), STR_INIT("text/html; charset=utf-16be"),
	STR_INIT("text/html; charset=\"euc-kr"), STR_INIT("text/plain"), STR_INIT(""),
	STR_INIT("application/xhtml+xml"), STR_INIT("text/html; charset=big5")};

static void judge(const struct of_page *page, struct of_str url)
{
	const struct of_expectation expected = {
		.title = page->heading, .summary = page->description};
	const struct of_sign_hints hints = {.server = page->og_type};
	double likeness = of_likeness_of_page(page, &expected);
	uint64_t print;

	fuzz_require(likeness == -1 || (likeness >= 0 && likeness <= 1.000001),
		"a likeness that is no share");
	of_signs_of_page(page, url, page->canonical, 403, &hints);
	print = of_signs_print(page, url);
	fuzz_require(page->text.len > 0 || print == 0, "a print of no text");
	fuzz_require(of_signs_print(page, url) == print, "a print that differs from itself");
}

static void check_charset(struct of_str type, struct of_str body)
{
	static struct of_buf out;
	const struct of_charset *charset = of_charset_find(of_charset_parameter(type));
	struct of_str text;

	of_buf_clear(&out);
	charset = of_charset_decode(&out, &text, body, charset);
	fuzz_require(charset != NULL && of_unicode_is_clean(text), "decoded, and not clean");
	/* no character of any charset is as short as a third of its UTF-8, or of U+FFFD */
	fuzz_require(text.len <= 3 * body.len + 3, "decoded to more than can be");
}

static void check_linked_data(struct of_arena *arena, struct of_str script)
{
	struct of_linked_data data = {.published = OF_TIME_NONE};

	of_linked_data_read(arena, &data, script);
	fuzz_require(data.published == OF_TIME_NONE ||
			     (data.published >= INT64_C(-62135596800) &&
				     data.published <= INT64_C(253402300799)),
		"a date beyond the calendar");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct of_arena *arena = fuzz_arena();
	struct of_document document = {.url = STR("https://site.example/a/b?c")};
	const struct of_page *page;
	const char *complaint;

	if (size == 0)
		return 0;
	document.type = types[(data[0] & 0x7f) % FUZZ_COUNT(types)];
	document.truncated = (data[0] & 0x80) != 0;
	document.body = (struct of_str){(const char *)data + 1, size - 1};
	page = of_document_read(arena, &document);
	fuzz_require(page != NULL, "memory for a page");
	complaint = page_complaint(page);
	if (complaint != NULL)
		fuzz_fail("%s", complaint);
	judge(page, document.url);
	check_charset(document.type, document.body);
	check_linked_data(arena, document.body);
	return 0;
}
