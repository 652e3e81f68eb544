/*
 * Completions for shells, made of the tables that parse the command line: a
 * command or an option that is new is in them by itself.
 */
#ifndef OF_CLI_COMPLETION_H
#define OF_CLI_COMPLETION_H

#include "cli/options.h"

/* Prints what a shell reads. */
typedef void completion_fn(FILE *out);
completion_fn completion_print_bash, completion_print_zsh, completion_print_fish;

/* A take_fn: the shell's name to its completion_fn *. */
take_fn take_completion;

/* What may stand where a value or an argument is asked for, by what the help calls it. */
enum completion_kind {
	COMPLETE_NOTHING, /* no argument at all */
	COMPLETE_ANY,     /* what no shell can know: a number, a time */
	COMPLETE_FOLDER,  /* DIR */
	COMPLETE_FILE,    /* FILE */
	COMPLETE_SITE,    /* SITE: a folder, or a YAML file */
	COMPLETE_COMMAND, /* COMMAND */
	COMPLETE_CHOICE   /* one|two|three */
};
enum completion_kind completion_kind_of(const char *value);

/* The word with its choices apart: "one two three". */
void completion_print_choices(FILE *out, const char *value);
/*
 * The text as a shell reads it between single quotes; `quote` stands for one
 * within it, and a backslash goes before what is in `special`.
 */
void completion_print_quoted(
	FILE *out, const char *text, const char *quote, const char *special);

#endif
