/*
 * Reading a mapping by a table of its keys. A wrong key, type or value is an
 * OF_ECONFIG error with its place, and a suggestion where a known key is close.
 */
#ifndef OF_SITE_SETTINGS_H
#define OF_SITE_SETTINGS_H

#include <outfeed/site.h>

#include "yaml/yaml.h"

struct loader {
	struct of_site *site;
	const struct of_reporter *reporter; /* for warnings */
	struct of_err *err;
};

struct setting;

/* The keys of one mapping. */
struct settings {
	const struct setting *rows;
	size_t count;
	const char *listed; /* who lists them, or what they are: the end of a sentence */
};

/* target points at the member that the value is for. */
typedef enum of_status read_fn(struct loader *loader, const struct setting *setting,
	const struct of_yaml *value, void *target);

struct setting {
	const char *name;
	read_fn *read;
	size_t offset; /* of the member, in the struct that the mapping is read into */
	const char *const
		*words; /* for of_read_word: NULL at the end; the index is the value */
	const struct settings *below; /* the keys of a mapping */
	bool filled;                  /* blank text is an error, and not the default */
};

/* Reads each pair of a mapping; into is the struct that the offsets count from. */
OF_MUST_CHECK enum of_status of_settings_read(struct loader *loader, const struct of_yaml *map,
	const struct settings *settings, void *into, const char *what);

/* A mapping by its own table is read into its target; the others by their type. */
read_fn of_read_map, of_read_text, of_read_flag, of_read_count, of_read_word, of_read_url,
	of_read_texts;
/* What single values must be beyond their type (values.c). */
read_fn of_read_base_url, of_read_line, of_read_email, of_read_language, of_read_zone,
	of_read_template, of_read_output_path, of_read_field_path;

/* NULL when a dotted front matter path can lead to a key; else why not. */
const char *of_field_path_refusal(struct of_str path);

/* Reads the whole of outfeed.yaml into loader->site. */
OF_MUST_CHECK enum of_status of_settings_read_site(
	struct loader *loader, const struct of_yaml *root);

/* What of_read_texts() writes: a list, and behind it how long it is, as in struct of_site. */
struct texts {
	const struct of_str *texts;
	size_t count;
};

/* The nth of a list, or the value itself where it is the only one. */
const struct of_yaml *of_settings_nth(const struct of_yaml *value, size_t n);

/* OF_ECONFIG at the node. */
enum of_status of_settings_fail(struct loader *loader, const struct of_yaml *node,
	const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The word of a list that is at most two edits away from text, or NULL. */
const char *of_settings_suggest(struct of_str text, const char *const *words, size_t count);

#endif
