#include "survey/images.h"

#include "base/path.h"
#include "base/str.h"
#include "base/url.h"
#include <sys/stat.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* Folders, and the part of the address behind the site's; of equals the first is taken. */
static const struct {
	struct of_str dir, url;
} places[] = {
	{STR_INIT("images"), STR_INIT("images/")}, /* the defaults: nothing to be written */
	{STR_INIT("static"), STR_INIT("")},
	{STR_INIT("static/images"), STR_INIT("images/")},
	{STR_INIT("static/img"), STR_INIT("img/")},
	{STR_INIT("assets"), STR_INIT("assets/")},
	{STR_INIT("assets"), STR_INIT("")},
	{STR_INIT("assets/images"), STR_INIT("assets/images/")},
	{STR_INIT("assets/img"), STR_INIT("assets/img/")},
	{STR_INIT("img"), STR_INIT("img/")},
	{STR_INIT("public"), STR_INIT("")},
	{STR_INIT("public/images"), STR_INIT("images/")},
	{STR_INIT("src"), STR_INIT("")},
	{STR_INIT("src/images"), STR_INIT("images/")},
	{STR_INIT("src/img"), STR_INIT("img/")},
	{STR_INIT("src/assets"), STR_INIT("assets/")},
	{STR_INIT("content/images"), STR_INIT("images/")},
	{STR_INIT("."), STR_INIT("")},
};

/* The site's address, in whose place a made-up one does as well. */
static struct of_str site_of(const struct of_survey *survey)
{
	return survey->url.text.len > 0 ? survey->url.text
					: of_str_from(of_survey_placeholder());
}

static bool is_file(struct of_str dir, struct of_str folder, struct of_str name)
{
	struct of_buf whole = {0};
	struct of_buf path = {0};
	struct stat info;
	bool is;

	of_path_join(&whole, dir, folder);
	of_path_join(&path, whole.len > 0 ? of_buf_str(&whole) : dir, name);
	is = path.status == OF_OK && stat(path.ptr, &info) == 0 && S_ISREG(info.st_mode);
	of_buf_finish(&whole);
	of_buf_finish(&path);
	return is;
}

/* What of a reference may name a file; one that is not below the base stands for itself. */
static struct of_str name_of(struct of_str url, struct of_str base, struct of_str reference)
{
	struct of_str name =
		of_str_starts(url, base) ? of_str_from_offset(url, base.len) : reference;

	name = of_str_slice(name, 0, of_str_find_byte(name, '#'));
	name = of_str_slice(name, 0, of_str_find_byte(name, '?'));
	while (of_str_starts(name, STR("/")))
		name = of_str_from_offset(name, 1);
	return of_str_find(name, STR("..")) == OF_NPOS ? name : (struct of_str){NULL, 0};
}

/* Whether the place has the file that a reference means, as reading an item would look. */
static bool has(const struct of_survey *survey, size_t place, struct of_str reference)
{
	struct of_buf base = {0};
	struct of_buf url = {0};
	struct of_str name;
	bool found;

	of_buf_add_str(&base, site_of(survey));
	of_buf_add_str(&base, places[place].url);
	of_url_resolve(&url, of_buf_str(&base), reference);
	name = name_of(of_buf_str(&url), of_buf_str(&base), reference);
	found = base.status == OF_OK && url.status == OF_OK && name.len > 0 &&
		is_file(survey->dir, places[place].dir, name);
	of_buf_finish(&base);
	of_buf_finish(&url);
	return found;
}

/* A reference to this site: relative, or below its address. */
static bool is_local(const struct of_survey *survey, struct of_str reference)
{
	if (of_url_split(reference).scheme.len == 0 && !of_str_starts(reference, STR("//")))
		return true;
	return survey->url.text.len > 0 && of_str_starts(reference, survey->url.text);
}

static size_t count_found(const struct of_survey *survey, size_t place,
	const struct of_image_reference *references, size_t count)
{
	size_t found = 0;

	for (size_t i = 0; i < count; i++)
		found += is_local(survey, references[i].reference) &&
			 has(survey, place, references[i].reference);
	return found;
}

enum of_status of_images_choose(struct of_images *images, struct of_survey *survey,
	const struct of_image_reference *references, size_t count, struct of_err *err)
{
	size_t best = 0;

	for (size_t i = 0; i < count; i++) {
		struct of_str reference = references[i].reference;
		struct of_str folder = of_path_folder(references[i].file);

		if (!is_local(survey, reference))
			continue;
		images->local++;
		images->rooted += of_str_starts(reference, STR("/"));
		images->beside += !of_str_starts(reference, STR("/")) &&
				  is_file(survey->dir, folder, reference);
	}
	survey->images_tried = images->local;
	for (size_t place = 0; place < COUNT(places) && images->local > 0; place++) {
		size_t found = count_found(survey, place, references, count);

		if (found <= survey->images_found)
			continue;
		survey->images_found = found;
		best = place;
	}
	if (best > 0) {
		survey->images_dir = places[best].dir;
		survey->images_path = places[best].url;
	}
	return of_arena_status(survey->arena, err);
}
