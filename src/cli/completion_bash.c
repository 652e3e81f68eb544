/* Completions for bash, without the functions of any other package. */
#include "cli/completion.h"

/*
 * bash splits words at '=': "--color=al" is three. What has a space stays one
 * word, as mapfile reads a line.
 */
static const char opening[] =
	"# Completions of outfeed for bash, as `outfeed help --completion bash` prints them.\n"
	"_outfeed_words()\n"
	"{\n"
	"\tmapfile -t COMPREPLY < <(compgen -W \"$1\" -- \"$2\")\n"
	"}\n"
	"\n"
	"# _outfeed_paths WORD ACTION...: what each action of compgen finds\n"
	"_outfeed_paths()\n"
	"{\n"
	"\tlocal cur=$1 action\n"
	"\tshift\n"
	"\tcompopt -o filenames 2>/dev/null\n"
	"\tmapfile -t COMPREPLY < <(for action; do\n"
	"\t\tcase $action in\n"
	"\t\tyaml) compgen -f -X '!*.yaml' -- \"$cur\" ;;\n"
	"\t\t*) compgen -A \"$action\" -- \"$cur\" ;;\n"
	"\t\tesac\n"
	"\tdone)\n"
	"}\n"
	"\n"
	"_outfeed()\n"
	"{\n"
	"\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev= command=${COMP_WORDS[1]}\n"
	"\tCOMPREPLY=()\n"
	"\tif [[ $COMP_CWORD -gt 1 ]]; then\n"
	"\t\tprev=${COMP_WORDS[COMP_CWORD - 1]}\n"
	"\tfi\n"
	"\tif [[ $cur == = ]]; then\n"
	"\t\tcur=\n"
	"\telif [[ $prev == = ]]; then\n"
	"\t\tprev=${COMP_WORDS[COMP_CWORD - 2]}\n"
	"\tfi\n"
	"\tif [[ $COMP_CWORD -eq 1 ]]; then\n"
	"\t\t_outfeed_words \"$_outfeed_commands --help --version\" \"$cur\"\n"
	"\t\treturn\n"
	"\tfi\n";

/* What completes a value or an argument: the body of a row of a case. */
static void print_action(FILE *out, const char *value)
{
	switch (completion_kind_of(value)) {
	case COMPLETE_FOLDER:
		fputs("_outfeed_paths \"$cur\" directory", out);
		break;
	case COMPLETE_FILE:
		fputs("_outfeed_paths \"$cur\" file", out);
		break;
	case COMPLETE_SITE:
		fputs("_outfeed_paths \"$cur\" directory yaml", out);
		break;
	case COMPLETE_COMMAND:
		fputs("_outfeed_words \"$_outfeed_commands\" \"$cur\"", out);
		break;
	case COMPLETE_CHOICE:
		fputs("_outfeed_words '", out);
		completion_print_choices(out, value);
		fputs("' \"$cur\"", out);
		break;
	case COMPLETE_NOTHING:
	case COMPLETE_ANY:
		fputs(":", out);
		break;
	}
}

static void print_value(FILE *out, const struct command *command, const struct option *option)
{
	fputs("\t", out);
	if (option->letter != '\0')
		fprintf(out, "%s:-%c | ", command->name, option->letter);
	fprintf(out, "%s:--%s) ", command->name, option->name);
	print_action(out, option->value);
	fputs("; return ;;\n", out);
}

static void print_values(FILE *out)
{
	const struct option *option;

	fputs("\tcase $command:$prev in\n", out);
	for (size_t i = 0; commands[i] != NULL; i++)
		for (size_t j = 0; (option = options_at(commands[i], j)) != NULL; j++)
			if (option->value != NULL)
				print_value(out, commands[i], option);
	fputs("\tesac\n", out);
}

static void print_command(FILE *out, const struct command *command)
{
	const struct option *option;

	fprintf(out, "\t%s:-*) _outfeed_words '", command->name);
	for (size_t i = 0; (option = options_at(command, i)) != NULL; i++) {
		if (option->letter != '\0')
			fprintf(out, "-%c ", option->letter);
		fprintf(out, "--%s ", option->name);
	}
	fputs("' \"$cur\" ;;\n", out);
	fprintf(out, "\t%s:*) ", command->name);
	print_action(out, command->arguments);
	fputs(" ;;\n", out);
}

void completion_print_bash(FILE *out)
{
	fputs(opening, out);
	print_values(out);
	fputs("\tcase $command:$cur in\n", out);
	for (size_t i = 0; commands[i] != NULL; i++)
		print_command(out, commands[i]);
	fputs("\tesac\n}\n\n_outfeed_commands='", out);
	for (size_t i = 0; commands[i] != NULL; i++)
		fprintf(out, "%s%s", i > 0 ? " " : "", commands[i]->name);
	fputs("'\ncomplete -F _outfeed outfeed\n", out);
}
