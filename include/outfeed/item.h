/*
 * An item: one curated file as the feeds see it (SPEC section 3).
 */
#ifndef OUTFEED_ITEM_H
#define OUTFEED_ITEM_H

#include <outfeed/arena.h>
#include <outfeed/buf.h>
#include <outfeed/err.h>
#include <outfeed/site.h>
#include <outfeed/str.h>
#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The limits of SPEC section 3; each is an error for that item alone. */
#define OF_LIMIT_FILE ((size_t)8 << 20)         /* bytes */
#define OF_LIMIT_FRONT_MATTER ((size_t)1 << 20) /* bytes */
#define OF_LIMIT_NESTING 64                     /* YAML levels */
#define OF_LIMIT_NODES 100000                   /* YAML nodes, aliases expanded */
#define OF_LIMIT_HTML_DEPTH 256                 /* open elements */
#define OF_LIMIT_HTML ((size_t)17 << 19)        /* bytes of HTML that a body makes */
#define OF_LIMIT_CATEGORIES 100                 /* of an item, and its groups by another path */
#define OF_LIMIT_SPREAD ((size_t)10 << 20) /* bytes of an entry, times its groups from two on \
					    */
#define OF_LIMIT_WARNINGS 20               /* that are told of an item */
#define OF_LIMIT_TITLE 1000                /* characters */
#define OF_LIMIT_SLUG 200                  /* bytes of a category's slug */
#define OF_SUMMARY_CHARACTERS 300          /* of a summary made from the body */

/* Seconds since 1970-01-01T00:00:00Z; this one means absent. */
#define OF_TIME_NONE INT64_MIN

/* The rows of the field table; of_field_name() gives their words. */
enum of_field {
	OF_FIELD_ID,
	OF_FIELD_TITLE,
	OF_FIELD_SUMMARY,
	OF_FIELD_PUBLISHED,
	OF_FIELD_UPDATED,
	OF_FIELD_EXPIRES,
	OF_FIELD_DRAFT,
	OF_FIELD_SLUG,
	OF_FIELD_PERMALINK,
	OF_FIELD_SOURCE_URL,
	OF_FIELD_SOURCE_NAME,
	OF_FIELD_VIA_URL,
	OF_FIELD_VIA_NAME,
	OF_FIELD_AUTHORS,
	OF_FIELD_CATEGORIES,
	OF_FIELD_TAGS,
	OF_FIELD_IMAGE,
	OF_FIELD_RELATED,
	OF_FIELD_ALIASES,
	OF_FIELD_LANGUAGE,
	OF_FIELD_COUNT
};

/* The name of a row, as `fields:` spells it; static. */
const char *of_field_name(unsigned field);
/* OF_FIELD_COUNT when no row has the name. */
unsigned of_field_find(struct of_str name);

/* What an item is filed under: a category, an author, a tag, any path's value. */
struct of_category {
	struct of_str slug;  /* normalised (SPEC section 4), never absent */
	struct of_str path;  /* where its feeds go, relative and safe, no slash at either end */
	struct of_str label; /* what people read */
	struct of_str scheme; /* an IRI: the site's url and the path's parent folder */
	bool own_path;        /* the item named the path itself (categoryUrl) */
};

/* One group that an item is in, by one row of the site's `groups:`. */
struct of_membership {
	unsigned grouping; /* index into of_site.groups */
	struct of_category category;
	unsigned line, column; /* where the item says so */
};

struct of_related {
	struct of_str title; /* may be absent */
	struct of_str url;   /* absolute */
};

/* The featured image as an enclosure (SPEC section 5). */
struct of_image {
	struct of_str url;  /* absolute; absent when the item has no enclosure */
	struct of_str type; /* media type, "image/jpeg" */
	struct of_str alt;
	uint64_t length;        /* bytes; 0 while unknown */
	unsigned width, height; /* pixels; 0 while unknown */
};

/* An address that an item points at, and where its file says it. */
struct of_item_link {
	enum of_field field; /* OF_FIELD_COUNT for the body */
	struct of_str url;   /* absolute, http or https; of other schemes their name and colon;
				of what calls itself http or https and is no address, its text */
	struct of_str text;  /* as the file has it; absent where the body has it otherwise */
	bool is_image;       /* the body shows it as one */
	unsigned line, column; /* from 1; of a quoted value its quote; of the body in bytes, and
				  0 for its addresses of other schemes */
};

/*
 * One who makes items without files fills what he has; zero means absent.
 * All text is UTF-8 without characters that XML 1.0 forbids.
 */
struct of_item {
	struct of_str path; /* of the file, as diagnostics show it */
	struct of_str id;   /* absolute IRI */
	unsigned id_line;   /* where the file says so; 1 where its name does */
	struct of_str keys; /* what may tie the item to an id it had: "g:…", "u:…", "i:…", "s:…"
			       (guid, UUID, id, slug), each ended by a NUL */
	struct of_str slug;
	struct of_str title;        /* plain text, one line */
	struct of_str summary;      /* plain text, one line */
	bool summary_made;          /* of the body's first words: the front matter has none */
	struct of_str content_html; /* sanitised, every URL absolute */
	struct of_str permalink;    /* absolute */
	struct of_str source_url, source_name;
	struct of_str via_url, via_name;
	struct of_str language;
	int64_t published, updated, expires; /* OF_TIME_NONE where absent */
	bool draft;

	const struct of_person *authors;
	size_t n_authors;
	const struct of_category *categories; /* of the field, whatever groups the site has */
	size_t n_categories;
	const struct of_str *tags;
	size_t n_tags;
	struct of_image image;
	struct of_image untyped;           /* instead: one elsewhere, of a type nothing tells */
	unsigned image_line, image_column; /* where the file declares it */
	const struct of_str *looked; /* files that the image was looked for in, in order: it
					depends on each, also on one that is not there */
	size_t n_looked;
	bool unread; /* one of them is there and could not be read: the next time may differ */
	const struct of_related *related;
	size_t n_related;
	const struct of_str *aliases;
	size_t n_aliases;
	const struct of_membership *memberships;
	size_t n_memberships;
	const struct of_item_link *links; /* of OF_ITEM_LINKS alone */
	size_t n_links;
};

/* How much of an item is wanted. */
enum of_item_part {
	OF_ITEM_HEAD,  /* id, title, dates, draft, categories, memberships; no body is read */
	OF_ITEM_WHOLE, /* everything that a feed shows */
	OF_ITEM_LINKS  /* that, and every address with its place */
};

/*
 * Reads an item from the bytes of its file. path decides the body's language
 * (.html, or Markdown), the stem and the slug; it is relative to site->dir's
 * parent or absolute, as diagnostics should show it. What item holds belongs to
 * arena or is part of bytes, which must live as long. On failure the item is to
 * be skipped: err says where, what, and what to do, and *reason under what it is
 * counted. Warnings go to diag, but that of an untyped image, which an audit may know.
 */
OF_MUST_CHECK enum of_status of_item_parse(struct of_item *item, enum of_reason *reason,
	struct of_arena *arena, const struct of_site *site, struct of_str path,
	struct of_str bytes, enum of_item_part part, struct of_err *err, of_diag_fn *diag,
	void *payload);

/*
 * The keys of the front matter that decide the head of an item; the array is
 * the arena's, its texts are the site's or static. NULL, for all keys, without memory
 * or where the site names hundreds of paths.
 */
const struct of_str *of_item_head_keys(
	size_t *count, const struct of_site *site, struct of_arena *arena);

/*
 * NULL when a pattern of `permalinks`, such as /{year}/{slug}/, gives each item an
 * address; else why not, as the end of a sentence; static.
 */
const char *of_permalink_refusal(struct of_str pattern);
/* The marks of patterns, without their braces; NULL past the last; static. */
const char *of_permalink_mark_at(size_t index);

/*
 * Rebuilds untrusted HTML through the allow-list of elements, attributes and
 * URL schemes (SPEC section 3): what comes out has no script, style, form,
 * frame or comment, every element is closed, and relative URLs are absolute
 * against base. OF_EINPUT or OF_ELIMIT (depth) fill err.
 */
OF_MUST_CHECK enum of_status of_html_sanitise(
	struct of_buf *out, struct of_str html, struct of_str base, struct of_err *err);

#ifdef __cplusplus
}
#endif
#endif
