/*
 * What an audit reads, without a server:
 *
 *     page_probe page FILE           as an answer of type text/html
 *     page_probe robots FILE PATHS   PATHS: a file with the path that is asked for
 */
#include "base/file.h"
#include "base/str.h"
#include "web/document.h"
#include "web/robots.h"
#include <fcntl.h>
#include <outfeed/arena.h>
#include <stdio.h>
#include <stdlib.h>

#define MOST ((size_t)16 << 20)

static void read_file(struct of_buf *out, const char *path)
{
	struct of_err err = {0};

	if (of_file_read(out, AT_FDCWD, path, MOST, NULL, &err) != OF_OK) {
		fprintf(stderr, "page_probe: %s: %s\n", path, err.message);
		exit(2);
	}
}

static bool probe_page(struct of_arena *arena, struct of_str bytes)
{
	const struct of_document document = {
		.url = STR("https://example.org/a/b"), .type = STR("text/html"), .body = bytes};
	const struct of_page *page = of_document_read(arena, &document);

	if (page != NULL)
		printf("title of %zu bytes, text of %zu, %zu feeds\n", page->title.len,
			page->text.len, page->n_feeds);
	return page != NULL;
}

static bool probe_robots(struct of_arena *arena, struct of_str bytes, struct of_str path)
{
	const struct of_robots_rules *rules = of_robots_parse(arena, bytes, STR("outfeed"));

	if (rules != NULL)
		printf("%s, delay %lld ms\n", of_robots_allows(rules, path) ? "allowed" : "not",
			(long long)of_robots_delay(rules));
	return rules != NULL;
}

int main(int argc, char **argv)
{
	struct of_arena *arena = of_arena_new();
	struct of_buf bytes = {0}, path = {0};
	bool good = false;

	if (arena == NULL || argc < 3)
		return 2;
	read_file(&bytes, argv[2]);
	if (strcmp(argv[1], "page") == 0) {
		good = probe_page(arena, of_buf_str(&bytes));
	} else if (argc > 3) {
		read_file(&path, argv[3]);
		good = probe_robots(arena, of_buf_str(&bytes), of_buf_str(&path));
	}
	of_buf_finish(&bytes);
	of_buf_finish(&path);
	of_arena_free(arena);
	return good ? 0 : 1;
}
