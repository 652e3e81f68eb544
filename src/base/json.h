/*
 * Writing JSON. Text must be valid UTF-8, but for of_json_clean_if().
 */
#ifndef OF_BASE_JSON_H
#define OF_BASE_JSON_H

#include <outfeed/buf.h>
#include <outfeed/str.h>
#include <stdbool.h>
#include <stdint.h>

/* A writer that knows where commas and line ends go. Zero depth means top. */
struct of_json {
	struct of_buf *out; /* borrowed */
	unsigned depth;     /* at most 32 */
	uint32_t filled;    /* bit n: the container at depth n has a member */
	bool compact;       /* no line ends, no indentation */
};

void of_json_init(struct of_json *json, struct of_buf *out, bool compact);
/* key is absent (NULL) inside an array and at the top; it is written as it is. */
void of_json_open(struct of_json *json, const char *key, char bracket); /* '{' or '[' */
void of_json_close(struct of_json *json, char bracket);                 /* '}' or ']' */
void of_json_str(struct of_json *json, const char *key, struct of_str value);
/* Nothing at all when the value is absent. */
void of_json_str_if(struct of_json *json, const char *key, struct of_str value);
/* The same of what of_unicode_clean() would make of the value. */
void of_json_clean_if(struct of_json *json, const char *key, struct of_str value);
void of_json_uint(struct of_json *json, const char *key, uint64_t value);
void of_json_bool(struct of_json *json, const char *key, bool value);
void of_json_real(struct of_json *json, const char *key, double value); /* three decimals */

#endif
