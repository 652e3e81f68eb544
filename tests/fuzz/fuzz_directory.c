/*
 * The list of all feeds, as OPML and as a page, from forged rows. The OPML is valid by
 * its schema and says the very texts, at addresses of the site; of the page, the tags
 * are those of a page whose texts are harmless.
 */
#include "forged.h"

#include <libxml/parser.h>
#include <libxml/tree.h>
#include <libxml/xmlschemas.h>

#define ROWS_MOST 6

static const char *const groupings[] = {"", "categories", "params.series_name", "<by> & \"q\""};

static void ignore_error(void *context, const char *format, ...)
{
	(void)context;
	(void)format;
}

static bool has_path(const struct of_directory *directory, struct of_str path)
{
	for (size_t i = 0; i < directory->count; i++)
		if (of_str_equal(directory->rows[i].path, path))
			return true;
	return false;
}

/* In the order of their groupings, each at a path of its own, as a build has them. */
static void forge(struct of_directory *directory, struct of_directory_row *rows,
	struct fuzz_input *input, const struct of_site *site)
{
	struct of_arena *arena = fuzz_arena();
	size_t grouping = 0;

	for (size_t i = 0; i < ROWS_MOST && input->rest.len > 0; i++) {
		struct of_directory_row row = {.n_items = fuzz_take_byte(input)};

		grouping += fuzz_take_byte(input) % 2;
		if (grouping == FUZZ_COUNT(groupings))
			return;
		row.by = of_str_from(groupings[grouping]);
		row.updated = forged_time(input);
		row.title = forged_line(input, arena);
		row.label = forged_line(input, arena);
		row.path = forged_path(input, arena);
		/* a group's feeds have a title, and a group is called something */
		if (row.path.len == 0 || row.label.len == 0 || has_path(directory, row.path))
			continue;
		row.home_url = forged_home(site, row.path, arena);
		rows[directory->count++] = row;
	}
}

/* ---- OPML ---- */

static void check_schema(xmlDocPtr doc)
{
	static xmlSchemaValidCtxtPtr context;

	if (context == NULL) {
		xmlSchemaParserCtxtPtr parser =
			xmlSchemaNewParserCtxt(FUZZ_SCHEMAS "/opml.xsd");
		xmlSchemaPtr schema = xmlSchemaParse(parser);

		xmlSchemaFreeParserCtxt(parser);
		fuzz_require(schema != NULL, "the schema of OPML is not there");
		context = xmlSchemaNewValidCtxt(schema);
		xmlSchemaSetValidErrors(context, ignore_error, ignore_error, NULL);
	}
	fuzz_require(xmlSchemaValidateDoc(context, doc) == 0, "OPML that is not valid");
}

static struct of_str attribute(const xmlNode *node, const char *name)
{
	const xmlAttr *attribute = node->properties;

	while (attribute != NULL && strcmp((const char *)attribute->name, name) != 0)
		attribute = attribute->next;
	return attribute != NULL && attribute->children != NULL
		       ? of_str_from((const char *)attribute->children->content)
		       : (struct of_str){0};
}

/* Outlines, and no other element or text but white space. */
static size_t check_outlines(
	const xmlNode *node, const struct of_directory *directory, const struct of_site *site)
{
	size_t count = 0;

	for (; node != NULL; node = node->next) {
		const struct of_directory_row *row = &directory->rows[count];

		if (node->type == XML_TEXT_NODE && xmlIsBlankNode(node))
			continue;
		fuzz_require(node->type == XML_ELEMENT_NODE &&
				     strcmp((const char *)node->name, "outline") == 0,
			"what is no outline");
		if (attribute(node, "xmlUrl").len == 0) {
			struct of_directory rest = {
				directory->rows + count, directory->count - count};

			count += check_outlines(node->children, &rest, site);
			continue;
		}
		fuzz_require(count < directory->count, "more outlines than rows");
		fuzz_require_equal(attribute(node, "text"),
			row->title.len > 0 ? row->title : row->label, "another text");
		fuzz_require(of_str_starts(attribute(node, "xmlUrl"), site->url) &&
				     of_str_starts(attribute(node, "htmlUrl"), site->url),
			"a feed of another site");
		count++;
	}
	return count;
}

static void check_opml(const struct of_directory *directory, const struct of_site *site)
{
	static struct of_buf out;
	xmlDocPtr doc;
	const xmlNode *body;

	of_buf_clear(&out);
	fuzz_require(of_directory_opml.render(&out, directory, site, NULL) == OF_OK, "no OPML");
	fuzz_require(of_unicode_is_clean(of_buf_str(&out)), "OPML that is not clean");
	doc = xmlReadMemory(out.ptr, (int)out.len, "opml", "UTF-8",
		XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	if (doc == NULL)
		fuzz_fail("OPML that is not well-formed:\n%.*s", (int)out.len, out.ptr);
	check_schema(doc);
	body = xmlLastElementChild(xmlDocGetRootElement(doc));
	fuzz_require(body != NULL && strcmp((const char *)body->name, "body") == 0, "no body");
	fuzz_require(check_outlines(body->children, directory, site) == directory->count,
		"feeds are missing");
	xmlFreeDoc(doc);
}

/* ---- The page ---- */

static void add_skeleton(
	struct of_buf *out, const struct of_directory *directory, const struct of_site *site)
{
	static struct of_buf page;

	of_buf_clear(&page);
	of_buf_clear(out);
	fuzz_require(
		of_directory_page.render(&page, directory, site, NULL) == OF_OK, "no page");
	fuzz_require(of_unicode_is_clean(of_buf_str(&page)), "a page that is not clean");
	forged_skeleton(out, of_buf_str(&page));
}

static void check_page(const struct of_directory *directory, const struct of_site *site)
{
	static struct of_buf forged, harmless;
	struct of_directory_row rows[ROWS_MOST];
	struct of_directory plain = {rows, directory->count};

	for (size_t i = 0; i < directory->count; i++) {
		rows[i] = directory->rows[i];
		rows[i].title = STR("a");
		rows[i].label = STR("b");
		rows[i].path = STR("c/d");
		rows[i].home_url = STR("https://ex.org/base/c/d/");
	}
	add_skeleton(&forged, directory, site);
	add_skeleton(&harmless, &plain, site);
	fuzz_require_equal(of_buf_str(&forged), of_buf_str(&harmless),
		"a text is more than a text of the page");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = fuzz_input(data, size);
	const struct of_site *site = forged_site(fuzz_take_byte(&input));
	struct of_directory_row rows[ROWS_MOST];
	struct of_directory directory = {rows, 0};

	forge(&directory, rows, &input, site);
	check_opml(&directory, site);
	check_page(&directory, site);
	return 0;
}
