/*
 * What one check is evidence of, before any history is asked: rows of const
 * tables, in the words of AUDIT section 3.
 */
#ifndef OF_AUDIT_EVIDENCE_H
#define OF_AUDIT_EVIDENCE_H

#include <outfeed/verdict.h>

enum of_evidence {
	OF_EVIDENCE_ANSWER,   /* 2xx or 304: a page, of whatever kind */
	OF_EVIDENCE_HARD,     /* counts, by the shorter rule */
	OF_EVIDENCE_SOFT,     /* counts, by the longer one */
	OF_EVIDENCE_DOUBT,    /* suspect, but says too little to count */
	OF_EVIDENCE_WALL,     /* a person must look */
	OF_EVIDENCE_THROTTLE, /* later */
	OF_EVIDENCE_TLS,
	OF_EVIDENCE_ADDRESS,
	OF_EVIDENCE_URL,
	OF_EVIDENCE_NOTHING, /* trouble on this side */
	OF_EVIDENCE_COUNT
};

enum of_evidence of_evidence_of(const struct of_observation *seen);

/* Of OF_SIGN_*: two of these make a soft 404. */
#define OF_SIGNS_SOFT_404 \
	(OF_SIGN_ROOT | OF_SIGN_LOGIN | OF_SIGN_SHARED | OF_SIGN_NOT_FOUND | OF_SIGN_SIBLING)

/* The signs of an answer: after a 304 those of the page's content are the last page's. */
unsigned of_evidence_signs(const struct of_observation *seen, const struct of_past *past);

/* Of an observation's page and the item: what is `likeness` there once it is `compared`. */
struct of_likeness of_evidence_compare(
	const struct of_observation *seen, const struct of_expectation *expected);

/*
 * What an answer's page gives away: OF_VERDICT_SOFT_404, _HIJACKED, _DRIFTED,
 * or _NONE where nothing speaks against it. *likeness as in struct of_judgement.
 */
enum of_verdict of_evidence_finding(double *likeness, const struct of_observation *seen,
	const struct of_past *past, const struct of_expectation *expected,
	const struct of_verdict_rules *rules);

#endif
