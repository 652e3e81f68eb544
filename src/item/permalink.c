/*
 * The address of an item's own page: what the item says of it, else the site's pattern
 * for its folder (`permalinks`), else the item's slug below the site's address.
 */
#include "item/parts.h"

#include "base/path.h"
#include "base/str.h"
#include "base/time.h"
#include "base/unicode.h"
#include "base/url.h"

#define DAY INT64_C(86400)
#define DATE_AND_DASH (sizeof("YYYY-MM-DD-") - 1)
#define PATTERN_MOST 200 /* bytes */
#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* What the marks of a pattern are filled from. */
struct filling {
	const struct of_item *item;
	const struct fields *fields;
	struct of_str below; /* the item's file, from the pattern's folder on */
	int64_t day;         /* when it was published, as its date is written */
	struct of_civil civil;
};

typedef int number_fn(const struct filling *filling);
typedef void text_fn(struct of_buf *out, const struct filling *filling);

static int year_of(const struct filling *filling)
{
	return filling->civil.year;
}

static int short_year_of(const struct filling *filling)
{
	return filling->civil.year % 100;
}

static int month_of(const struct filling *filling)
{
	return filling->civil.month;
}

static int day_of(const struct filling *filling)
{
	return filling->civil.day;
}

static int hour_of(const struct filling *filling)
{
	return filling->civil.hour;
}

static int minute_of(const struct filling *filling)
{
	return filling->civil.minute;
}

static int second_of(const struct filling *filling)
{
	return filling->civil.second;
}

/* From 1. */
static int day_of_year(int64_t seconds)
{
	const struct of_civil first = {of_time_to_civil(seconds).year, 1, 1, 0, 0, 0};

	return (int)((seconds - of_time_from_civil(first)) / DAY) + 1;
}

static int year_day_of(const struct filling *filling)
{
	return day_of_year(filling->day);
}

/* ISO 8601: a week is of the year that its Thursday is of. */
static int week_of(const struct filling *filling)
{
	int since_monday = (of_time_weekday(filling->day) + 6) % 7;

	return (day_of_year(filling->day + (3 - since_monday) * DAY) - 1) / 7 + 1;
}

static void add_short_day(struct of_buf *out, const struct filling *filling)
{
	static const char *const names[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

	of_buf_add_text(out, names[of_time_weekday(filling->day)]);
}

/* The date that a file's name begins with is no part of what it is called. */
static struct of_str without_date(struct of_str stem)
{
	int64_t ignored;

	return stem.len > DATE_AND_DASH && of_time_parse_prefix(&ignored, stem, NULL)
		       ? of_str_from_offset(stem, DATE_AND_DASH)
		       : stem;
}

static struct of_str stem_of(const struct filling *filling)
{
	return of_item_stem(filling->fields->path);
}

static void add_file(struct of_buf *out, const struct filling *filling)
{
	of_buf_add_str(out, stem_of(filling));
}

static void add_name(struct of_buf *out, const struct filling *filling)
{
	of_buf_add_str(out, without_date(stem_of(filling)));
}

/* Each run of blanks is one dash, as Jekyll has it. */
static void add_dashed(struct of_buf *out, struct of_str text)
{
	for (size_t i = 0; i < text.len; i++) {
		bool blank = of_byte_is_space(text.ptr[i]);

		if (!blank || !of_byte_is_space(text.ptr[i - 1]))
			of_buf_add_byte(out, blank ? '-' : text.ptr[i]);
	}
}

static void add_slug(struct of_buf *out, const struct filling *filling)
{
	struct of_str own = of_field_text(filling->fields, OF_FIELD_SLUG, NULL);

	add_dashed(out, of_str_trim(own.len > 0 ? own : without_date(stem_of(filling))));
}

static void add_slug_or_file(struct of_buf *out, const struct filling *filling)
{
	struct of_str own = of_field_text(filling->fields, OF_FIELD_SLUG, NULL);

	of_unicode_urlize(out, own.len > 0 ? own : stem_of(filling));
}

/* The name where there is no title yet: that of an item without one is made of its body. */
static struct of_str title_of(const struct filling *filling)
{
	struct of_str title = filling->item->title;

	return title.len > 0 ? title : without_date(stem_of(filling));
}

static void add_title(struct of_buf *out, const struct filling *filling)
{
	of_unicode_urlize(out, title_of(filling));
}

static void add_slug_or_title(struct of_buf *out, const struct filling *filling)
{
	struct of_str own = of_field_text(filling->fields, OF_FIELD_SLUG, NULL);

	of_unicode_urlize(out, own.len > 0 ? own : title_of(filling));
}

/* A bundle (x/index.md) stands for its folder, which is no part of where it lies. */
static void add_folder(struct of_buf *out, const struct filling *filling)
{
	struct of_str folder = of_path_folder(filling->below);

	if (of_str_equal(of_path_stem(filling->below), STR("index")))
		folder = of_path_folder(folder);
	of_buf_add_str(out, folder);
}

/* Eleventy has no second segment for a file that is called as its folder is. */
static void add_whole_path(struct of_buf *out, const struct filling *filling)
{
	struct of_str folder = of_path_folder(filling->below);
	struct of_str stem = of_path_stem(filling->below);

	of_buf_add_str(out, folder);
	if (of_str_equal(stem, STR("index")) || of_str_equal(stem, of_path_base(folder)))
		return;
	of_buf_add_byte(out, '/');
	of_buf_add_str(out, stem);
}

/* Jekyll takes a text for as many categories as it has words, and a list as it is. */
static void add_categories(struct of_buf *out, const struct filling *filling)
{
	const struct of_yaml *value = of_yaml_at(filling->fields->root, STR("categories"));
	bool words = value != NULL && value->type == OF_YAML_SCALAR;

	for (size_t i = 0; i < filling->item->n_categories; i++) {
		struct of_buf folded = {0};

		of_unicode_fold(&folded, filling->item->categories[i].label);
		for (size_t c = 0; c < folded.len; c++)
			of_buf_add_byte(out,
				words && of_byte_is_space(folded.ptr[c]) ? '/' : folded.ptr[c]);
		if (folded.status != OF_OK)
			out->status = folded.status;
		of_buf_finish(&folded);
		of_buf_add_byte(out, '/');
	}
}

/* A mark is a number of so many digits at least, or a text. */
static const struct mark {
	struct of_str name;
	number_fn *number;
	int digits;
	text_fn *text;
	bool tells; /* one item from another */
} marks[] = {
	{STR_INIT("year"), year_of, 4, NULL, false},
	{STR_INIT("month"), month_of, 2, NULL, false},
	{STR_INIT("day"), day_of, 2, NULL, false},
	{STR_INIT("hour"), hour_of, 2, NULL, false},
	{STR_INIT("minute"), minute_of, 2, NULL, true},
	{STR_INIT("second"), second_of, 2, NULL, true},
	{STR_INIT("short_year"), short_year_of, 2, NULL, false},
	{STR_INIT("i_month"), month_of, 1, NULL, false},
	{STR_INIT("i_day"), day_of, 1, NULL, false},
	{STR_INIT("y_day"), year_day_of, 3, NULL, false},
	{STR_INIT("week"), week_of, 2, NULL, false},
	{STR_INIT("short_day"), NULL, 0, add_short_day, false},
	{STR_INIT("slug"), NULL, 0, add_slug, true},
	{STR_INIT("slug_or_file"), NULL, 0, add_slug_or_file, true},
	{STR_INIT("slug_or_title"), NULL, 0, add_slug_or_title, true},
	{STR_INIT("title"), NULL, 0, add_title, true},
	{STR_INIT("name"), NULL, 0, add_name, true},
	{STR_INIT("file"), NULL, 0, add_file, true},
	{STR_INIT("folder"), NULL, 0, add_folder, false},
	{STR_INIT("path"), NULL, 0, add_whole_path, true},
	{STR_INIT("categories"), NULL, 0, add_categories, false},
};

static const struct mark *find_mark(struct of_str name)
{
	for (size_t i = 0; i < COUNT(marks); i++)
		if (of_str_equal(marks[i].name, name))
			return &marks[i];
	return NULL;
}

/*
 * The text before the next mark, and the mark's name; false where no mark follows.
 * Of a mark without an end the name is all of the rest, which is no mark's.
 */
static bool split_mark(struct of_str *text, struct of_str *name, struct of_str *rest)
{
	size_t open = of_str_find_byte(*rest, '{');
	size_t close;

	*text = of_str_slice(*rest, 0, open);
	if (open == OF_NPOS)
		return false;
	*rest = of_str_from_offset(*rest, open);
	close = of_str_find_byte(*rest, '}');
	*name = of_str_slice(*rest, close == OF_NPOS ? 0 : 1, close);
	*rest = of_str_from_offset(*rest, close == OF_NPOS ? rest->len : close + 1);
	return true;
}

/* Texts may be long: one that may stand often would make an address of any size. */
const char *of_permalink_refusal(struct of_str pattern)
{
	bool stands[COUNT(marks)] = {false};
	struct of_str rest = pattern;
	struct of_str text;
	struct of_str name;
	bool tells = false;

	if (pattern.len > PATTERN_MOST)
		return "has more than 200 bytes";
	if (of_str_find(pattern, STR("://")) != OF_NPOS)
		return "is an address, and a pattern begins behind site.url";
	while (split_mark(&text, &name, &rest)) {
		const struct mark *mark = find_mark(name);

		if (mark == NULL)
			return "holds a mark that is none";
		if (mark->text != NULL && stands[mark - marks])
			return "holds a mark twice";
		stands[mark - marks] = true;
		tells |= mark->tells;
	}
	if (of_str_find_byte(text, '}') != OF_NPOS)
		return "has a '}' without its '{'";
	return tells ? NULL : "gives many items one address";
}

const char *of_permalink_mark_at(size_t index)
{
	return index < COUNT(marks) ? marks[index].name.ptr : NULL;
}

static void fill(struct of_buf *out, struct of_str pattern, const struct filling *filling)
{
	struct of_str rest = pattern;
	struct of_str text;
	struct of_str name;

	while (split_mark(&text, &name, &rest)) {
		const struct mark *mark = find_mark(name);

		of_buf_add_str(out, text);
		if (mark != NULL && mark->number != NULL)
			of_buf_add_format(out, "%0*d", mark->digits, mark->number(filling));
		else if (mark != NULL)
			mark->text(out, filling);
	}
	of_buf_add_str(out, text);
}

/* A path under the site, segment by segment, so that a slash stays a slash. */
static void add_path(struct of_buf *out, struct of_str path)
{
	while (path.ptr != NULL) {
		struct of_str segment = of_str_split(&path, '/');

		if (segment.len == 0 || of_str_equal(segment, STR(".")) ||
			of_str_equal(segment, STR("..")))
			continue;
		of_url_add_segment(out, segment);
		of_buf_add_byte(out, '/');
	}
}

/* A generator's own pattern, such as /:year/:title/ or /{{ slug }}/, is no address. */
static bool is_pattern(struct of_str text)
{
	return of_str_find(text, STR("{{")) != OF_NPOS ||
	       of_str_find(text, STR("/:")) != OF_NPOS;
}

static struct of_str read_base_path(const struct fields *fields)
{
	struct of_str key = STR("basePath");
	const struct of_yaml *first = of_field_first(of_yaml_at(fields->root, key));

	if (first != NULL && first->type != OF_YAML_SCALAR)
		of_field_warn_type(fields, key, "text", first);
	return of_field_clean(fields, first);
}

/* What of the path lies below the folder, which is absent for the current one. */
static bool lies_below(struct of_str *below, struct of_str path, struct of_str folder)
{
	if (of_str_starts(path, STR("./")))
		path = of_str_from_offset(path, 2);
	if (of_str_equal(folder, STR(".")))
		folder.len = 0;
	if (!of_str_starts(path, folder))
		return false;
	*below = of_str_from_offset(path, folder.len);
	if (below->len == 0 ||
		(folder.len > 0 && !of_str_ends(folder, STR("/")) && below->ptr[0] != '/'))
		return false;
	*below = of_str_trim_byte(*below, '/');
	return true;
}

/* The pattern of the innermost folder; NULL for none. */
static const struct of_permalink_pattern *pattern_for(
	struct of_str *below, const struct fields *fields)
{
	const struct of_site *site = fields->site;
	const struct of_permalink_pattern *best = NULL;
	struct of_str rest;

	for (size_t i = 0; i < site->n_permalinks; i++) {
		const struct of_permalink_pattern *one = &site->permalinks[i];

		if (!lies_below(&rest, fields->path, one->folder) ||
			(best != NULL && rest.len >= below->len))
			continue;
		best = one;
		*below = rest;
	}
	return best;
}

static void add_by_pattern(
	struct of_buf *url, const struct of_permalink_pattern *by, struct filling *filling)
{
	struct of_buf filled = {0};
	size_t start = url->len;

	filling->day = of_item_clock(filling->item, filling->fields);
	filling->civil = of_time_to_civil(filling->day);
	fill(&filled, by->pattern, filling);
	add_path(url, of_buf_str(&filled));
	if (url->len > start && !of_str_ends(of_buf_str(&filled), STR("/")))
		of_buf_truncate(url, url->len - 1);
	if (filled.status != OF_OK)
		url->status = filled.status;
	of_buf_finish(&filled);
}

/* What the item says itself comes before what the site says of its folder. */
static struct of_str make(const struct of_item *item, const struct fields *fields)
{
	struct filling filling = {.item = item, .fields = fields};
	struct of_str base = read_base_path(fields);
	const struct of_permalink_pattern *by = NULL;
	struct of_buf url = {0};
	struct of_str made;

	if (base.len == 0)
		by = pattern_for(&filling.below, fields);
	of_buf_add_str(&url, fields->site->url);
	if (by != NULL) {
		add_by_pattern(&url, by, &filling);
	} else {
		add_path(&url, base);
		add_path(&url, item->slug);
	}
	made = of_arena_keep(fields->arena, &url);
	of_buf_finish(&url);
	return made;
}

void of_item_permalink(struct of_item *item, const struct fields *fields)
{
	struct of_str given = of_field_text(fields, OF_FIELD_PERMALINK, NULL);

	if (!is_pattern(given))
		item->permalink = of_field_address(fields, fields->site->url, given);
	if (item->permalink.len == 0)
		item->permalink = make(item, fields);
}
