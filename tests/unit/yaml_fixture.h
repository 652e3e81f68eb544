/*
 * YAML parsed for a test, and a tree told in one line. Included after cmocka.h.
 */
#ifndef YAML_FIXTURE_H
#define YAML_FIXTURE_H

#include "base/err.h"
#include "base/str.h"
#include "yaml/full.h"
#include <outfeed/buf.h>
#include <outfeed/item.h>
#include <stdio.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const struct of_yaml_limits usual = {OF_LIMIT_NESTING, OF_LIMIT_NODES, 1, NULL, 0};

struct fixture {
	struct of_arena *arena;
	struct of_buf dump;
	struct of_err err;
	unsigned warnings, warned_line, warned_column;
};

static inline void on_diag(const struct of_diag *diag, void *payload)
{
	struct fixture *f = payload;

	f->warnings++;
	f->warned_line = diag->line;
	f->warned_column = diag->column;
}

static inline int set_up(void **state)
{
	static struct fixture fixture;

	fixture = (struct fixture){.arena = of_arena_new()};
	*state = &fixture;
	return fixture.arena == NULL;
}

static inline int tear_down(void **state)
{
	struct fixture *f = *state;

	of_arena_free(f->arena);
	of_buf_finish(&f->dump);
	return 0;
}

static inline enum of_status parse_within(struct fixture *f, const struct of_yaml **root,
	const char *text, const struct of_yaml_limits *limits)
{
	const struct of_reporter reporter = {on_diag, f, "test.yaml"};

	return of_yaml_parse(root, f->arena, of_str_from(text), limits, &reporter, &f->err);
}

static inline const struct of_yaml *parse(struct fixture *f, const char *text)
{
	const struct of_yaml *root = NULL;

	assert_int_equal(parse_within(f, &root, text, &usual), OF_OK);
	return root;
}

static inline const struct of_yaml *read_plain(struct fixture *f, const char *text)
{
	const struct of_yaml *root = NULL;

	return of_yaml_parse_short(&root, f->arena, of_str_from(text), &usual) ? root : NULL;
}

static inline const struct of_yaml *read_full(struct fixture *f, const char *text)
{
	const struct of_reporter reporter = {on_diag, f, "test.yaml"};
	const struct of_yaml *root = NULL;

	assert_int_equal(of_yaml_read_full(&root, f->arena, of_str_from(text), &usual,
				 &reporter, &f->err),
		OF_OK);
	return root;
}

static inline void add_text(struct of_buf *out, struct of_str text, bool plain)
{
	of_buf_add_text(out, plain ? "" : "'");
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '\n')
			of_buf_add_text(out, "\\n");
		else
			of_buf_add_byte(out, text.ptr[i]);
	}
	of_buf_add_text(out, plain ? "" : "'");
}

static inline void add_place(struct of_buf *out, unsigned line, unsigned column)
{
	of_buf_add_byte(out, '@');
	of_buf_add_uint(out, line);
	of_buf_add_byte(out, '.');
	of_buf_add_uint(out, column);
}

/* Plain scalars bare, others in quotes; {} and [] around the rest. */
static inline void add_node(struct of_buf *out, const struct of_yaml *node, bool places)
{
	if (node->type == OF_YAML_SCALAR)
		add_text(out, node->text, node->plain);
	else
		of_buf_add_byte(out, node->type == OF_YAML_MAP ? '{' : '[');
	for (size_t i = 0; node->type != OF_YAML_SCALAR && i < node->count; i++) {
		of_buf_add_text(out, i > 0 ? "," : "");
		if (node->type == OF_YAML_MAP) {
			add_text(out, node->pairs[i].key, true);
			if (places)
				add_place(out, node->pairs[i].line, node->pairs[i].column);
			of_buf_add_byte(out, ':');
		}
		add_node(out, node->type == OF_YAML_MAP ? node->pairs[i].value : node->items[i],
			places);
	}
	if (node->type != OF_YAML_SCALAR)
		of_buf_add_byte(out, node->type == OF_YAML_MAP ? '}' : ']');
	if (places)
		add_place(out, node->line, node->column);
}

static inline const char *dump(struct fixture *f, const struct of_yaml *node, bool places)
{
	of_buf_clear(&f->dump);
	if (node == NULL)
		of_buf_add_text(&f->dump, "nothing");
	else
		add_node(&f->dump, node, places);
	of_buf_add_byte(&f->dump, '\0');
	assert_int_equal(of_buf_status(&f->dump, NULL), OF_OK);
	return f->dump.ptr;
}

struct row {
	const char *text, *tree;
};

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

#endif
