/*
 * Groups to documents: which of them have to be made, each of those read,
 * rendered and staged.
 */
#ifndef OF_DOCUMENTS_H
#define OF_DOCUMENTS_H

#include "base/progress.h"
#include "feed/group.h"
#include "publish/ledger.h"

struct of_learner;

/* Everything is borrowed. */
struct of_documents {
	const struct of_site *site;
	const struct of_collection *collection;
	struct of_groups *groups;
	struct of_ledger *ledger;
	struct of_learner *learner; /* NULL without a history of an audit */
	struct of_publisher *publisher;
	struct of_diags *diags;
	const struct of_progress *progress;
	unsigned jobs;
	int64_t since;     /* ns: what changed at or after it may change again unseen */
	uint64_t settings; /* fingerprint of all that shows in documents */
	bool all;          /* make every document, also those that hold */
	bool elsewhere;    /* the last run published to another folder: look at every group */
	bool dry_run;      /* nothing is staged: name what would be, in a note */
	/* set by of_documents_make() */
	size_t kept;  /* documents that needed no making */
	size_t shown; /* groups that have documents */
};

OF_MUST_CHECK enum of_status of_documents_make(
	struct of_documents *documents, struct of_err *err);

#endif
