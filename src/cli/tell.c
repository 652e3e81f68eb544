/* Words to the user, on stderr. */
#include "cli/cli.h"

#include "base/json.h"
#include "base/str.h"
#include "base/unicode.h"
#include "cli/progress.h"
#include <errno.h>
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

struct range {
	uint32_t first, last;
};

/* Controls, those of C1 included, and what changes the direction of text. */
static bool is_harmful(uint32_t code_point)
{
	static const struct range harmful[] = {
		{0, 0x1F}, {0x7F, 0x9F}, {0x200E, 0x200F}, {0x2028, 0x202E}, {0x2066, 0x2069}};

	for (size_t i = 0; i < sizeof(harmful) / sizeof(harmful[0]); i++)
		if (code_point >= harmful[i].first && code_point <= harmful[i].last)
			return true;
	return false;
}

void add_harmless(struct of_buf *out, struct of_str text, bool lines)
{
	size_t at = 0;

	while (at < text.len) {
		size_t from = at;
		uint32_t code_point = of_unicode_next(text, &at);
		struct of_str bytes = of_str_slice(text, from, at);
		bool kept = !is_harmful(code_point) || (lines && code_point == '\n');

		if (kept && (code_point != 0xFFFD || of_str_equal(bytes, STR("\xEF\xBF\xBD"))))
			of_buf_add_str(out, bytes);
		else
			of_buf_add_byte(out, '?');
	}
}

void add_outcome(struct of_json *json, const char *word, const struct of_err *err)
{
	of_json_str(json, "status", of_str_from(word));
	if (err->code == OF_OK)
		return;
	of_json_clean_if(json, "path", of_str_from(err->path));
	of_json_clean_if(json, "error", of_str_from(err->message));
}

void tell_str(struct of_str text)
{
	struct of_buf shown = {0};

	add_harmless(&shown, text, false);
	(void)fwrite(shown.ptr != NULL ? shown.ptr : "", 1, shown.len, stderr);
	of_buf_finish(&shown);
}

void tell_text(const char *text)
{
	tell_str(of_str_from(text));
}

static void print_place(const char *path, unsigned line, unsigned column)
{
	tell_text(path[0] != '\0' ? path : "outfeed");
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
	tell_text(message);
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

bool put_text(struct of_str text)
{
	while (text.len > 0) {
		ssize_t put = write(STDOUT_FILENO, text.ptr, text.len);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0) {
			perror("outfeed: error: cannot write the summary");
			return false;
		}
		text = of_str_from_offset(text, (size_t)put);
	}
	return true;
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

enum of_status load_site(struct of_site **site, const char *where, const char *output,
	struct telling *telling, struct of_err *err)
{
	enum of_status status =
		of_site_load(site, where != NULL ? where : ".", err, tell_diag, telling);

	if (status != OF_OK || output == NULL)
		return status;
	(*site)->output = of_str_from(output);
	(*site)->output_line = 0;
	status = of_site_check(*site, err);
	if (status != OF_OK) {
		of_site_free(*site);
		*site = NULL;
	}
	return status;
}
