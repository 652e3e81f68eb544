/* What an item points at besides its source: maps with label/title and permalink/url. */
#include "item/parts.h"

#include "base/str.h"
#include "base/url.h"

static struct of_str first_text(const struct fields *fields, const struct of_yaml *map,
	struct of_str key, struct of_str other)
{
	struct of_str text = of_field_clean(fields, of_field_scalar(of_yaml_get(map, key)));

	return text.len > 0 ? text
			    : of_field_clean(fields, of_field_scalar(of_yaml_get(map, other)));
}

/* Absent unless it resolves to an http or https address. */
static struct of_str absolute(const struct fields *fields, struct of_str reference)
{
	struct of_str url = {NULL, 0};
	struct of_buf buf = {0};

	if (reference.len == 0)
		return url;
	of_url_resolve(&buf, fields->site->url, reference);
	if (of_url_is_http(of_buf_str(&buf)))
		url = of_arena_dup(fields->arena, of_buf_str(&buf));
	of_buf_finish(&buf);
	return url;
}

void of_item_related(struct of_item *item, const struct fields *fields)
{
	size_t cursor = 0;
	const struct of_yaml *value = of_field_next(fields, OF_FIELD_RELATED, &cursor);
	const struct of_yaml *const *items;
	struct of_related *related;
	size_t count;

	if (value == NULL)
		return;
	items = of_field_items(&value, &count);
	related = of_arena_take(fields->arena, count, sizeof(*related));
	if (related == NULL)
		return;
	item->related = related;
	for (size_t i = 0; i < count; i++) {
		struct of_related one = {.url = of_field_clean(fields, items[i])};

		if (items[i]->type == OF_YAML_MAP) {
			one.title = first_text(fields, items[i], STR("label"), STR("title"));
			one.url = first_text(fields, items[i], STR("permalink"), STR("url"));
		}
		one.url = absolute(fields, one.url);
		if (one.url.len > 0)
			related[item->n_related++] = one;
	}
}
