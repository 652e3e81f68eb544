/*
 * What a value of front matter looks like, whatever its key is called.
 */
#ifndef OF_SURVEY_KIND_H
#define OF_SURVEY_KIND_H

#include <outfeed/buf.h>

#include "yaml/yaml.h"

enum of_kind {
	OF_KIND_NONE,     /* absent */
	OF_KIND_DATE,     /* that outfeed reads */
	OF_KIND_ODD_DATE, /* that people read, and outfeed does not */
	OF_KIND_LINK,     /* an http or https address */
	OF_KIND_IMAGE,    /* a reference to an image, or a mapping with one */
	OF_KIND_FLAG,
	OF_KIND_NUMBER,
	OF_KIND_SHORT,  /* a word or a few */
	OF_KIND_LONG,   /* a sentence or more */
	OF_KIND_TEXTS,  /* a list of short texts */
	OF_KIND_PEOPLE, /* a mapping with a name, or a list of such */
	OF_KIND_MAP,
	OF_KIND_OTHER,
	OF_KIND_COUNT
};

#define OF_KIND_BIT(kind) (1U << (kind))

enum of_kind of_kind_find(const struct of_yaml *node);
/* Appends a value as an example shows it: one line, valid UTF-8, cut where it is long. */
void of_kind_add_value(struct of_buf *out, const struct of_yaml *node);
/* The reference of a value of OF_KIND_IMAGE; borrowed from the node. */
struct of_str of_kind_image(const struct of_yaml *node);

#endif
