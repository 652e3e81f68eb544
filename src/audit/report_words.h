/*
 * What the reports say in words, and how texts of items and servers are made
 * fit to be shown.
 */
#ifndef OF_AUDIT_REPORT_WORDS_H
#define OF_AUDIT_REPORT_WORDS_H

#include "audit/report_writer.h"

/* What a verdict asks of a curator. */
enum of_report_group {
	OF_REPORT_ROT,
	OF_REPORT_MEND,  /* answers, and yet the link should be changed */
	OF_REPORT_WATCH, /* nobody can tell yet, or not by a machine */
	OF_REPORT_FINE,
	OF_REPORT_ASIDE, /* not looked at */
	OF_REPORT_GROUPS
};

enum of_report_outcome { OF_REPORT_PASSED, OF_REPORT_FAILED, OF_REPORT_SKIPPED };

struct of_report_verdict {
	const char *label;   /* "Dead" */
	const char *meaning; /* a sentence */
	const char *advice;  /* a sentence: what to do; NULL for nothing */
	enum of_report_group group;
	enum of_report_outcome outcome; /* of a test case */
	const char *level;              /* SARIF's; NULL where it is no finding */
};
/* By enum of_verdict. */
extern const struct of_report_verdict of_report_verdicts[OF_VERDICT_COUNT];

/* Of a group: the word for people, and the one that styles it. */
const char *of_report_group_label(enum of_report_group group);
const char *of_report_group_name(enum of_report_group group);

/* "http-404", "dns-nxdomain"; nothing where there was no failure. */
void of_report_add_failure(struct of_buf *out, enum of_failure failure, unsigned status);
/* The same, or what the page gave away: "lands on a log-in page, says not found". */
void of_report_add_why(struct of_buf *out, const struct of_past *past);

/*
 * Text as it may be shown: valid UTF-8 on one line, and characters that would turn
 * around what stands beside them (U+202A to U+202E, U+2066 to U+2069) as
 * U+FFFD. Borrowed from the report's buffer until the next call.
 */
struct of_str of_report_clean(struct of_report *report, struct of_str text);
/* The same, at most so many characters and an ellipsis. */
struct of_str of_report_clean_cut(
	struct of_report *report, struct of_str text, size_t characters);

/* "2026-01-02", or nothing for a time that is not known. */
void of_report_add_date(struct of_buf *out, int64_t seconds);
bool of_report_has_time(int64_t seconds);
/* 1,234,567 */
void of_report_add_count(struct of_buf *out, size_t count);

/*
 * The file of a use as others will find it: from the site's folder, whatever that was called
 * when the audit was; as diagnostics show it where it lies elsewhere.
 */
struct of_str of_report_file(const struct of_report_about *about, struct of_str file);
/* What names a link in a file, whatever line it stands on; the same in every version. */
uint64_t of_report_print(struct of_str url, struct of_str file);

#endif
