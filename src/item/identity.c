/*
 * Which string an item is known by, for ever (SPEC section 3, Identity; RFC
 * 4151 for tag URIs).
 */
#include "item/parts.h"

#include "base/err.h"
#include "base/path.h"
#include "base/str.h"
#include "base/time.h"
#include "base/url.h"

/* No byte decides where to go on: half of a UUID's digits are letters, at random. */
static bool is_uuid(struct of_str text)
{
	static const char shape[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
	bool good = true;

	/* the dashes first: hardly any other text has them there */
	if (text.len != sizeof(shape) - 1 || text.ptr[8] != '-' || text.ptr[13] != '-' ||
		text.ptr[18] != '-' || text.ptr[23] != '-')
		return false;
	for (size_t i = 0; i < text.len; i++)
		good &= of_byte_is_hex(text.ptr[i]) | (shape[i] == '-');
	return good;
}

/* An IRI (RFC 3987) as far as its scheme and its characters go. */
static bool is_iri(struct of_str text)
{
	static const bool never[256] = {['<'] = true,
		['>'] = true,
		['"'] = true,
		['\\'] = true,
		['^'] = true,
		['`'] = true,
		['{'] = true,
		['|'] = true,
		['}'] = true};

	for (size_t i = 0; i < text.len; i++)
		if (never[(unsigned char)text.ptr[i]])
			return false;
	return of_url_is_absolute(text);
}

/* What an item may be known by, and what the value that it comes from is taken for. */
struct key {
	struct of_str text; /* absent when there is none */
	enum of_path_use use;
	unsigned line; /* 1 where no line says it */
	bool uuid;
};

static struct of_str read_value(const struct fields *fields, const struct of_yaml *node)
{
	const struct of_yaml *first = of_field_first(node);

	if (first != NULL && first->type != OF_YAML_SCALAR)
		of_field_warn_value(fields, OF_FIELD_ID, first);
	return of_field_clean(fields, first);
}

static struct key read_key(
	const struct of_item *item, const struct fields *fields, const struct of_field_path *at)
{
	const struct of_yaml *node =
		at->use != OF_PATH_STEM ? of_yaml_at(fields->root, at->path) : NULL;
	struct key key = {{NULL, 0}, at->use, node != NULL ? node->line : 1, false};

	if (at->use == OF_PATH_STEM)
		key.text = of_path_stem(fields->path);
	else if (at->use == OF_PATH_SLUG)
		key.text = item->slug;
	else if (at->use == OF_PATH_FILE_NAME)
		key.text = of_path_stem(read_value(fields, node));
	else
		key.text = read_value(fields, node);
	key.uuid = is_uuid(key.text);
	if (!key.uuid && (at->use == OF_PATH_STEM || at->use == OF_PATH_FILE_NAME))
		key.text = (struct of_str){NULL, 0};
	return key;
}

static void add_lower(struct of_buf *out, struct of_str text)
{
	if (!of_buf_reserve(out, text.len))
		return;
	for (size_t i = 0; i < text.len; i++)
		out->ptr[out->len++] = of_byte_lower(text.ptr[i]);
	out->ptr[out->len] = '\0';
}

/*
 * A slug is no IRI, whatever it looks like. The day in a tag URI is that of the
 * item's date as it is written, so that a change of site.timezone changes no id.
 */
static void add_id(struct of_buf *out, const struct of_item *item, const struct fields *fields,
	const struct key *key)
{
	if (key->uuid) {
		of_buf_add_text(out, "urn:uuid:");
		add_lower(out, key->text);
	} else if (key->use != OF_PATH_SLUG && is_iri(key->text)) {
		of_buf_add_str(out, key->text);
	} else {
		of_buf_add_text(out, "tag:");
		of_buf_add_str(out, fields->site->host);
		of_buf_add_byte(out, ',');
		of_time_add_date(out, of_item_day(item, fields));
		of_buf_add_byte(out, ':');
		of_url_add_segment(out, key->text);
	}
}

/* How strong a key ties; one at a path that the site chose is as a guid. */
static char letter_of(const struct key *key)
{
	if (key->use == OF_PATH_SLUG)
		return 's';
	if (key->use == OF_PATH_ID)
		return 'i';
	return key->uuid ? 'u' : 'g';
}

static void add_key(struct of_buf *keys, const struct key *key)
{
	const char head[] = {letter_of(key), ':'};

	of_buf_add(keys, head, sizeof(head));
	if (head[0] == 'u')
		add_lower(keys, key->text);
	else
		of_buf_add_str(keys, key->text);
	of_buf_add_byte(keys, '\0');
}

/* All keys go into keys; the first is what the id is made of, and the slug where there is none.
 */
static struct key gather_keys(
	struct of_buf *keys, const struct of_item *item, const struct fields *fields)
{
	struct key first = {{NULL, 0}, OF_PATH_SLUG, 1, false};
	struct of_field_path at;

	for (size_t i = 0; of_field_path_at(&at, fields->site, OF_FIELD_ID, i); i++) {
		struct key key = read_key(item, fields, &at);

		if (key.text.len == 0)
			continue;
		add_key(keys, &key);
		if (first.text.len == 0)
			first = key;
	}
	if (first.text.len == 0) {
		first.text = item->slug;
		first.uuid = is_uuid(first.text);
		add_key(keys, &first);
	}
	return first;
}

enum of_status of_item_identify(
	struct of_item *item, const struct fields *fields, struct of_err *err)
{
	struct of_buf *scratch = fields->scratch;
	struct key key = gather_keys(scratch, item, fields);
	enum of_status status = of_buf_status(scratch, err);

	item->keys = of_field_keep(fields);
	item->id_line = key.line;
	add_id(scratch, item, fields, &key);
	if (status == OF_OK)
		status = of_buf_status(scratch, err);
	item->id = of_field_keep(fields);
	return status;
}
