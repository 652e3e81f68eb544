/*
 * Pages as text files. The head of a file says how the page was asked for and
 * answered, and what is to come of it; the page follows a line of four hyphens.
 * pages/README.md says more.
 */
#ifndef PAGE_FIXTURE_H
#define PAGE_FIXTURE_H

#include "base/file.h"
#include "base/str.h"
#include "base/time.h"
#include "web/document.h"
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>

#define PAGES "tests/unit/pages/"

struct page_case {
	char name[256];
	struct of_buf file, body;
	struct of_str asked, url, type, server, expected, signs;
	unsigned status;
	struct of_arena *arena;
	const struct of_page *page;
};

static unsigned fixture_hex(char c)
{
	return of_byte_is_digit(c) ? (unsigned)(c - '0')
				   : (unsigned)(of_byte_lower(c) - 'a' + 10);
}

/* The bytes with their \xHH decoded. */
static void fixture_decode(struct of_buf *out, struct of_str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.len - i >= 4 && text.ptr[i] == '\\' && text.ptr[i + 1] == 'x' &&
			of_byte_is_hex(text.ptr[i + 2]) && of_byte_is_hex(text.ptr[i + 3])) {
			of_buf_add_byte(out, (char)(fixture_hex(text.ptr[i + 2]) * 16 +
						     fixture_hex(text.ptr[i + 3])));
			i += 3;
		} else {
			of_buf_add_byte(out, text.ptr[i]);
		}
	}
}

static void fixture_set(struct page_case *page, struct of_str key, struct of_str value)
{
	uint64_t number = 0;

	if (of_str_equal(key, STR("asked")))
		page->asked = value;
	else if (of_str_equal(key, STR("url")))
		page->url = value;
	else if (of_str_equal(key, STR("type")))
		page->type = value;
	else if (of_str_equal(key, STR("server")))
		page->server = value;
	else if (of_str_equal(key, STR("signs")))
		page->signs = value;
	else if (of_str_equal(key, STR("status")) && of_str_to_uint(&number, value))
		page->status = (unsigned)number;
	else
		fail_msg("%s: %.*s is no key", page->name, (int)key.len, key.ptr);
}

static void page_case_open(struct page_case *page, const char *name)
{
	struct of_err err = {0};
	char path[512];
	struct of_str head;
	size_t end;

	*page = (struct page_case){.status = 200, .type = STR("text/html; charset=utf-8")};
	snprintf(page->name, sizeof(page->name), "%s", name);
	snprintf(path, sizeof(path), PAGES "%s", name);
	if (of_file_read(&page->file, AT_FDCWD, path, 1 << 20, NULL, &err) != OF_OK)
		fail_msg("%s: %s", path, err.message);
	end = of_str_find(of_buf_str(&page->file), STR("\n----\n"));
	if (end == OF_NPOS)
		fail_msg("%s has no line of hyphens", path);
	head = of_str_slice(of_buf_str(&page->file), 0, end);
	fixture_decode(&page->body, of_str_from_offset(of_buf_str(&page->file), end + 6));
	while (head.len > 0 && !of_str_starts(head, STR("\n"))) {
		struct of_str line = of_str_split(&head, '\n');
		size_t colon = of_str_find_byte(line, ':');

		fixture_set(page, of_str_slice(line, 0, colon),
			of_str_trim(of_str_from_offset(line, colon + 1)));
	}
	page->expected = of_str_trim(head);
	if (page->asked.len == 0)
		page->asked = page->url;
	page->arena = of_arena_new();
	page->page = of_document_read(page->arena,
		&(struct of_document){
			.url = page->url, .type = page->type, .body = of_buf_str(&page->body)});
	assert_non_null(page->page);
}

static void page_case_close(struct page_case *page)
{
	of_arena_free(page->arena);
	of_buf_finish(&page->file);
	of_buf_finish(&page->body);
}

/* Calls check for each file; how many there were. */
static size_t page_cases_each(void (*check)(struct page_case *page))
{
	struct dirent **names;
	int count = scandir(PAGES, &names, NULL, alphasort);
	size_t checked = 0;

	assert_true(count > 0);
	for (int i = 0; i < count; i++) {
		struct page_case page;

		if (of_str_ends(of_str_from(names[i]->d_name), STR(".page"))) {
			page_case_open(&page, names[i]->d_name);
			check(&page);
			page_case_close(&page);
			checked++;
		}
		free(names[i]);
	}
	free(names);
	return checked;
}

#endif
