/* Who wrote an item: texts, or maps with name, url, email. */
#include "item/parts.h"

#include "base/str.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static const struct of_str keys[] = {STR_INIT("name"), STR_INIT("email"), STR_INIT("url")};

static struct of_person person_from_map(const struct fields *fields, const struct of_yaml *map)
{
	const struct of_str no_base = {NULL, 0};
	struct of_person person = {.name = of_field_text_at(fields, map, &keys[0], 1),
		.email = of_field_text_at(fields, map, &keys[1], 1),
		.url = of_field_address(
			fields, no_base, of_field_text_at(fields, map, &keys[2], 1))};

	if (!of_str_is_email(person.email))
		person.email = (struct of_str){NULL, 0};
	if (person.name.len == 0)
		person.name = person.email;
	return person;
}

/* Without a name where the node names nobody; that is a warning unless it is blank. */
static struct of_person read_person(const struct fields *fields, const struct of_yaml *node)
{
	struct of_person person = {.name = of_field_clean(fields, node)};

	if (of_yaml_is_absent(node))
		return person;
	if (node->type == OF_YAML_LIST)
		of_field_warn_value(fields, OF_FIELD_AUTHORS, node);
	if (node->type != OF_YAML_MAP)
		return person;
	person = person_from_map(fields, node);
	if (person.name.len == 0 && !of_field_is_left_blank(node, keys, COUNT(keys)))
		of_report_warning(fields->reporter, node->line, node->column,
			"this author has no name and no email, and is passed over: give a "
			"name");
	return person;
}

/* Those of one value, at the beginning of item's. */
static const struct of_yaml *const *read_people(
	struct of_item *item, const struct fields *fields, const struct of_yaml *value)
{
	size_t count;
	const struct of_yaml *const *items = of_field_items(&value, &count);
	struct of_person *authors = of_arena_take(fields->arena, count, sizeof(*authors));
	const struct of_yaml **nodes = of_arena_take(fields->arena, count, sizeof(*nodes));

	for (size_t i = 0; i < count && authors != NULL && nodes != NULL; i++) {
		authors[item->n_authors] = read_person(fields, items[i]);
		nodes[item->n_authors] = items[i];
		item->n_authors += authors[item->n_authors].name.len > 0;
	}
	item->authors = authors;
	return (const struct of_yaml *const *)nodes;
}

const struct of_yaml *const *of_item_authors(struct of_item *item, const struct fields *fields)
{
	struct of_field_walk walk = {0};
	const struct of_yaml *const *nodes = NULL;
	const struct of_yaml *value;

	while (item->n_authors == 0 &&
		(value = of_field_next(fields, OF_FIELD_AUTHORS, &walk)) != NULL)
		nodes = read_people(item, fields, value);
	return nodes;
}
