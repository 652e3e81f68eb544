#include "serve/accept.h"

#include "base/str.h"

#define UNSAID (-1)
#define ONE 1000 /* a weight of 1 */

const struct of_coding_row of_coding_rows[OF_N_CODINGS] = {
	[OF_CODING_BR] = {"br", ".br"},
	[OF_CODING_GZIP] = {"gzip", ".gz"},
	[OF_CODING_IDENTITY] = {NULL, ""},
};

/* "0.5" in thousandths; UNSAID when it is no weight. */
static int parse_weight(struct of_str text)
{
	int weight = 0, unit = ONE;

	if (text.len == 0 || text.len > 5 || (text.len > 1 && text.ptr[1] != '.'))
		return UNSAID;
	for (size_t i = 0; i < text.len; i++) {
		if (i == 1)
			continue;
		if (!of_byte_is_digit(text.ptr[i]))
			return UNSAID;
		weight += (text.ptr[i] - '0') * unit;
		unit /= 10;
	}
	return weight <= ONE ? weight : UNSAID;
}

/* One element, "gzip;q=0.5": its name, and its weight. */
static int parse_element(struct of_str *name, struct of_str element)
{
	int weight = ONE;

	*name = of_str_trim(of_str_split(&element, ';'));
	while (element.ptr != NULL) {
		struct of_str value = of_str_split(&element, ';');
		struct of_str key = of_str_trim(of_str_split(&value, '='));

		if (of_str_equal_nocase(key, STR("q")))
			weight = parse_weight(of_str_trim(value));
	}
	return weight;
}

/* Of each coding, what the header says of it; any stands for those it does not name. */
static void read_header(int weights[OF_N_CODINGS], int *any, struct of_str header)
{
	static const struct {
		struct of_str name;
		enum of_coding coding;
	} names[] = {{STR_INIT("br"), OF_CODING_BR}, {STR_INIT("gzip"), OF_CODING_GZIP},
		{STR_INIT("x-gzip"), OF_CODING_GZIP},
		{STR_INIT("identity"), OF_CODING_IDENTITY}};

	while (header.ptr != NULL) {
		struct of_str name;
		int weight = parse_element(&name, of_str_split(&header, ','));

		if (weight == UNSAID)
			continue;
		if (of_str_equal(name, STR("*")))
			*any = weight;
		for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
			if (of_str_equal_nocase(name, names[i].name))
				weights[names[i].coding] = weight;
	}
}

bool of_coding_choose(enum of_coding *coding, struct of_str header, unsigned there)
{
	int weights[OF_N_CODINGS] = {UNSAID, UNSAID, UNSAID};
	int any = UNSAID, best = 0;

	*coding = OF_CODING_IDENTITY;
	if (header.ptr == NULL)
		return (there & 1U << OF_CODING_IDENTITY) != 0;
	read_header(weights, &any, header);
	for (unsigned i = 0; i < OF_N_CODINGS; i++) {
		int weight = weights[i] != UNSAID ? weights[i] : any;

		if ((there & 1U << i) != 0 && weight > best) {
			*coding = (enum of_coding)i;
			best = weight;
		}
	}
	/* what is not spoken of may be sent as it is, though anything else comes first */
	return best > 0 || ((there & 1U << OF_CODING_IDENTITY) != 0 &&
				   weights[OF_CODING_IDENTITY] == UNSAID && any == UNSAID);
}
