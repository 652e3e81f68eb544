/*
 * The fields of an item (SPEC section 3): where in the front matter each may
 * stand (field_table.c), and reading it from there (field.c). A value that
 * gives nothing usable is passed over with a warning, and the next path tried.
 */
#ifndef OF_ITEM_FIELD_H
#define OF_ITEM_FIELD_H

#include <outfeed/buf.h>
#include <outfeed/item.h>

#include "yaml/yaml.h"

/* What the value at a path is taken for, where its field alone does not say it. */
enum of_path_use {
	OF_PATH_VALUE,
	/* of a draft's paths: what says that the item is one */
	OF_PATH_TRUE,
	OF_PATH_FALSE,
	OF_PATH_WORD, /* "draft" */
	OF_PATH_TRUE_OR_WORD,
	/* of the keys that make the id; the others are guids */
	OF_PATH_FILE_NAME, /* its stem is the key, when it is a UUID */
	OF_PATH_STEM,      /* no path at all: the stem of the item's own file, when a UUID */
	OF_PATH_ID,
	OF_PATH_SLUG, /* the item's, wherever that comes from */
	/* may hold something else, which is not to be told */
	OF_PATH_OR_FLAG, /* true or false, for drafts */
	OF_PATH_OR_MAP,  /* a mapping whose parts have paths of their own */
	OF_PATH_OR_NAME  /* text that is no address */
};

struct of_field_path {
	struct of_str path;
	enum of_path_use use;
};

/* The nth path of a field, the site's overrides heeded; false past the last. */
bool of_field_path_at(
	struct of_field_path *at, const struct of_site *site, enum of_field field, size_t n);
bool of_field_is_overridden(const struct of_site *site, enum of_field field);
/* What a value of the field must be, as warnings say it; static. */
const char *of_field_wanted(enum of_field field);

/* What reading the fields of one item takes. */
struct fields {
	const struct of_site *site;
	const struct of_yaml *root; /* the front matter; NULL when it is empty */
	struct of_arena *arena;     /* owns what is read */
	const struct of_reporter *reporter;
	struct of_str path;     /* of the item's file */
	struct of_buf *scratch; /* for texts that are being put together; empty in between */
	struct of_buf *refused; /* of the body, a line each (html.h); NULL where nobody asks */
};

/* What was put together in the scratch buffer, which is empty again; the arena's. */
struct of_str of_field_keep(const struct fields *fields);

/* A walk over the values that a field has, in the order of its paths; zero at first. */
struct of_field_walk {
	size_t next;
	struct of_field_path at; /* where the value that was given stands */
};

/* The next value that is not absent; NULL after the last. */
const struct of_yaml *of_field_next(
	const struct fields *fields, enum of_field field, struct of_field_walk *walk);

/* The node itself, or of a list the first that is not absent; NULL when there is none. */
const struct of_yaml *of_field_first(const struct of_yaml *node);
/* The same when it is a scalar; NULL for others. */
const struct of_yaml *of_field_scalar(const struct of_yaml *node);
/* A scalar's text, cleaned and on one line; absent for anything else. */
struct of_str of_field_clean(const struct fields *fields, const struct of_yaml *scalar);
/* A reference as an http or https address; absent when it resolves to none. */
struct of_str of_field_address(
	const struct fields *fields, struct of_str base, struct of_str reference);
/* The first of the keys of a mapping that has text, cleaned; absent when none has. */
struct of_str of_field_text_at(const struct fields *fields, const struct of_yaml *map,
	const struct of_str *keys, size_t count);
/* Whether a mapping leaves those of the keys that it has blank: a template not filled in. */
bool of_field_is_left_blank(const struct of_yaml *map, const struct of_str *keys, size_t count);

/* "mapping", "nested list" or "text"; static. */
const char *of_field_type_name(const struct of_yaml *node);
/* A mapping, or a list in a list, where something else is wanted. */
void of_field_warn_type(const struct fields *fields, struct of_str name, const char *wanted,
	const struct of_yaml *node);
void of_field_warn_value(
	const struct fields *fields, enum of_field field, const struct of_yaml *node);

/* The first text of a field, cleaned and on one line; node, when not NULL, is where it stands.
 */
struct of_str of_field_text(
	const struct fields *fields, enum of_field field, const struct of_yaml **node);
/* The first http or https address of a field; one that is none is a warning. */
struct of_str of_field_url(const struct fields *fields, enum of_field field);

/* The items of a list, or the node itself as the only one. */
const struct of_yaml *const *of_field_items(const struct of_yaml *const *node, size_t *count);

/* Texts, and beside each where it stands. */
struct of_field_texts {
	const struct of_str *texts;
	const struct of_yaml *const *nodes;
	size_t count;
};

/* The texts of a value, whether it is a list or one text; value may be NULL. */
struct of_field_texts of_field_texts_in(
	const struct fields *fields, struct of_str name, const struct of_yaml *value);
/* Those of the first value of a field that has any. */
struct of_field_texts of_field_texts(const struct fields *fields, enum of_field field);

#endif
