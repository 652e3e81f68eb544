/*
 * libFuzzer: of_html_rebuild() gives what libxml2 alone gives. The first byte
 * says what is asked for, the rest is HTML.
 */
#include "../unit/html_compare.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t limits[] = {0, 3, 20, 1001, 1500, 4096};
	struct outcome outcome = {0};
	struct wanted wanted;

	if (size == 0)
		return 0;
	wanted.html = (data[0] & 1) != 0;
	wanted.text = !wanted.html || (data[0] & 2) != 0;
	wanted.text_limit = limits[(data[0] >> 2) % (sizeof(limits) / sizeof(limits[0]))];
	if (compare_ways(&outcome, (struct of_str){(const char *)data + 1, size - 1},
		    &wanted) != NULL)
		abort();
	outcome_finish(&outcome);
	return 0;
}
