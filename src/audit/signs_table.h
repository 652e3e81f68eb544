/*
 * The phrases that signs.c looks for, as words.h writes words: lower case, NFC,
 * a hyphen for whatever stands between. Each list ends with an absent one. Those
 * that every page is held against are sorted by bytes.
 */
#ifndef OF_AUDIT_SIGNS_TABLE_H
#define OF_AUDIT_SIGNS_TABLE_H

#include <outfeed/str.h>
#include <stdbool.h>
#include <stddef.h>

struct of_phrase {
	struct of_str words;
	bool anywhere; /* says it even in the middle of a short text */
};

/* "Page not found" and its kin: the whole of a title's part, or of a heading's sentence. */
extern const struct of_phrase of_signs_not_found[];
extern const size_t of_signs_not_found_count; /* without the absent one */
/* Words before or after those that say no more: "oops", "error", "404". */
extern const struct of_str of_signs_fillers[];

/* The path's segments of log-in pages, lower case, extensions off. */
extern const struct of_str of_signs_login_segments[];
/* Segments of those that articles have as well: only where a query says whence. */
extern const struct of_str of_signs_access_segments[];
/* The host's first labels of log-in servers. */
extern const struct of_str of_signs_login_labels[];
/* Parts of log-in pages' titles. */
extern const struct of_str of_signs_login_titles[];
/* The path's first segments of a site in one language or for one country. */
extern const struct of_str of_signs_home_languages[];
/* The path's last segments of home pages, extensions off. */
extern const struct of_str of_signs_home_segments[];

/* What parked pages say. */
extern const struct of_str of_signs_parked[];
/* Domains of those who park. */
extern const struct of_str of_signs_parking_hosts[];

/* How a bot wall shows itself. */
enum of_wall_place {
	OF_WALL_TITLE, /* a whole part of the title */
	OF_WALL_TEXT,  /* words of a short text */
	OF_WALL_SERVER /* the beginning of the Server header, with a status that refuses */
};

struct of_wall {
	enum of_wall_place place;
	struct of_str words;
	struct of_str with; /* words that the text must have as well; or absent */
	bool refused;       /* only with a status of 401, 403, 405, 429 or 503 */
};

/* Ends with one without words. */
extern const struct of_wall of_signs_walls[];

#endif
