#include "survey/patterns.h"

#include "base/str.h"
#include <outfeed/item.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* ours: "@" stands for the section. */
static const struct {
	const char *generator;
	struct of_str theirs;
	const char *ours;
} marks[] = {
	{"Jekyll", STR_INIT("year"), "{year}"},
	{"Jekyll", STR_INIT("short_year"), "{short_year}"},
	{"Jekyll", STR_INIT("month"), "{month}"},
	{"Jekyll", STR_INIT("i_month"), "{i_month}"},
	{"Jekyll", STR_INIT("day"), "{day}"},
	{"Jekyll", STR_INIT("i_day"), "{i_day}"},
	{"Jekyll", STR_INIT("y_day"), "{y_day}"},
	{"Jekyll", STR_INIT("week"), "{week}"},
	{"Jekyll", STR_INIT("short_day"), "{short_day}"},
	{"Jekyll", STR_INIT("hour"), "{hour}"},
	{"Jekyll", STR_INIT("minute"), "{minute}"},
	{"Jekyll", STR_INIT("second"), "{second}"},
	{"Jekyll", STR_INIT("title"), "{slug}"},
	{"Jekyll", STR_INIT("slug"), "{slug}"},
	{"Jekyll", STR_INIT("name"), "{file}"},
	{"Jekyll", STR_INIT("path"), "{folder}/{file}"},
	{"Jekyll", STR_INIT("categories"), "{categories}"},
	{"Jekyll", STR_INIT("collection"), "@"},
	{"Jekyll", STR_INIT("output_ext"), ".html"},
	{"Hugo", STR_INIT("year"), "{year}"},
	{"Hugo", STR_INIT("month"), "{month}"},
	{"Hugo", STR_INIT("day"), "{day}"},
	{"Hugo", STR_INIT("title"), "{title}"},
	{"Hugo", STR_INIT("slug"), "{slug_or_title}"},
	{"Hugo", STR_INIT("filename"), "{file}"},
	{"Hugo", STR_INIT("contentbasename"), "{file}"},
	{"Hugo", STR_INIT("slugorfilename"), "{slug_or_file}"},
	{"Hugo", STR_INIT("slugorcontentbasename"), "{slug_or_file}"},
	{"Hugo", STR_INIT("section"), "@"},
	{"Hugo", STR_INIT("sections"), "@/{folder}"},
	{"Eleventy", STR_INIT("page.fileSlug"), "{name}"},
	{"Eleventy", STR_INIT("page.filePathStem"), "/@/{folder}/{name}"},
	{"Eleventy", STR_INIT("slug"), "{slug}"},
};

static const char *find_mark(const char *generator, struct of_str theirs)
{
	for (size_t i = 0; i < COUNT(marks); i++)
		if (strcmp(marks[i].generator, generator) == 0 &&
			of_str_equal(marks[i].theirs, theirs))
			return marks[i].ours;
	return NULL;
}

/* Two slashes are one: a part between them may be empty. */
static void add_byte(struct of_buf *out, char byte)
{
	if (byte != '/' || !of_str_ends(of_buf_str(out), STR("/")))
		of_buf_add_byte(out, byte);
}

static bool add_mark(
	struct of_buf *out, const char *generator, struct of_str theirs, struct of_str section)
{
	const char *ours = find_mark(generator, theirs);

	for (size_t i = 0; ours != NULL && ours[i] != '\0'; i++)
		if (ours[i] == '@')
			of_buf_add_str(out, section);
		else
			add_byte(out, ours[i]);
	return ours != NULL;
}

/* A mark after a colon, or one between two braces of each kind; absent where none begins. */
static struct of_str take_mark(struct of_str *rest, bool braces)
{
	struct of_str mark = {NULL, 0};
	size_t len = 1;

	if (braces && of_str_starts(*rest, STR("{{"))) {
		size_t end = of_str_find(*rest, STR("}}"));

		mark = of_str_trim(of_str_slice(*rest, 2, end));
		*rest = of_str_from_offset(*rest, end == OF_NPOS ? rest->len : end + 2);
	} else if (!braces && rest->ptr[0] == ':') {
		while (len < rest->len &&
			(of_byte_is_alpha(rest->ptr[len]) || rest->ptr[len] == '_'))
			len++;
		mark = of_str_slice(*rest, 1, len);
		*rest = of_str_from_offset(*rest, len);
	}
	return mark;
}

bool of_pattern_translate(
	struct of_buf *out, const char *generator, struct of_str pattern, struct of_str section)
{
	const bool braces = strcmp(generator, "Eleventy") == 0;
	struct of_buf made = {0};
	bool good = true;

	while (pattern.len > 0 && good) {
		struct of_str mark = take_mark(&pattern, braces);

		if (mark.len > 0) {
			good = add_mark(&made, generator, mark, section);
		} else if (pattern.len > 0) {
			/* brackets choose among the folders of Hugo's :sections */
			good = strchr("{}[]", pattern.ptr[0]) == NULL;
			add_byte(&made, pattern.ptr[0]);
			pattern = of_str_from_offset(pattern, 1);
		}
	}
	good = good && of_permalink_refusal(of_buf_str(&made)) == NULL;
	of_buf_add_str(out, of_buf_str(&made));
	if (made.status != OF_OK)
		out->status = made.status;
	of_buf_finish(&made);
	return good;
}
