/* Words to the user, on stderr. */
#include "cli/cli.h"

#include "cli/progress.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void telling_init(struct telling *telling, const struct common_options *options)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	telling->quiet = options->quiet;
	telling->progress = NULL;
	telling->color = options->color == COLOR_ALWAYS ||
			 (options->color == COLOR_AUTO && isatty(STDERR_FILENO) &&
				 (no_color == NULL || no_color[0] == '\0') &&
				 (term == NULL || strcmp(term, "dumb") != 0));
}

/* A path may hold anything; what would move a terminal's cursor is shown as '?'. */
static void print_safely(const char *text)
{
	for (; *text != '\0'; text++)
		fputc((unsigned char)*text < ' ' || *text == 0x7F ? '?' : *text, stderr);
}

static void print_place(const char *path, unsigned line, unsigned column)
{
	print_safely(path[0] != '\0' ? path : "outfeed");
	if (line > 0)
		fprintf(stderr, ":%u", line);
	if (line > 0 && column > 0)
		fprintf(stderr, ":%u", column);
	fputs(": ", stderr);
}

static void print(const struct telling *telling, enum of_severity severity, const char *message)
{
	static const struct {
		const char *word, *color;
	} severities[] = {
		[OF_NOTE] = {"note", "\033[36m"},
		[OF_WARNING] = {"warning", "\033[35m"},
		[OF_ERROR] = {"error", "\033[31m"},
	};

	fprintf(stderr, "%s%s:%s ", telling->color ? severities[severity].color : "",
		severities[severity].word, telling->color ? "\033[0m" : "");
	print_safely(message);
	fputc('\n', stderr);
}

void tell_diag(const struct of_diag *diag, void *payload)
{
	const struct telling *telling = payload;

	if (telling->quiet && diag->severity != OF_ERROR)
		return;
	if (telling->progress != NULL)
		progress_end(telling->progress);
	print_place(diag->path, diag->line, diag->column);
	print(telling, diag->severity, diag->message);
}

void tell_err(const struct of_err *err, const struct telling *telling)
{
	print_place(err->path, err->line, err->column);
	print(telling, OF_ERROR, err->message);
}

int status_of(const struct of_err *err)
{
	switch (err->code) {
	case OF_OK:
		return STATUS_DONE;
	case OF_ECONFIG:
		return STATUS_USAGE;
	case OF_ESTOPPED:
		return STATUS_INTERRUPTED;
	default:
		return STATUS_FAILED;
	}
}
