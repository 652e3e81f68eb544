/* outfeed init: write an outfeed.yaml for a content folder that exists. */
#include <outfeed/survey.h>

#include "base/err.h"
#include "base/outfile.h"
#include "base/path.h"
#include "base/str.h"
#include "base/unicode.h"
#include "cli/cli.h"
#include "cli/init_words.h"
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#define CONFIG_NAME "outfeed.yaml"
#define ANSWER_MOST 1000 /* bytes */
#define TRIES 3

struct init_options {
	struct common_options common;
	bool yes, force;
};

#define INIT(member) offsetof(struct init_options, member)

static const struct option init_table[] = {
	{'y', "yes", NULL, "ask nothing, take what was found", NULL, INIT(yes)},
	{'f', "force", NULL, "replace an outfeed.yaml that is there", NULL, INIT(force)},
};

const struct command init_command = {"init", "[DIR]",
	"write an outfeed.yaml for a content folder that exists",
	"DIR is the folder of a site (default: .), made by Hugo, Jekyll, Eleventy, Astro or\n"
	"by hand. Looks at its files, says what it understood, and writes DIR/outfeed.yaml;\n"
	"removing that file undoes it. On a terminal it asks for title, address and output.\n"
	"Elsewhere it needs --yes unless it finds the address.\n"
	"Exit status: 0 done; 1 failed, and nothing was written; 2 wrong usage, or there is\n"
	"an outfeed.yaml.",
	NULL, init_table, sizeof(init_table) / sizeof(init_table[0]), run_init};

static enum of_status fail(
	struct of_err *err, enum of_status status, const char *path, const char *message)
{
	*err = (struct of_err){.code = status};
	snprintf(err->path, sizeof(err->path), "%s", path);
	snprintf(err->message, sizeof(err->message), "%s", message);
	return status;
}

static bool is_missing(int failure)
{
	return failure == ENOENT || failure == ENOTDIR || failure == ELOOP ||
	       failure == ENAMETOOLONG;
}

/* What cannot go well is said before anything is looked at. */
static enum of_status check_target(const struct init_options *options, const char *dir,
	const char *config, struct of_err *err)
{
	struct stat info;

	errno = ENOTDIR;
	if (stat(dir, &info) != 0 || !S_ISDIR(info.st_mode))
		return is_missing(errno) ? fail(err, OF_ECONFIG, dir,
						   "no such folder: name the one of your site")
					 : of_err_set_errno(err, dir, "look at the folder");
	/* what cannot be seen may be there, and is not to be replaced */
	if (lstat(config, &info) != 0)
		return errno == ENOENT
			       ? OF_OK
			       : of_err_set_errno(err, config, "see whether it is there");
	if (S_ISDIR(info.st_mode))
		return fail(err, OF_ECONFIG, config, "is a folder: move it elsewhere");
	if (!options->force)
		return fail(err, OF_ECONFIG, config,
			"is there already, and stays as it is: say --force to replace it");
	return OF_OK;
}

/* A line of the terminal, its end taken off; false at the end of input. */
static bool read_line(struct of_buf *line)
{
	int c;

	of_buf_clear(line);
	while ((c = fgetc(stdin)) != EOF && c != '\n')
		if (line->len < ANSWER_MOST)
			of_buf_add_byte(line, (char)c);
	return c != EOF && line->status == OF_OK;
}

/* The answer becomes the survey's; Enter leaves what is there. */
static bool ask_for(struct of_survey *survey, struct of_survey_value *value,
	const char *question, struct of_str otherwise)
{
	struct of_buf line = {0};
	struct of_buf clean = {0};
	bool answered;

	fprintf(stderr, "%s [", question);
	tell_str(value->text.len > 0 ? value->text : otherwise);
	fputs("]: ", stderr);
	answered = read_line(&line);
	of_unicode_clean(&clean, of_str_trim(of_buf_str(&line)), NULL);
	if (answered && clean.len > 0)
		*value = (struct of_survey_value){
			of_arena_keep(survey->arena, &clean), {NULL, 0}};
	if (!answered)
		fputc('\n', stderr);
	of_buf_finish(&line);
	of_buf_finish(&clean);
	return answered;
}

/* Until what is asked for makes an outfeed.yaml that loads. */
static enum of_status ask_well(struct of_survey *survey, struct of_survey_value *value,
	const char *question, struct of_str otherwise, struct of_err *err)
{
	const struct of_survey_value before = *value;
	enum of_status status = OF_OK;

	for (unsigned try = 0; try < TRIES; try++) {
		*value = before;
		if (!ask_for(survey, value, question, otherwise))
			return fail(err, OF_EINPUT, "", "no answer: nothing was written");
		status = of_survey_check(survey, err, NULL, NULL);
		if (status != OF_ECONFIG)
			return status;
		fputs("  ", stderr);
		tell_str(of_str_from(err->message));
		fputc('\n', stderr);
	}
	return fail(err, OF_EINPUT, "", "no good answer: nothing was written");
}

static enum of_status ask(struct of_survey *survey, struct of_err *err)
{
	enum of_status status = ask_well(
		survey, &survey->title, "Title of the site", (struct of_str){NULL, 0}, err);

	if (status == OF_OK)
		status = ask_well(survey, &survey->url, "Its address",
			of_str_from(of_survey_placeholder()), err);
	if (status == OF_OK)
		status = ask_well(survey, &survey->output, "Folder for the feeds",
			(struct of_str){NULL, 0}, err);
	return status;
}

static enum of_status write_config(
	const struct of_survey *survey, const char *config, struct of_err *err)
{
	struct of_outfile *file = NULL;
	enum of_status status = of_outfile_new(&file, config, OF_NPOS, err);

	if (status == OF_OK) {
		of_survey_add_config(of_outfile_buf(file), survey);
		status = of_outfile_commit(file, err);
	}
	of_outfile_free(file);
	return status;
}

/* Asking needs someone to ask, who sees the question. */
static bool may_ask(const struct init_options *options)
{
	return !options->yes && !options->common.json && isatty(STDIN_FILENO) &&
	       isatty(STDERR_FILENO);
}

static enum of_status settle(const struct init_options *options, struct of_survey *survey,
	struct telling *telling, const char *config, struct of_err *err)
{
	enum of_status status;

	if (may_ask(options)) {
		init_put_words(survey, options->common.verbose);
		status = ask(survey, err);
	} else if (!options->yes && survey->url.text.len == 0) {
		return fail(err, OF_ECONFIG, config,
			"the site's address was not found: say --yes, and put it into site.url "
			"afterwards");
	} else {
		if (!options->common.json && !options->common.quiet)
			init_put_words(survey, options->common.verbose);
		status = of_survey_check(survey, err, tell_diag, telling);
	}
	return status == OF_OK ? write_config(survey, config, err) : status;
}

static enum of_status init(const struct init_options *options, struct of_survey **survey,
	struct telling *telling, const char *config, struct of_err *err)
{
	const char *dir = options->common.site != NULL ? options->common.site : ".";
	enum of_status status = check_target(options, dir, config, err);

	if (status == OF_OK)
		status = of_survey_make(survey, dir, &signal_stopped, err);
	return status == OF_OK ? settle(options, *survey, telling, config, err) : status;
}

static void warn_placeholder(const struct of_survey *survey, const char *config)
{
	struct of_buf text = {0};

	of_buf_add_text(&text, config);
	of_buf_add_text(&text, ": warning: site.url is not known, and ");
	of_buf_add_text(&text, of_survey_placeholder());
	of_buf_add_text(&text, " stands there: put yours in its place");
	if (survey->url.text.len == 0) {
		tell_str(of_buf_str(&text));
		fputc('\n', stderr);
	}
	of_buf_finish(&text);
}

int run_init(int argc, char **argv, const struct command *command)
{
	struct init_options options = {0};
	struct of_survey *survey = NULL;
	struct telling telling;
	struct of_buf config = {0};
	struct of_err err = {0};
	bool printed = true;

	if (!options_parse(command, argc, argv, &options))
		return STATUS_USAGE;
	if (options.common.help) {
		options_print_help(stdout, command);
		return STATUS_DONE;
	}
	telling_init(&telling, &options.common);
	/* who is asked may leave by the key; nothing is written by then */
	if (!may_ask(&options))
		signals_catch();
	of_path_join(&config, of_str_from(options.common.site), STR(CONFIG_NAME));
	if (of_buf_status(&config, &err) == OF_OK &&
		init(&options, &survey, &telling, config.ptr, &err) == OF_OK)
		err = (struct of_err){0};
	if (err.code != OF_OK)
		tell_err(&err, &telling);
	else if (!options.common.quiet)
		warn_placeholder(survey, config.ptr);
	if (options.common.json)
		printed = init_put_json(survey, config.ptr, &err);
	else if (err.code == OF_OK && !options.common.quiet)
		printed = init_put_written(config.ptr, options.common.site);
	of_survey_free(survey);
	of_buf_finish(&config);
	return err.code == OF_OK && !printed ? STATUS_FAILED : status_of(&err);
}
