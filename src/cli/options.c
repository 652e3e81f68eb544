#include "cli/options.h"

#include "base/str.h"
#include "base/time.h"
#include <string.h>

#define JOBS_MOST 256
#define HELP_COLUMN 24 /* where the words of the help begin */

#define COMMON(member) offsetof(struct common_options, member)

static const struct option common[] = {
	{'h', "help", NULL, "show this help", NULL, COMMON(help)},
	{'q', "quiet", NULL, "say nothing but errors", NULL, COMMON(quiet)},
	{'v', "verbose", NULL, "say more", NULL, COMMON(verbose)},
	{'\0', "json", NULL, "one machine-readable summary on stdout", NULL, COMMON(json)},
	{'\0', "color", "auto|always|never", "colors in messages", take_color, COMMON(color)},
};

#define N_COMMON (sizeof(common) / sizeof(common[0]))

const char *take_text(void *target, const char *value)
{
	const char **text = target;

	*text = value;
	return value[0] != '\0' ? NULL : "must not be empty";
}

const char *take_jobs(void *target, const char *value)
{
	unsigned *jobs = target;
	uint64_t number = 0;

	if (!of_str_to_uint(&number, of_str_from(value)) || number < 1 || number > JOBS_MOST)
		return "must be a number from 1 to 256";
	*jobs = (unsigned)number;
	return NULL;
}

const char *take_time(void *target, const char *value)
{
	int64_t *seconds = target;

	return of_time_parse(seconds, of_str_from(value), NULL)
		       ? NULL
		       : "must be a time such as 2026-01-01T00:00:00Z";
}

const char *take_color(void *target, const char *value)
{
	static const char *const words[] = {"auto", "always", "never"};
	enum color *color = target;

	for (unsigned i = 0; i < 3; i++) {
		if (strcmp(value, words[i]) == 0) {
			*color = (enum color)i;
			return NULL;
		}
	}
	return "must be auto, always or never";
}

const struct option *options_at(const struct command *command, size_t index)
{
	if (index < command->n_options)
		return &command->options[index];
	index -= command->n_options;
	return index < N_COMMON ? &common[index] : NULL;
}

static const struct option *find_name(const struct command *command, struct of_str name)
{
	const struct option *option;

	for (size_t i = 0; (option = options_at(command, i)) != NULL; i++)
		if (of_str_equal(of_str_from(option->name), name))
			return option;
	return NULL;
}

static const struct option *find_letter(const struct command *command, char letter)
{
	const struct option *option;

	for (size_t i = 0; (option = options_at(command, i)) != NULL; i++)
		if (option->letter == letter)
			return option;
	return NULL;
}

/* The letters that two words share at their ends say whether one was meant for the other. */
static bool is_close(struct of_str word, struct of_str name)
{
	size_t head = 0, tail = 0;
	size_t shorter = word.len < name.len ? word.len : name.len;
	size_t longer = word.len > name.len ? word.len : name.len;

	while (head < shorter && word.ptr[head] == name.ptr[head])
		head++;
	while (tail < shorter - head &&
		word.ptr[word.len - 1 - tail] == name.ptr[name.len - 1 - tail])
		tail++;
	return head + tail > 0 && longer - head - tail <= 2 && longer > 2;
}

const char *suggest_command(const char *word)
{
	for (size_t i = 0; commands[i] != NULL; i++)
		if (is_close(of_str_from(word), of_str_from(commands[i]->name)))
			return commands[i]->name;
	return NULL;
}

static bool complain(const struct command *command, const char *what, const char *which)
{
	fprintf(stderr, "outfeed: error: %s%s: see outfeed help %s\n", which, what,
		command->name);
	return false;
}

bool options_refuse_pair(const struct command *command, const char *one, const char *other)
{
	fprintf(stderr, "outfeed: error: %s does not go with %s: see outfeed help %s\n", one,
		other, command->name);
	return false;
}

static bool complain_unknown(const struct command *command, const char *word)
{
	struct of_str name = of_str_from(word + strspn(word, "-"));
	const struct option *option;

	name = of_str_slice(name, 0, of_str_find_byte(name, '='));
	for (size_t i = 0; (option = options_at(command, i)) != NULL; i++) {
		if (!is_close(name, of_str_from(option->name)))
			continue;
		fprintf(stderr, "outfeed: error: unknown option %s: did you mean --%s?\n", word,
			option->name);
		return false;
	}
	fprintf(stderr, "outfeed: error: unknown option %s: see outfeed help %s\n", word,
		command->name);
	return false;
}

static bool take(const struct command *command, const struct option *option, void *options,
	const char *value)
{
	void *target = (char *)options + option->offset;
	const char *why;

	if (option->take == NULL) {
		*(bool *)target = true;
		return true;
	}
	if (value == NULL) {
		fprintf(stderr,
			"outfeed: error: --%s needs a value (%s): see outfeed help %s\n",
			option->name, option->value, command->name);
		return false;
	}
	why = option->take(target, value);
	if (why == NULL)
		return true;
	fprintf(stderr, "outfeed: error: --%s '%s' %s\n", option->name, value, why);
	return false;
}

/* One word that begins with "--"; *used says whether it took the next word as its value. */
static bool parse_long(const struct command *command, const char *word, const char *next,
	void *options, bool *used)
{
	struct of_str name = of_str_from(word + 2);
	size_t equals = of_str_find_byte(name, '=');
	const struct option *option = find_name(command, of_str_slice(name, 0, equals));

	if (option == NULL)
		return complain_unknown(command, word);
	if (equals != OF_NPOS && option->take == NULL)
		return complain(command, " takes no value", word);
	if (equals != OF_NPOS)
		return take(command, option, options, word + 2 + equals + 1);
	*used = option->take != NULL && next != NULL;
	return take(command, option, options, next);
}

/* One word of letters, such as -qj4. */
static bool parse_letters(const struct command *command, const char *word, const char *next,
	void *options, bool *used)
{
	for (const char *letter = word + 1; *letter != '\0'; letter++) {
		const struct option *option = find_letter(command, *letter);

		if (option == NULL)
			return complain_unknown(command, word);
		if (option->take != NULL) {
			bool joined = letter[1] != '\0';

			*used = !joined && next != NULL;
			return take(command, option, options, joined ? letter + 1 : next);
		}
		if (!take(command, option, options, NULL))
			return false;
	}
	return true;
}

bool options_parse(const struct command *command, int argc, char **argv, void *options)
{
	struct common_options *shared = options;
	bool only_arguments = false;

	for (int i = 0; i < argc; i++) {
		const char *next = i + 1 < argc ? argv[i + 1] : NULL;
		bool used = false;
		bool good = true;

		if (!only_arguments && strcmp(argv[i], "--") == 0)
			only_arguments = true;
		else if (!only_arguments && strncmp(argv[i], "--", 2) == 0)
			good = parse_long(command, argv[i], next, options, &used);
		else if (!only_arguments && argv[i][0] == '-' && argv[i][1] != '\0')
			good = parse_letters(command, argv[i], next, options, &used);
		else if (shared->site != NULL || command->arguments[0] == '\0')
			good = complain(command, " is one argument too many", argv[i]);
		else
			shared->site = argv[i];
		if (!good)
			return false;
		i += used;
	}
	return true;
}

static void print_option(FILE *out, const struct option *option)
{
	int width = fprintf(out, "  %c%c%s --%s%s%s", option->letter != '\0' ? '-' : ' ',
		option->letter != '\0' ? option->letter : ' ',
		option->letter != '\0' ? "," : " ", option->name,
		option->value != NULL ? " " : "", option->value != NULL ? option->value : "");

	if (width >= HELP_COLUMN)
		fprintf(out, "\n%*s", HELP_COLUMN, "");
	else
		fprintf(out, "%*s", HELP_COLUMN - width, "");
	fprintf(out, "%s\n", option->help);
}

void options_print_help(FILE *out, const struct command *command)
{
	const struct option *option;

	fprintf(out, "outfeed %s: %s\n\nusage: outfeed %s [OPTION...]%s%s\n\n", command->name,
		command->summary, command->name, command->arguments[0] != '\0' ? " " : "",
		command->arguments);
	if (command->text != NULL)
		fprintf(out, "%s\n", command->text);
	if (command->print_more != NULL)
		command->print_more(out);
	if (command->text != NULL || command->print_more != NULL)
		fputc('\n', out);
	fputs("options:\n", out);
	for (size_t i = 0; (option = options_at(command, i)) != NULL; i++)
		print_option(out, option);
}
