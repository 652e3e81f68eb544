/*
 * What years.c measures of an audit whose truth is known, and what must come of it.
 */
#ifndef SIM_MEASURE_H
#define SIM_MEASURE_H

#include "sim.h"

#define NIGHTS 730
#define DELAYS 200 /* days */

struct state {
	struct of_past past;
	int64_t due;
	uint64_t content, print; /* of the last page */
	uint64_t landing;        /* hash of another URL that it landed on */
	int64_t landed;
	bool is_elsewhere; /* it landed on another domain */
	/* Measures. */
	int64_t first_failed; /* while it is dead in truth and fails */
	bool is_hard, is_late;
	unsigned unseen; /* nights since then without a record, or behind a trouble of its host
			  */
	enum truth truth;
	int64_t truth_since;
	bool is_found;
};

struct delays {
	unsigned days[DELAYS], n, worst;
};

struct audit {
	struct sim_world world;
	struct state *states;
	bool is_verbose;   /* tell of each link that was called wrongly or late */
	bool is_once;      /* the control set is tried but once a night */
	bool lost_network; /* it fails at the end of this night */
	uint64_t traced;   /* a link whose checks are told of */
	unsigned long checks, probes, not_modified;
	unsigned unrecorded_nights, false_deaths, late[2], broken_runs;
	unsigned calls[OF_VERDICT_COUNT][TRUTHS];
	struct delays dead[2], found[TRUTHS];
	unsigned spells[TRUTHS], spells_found[TRUTHS];
	unsigned missed_by[MISSINGS + FATES];
};

/* The truth of a link at the beginning of a night, or at a check. */
void sim_note_truth(struct audit *audit, unsigned link, int64_t at);
/* A check, before the link's past is what judged says. */
void sim_measure(struct audit *audit, unsigned link, const struct of_judgement *judged);
void sim_measure_end(struct audit *audit);
/* Prints all; true when what must be shown is. */
bool sim_report(const struct audit *audit);

#endif
