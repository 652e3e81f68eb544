/*
 * What may stand in a feed: the elements and attributes of the allow-list, and
 * what becomes of the others. Data alone; the tables are in html_table.c.
 */
#ifndef OF_ITEM_HTML_TABLE_H
#define OF_ITEM_HTML_TABLE_H

#include <outfeed/str.h>
#include <stdbool.h>
#include <stdint.h>

#define OF_HTML_NAME_MAX 31 /* bytes; no name in the tables is as long */

/* Without OF_HTML_WRITE a tag vanishes and its children stay. */
enum of_html_flag {
	OF_HTML_WRITE = 1 << 0,  /* allowed */
	OF_HTML_DROP = 1 << 1,   /* vanishes with its contents */
	OF_HTML_VANISH = 1 << 2, /* its tags are not even shown to the parser */
	OF_HTML_RAW = 1 << 3,    /* its contents are no markup up to its own end tag */
	OF_HTML_VOID = 1 << 4,   /* has no contents and no end tag */
	OF_HTML_BLOCK = 1 << 5,  /* keeps the words around it apart */
	OF_HTML_LINK = 1 << 6,   /* nothing without a URL, and never inside another */
	OF_HTML_SOURCE = 1 << 7, /* nothing without a URL */
	OF_HTML_FRAME = 1 << 8   /* a link to its URL takes its place */
};

/*
 * Where an element may stand, so that an HTML parser reads the output back as
 * the very tree that was meant: of the elements that are open, it ends those
 * whose group is in `closes`, as far as it sees through those in `past`; one
 * with `parents` stands right inside one of these or not at all.
 */
struct of_html_model {
	uint32_t group, closes, past, parents;
	bool barrier; /* parents are not looked for beyond it */
};

struct of_html_element {
	struct of_str name;
	unsigned flags; /* enum of_html_flag */
	const struct of_html_model *model;
	unsigned attributes; /* the classes of attributes it may have */
};

enum of_html_kind {
	OF_HTML_TEXT,
	OF_HTML_URL,       /* a link */
	OF_HTML_MEDIA_URL, /* something that is loaded: http or https */
	OF_HTML_IMAGE_URL, /* the same, or a small image as data: */
	OF_HTML_SRCSET,
	OF_HTML_NUMBER, /* digits and perhaps a '%' */
	OF_HTML_SIGNED, /* digits and perhaps a '-' */
	OF_HTML_TOKEN,  /* letters, digits and '-' */
	OF_HTML_WORD,   /* one of `words` */
	OF_HTML_SWITCH  /* there or not */
};

struct of_html_attribute {
	struct of_str name;
	enum of_html_kind kind;
	unsigned classes;    /* of the elements that may have it */
	struct of_str words; /* separated by spaces */
};

/* NULL for a name that is not in the table; names are in lower case. */
const struct of_html_element *of_html_element_find(struct of_str name);
/* The attribute that elements with one of the classes may have, or NULL. */
const struct of_html_attribute *of_html_attribute_find(struct of_str name, unsigned classes);

#endif
