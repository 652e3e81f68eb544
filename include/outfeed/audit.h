/*
 * The audit: every link of a site's items checked, its history kept, rot
 * reported (AUDIT.md), as `outfeed audit` does it.
 */
#ifndef OUTFEED_AUDIT_H
#define OUTFEED_AUDIT_H

#include <outfeed/err.h>
#include <outfeed/site.h>
#include <outfeed/str.h>
#include <outfeed/verdict.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define OF_LIMIT_URL ((size_t)8 << 10) /* bytes of a URL that is fetched */
#define OF_LIMIT_HOPS 10               /* redirects */

enum of_audit_method { OF_METHOD_GET, OF_METHOD_HEAD };
enum of_robots { OF_ROBOTS_DELAY, OF_ROBOTS_OBEY, OF_ROBOTS_IGNORE };

/* Where a link stands in an item: bits of `only` and --only. */
enum of_link_kind {
	OF_LINK_KIND_SOURCE = 1 << 0, /* source_url and via_url */
	OF_LINK_KIND_IMAGE = 1 << 1,  /* the featured image */
	OF_LINK_KIND_BODY = 1 << 2,   /* href of the body, and src but for images */
	OF_LINK_KIND_RELATED = 1 << 3,
	OF_LINK_KIND_PICTURE = 1 << 4 /* an image of the body: chosen with it, fetched as one */
};
#define OF_LINK_KINDS_ALL 0x1fu

/* A row of `hosts:`: how hosts that match are treated. */
struct of_host_rule {
	struct of_str pattern; /* of a host's name, with * and ?; lower case */
	int64_t delay;         /* ms; -1 for the general one */
	unsigned per_host;     /* 0 for the general one */
};

/* A row of `headers:`: sent to hosts that match, and to no other. */
struct of_host_header {
	struct of_str pattern;
	struct of_str name, value; /* ${NAME} stands for the environment's, as read */
};

/* A range of addresses (CIDR); IPv4 as IPv4-mapped IPv6. */
struct of_address_range {
	unsigned char bytes[16];
	unsigned bits; /* of the prefix, 0 to 128 */
};

/* `audit:` of outfeed.yaml, with its defaults (AUDIT section 8). Text and arrays are the
 * site's. */
struct of_audit_settings {
	const struct of_str *include; /* patterns of URLs, with * and ?; none for all */
	size_t n_include;
	const struct of_str *exclude;
	size_t n_exclude;
	unsigned only; /* enum of_link_kind */
	enum of_audit_method method;
	unsigned concurrency; /* transfers at a time */
	unsigned per_host;    /* connections to a host at a time */
	int64_t delay;        /* ms between the starts of requests to a host */
	const struct of_host_rule *hosts;
	size_t n_hosts;
	int64_t timeout;         /* ms, of a whole transfer */
	int64_t connect_timeout; /* ms */
	unsigned retries;        /* within a run */
	size_t max_body;         /* bytes, decoded */
	enum of_robots robots;
	struct of_str contact, user_agent; /* absent contact: the site's url */
	const struct of_host_header *headers;
	size_t n_headers;
	struct of_str proxy;
	const struct of_address_range *allow_addresses;
	size_t n_allow_addresses;
	const struct of_str *controls; /* URLs */
	size_t n_controls;
	struct of_verdict_rules rules; /* `recheck:` changes its times */
	struct of_str store;           /* absent for SQLite in the state's folder */
	struct of_str archive_url;     /* of a Memento availability service */
	bool metadata_fill;
	const struct of_str *nameservers; /* ADDRESS or ADDRESS:PORT; none for the system's */
	size_t n_nameservers;
	struct of_str ca_file; /* trusted beside the system's; absent for none */
};

/* What became of one link, as it is told while the audit runs; borrowed for the call. */
struct of_audit_event {
	struct of_str url, final_url, words;
	enum of_verdict verdict, former; /* former: NONE for the first check */
	enum of_failure failure;
	unsigned status, milliseconds;
	size_t checked, total;    /* of this run, this one counted */
	const size_t *by_verdict; /* OF_VERDICT_COUNT counts of this run */
};
typedef void of_audit_event_fn(const struct of_audit_event *event, void *payload);

/* Which part of an audit a run is. Links that many sites and machines share are in a store of
 * PostgreSQL (AUDIT section 7). */
enum of_audit_part {
	OF_AUDIT_WHOLE,  /* list the site's links, check those that are due, report */
	OF_AUDIT_PLAN,   /* list them alone, for workers to check */
	OF_AUDIT_WORKER, /* check links of all sites of the store until none is due: no item is
			    read, nothing is reported */
	OF_AUDIT_REPORT  /* report what the store holds: no item is read, no link is fetched */
};

struct of_audit_options {
	enum of_audit_part part;
	int64_t now;    /* when the run begins, for what it is: OF_TIME_NONE for the clock */
	unsigned jobs;  /* threads that read items; 0 for one a core */
	bool all;       /* check every link, due or not */
	int64_t budget; /* ms after which the run ends in order; 0 for none */
	unsigned only;  /* enum of_link_kind; 0 for what the site says */
	bool archive;   /* ask for captures of what is dead */
	struct of_str report;   /* folder of the reports; absent for <output>/audit */
	struct of_str patch;    /* file for a diff of moved links; absent for none */
	struct of_str metadata; /* file for pages' metadata as JSON lines; absent for none */
	of_diag_fn *diag;       /* on the caller's thread; may be NULL */
	void *payload;
	of_audit_event_fn *event; /* on the caller's thread; may be NULL */
	void *event_payload;
	const volatile sig_atomic_t *stop; /* true ends the run, OF_ESTOPPED; may be NULL */
};

/* What the summary of `outfeed audit` prints. */
struct of_audit_result {
	size_t items; /* that were looked through */
	size_t links; /* that they use, each once */
	size_t uses;
	size_t due;     /* links whose time had come */
	size_t checked; /* of those, in this run */
	size_t put_off; /* of those, left for a later run: a host in trouble, the budget */
	size_t by_verdict[OF_VERDICT_COUNT]; /* of all links, as they now stand */
	size_t rot;                          /* links that are dead, soft-404 or hijacked */
	size_t new_rot;                      /* of those, since the last run */
	size_t captures;                     /* found in this run */
	size_t patched;                      /* values that the patch changes */
	size_t requests, retries;
	uint64_t bytes;    /* received */
	size_t refused;    /* checks not written: their lease was another's by then */
	bool network_down; /* most controls failed: nothing was recorded */
	bool complete;     /* every link that was due was checked or put off */
	double seconds;
	double listing, checking,
		reporting; /* seconds of it: items to links, the web, reports */
};

/*
 * Audits the site. On failure err says what; what was checked is kept. A run
 * that stop ends is OF_ESTOPPED, and the next goes on from there.
 */
OF_MUST_CHECK enum of_status of_audit_run(struct of_audit_result *result,
	const struct of_site *site, const struct of_audit_options *options, struct of_err *err);

/* "500ms", "10s", "15m", "12h", "7d" or "0" as milliseconds; false for anything else. */
bool of_duration_parse(int64_t *ms, struct of_str text);
/* Adds the kind of that name ("source", "image", "body", "related"); false when there is none.
 */
bool of_link_kinds_add(unsigned *kinds, struct of_str name);

#ifdef __cplusplus
}
#endif
#endif
