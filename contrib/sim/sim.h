/*
 * A made-up web whose truth is known, for years.c: hosts and links with their
 * fates, and what each URL answers at any second. Everything follows from the
 * seed by hashing; nothing is drawn from a stream, so that any second may be asked for
 * in any order, twice over.
 */
#ifndef SIM_H
#define SIM_H

#include <outfeed/buf.h>
#include <outfeed/page.h>
#include <outfeed/verdict.h>

#define HOUR ((int64_t)3600)
#define DAY (24 * HOUR)
#define NEVER INT64_MAX
#define SIM_BEGINNING ((int64_t)1704067200) /* a Monday */

/* -- words.c: text in made-up words of real alphabets, and real phrases. */

enum language { ENGLISH, GERMAN, FRENCH, SPANISH, ITALIAN, JAPANESE, LANGUAGES };

enum phrase {
	PHRASE_NOT_FOUND,
	PHRASE_NOT_FOUND_ODD, /* in words that nobody would list */
	PHRASE_MAINTENANCE,
	PHRASE_LOGIN,
	PHRASE_FOR_SALE,
	PHRASE_CHALLENGE,
	PHRASE_APP, /* of a page that scripts make */
	PHRASES
};

uint64_t sim_mix(uint64_t a, uint64_t b, uint64_t c);
/* 0 to n - 1. */
static inline unsigned sim_pick(uint64_t key, unsigned n)
{
	return (unsigned)(sim_mix(key, 77, n) >> 11) % n;
}
static inline bool sim_chance(uint64_t key, unsigned per_mille)
{
	return sim_pick(key, 1000) < per_mille;
}
/* n words, about half of them from the few of a topic. */
void sim_add_words(
	struct of_buf *out, enum language language, uint64_t topic, uint64_t key, unsigned n);
/* A word for a name in a URL, in ASCII. */
void sim_add_name(struct of_buf *out, uint64_t key);
const char *sim_phrase(enum phrase phrase, enum language language);

/* -- world.c */

enum truth { TRUTH_LIVING, TRUTH_DEAD, TRUTH_GONE, TRUTH_HIJACKED, TRUTH_CHANGED, TRUTHS };

/* What becomes of a host for good; LAPSED comes back. */
enum fate {
	FATE_NONE,
	FATE_NXDOMAIN,
	FATE_REFUSED,
	FATE_TIMEOUT,
	FATE_SERVFAIL,
	FATE_ERRORS, /* 5xx */
	FATE_DECAY,  /* errors ever more often for two months, then nothing else */
	FATE_PARKED,
	FATE_PARKED_AWAY, /* on the parking company's domain */
	FATE_SOLD_AWAY,   /* redirects to another business */
	FATE_SOLD_ROOT,   /* another site, every old URL to its root */
	FATE_SOLD_HERE,   /* another site that answers to every URL */
	FATE_MOVED,       /* to another domain, path for path */
	FATE_HTTPS,       /* to https and www */
	FATE_LOGIN,       /* everything behind a log-in */
	FATE_TLS,         /* a certificate that nobody renews */
	FATE_LAPSED,      /* no name for two months or more, then back */
	FATES
};

/* What passes. */
enum trouble {
	TROUBLE_NONE,
	TROUBLE_5XX,
	TROUBLE_REFUSED,
	TROUBLE_TIMEOUT,
	TROUBLE_SERVFAIL,
	TROUBLE_NXDOMAIN,
	TROUBLE_404,         /* a deploy gone wrong */
	TROUBLE_MAINTENANCE, /* a 200 at every URL */
	TROUBLE_TO_ROOT,     /* every URL redirects to the root, which says so */
	TROUBLE_TLS,
	TROUBLE_429,
	TROUBLE_PARKED, /* the registrar's page, until somebody pays */
	TROUBLE_WALL_403,
	TROUBLE_WALL_CHALLENGE,
	TROUBLE_WALL_200, /* a challenge that says 200 */
	TROUBLE_WALL_LOGIN,
	TROUBLES
};

/* How a host answers for a page that it does not have. */
enum missing {
	MISSING_404,
	MISSING_410,
	MISSING_ROOT,
	MISSING_SOFT,     /* 200 and "not found" */
	MISSING_SOFT_ODD, /* the same in words that nobody would list */
	MISSING_PAGE,     /* to /404, which is 200 */
	MISSING_SECTION,  /* removed pages to their section; 404 for all else */
	MISSINGS
};

struct sim_event {
	enum trouble trouble;
	int64_t from, to;
};

#define SIM_EVENTS 40

struct sim_host {
	enum language language;
	enum missing missing;
	enum fate fate;
	int64_t when;  /* the fate */
	int64_t until; /* FATE_LAPSED */
	bool is_app;   /* every page is one shell for scripts */
	bool has_etags;
	struct sim_event events[SIM_EVENTS];
	unsigned n_events;
};

struct sim_link {
	unsigned host;
	int64_t removed, retitled, changed; /* when; NEVER */
	/* The item's words, and the URL; the world's. */
	struct of_str url;
	struct of_expectation item;
};

struct sim_world {
	uint64_t seed;
	int64_t end;
	struct sim_host *hosts;
	struct sim_link *links;
	unsigned n_hosts, n_links;
};

/* False when there is no memory. */
bool sim_world_init(struct sim_world *world, uint64_t seed, unsigned n_hosts, unsigned n_links,
	int64_t end);
void sim_world_finish(struct sim_world *world);

/* What is so of a link at that time; troubles that pass leave it what it is. */
enum truth sim_truth(const struct sim_world *world, unsigned link, int64_t at);
/* A link that is dead by 404, 410 or no name: counted by the short rule. */
bool sim_dies_hard(const struct sim_world *world, unsigned link, int64_t at);
/* Its host has a trouble that passes: what became of the link cannot be seen. */
bool sim_hidden(const struct sim_world *world, unsigned link, int64_t at);

/* -- Of world.c, for answer.c. */

uint64_t sim_host_key(const struct sim_world *world, unsigned host);
uint64_t sim_link_key(const struct sim_world *world, unsigned link);
void sim_add_host_name(struct of_buf *out, const struct sim_world *world, unsigned host);
/* Title or description of a version of a link's page. */
void sim_add_title(
	struct of_buf *out, const struct sim_world *world, unsigned link, unsigned version);
void sim_add_description(
	struct of_buf *out, const struct sim_world *world, unsigned link, unsigned version);
/* The host's fate holds at that time. */
bool sim_has_come(const struct sim_host *host, int64_t at);
/* Seconds between the last day of a name and the first of its parking page. */
int64_t sim_nameless(const struct sim_world *world, unsigned host);
/* Of a thousand requests to a decaying host, those that fail. */
unsigned sim_decay(const struct sim_host *host, int64_t at);
enum trouble sim_trouble(const struct sim_host *host, int64_t at);

/* -- answer.c */

/* An answer with everything that it points at. Zeroed before its first use. */
struct sim_answer {
	struct of_observation seen; /* signs: those of the pages alone, and DOMAIN */
	struct of_hop hops[2];
	struct of_page page;
	uint64_t content; /* the same number, the same page */
	struct of_buf text;
	bool challenge_header;
};

/* What a link answers, or a made-up URL beside it. with_page: its text too. */
void sim_answer(struct sim_answer *answer, const struct sim_world *world, unsigned link,
	int64_t at, bool sibling, bool with_page);
void sim_answer_finish(struct sim_answer *answer);

#endif
