/*
 * JSON: what is written of any texts is JSON that says them; and the answer of a
 * web archive, whatever it is, gives an http address or none.
 */
#include "fuzz.h"

#include "audit/memento.h"
#include "base/json.h"
#include "base/time.h"
#include "base/unicode.h"
#include "base/url.h"
#include <jansson.h>

#define TEXTS_MOST 32

static void check_array(const json_t *array, const struct of_buf *texts, size_t count)
{
	fuzz_require(json_array_size(array) == count, "texts were lost");
	for (size_t i = 0; i < count; i++) {
		const json_t *text = json_array_get(array, i);
		struct of_str got = {json_string_value(text), json_string_length(text)};

		fuzz_require_equal(got, of_buf_str(&texts[i]), "another text is read");
	}
}

/* {"a": [...], "n": number, "o": {...}} */
static void check_writer(struct fuzz_input input)
{
	static struct of_buf texts[TEXTS_MOST], out;
	uint64_t number = fuzz_take_number(&input) >> 1; /* jansson has 63 bits */
	bool compact = (number & 1) != 0;
	struct of_json json;
	size_t count = 0;
	json_error_t error;
	json_t *root;

	of_buf_clear(&out);
	of_json_init(&json, &out, compact);
	of_json_open(&json, NULL, '{');
	of_json_open(&json, "a", '[');
	while (input.rest.len > 0 && count < TEXTS_MOST) {
		struct of_str text = fuzz_take_text(&input);

		of_buf_clear(&texts[count]);
		of_unicode_clean(&texts[count], text, NULL);
		if (texts[count].len > 0)
			of_json_clean_if(&json, NULL, text);
		else
			of_json_str(&json, NULL, (struct of_str){0});
		count++;
	}
	of_json_close(&json, ']');
	of_json_uint(&json, "n", number);
	of_json_open(&json, "o", '{');
	of_json_clean_if(&json, "t", input.rest);
	of_json_close(&json, '}');
	of_json_close(&json, '}');
	root = json_loadb(out.ptr, out.len, JSON_REJECT_DUPLICATES, &error);
	if (root == NULL)
		fuzz_fail("no JSON (%s): %.*s", error.text, (int)out.len, out.ptr);
	check_array(json_object_get(root, "a"), texts, count);
	fuzz_require(json_integer_value(json_object_get(root, "n")) == (json_int_t)number,
		"another number is read");
	json_decref(root);
}

static void check_answer(struct of_str body)
{
	static struct of_buf address;
	int64_t captured = OF_TIME_NONE;
	struct of_str service = STR("https://archive.example/wayback/available");

	of_buf_clear(&address);
	if (of_memento_read(&address, &captured, service, body) != OF_MEMENTO_FOUND) {
		fuzz_require(address.len == 0, "an address of what was not found");
		return;
	}
	fuzz_require(of_url_is_http(of_buf_str(&address)), "a capture at no http address");
	fuzz_require(captured >= INT64_C(-62135596800) && captured <= INT64_C(253402387199),
		"a capture beyond the calendar");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_writer(fuzz_input(data, size));
	check_answer((struct of_str){(const char *)data, size});
	return 0;
}
