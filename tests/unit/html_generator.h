/*
 * HTML and Markdown at random, by a grammar: mostly ordinary and well-formed,
 * here and there odd or wrong. Equal seeds give equal text.
 */
#ifndef HTML_GENERATOR_H
#define HTML_GENERATOR_H

#include "base/str.h"
#include <outfeed/buf.h>
#include <stdbool.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

struct generator {
	uint64_t state; /* xorshift's; not 0 */
	bool tame;      /* the text at hand is to be ordinary */
	struct of_buf text;
};

static inline unsigned below(struct generator *g, unsigned most)
{
	g->state ^= g->state << 13;
	g->state ^= g->state >> 7;
	g->state ^= g->state << 17;
	return (unsigned)((g->state >> 32) % most);
}

static inline bool one_in(struct generator *g, unsigned n)
{
	return below(g, n) == 0;
}

/* For what only every other input has, so that many are taken the short way. */
static inline bool rarely(struct generator *g, unsigned n)
{
	return !g->tame && one_in(g, n);
}

static inline void add(struct generator *g, const char *text)
{
	of_buf_add_text(&g->text, text);
}

#define ADD_ONE_OF(g, table) add((g), (table)[below((g), COUNT(table))])

static inline void add_words(struct generator *g)
{
	static const char *const words[] = {"word", "a ", " b", " ", "\n", "caf\xC3\xA9",
		"&amp;", "&lt;b&gt;", "&quot;", "it's", "\xE2\x80\x99", "\xF0\x9F\x98\x80",
		"&nbsp;", "&#8217;", "&#x2019;", "a &amp; b", "1 > 0", "\n  ", "\t", "&mdash;",
		"longer words that go on for some time", "]]>", "\xC2\xA0", "\xC2\x85",
		"&rsquo;s", "R & D", "&&", "\"'`=/", "\xE2\x80\xA8"};
	static const char *const rare[] = {"&", "&amp", "&#", "&#x", "&#0;", "&#13;", "&#13;\n",
		"&#xD800;", "&#x110000;", "&#128;", "&#65", "&unknown;", "&copy", "&copy=1",
		"&x\xC3\xA9;", "&\xC3\xA9", "&_", "&:", "&a.b;", "&a-b", "&AMP;", "&Aacute;",
		"&hearts;", "\r", "\r\n", "\f", "\v", "\x01", "\x7F", "<", "< b", "<1", "</",
		"</ x>", "<!-- c -->", "<!", "<?x?>", "<![CDATA[x]]>", "\xFF", "\xEF\xBF\xBF",
		"\xEF\xBB\xBF", "&#00000065;", "&#99999999999;", "&#x1FFFE;", "&;", "&amp;amp;",
		"&amp;#60;", "&lt;script&gt;", "&am<!-- -->p;", "&longernamesthanthetablehas;"};

	for (unsigned i = below(g, 5); i > 0; i--) {
		if (rarely(g, 25))
			ADD_ONE_OF(g, rare);
		else
			ADD_ONE_OF(g, words);
	}
}

/* Around the 1,000 bytes of a run, with characters of several bytes and blanks. */
static inline void add_long_text(struct generator *g)
{
	static const char *const fillers[] = {"x", "\xC3\xA9", "\xE2\x80\x99",
		"\xF0\x9F\x98\x80", " ", "\n", "word ", "\r\n"};
	const char *filler = fillers[below(g, g->tame ? 7 : 8)];
	size_t end = g->text.len + 990 + below(g, 30) + (one_in(g, 3) ? 1000 : 0);

	while (g->text.len < end)
		add(g, one_in(g, 200) ? "y" : filler);
}

static inline void add_attribute(struct generator *g)
{
	static const char *const usual[] = {" href=\"/c?a=1&amp;b=2#d\"",
		" href=\"https://other.example/p?q=1&b=2\"", " src=\"i.png\"",
		" src='data.jpg'", " alt=\"x &amp; y &quot;z&quot;\"", " class=\"c\"",
		" title=\"a 'b' <c>\"", " id=x", " href=rel", " lang=en", " width=\"10\"",
		" align=\"center\"", " start=\"3\"", " style=\"color: red\"", " open",
		" alt=\"caf&eacute; &#8217;\"", " title=\"R & D\"", " colspan=2",
		" srcset=\"a 1x, b 2x\"", " title=''", " datetime=\"2021-01-04\"",
		" cite=\"/q\"", " href=\"mailto:a@b.example\""};
	static const char *const rare[] = {" title=\"&unknown;\"", " title=\"a&#0;b\"",
		" title=\"&copy\"", " title=\"&copy;=\"", " href=\"?a&copy=1\"",
		" href=javascript:alert(1)", " onclick=\"x\"", " title=a title=b", " title",
		" title=\"\r\n&#13;\"", " href=\"&#106;avascript:1\"", " /", " =", " a=\"b",
		" title='\"'", " title='&quot'", " href=\"a\nb\tc\"", " TITLE=x", " alt=\"&",
		" title=\"&x\xC3\xA9;\"", " title=\"&amp;lt;\"", " title=\"&#xFDD0;\""};

	if (rarely(g, 10))
		ADD_ONE_OF(g, rare);
	else
		ADD_ONE_OF(g, usual);
}

static inline void add_tag(struct generator *g, const char *name)
{
	add(g, "<");
	add(g, name);
	if (strcmp(name, "a") == 0 && !one_in(g, 10))
		add(g, " href=\"x\"");
	if (strcmp(name, "img") == 0 && !one_in(g, 10))
		add(g, " src=\"i\"");
	while (one_in(g, 4))
		add_attribute(g);
	add(g, rarely(g, 40) ? "/>" : rarely(g, 40) ? "" : ">");
}

static inline void end_tag(struct generator *g, const char *name)
{
	if (rarely(g, 60))
		return;
	add(g, "</");
	add(g, name);
	add(g, rarely(g, 40) ? " x>" : ">");
}

static inline const char *odd_name(struct generator *g)
{
	static const char *const names[] = {"custom", "font", "center", "main", "nav", "form",
		"svg", "math", "option", "select", "big", "label", "noscript", "iframe",
		"object", "script", "style", "title", "textarea", "body", "html", "head",
		"input", "x-y", "a:b", "dir", "menu", "fieldset", "legend", "listing", "xmp",
		"plaintext", "frameset", "template", "button", "meta", "link", "B", "P", "TD",
		"bdo", "map"};

	return names[below(g, COUNT(names))];
}

static inline void add_flow(struct generator *g, unsigned depth);

static inline void add_inline(struct generator *g, unsigned depth)
{
	static const char *const names[] = {"b", "i", "em", "strong", "code", "a", "span",
		"del", "ins", "q", "cite", "sub", "sup", "u", "s", "small", "kbd", "abbr",
		"time", "mark", "video", "picture", "tt", "ruby", "rt", "dfn", "strike",
		"audio", "samp"};
	static const char *const empty[] = {"br", "img", "wbr", "source", "hr"};

	for (unsigned i = below(g, 4); i > 0; i--) {
		const char *name = rarely(g, 30) ? odd_name(g) : names[below(g, COUNT(names))];

		add_words(g);
		if (one_in(g, 3)) {
			add_tag(g, empty[below(g, g->tame ? 2 : COUNT(empty))]);
		} else if (depth > 0) {
			add_tag(g, name);
			add_inline(g, depth - 1);
			end_tag(g, name);
		}
	}
	add_words(g);
	if (one_in(g, 60))
		add_long_text(g);
}

/* The outer element with some of the inner one in it. */
static inline void add_rows(struct generator *g, const char *outer, const char *const *inner,
	unsigned n_inner, unsigned depth)
{
	add_tag(g, outer);
	for (unsigned i = below(g, 4); i > 0; i--) {
		const char *name = inner[below(g, n_inner)];

		if (one_in(g, 2))
			add(g, "\n");
		if (rarely(g, 30))
			add_words(g);
		add_tag(g, name);
		if (one_in(g, 3) && depth > 0)
			add_flow(g, depth - 1);
		else
			add_inline(g, 1);
		end_tag(g, name);
	}
	end_tag(g, outer);
}

static inline void add_table(struct generator *g, unsigned depth)
{
	static const char *const cells[] = {"td", "th"};
	static const char *const parts[] = {"thead", "tbody", "tfoot"};
	bool parted = one_in(g, 2);

	add_tag(g, "table");
	if (one_in(g, 4))
		add(g, "<caption>c</caption>");
	if (one_in(g, 6))
		add(g, "<colgroup><col span=2><col></colgroup>");
	for (unsigned i = below(g, 3); i > 0; i--) {
		const char *part = parts[below(g, COUNT(parts))];

		if (parted)
			add_tag(g, part);
		add_rows(g, "tr", cells, COUNT(cells), depth);
		if (parted)
			end_tag(g, part);
	}
	end_tag(g, "table");
}

static inline void add_flow(struct generator *g, unsigned depth)
{
	static const char *const items[] = {"li"};
	static const char *const terms[] = {"dt", "dd"};
	static const char *const lists[] = {"ul", "ol"};
	static const char *const leaves[] = {
		"p", "p", "p", "h1", "h2", "h3", "pre", "address", "summary"};
	static const char *const blocks[] = {"div", "blockquote", "section", "article",
		"figure", "details", "aside", "header", "figcaption"};

	for (unsigned i = 1 + below(g, 3); i > 0; i--) {
		const char *name = blocks[below(g, COUNT(blocks))];

		if (rarely(g, 40))
			name = odd_name(g);
		if (one_in(g, 2))
			add(g, "\n");
		switch (depth > 0 ? below(g, 8) : 7) {
		case 0:
			add_rows(g, lists[below(g, 2)], items, 1, depth - 1);
			break;
		case 1:
			add_rows(g, "dl", terms, 2, depth - 1);
			break;
		case 2:
			add_table(g, depth - 1);
			break;
		case 3:
		case 4:
			add_tag(g, name);
			add_flow(g, depth - 1);
			end_tag(g, name);
			break;
		case 5:
			add_inline(g, 2);
			break;
		default:
			name = leaves[below(g, COUNT(leaves))];
			add_tag(g, name);
			add_inline(g, 2);
			end_tag(g, name);
		}
	}
}

static inline void generate_html(struct generator *g)
{
	of_buf_clear(&g->text);
	g->tame = one_in(g, 2);
	add_flow(g, below(g, 5));
}

static inline void add_span(struct generator *g)
{
	static const char *const spans[] = {"*em*", "**strong**", "`co<de`", "[link](a \"t\")",
		"![image](i.png)", "<https://a.example/?b&c>", "~~gone~~",
		"https://auto.example", "\\*", "&copy;", "&amp;", "**a *b* c**", "a\\\nb",
		"a  \nb", "[r]", "<b>raw</b>", "[*x* `y`](</a b?c&d=\"e\">)", "\"quoted\"",
		"a & b < c > d", "<br>", "it's", "[a [b](c) d](e)", "<span class=\"x\">",
		"</span>", "<!-- c -->", "word", "caf\xC3\xA9 \xE2\x80\x94", "&#0;", "&nbsp;",
		"<i", "www.example.org"};

	for (unsigned i = 1 + below(g, 6); i > 0; i--) {
		add(g, " ");
		if (g->tame && one_in(g, 2))
			add(g, "word");
		else
			add(g, spans[below(g, g->tame ? 15 : COUNT(spans))]);
	}
}

static inline void generate_markdown(struct generator *g)
{
	static const char *const heads[] = {"", "", "", "# ", "## ", "- ", "* ", "1. ", "3) ",
		"> ", "    ", "- - ", "> - ", "  - ", "   1. ", "## # ", "> > ", "\t"};
	static const char *const blocks[] = {"| a | b |\n|:--|--:|\n| c | *d* |\n| e | f |",
		"```c\nif (a < b && c) \"x\"\n```", "---", "[r]: /u \"t\"",
		"Title\n===", "~~~\n\n~~~", "- a\n\n  b\n- c", "1. a\n   - b\n2. c"};
	static const char *const raw[] = {"<div>\n*x*\n</div>", "<p>one\n<p>two",
		"<table><tr><td>x</table>", "<ul>\n<li>a</li>\n</ul>",
		"<details><summary>s</summary>", "</details>",
		"<iframe src=\"//v.example/e\"></iframe>", "<script>x</script>"};

	of_buf_clear(&g->text);
	g->tame = one_in(g, 2);
	for (unsigned i = 1 + below(g, 6); i > 0; i--) {
		if (one_in(g, 5)) {
			ADD_ONE_OF(g, blocks);
		} else if (rarely(g, 8)) {
			ADD_ONE_OF(g, raw);
		} else {
			ADD_ONE_OF(g, heads);
			add_span(g);
		}
		add(g, one_in(g, 3) ? "\n" : "\n\n");
	}
}

/* Some bytes left out, doubled, or others put in, of a text that is not the generator's. */
static inline void generate_change(struct generator *g, struct of_str text)
{
	static const char *const bits[] = {"<", ">", "&", "\"", "'", "/", "=", ";", " ", "\n",
		"</p>", "<p>", "<b>", "</b>", "</div>", "<div>", "<li>", "</li>", "<td>", "<a>",
		"</a>", "&amp;", "&#", "x", "\r", "\xC3", "<br>", "<!--", "-->", "&copy"};
	size_t at = below(g, (unsigned)text.len + 1);
	size_t gone = one_in(g, 2) ? 0 : below(g, 8);

	of_buf_clear(&g->text);
	of_buf_add_str(&g->text, of_str_slice(text, 0, at));
	if (one_in(g, 4))
		of_buf_add_str(&g->text, of_str_slice(text, at, at + below(g, 30)));
	else if (!one_in(g, 3))
		ADD_ONE_OF(g, bits);
	of_buf_add_str(&g->text,
		of_str_from_offset(text, at + gone < text.len ? at + gone : text.len));
}

#endif
