/* Reading the tree. */
#include "yaml/yaml.h"

#include "base/str.h"

static bool is_one_of(struct of_str text, const char *const words[], size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (of_str_equal_nocase(text, of_str_from(words[i])))
			return true;
	return false;
}

bool of_yaml_is_absent(const struct of_yaml *node)
{
	struct of_str text;

	if (node == NULL)
		return true;
	if (node->type != OF_YAML_SCALAR)
		return node->count == 0;
	text = of_str_trim(node->text);
	if (text.len == 0)
		return true;
	return node->plain && text.len <= 4 &&
	       (of_str_equal(text, STR("~")) || of_str_equal(text, STR("null")) ||
		       of_str_equal(text, STR("Null")) || of_str_equal(text, STR("NULL")));
}

/* Of a map with chains, a key's place gives the first pair there, and a pair the next. */
static inline const struct of_yaml *get_chained(
	const struct of_yaml *map, struct of_str key, unsigned place)
{
	for (unsigned i = map->chains[place]; i != 0; i = map->chains[OF_YAML_PLACES + i - 1])
		if (of_str_equal(map->pairs[i - 1].key, key))
			return map->pairs[i - 1].value;
	return NULL;
}

static inline const struct of_yaml *get_own(const struct of_yaml *map, struct of_str key)
{
	unsigned place = of_yaml_key_place(key);

	if ((map->keys >> place & 1) == 0)
		return NULL;
	if (map->chains != NULL)
		return get_chained(map, key, place);
	for (size_t i = 0; i < map->count; i++)
		if (of_str_equal(map->pairs[i].key, key))
			return map->pairs[i].value;
	return NULL;
}

void of_yaml_chain(struct of_yaml *map, unsigned char *chains)
{
	map->keys = 0;
	for (size_t i = map->count; i > 0; i--) {
		unsigned place = of_yaml_key_place(map->pairs[i - 1].key);
		bool taken = (map->keys >> place & 1) != 0;

		chains[OF_YAML_PLACES + i - 1] = taken ? chains[place] : 0;
		chains[place] = (unsigned char)i;
		map->keys |= UINT64_C(1) << place;
	}
	map->chains = chains;
}

/* NOLINTNEXTLINE(misc-no-recursion): see of_yaml_get() */
static const struct of_yaml *get_merged(const struct of_yaml *map, struct of_str key)
{
	const struct of_yaml *found = NULL;
	const struct of_yaml *merged = get_own(map, STR("<<"));

	if (merged == NULL || merged->type != OF_YAML_LIST)
		return of_yaml_get(merged, key);
	for (size_t i = 0; i < merged->count && found == NULL; i++)
		found = of_yaml_get(merged->items[i], key);
	return found;
}

/* Recursion ends: a tree has no cycles and OF_LIMIT_NESTING levels at most. */
/* NOLINTNEXTLINE(misc-no-recursion) */
const struct of_yaml *of_yaml_get(const struct of_yaml *node, struct of_str key)
{
	const struct of_yaml *found;

	if (node == NULL || node->type != OF_YAML_MAP)
		return NULL;
	found = get_own(node, key);
	if (found == NULL && (node->keys & of_yaml_key_bit(STR("<<"))) != 0)
		found = get_merged(node, key);
	return found;
}

const struct of_yaml *of_yaml_at(const struct of_yaml *root, struct of_str path)
{
	const struct of_yaml *node = root;

	while (node != NULL && path.ptr != NULL)
		node = of_yaml_get(node, of_str_split(&path, '.'));
	return node;
}

bool of_yaml_is_true(const struct of_yaml *node)
{
	static const char *const words[] = {"true", "yes", "on"};

	return node != NULL && node->type == OF_YAML_SCALAR &&
	       is_one_of(of_str_trim(node->text), words, 3);
}

bool of_yaml_is_false(const struct of_yaml *node)
{
	static const char *const words[] = {"false", "no", "off"};

	return node != NULL && node->type == OF_YAML_SCALAR &&
	       is_one_of(of_str_trim(node->text), words, 3);
}
