#include "web/robots.h"

#include "base/str.h"
#include <outfeed/audit.h>

#define DELAY_MOST ((uint64_t)1000000000) /* seconds: more is a mistake, and would overflow */

/* Bytes looked through for one answer. Honest files need a few thousand; 500 KiB of wildcards
 * against a long path would take the best part of a second. */
#define SEARCH_MOST ((size_t)16 << 20)

/* In a pattern: any run of bytes. No path and no other pattern has it. */
#define ANY '\0'

/* Whose groups a rule stands in: bits. */
enum { OURS = 1 << 0, EVERYONES = 1 << 1 };

struct rule {
	struct rule *next;
	struct of_str pattern; /* in its form for comparison; the arena's */
	size_t octets;         /* of its percent-encoded form: how specific it is */
	unsigned groups;
	bool allow;
	bool to_end; /* ended with '$' */
};

struct of_robots_rules {
	struct rule *first;
	int64_t delay;
};

struct reader {
	struct of_arena *arena;
	struct of_str agent;
	struct rule *first, **last;
	int64_t delay_ours, delay_everyones;
	unsigned groups; /* that the lines being read belong to */
	unsigned seen;   /* groups of the whole file */
	bool in_rules;   /* the next User-agent line begins a group */
};

/* ---- The form in which paths are compared (RFC 9309 section 2.2.2) ---- */

static int hex_value(char c)
{
	if (of_byte_is_digit(c))
		return c - '0';
	c = of_byte_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool is_unreserved(char c)
{
	return of_byte_is_alpha(c) || of_byte_is_digit(c) ||
	       (c != '\0' && strchr("-._~", c) != NULL);
}

static bool is_reserved(char c)
{
	return c != '\0' && strchr(":/?#[]@!$&'()*+,;=", c) != NULL;
}

/*
 * Whether an octet that stands percent-encoded says the same as the octet
 * itself. Not so for what is reserved and could divide a path, nor for NUL and
 * '%', which have a meaning in the form itself. '*' and '$' do: encoded they
 * are how a pattern names them. In a query ':' and '/' divide nothing (the
 * second row of the section's table).
 */
static bool is_same_encoded(char octet, bool in_query)
{
	if (octet == '\0' || octet == '%')
		return false;
	if (octet == '*' || octet == '$' || (in_query && (octet == ':' || octet == '/')))
		return true;
	return !is_reserved(octet);
}

/*
 * Writes the form of text, at most as long as text, at out; gives its length.
 * Octets that need no encoding and those that do stand as themselves, so that
 * however they were written they are equal; what must stay encoded has
 * upper-case digits. *octets grows by the length of the percent-encoded form.
 */
static size_t write_form(char *out, struct of_str text, bool *in_query, size_t *octets)
{
	size_t len = 0;

	for (size_t i = 0; i < text.len; i++) {
		char octet = text.ptr[i];
		bool has_digits = octet == '%' && i + 2 < text.len;
		int high = has_digits ? hex_value(text.ptr[i + 1]) : -1;
		int low = has_digits ? hex_value(text.ptr[i + 2]) : -1;

		if (high >= 0 && low >= 0) {
			i += 2;
			octet = (char)(high << 4 | low);
			if (!is_same_encoded(octet, *in_query)) {
				out[len++] = '%';
				out[len++] = "0123456789ABCDEF"[high];
				out[len++] = "0123456789ABCDEF"[low];
				*octets += 3;
				continue;
			}
		} else if (octet == ANY) {
			octet = '\x01';
		}
		*in_query = *in_query || octet == '?';
		out[len++] = octet;
		*octets += is_unreserved(octet) || is_reserved(octet) ? 1 : 3;
	}
	return len;
}

/* ---- Reading ---- */

/* The pattern's form, ANY for each run of '*'. */
static void add_rule(struct reader *reader, struct of_str value, bool allow)
{
	struct rule *rule;
	bool in_query = false;
	char *form;
	size_t len = 0;

	if (value.len == 0 || reader->groups == 0)
		return;
	rule = of_arena_take(reader->arena, 1, sizeof(*rule));
	form = of_arena_take_raw(reader->arena, value.len);
	if (rule == NULL || form == NULL)
		return;
	rule->allow = allow;
	rule->groups = reader->groups;
	rule->octets = of_str_ends(value, STR("$")) ? 1 : 0;
	rule->to_end = rule->octets > 0;
	value.len -= rule->octets;
	while (value.ptr != NULL && value.len > 0) {
		size_t star = of_str_find_byte(value, '*');

		len += write_form(
			form + len, of_str_slice(value, 0, star), &in_query, &rule->octets);
		if (star == OF_NPOS)
			break;
		rule->octets++;
		if (len == 0 || form[len - 1] != ANY)
			form[len++] = ANY;
		value = of_str_from_offset(value, star + 1);
	}
	rule->pattern = (struct of_str){form, len};
	*reader->last = rule;
	reader->last = &rule->next;
}

/* The product token that a value begins with (RFC 9309 section 2.2.1). */
static struct of_str token_of(struct of_str value)
{
	size_t len = 0;

	while (len < value.len && (of_byte_is_alpha(value.ptr[len]) || value.ptr[len] == '-' ||
					  value.ptr[len] == '_'))
		len++;
	return of_str_slice(value, 0, len);
}

static void read_agent(struct reader *reader, struct of_str value)
{
	if (reader->in_rules)
		reader->groups = 0;
	reader->in_rules = false;
	if (of_str_equal(value, STR("*")))
		reader->groups |= EVERYONES;
	else if (value.len > 0 && of_str_equal_nocase(token_of(value), reader->agent))
		reader->groups |= OURS;
	reader->seen |= reader->groups;
}

static void read_allow(struct reader *reader, struct of_str value)
{
	reader->in_rules = true;
	add_rule(reader, value, true);
}

static void read_disallow(struct reader *reader, struct of_str value)
{
	reader->in_rules = true;
	add_rule(reader, value, false);
}

/* Seconds with a fraction as ms, rounded up; -1 when it is no such number. */
static int64_t parse_delay(struct of_str value)
{
	size_t dot = of_str_find_byte(value, '.');
	struct of_str fraction =
		of_str_from_offset(value, dot == OF_NPOS ? value.len : dot + 1);
	struct of_str whole = of_str_slice(value, 0, dot);
	uint64_t seconds = 0;
	int64_t ms = 0;
	bool more = false;

	if (whole.len + fraction.len == 0)
		return -1;
	for (size_t i = 0; i < whole.len; i++) {
		if (!of_byte_is_digit(whole.ptr[i]))
			return -1;
		seconds = seconds * 10 + (uint64_t)(whole.ptr[i] - '0');
		seconds = seconds < DELAY_MOST ? seconds : DELAY_MOST;
	}
	for (size_t i = 0; i < fraction.len || i < 3; i++) {
		char digit = i < fraction.len ? fraction.ptr[i] : '0';

		if (!of_byte_is_digit(digit))
			return -1;
		if (i < 3)
			ms = ms * 10 + (digit - '0');
		else
			more = more || digit != '0';
	}
	return (int64_t)seconds * 1000 + ms + more;
}

/* No rule of the RFC, but of a group all the same: it ends the lines that name
 * its agents. Of several the longest counts. */
static void read_delay(struct reader *reader, struct of_str value)
{
	int64_t delay = parse_delay(value);

	reader->in_rules = true;
	if ((reader->groups & OURS) != 0 && delay > reader->delay_ours)
		reader->delay_ours = delay;
	if ((reader->groups & EVERYONES) != 0 && delay > reader->delay_everyones)
		reader->delay_everyones = delay;
}

static const struct {
	struct of_str name;
	void (*read)(struct reader *reader, struct of_str value);
} keys[] = {
	{STR_INIT("user-agent"), read_agent},
	{STR_INIT("allow"), read_allow},
	{STR_INIT("disallow"), read_disallow},
	{STR_INIT("crawl-delay"), read_delay},
};

static void read_line(struct reader *reader, struct of_str line)
{
	struct of_str rest = of_str_slice(line, 0, of_str_find_byte(line, '#'));
	struct of_str key = of_str_trim(of_str_split(&rest, ':'));

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (of_str_equal_nocase(key, keys[i].name)) {
			keys[i].read(reader, of_str_trim(rest));
			return;
		}
}

/* The next line, which CR, LF or both end; those ends go with it. */
static struct of_str next_line(struct of_str *rest)
{
	size_t len = 0;
	struct of_str line;

	while (len < rest->len && rest->ptr[len] != '\n' && rest->ptr[len] != '\r')
		len++;
	line = of_str_slice(*rest, 0, len);
	*rest = of_str_from_offset(*rest, len + 1);
	return line;
}

/* What is read: without a BOM, and without the line that the limit cuts, whose
 * half could forbid more than the whole. */
static struct of_str trim_bytes(struct of_str bytes)
{
	if (bytes.len > OF_ROBOTS_LIMIT) {
		bytes.len = OF_ROBOTS_LIMIT;
		while (bytes.len > 0 && bytes.ptr[bytes.len - 1] != '\n' &&
			bytes.ptr[bytes.len - 1] != '\r')
			bytes.len--;
	}
	return of_str_from_offset(bytes, of_str_starts(bytes, STR("\xef\xbb\xbf")) ? 3 : 0);
}

/* Only the rules of some groups, in their order. */
static struct rule *pick(struct rule *rules, unsigned groups)
{
	struct rule *first = NULL;
	struct rule **last = &first;

	for (; rules != NULL; rules = rules->next)
		if ((rules->groups & groups) != 0) {
			*last = rules;
			last = &rules->next;
		}
	*last = NULL;
	return first;
}

const struct of_robots_rules *of_robots_parse(
	struct of_arena *arena, struct of_str bytes, struct of_str agent)
{
	struct of_robots_rules *rules = of_arena_take(arena, 1, sizeof(*rules));
	struct reader reader = {
		.arena = arena, .agent = agent, .delay_ours = -1, .delay_everyones = -1};
	struct of_str rest = trim_bytes(bytes);
	bool ours;

	reader.last = &reader.first;
	while (rest.len > 0)
		read_line(&reader, next_line(&rest));
	if (rules == NULL || of_arena_status(arena, NULL) != OF_OK)
		return NULL;
	ours = (reader.seen & OURS) != 0;
	rules->first = pick(reader.first, ours ? OURS : EVERYONES);
	rules->delay = ours ? reader.delay_ours : reader.delay_everyones;
	return rules;
}

/* ---- Matching ---- */

/*
 * Takes the parts between ANY in their order, each at its first place: where
 * any way to match exists, that is one, so that nothing is tried twice.
 * *searched grows by the bytes that were looked through.
 */
static bool matches(const struct rule *rule, struct of_str path, size_t *searched)
{
	struct of_str rest = rule->pattern;
	struct of_str part = of_str_split(&rest, ANY);

	if (!of_str_starts(path, part))
		return false;
	path = of_str_from_offset(path, part.len);
	if (rest.ptr == NULL)
		return !rule->to_end || path.len == 0;
	for (;;) {
		size_t at;

		part = of_str_split(&rest, ANY);
		if (rest.ptr == NULL && rule->to_end)
			return of_str_ends(path, part);
		at = of_str_find(path, part);
		*searched += at != OF_NPOS ? at : path.len;
		if (at == OF_NPOS)
			return false;
		if (rest.ptr == NULL)
			return true;
		path = of_str_from_offset(path, at + part.len);
	}
}

bool of_robots_allows(const struct of_robots_rules *rules, struct of_str path)
{
	char form[OF_LIMIT_URL]; /* a longer URL is never fetched */
	struct of_str text = of_str_slice(path, 0, sizeof(form));
	bool in_query = false;
	bool allow = true;
	size_t octets = 0;
	size_t best = 0;
	size_t searched = 0;

	if (of_str_equal(path, STR("/robots.txt")))
		return true;
	text = (struct of_str){form, write_form(form, text, &in_query, &octets)};
	for (const struct rule *rule = rules->first; rule != NULL; rule = rule->next) {
		if (rule->octets < best || (rule->octets == best && (allow || !rule->allow)))
			continue;
		if (matches(rule, text, &searched)) {
			best = rule->octets;
			allow = rule->allow;
		}
		if (searched > SEARCH_MOST)
			return false;
	}
	return allow;
}

int64_t of_robots_delay(const struct of_robots_rules *rules)
{
	return rules->delay;
}
