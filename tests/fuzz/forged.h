/*
 * Forged feeds for the targets of what stands beside the entries: sites, texts, and
 * paths, as a build would let them through, from any bytes.
 */
#ifndef FORGED_H
#define FORGED_H

#include "fuzz.h"

#include "base/unicode.h"
#include "base/url.h"
#include <outfeed/render.h>

#define FORGED_SITE "site: {title: 'T & <Co>', url: 'https://ex.org/base/'"

static const char *const forged_sites[] = {FORGED_SITE "}\n",
	FORGED_SITE ", language: he, description: \"]]> '\\\" &amp;\"}\nformats: [json]\n",
	FORGED_SITE "}\nformats: [rss, atom]\nhubs: ['https://hub.example/?a&b']\n",
	FORGED_SITE ", author: {name: '<b>A</b>', email: 'a@ex.org'}, icon: "
		    "'https://ex.org/i.png?a&b'}\nlink: source\ncontent_mode: summary\n"};

static inline const struct of_site *forged_site(size_t index)
{
	static struct of_site *made[FUZZ_COUNT(forged_sites)];
	struct of_err err = {0};

	index %= FUZZ_COUNT(forged_sites);
	if (made[index] == NULL &&
		of_site_parse(&made[index], "/nowhere/outfeed.yaml",
			of_str_from(forged_sites[index]), &err, NULL, NULL) != OF_OK)
		fuzz_fail("the site: %s", err.message);
	return made[index];
}

/* A title or a label: clean, and of one line, as the reading of items leaves them. */
static inline struct of_str forged_line(struct fuzz_input *input, struct of_arena *arena)
{
	struct of_buf clean = {0}, line = {0};
	struct of_str kept;

	of_unicode_clean(&clean, fuzz_take_text(input), NULL);
	of_unicode_one_line(&line, of_buf_str(&clean));
	kept = of_arena_keep(arena, &line);
	of_buf_finish(&clean);
	of_buf_finish(&line);
	fuzz_require(of_arena_status(arena, NULL) == OF_OK, "memory for a line");
	return kept;
}

/* Absent when a group may not have it. */
static inline struct of_str forged_path(struct fuzz_input *input, struct of_arena *arena)
{
	struct of_str path = forged_line(input, arena);

	return of_output_path_refusal(path) == NULL ? path : (struct of_str){0};
}

/* The page of the group with that path. */
static inline struct of_str forged_home(
	const struct of_site *site, struct of_str path, struct of_arena *arena)
{
	struct of_buf url = {0};
	struct of_str kept;

	of_buf_add_str(&url, site->url);
	while (path.len > 0) {
		of_url_add_segment(&url, of_str_split(&path, '/'));
		of_buf_add_byte(&url, '/');
	}
	kept = of_arena_keep(arena, &url);
	of_buf_finish(&url);
	fuzz_require(kept.len > 0, "memory for an address");
	return kept;
}

/* Of the years 1 to 9999, as a date that was read; absent for one in eight. */
static inline int64_t forged_time(struct fuzz_input *input)
{
	uint64_t number = fuzz_take_number(input);

	if (number % 8 == 0)
		return OF_TIME_NONE;
	return INT64_C(-62135596800) + (int64_t)(number % UINT64_C(315537897600));
}

/*
 * A page with its texts left out: the names of its tags and of their attributes, in
 * their order. What one was given as a text can be in none of them.
 */
static inline void forged_skeleton(struct of_buf *out, struct of_str page)
{
	char quote = '\0';
	bool in_tag = false;

	for (size_t i = 0; i < page.len; i++) {
		char byte = page.ptr[i];

		if (!in_tag)
			in_tag = byte == '<';
		else if (quote != '\0')
			quote = byte == quote ? '\0' : quote;
		else if (byte == '"' || byte == '\'')
			quote = byte;
		else if (byte == '>')
			in_tag = false;
		if (in_tag && (quote == '\0' || byte == '<'))
			of_buf_add_byte(out, byte);
	}
}

#endif
