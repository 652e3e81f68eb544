/*
 * A judge of sanitised HTML that shares nothing with the sanitiser: it reads
 * the bytes, and finds every tag, attribute and URL that should not be there.
 */
#ifndef HTML_CHECKER_H
#define HTML_CHECKER_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const char checker_elements[] =
	" a abbr acronym address article aside audio b bdi blockquote br caption cite code col "
	"colgroup dd del details dfn div dl dt em figcaption figure footer h1 h2 h3 h4 h5 h6 "
	"header hr i img ins kbd li mark ol p picture pre q rp rt ruby s samp section small "
	"source span strike strong sub summary sup table tbody td tfoot th thead time tr tt u "
	"ul var video wbr ";
static const char checker_void[] = " br col hr img source wbr ";
static const char checker_attributes[] =
	" align alt cite colspan controls datetime dir height href hreflang lang loading loop "
	"media open poster preload reversed rowspan scope sizes span src srcset start title "
	"type value width ";
static const char checker_urls[] = " href src cite poster ";

struct checker {
	const char *at;
	char stack[300][16];
	size_t depth;
	char why[400]; /* empty while all is well */
};

static bool checker_is_in(const char *list, const char *name)
{
	char word[64];

	snprintf(word, sizeof(word), " %s ", name);
	return strstr(list, word) != NULL;
}

static bool checker_fail(struct checker *c, const char *what, const char *detail)
{
	if (c->why[0] == '\0')
		snprintf(c->why, sizeof(c->why), "%s: %.100s", what, detail);
	return false;
}

static bool checker_is_url(const char *element, const char *attribute, const char *url)
{
	static const char *const images[] = {"data:image/png;base64,",
		"data:image/jpeg;base64,", "data:image/gif;base64,", "data:image/webp;base64,"};
	bool link = strcmp(attribute, "href") == 0 || strcmp(attribute, "cite") == 0;

	for (const char *p = url; *p != '\0'; p++)
		if ((unsigned char)*p <= ' ' || *p == 0x7f || *p == '\\')
			return false;
	if (strncasecmp(url, "http://", 7) == 0)
		return url[7] != '\0' && url[7] != '/';
	if (strncasecmp(url, "https://", 8) == 0)
		return url[8] != '\0' && url[8] != '/';
	if (link && (strncasecmp(url, "mailto:", 7) == 0 || strncasecmp(url, "tel:", 4) == 0))
		return true;
	for (size_t i = 0; i < 4; i++)
		if (strcmp(element, "img") == 0 && strcmp(attribute, "src") == 0 &&
			strncasecmp(url, images[i], strlen(images[i])) == 0)
			return strlen(url) <= 32768 && strpbrk(url, "<>&%'") == NULL;
	return false;
}

static bool checker_is_srcset(const char *value)
{
	static char url[40000]; /* as long as any value */
	int used = 0;

	while (sscanf(value, " %39999[^ ]%n", url, &used) == 1) {
		size_t len = strlen(url);

		value += used;
		if (url[len - 1] == ',')
			url[len - 1] = '\0';
		else
			value += strcspn(value, ","), value += *value == ',';
		if (!checker_is_url("source", "src", url))
			return false;
	}
	return *value == '\0';
}

/* An escape, a plain character, or the end; nothing else. */
static bool checker_character(struct checker *c, bool quoted)
{
	static const char *const escapes[] = {"&amp;", "&lt;", "&gt;", "&quot;"};
	unsigned char byte = (unsigned char)*c->at;

	if (byte == '&') {
		for (size_t i = 0; i < 4; i++)
			if (strncmp(c->at, escapes[i], strlen(escapes[i])) == 0) {
				c->at += strlen(escapes[i]);
				return true;
			}
		return checker_fail(c, "bare ampersand", c->at);
	}
	if (byte == '<' || byte == '>' || (quoted && byte == '"'))
		return checker_fail(c, "bare delimiter", c->at);
	if (byte < ' ' && byte != '\n' && byte != '\t' && byte != '\f')
		return checker_fail(c, "control character", c->at);
	c->at++;
	return true;
}

static void checker_unescape(char *out, size_t size, const char *from, const char *end)
{
	size_t n = 0;

	for (; from < end && n + 1 < size; from++) {
		out[n++] = *from;
		if (strncmp(from, "&amp;", 5) == 0)
			from += 4;
	}
	out[n] = '\0';
}

static bool checker_attribute(struct checker *c, const char *element, char *seen, size_t size)
{
	static char value[40000];
	char name[16] = "";
	size_t len = strspn(c->at, "abcdefghijklmnopqrstuvwxyz");
	const char *from;

	if (len == 0 || len >= sizeof(name))
		return checker_fail(c, "attribute's name", c->at);
	memcpy(name, c->at, len);
	c->at += len;
	if (!checker_is_in(checker_attributes, name) || checker_is_in(seen, name))
		return checker_fail(c, "attribute", name);
	snprintf(seen + strlen(seen), size - strlen(seen), "%s ", name);
	if (strncmp(c->at, "=\"", 2) != 0)
		return checker_fail(c, "attribute without quotes", name);
	from = c->at += 2;
	while (*c->at != '\0' && *c->at != '"')
		if (!checker_character(c, true))
			return false;
	if (*c->at != '"')
		return checker_fail(c, "unclosed value", name);
	checker_unescape(value, sizeof(value), from, c->at++);
	if (checker_is_in(checker_urls, name) && !checker_is_url(element, name, value))
		return checker_fail(c, "URL", value);
	if (strcmp(name, "srcset") == 0 && !checker_is_srcset(value))
		return checker_fail(c, "srcset", value);
	return true;
}

static bool checker_tag(struct checker *c)
{
	bool end = c->at[1] == '/';
	const char *from = c->at + (end ? 2 : 1);
	size_t len = strspn(from, "abcdefghijklmnopqrstuvwxyz123456");
	char name[16] = "", seen[200] = " ";

	if (len == 0 || len >= sizeof(name))
		return checker_fail(c, "tag", c->at);
	memcpy(name, from, len);
	c->at = from + len;
	if (!checker_is_in(checker_elements, name))
		return checker_fail(c, "element", name);
	while (!end && *c->at == ' ') {
		c->at++;
		if (!checker_attribute(c, name, seen, sizeof(seen)))
			return false;
	}
	if (*c->at++ != '>')
		return checker_fail(c, "tag's end", from);
	if (end) {
		if (c->depth == 0 || strcmp(c->stack[--c->depth], name) != 0)
			return checker_fail(c, "unbalanced end tag", name);
		return true;
	}
	if (strcmp(name, "a") == 0 && !checker_is_in(seen, "href"))
		return checker_fail(c, "a without href", from);
	if (checker_is_in(checker_void, name))
		return true;
	if (c->depth == 256)
		return checker_fail(c, "depth", from);
	memcpy(c->stack[c->depth++], name, sizeof(name));
	return true;
}

/* NULL when the HTML (no NUL in it) is as it should be, else what is wrong with it. */
static const char *checker_complaint(const char *html)
{
	static struct checker c;

	c = (struct checker){.at = html};
	if (html == NULL)
		return NULL;
	while (*c.at != '\0')
		if (!(*c.at == '<' ? checker_tag(&c) : checker_character(&c, false)))
			return c.why;
	return c.depth > 0 ? "an element is not closed" : NULL;
}

#endif
