/*
 * liboutfeed in one page: builds the site named on the command line, and
 * prints each diagnostic and then the counts.
 */
#include <outfeed/outfeed.h>

#include <stdio.h>

static const char *severity_word(enum of_severity severity)
{
	return severity == OF_ERROR ? "error" : severity == OF_WARNING ? "warning" : "note";
}

static void print_diag(const struct of_diag *diag, void *payload)
{
	FILE *out = payload;

	fprintf(out, "%s:%u:%u: %s: %s\n", diag->path, diag->line, diag->column,
		severity_word(diag->severity), diag->message);
}

static void print_result(const struct of_build_result *result)
{
	unsigned reason;

	printf("found %zu, read %zu, skipped %zu\n", result->found, result->read,
		result->skipped);
	for (reason = OF_REASON_NONE + 1; reason < OF_REASON_COUNT; reason++) {
		if (result->skipped_by[reason] != 0)
			printf("  %s: %zu\n", of_reason_name((enum of_reason)reason),
				result->skipped_by[reason]);
	}
	printf("feeds %zu, written %zu, unchanged %zu\n", result->feeds, result->written,
		result->unchanged);
}

int main(int argc, char **argv)
{
	struct of_site *site = NULL;
	struct of_build_options options = {.now = 1767225600, /* 2026-01-01T00:00:00Z */
		.diag = print_diag,
		.payload = stderr};
	struct of_build_result result = {0};
	struct of_err err = {0};
	enum of_status status;

	if (argc != 2) {
		fprintf(stderr, "usage: %s SITE\n", argv[0]);
		return 2;
	}
	status = of_site_load(&site, argv[1], &err, print_diag, stderr);
	if (status == OF_OK)
		status = of_build_run(&result, site, &options, &err);
	of_site_free(site);
	if (status != OF_OK) {
		fprintf(stderr, "%s:%u:%u: error: %s\n", err.path, err.line, err.column,
			err.message);
		return 1;
	}
	print_result(&result);
	return 0;
}
