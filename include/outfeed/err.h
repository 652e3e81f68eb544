/*
 * Failure as a value of the caller.
 *
 * A function that can fail returns enum of_status and fills the caller's
 * struct of_err: where it is and what to do. Trouble with a single item is not
 * a failure of the run: it is a diagnostic, given to a callback, and the run
 * goes on. Diagnostics are written as `path:line:col: warning|error: message`
 * (SPEC section 1).
 */
#ifndef OUTFEED_ERR_H
#define OUTFEED_ERR_H

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__) || defined(__clang__)
#define OF_MUST_CHECK __attribute__((warn_unused_result))
#else
#define OF_MUST_CHECK
#endif

enum of_status {
	OF_OK = 0,
	OF_ENOMEM,  /* no memory */
	OF_EIO,     /* a file or folder could not be read or written */
	OF_EINPUT,  /* an item's bytes mean nothing: that item is skipped */
	OF_ELIMIT,  /* one of the limits of SPEC section 3 */
	OF_ECONFIG, /* outfeed.yaml or an option is wrong */
	OF_EEMPTY,  /* no items: nothing was changed (SPEC section 7) */
	OF_EBUSY,   /* another build of the site holds the lock */
	OF_ESTOPPED /* interrupted by the caller; the next run goes on */
};

#define OF_ERR_PATH_MAX 1024
#define OF_ERR_MESSAGE_MAX 768

/* Owns its text, so it may be kept and copied. Zeroed means no error. */
struct of_err {
	enum of_status code;
	int sys_errno;   /* 0 where the system had no part in it */
	unsigned line;   /* from 1; 0 where it does not apply */
	unsigned column; /* in characters, from 1; 0 where it does not apply */
	char path[OF_ERR_PATH_MAX];
	char message[OF_ERR_MESSAGE_MAX]; /* one line, no full stop needed */
};

enum of_severity { OF_NOTE, OF_WARNING, OF_ERROR };

/* Why an item is not in the feeds; the summary counts by it. */
enum of_reason {
	OF_REASON_NONE = 0,     /* a warning: the item stays */
	OF_REASON_UNREADABLE,   /* the file could not be read */
	OF_REASON_FRONT_MATTER, /* missing, unclosed, not YAML, not a mapping */
	OF_REASON_TOML,         /* front matter between +++ lines */
	OF_REASON_LIMIT,        /* a limit of SPEC section 3 */
	OF_REASON_NO_DATE,      /* neither published nor updated */
	OF_REASON_DUPLICATE_ID, /* another item has the id */
	OF_REASON_CATEGORY,     /* a category whose slug or path is refused */
	OF_REASON_BODY,         /* the body cannot be rebuilt */
	OF_REASON_GROUP,        /* no item: a group whose path is another's */
	OF_REASON_COUNT
};

/* The word that the summary uses, such as "front-matter"; static. */
const char *of_reason_name(enum of_reason reason);

/* Borrowed by the callback until it returns. */
struct of_diag {
	enum of_severity severity;
	enum of_reason reason;
	const char *path; /* as given by the user, or relative to the site; never NULL */
	unsigned line;    /* from 1; 0 where it does not apply */
	unsigned column;
	const char *message;
};

typedef void of_diag_fn(const struct of_diag *diag, void *payload);

#ifdef __cplusplus
}
#endif
#endif
