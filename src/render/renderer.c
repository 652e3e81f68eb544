#include "render/common.h"

#include "base/path.h"
#include "base/str.h"

static const struct of_renderer *const renderers[] = {
	&of_renderer_atom,
	&of_renderer_rss,
	&of_renderer_json,
};

#define N_RENDERERS (sizeof(renderers) / sizeof(*renderers))

const struct of_renderer *of_renderer_at(size_t index)
{
	return index < N_RENDERERS ? renderers[index] : NULL;
}

const struct of_renderer *of_renderer_find(struct of_str name)
{
	for (size_t i = 0; i < N_RENDERERS; i++)
		if (of_str_equal(name, of_str_from(renderers[i]->name)))
			return renderers[i];
	return NULL;
}

/* A name as it would be without its compression's extension. */
static struct of_str uncompressed(struct of_str name)
{
	static const struct of_str extensions[] = {STR_INIT(".gz"), STR_INIT(".br")};

	for (size_t i = 0; i < sizeof(extensions) / sizeof(*extensions); i++)
		if (of_str_ends_nocase(name, extensions[i]))
			return of_str_slice(name, 0, name.len - extensions[i].len);
	return name;
}

/* What follows the month in the name of an archive document; absent in another's. */
static struct of_str without_month(struct of_str name)
{
	struct of_str rest = name;
	struct of_str month = of_str_split(&rest, '.');

	if (month.len != strlen("YYYY-MM") || month.ptr[4] != '-')
		return (struct of_str){NULL, 0};
	for (size_t i = 0; i < month.len; i++)
		if (i != 4 && !of_byte_is_digit(month.ptr[i]))
			return (struct of_str){NULL, 0};
	/* a month of many items has more than one */
	if (rest.len > 0 && of_byte_is_digit(*rest.ptr))
		of_str_split(&rest, '.');
	return rest;
}

/* A segment that is the name of a document would stand in that document's way. */
static const char *segment_refusal(struct of_str segment)
{
	static const struct of_str pages[] = {
		STR_INIT("index.html"), STR_INIT("subscriptions.opml")};
	struct of_str name = uncompressed(segment);

	for (size_t i = 0; i < sizeof(pages) / sizeof(*pages); i++)
		if (of_str_equal_nocase(name, pages[i]))
			return "has the name of a page in it";
	for (size_t i = 0; i < N_RENDERERS; i++)
		if (of_str_equal_nocase(name, of_str_from(renderers[i]->file)) ||
			of_str_equal_nocase(
				without_month(name), of_str_from(renderers[i]->file)))
			return "has the name of a document in it";
	return NULL;
}

const char *of_output_path_refusal(struct of_str path)
{
	static const struct of_str folders[] = {STR_INIT("archive"), STR_INIT("audit")};
	const char *why = of_path_refusal(path);
	struct of_str rest = path;
	struct of_str first = of_str_slice(path, 0, of_str_find_byte(path, '/'));

	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders) && why == NULL; i++)
		if (of_str_equal_nocase(first, folders[i]))
			why = "begins with the name of a folder that outfeed keeps for itself";
	/* no name of a document is without a dot, and hardly any path has one */
	if (of_str_find_byte(path, '.') == OF_NPOS)
		return why;
	while (why == NULL && rest.ptr != NULL)
		why = segment_refusal(of_str_split(&rest, '/'));
	return why;
}
