/* What an item points at besides its source: maps with label/title and permalink/url. */
#include "item/parts.h"

#include "base/str.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static const struct of_str titles[] = {STR_INIT("label"), STR_INIT("title")};
static const struct of_str addresses[] = {STR_INIT("permalink"), STR_INIT("url")};

/* Without a url where the node points nowhere; that is a warning unless it is blank. */
static struct of_related read_one(const struct fields *fields, const struct of_yaml *node)
{
	struct of_str reference = of_field_clean(fields, node);
	struct of_related one = {{NULL, 0}, {NULL, 0}};

	if (of_yaml_is_absent(node) ||
		of_field_is_left_blank(node, addresses, COUNT(addresses)))
		return one;
	if (node->type == OF_YAML_LIST) {
		of_field_warn_value(fields, OF_FIELD_RELATED, node);
		return one;
	}
	if (node->type == OF_YAML_MAP) {
		one.title = of_field_text_at(fields, node, titles, COUNT(titles));
		reference = of_field_text_at(fields, node, addresses, COUNT(addresses));
	}
	one.url = of_field_address(fields, fields->site->url, reference);
	if (one.url.len == 0)
		of_report_warning(fields->reporter, node->line, node->column,
			"this related link has no http or https address, and is passed over: "
			"give a permalink");
	return one;
}

void of_item_related(struct of_item *item, const struct fields *fields)
{
	struct of_field_walk walk = {0};
	const struct of_yaml *value;

	while (item->n_related == 0 &&
		(value = of_field_next(fields, OF_FIELD_RELATED, &walk)) != NULL) {
		size_t count;
		const struct of_yaml *const *items = of_field_items(&value, &count);
		struct of_related *related =
			of_arena_take(fields->arena, count, sizeof(*related));

		for (size_t i = 0; i < count && related != NULL; i++) {
			related[item->n_related] = read_one(fields, items[i]);
			item->n_related += related[item->n_related].url.len > 0;
		}
		item->related = related;
	}
}
