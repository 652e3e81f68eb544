/* outfeed: the commands, and which one is meant. */
#include "cli/cli.h"
#include "cli/completion.h"

#include <outfeed/buf.h>
#include <outfeed/site.h>
#include <string.h>

#define HELP_WIDTH 80
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
	{'\0', "ping", NULL, "tell the hubs of feeds that changed since the last --ping", NULL,
		BUILD(ping)},
	{'\0', "export-ids", NULL,
		"write outfeed.ids, to be committed; kept up to date where it is", NULL,
		BUILD(export_ids)},
};

struct help_options {
	struct common_options common;
	completion_fn *completion; /* NULL where none is asked for */
};

static const struct option help_table[] = {
	{'\0', "completion", "bash|zsh|fish", "print completions for that shell",
		take_completion, offsetof(struct help_options, completion)},
};

/* One more word of a list, on a line of its own where the last one is full. */
static void print_word(FILE *out, struct of_buf *line, const char *word)
{
	if (line->len + strlen(word) + 2 > HELP_WIDTH) {
		fprintf(out, "%s\n", line->ptr != NULL ? line->ptr : "");
		of_buf_clear(line);
		of_buf_add_text(line, "   ");
	}
	of_buf_add_format(line, " %s", word);
}

void print_keys_below(FILE *out, const char *opening, const char *above)
{
	struct of_buf line = {0};
	struct of_buf word = {0};
	const char *key;

	of_buf_add_text(&line, opening);
	for (size_t i = 0; (key = of_site_key_at(above, i)) != NULL; i++) {
		of_buf_clear(&word);
		of_buf_add_format(
			&word, "%s%s", key, of_site_key_at(above, i + 1) != NULL ? "," : ".");
		print_word(out, &line, word.ptr != NULL ? word.ptr : "");
	}
	fprintf(out, "%s\n", line.ptr != NULL ? line.ptr : "");
	of_buf_finish(&line);
	of_buf_finish(&word);
}

/* The keys of outfeed.yaml, those below a key between brackets. */
static void print_keys(FILE *out)
{
	struct of_buf line = {0};
	struct of_buf word = {0};
	const char *key, *below;

	of_buf_add_text(&line, "Keys of outfeed.yaml:");
	for (size_t i = 0; (key = of_site_key_at(NULL, i)) != NULL; i++) {
		const char *comma = of_site_key_at(NULL, i + 1) != NULL ? "," : ".";
		bool nested = of_site_key_at(key, 0) != NULL;

		of_buf_clear(&word);
		of_buf_add_format(&word, "%s%s", key, nested ? "" : comma);
		print_word(out, &line, word.ptr != NULL ? word.ptr : "");
		for (size_t j = 0; (below = of_site_key_at(key, j)) != NULL; j++) {
			bool last = of_site_key_at(key, j + 1) == NULL;

			of_buf_clear(&word);
			of_buf_add_format(&word, "%s%s%s%s", j == 0 ? "(" : "", below,
				last ? ")" : ",", last ? comma : "");
			print_word(out, &line, word.ptr != NULL ? word.ptr : "");
		}
	}
	fprintf(out, "%s\n", line.ptr != NULL ? line.ptr : "");
	of_buf_finish(&line);
	of_buf_finish(&word);
}

static const struct command build_command = {"build", "[SITE]",
	"collect, group and write the feeds",
	"SITE is a folder that holds outfeed.yaml, or that file (default: .).\n"
	"Exit status: 0 done; 1 failed, and what was published is as before; 2 wrong usage\n"
	"or configuration; 3 done, with findings (--strict).",
	print_keys, build_table, sizeof(build_table) / sizeof(build_table[0]), run_build};
static const struct command help_command = {"help", "[COMMAND]",
	"what a command does and takes", NULL, NULL, help_table,
	sizeof(help_table) / sizeof(help_table[0]), run_help};
static const struct command version_command = {"version", "", "the version",
	"With --verbose or --json, those of the libraries that it stands on as well.", NULL,
	NULL, 0, run_version};

const struct command *const commands[] = {&build_command, &audit_command, &serve_command,
	&init_command, &help_command, &version_command, NULL};

static const struct command *find(const char *name)
{
	for (size_t i = 0; commands[i] != NULL; i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

static void print_overview(FILE *out)
{
	fputs("outfeed: curated items to category feeds\n\nusage: outfeed COMMAND [OPTION...] "
	      "[SITE]\n\n",
		out);
	for (size_t i = 0; commands[i] != NULL; i++)
		fprintf(out, "  %-10s %s\n", commands[i]->name, commands[i]->summary);
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
	struct help_options options = {0};
	const char *name;
	const struct command *about;

	if (!options_parse(command, argc, argv, &options))
		return STATUS_USAGE;
	name = options.common.site;
	if (options.completion != NULL && !options.common.help) {
		options.completion(stdout);
		return STATUS_DONE;
	}
	if (name == NULL && !options.common.help) {
		print_overview(stdout);
		return STATUS_DONE;
	}
	about = name != NULL ? find(name) : command;
	if (about == NULL)
		return complain(name);
	options_print_help(stdout, about);
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
	int status;

	prepare_libraries();
	status = dispatch(argc, argv);

	/* a full disk behind stdout is a failure like any other */
	if (fflush(stdout) != 0 || ferror(stdout)) {
		perror("outfeed: error: cannot write to stdout");
		if (status == STATUS_DONE)
			status = STATUS_FAILED;
	}
	return status;
}
