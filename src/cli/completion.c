/* What completions for all shells have in common. */
#include "cli/completion.h"

#include <string.h>

const char *take_completion(void *target, const char *value)
{
	static const struct {
		const char *name;
		completion_fn *print;
	} shells[] = {
		{"bash", completion_print_bash},
		{"zsh", completion_print_zsh},
		{"fish", completion_print_fish},
	};
	completion_fn **print = target;

	for (size_t i = 0; i < sizeof(shells) / sizeof(shells[0]); i++) {
		if (strcmp(value, shells[i].name) == 0) {
			*print = shells[i].print;
			return NULL;
		}
	}
	return "must be bash, zsh or fish";
}

enum completion_kind completion_kind_of(const char *value)
{
	static const struct {
		const char *word;
		enum completion_kind kind;
	} kinds[] = {
		{"", COMPLETE_NOTHING},
		{"DIR", COMPLETE_FOLDER},
		{"[DIR]", COMPLETE_FOLDER},
		{"FILE", COMPLETE_FILE},
		{"[FILE]", COMPLETE_FILE},
		{"[SITE]", COMPLETE_SITE},
		{"[COMMAND]", COMPLETE_COMMAND},
	};

	if (value == NULL)
		return COMPLETE_NOTHING;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(value, kinds[i].word) == 0)
			return kinds[i].kind;
	return strchr(value, '|') != NULL ? COMPLETE_CHOICE : COMPLETE_ANY;
}

void completion_print_choices(FILE *out, const char *value)
{
	for (; *value != '\0'; value++)
		fputc(*value == '|' ? ' ' : *value, out);
}

void completion_print_quoted(
	FILE *out, const char *text, const char *quote, const char *special)
{
	for (; *text != '\0'; text++) {
		if (*text == '\'') {
			fputs(quote, out);
			continue;
		}
		if (strchr(special, *text) != NULL)
			fputc('\\', out);
		fputc(*text, out);
	}
}
