/*
 * robots.txt: a line with the path that is asked for, the rest the file. A slow
 * reader and matcher of its own, written from RFC 9309 alone, must agree.
 */
#include "fuzz.h"

#include "web/robots.h"

#define UNITS_MOST 96 /* of a path or a pattern that are compared */

/*
 * A character as the RFC compares it (section 2.2.2): an octet by its value, one
 * that stays percent-encoded by its three; or a wildcard.
 */
enum { STAR = 0x1000 };

struct units {
	unsigned unit[UNITS_MOST];
	size_t count, octets;
};

static int hex_digit(char c)
{
	if (of_byte_is_digit(c))
		return c - '0';
	return of_byte_is_hex(c) ? of_byte_lower(c) - 'a' + 10 : -1;
}

/* An octet whose encoded form divides or means what the octet itself does not. */
static bool stays_encoded(unsigned octet, bool in_query)
{
	if (octet == 0 || octet == '%')
		return true;
	if (in_query && (octet == ':' || octet == '/'))
		return false;
	return octet < 0x80 && strchr(":/?#[]@!&'()+,;=", (int)octet) != NULL;
}

static bool is_plain(unsigned octet)
{
	return octet < 0x80 && octet != 0 &&
	       (of_byte_is_alpha((char)octet) || of_byte_is_digit((char)octet) ||
		       strchr("-._~:/?#[]@!$&'()*+,;=", (int)octet) != NULL);
}

static void add_unit(struct units *units, unsigned unit, size_t octets)
{
	if (units->count < UNITS_MOST)
		units->unit[units->count] = unit;
	units->count++;
	units->octets += octets;
}

static void add_encoded(struct units *units, unsigned octet)
{
	add_unit(units, '%', 1);
	add_unit(units, (unsigned char)"0123456789ABCDEF"[octet >> 4], 1);
	add_unit(units, (unsigned char)"0123456789ABCDEF"[octet & 15], 1);
}

static void read_units(struct units *units, struct of_str text, bool stars)
{
	bool in_query = false;

	*units = (struct units){.count = 0};
	for (size_t i = 0; i < text.len; i++) {
		unsigned octet = (unsigned char)text.ptr[i];
		int high = i + 2 < text.len ? hex_digit(text.ptr[i + 1]) : -1;
		int low = i + 2 < text.len ? hex_digit(text.ptr[i + 2]) : -1;

		if (octet == '%' && high >= 0 && low >= 0) {
			octet = (unsigned)(high << 4 | low);
			i += 2;
			if (stays_encoded(octet, in_query)) {
				add_encoded(units, octet);
				continue;
			}
		} else if (octet == '*' && stars) {
			add_unit(units, STAR, 1);
			continue;
		} else if (octet == 0) {
			octet = 1;
		}
		in_query = in_query || octet == '?';
		add_unit(units, octet, is_plain(octet) ? 1 : 3);
	}
}

/* By a table of all ends of both. */
static bool slow_match(const struct units *pattern, const struct units *path, bool to_end)
{
	bool row[UNITS_MOST + 1], next[UNITS_MOST + 1];

	for (size_t t = 0; t <= path->count; t++)
		next[t] = !to_end || t == path->count;
	for (size_t p = pattern->count; p-- > 0;) {
		for (size_t t = path->count + 1; t-- > 0;) {
			bool more = t < path->count;

			if (pattern->unit[p] == STAR)
				row[t] = next[t] || (more && row[t + 1]);
			else
				row[t] = more && path->unit[t] == pattern->unit[p] &&
					 next[t + 1];
		}
		memcpy(next, row, sizeof(next));
	}
	return next[0];
}

struct answer {
	struct units path;
	bool allow, unclear; /* unclear: longer than is compared */
	size_t best;
};

/* One rule: the most specific that matches counts, and of two alike the one that allows. */
static void use_rule(struct answer *answer, struct of_str value, bool allow)
{
	static struct units pattern;
	bool to_end = of_str_ends(value, STR("$"));
	size_t octets;

	if (value.len == 0)
		return;
	read_units(&pattern, of_str_slice(value, 0, value.len - to_end), true);
	octets = pattern.octets + to_end;
	if (pattern.count > UNITS_MOST) {
		answer->unclear = true;
		return;
	}
	if (octets < answer->best || (octets == answer->best && (answer->allow || !allow)))
		return;
	if (!slow_match(&pattern, &answer->path, to_end))
		return;
	answer->best = octets;
	answer->allow = allow;
}

/* Whose group the lines are, as read so far. */
struct reader {
	bool ours, all, in_rules, seen_ours;
};

static bool is_our_agent(struct of_str value)
{
	struct of_str rest = of_str_from_offset(value, 7);

	return of_str_starts_nocase(value, STR("outfeed")) &&
	       (rest.len == 0 || !(of_byte_is_alpha(rest.ptr[0]) || rest.ptr[0] == '-' ||
					 rest.ptr[0] == '_'));
}

static void read_agent(struct reader *reader, struct of_str value)
{
	if (reader->in_rules)
		reader->ours = reader->all = false;
	reader->in_rules = false;
	reader->all = reader->all || of_str_equal(value, STR("*"));
	reader->ours = reader->ours || is_our_agent(value);
	reader->seen_ours = reader->seen_ours || reader->ours;
}

/* ours: whether the file has a group of ours; answer may be NULL, when that is all that is
 * asked.
 */
static bool read_file(struct of_str bytes, bool ours, struct answer *answer)
{
	struct reader reader = {0};
	struct of_str rest =
		of_str_from_offset(bytes, of_str_starts(bytes, STR("\xef\xbb\xbf")) ? 3 : 0);

	while (rest.len > 0) {
		size_t end = 0;
		struct of_str line, key;

		while (end < rest.len && rest.ptr[end] != '\n' && rest.ptr[end] != '\r')
			end++;
		line = of_str_slice(rest, 0, end);
		rest = of_str_from_offset(rest, end + 1);
		line = of_str_slice(line, 0, of_str_find_byte(line, '#'));
		key = of_str_trim(of_str_slice(line, 0, of_str_find_byte(line, ':')));
		line = of_str_find_byte(line, ':') == OF_NPOS
			       ? (struct of_str){0}
			       : of_str_from_offset(line, of_str_find_byte(line, ':') + 1);
		line = of_str_trim(line);
		if (of_str_equal_nocase(key, STR("user-agent"))) {
			read_agent(&reader, line);
			continue;
		}
		if (of_str_equal_nocase(key, STR("allow")) ||
			of_str_equal_nocase(key, STR("disallow"))) {
			reader.in_rules = true;
			if (answer != NULL && (ours ? reader.ours : reader.all))
				use_rule(answer, line, key.len == 5);
		}
		reader.in_rules =
			reader.in_rules || of_str_equal_nocase(key, STR("crawl-delay"));
	}
	return reader.seen_ours;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct answer answer;
	struct fuzz_input input = fuzz_input(data, size);
	struct of_str path = fuzz_take_line(&input), file = input.rest;
	const struct of_robots_rules *rules =
		of_robots_parse(fuzz_arena(), file, STR("outfeed"));
	bool allowed;

	fuzz_require(rules != NULL, "memory for the rules");
	fuzz_require(of_robots_delay(rules) >= -1, "a delay that is none");
	allowed = of_robots_allows(rules, path);
	answer = (struct answer){.allow = true};
	read_units(&answer.path, path, false);
	if (answer.path.count > UNITS_MOST)
		return 0;
	read_file(file, read_file(file, false, NULL), &answer);
	if (of_str_equal(path, STR("/robots.txt")))
		fuzz_require(allowed, "its own address is forbidden");
	else if (!answer.unclear && allowed != answer.allow)
		fuzz_fail("the slow matcher says %s", answer.allow ? "allowed" : "forbidden");
	return 0;
}
