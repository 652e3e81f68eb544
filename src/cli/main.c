/* outfeed: the commands, and which one is meant. */
#include "cli/cli.h"

#include <outfeed/version.h>
#include <string.h>

#define BUILD(member) offsetof(struct build_options, member)

static const struct option build_table[] = {
	{'o', "output", "DIR", "write there, and not to the `output` of outfeed.yaml",
		take_text, BUILD(output)},
	{'j', "jobs", "N", "threads (default: one a core)", take_jobs, BUILD(jobs)},
	{'\0', "strict", NULL, "exit 3 when an item was skipped", NULL, BUILD(strict)},
	{'\0', "now", "TIME", "decides future and expired items (also SOURCE_DATE_EPOCH)",
		take_time, BUILD(now)},
	{'\0', "full", NULL, "ignore the saved state", NULL, BUILD(full)},
	{'\0', "allow-empty", NULL, "publish even when there are no items", NULL,
		BUILD(allow_empty)},
	{'\0', "prune", NULL, "remove documents of groups and formats that are gone", NULL,
		BUILD(prune)},
	{'\0', "dry-run", NULL, "say what would be written, write nothing", NULL,
		BUILD(dry_run)},
	{'\0', "watch", NULL, "build again whenever something changes", NULL, BUILD(watch)},
	{'\0', "export-ids", NULL,
		"write outfeed.ids, to be committed; kept up to date where it is", NULL,
		BUILD(export_ids)},
};

const struct command commands[] = {
	{"build", "[SITE]", "collect, group and write the feeds",
		"SITE is a folder that holds outfeed.yaml, or that file (default: .).\n"
		"Keys of outfeed.yaml: site (title, url, description, language, timezone, "
		"author,\n"
		"icon), content, output, groups, all, formats, limit, archive, content_mode, "
		"link,\n"
		"attribution, images, rot, fields, hubs, audit.\n"
		"Exit status: 0 done; 1 failed, and what was published is as before; 2 wrong "
		"usage\n"
		"or configuration; 3 done, with findings (--strict).",
		build_table, sizeof(build_table) / sizeof(build_table[0]), run_build},
	{"help", "[COMMAND]", "what a command does and takes", NULL, NULL, 0, run_help},
	{"version", "", "the version", NULL, NULL, 0, run_version},
	{NULL, NULL, NULL, NULL, NULL, 0, NULL},
};

static const struct command *find(const char *name)
{
	for (size_t i = 0; commands[i].name != NULL; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

static void print_overview(FILE *out)
{
	fputs("outfeed: curated items to category feeds\n\nusage: outfeed COMMAND [OPTION...] "
	      "[SITE]\n\n",
		out);
	for (size_t i = 0; commands[i].name != NULL; i++)
		fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].summary);
	fputs("\noutfeed help COMMAND tells more.\n", out);
}

static int complain(const char *word)
{
	const char *close = suggest_command(word);

	if (close != NULL)
		fprintf(stderr, "outfeed: error: unknown command %s: did you mean %s?\n", word,
			close);
	else
		fprintf(stderr, "outfeed: error: unknown command %s: see outfeed help\n", word);
	return STATUS_USAGE;
}

int run_help(int argc, char **argv, const struct command *command)
{
	struct common_options options = {0};
	const struct command *about;

	if (!options_parse(command, argc, argv, &options))
		return STATUS_USAGE;
	if (options.site == NULL) {
		print_overview(stdout);
		return STATUS_DONE;
	}
	about = find(options.site);
	if (about == NULL)
		return complain(options.site);
	options_print_help(stdout, about);
	return STATUS_DONE;
}

int run_version(int argc, char **argv, const struct command *command)
{
	struct common_options options = {0};

	if (!options_parse(command, argc, argv, &options))
		return STATUS_USAGE;
	if (options.help)
		options_print_help(stdout, command);
	else if (options.json)
		printf("{\"version\": \"%s\"}\n", of_version());
	else
		printf("outfeed %s\n", of_version());
	return STATUS_DONE;
}

/* Help and version answer to their dashed names as well. */
static const char *plain_name(const char *word)
{
	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
		return "help";
	if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0)
		return "version";
	return word;
}

static int dispatch(int argc, char **argv)
{
	const struct command *command;

	if (argc < 2) {
		print_overview(stderr);
		return STATUS_USAGE;
	}
	command = find(plain_name(argv[1]));
	return command != NULL ? command->run(argc - 2, argv + 2, command) : complain(argv[1]);
}

int main(int argc, char **argv)
{
	int status = dispatch(argc, argv);

	/* a full disk behind stdout is a failure like any other */
	if (fflush(stdout) != 0 || ferror(stdout)) {
		perror("outfeed: error: cannot write to stdout");
		if (status == STATUS_DONE)
			status = STATUS_FAILED;
	}
	return status;
}
