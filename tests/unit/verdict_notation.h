/*
 * Checks of a link as words, by the notation that verdicts.txt explains.
 * Included after cmocka.h.
 */
#ifndef VERDICT_NOTATION_H
#define VERDICT_NOTATION_H

#include "base/str.h"
#include <outfeed/verdict.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define HOUR ((int64_t)3600)
#define DAY (24 * HOUR)
#define BEGINNING ((int64_t)1600000000)
#define MAX_HOPS 10

#define ITEM_TITLE "Seven habits of careful gardeners"
#define ITEM_SUMMARY "How to prune old roses, water raised beds and keep soil alive in winter"

static const struct of_expectation item = {STR_INIT(ITEM_TITLE), STR_INIT(ITEM_SUMMARY), false};
static const struct of_page same = {
	.title = STR_INIT(ITEM_TITLE), .description = STR_INIT(ITEM_SUMMARY)};
static const struct of_page unlike = {.title = STR_INIT("Cheap loans without questions asked"),
	.description = STR_INIT("Borrow money online today, casino bonus included, call now")};
static const struct of_page retitled = {
	.title = STR_INIT("Green fingers made easy"), .description = STR_INIT(ITEM_SUMMARY)};
static const struct of_page untitled = {.truncated = false};

struct seen {
	struct of_observation observation;
	struct of_hop hops[MAX_HOPS];
};

static const struct {
	const char *name;
	unsigned sign;
} signs[] = {
	{"root", OF_SIGN_ROOT},
	{"login", OF_SIGN_LOGIN},
	{"not-found", OF_SIGN_NOT_FOUND},
	{"shared", OF_SIGN_SHARED},
	{"sibling", OF_SIGN_SIBLING},
	{"parked", OF_SIGN_PARKED},
	{"challenge", OF_SIGN_CHALLENGE},
	{"domain", OF_SIGN_DOMAIN},
};

static const struct {
	const char *name;
	const struct of_page *page;
} pages[] = {
	{"unlike", &unlike},
	{"retitled", &retitled},
	{"untitled", &untitled},
	{"bodiless", NULL},
};

/* DAY or DAY:HH, in seconds. */
static inline bool read_time(int64_t *seconds, struct of_str text)
{
	uint64_t days, hours = 0;
	struct of_str rest = text;
	struct of_str day = of_str_split(&rest, ':');

	if (!of_str_to_uint(&days, day) || (rest.ptr != NULL && !of_str_to_uint(&hours, rest)))
		return false;
	*seconds = (int64_t)days * DAY + (int64_t)hours * HOUR;
	return true;
}

static inline bool read_mark(struct of_observation *seen, struct of_str mark)
{
	for (size_t i = 0; i < COUNT(signs); i++)
		if (of_str_equal(mark, of_str_from(signs[i].name))) {
			seen->signs |= signs[i].sign;
			return true;
		}
	for (size_t i = 0; i < COUNT(pages); i++)
		if (of_str_equal(mark, of_str_from(pages[i].name))) {
			seen->page = pages[i].page;
			return true;
		}
	return of_str_starts(mark, STR("retry=")) &&
	       read_time(&seen->retry_after, of_str_from_offset(mark, 6));
}

/* A status, or a failure's name. */
static inline bool read_end(struct of_observation *seen, struct of_str text)
{
	uint64_t status;

	if (of_str_to_uint(&status, text)) {
		seen->status = (unsigned)status;
		seen->failure = status >= 400 ? OF_FAILURE_HTTP : OF_FAILURE_NONE;
		seen->not_modified = status == 304;
		seen->page = status >= 200 && status < 300 ? &same : NULL;
		return true;
	}
	for (unsigned i = 0; i < OF_FAILURE_COUNT; i++)
		if (of_str_equal(text, of_str_from(of_failure_name((enum of_failure)i)))) {
			seen->failure = (enum of_failure)i;
			return true;
		}
	return false;
}

static inline bool read_seen(struct seen *seen, struct of_str text)
{
	struct of_str marks = text;
	struct of_str steps = of_str_split(&marks, '+');
	struct of_str step = of_str_split(&steps, '>');
	struct of_observation *o = &seen->observation;

	*seen = (struct seen){.observation.url = STR("https://garden.example/habits")};
	o->final_url = o->url;
	for (; steps.ptr != NULL; step = of_str_split(&steps, '>')) {
		uint64_t status;

		if (o->n_hops == MAX_HOPS || !of_str_to_uint(&status, step))
			return false;
		o->final_url = STR("https://garden.example/new");
		seen->hops[o->n_hops++] = (struct of_hop){(unsigned)status, o->final_url};
	}
	o->hops = seen->hops;
	if (!read_end(o, step))
		return false;
	while (marks.ptr != NULL)
		if (!read_mark(o, of_str_split(&marks, '+')))
			return false;
	return true;
}

#endif
