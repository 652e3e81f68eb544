/* outfeed version: what this is, and what it stands on. */
#include "base/json.h"
#include "base/str.h"
#include "cli/cli.h"
#include <outfeed/version.h>

static void add_json(struct of_buf *out)
{
	struct of_json json;
	struct of_buf version = {0};
	const char *name;

	of_json_init(&json, out, false);
	of_json_open(&json, NULL, '{');
	of_json_str(&json, "version", of_str_from(of_version()));
	of_json_open(&json, "libraries", '{');
	for (size_t i = 0; (name = of_library_at(i, &version)) != NULL; i++) {
		of_json_str(&json, name, of_buf_str(&version));
		of_buf_clear(&version);
	}
	of_json_close(&json, '}');
	of_json_close(&json, '}');
	of_buf_finish(&version);
}

static void add_words(struct of_buf *out, bool verbose)
{
	struct of_buf version = {0};
	const char *name;

	of_buf_add_format(out, "outfeed %s\n", of_version());
	for (size_t i = 0; verbose && (name = of_library_at(i, &version)) != NULL; i++) {
		of_buf_add_format(out, "%s ", name);
		of_buf_add_str(out, of_buf_str(&version));
		of_buf_add_byte(out, '\n');
		of_buf_clear(&version);
	}
	of_buf_finish(&version);
}

int run_version(int argc, char **argv, const struct command *command)
{
	struct common_options options = {0};
	struct of_buf text = {0};
	bool good;

	if (!options_parse(command, argc, argv, &options))
		return STATUS_USAGE;
	if (options.help) {
		options_print_help(stdout, command);
		return STATUS_DONE;
	}
	if (options.json)
		add_json(&text);
	else
		add_words(&text, options.verbose);
	good = text.status == OF_OK;
	if (good)
		good = put_text(of_buf_str(&text));
	else
		fputs("outfeed: error: out of memory for the versions\n", stderr);
	of_buf_finish(&text);
	return good ? STATUS_DONE : STATUS_FAILED;
}
