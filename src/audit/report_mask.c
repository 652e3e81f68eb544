#include "audit/report_mask.h"

#include "base/str.h"

/* The bytes before the last '@' of the authority that the text begins with; 0 for none. */
static size_t userinfo_length(struct of_str text)
{
	size_t found = 0;

	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		if (c == '/' || c == '\\' || c == '?' || c == '#' || c == '"' ||
			(unsigned char)c <= ' ')
			break;
		if (c == '@')
			found = i;
	}
	return found;
}

/* Where the next userinfo begins, and its length; OF_NPOS for none. A capture's address holds
 * another one, and so may words. */
static size_t find_userinfo(struct of_str text, size_t from, size_t *length)
{
	while (from < text.len) {
		size_t slashes = of_str_find(of_str_from_offset(text, from), STR("//"));

		if (slashes == OF_NPOS)
			break;
		from += slashes + 2;
		/* a path may have an empty segment, an authority follows a scheme */
		if (from > 2 && text.ptr[from - 3] != ':')
			continue;
		*length = userinfo_length(of_str_from_offset(text, from));
		if (*length > 0)
			return from;
	}
	return OF_NPOS;
}

void of_report_mask_text(struct of_buf *out, struct of_str text)
{
	size_t done = 0, length = 0, found;

	while ((found = find_userinfo(text, done, &length)) != OF_NPOS) {
		of_buf_add_str(out, of_str_slice(text, done, found));
		of_buf_add_text(out, "***");
		done = found + length;
	}
	of_buf_add_str(out, of_str_from_offset(text, done));
}

static bool has_userinfo(struct of_str text)
{
	size_t length;

	return of_str_find_byte(text, '@') != OF_NPOS &&
	       find_userinfo(text, 0, &length) != OF_NPOS;
}

static bool needs_mask(const struct of_report_link *link)
{
	bool needed = has_userinfo(link->url) || has_userinfo(link->final_url) ||
		      has_userinfo(link->words) || has_userinfo(link->suggestion) ||
		      has_userinfo(link->capture);

	for (size_t i = 0; i < link->n_checks && !needed; i++) {
		const struct of_report_check *check = &link->checks[i];

		needed = has_userinfo(check->final_url) || has_userinfo(check->words);
		for (size_t j = 0; j < check->n_hops && !needed; j++)
			needed = has_userinfo(check->hops[j].url);
	}
	return needed;
}

static void mask_str(struct of_report_mask *mask, struct of_str *text)
{
	if (!has_userinfo(*text))
		return;
	of_buf_clear(&mask->text);
	of_report_mask_text(&mask->text, *text);
	*text = of_arena_keep(mask->arena, &mask->text);
}

static void mask_hops(struct of_report_mask *mask, struct of_report_check *check)
{
	struct of_hop *hops = of_arena_take(mask->arena, check->n_hops, sizeof(*hops));

	for (size_t i = 0; hops != NULL && i < check->n_hops; i++) {
		hops[i] = check->hops[i];
		mask_str(mask, &hops[i].url);
	}
	check->hops = hops;
}

static void mask_checks(struct of_report_mask *mask, struct of_report_link *link)
{
	struct of_report_check *checks =
		of_arena_take(mask->arena, link->n_checks, sizeof(*checks));

	for (size_t i = 0; checks != NULL && i < link->n_checks; i++) {
		checks[i] = link->checks[i];
		mask_str(mask, &checks[i].final_url);
		mask_str(mask, &checks[i].words);
		if (checks[i].n_hops > 0)
			mask_hops(mask, &checks[i]);
	}
	link->checks = checks;
}

static bool mask_all(struct of_report_mask *mask, struct of_report_link *link)
{
	mask_str(mask, &link->url);
	mask_str(mask, &link->final_url);
	mask_str(mask, &link->words);
	mask_str(mask, &link->suggestion);
	mask_str(mask, &link->capture);
	if (link->n_checks > 0)
		mask_checks(mask, link);
	return mask->text.status == OF_OK && of_arena_status(mask->arena, NULL) == OF_OK;
}

const struct of_report_link *of_report_mask_link(
	struct of_report_mask *mask, const struct of_report_link *link)
{
	if (!needs_mask(link))
		return link;
	if (mask->arena == NULL)
		mask->arena = of_arena_new();
	if (mask->arena == NULL)
		return NULL;
	of_arena_clear(mask->arena);
	mask->link = *link;
	return mask_all(mask, &mask->link) ? &mask->link : NULL;
}

bool of_report_mask_here(struct of_report_link *link, struct of_arena *arena)
{
	struct of_report_mask mask = {.arena = arena};
	bool good = !needs_mask(link) || mask_all(&mask, link);

	of_buf_finish(&mask.text);
	return good;
}

void of_report_mask_finish(struct of_report_mask *mask)
{
	of_arena_free(mask->arena);
	of_buf_finish(&mask->text);
}
