/*
 * Links that moved: the first line is where they are now, the rest an item. Of
 * the front matter no scalar but those changed is another, whoever reads it;
 * the diff of it makes that very file; and a value written alone is read back.
 */
#include "fuzz.h"

#include "audit/mend.h"
#include "audit/scalar.h"
#include "base/unicode.h"
#include "base/url.h"
#include "item/front.h"
#include "patch_checker.h"
#include "yaml/yaml.h"

static const struct of_yaml_limits limits = {OF_LIMIT_NESTING, OF_LIMIT_NODES, 1, NULL, 0};

/* -- A value alone */

static void check_style(struct of_str text, enum of_scalar_style style)
{
	static struct of_buf out;
	const struct of_yaml *root = NULL, *value;
	const struct of_reporter reporter = {NULL, NULL, "x.md"};
	struct of_arena *arena = fuzz_arena();

	of_buf_clear(&out);
	of_buf_add_text(&out, style == OF_SCALAR_BLOCK ? "key: |-\n  " : "key: ");
	if (!of_scalar_add(&out, style, text))
		return;
	of_buf_add_byte(&out, '\n');
	if (of_yaml_parse(&root, arena, of_buf_str(&out), &limits, &reporter, NULL) != OF_OK)
		fuzz_fail("no YAML: %.*s", (int)out.len, out.ptr);
	value = of_yaml_get(root, STR("key"));
	fuzz_require(value != NULL && value->type == OF_YAML_SCALAR, "no scalar");
	fuzz_require_equal(value->text, text, "a value is read back otherwise");
}

/* Of the characters that YAML 1.1 has (section 5.1), and no blanks at its ends. */
static bool is_printable(struct of_str text)
{
	for (size_t i = 0; i < text.len;) {
		uint32_t c = of_unicode_next(text, &i);

		if (c < ' ' || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029 ||
			c == 0xfeff)
			return false;
	}
	return of_unicode_is_clean(text) && of_str_trim(text).len == text.len;
}

/* -- An item */

struct counts {
	size_t scalars, changed;
};

/* Two trees of one shape; counts the scalars that differ. */
static void compare(struct counts *counts, const struct of_yaml *a, const struct of_yaml *b)
{
	fuzz_require(a->type == b->type && a->count == b->count, "the YAML has another shape");
	counts->scalars++;
	if (a->type == OF_YAML_SCALAR) {
		counts->changed += !of_str_equal(a->text, b->text);
		return;
	}
	for (size_t i = 0; i < a->count && counts->scalars < 2000; i++) {
		/* an alias may be a key, too */
		if (a->type == OF_YAML_MAP)
			counts->changed += !of_str_equal(a->pairs[i].key, b->pairs[i].key);
		if (a->type == OF_YAML_MAP)
			compare(counts, a->pairs[i].value, b->pairs[i].value);
		else
			compare(counts, a->items[i], b->items[i]);
	}
}

static const struct of_yaml *read_front(struct of_str bytes, struct of_arena *arena)
{
	const struct of_reporter reporter = {NULL, NULL, "x.md"};
	const struct of_yaml *root = NULL;
	struct of_buf clean = {0};
	struct of_str yaml;
	enum of_reason reason;
	struct front front;

	fuzz_require(of_front_split(&front, &reason, bytes, NULL) == OF_OK, "no front matter");
	/* as items are read */
	of_unicode_clean(&clean, front.yaml, NULL);
	yaml = of_arena_keep(arena, &clean);
	of_buf_finish(&clean);
	fuzz_require(of_yaml_parse(&root, arena, yaml, &limits, &reporter, NULL) == OF_OK,
		"what was mended is no YAML");
	return root;
}

/* By an alias, a change shows in more than one place. */
static bool has_alias(struct of_str bytes)
{
	return of_str_find_byte(bytes, '*') != OF_NPOS;
}

static void check_changes(const struct of_mending *mending, struct of_str bytes)
{
	static struct of_buf after, diff, patched;
	struct of_arena *arena = fuzz_arena();
	struct counts counts = {0};
	size_t at = 0;

	of_buf_clear(&after);
	for (size_t i = 0; i < mending->n_changes; i++) {
		const struct of_change *change = &mending->changes[i];

		fuzz_require(change->from >= at && change->to >= change->from &&
				     change->to <= bytes.len,
			"changes are not in their order");
		of_buf_add_str(&after, of_str_slice(bytes, at, change->from));
		of_buf_add_str(&after, change->text);
		at = change->to;
	}
	of_buf_add_str(&after, of_str_from_offset(bytes, at));
	compare(&counts, read_front(bytes, arena), read_front(of_buf_str(&after), arena));
	fuzz_require(counts.changed >= mending->n_changes, "a change that changes nothing");
	fuzz_require(counts.changed <= mending->n_changes || has_alias(bytes),
		"more was changed than there are changes");
	of_buf_clear(&diff);
	fuzz_require(of_diff_add(&diff, STR("content/x.md"), bytes, mending->changes,
			     mending->n_changes, NULL) == OF_OK,
		"memory for a diff");
	of_buf_clear(&patched);
	patch_apply(&patched, of_buf_str(&diff), bytes);
	fuzz_require_equal(of_buf_str(&patched), of_buf_str(&after), "the diff differs");
}

static struct of_str find(struct of_str name, const void *payload)
{
	const struct of_str *moved = payload;

	/* two of three links moved */
	return of_str_hash(name) % 3 == 0 ? (struct of_str){0} : *moved;
}

static const struct of_site *the_site(void)
{
	static struct of_site *site;

	if (site == NULL && of_site_parse(&site, "/nowhere/outfeed.yaml",
				    STR("site: {title: T, url: 'https://ex.org/'}\n"), NULL,
				    NULL, NULL) != OF_OK)
		fuzz_fail("no site");
	return site;
}

static void check_item(struct of_str moved, struct of_str bytes)
{
	const struct of_reporter reporter = {NULL, NULL, "content/x.md"};
	struct of_mending mending = {.site = the_site(),
		.path = STR("content/x.md"),
		.reporter = &reporter,
		.find = find,
		.payload = &moved};
	struct of_err err = {0};

	if (of_mend(&mending, bytes, &err) == OF_OK && mending.n_changes > 0)
		check_changes(&mending, bytes);
	of_mending_finish(&mending);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct of_buf moved;
	struct fuzz_input input = fuzz_input(data, size);
	struct of_str line = fuzz_take_line(&input);

	if (is_printable(line))
		for (unsigned style = OF_SCALAR_PLAIN; style <= OF_SCALAR_BLOCK; style++)
			check_style(line, (enum of_scalar_style)style);
	/* as the audit has them: resolved */
	of_buf_clear(&moved);
	of_url_resolve(&moved, STR("https://new.example/"), line);
	if (of_url_is_http(of_buf_str(&moved)))
		check_item(of_buf_str(&moved), input.rest);
	return 0;
}
