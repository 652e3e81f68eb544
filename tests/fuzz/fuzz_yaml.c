/* The plain YAML reader accepts nothing that libyaml reads otherwise. */
#include "fuzz.h"

#include "../unit/yaml_compare.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct of_str wanted[] = {STR_INIT("title"), STR_INIT("a"),
		STR_INIT("categories"), STR_INIT("link"), STR_INIT("relatedOfferings")};
	struct of_str bytes = {NULL, size};
	char *copy = malloc(size > 0 ? size : 1); /* so that overreads are seen */
	struct comparer comparer;
	bool accepted;

	fuzz_require(copy != NULL, "memory for the bytes");
	if (size > 0)
		memcpy(copy, data, size);
	bytes.ptr = copy;
	comparer_init(&comparer, wanted, FUZZ_COUNT(wanted));
	/* small, so that inputs reach them */
	comparer.limits.nesting = 8;
	comparer.limits.nodes = 200;
	if (!compare_readers(&comparer, bytes, &accepted))
		fuzz_fail("the readers differ: %s", comparer.why);
	comparer_finish(&comparer);
	free(copy);
	return 0;
}
