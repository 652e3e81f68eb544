#include "audit/signs.h"

#include "audit/signs_table.h"
#include "audit/words.h"
#include "base/str.h"
#include "base/unicode.h"
#include "base/url.h"
#include <stdlib.h>

/*
 * A sign must be right rather than there: a page that is missed here is caught
 * by another sign or another check, an article that is called missing is an
 * alarm for nothing. So a phrase counts where nothing else is said: as the
 * whole of a title's part or of a heading's sentence, or within a text that is
 * too short for an article.
 */
#define NOT_FOUND_TEXT 600 /* bytes of text that hold a message and a menu at most */
#define PARKED_TEXT 1500
#define WALL_TEXT 1500
#define TITLE_OTHERS 6    /* words beside the phrase: a site's name */
#define HEADING_OTHERS 12 /* another sentence: "Try a search?" */
#define SEGMENT_MAX 64    /* bytes of a path's segment that is looked up */

/* One page under examination. */
struct view {
	const struct of_page *page;
	struct of_url asked, final;
	struct of_buf title, heading, text; /* as words; text where it is PARKED_TEXT at most */
	unsigned status;
	const struct of_sign_hints *hints;
};

static bool is_in(const struct of_str *list, struct of_str word)
{
	for (; list->len > 0; list++)
		if (of_str_equal(*list, word))
			return true;
	return false;
}

static bool has_one_of(const struct of_str *list, struct of_str words)
{
	for (; words.len > 0 && list->len > 0; list++)
		if (of_words_have(words, *list))
			return true;
	return false;
}

static struct of_str first_word(struct of_str words)
{
	return of_str_slice(words, 0, of_str_find_byte(words, '-'));
}

static struct of_str last_word(struct of_str words)
{
	size_t at = of_str_find_last_byte(words, '-');

	return at == OF_NPOS ? words : of_str_from_offset(words, at + 1);
}

/* "-oops-404-page-not-found-" to "page-not-found". */
static struct of_str without_fillers(struct of_str words)
{
	words = of_str_trim_byte(words, '-');
	while (words.len > 0 && is_in(of_signs_fillers, first_word(words)))
		words = of_str_trim_byte(of_str_from_offset(words, first_word(words).len), '-');
	while (words.len > 0 && is_in(of_signs_fillers, last_word(words)))
		words = of_str_trim_byte(
			of_str_slice(words, 0, words.len - last_word(words).len), '-');
	return words;
}

static int compare_phrase(const void *words, const void *row)
{
	return of_str_compare(
		*(const struct of_str *)words, ((const struct of_phrase *)row)->words);
}

static bool is_phrase(struct of_str words)
{
	return bsearch(&words, of_signs_not_found, of_signs_not_found_count,
		       sizeof(*of_signs_not_found), compare_phrase) != NULL;
}

static bool is_not_found(struct of_str words)
{
	struct of_str whole = of_str_trim_byte(words, '-');
	struct of_str rest = without_fillers(words);

	if (rest.len == 0)
		return of_words_have(words, STR("404")) || of_words_have(words, STR("410"));
	return is_phrase(rest) || (rest.len != whole.len && is_phrase(whole));
}

static bool has_not_found(struct of_str words)
{
	for (const struct of_phrase *row = of_signs_not_found; row->words.len > 0; row++)
		if (row->anywhere && of_words_have(words, row->words))
			return true;
	return false;
}

/* The part before a full stop or an exclamation mark; a question goes on. */
static struct of_str next_sentence(struct of_str *text)
{
	struct of_str sentence = *text;

	for (size_t i = 0; i < text->len; i++) {
		char c = text->ptr[i];
		struct of_str rest = of_str_from_offset(*text, i);
		bool wide = (unsigned char)c >= 0x80 &&
			    (of_str_starts(rest, STR("\xE3\x80\x82")) ||
				    of_str_starts(rest, STR("\xEF\xBC\x81")));
		size_t len = wide ? 3 : 1;

		if (len == 1 && c != '!' &&
			(c != '.' || (i + 1 < text->len && text->ptr[i + 1] != ' ')))
			continue;
		*text = of_str_from_offset(*text, i + len);
		return of_str_slice(sentence, 0, i);
	}
	*text = (struct of_str){NULL, 0};
	return sentence;
}

/* Whether a sentence of a part says "not found", beside so many words and no more. */
static bool says_not_found(struct of_str text, size_t others_max)
{
	struct of_buf words = {0};
	size_t others = 0;
	bool found = false;

	while (text.len > 0) {
		struct of_str part = of_words_next_part(&text, false);

		while (part.len > 0) {
			of_buf_clear(&words);
			of_words_add(&words, next_sentence(&part));
			if (is_not_found(of_buf_str(&words)))
				found = true;
			else
				others += of_words_count(of_buf_str(&words));
		}
	}
	of_buf_finish(&words);
	return found && others <= others_max;
}

/* A title that speaks of such pages: the text does, too. */
static bool speaks_of_it(struct of_str words)
{
	return has_not_found(words) || of_words_have(words, STR("404"));
}

static bool shows_not_found(const struct view *view)
{
	const struct of_page *page = view->page;

	if (says_not_found(page->title, TITLE_OTHERS) ||
		says_not_found(page->heading, HEADING_OTHERS))
		return true;
	if (page->text.len > NOT_FOUND_TEXT || page->truncated ||
		speaks_of_it(of_buf_str(&view->title)) ||
		speaks_of_it(of_buf_str(&view->heading)))
		return false;
	return has_not_found(of_buf_str(&view->text));
}

/* A path's segment in lower case and without its extension, as the tables have it. */
static struct of_str plain_segment(char *lower, struct of_str segment)
{
	size_t dot = of_str_find_last_byte(segment, '.');

	if (dot != OF_NPOS && segment.len - dot <= 6)
		segment.len = dot;
	if (segment.len > SEGMENT_MAX)
		segment.len = 0;
	for (size_t i = 0; i < segment.len; i++)
		lower[i] = of_byte_lower(segment.ptr[i]);
	segment.ptr = lower;
	return segment;
}

/* "en", "en-us", "pt_BR"; "ai" and "tv" are subjects. */
static bool is_language_segment(struct of_str segment)
{
	char lower[2];

	if (segment.len != 2 &&
		(segment.len != 5 || (segment.ptr[2] != '-' && segment.ptr[2] != '_')))
		return false;
	lower[0] = of_byte_lower(segment.ptr[0]);
	lower[1] = of_byte_lower(segment.ptr[1]);
	return is_in(of_signs_home_languages, (struct of_str){lower, 2});
}

static bool is_home(const struct of_url *url)
{
	struct of_str rest = url->path;
	char lower[SEGMENT_MAX];
	bool first = true;

	if (url->has_query && url->query.len > 0)
		return false;
	while (rest.len > 0) {
		struct of_str segment = of_str_split(&rest, '/');

		if (segment.len == 0)
			continue;
		if (first && is_language_segment(segment)) {
			first = false;
			continue;
		}
		return of_str_trim_byte(rest, '/').len == 0 &&
		       is_in(of_signs_home_segments, plain_segment(lower, segment));
	}
	return true;
}

static bool is_login_url(const struct of_url *url)
{
	struct of_str rest = url->path;
	char lower[SEGMENT_MAX];
	struct of_str label = of_str_slice(url->host, 0, of_str_find_byte(url->host, '.'));

	if (is_in(of_signs_login_labels, plain_segment(lower, label)))
		return true;
	while (rest.len > 0) {
		struct of_str segment = of_str_split(&rest, '/');

		segment = plain_segment(lower, segment);
		if (is_in(of_signs_login_segments, segment) ||
			(url->query.len > 0 && is_in(of_signs_access_segments, segment)))
			return true;
	}
	return false;
}

static bool is_same_place(const struct of_url *one, const struct of_url *other)
{
	return of_str_equal_nocase(one->host, other->host) &&
	       of_str_equal(one->path, other->path);
}

static bool has_login_title(struct of_str title)
{
	struct of_buf words = {0};
	bool found = false;

	while (title.len > 0 && !found) {
		of_buf_clear(&words);
		of_words_add(&words, of_words_next_part(&title, false));
		found = is_in(of_signs_login_titles, of_str_trim_byte(of_buf_str(&words), '-'));
	}
	of_buf_finish(&words);
	return found;
}

/* Who links to a log-in page has landed where they wanted to. */
static bool shows_login(const struct view *view)
{
	bool is_login = is_login_url(&view->final);

	if (is_login_url(&view->asked))
		return false;
	if (is_login && !is_same_place(&view->asked, &view->final))
		return true;
	return view->page != NULL && view->page->asks_password &&
	       (is_login || has_login_title(view->page->title));
}

/* A host that is one of those, or below one. */
static bool is_parking_host(struct of_str host)
{
	for (const struct of_str *row = of_signs_parking_hosts; row->len > 0; row++)
		if (host.len >= row->len && of_str_ends_nocase(host, *row) &&
			(host.len == row->len || host.ptr[host.len - row->len - 1] == '.'))
			return true;
	return false;
}

/* "ww1.", "ww25.": where parked domains send a visitor to. Some sites have a "ww2.". */
static bool is_numbered_host(struct of_str host)
{
	size_t at = 2;

	if (!of_str_starts_nocase(host, STR("ww")))
		return false;
	while (at < host.len && of_byte_is_digit(host.ptr[at]))
		at++;
	return at < host.len && host.ptr[at] == '.' &&
	       (at == 4 || of_str_starts_nocase(host, STR("ww1.")));
}

/* "example.com is for sale", in title or text. */
static bool sells_its_name(const struct view *view)
{
	static const struct of_str endings[] = {STR_INIT("is-for-sale"),
		STR_INIT("may-be-for-sale"), STR_INIT("is-available-for-purchase"),
		STR_INIT("is-parked")};
	struct of_buf phrase = {0};
	struct of_str host = view->final.host;
	size_t start;
	bool found = false;

	if (of_str_starts_nocase(host, STR("www.")))
		host = of_str_from_offset(host, 4);
	of_unicode_slug(&phrase, host);
	of_buf_add_byte(&phrase, '-');
	start = phrase.len;
	for (size_t i = 0; i < sizeof(endings) / sizeof(*endings) && start > 1 && !found; i++) {
		of_buf_truncate(&phrase, start);
		of_buf_add_str(&phrase, endings[i]);
		found = of_words_have(of_buf_str(&view->title), of_buf_str(&phrase)) ||
			of_words_have(of_buf_str(&view->text), of_buf_str(&phrase));
	}
	of_buf_finish(&phrase);
	return found;
}

static bool shows_parked(const struct view *view)
{
	const struct of_page *page = view->page;
	const struct of_str urls[] = {
		page->canonical, page->og_image, page->favicon, page->refresh};

	if (is_parking_host(view->asked.host))
		return false;
	if (is_parking_host(view->final.host) ||
		(is_numbered_host(view->final.host) && !is_numbered_host(view->asked.host) &&
			page->text.len <= PARKED_TEXT))
		return true;
	for (size_t i = 0; i < sizeof(urls) / sizeof(*urls); i++)
		if (is_parking_host(of_url_split(urls[i]).host))
			return true;
	if (sells_its_name(view) ||
		is_in(of_signs_parked, of_str_trim_byte(of_buf_str(&view->title), '-')))
		return true;
	return has_one_of(of_signs_parked, of_buf_str(&view->text));
}

static bool is_refusal(unsigned status)
{
	return status == 401 || status == 403 || status == 405 || status == 429 ||
	       status == 503;
}

static bool has_title_part(struct of_str title, struct of_str phrase)
{
	struct of_buf words = {0};
	bool found = false;

	while (title.len > 0 && !found) {
		of_buf_clear(&words);
		of_words_add(&words, of_words_next_part(&title, false));
		found = of_str_equal(of_str_trim_byte(of_buf_str(&words), '-'), phrase);
	}
	of_buf_finish(&words);
	return found;
}

static bool shows_wall(const struct view *view, const struct of_wall *wall)
{
	const struct of_page *page = view->page;
	struct of_str title = of_buf_str(&view->title);
	struct of_str text = of_buf_str(&view->text);

	if (wall->refused && !is_refusal(view->status))
		return false;
	if (wall->place == OF_WALL_SERVER)
		return of_str_starts_nocase(view->hints->server, wall->words);
	if (page == NULL || page->text.len > WALL_TEXT)
		return false;
	if (wall->with.len > 0 && !of_words_have(title, wall->with) &&
		!of_words_have(text, wall->with))
		return false;
	if (wall->place == OF_WALL_TITLE)
		return of_words_have(title, wall->words) &&
		       has_title_part(page->title, wall->words);
	return of_words_have(text, wall->words);
}

static bool shows_challenge(const struct view *view)
{
	if (view->hints->challenge_header)
		return true;
	for (const struct of_wall *wall = of_signs_walls; wall->words.len > 0; wall++)
		if (shows_wall(view, wall))
			return true;
	return false;
}

static void open_view(struct view *view)
{
	const struct of_page *page = view->page;

	if (page == NULL)
		return;
	of_words_add(&view->title, page->title);
	of_words_add(&view->heading, page->heading);
	if (page->text.len <= PARKED_TEXT)
		of_words_add(&view->text, page->text);
}

static void close_view(struct view *view)
{
	of_buf_finish(&view->title);
	of_buf_finish(&view->heading);
	of_buf_finish(&view->text);
}

unsigned of_signs_of_page(const struct of_page *page, struct of_str url,
	struct of_str final_url, unsigned status, const struct of_sign_hints *hints)
{
	static const struct of_sign_hints no_hints;
	struct view view = {.page = page,
		.asked = of_url_split(url),
		.final = of_url_split(final_url.len > 0 ? final_url : url),
		.status = status,
		.hints = hints != NULL ? hints : &no_hints};
	unsigned signs = 0;

	open_view(&view);
	if (is_home(&view.final) && !is_home(&view.asked))
		signs |= OF_SIGN_ROOT;
	if (shows_login(&view))
		signs |= OF_SIGN_LOGIN;
	if (page != NULL && shows_not_found(&view))
		signs |= OF_SIGN_NOT_FOUND;
	if (page != NULL && shows_parked(&view))
		signs |= OF_SIGN_PARKED;
	if (shows_challenge(&view))
		signs |= OF_SIGN_CHALLENGE;
	close_view(&view);
	return signs;
}
