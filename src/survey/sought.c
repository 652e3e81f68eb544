#include "survey/sought.h"

#include "base/str.h"
#include "item/field.h"

#define BIT OF_KIND_BIT
#define SCALARS                                                                             \
	(BIT(OF_KIND_SHORT) | BIT(OF_KIND_LONG) | BIT(OF_KIND_NUMBER) | BIT(OF_KIND_DATE) | \
		BIT(OF_KIND_ODD_DATE) | BIT(OF_KIND_FLAG) | BIT(OF_KIND_LINK) |             \
		BIT(OF_KIND_TEXTS))

const struct of_sought of_sought_rows[OF_SOUGHT_COUNT] = {
	{.field = OF_FIELD_TITLE,
		.fits = SCALARS,
		.seeks = BIT(OF_KIND_SHORT) | BIT(OF_KIND_LONG),
		.words = {"title", "headline", "heading", "subject", "name"},
		.others = {"subtitle", "sub_title", "site", "author", "seo", "nav", "menu",
			"file", "brand", "class", "template", "image", "layout", "user"}},
	{.field = OF_FIELD_PUBLISHED,
		.fits = BIT(OF_KIND_DATE),
		.seeks = BIT(OF_KIND_DATE),
		.words = {"date", "publi", "creat", "post", "written", "added", "saved",
			"time"},
		.others = {"updat", "modif", "revis", "edit", "expir", "end", "due", "event",
			"chang", "start", "last"}},
	{.field = OF_FIELD_UPDATED,
		.fits = BIT(OF_KIND_DATE),
		.seeks = BIT(OF_KIND_DATE),
		.words = {"updat", "modif", "revis", "edit", "chang", "lastmod"},
		.others = {"expir", "event"}},
	{.field = OF_FIELD_SUMMARY,
		.fits = SCALARS,
		.seeks = BIT(OF_KIND_SHORT) | BIT(OF_KIND_LONG),
		.words = {"descri", "summar", "excerpt", "abstract", "lede", "teaser", "intro",
			"blurb", "subtitle", "dek", "synopsis", "standfirst", "tagline"},
		.others = {"image", "author", "site"}},
	{.field = OF_FIELD_SOURCE_URL,
		.fits = BIT(OF_KIND_LINK),
		.seeks = BIT(OF_KIND_LINK),
		.nameless = true,
		.words = {"link", "url", "source", "bookmark", "href", "origin", "external",
			"website", "target", "uri", "web"},
		.others = {"canonical", "avatar", "video", "audio", "comment", "discuss",
			"twitter", "github", "facebook", "mastodon", "author", "license", "im",
			"edit"}},
	{.field = OF_FIELD_IMAGE,
		.fits = BIT(OF_KIND_IMAGE) | BIT(OF_KIND_LINK) | BIT(OF_KIND_SHORT),
		.seeks = BIT(OF_KIND_IMAGE),
		.nameless = true,
		.words = {"image", "img", "cover", "thumb", "photo", "picture", "banner",
			"hero", "teaser", "feature", "card", "header", "poster",
			"illustration"},
		.others = {"avatar", "icon", "author", "logo"}},
	{.field = OF_FIELD_CATEGORIES,
		.fits = SCALARS,
		.seeks = BIT(OF_KIND_SHORT) | BIT(OF_KIND_TEXTS),
		.words = {"categor", "topic", "subject", "section", "theme", "genre",
			"channel"},
		.others = {"sub", "image", "color", "css"}},
	{.field = OF_FIELD_TAGS,
		.fits = SCALARS,
		.seeks = BIT(OF_KIND_SHORT) | BIT(OF_KIND_TEXTS),
		.words = {"tag", "keyword", "label"},
		.others = {"tagline", "stage", "image", "vintage"}},
	{.field = OF_FIELD_AUTHORS,
		.fits = SCALARS | BIT(OF_KIND_PEOPLE),
		.seeks = BIT(OF_KIND_SHORT) | BIT(OF_KIND_TEXTS) | BIT(OF_KIND_PEOPLE),
		.words = {"author", "creator", "writer", "byline", "contributor"},
		.others = {"image", "avatar", "bio", "url", "email"}},
	{.field = OF_FIELD_PERMALINK, .fits = SCALARS},
};

static bool holds_any(struct of_str path, const char *const *words)
{
	for (size_t i = 0; i < OF_SOUGHT_WORDS && words[i] != NULL; i++)
		if (of_str_find(path, of_str_from(words[i])) != OF_NPOS)
			return true;
	return false;
}

enum of_name_says of_sought_by_name(const struct of_sought *sought, struct of_str path)
{
	char lower[128];
	struct of_str folded = {lower, path.len < sizeof(lower) ? path.len : sizeof(lower)};

	for (size_t i = 0; i < folded.len; i++)
		lower[i] = of_byte_lower(path.ptr[i]);
	if (holds_any(folded, sought->others))
		return OF_NAME_NO;
	return holds_any(folded, sought->words) ? OF_NAME_YES : OF_NAME_NOTHING;
}

/* Beside the table's paths, the lists that stand side by side (SPEC section 3). */
static const struct of_str parallel[] = {
	STR_INIT("categorySlug"), STR_INIT("categoryLabel"), STR_INIT("categoryUrl")};
#define N_PARALLEL (sizeof(parallel) / sizeof(parallel[0]))

bool of_sought_path_at(struct of_str *path, enum of_field field, size_t n)
{
	static const struct of_site defaults = {0};
	struct of_field_path at;

	if (field == OF_FIELD_CATEGORIES && n < N_PARALLEL) {
		*path = parallel[n];
		return true;
	}
	if (field == OF_FIELD_CATEGORIES)
		n -= N_PARALLEL;
	if (!of_field_path_at(&at, &defaults, field, n))
		return false;
	*path = at.path;
	return true;
}

bool of_sought_is_known(struct of_str path)
{
	struct of_str known;

	for (unsigned field = 0; field < OF_FIELD_COUNT; field++)
		for (size_t n = 0; of_sought_path_at(&known, (enum of_field)field, n); n++)
			if (of_str_equal(known, path))
				return true;
	return false;
}
