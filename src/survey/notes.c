#include "survey/notes.h"

#include "base/str.h"
#include "base/url.h"
#include "survey/choose.h"
#include <stdarg.h>

#define NOTES_MOST 16
#define NOTE_MOST 400

struct notes {
	struct of_survey *survey;
	struct of_str *texts;
};

static void note(struct notes *notes, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void note(struct notes *notes, const char *format, ...)
{
	struct of_survey *survey = notes->survey;
	char text[NOTE_MOST];
	va_list args;

	if (notes->texts == NULL || survey->n_notes == NOTES_MOST)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	notes->texts[survey->n_notes++] = of_arena_dup(survey->arena, of_str_from(text));
}

static void note_address(struct notes *notes)
{
	if (notes->survey->url.text.len == 0)
		note(notes,
			"no address of the site was found: %s stands in outfeed.yaml until you "
			"put "
			"yours there, before the first build whose feeds you publish",
			of_survey_placeholder());
}

static void note_files(struct notes *notes, const struct of_notes_facts *facts)
{
	const struct of_survey *survey = notes->survey;

	if (survey->toml > 0)
		note(notes,
			"%zu of %zu files have TOML front matter (+++), which outfeed does not "
			"read: write it as YAML%s",
			survey->toml, survey->looked,
			strcmp(survey->generator, "Hugo") == 0 ? " (`hugo convert toYAML`)"
							       : "");
	if (survey->broken > 0)
		note(notes,
			"what could not be read, as a file or as front matter (%zu): a build "
			"names it and says why",
			survey->broken);
	if (survey->skipped > 0)
		note(notes,
			"among the items lie files without a date or without front matter "
			"(%zu): a build skips them and names them",
			survey->skipped);
	if (survey->undated >= survey->items)
		note(notes,
			"no item has a date, and outfeed skips those: give them one, or name "
			"its key in `fields`");
	if (survey->cut)
		note(notes, "there are more files than are listed: the rest was not looked at");
	if (facts->unreadable > 0)
		note(notes, "%zu folders could not be read: a build that meets one fails",
			facts->unreadable);
	if (facts->links > 0)
		note(notes,
			"symbolic links in %zu folders were not followed, as a build does not",
			facts->links);
	if (facts->many_keys)
		note(notes, "there are more distinct keys than were counted");
}

static void note_permalinks(struct notes *notes, const struct of_notes_facts *facts)
{
	const struct of_survey *survey = notes->survey;
	const struct of_survey_field *own = of_fields_find(survey, OF_FIELD_PERMALINK);
	size_t without = survey->items - (own != NULL ? own->items : 0);

	if (survey->permalinks_untold.len > 0)
		note(notes,
			"permalinks: %s makes addresses by '%.*s', which `permalinks` cannot "
			"say: look at what stands there, or say `link: source`",
			survey->generator, (int)survey->permalinks_untold.len,
			survey->permalinks_untold.ptr);
	if (without == 0 || facts->permalinks == NULL || survey->n_permalinks > 0)
		return;
	note(notes,
		"permalinks: %zu of %zu items name none, and outfeed then makes SITE/SLUG/ of "
		"them (SITE/basePath/SLUG/ with that key); %s gives %s: where these differ, "
		"say `permalinks`, put `permalink` or `url` into the front matter, or say "
		"`link: source`",
		without, survey->items, survey->generator, facts->permalinks);
}

static void note_images(struct notes *notes, const struct of_notes_facts *facts)
{
	const struct of_survey *survey = notes->survey;
	const struct of_images *images = &facts->images;

	if (images->local > 0 && survey->images_found + images->beside < images->local)
		note(notes,
			"images: of %zu references %zu lead to no file in any of the usual "
			"folders: see `images`",
			images->local, images->local - survey->images_found - images->beside);
	if (images->rooted > 0 && of_url_split(survey->url.text).path.len > 1)
		note(notes,
			"images: %zu begin with a slash, and outfeed takes that for the root "
			"of the "
			"host, not for the site's own folder on it",
			images->rooted);
	if (images->beside > 0)
		note(notes,
			"images: %zu lie beside their item; outfeed gives their address below "
			"images.url, so make sure that they are served there",
			images->beside);
}

/* Jekyll cuts "a b" into two, outfeed does not. */
static void note_blanks(struct notes *notes)
{
	static const enum of_field fields[] = {OF_FIELD_CATEGORIES, OF_FIELD_TAGS};

	if (strcmp(notes->survey->generator, "Jekyll") != 0)
		return;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		const struct of_survey_field *field = of_fields_find(notes->survey, fields[i]);
		const struct of_survey_path *path = field != NULL ? field->paths : NULL;
		bool blank = false;

		for (size_t e = 0; path != NULL && e < path->n_examples; e++)
			blank |= of_str_find_byte(path->examples[e].value, ' ') != OF_NPOS &&
				 of_str_find_byte(path->examples[e].value, ',') == OF_NPOS;
		if (blank)
			note(notes,
				"`%s: a b` is two for Jekyll and one, \"a b\", for outfeed: "
				"write [a, b] where two are meant",
				of_field_name(fields[i]));
	}
}

enum of_status of_notes_make(
	struct of_survey *survey, const struct of_notes_facts *facts, struct of_err *err)
{
	struct notes notes = {
		survey, of_arena_take(survey->arena, NOTES_MOST, sizeof(struct of_str))};

	survey->notes = notes.texts;
	note_address(&notes);
	note_files(&notes, facts);
	note_permalinks(&notes, facts);
	note_images(&notes, facts);
	note_blanks(&notes);
	return of_arena_status(survey->arena, err);
}
