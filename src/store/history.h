/*
 * The history of a site's links (AUDIT section 5): what is used where, every
 * check ever made, what pages said. It says nothing of verdicts; it keeps them.
 *
 * Behind it stands a database: SQLite's `<site>/.outfeed/audit.db` in WAL mode, or
 * one of PostgreSQL, which many sites and many processes share (section 7). Their
 * tables are documented in sqlite_schema.h and postgres_schema.h, and people may
 * query them. What is put is written in batches: a kill loses at most the batch under
 * way, and nothing is ever half there. One thread at a time. A callback may read and
 * write the history, but not begin the walk that called it.
 *
 * Over PostgreSQL a history is a site's: links are those that the site uses, runs are
 * its own, while what is known of a link is shared. One without a site is a worker's:
 * links are those of all sites. The database may go away for a while: what is put is
 * kept in memory until it is back, see of_history_health(); what is read waits for it,
 * for OF_HISTORY_PATIENCE at most, and is OF_EIO then.
 */
#ifndef OF_STORE_HISTORY_H
#define OF_STORE_HISTORY_H

#include <outfeed/arena.h>
#include <outfeed/audit.h>
#include <outfeed/err.h>
#include <outfeed/page.h>
#include <outfeed/verdict.h>
#include <signal.h>

#include "base/err.h"

#define OF_HISTORY_BATCH 2000 /* checks in a transaction at most; and a second's at most */

struct of_history;

/* Which history; borrowed for the call. */
struct of_history_place {
	const char *folder;  /* of audit.db; not looked at where the store is another */
	struct of_str store; /* audit.store: absent or "sqlite"; "postgresql://...", which may
				hold a password: no message tells more of it than its host */
	struct of_str site;  /* its URL, which names it; absent: of all sites, for workers */
};

/*
 * Opens a history, making it, and SQLite's folder, where they are missing, and brings
 * an older schema up to date. A newer one is OF_ECONFIG: nothing is touched; so is
 * PostgreSQL where outfeed was built without it. A damaged audit.db is set aside as
 * audit.db.corrupt with a warning, and a new one begun. reporter may be NULL; else it, its
 * payload and its callback are used until the history closes: PostgreSQL goes and comes back.
 */
OF_MUST_CHECK enum of_status of_history_open(struct of_history **history,
	const struct of_history_place *place, const struct of_reporter *reporter,
	struct of_err *err);
/*
 * Opens a history that is there to look things up in it, whoever writes it
 * meanwhile. Nothing is put, brought up to date or set aside; one of another version,
 * or damaged, is OF_ECONFIG or OF_EINPUT. What is read is of the time of opening.
 */
OF_MUST_CHECK enum of_status of_history_open_to_read(
	struct of_history **history, const struct of_history_place *place, struct of_err *err);
/* A long statement that is under way when *stop becomes true ends with OF_ESTOPPED; those that
 * begin later do not, so that a run that is stopped can still keep and report what it has.
 * SQLite alone: PostgreSQL's have a time-out each. */
void of_history_heed(struct of_history *history, const volatile sig_atomic_t *stop);
/* Whether there is a history to be read, sound or not: opening one would make it. Of
 * PostgreSQL it is only asked when it is opened, and this is true. */
bool of_history_is_there(const struct of_history_place *place);
/* Whether it is the folder's audit.db, by which one can tell that it changed. */
bool of_history_is_file(const struct of_history_place *place);
/* Writes what is put; accepts NULL. Trouble is told by of_history_flush() before. Uses without
 * their end are dropped. What proved damaged (OF_EINPUT) is set aside. */
void of_history_close(struct of_history *history);
/* Ends the batch. Costs nothing where there is none: where checks are rare, call it each
 * second. */
OF_MUST_CHECK enum of_status of_history_flush(struct of_history *history, struct of_err *err);

/* -- Trouble, which SQLite has none of. */

#define OF_HISTORY_PATIENCE INT64_C(90000) /* ms that a reader waits for the database */

enum of_history_health {
	OF_HISTORY_FINE,
	OF_HISTORY_GONE, /* the database: what is put is kept in memory, and is not lost yet */
	OF_HISTORY_FULL  /* and no more should be put until it is back */
};

/* Tries to come back, for milliseconds at most, where it is time to: call it each second. */
enum of_history_health of_history_health(struct of_history *history);
/* Ends the batch, waiting for the database for so many milliseconds; OF_EIO says how many
 * checks could not be written. */
OF_MUST_CHECK enum of_status of_history_settle(
	struct of_history *history, int64_t milliseconds, struct of_err *err);
/* Checks that were not written so far, since the lease they were made under was another's by
 * then (leases.h). */
uint64_t of_history_refused(const struct of_history *history);
/* The database's clock less this machine's, in milliseconds: to be added to the time that
 * checks, runs and due dates are told in. */
int64_t of_history_clock(const struct of_history *history);

/* -- Links and their uses. Every run says anew what is used. */

struct of_use {
	struct of_str url;    /* normalised: what names the link */
	struct of_str host;   /* lower case */
	struct of_str domain; /* registrable */
	unsigned kind;        /* one of enum of_link_kind */
	struct of_str file;   /* as seen from the site's folder */
	unsigned line, column;
	struct of_str field; /* "source_url", "body", ... */
	struct of_str item_id, item_title, item_summary,
		category;  /* the first category's label */
	int64_t published; /* OF_TIME_NONE where unknown */
	enum of_verdict
		fixed; /* OF_VERDICT_INVALID or _SKIPPED: not to be fetched; else NONE */
};

/*
 * All uses between these two calls take the place of those there were, at once. A link without
 * uses keeps its history and is neither checked nor reported. A file's uses come together, the
 * item's fields alike: a file whose uses are what they were is not written at all. On failure
 * those there were stay, and all begins anew.
 */
OF_MUST_CHECK enum of_status of_history_begin_uses(
	struct of_history *history, struct of_err *err);
OF_MUST_CHECK enum of_status of_history_add_use(
	struct of_history *history, const struct of_use *use, struct of_err *err);
OF_MUST_CHECK enum of_status of_history_end_uses(
	struct of_history *history, struct of_err *err);

/* -- What to check. */

/* A link by its number; domain is borrowed for the call. False ends the walk. */
typedef bool of_history_due_fn(
	int64_t link, struct of_str domain, struct of_str url, void *payload);
/* Used links whose time has come (due <= now; or so far ahead that a clock must have been), or
 * all of the kinds; by domain, the longest due first. Of a few tens of thousands, what get_link
 * tells is kept until it is written, for 16 MiB at most. */
OF_MUST_CHECK enum of_status of_history_each_due(struct of_history *history, int64_t now,
	bool all, unsigned kinds, of_history_due_fn *each, void *payload, struct of_err *err);

struct of_link {
	int64_t number;
	struct of_str url, domain;
	unsigned kinds; /* of all its uses */
	struct of_past past;
	struct of_expectation expected; /* of its first use as a source, else of its first */
	struct of_str etag, last_modified;
	uint64_t print;          /* of_signs_print() of the last page in doubt */
	struct of_str final_url; /* of the last check */
};
/* The link's text is the arena's. */
OF_MUST_CHECK enum of_status of_history_get_link(struct of_history *history, int64_t number,
	struct of_link *link, struct of_arena *arena, struct of_err *err);

/* -- What was seen. */

struct of_check {
	int64_t link;
	int64_t run; /* of of_history_begin_run() */
	const struct of_observation *seen;
	const struct of_judgement *judgement;
	struct of_str etag, last_modified;
	uint64_t print;
};
/* A row of `check_`, the link as it now is, the page's metadata where a good one was read: the
 * answer no failure and no bot wall's, the verdict neither suspect nor rot. Else that of the
 * last good one stays. */
OF_MUST_CHECK enum of_status of_history_put_check(
	struct of_history *history, const struct of_check *check, struct of_err *err);
/* Changes the verdict of a link's newest check: evidence that came later (SHARED, SIBLING). */
OF_MUST_CHECK enum of_status of_history_revise(struct of_history *history, int64_t link,
	const struct of_judgement *judgement, struct of_err *err);
OF_MUST_CHECK enum of_status of_history_begin_run(
	struct of_history *history, int64_t now, int64_t *run, struct of_err *err);
OF_MUST_CHECK enum of_status of_history_end_run(struct of_history *history, int64_t run,
	int64_t now, bool complete, struct of_err *err);

/* Links of a run that landed, with 2xx, on a page of another URL that at least `least` unlike
 * URLs of the same domain landed on, now or in the last 60 days. URLs are alike that differ in
 * scheme, "www.", fragment or a slash at the end; dropping a query leads to no other page. */
typedef bool of_history_link_fn(int64_t link, void *payload);
OF_MUST_CHECK enum of_status of_history_each_shared(struct of_history *history, int64_t run,
	unsigned least, of_history_link_fn *each, void *payload, struct of_err *err);
/* Used links of a registrable domain that led to another URL when they were last checked, moved
 * or redirected, where no sign of soft-404 speaks against it; final_url is borrowed for the
 * call. */
typedef bool of_history_landing_fn(
	int64_t link, struct of_str final_url, unsigned signs, void *payload);
OF_MUST_CHECK enum of_status of_history_each_landing(struct of_history *history,
	struct of_str domain, of_history_landing_fn *each, void *payload, struct of_err *err);
/* URLs that were alive last time, each of another domain, spread by a hash: the control set. */
typedef bool of_history_url_fn(struct of_str url, void *payload);
OF_MUST_CHECK enum of_status of_history_each_control(struct of_history *history, unsigned most,
	of_history_url_fn *each, void *payload, struct of_err *err);

/* -- Captures (AUDIT section 6, --archive). */

/* A rotten link, for which a capture is wanted; text is borrowed for the call. */
struct of_uncaptured {
	int64_t number;
	struct of_str url;
	int64_t wanted;   /* when the item that uses it was published; else its first check */
	int64_t went_bad; /* the first check since its last success: a later capture is of rot
			   */
};
typedef bool of_history_uncaptured_fn(const struct of_uncaptured *link, void *payload);
/* Used links that are rot and have no capture, in their order; not those for which none was
 * there when asked after that time. */
OF_MUST_CHECK enum of_status of_history_each_uncaptured(struct of_history *history,
	int64_t asked_before, of_history_uncaptured_fn *each, void *payload,
	struct of_err *err);
/* An absent capture says that there is none, as of now. */
OF_MUST_CHECK enum of_status of_history_put_capture(struct of_history *history, int64_t link,
	struct of_str capture, int64_t captured, int64_t now, struct of_err *err);

/* -- For reports and for build. */

struct of_report_use {
	struct of_str file, field, item_id, item_title, category;
	unsigned line, column, kind;
	int64_t published;
};
struct of_report_check {
	int64_t at;
	enum of_verdict verdict;
	enum of_failure failure;
	unsigned status, milliseconds;
	struct of_str final_url, words;
	const struct of_hop *hops;
	size_t n_hops;
};
struct of_report_link {
	int64_t number;
	struct of_str url, host, domain, final_url, words;
	struct of_str title; /* of the last good page */
	struct of_str suggestion, capture;
	int64_t captured;
	struct of_past past;
	int64_t due;
	double likeness;
	bool is_new_rot; /* not rot when the run before the newest ended; a killed one is none
			  */
	const struct of_report_use *uses;
	size_t n_uses;
	const struct of_report_check *checks; /* the newest first, at most `checks` of them */
	size_t n_checks;
};
/*
 * Each used link of the verdicts, which are bits (1 << verdict): rot first, then by
 * verdict, host and URL. A link comes at a time, all of it the arena's; *more is false
 * when there was none. Between two of them the history may be used, but for a second
 * walk; from another thread, one at a time.
 */
#define OF_VERDICTS_ALL ((1U << OF_VERDICT_COUNT) - 1)
struct of_report_walk;
OF_MUST_CHECK enum of_status of_history_begin_report(struct of_report_walk **walk,
	struct of_history *history, unsigned verdicts, unsigned checks, struct of_err *err);
OF_MUST_CHECK enum of_status of_history_next_report(struct of_report_walk *walk,
	struct of_report_link *link, struct of_arena *arena, bool *more, struct of_err *err);
/* Accepts NULL; of any end, also after a failure to begin. */
void of_history_end_report(struct of_report_walk *walk);
/* The same by a callback, for which the link is borrowed: memory for one at a time. */
typedef bool of_history_report_fn(const struct of_report_link *link, void *payload);
OF_MUST_CHECK enum of_status of_history_each_report(struct of_history *history,
	unsigned verdicts, unsigned checks, of_history_report_fn *each, void *payload,
	struct of_err *err);

/* The used links as they now stand: what each_report tells, counted, for a fiftieth of its
 * cost. */
struct of_totals {
	size_t links, uses;
	size_t by_verdict[OF_VERDICT_COUNT];
	size_t rot, new_rot; /* new: as is_new_rot */
};
OF_MUST_CHECK enum of_status of_history_totals(
	struct of_history *history, struct of_totals *sums, struct of_err *err);

/* What the last audit learned of a URL, for build: text is the arena's; *found says whether
 * there is any. */
struct of_learned {
	enum of_verdict verdict;
	struct of_str capture;
	bool has_page;
	/* the last good one, without its text, which is not kept; zeroed where there is none */
	struct of_page page;
};
OF_MUST_CHECK enum of_status of_history_learned(struct of_history *history, struct of_str url,
	struct of_learned *learned, bool *found, struct of_arena *arena, struct of_err *err);
/* A link that has metadata, and what is known of the newest check that gave the page, 304
 * included; borrowed for the call. */
struct of_page_source {
	struct of_str url;
	unsigned status;                   /* 0 where no such check is known, */
	struct of_str final_url;           /* which is absent then, too */
	struct of_str etag, last_modified; /* absent also where a later check failed */
	struct of_hop hops[OF_LIMIT_HOPS];
	size_t n_hops;
};
/* Each used link with metadata, in the order of their URLs, for --metadata FILE.jsonl. */
typedef bool of_history_page_fn(
	const struct of_page_source *source, const struct of_page *page, void *payload);
OF_MUST_CHECK enum of_status of_history_each_page(struct of_history *history,
	of_history_page_fn *each, void *payload, struct of_err *err);

#endif
