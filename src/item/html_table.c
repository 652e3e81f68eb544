#include "item/html_table.h"

#include "base/str.h"
#include <stddef.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

enum group {
	INLINE = 1 << 0,
	STYLE = 1 << 1, /* inline, and ended by a paragraph */
	ANCHOR = 1 << 2,
	BLOCK = 1 << 3,
	DIV = 1 << 4,
	PARAGRAPH = 1 << 5,
	HEADING = 1 << 6,
	PRE = 1 << 7,
	ADDRESS = 1 << 8,
	OL = 1 << 9,
	UL = 1 << 10,
	LI = 1 << 11,
	DL = 1 << 12,
	DT = 1 << 13,
	DD = 1 << 14,
	TABLE = 1 << 15,
	CAPTION = 1 << 16,
	COLUMNS = 1 << 17,
	ROWS = 1 << 18,
	ROW = 1 << 19,
	CELL = 1 << 20,
	RUBY = 1 << 21,
	PHRASING = INLINE | STYLE | ANCHOR
};

/*
 * `closes` is what the HTML standard says of start tags and, so that a second
 * pass changes nothing, all that libxml2's older table closes.
 */
static const struct of_html_model phrasing = {INLINE, 0, 0, 0, false};
static const struct of_html_model style = {STYLE, 0, 0, 0, false};
static const struct of_html_model anchor = {ANCHOR, 0, 0, 0, false};
static const struct of_html_model block = {BLOCK, PARAGRAPH, PHRASING, 0, false};
static const struct of_html_model division = {DIV, PARAGRAPH, PHRASING, 0, false};
static const struct of_html_model paragraph = {
	PARAGRAPH, PARAGRAPH | HEADING | STYLE, PHRASING, 0, false};
static const struct of_html_model heading = {HEADING, PARAGRAPH | HEADING, PHRASING, 0, false};
static const struct of_html_model preformatted = {PRE, PARAGRAPH | UL, PHRASING, 0, false};
static const struct of_html_model address = {ADDRESS, PARAGRAPH | UL, PHRASING, 0, false};
static const struct of_html_model ordered = {OL, PARAGRAPH | UL, PHRASING, 0, false};
static const struct of_html_model unordered = {
	UL, PARAGRAPH | ADDRESS | OL | PRE, PHRASING, 0, false};
static const struct of_html_model list_item = {
	LI, LI | PARAGRAPH | HEADING | ADDRESS | DL | PRE, PHRASING | DIV, 0, false};
static const struct of_html_model definitions = {
	DL, PARAGRAPH | ADDRESS | DT | PRE, PHRASING, 0, false};
static const struct of_html_model term = {
	DT, DT | DD | PARAGRAPH | ADDRESS | PRE, PHRASING | DIV, 0, false};
static const struct of_html_model definition = {
	DD, DT | DD | PARAGRAPH | ADDRESS | PRE, PHRASING | DIV, 0, false};
static const struct of_html_model ruby_text = {RUBY, RUBY, PHRASING, 0, false};
static const struct of_html_model table = {
	TABLE, PARAGRAPH | HEADING | ANCHOR | PRE, PHRASING, 0, true};
static const struct of_html_model caption = {CAPTION, 0, 0, TABLE, false};
static const struct of_html_model columns = {COLUMNS, 0, 0, TABLE, false};
static const struct of_html_model column = {INLINE, 0, 0, TABLE | COLUMNS, false};
static const struct of_html_model rows = {ROWS, 0, 0, TABLE, false};
static const struct of_html_model row = {ROW, 0, 0, TABLE | ROWS, false};
static const struct of_html_model cell = {CELL, 0, 0, ROW, false};

/* Classes of attributes. */
enum class {
	ANY = 1 << 0,
	FOR_A = 1 << 1,
	FOR_IMG = 1 << 2,
	FOR_PLAYER = 1 << 3,
	FOR_VIDEO = 1 << 4,
	FOR_SOURCE = 1 << 5,
	FOR_QUOTE = 1 << 6,
	FOR_TIME = 1 << 7,
	FOR_CELL = 1 << 8,
	FOR_COLUMN = 1 << 9,
	FOR_OL = 1 << 10,
	FOR_LI = 1 << 11,
	FOR_DETAILS = 1 << 12,
	FOR_ALIGN = 1 << 13,
	FOR_FRAME = 1 << 14
};

enum {
	BLOCKY = OF_HTML_WRITE | OF_HTML_BLOCK,
	GONE = OF_HTML_VANISH | OF_HTML_VOID,
	UNREAD = OF_HTML_VANISH | OF_HTML_RAW | OF_HTML_DROP
};

/* Sorted by name. What is not here vanishes, and its children stay. */
static const struct of_html_element elements[] = {
	{STR_INIT("a"), OF_HTML_WRITE | OF_HTML_LINK, &anchor, ANY | FOR_A},
	{STR_INIT("abbr"), OF_HTML_WRITE, &phrasing, ANY},
	{STR_INIT("acronym"), OF_HTML_WRITE, &phrasing, ANY},
	{STR_INIT("address"), BLOCKY, &address, ANY},
	{STR_INIT("applet"), OF_HTML_DROP, &phrasing, 0},
	{STR_INIT("area"), GONE, &phrasing, 0},
	{STR_INIT("article"), BLOCKY, &block, ANY},
	{STR_INIT("aside"), BLOCKY, &block, ANY},
	{STR_INIT("audio"), OF_HTML_WRITE, &phrasing, ANY | FOR_PLAYER},
	{STR_INIT("b"), OF_HTML_WRITE, &style, ANY},
	{STR_INIT("base"), GONE, &phrasing, 0},
	{STR_INIT("basefont"), GONE, &phrasing, 0},
	{STR_INIT("bdi"), OF_HTML_WRITE, &phrasing, ANY},
	{STR_INIT("bgsound"), GONE, &phrasing, 0},
	{STR_INIT("blockquote"), BLOCKY, &block, ANY | FOR_QUOTE},
	{STR_INIT("body"), OF_HTML_VANISH | OF_HTML_BLOCK, &block, 0},
	{STR_INIT("br"), BLOCKY | OF_HTML_VOID, &phrasing, ANY},
	{STR_INIT("button"), OF_HTML_DROP, &phrasing, 0},
	{STR_INIT("canvas"), OF_HTML_DROP, &phrasing, 0},
	{STR_INIT("caption"), BLOCKY, &caption, ANY},
	{STR_INIT("center"), OF_HTML_BLOCK, &block, 0},
	{STR_INIT("cite"), OF_HTML_WRITE, &phrasing, ANY},
	{STR_INIT("code"), OF_HTML_WRITE, &phrasing, ANY},
	{STR_INIT("col"), OF_HTML_WRITE | OF_HTML_VOID, &column, ANY | FOR_COLUMN | FOR_ALIGN},
	{STR_INIT("colgroup"), OF_HTML_WRITE, &columns, ANY | FOR_COLUMN | FOR_ALIGN},
	{STR_INIT("command"), GONE, &phrasing, 0},
	{STR_INIT("datalist"), OF_HTML_DROP, &phrasing, 0},
	{STR_INIT("dd"), BLOCKY, &definition, ANY},
	{STR_INIT("del"), OF_HTML_WRITE, &phrasing, ANY | FOR_QUOTE | FOR_TIME},
	{STR_INIT("details"), BLOCKY, &block, ANY | FOR_DETAILS},
	{STR_INIT("dfn"), OF_HTML_WRITE, &phrasing, ANY},
	{STR_INIT("dialog"), OF_HTML_BLOCK, &block, 0},
	{STR_INIT("dir"), OF_HTML_BLOCK, &block, 0},
	{STR_INIT("div"), BLOCKY, &division, ANY},
	{STR_INIT("dl"), BLOCKY, &definitions, ANY},
	{STR_INIT("dt"), BLOCKY, &term, ANY},
	{STR_INIT("em"), OF_HTML_WRITE, &phrasing, ANY},
	{STR_INIT("embed"), GONE, &phrasing, 0},
	{STR_INIT("fieldset"), OF_HTML_BLOCK, &block, 0},
	{STR_INIT("figcaption"), BLOCKY, &block, ANY},
	{STR_INIT("figure"), BLOCKY, &block, ANY},
	{STR_INIT("footer"), BLOCKY, &block, ANY},
	{STR_INIT("form"), OF_HTML_BLOCK, &block, 0},
	{STR_INIT("frame"), GONE, &phrasing, 0},
	{STR_INIT("frameset"), OF_HTML_DROP, &block, 0},
	{STR_INIT("h1"), BLOCKY, &heading, ANY},
	{STR_INIT("h2"), BLOCKY, &heading, ANY},
	{STR_INIT("h3"), BLOCKY, &heading, ANY},
	{STR_INIT("h4"), BLOCKY, &heading, ANY},
	{STR_INIT("h5"), BLOCKY, &heading, ANY},
	{STR_INIT("h6"), BLOCKY, &heading, ANY},
	{STR_INIT("head"), OF_HTML_VANISH | OF_HTML_BLOCK, &block, 0},
	{STR_INIT("header"), BLOCKY, &block, ANY},
	{STR_INIT("hgroup"), OF_HTML_BLOCK, &block, 0},
	{STR_INIT("hr"), BLOCKY | OF_HTML_VOID, &block, ANY},
	{STR_INIT("html"), OF_HTML_VANISH | OF_HTML_BLOCK, &block, 0},
	{STR_INIT("i"), OF_HTML_WRITE, &style, ANY},
	{STR_INIT("iframe"), OF_HTML_FRAME | OF_HTML_DROP | OF_HTML_RAW | OF_HTML_BLOCK,
		&anchor, FOR_FRAME},
	{STR_INIT("img"), OF_HTML_WRITE | OF_HTML_SOURCE | OF_HTML_VOID, &phrasing,
		ANY | FOR_IMG},
	{STR_INIT("input"), GONE, &phrasing, 0},
	{STR_INIT("ins"), OF_HTML_WRITE, &phrasing, ANY | FOR_QUOTE | FOR_TIME},
	{STR_INIT("isindex"), GONE, &phrasing, 0},
	{STR_INIT("kbd"), OF_HTML_WRITE, &phrasing, ANY},
	{STR_INIT("keygen"), GONE, &phrasing, 0},
	{STR_INIT("legend"), OF_HTML_BLOCK, &block, 0},
	{STR_INIT("li"), BLOCKY, &list_item, ANY | FOR_LI},
	{STR_INIT("link"), GONE, &phrasing, 0},
	{STR_INIT("listing"), OF_HTML_DROP, &block, 0},
	{STR_INIT("main"), OF_HTML_BLOCK, &block, 0},
	{STR_INIT("map"), OF_HTML_DROP, &phrasing, 0},
	{STR_INIT("mark"), OF_HTML_WRITE, &phrasing, ANY},
	{STR_INIT("math"), OF_HTML_DROP, &phrasing, 0},
	{STR_INIT("menu"), OF_HTML_BLOCK, &block, 0},
	{STR_INIT("meta"), GONE, &phrasing, 0},
	{STR_INIT("nav"), OF_HTML_BLOCK, &block, 0},
	{STR_INIT("nextid"), GONE, &phrasing, 0},
	{STR_INIT("noembed"), UNREAD, &phrasing, 0},
	{STR_INIT("noframes"), UNREAD, &phrasing, 0},
	{STR_INIT("object"), OF_HTML_DROP, &phrasing, 0},
	{STR_INIT("ol"), BLOCKY, &ordered, ANY | FOR_OL},
	{STR_INIT("p"), BLOCKY, &paragraph, ANY},
	{STR_INIT("param"), GONE, &phrasing, 0},
	{STR_INIT("picture"), OF_HTML_WRITE, &phrasing, ANY},
	{STR_INIT("plaintext"), UNREAD, &phrasing, 0},
	{STR_INIT("pre"), BLOCKY, &preformatted, ANY},
	{STR_INIT("q"), OF_HTML_WRITE, &phrasing, ANY | FOR_QUOTE},
	{STR_INIT("rp"), OF_HTML_WRITE, &ruby_text, ANY},
	{STR_INIT("rt"), OF_HTML_WRITE, &ruby_text, ANY},
	{STR_INIT("ruby"), OF_HTML_WRITE, &phrasing, ANY},
	{STR_INIT("s"), OF_HTML_WRITE, &style, ANY},
	{STR_INIT("samp"), OF_HTML_WRITE, &phrasing, ANY},
	{STR_INIT("script"), UNREAD, &phrasing, 0},
	{STR_INIT("section"), BLOCKY, &block, ANY},
	{STR_INIT("select"), OF_HTML_DROP, &phrasing, 0},
	{STR_INIT("small"), OF_HTML_WRITE, &style, ANY},
	{STR_INIT("source"), OF_HTML_WRITE | OF_HTML_SOURCE | OF_HTML_VOID, &phrasing,
		ANY | FOR_SOURCE},
	{STR_INIT("span"), OF_HTML_WRITE, &phrasing, ANY},
	{STR_INIT("strike"), OF_HTML_WRITE, &style, ANY},
	{STR_INIT("strong"), OF_HTML_WRITE, &phrasing, ANY},
	{STR_INIT("style"), UNREAD, &phrasing, 0},
	{STR_INIT("sub"), OF_HTML_WRITE, &phrasing, ANY},
	{STR_INIT("summary"), BLOCKY, &block, ANY},
	{STR_INIT("sup"), OF_HTML_WRITE, &phrasing, ANY},
	{STR_INIT("svg"), OF_HTML_DROP, &phrasing, 0},
	{STR_INIT("table"), BLOCKY, &table, ANY},
	{STR_INIT("tbody"), BLOCKY, &rows, ANY | FOR_ALIGN},
	{STR_INIT("td"), BLOCKY, &cell, ANY | FOR_CELL | FOR_ALIGN},
	{STR_INIT("template"), OF_HTML_DROP, &phrasing, 0},
	{STR_INIT("textarea"), UNREAD, &phrasing, 0},
	{STR_INIT("tfoot"), BLOCKY, &rows, ANY | FOR_ALIGN},
	{STR_INIT("th"), BLOCKY, &cell, ANY | FOR_CELL | FOR_ALIGN},
	{STR_INIT("thead"), BLOCKY, &rows, ANY | FOR_ALIGN},
	{STR_INIT("time"), OF_HTML_WRITE, &phrasing, ANY | FOR_TIME},
	{STR_INIT("title"), UNREAD, &phrasing, 0},
	{STR_INIT("tr"), BLOCKY, &row, ANY | FOR_ALIGN},
	{STR_INIT("track"), GONE, &phrasing, 0},
	{STR_INIT("tt"), OF_HTML_WRITE, &style, ANY},
	{STR_INIT("u"), OF_HTML_WRITE, &style, ANY},
	{STR_INIT("ul"), BLOCKY, &unordered, ANY},
	{STR_INIT("var"), OF_HTML_WRITE, &phrasing, ANY},
	{STR_INIT("video"), OF_HTML_WRITE, &phrasing, ANY | FOR_PLAYER | FOR_VIDEO},
	{STR_INIT("wbr"), OF_HTML_WRITE | OF_HTML_VOID, &phrasing, ANY},
	{STR_INIT("xmp"), UNREAD, &phrasing, 0},
};

/* Where the names begin that have each of the letters first, and where the last of all ends. */
static const unsigned char letters['z' - 'a' + 2] = {0, 9, 18, 26, 36, 38, 45, 45, 56, 62, 62,
	64, 68, 74, 78, 80, 85, 86, 89, 104, 117, 119, 121, 122, 123, 123, 123};

/* Sorted by name; a name may have several rows, for different classes. */
static const struct of_html_attribute attributes[] = {
	{STR_INIT("align"), OF_HTML_WORD, FOR_ALIGN, STR_INIT("left right center justify")},
	{STR_INIT("alt"), OF_HTML_TEXT, FOR_IMG, {0}},
	{STR_INIT("cite"), OF_HTML_URL, FOR_QUOTE, {0}},
	{STR_INIT("colspan"), OF_HTML_NUMBER, FOR_CELL, {0}},
	{STR_INIT("controls"), OF_HTML_SWITCH, FOR_PLAYER, {0}},
	{STR_INIT("datetime"), OF_HTML_TEXT, FOR_TIME, {0}},
	{STR_INIT("dir"), OF_HTML_WORD, ANY, STR_INIT("ltr rtl auto")},
	{STR_INIT("height"), OF_HTML_NUMBER, FOR_IMG | FOR_VIDEO, {0}},
	{STR_INIT("href"), OF_HTML_URL, FOR_A, {0}},
	{STR_INIT("hreflang"), OF_HTML_TOKEN, FOR_A, {0}},
	{STR_INIT("lang"), OF_HTML_TOKEN, ANY, {0}},
	{STR_INIT("loading"), OF_HTML_WORD, FOR_IMG, STR_INIT("lazy eager")},
	{STR_INIT("loop"), OF_HTML_SWITCH, FOR_PLAYER, {0}},
	{STR_INIT("media"), OF_HTML_TEXT, FOR_SOURCE, {0}},
	{STR_INIT("open"), OF_HTML_SWITCH, FOR_DETAILS, {0}},
	{STR_INIT("poster"), OF_HTML_MEDIA_URL, FOR_VIDEO, {0}},
	{STR_INIT("preload"), OF_HTML_WORD, FOR_PLAYER, STR_INIT("none metadata auto")},
	{STR_INIT("reversed"), OF_HTML_SWITCH, FOR_OL, {0}},
	{STR_INIT("rowspan"), OF_HTML_NUMBER, FOR_CELL, {0}},
	{STR_INIT("scope"), OF_HTML_WORD, FOR_CELL, STR_INIT("row col rowgroup colgroup")},
	{STR_INIT("sizes"), OF_HTML_TEXT, FOR_IMG | FOR_SOURCE, {0}},
	{STR_INIT("span"), OF_HTML_NUMBER, FOR_COLUMN, {0}},
	{STR_INIT("src"), OF_HTML_IMAGE_URL, FOR_IMG, {0}},
	{STR_INIT("src"), OF_HTML_MEDIA_URL, FOR_PLAYER | FOR_SOURCE | FOR_FRAME, {0}},
	{STR_INIT("srcset"), OF_HTML_SRCSET, FOR_IMG | FOR_SOURCE, {0}},
	{STR_INIT("start"), OF_HTML_SIGNED, FOR_OL, {0}},
	{STR_INIT("title"), OF_HTML_TEXT, ANY, {0}},
	{STR_INIT("type"), OF_HTML_WORD, FOR_OL, STR_INIT("1 a A i I")},
	{STR_INIT("type"), OF_HTML_TEXT, FOR_SOURCE, {0}},
	{STR_INIT("value"), OF_HTML_SIGNED, FOR_LI, {0}},
	{STR_INIT("width"), OF_HTML_NUMBER, FOR_IMG | FOR_VIDEO, {0}},
};

/* The names are short: no call is worth while. */
static int compare(struct of_str name, struct of_str other)
{
	size_t least = name.len < other.len ? name.len : other.len;

	for (size_t i = 0; i < least; i++)
		if (name.ptr[i] != other.ptr[i])
			return name.ptr[i] - other.ptr[i];
	return (int)(name.len > least) - (int)(other.len > least);
}

const struct of_html_element *of_html_element_find(struct of_str name)
{
	size_t low, high;

	if (name.len == 0 || name.ptr[0] < 'a' || name.ptr[0] > 'z')
		return NULL;
	low = letters[name.ptr[0] - 'a'];
	high = letters[name.ptr[0] - 'a' + 1];
	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = compare(name, elements[middle].name);

		if (order == 0)
			return &elements[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

const struct of_html_attribute *of_html_attribute_find(struct of_str name, unsigned classes)
{
	size_t low = 0, high = COUNT(attributes);

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (compare(name, attributes[middle].name) > 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < COUNT(attributes) && of_str_equal(attributes[low].name, name); low++)
		if ((attributes[low].classes & classes) != 0)
			return &attributes[low];
	return NULL;
}
