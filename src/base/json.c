#include "base/json.h"

#include "base/escape.h"
#include "base/str.h"
#include <math.h>

#define DEPTH_MOST 32U

void of_json_init(struct of_json *json, struct of_buf *out, bool compact)
{
	*json = (struct of_json){.out = out, .compact = compact};
}

static void new_line(struct of_json *json)
{
	static const char line[] = "\n                                "
				   "                                ";

	if (!json->compact)
		of_buf_add(json->out, line, 1 + (size_t)json->depth * 2);
}

/* The control characters come first. */
static of_escapes escapes = {
	{"\\u0000", 6},
	{"\\u0001", 6},
	{"\\u0002", 6},
	{"\\u0003", 6},
	{"\\u0004", 6},
	{"\\u0005", 6},
	{"\\u0006", 6},
	{"\\u0007", 6},
	{"\\u0008", 6},
	{"\\t", 2},
	{"\\n", 2},
	{"\\u000b", 6},
	{"\\u000c", 6},
	{"\\u000d", 6},
	{"\\u000e", 6},
	{"\\u000f", 6},
	{"\\u0010", 6},
	{"\\u0011", 6},
	{"\\u0012", 6},
	{"\\u0013", 6},
	{"\\u0014", 6},
	{"\\u0015", 6},
	{"\\u0016", 6},
	{"\\u0017", 6},
	{"\\u0018", 6},
	{"\\u0019", 6},
	{"\\u001a", 6},
	{"\\u001b", 6},
	{"\\u001c", 6},
	{"\\u001d", 6},
	{"\\u001e", 6},
	{"\\u001f", 6},
	['"'] = {"\\\"", 2},
	['\\'] = {"\\\\", 2},
};

static void add_string(struct of_buf *out, struct of_str text)
{
	of_buf_add_byte(out, '"');
	of_escape_add(out, text, escapes);
	of_buf_add_byte(out, '"');
}

static void begin_member(struct of_json *json, const char *key)
{
	if (json->depth > 0) {
		uint32_t bit = UINT32_C(1) << (json->depth - 1);

		if ((json->filled & bit) != 0)
			of_buf_add_byte(json->out, ',');
		json->filled |= bit;
		new_line(json);
	}
	if (key != NULL) {
		of_buf_add_byte(json->out, '"');
		of_buf_add_text(json->out, key);
		of_buf_add(json->out, "\": ", json->compact ? 2 : 3);
	}
}

void of_json_open(struct of_json *json, const char *key, char bracket)
{
	begin_member(json, key);
	of_buf_add_byte(json->out, bracket);
	if (json->depth < DEPTH_MOST)
		json->depth++;
	json->filled &= ~(UINT32_C(1) << (json->depth - 1));
}

void of_json_close(struct of_json *json, char bracket)
{
	bool filled = (json->filled & (UINT32_C(1) << (json->depth - 1))) != 0;

	json->depth--;
	if (filled)
		new_line(json);
	of_buf_add_byte(json->out, bracket);
	if (json->depth == 0)
		of_buf_add_byte(json->out, '\n');
}

void of_json_str(struct of_json *json, const char *key, struct of_str value)
{
	begin_member(json, key);
	add_string(json->out, value);
}

void of_json_str_if(struct of_json *json, const char *key, struct of_str value)
{
	if (value.len > 0)
		of_json_str(json, key, value);
}

void of_json_clean_if(struct of_json *json, const char *key, struct of_str value)
{
	size_t start = json->out->len;
	uint32_t filled = json->filled;
	size_t before;

	if (value.len == 0)
		return;
	begin_member(json, key);
	of_buf_add_byte(json->out, '"');
	before = json->out->len;
	of_escape_add_clean(json->out, value, escapes);
	if (json->out->len > before) {
		of_buf_add_byte(json->out, '"');
		return;
	}
	of_buf_truncate(json->out, start);
	json->filled = filled;
}

void of_json_uint(struct of_json *json, const char *key, uint64_t value)
{
	begin_member(json, key);
	of_buf_add_uint(json->out, value);
}

void of_json_bool(struct of_json *json, const char *key, bool value)
{
	begin_member(json, key);
	of_buf_add_text(json->out, value ? "true" : "false");
}

/* No printf of a double: its decimal point is the locale's. */
void of_json_real(struct of_json *json, const char *key, double value)
{
	uint64_t thousandths = value > 0 ? (uint64_t)llround(value * 1000) : 0;

	begin_member(json, key);
	of_buf_add_uint(json->out, thousandths / 1000);
	of_buf_add_format(json->out, ".%03u", (unsigned)(thousandths % 1000));
}
