/*
 * A few lines of configuration in whatever language: `key = "value"` of TOML,
 * `key: 'value'` of JavaScript. Nothing is understood beyond that.
 */
#ifndef OF_SURVEY_SCAN_H
#define OF_SURVEY_SCAN_H

#include <outfeed/str.h>
#include <stdbool.h>

/*
 * The first quoted value of a key, borrowed from the text; absent when there is
 * none. toml ends the search at the first table.
 */
struct of_str of_scan_value(struct of_str text, struct of_str key, bool toml);

typedef void of_scan_fn(struct of_str key, struct of_str value, void *payload);
/*
 * Gives each `key = "value"` of a table of TOML to take; both borrowed from the
 * text. The table without a name is what stands before the first.
 */
void of_scan_table(struct of_str text, struct of_str table, of_scan_fn *take, void *payload);

#endif
