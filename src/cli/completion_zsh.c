/* Completions for zsh, by its _arguments. */
#include "cli/completion.h"

/* A quote within single quotes ends them, and begins them anew. */
#define QUOTE "'\\''"

static const char opening[] =
	"#compdef outfeed\n"
	"# Completions of outfeed for zsh, as `outfeed help --completion zsh` prints them.\n"
	"_outfeed()\n"
	"{\n"
	"\tlocal curcontext=$curcontext state line\n"
	"\tlocal -a commands\n"
	"\tlocal -A opt_args\n";

/* Read as a file of $fpath it is a function's body; sourced, it tells what it is for. */
static const char closing[] = "\t\tesac\n"
			      "\t\t;;\n"
			      "\tesac\n"
			      "}\n"
			      "\n"
			      "if [[ ${funcstack[1]} == _outfeed ]]; then\n"
			      "\t_outfeed \"$@\"\n"
			      "else\n"
			      "\tcompdef _outfeed outfeed\n"
			      "fi\n";

/* The end of a specification, after what it is called. */
static void print_action(FILE *out, const char *value)
{
	switch (completion_kind_of(value)) {
	case COMPLETE_FOLDER:
		fputs("_files -/", out);
		break;
	case COMPLETE_FILE:
		fputs("_files", out);
		break;
	case COMPLETE_SITE:
		fputs("_files -g \"*.yaml\"", out);
		break;
	case COMPLETE_COMMAND:
		fputs("->command", out);
		break;
	case COMPLETE_CHOICE:
		fputs("(", out);
		completion_print_choices(out, value);
		fputs(")", out);
		break;
	case COMPLETE_NOTHING:
	case COMPLETE_ANY:
		fputs(" ", out);
		break;
	}
}

static void print_option(FILE *out, const struct option *option)
{
	bool takes = option->value != NULL;

	fputs("\t\t\t\t", out);
	if (option->letter != '\0')
		fprintf(out, "'(-%c --%s)'{-%c%s,--%s%s}'[", option->letter, option->name,
			option->letter, takes ? "+" : "", option->name, takes ? "=" : "");
	else
		fprintf(out, "'--%s%s[", option->name, takes ? "=" : "");
	completion_print_quoted(out, option->help, QUOTE, "[]\\");
	fputs("]", out);
	if (takes) {
		fputs(":", out);
		completion_print_quoted(out,
			completion_kind_of(option->value) == COMPLETE_CHOICE ? option->name
									     : option->value,
			QUOTE, ":\\");
		fputs(":", out);
		print_action(out, option->value);
	}
	fputs("' \\\n", out);
}

static void print_command(FILE *out, const struct command *command)
{
	const struct option *option;

	fprintf(out, "\t\t%s)\n\t\t\t_arguments -s -S \\\n", command->name);
	for (size_t i = 0; (option = options_at(command, i)) != NULL; i++)
		print_option(out, option);
	if (completion_kind_of(command->arguments) == COMPLETE_NOTHING) {
		fputs("\t\t\t\t&& return\n\t\t\t;;\n", out);
		return;
	}
	fputs("\t\t\t\t'::", out);
	completion_print_quoted(out, command->arguments, QUOTE, ":\\");
	fputs(":", out);
	print_action(out, command->arguments);
	fputs("' && return\n", out);
	if (completion_kind_of(command->arguments) == COMPLETE_COMMAND)
		fputs("\t\t\t[[ $state == command ]] && _describe -t commands command "
		      "commands\n",
			out);
	fputs("\t\t\t;;\n", out);
}

void completion_print_zsh(FILE *out)
{
	fputs(opening, out);
	fputs("\tcommands=(\n", out);
	for (size_t i = 0; commands[i] != NULL; i++) {
		fprintf(out, "\t\t'%s:", commands[i]->name);
		completion_print_quoted(out, commands[i]->summary, QUOTE, ":\\");
		fputs("'\n", out);
	}
	fputs("\t)\n"
	      "\t_arguments -C '1:command:->command' '*::argument:->rest' && return\n"
	      "\tcase $state in\n"
	      "\tcommand) _describe -t commands command commands ;;\n"
	      "\trest)\n"
	      "\t\tcase ${words[1]} in\n",
		out);
	for (size_t i = 0; commands[i] != NULL; i++)
		print_command(out, commands[i]);
	fputs(closing, out);
}
