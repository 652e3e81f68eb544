/* Completions for fish. */
#include "cli/completion.h"

#define QUOTE "\\'"

static const char opening[] =
	"# Completions of outfeed for fish, as `outfeed help --completion fish` prints them.\n"
	"function __outfeed_command_is\n"
	"\tset -l words (commandline -opc)\n"
	"\ttest (count $words) -ge 2; and test \"$words[2]\" = $argv[1]\n"
	"end\n"
	"\n"
	"function __outfeed_no_command\n"
	"\ttest (count (commandline -opc)) -eq 1\n"
	"end\n"
	"\n"
	"function __outfeed_sites\n"
	"\t__fish_complete_directories (commandline -ct)\n"
	"\tset -l files (commandline -ct)*.yaml\n"
	"\tprintf '%s\\n' $files\n"
	"end\n"
	"\n"
	"complete -c outfeed -f\n";

static void print_commands(FILE *out)
{
	for (size_t i = 0; commands[i] != NULL; i++)
		fprintf(out, "%s%s", i > 0 ? " " : "", commands[i]->name);
}

/* The words that may stand there; nothing where only the user knows. */
static void print_action(FILE *out, const char *value)
{
	switch (completion_kind_of(value)) {
	case COMPLETE_FOLDER:
		fputs(" -a '(__fish_complete_directories (commandline -ct))'", out);
		break;
	case COMPLETE_SITE:
		fputs(" -a '(__outfeed_sites)'", out);
		break;
	case COMPLETE_COMMAND:
		fputs(" -a '", out);
		print_commands(out);
		fputs("'", out);
		break;
	case COMPLETE_CHOICE:
		fputs(" -a '", out);
		completion_print_choices(out, value);
		fputs("'", out);
		break;
	case COMPLETE_FILE:
	case COMPLETE_NOTHING:
	case COMPLETE_ANY:
		break;
	}
}

static void print_option(FILE *out, const struct command *command, const struct option *option)
{
	fprintf(out, "complete -c outfeed -n '__outfeed_command_is %s'", command->name);
	if (option->letter != '\0')
		fprintf(out, " -s %c", option->letter);
	fprintf(out, " -l %s", option->name);
	if (option->value != NULL) {
		/* -F has files where -f above has none */
		fputs(completion_kind_of(option->value) == COMPLETE_FILE ? " -r -F" : " -x",
			out);
		print_action(out, option->value);
	}
	fputs(" -d '", out);
	completion_print_quoted(out, option->help, QUOTE, "\\");
	fputs("'\n", out);
}

static void print_command(FILE *out, const struct command *command)
{
	const struct option *option;

	fprintf(out, "\ncomplete -c outfeed -n __outfeed_no_command -a %s -d '", command->name);
	completion_print_quoted(out, command->summary, QUOTE, "\\");
	fputs("'\n", out);
	for (size_t i = 0; (option = options_at(command, i)) != NULL; i++)
		print_option(out, command, option);
	if (completion_kind_of(command->arguments) == COMPLETE_NOTHING)
		return;
	fprintf(out, "complete -c outfeed -n '__outfeed_command_is %s'", command->name);
	print_action(out, command->arguments);
	fputs("\n", out);
}

void completion_print_fish(FILE *out)
{
	fputs(opening, out);
	for (size_t i = 0; commands[i] != NULL; i++)
		print_command(out, commands[i]);
}
