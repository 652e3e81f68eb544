/* Values below `audit:` that may stand in the environment: headers, the store. */
#include "site/audit_values.h"

#include <outfeed/audit.h>
#include <outfeed/buf.h>

#include "base/err.h"
#include "base/str.h"
#include <stdlib.h>

struct of_str of_read_lowered(struct loader *loader, struct of_str text)
{
	struct of_buf buf = {0};
	struct of_str kept;

	for (size_t i = 0; i < text.len; i++)
		of_buf_add_byte(&buf, of_byte_lower(text.ptr[i]));
	kept = of_arena_keep(loader->site->arena, &buf);
	of_buf_finish(&buf);
	return kept;
}

/* -- Variables: ${NAME} */

/* As it stands, or as what a URL may hold of any text. */
static void add_value(struct of_buf *out, const char *value, bool for_url)
{
	for (; *value != '\0'; value++) {
		char c = *value;

		if (!for_url || of_byte_is_alpha(c) || of_byte_is_digit(c) ||
			strchr("-._~", c) != NULL)
			of_buf_add_byte(out, c);
		else
			of_buf_add_format(out, "%%%02X", (unsigned char)c);
	}
}

/* What stands for a variable, from behind its "${"; its end in *rest. */
static enum of_status add_variable(struct of_buf *out, struct of_str *rest, bool for_url,
	struct loader *loader, const struct of_yaml *node)
{
	size_t end = of_str_find_byte(*rest, '}');
	struct of_buf name = {0};
	const char *value = NULL;
	enum of_status status = OF_OK;

	if (end == OF_NPOS)
		return of_settings_fail(loader, node, "a '${' without its '}'");
	of_buf_add_str(&name, of_str_slice(*rest, 0, end));
	if (name.status == OF_OK && name.len > 0)
		value = getenv(name.ptr);
	if (value != NULL)
		add_value(out, value, for_url);
	else
		status = of_settings_fail(loader, node,
			"the environment has no variable of the name '%.60s': set it, or take "
			"the %s out",
			name.len > 0 ? name.ptr : "", for_url ? "store" : "header");
	*rest = of_str_from_offset(*rest, end + 1);
	of_buf_finish(&name);
	return status;
}

/* Of a URL, a variable that is the whole of its beginning is one itself, and stays it. */
static enum of_status read_variables(struct loader *loader, const struct of_yaml *node,
	bool is_url, const char *what, struct of_str *value)
{
	struct of_str rest = of_str_trim(node->text);
	struct of_buf out = {0};
	enum of_status status = OF_OK;
	size_t at;

	while (status == OF_OK && (at = of_str_find(rest, STR("${"))) != OF_NPOS) {
		of_buf_add_str(&out, of_str_slice(rest, 0, at));
		rest = of_str_from_offset(rest, at + 2);
		status = add_variable(&out, &rest, is_url && out.len > 0, loader, node);
	}
	of_buf_add_str(&out, rest);
	for (size_t i = 0; i < out.len && status == OF_OK; i++)
		if ((unsigned char)out.ptr[i] < ' ' || out.ptr[i] == 0x7f)
			status = of_settings_fail(
				loader, node, "%s may hold no control character", what);
	if (status == OF_OK)
		*value = of_arena_keep(loader->site->arena, &out);
	of_buf_finish(&out);
	return status;
}

/* -- store: postgresql://${USER}:${PASSWORD}@host/database */

/* It may hold a password: no message repeats it. */
enum of_status of_read_store(struct loader *loader, const struct setting *setting,
	const struct of_yaml *value, void *target)
{
	struct of_str *store = target;
	enum of_status status = OF_OK;

	if (value->type == OF_YAML_SCALAR)
		status = read_variables(loader, value, true, "a store", store);
	if (status != OF_OK)
		return status;
	if (value->type == OF_YAML_SCALAR &&
		(of_str_equal(*store, STR("sqlite")) ||
			of_str_starts(*store, STR("postgresql://")) ||
			of_str_starts(*store, STR("postgres://"))))
		return OF_OK;
	return of_settings_fail(loader, value,
		"'%s' must be sqlite, or postgresql://user@host/database", setting->name);
}

/* -- headers: PATTERN: {Authorization: "Bearer ${TOKEN}"} */

static bool is_token(struct of_str name)
{
	for (size_t i = 0; i < name.len; i++)
		if (!of_byte_is_alpha(name.ptr[i]) && !of_byte_is_digit(name.ptr[i]) &&
			name.ptr[i] != '-' && name.ptr[i] != '_')
			return false;
	return name.len > 0;
}

static enum of_status read_header(struct loader *loader, struct of_str pattern,
	const struct of_yaml_pair *pair, struct of_host_header *header)
{
	if (!is_token(pair->key) || pair->value->type != OF_YAML_SCALAR)
		return of_settings_fail(loader, pair->value,
			"a header needs a name and a text, such as "
			"Authorization: \"Bearer ${TOKEN}\"");
	header->pattern = of_read_lowered(loader, pattern);
	header->name = pair->key;
	return read_variables(loader, pair->value, false, "a header's value", &header->value);
}

enum of_status of_read_headers(struct loader *loader, const struct setting *setting,
	const struct of_yaml *value, void *target)
{
	struct of_audit_settings *audit = target;
	struct of_host_header *headers;
	enum of_status status = OF_OK;
	size_t count = 0;

	for (size_t i = 0; value->type == OF_YAML_MAP && i < value->count; i++)
		count += value->pairs[i].value->type == OF_YAML_MAP
				 ? value->pairs[i].value->count
				 : 0;
	if (value->type != OF_YAML_MAP)
		return of_settings_fail(loader, value,
			"'%s' must be a mapping of host patterns to headers", setting->name);
	headers = of_arena_take(loader->site->arena, count + 1, sizeof(*headers));
	if (headers == NULL)
		return of_err_set_nomem(loader->err);
	for (size_t i = 0; i < value->count; i++) {
		const struct of_yaml *of_host = value->pairs[i].value;

		if (of_host->type != OF_YAML_MAP)
			return of_settings_fail(loader, of_host,
				"'%s' must be a mapping of host patterns to headers",
				setting->name);
		for (size_t j = 0; j < of_host->count && status == OF_OK; j++)
			status = read_header(loader, value->pairs[i].key, &of_host->pairs[j],
				&headers[audit->n_headers++]);
	}
	audit->headers = headers;
	return status;
}
