/*
 * One worker of the collecting loop: it reads heads, and keeps of each what
 * membership and order need.
 */
#ifndef OF_COLLECT_WORKER_H
#define OF_COLLECT_WORKER_H

#include <outfeed/collection.h>

#include "base/map.h"
#include <outfeed/buf.h>

struct of_diags;

/* A filing as one worker numbers it; the same thing may have another number elsewhere. */
struct local_filing {
	struct of_str key; /* what makes it the same: grouping, slug, path, label */
	unsigned grouping;
	struct of_category category;
	unsigned line, column; /* of the first time */
};

struct worker {
	struct of_arena *item; /* cleared for each item */
	struct of_arena *kept;
	struct of_buf bytes; /* of the file at hand */
	struct local_filing *filings;
	size_t n_filings, cap_filings;
	struct of_map numbers; /* key to its index in filings */
};

enum fate { FATE_KEPT, FATE_SKIPPED, FATE_DRAFT, FATE_FUTURE, FATE_EXPIRED, FATE_FAILED };

/* What became of one file; FATE_FAILED is a want of memory. */
struct found {
	enum fate fate;
	enum of_reason reason; /* of FATE_SKIPPED */
	unsigned worker;       /* whose numbers head.filings holds */
	struct of_head head;   /* of FATE_KEPT */
};

bool of_worker_init(struct worker *worker);
/* Accepts a zeroed one. */
void of_worker_finish(struct worker *worker);
/* Reads the file at path into found; trouble goes to diags. */
void of_worker_read(struct worker *worker, struct found *found, const struct of_site *site,
	int64_t now, struct of_str path, struct of_diags *diags);

#endif
