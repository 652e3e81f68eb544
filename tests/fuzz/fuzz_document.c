/*
 * libFuzzer: a page from any bytes is what is demanded of every page, and its
 * signs, print and likeness can be told. The first byte says how the body is
 * labelled, the rest is the body.
 */
#include "../unit/page_checker.h"
#include "audit/likeness.h"
#include "audit/signs.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct of_str types[] = {STR_INIT("text/html"),
	STR_INIT("text/html; charset=utf-8"), STR_INIT("text/html;charset=iso-8859-1"),
	STR_INIT("text/html; charset=shift_jis"), STR_INIT("text/html; charset=gb18030"),
	STR_INIT("text/html; charset=iso-2022-jp"), STR_INIT("text/html; charset=utf-16be"),
	STR_INIT("text/html; charset=\"euc-kr"), STR_INIT("text/plain"), STR_INIT(""),
	STR_INIT("application/xhtml+xml"), STR_INIT("text/html; charset=big5")};

static void require(bool good)
{
	if (!good)
		abort();
}

static void judge(const struct of_page *page, struct of_str url)
{
	const struct of_expectation expected = {
		.title = page->heading, .summary = page->description};
	const struct of_sign_hints hints = {.server = page->og_type};
	double likeness = of_likeness_of_page(page, &expected);

	require(likeness == -1 || (likeness >= 0 && likeness <= 1.000001));
	of_signs_of_page(page, url, page->canonical, 403, &hints);
	require(page->text.len > 0 || of_signs_print(page, url) == 0);
	require(of_signs_print(page, url) == of_signs_print(page, url));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct of_arena *arena = of_arena_new();
	struct of_document document = {.url = STR("https://site.example/a/b?c")};
	const struct of_page *page;

	if (arena != NULL && size > 0) {
		document.type = types[data[0] % (sizeof(types) / sizeof(*types))];
		document.truncated = (data[0] & 0x80) != 0;
		document.body = (struct of_str){(const char *)data + 1, size - 1};
		page = of_document_read(arena, &document);
		require(page != NULL);
		require(page_complaint(page) == NULL);
		judge(page, document.url);
	}
	of_arena_free(arena);
	return 0;
}
