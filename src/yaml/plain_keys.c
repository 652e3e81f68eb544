#include "yaml/plain_keys.h"

#include "base/str.h"
#include "yaml/plain_scan.h"

#define BYTES_PER_SLOT 8 /* a key and its value have more than twice as many, most often */
#define SEEN_LEAST 64

void of_plain_seen_init(struct of_plain_seen *seen, size_t bytes)
{
	uint32_t slots = SEEN_LEAST;

	while (slots < OF_PLAIN_SEEN_MOST && slots < bytes / BYTES_PER_SLOT)
		slots *= 2;
	seen->mask = slots - 1;
	seen->room = slots / 4 * 3;
	memset(seen->slots, 0, slots * sizeof(seen->slots[0]));
}

void of_plain_wanted_init(
	struct of_plain_wanted *wanted, const struct of_str *keys, size_t count)
{
	uint64_t seed = of_plain_hash_seed(0);

	wanted->keys = keys;
	memset(wanted->slots, 0, sizeof(wanted->slots));
	for (size_t i = 0; i < count; i++) {
		unsigned char at = (unsigned char)of_plain_hash(keys[i], seed);

		while (wanted->slots[at] != 0)
			at++;
		wanted->slots[at] = (unsigned char)(i + 1);
	}
}

bool of_plain_wanted_has(const struct of_plain_wanted *wanted, struct of_str key, uint64_t hash)
{
	unsigned char at = (unsigned char)hash;

	for (; wanted->slots[at] != 0; at++)
		if (of_str_equal(wanted->keys[wanted->slots[at] - 1], key))
			return true;
	return false;
}
