/* Who wrote an item: texts, or maps with name, url, email. */
#include "item/parts.h"

#include "base/str.h"
#include "base/url.h"

static struct of_str text_at(
	const struct fields *fields, const struct of_yaml *map, struct of_str key)
{
	return of_field_clean(fields, of_field_scalar(of_yaml_get(map, key)));
}

static struct of_person person_from_map(const struct fields *fields, const struct of_yaml *map)
{
	struct of_person person = {text_at(fields, map, STR("name")),
		text_at(fields, map, STR("url")), text_at(fields, map, STR("email"))};

	if (!of_url_is_http(person.url))
		person.url = (struct of_str){NULL, 0};
	if (of_str_find_byte(person.email, '@') == OF_NPOS ||
		of_str_find_byte(person.email, ' ') != OF_NPOS)
		person.email = (struct of_str){NULL, 0};
	if (person.name.len == 0)
		person.name = person.email;
	return person;
}

void of_item_authors(struct of_item *item, const struct fields *fields)
{
	size_t cursor = 0;
	const struct of_yaml *value = of_field_next(fields, OF_FIELD_AUTHORS, &cursor);
	const struct of_yaml *const *items;
	struct of_person *authors;
	size_t count;

	if (value == NULL)
		return;
	items = of_field_items(&value, &count);
	authors = of_arena_take(fields->arena, count, sizeof(*authors));
	if (authors == NULL)
		return;
	item->authors = authors;
	for (size_t i = 0; i < count; i++) {
		struct of_person person = {.name = of_field_clean(fields, items[i])};

		if (items[i]->type == OF_YAML_MAP)
			person = person_from_map(fields, items[i]);
		if (person.name.len > 0)
			authors[item->n_authors++] = person;
	}
}
