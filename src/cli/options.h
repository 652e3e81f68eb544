/*
 * Options as tables: one table parses the command line and prints the help.
 */
#ifndef OF_CLI_OPTIONS_H
#define OF_CLI_OPTIONS_H

#include <outfeed/err.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum color { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

/* What every command takes. */
struct common_options {
	bool help, quiet, verbose, json;
	enum color color;
	const char *site; /* the one argument that is no option; NULL where none is given */
};

struct build_options {
	struct common_options common;
	const char *output; /* NULL: as outfeed.yaml says */
	unsigned jobs;      /* 0: one a core */
	int64_t now;        /* OF_TIME_NONE: by the clock */
	bool strict, full, allow_empty, prune, dry_run, watch, ping, export_ids;
};

/* Takes an option's value; NULL when it is good, else what it should have been. */
typedef const char *take_fn(void *target, const char *value);

struct option {
	char letter;       /* '\0' for none */
	const char *name;  /* without its dashes */
	const char *value; /* what the help calls its value; NULL for a flag */
	const char *help;
	take_fn *take; /* NULL for a flag: the target is a bool */
	size_t offset; /* of the target in the command's options */
};

struct command {
	const char *name;
	const char *arguments;         /* as the usage line shows them */
	const char *summary;           /* one line */
	const char *text;              /* more, for its help; may be NULL */
	void (*print_more)(FILE *out); /* what of its help is made of tables; may be NULL */
	const struct option *options;  /* of its own; the common ones come on top */
	size_t n_options;
	int (*run)(int argc, char **argv, const struct command *command);
};

/* In the order of the help; NULL ends them. */
extern const struct command *const commands[];

/*
 * Parses argv (from the first word after the command) into options, which
 * begin with a struct common_options. Trouble is written to stderr and gives
 * false: the exit status is then EXIT_USAGE. --help is left to the caller.
 */
bool options_parse(const struct command *command, int argc, char **argv, void *options);
/* Says that two options do not go together; always false. */
bool options_refuse_pair(const struct command *command, const char *one, const char *other);
/* The options of a command, its own first, as one list; NULL past the last. */
const struct option *options_at(const struct command *command, size_t index);
/* The command's help, from its table. */
void options_print_help(FILE *out, const struct command *command);
/* The name in the list that is at most two letters away from the word, or NULL. */
const char *suggest_command(const char *word);

take_fn take_text, take_jobs, take_time, take_color;

#endif
