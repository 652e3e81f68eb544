/*
 * What the commands share: exit statuses, and words to the user.
 */
#ifndef OF_CLI_CLI_H
#define OF_CLI_CLI_H

#include "cli/options.h"
#include <outfeed/buf.h>
#include <outfeed/site.h>
#include <outfeed/str.h>
#include <signal.h>

/* SPEC section 1. */
enum {
	STATUS_DONE = 0,
	STATUS_FAILED = 1,
	STATUS_USAGE = 2,
	STATUS_FINDINGS = 3,
	STATUS_INTERRUPTED = 130
};

extern const struct command audit_command; /* cmd_audit.c */
extern const struct command init_command;  /* cmd_init.c */
extern const struct command serve_command; /* cmd_serve.c */

int run_audit(int argc, char **argv, const struct command *command);
int run_build(int argc, char **argv, const struct command *command);
int run_help(int argc, char **argv, const struct command *command);
int run_init(int argc, char **argv, const struct command *command);
int run_serve(int argc, char **argv, const struct command *command);
int run_version(int argc, char **argv, const struct command *command);

/* The keys below one of outfeed.yaml's, as a paragraph that opens with the words. */
void print_keys_below(FILE *out, const char *opening, const char *above);

/* Once, before there are other threads. */
void prepare_libraries(void);

/* Set by SIGINT or SIGTERM, once signals_catch() was called: the run ends in order. A second
 * signal ends it at once. */
extern volatile sig_atomic_t signal_stopped;
void signals_catch(void);

/* How diagnostics are told: the payload of tell_diag. */
struct progress;

struct telling {
	bool quiet; /* errors alone */
	bool color;
	struct progress *progress; /* whose line is wiped before a diagnostic; may be NULL */
};

void telling_init(struct telling *telling, const struct common_options *options);
/* An of_diag_fn: `path:line:col: warning|error: message` on stderr. */
void tell_diag(const struct of_diag *diag, void *telling);
void tell_err(const struct of_err *err, const struct telling *telling);
/*
 * The site that a command works on: where may be NULL for the current folder,
 * output for what outfeed.yaml says. What is wrong is in err, and not told yet.
 */
OF_MUST_CHECK enum of_status load_site(struct of_site **site, const char *where,
	const char *output, struct telling *telling, struct of_err *err);
/* Text from elsewhere to stderr; what would move or turn a terminal's text is a '?'. */
void tell_text(const char *text);
void tell_str(struct of_str text);
/* Appends such text; lines: its line ends are kept. */
void add_harmless(struct of_buf *out, struct of_str text, bool lines);
/* How a run ended, as every command's JSON has it: the word, and what failed. */
struct of_json;
void add_outcome(struct of_json *json, const char *word, const struct of_err *err);
/* The text to stdout, past stdio. False, and said on stderr, when it does not get there. */
bool put_text(struct of_str text);
/* The exit status of a failure. */
int status_of(const struct of_err *err);

#endif
