#include "base/str.h"

bool of_str_equal_nocase(struct of_str a, struct of_str b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (of_byte_lower(a.ptr[i]) != of_byte_lower(b.ptr[i]))
			return false;
	return true;
}

int of_str_compare(struct of_str a, struct of_str b)
{
	size_t common = a.len < b.len ? a.len : b.len;
	int order = common > 0 ? memcmp(a.ptr, b.ptr, common) : 0;

	if (order != 0)
		return order;
	return (a.len > b.len) - (a.len < b.len);
}

bool of_str_starts_nocase(struct of_str s, struct of_str prefix)
{
	return s.len >= prefix.len &&
	       of_str_equal_nocase(of_str_slice(s, 0, prefix.len), prefix);
}

bool of_str_ends(struct of_str s, struct of_str suffix)
{
	return s.len >= suffix.len &&
	       of_str_equal(of_str_from_offset(s, s.len - suffix.len), suffix);
}

bool of_str_ends_nocase(struct of_str s, struct of_str suffix)
{
	return s.len >= suffix.len &&
	       of_str_equal_nocase(of_str_from_offset(s, s.len - suffix.len), suffix);
}

size_t of_str_find(struct of_str s, struct of_str needle)
{
	const char *at;

	if (needle.len == 0)
		return 0;
	if (s.len < needle.len)
		return OF_NPOS;
	at = memmem(s.ptr, s.len, needle.ptr, needle.len);
	return at != NULL ? (size_t)(at - s.ptr) : OF_NPOS;
}

size_t of_str_find_last_byte(struct of_str s, char byte)
{
	const char *at = s.len > 0 ? memrchr(s.ptr, byte, s.len) : NULL;

	return at != NULL ? (size_t)(at - s.ptr) : OF_NPOS;
}

struct of_str of_str_trim_byte(struct of_str s, char byte)
{
	while (s.len > 0 && s.ptr[0] == byte) {
		s.ptr++;
		s.len--;
	}
	while (s.len > 0 && s.ptr[s.len - 1] == byte)
		s.len--;
	return s;
}

struct of_str of_str_split(struct of_str *rest, char separator)
{
	size_t at = of_str_find_byte(*rest, separator);
	struct of_str first = of_str_slice(*rest, 0, at);

	if (at == OF_NPOS)
		*rest = (struct of_str){NULL, 0};
	else
		*rest = of_str_from_offset(*rest, at + 1);
	return first;
}

bool of_str_to_uint(uint64_t *number, struct of_str s)
{
	uint64_t sum = 0;

	if (s.len == 0)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		unsigned digit = (unsigned)(s.ptr[i] - '0');

		if (!of_byte_is_digit(s.ptr[i]) || sum > (UINT64_MAX - digit) / 10)
			return false;
		sum = sum * 10 + digit;
	}
	*number = sum;
	return true;
}

static uint64_t mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * 0x9fb21c651e98df25U;
	return hash ^ hash >> 32;
}

/* Eight bytes a step: ids and paths are long. The length tells zeros at the end apart. */
uint64_t of_str_hash(struct of_str s)
{
	uint64_t hash = 0xcbf29ce484222325U ^ s.len;
	uint64_t word = 0;
	size_t at = 0;

	for (; s.len - at >= sizeof(word); at += sizeof(word)) {
		memcpy(&word, s.ptr + at, sizeof(word));
		hash = mix(hash, word);
	}
	word = 0;
	if (at < s.len)
		memcpy(&word, s.ptr + at, s.len - at);
	return mix(mix(hash, word), 0);
}

bool of_str_is_language(struct of_str s)
{
	size_t least = 2; /* letters of the first part; those between may have one */
	size_t last = 0;
	bool good = s.len > 0;

	while (good && s.ptr != NULL) {
		struct of_str part = of_str_split(&s, '-');

		last = part.len;
		good = last >= least && last <= 8;
		for (size_t i = 0; good && i < part.len; i++)
			good = of_byte_is_alpha(part.ptr[i]) ||
			       (least == 1 && of_byte_is_digit(part.ptr[i]));
		least = 1;
	}
	return good && last > 1;
}

/* Parts between dots: none is empty, all are letters, digits and some of what else is given. */
static bool are_parts(struct of_str s, const char *others)
{
	bool good = true;

	while (good && s.ptr != NULL) {
		struct of_str part = of_str_split(&s, '.');

		good = part.len > 0;
		for (size_t i = 0; good && i < part.len; i++)
			good = of_byte_is_alpha(part.ptr[i]) || of_byte_is_digit(part.ptr[i]) ||
			       (part.ptr[i] != '\0' && strchr(others, part.ptr[i]) != NULL);
	}
	return good;
}

bool of_str_is_email(struct of_str s)
{
	size_t at = of_str_find_byte(s, '@');
	struct of_str host = of_str_from_offset(s, at == OF_NPOS ? s.len : at + 1);
	size_t dot = of_str_find_last_byte(host, '.');

	return dot != OF_NPOS && host.len - dot > 2 && of_byte_is_alpha(host.ptr[dot + 1]) &&
	       at > 0 && are_parts(host, "-") &&
	       are_parts(of_str_slice(s, 0, at), "!#$%&'*+-/=?^_`{|}~");
}

/* After a star that failed, one more byte is left to it. */
bool of_str_matches(struct of_str text, struct of_str pattern)
{
	size_t p = 0, t = 0;
	size_t star = OF_NPOS, resume = 0;

	while (t < text.len) {
		if (p < pattern.len && pattern.ptr[p] == '*') {
			star = p++;
			resume = t;
		} else if (p < pattern.len &&
			   (pattern.ptr[p] == '?' || pattern.ptr[p] == text.ptr[t])) {
			p++;
			t++;
		} else if (star != OF_NPOS) {
			p = star + 1;
			t = ++resume;
		} else {
			return false;
		}
	}
	while (p < pattern.len && pattern.ptr[p] == '*')
		p++;
	return p == pattern.len;
}
