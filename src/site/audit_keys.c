/* The keys below `audit:` (AUDIT section 8). */
#include "site/audit_keys.h"

#include <outfeed/audit.h>

#include "base/address.h"
#include "base/err.h"
#include "base/str.h"
#include "base/url.h"
#include "site/audit_values.h"
#include <stddef.h>
#include <stdlib.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define AT(member) offsetof(struct of_audit_settings, member)
#define SECOND INT64_C(1000) /* ms */
#define DAY (INT64_C(86400) * SECOND)
#define CONCURRENCY_MOST 4096
#define DURATION_MOST (INT64_C(3660) * DAY)
#define BODY_MOST ((uint64_t)64 << 20)
#define ARCHIVE_URL "https://archive.org/wayback/available"

struct unit {
	struct of_str name;
	int64_t size;
};

static const struct unit duration_units[] = {
	{STR_INIT("ms"), 1},
	{STR_INIT("s"), SECOND},
	{STR_INIT("m"), 60 * SECOND},
	{STR_INIT("h"), 3600 * SECOND},
	{STR_INIT("d"), DAY},
};

static const struct unit size_units[] = {
	{STR_INIT("KiB"), 1 << 10},
	{STR_INIT("K"), 1 << 10},
	{STR_INIT("MiB"), 1 << 20},
	{STR_INIT("M"), 1 << 20},
	{STR_INIT("B"), 1},
	{STR_INIT(""), 1},
};

/* Digits and one of the units; false for anything else, and past most. */
static bool parse_amount(int64_t *amount, struct of_str text, const struct unit *units,
	size_t n_units, uint64_t most)
{
	size_t digits = 0;
	struct of_str unit;
	uint64_t number;

	while (digits < text.len && of_byte_is_digit(text.ptr[digits]))
		digits++;
	unit = of_str_trim(of_str_from_offset(text, digits));
	if (!of_str_to_uint(&number, of_str_slice(text, 0, digits)))
		return false;
	for (size_t i = 0; i < n_units; i++) {
		if (!of_str_equal(unit, units[i].name))
			continue;
		if (number > most / (uint64_t)units[i].size)
			return false;
		*amount = (int64_t)number * units[i].size;
		return true;
	}
	return false;
}

bool of_duration_parse(int64_t *ms, struct of_str text)
{
	if (of_str_equal(text, STR("0"))) {
		*ms = 0;
		return true;
	}
	return parse_amount(
		ms, text, duration_units, COUNT(duration_units), (uint64_t)DURATION_MOST);
}

static enum of_status read_duration(struct loader *loader, const struct setting *setting,
	const struct of_yaml *value, void *target)
{
	int64_t *ms = target;

	if (value->type != OF_YAML_SCALAR || !of_duration_parse(ms, of_str_trim(value->text)))
		return of_settings_fail(loader, value,
			"'%s' must be a time such as 500ms, 10s, 15m, 12h or 7d",
			setting->name);
	return OF_OK;
}

/* For what never ends at once, such as a timeout. */
static enum of_status read_some_duration(struct loader *loader, const struct setting *setting,
	const struct of_yaml *value, void *target)
{
	const int64_t *ms = target;
	enum of_status status = read_duration(loader, setting, value, target);

	if (status == OF_OK && *ms == 0)
		return of_settings_fail(
			loader, value, "'%s' must be more than 0", setting->name);
	return status;
}

/* A recheck time: days in the rules are seconds. */
static enum of_status read_days(struct loader *loader, const struct setting *setting,
	const struct of_yaml *value, void *target)
{
	int64_t *seconds = target;
	enum of_status status = read_some_duration(loader, setting, value, target);

	if (status == OF_OK)
		*seconds = *seconds < SECOND ? 1 : *seconds / SECOND;
	return status;
}

static enum of_status read_size(struct loader *loader, const struct setting *setting,
	const struct of_yaml *value, void *target)
{
	size_t *size = target;
	int64_t bytes = 0;

	if (value->type != OF_YAML_SCALAR ||
		!parse_amount(&bytes, of_str_trim(value->text), size_units, COUNT(size_units),
			BODY_MOST) ||
		bytes == 0)
		return of_settings_fail(loader, value,
			"'%s' must be a size of at most 64 MiB, such as 512KiB", setting->name);
	*size = (size_t)bytes;
	return OF_OK;
}

static enum of_status read_number(struct loader *loader, const struct setting *setting,
	const struct of_yaml *value, void *target)
{
	unsigned *number = target;
	uint64_t read = 0;
	bool zero_is_good = setting->offset == AT(retries);

	if (value->type != OF_YAML_SCALAR || !of_str_to_uint(&read, value->text) ||
		read > CONCURRENCY_MOST || (read == 0 && !zero_is_good))
		return of_settings_fail(loader, value, "'%s' must be a number from %d to %d",
			setting->name, zero_is_good ? 0 : 1, CONCURRENCY_MOST);
	*number = (unsigned)read;
	return OF_OK;
}

static const char *const kind_words[] = {"source", "image", "body", "related", NULL};

bool of_link_kinds_add(unsigned *kinds, struct of_str name)
{
	for (unsigned i = 0; kind_words[i] != NULL; i++)
		if (of_str_equal(name, of_str_from(kind_words[i]))) {
			*kinds |= 1U << i;
			if (1U << i == OF_LINK_KIND_BODY)
				*kinds |= OF_LINK_KIND_PICTURE;
			return true;
		}
	return false;
}

static enum of_status read_kinds(struct loader *loader, const struct setting *setting,
	const struct of_yaml *value, void *target)
{
	unsigned *kinds = target;
	struct texts names = {NULL, 0};
	enum of_status status = of_read_texts(loader, setting, value, &names);

	*kinds = 0;
	for (size_t i = 0; i < names.count && status == OF_OK; i++)
		if (!of_link_kinds_add(kinds, names.texts[i]))
			status = of_settings_fail(loader, of_settings_nth(value, i),
				"'%s' must be of source, image, body and related",
				setting->name);
	if (status == OF_OK && *kinds == 0)
		status = of_settings_fail(loader, value,
			"'%s' is empty: nothing would be checked", setting->name);
	return status;
}

static enum of_status read_proxy(struct loader *loader, const struct setting *setting,
	const struct of_yaml *value, void *target)
{
	static const char *const schemes[] = {
		"http://", "https://", "socks5://", "socks5h://", "socks4://", "socks4a://"};
	struct of_str *proxy = target;
	enum of_status status = of_read_text(loader, setting, value, target);

	if (status != OF_OK)
		return status;
	for (size_t i = 0; i < COUNT(schemes); i++)
		if (of_str_starts_nocase(*proxy, of_str_from(schemes[i])))
			return OF_OK;
	return of_settings_fail(loader, value,
		"'%s' must be an address such as http://proxy.example.org:3128 or "
		"socks5://127.0.0.1:1080",
		setting->name);
}

static enum of_status read_ranges(struct loader *loader, const struct setting *setting,
	const struct of_yaml *value, void *target)
{
	struct of_audit_settings *audit = target;
	struct texts names = {NULL, 0};
	enum of_status status = of_read_texts(loader, setting, value, &names);
	struct of_address_range *ranges;

	if (status != OF_OK)
		return status;
	ranges = of_arena_take(loader->site->arena, names.count + 1, sizeof(*ranges));
	if (ranges == NULL)
		return of_err_set_nomem(loader->err);
	for (size_t i = 0; i < names.count; i++)
		if (!of_address_parse_range(&ranges[i], names.texts[i]))
			return of_settings_fail(loader, of_settings_nth(value, i),
				"'%s' must be a list of addresses or ranges such as "
				"10.0.0.0/8 or fd00::/8",
				setting->name);
	audit->allow_addresses = ranges;
	audit->n_allow_addresses = names.count;
	return OF_OK;
}

static enum of_status read_urls(struct loader *loader, const struct setting *setting,
	const struct of_yaml *value, void *target)
{
	struct texts *urls = target;
	enum of_status status = of_read_texts(loader, setting, value, target);

	for (size_t i = 0; i < urls->count && status == OF_OK; i++)
		if (!of_url_is_http(urls->texts[i]))
			status = of_settings_fail(loader, of_settings_nth(value, i),
				"'%s' must be absolute http or https addresses", setting->name);
	return status;
}

/* -- hosts: PATTERN: {delay: 5s, per_host: 2} */

static const struct setting host_rows[] = {
	{.name = "delay",
		.read = read_duration,
		.offset = offsetof(struct of_host_rule, delay)},
	{.name = "per_host",
		.read = read_number,
		.offset = offsetof(struct of_host_rule, per_host)},
};
static const struct settings host_settings = {
	host_rows, COUNT(host_rows), "the keys are delay and per_host"};

static enum of_status read_hosts(struct loader *loader, const struct setting *setting,
	const struct of_yaml *value, void *target)
{
	struct of_audit_settings *audit = target;
	struct of_host_rule *rules;
	enum of_status status = OF_OK;

	if (value->type != OF_YAML_MAP)
		return of_settings_fail(loader, value,
			"'%s' must be a mapping of host patterns, such as "
			"\"*.example.org\": {delay: 5s}",
			setting->name);
	rules = of_arena_take(loader->site->arena, value->count + 1, sizeof(*rules));
	if (rules == NULL)
		return of_err_set_nomem(loader->err);
	for (size_t i = 0; i < value->count && status == OF_OK; i++) {
		rules[i].pattern = of_read_lowered(loader, value->pairs[i].key);
		rules[i].delay = -1;
		status = of_settings_read(loader, value->pairs[i].value, &host_settings,
			&rules[i], setting->name);
	}
	audit->hosts = rules;
	audit->n_hosts = value->count;
	return status;
}

/* -- recheck: {alive: 7d, suspect: 3d, blocked: 7d, dead: 30d, dead_later: 90d} */

#define RULE(member) offsetof(struct of_verdict_rules, member)

static const struct setting recheck_rows[] = {
	{.name = "alive", .read = read_days, .offset = RULE(recheck_alive_least)},
	{.name = "suspect", .read = read_days, .offset = RULE(recheck_suspect)},
	{.name = "blocked", .read = read_days, .offset = RULE(recheck_blocked)},
	{.name = "dead", .read = read_days, .offset = RULE(recheck_dead)},
	{.name = "dead_later", .read = read_days, .offset = RULE(recheck_dead_later)},
};
static const struct settings recheck_settings = {recheck_rows, COUNT(recheck_rows),
	"the keys are alive, suspect, blocked, dead and dead_later"};

/* Checks of what is alive are spread over as long again as the least. */
static enum of_status read_recheck(struct loader *loader, const struct setting *setting,
	const struct of_yaml *value, void *target)
{
	struct of_verdict_rules *rules = target;
	enum of_status status;

	if (value->type == OF_YAML_SCALAR)
		status = read_days(loader, setting, value, &rules->recheck_alive_least);
	else
		status = of_settings_read(
			loader, value, &recheck_settings, rules, setting->name);
	rules->recheck_alive_most = 2 * rules->recheck_alive_least;
	return status;
}

static const char *const method_words[] = {"get", "head", NULL};
static const char *const robots_words[] = {"delay", "obey", "ignore", NULL};
static const char *const metadata_words[] = {"keep", "fill", NULL};

static enum of_status read_metadata(struct loader *loader, const struct setting *setting,
	const struct of_yaml *value, void *target)
{
	bool *fill = target;
	unsigned word = 0;
	enum of_status status = of_read_word(loader, setting, value, &word);

	*fill = word == 1;
	return status;
}

_Static_assert(sizeof(enum of_audit_method) == sizeof(unsigned) &&
		       sizeof(enum of_robots) == sizeof(unsigned),
	"of_read_word() writes an enum as an unsigned int");

static const struct setting rows[] = {
	{.name = "include", .read = of_read_texts, .offset = AT(include)},
	{.name = "exclude", .read = of_read_texts, .offset = AT(exclude)},
	{.name = "only", .read = read_kinds, .offset = AT(only)},
	{.name = "method", .read = of_read_word, .offset = AT(method), .words = method_words},
	{.name = "concurrency", .read = read_number, .offset = AT(concurrency)},
	{.name = "per_host", .read = read_number, .offset = AT(per_host)},
	{.name = "delay", .read = read_duration, .offset = AT(delay)},
	{.name = "hosts", .read = read_hosts},
	{.name = "timeout", .read = read_some_duration, .offset = AT(timeout)},
	{.name = "connect_timeout", .read = read_some_duration, .offset = AT(connect_timeout)},
	{.name = "retries", .read = read_number, .offset = AT(retries)},
	{.name = "max_body", .read = read_size, .offset = AT(max_body)},
	{.name = "robots", .read = of_read_word, .offset = AT(robots), .words = robots_words},
	{.name = "contact", .read = of_read_line, .offset = AT(contact)},
	{.name = "user_agent", .read = of_read_line, .offset = AT(user_agent)},
	{.name = "headers", .read = of_read_headers},
	{.name = "proxy", .read = read_proxy, .offset = AT(proxy)},
	{.name = "allow_addresses", .read = read_ranges},
	{.name = "controls", .read = read_urls, .offset = AT(controls)},
	{.name = "recheck", .read = read_recheck, .offset = AT(rules)},
	{.name = "store", .read = of_read_store, .offset = AT(store)},
	{.name = "archive_url", .read = of_read_url, .offset = AT(archive_url)},
	{.name = "metadata",
		.read = read_metadata,
		.offset = AT(metadata_fill),
		.words = metadata_words},
	{.name = "nameservers", .read = of_read_texts, .offset = AT(nameservers)},
	{.name = "ca_file", .read = of_read_text, .offset = AT(ca_file)},
};
const struct settings of_audit_keys = {rows, COUNT(rows), "outfeed help audit lists the keys"};

void of_audit_settings_default(struct of_audit_settings *audit)
{
	*audit = (struct of_audit_settings){
		.only = OF_LINK_KINDS_ALL,
		.concurrency = 256,
		.per_host = 1,
		.delay = SECOND,
		.timeout = 30 * SECOND,
		.connect_timeout = 10 * SECOND,
		.retries = 2,
		.max_body = (size_t)512 << 10,
		.rules = of_verdict_rules_default,
		.archive_url = STR(ARCHIVE_URL),
	};
}
