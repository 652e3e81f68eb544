/* outfeed build: collect, group and write the feeds. */
#include <outfeed/build.h>

#include "base/json.h"
#include "base/str.h"
#include "base/time.h"
#include "cli/cli.h"
#include "cli/progress.h"
#include "cli/watching.h"
#include <outfeed/site.h>

static void add_json(
	struct of_buf *out, const struct of_build_result *result, const struct of_err *err)
{
	struct of_json json;

	of_json_init(&json, out, false);
	of_json_open(&json, NULL, '{');
	add_outcome(&json, err->code == OF_OK ? "done" : "failed", err);
	of_json_uint(&json, "found", result->found);
	of_json_uint(&json, "read", result->read);
	of_json_uint(&json, "fresh", result->fresh);
	of_json_uint(&json, "skipped", result->skipped);
	of_json_open(&json, "skipped_by", '{');
	for (unsigned i = 1; i < OF_REASON_COUNT; i++)
		of_json_uint(&json, of_reason_name((enum of_reason)i), result->skipped_by[i]);
	of_json_close(&json, '}');
	of_json_uint(&json, "drafts", result->drafts);
	of_json_uint(&json, "future", result->future);
	of_json_uint(&json, "expired", result->expired);
	of_json_uint(&json, "warnings", result->warnings);
	of_json_uint(&json, "feeds", result->feeds);
	of_json_uint(&json, "refused", result->refused);
	of_json_uint(&json, "written", result->written);
	of_json_uint(&json, "unchanged", result->unchanged);
	of_json_uint(&json, "pruned", result->pruned);
	of_json_uint(&json, "pinged", result->pinged);
	of_json_uint(&json, "ping_failed", result->ping_failed);
	of_json_real(&json, "seconds", result->seconds);
	of_json_close(&json, '}');
}

static void add_count(struct of_buf *out, size_t count, const char *what)
{
	if (count > 0)
		of_buf_add_format(out, ", %zu %s", count, what);
}

static void add_found(struct of_buf *out, const struct of_build_result *result)
{
	const char *opening = " (";

	of_buf_add_format(out, "%zu item%s found, %zu read", result->found,
		result->found == 1 ? "" : "s", result->read);
	add_count(out, result->drafts, "draft");
	add_count(out, result->future, "future");
	add_count(out, result->expired, "expired");
	add_count(out, result->skipped, "skipped");
	for (unsigned i = 1; i < OF_REASON_COUNT; i++) {
		if (result->skipped_by[i] == 0)
			continue;
		of_buf_add_format(out, "%s%zu %s", opening, result->skipped_by[i],
			of_reason_name((enum of_reason)i));
		opening = ", ";
	}
	of_buf_add_text(out, result->skipped > 0 ? ")\n" : "\n");
}

static void add_done(struct of_buf *out, const struct of_build_result *result, bool dry_run)
{
	of_buf_add_format(out, "%zu feed%s: %zu document%s %s, %zu unchanged", result->feeds,
		result->feeds == 1 ? "" : "s", result->written, result->written == 1 ? "" : "s",
		dry_run ? "would be written" : "written", result->unchanged);
	add_count(out, result->pruned, dry_run ? "would be pruned" : "pruned");
	add_count(out, result->refused,
		result->refused == 1 ? "group refused" : "groups refused");
	if (dry_run)
		add_count(out, result->pinged, "to be pinged");
	else
		add_count(
			out, result->pinged, result->pinged == 1 ? "ping sent" : "pings sent");
	add_count(out, result->ping_failed,
		result->ping_failed == 1 ? "ping failed" : "pings failed");
	of_buf_add_format(out, "\n%.2f seconds\n", result->seconds);
}

/* Of a run that failed, what it found may be why. */
static void add_words(struct of_buf *out, const struct of_build_result *result,
	const struct build_options *options, const struct of_err *err)
{
	if (err->code == OF_OK || result->found > 0)
		add_found(out, result);
	if (err->code == OF_OK)
		add_done(out, result, options->dry_run);
}

/* A summary that could not be written is a failure: a script would miss it. */
static bool print_summary(const struct of_build_result *result,
	const struct build_options *options, const struct of_err *err)
{
	struct of_buf text = {0};
	bool good;

	if (options->common.json)
		add_json(&text, result, err);
	else if (!options->common.quiet)
		add_words(&text, result, options, err);
	good = text.status == OF_OK && put_text(of_buf_str(&text));
	if (text.status != OF_OK)
		fputs("outfeed: error: out of memory for the summary\n", stderr);
	of_buf_finish(&text);
	return good;
}

static void say_settings(const struct of_site *site, const struct of_build_options *options)
{
	struct of_buf line = {0};

	of_buf_add_str(&line, site->config);
	of_buf_add_text(&line, " to ");
	of_buf_add_str(&line, site->output);
	of_buf_add_text(&line, ", as of ");
	of_time_add_rfc3339(&line, options->now);
	fputs("outfeed: ", stderr);
	tell_text(line.ptr != NULL ? line.ptr : "");
	fputc('\n', stderr);
	of_buf_finish(&line);
}

/* One build; the exit status it would end with. */
static int build_once(const struct build_options *options, struct of_site *site,
	struct telling *telling, struct of_err *err)
{
	struct of_build_result result = {0};
	struct progress progress;
	struct of_build_options how = {.jobs = options->jobs,
		.full = options->full,
		.allow_empty = options->allow_empty,
		.prune = options->prune,
		.dry_run = options->dry_run,
		.ping = options->ping,
		.export_ids = options->export_ids,
		.diag = tell_diag,
		.payload = telling,
		.progress = progress_tell,
		.progress_payload = &progress,
		.stop = &signal_stopped};
	bool printed;

	if (!decide_now(&how.now, options->now))
		return STATUS_USAGE;
	if (options->common.verbose)
		say_settings(site, &how);
	progress_init(&progress, options->common.quiet);
	telling->progress = &progress;
	if (of_build_run(&result, site, &how, err) == OF_OK)
		*err = (struct of_err){0};
	progress_end(&progress);
	if (err->code != OF_OK)
		tell_err(err, telling);
	telling->progress = NULL;
	printed = print_summary(&result, options, err);
	if (err->code != OF_OK)
		return status_of(err);
	if (!printed)
		return STATUS_FAILED;
	return options->strict && result.skipped + result.refused > 0 ? STATUS_FINDINGS
								      : STATUS_DONE;
}

static int fail_early(const struct build_options *options, const struct telling *telling,
	const struct of_err *err)
{
	const struct of_build_result none = {0};

	tell_err(err, telling);
	return print_summary(&none, options, err) ? status_of(err) : STATUS_FAILED;
}

static enum of_status load(struct of_site **site, const struct build_options *options,
	struct telling *telling, struct of_err *err)
{
	return load_site(site, options->common.site, options->output, telling, err);
}

static int load_and_build(const struct build_options *options, struct telling *telling)
{
	struct of_err err = {0};
	struct of_site *site = NULL;
	int status;

	if (load(&site, options, telling, &err) != OF_OK)
		return fail_early(options, telling, &err);
	status = build_once(options, site, telling, &err);
	of_site_free(site);
	return status;
}

struct watched_build {
	const struct build_options *options;
	struct telling *telling;
};

static int build_watched(struct of_site *site, void *payload)
{
	struct watched_build *build = payload;
	struct of_err err = {0};

	return build_once(build->options, site, build->telling, &err);
}

static int watch(const struct build_options *options, struct telling *telling)
{
	struct watched_build build = {options, telling};
	const struct watching watching = {
		options->common.site, options->output, telling, build_watched, &build};
	struct of_err err = {0};
	struct of_site *site = NULL;

	if (load(&site, options, telling, &err) != OF_OK)
		return fail_early(options, telling, &err);
	return watch_and_build(&watching, site);
}

int run_build(int argc, char **argv, const struct command *command)
{
	struct build_options options = {.now = OF_TIME_NONE};
	struct telling telling;

	if (!options_parse(command, argc, argv, &options))
		return STATUS_USAGE;
	if (options.common.help) {
		options_print_help(stdout, command);
		return STATUS_DONE;
	}
	telling_init(&telling, &options.common);
	signals_catch();
	return options.watch ? watch(&options, &telling) : load_and_build(&options, &telling);
}
