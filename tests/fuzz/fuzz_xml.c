/*
 * The XML writer: each byte is a call, texts are those between bytes of 0xFF.
 * Whatever is written is well-formed, and libxml2 reads the very texts back.
 */
#include "fuzz.h"

#include "base/unicode.h"
#include "render/xml.h"
#include <libxml/parser.h>
#include <libxml/tree.h>

#define DEPTH_MOST 40
#define LEAVES_MOST 64

struct document {
	struct of_xml xml;
	struct fuzz_input input;
	unsigned depth, n_leaves;
	struct of_buf texts[LEAVES_MOST], values[LEAVES_MOST]; /* as they are to be read */
};

static void write_leaf(struct document *document)
{
	struct of_str value = fuzz_take_text(&document->input);
	struct of_str text = fuzz_take_text(&document->input);
	unsigned n = document->n_leaves++;

	of_buf_clear(&document->values[n]);
	of_buf_clear(&document->texts[n]);
	of_unicode_clean(&document->values[n], value, NULL);
	of_unicode_clean(&document->texts[n], text, NULL);
	of_xml_open_leaf(&document->xml, "leaf");
	of_xml_attr(&document->xml, "a", value);
	of_xml_attr_uint_if(&document->xml, "n", n);
	of_xml_close_leaf(&document->xml, text);
}

static void write_next(struct document *document)
{
	struct of_xml *xml = &document->xml;

	switch (fuzz_take_byte(&document->input) % 4) {
	case 0:
		if (document->depth < DEPTH_MOST) {
			document->depth++;
			of_xml_open(xml, "box");
		}
		break;
	case 1:
		if (document->depth < DEPTH_MOST) {
			document->depth++;
			of_xml_open(xml, "box");
			of_xml_attr_if(xml, "b", fuzz_take_text(&document->input));
		}
		break;
	case 2:
		if (document->depth > 1) {
			document->depth--;
			of_xml_close(xml);
		}
		break;
	default:
		if (document->n_leaves < LEAVES_MOST)
			write_leaf(document);
	}
}

static unsigned check_leaves(const struct document *document, const xmlNode *node, unsigned n)
{
	for (; node != NULL; node = node->next) {
		if (node->type != XML_ELEMENT_NODE)
			continue;
		if (strcmp((const char *)node->name, "leaf") == 0) {
			xmlChar *text = xmlNodeGetContent(node);
			xmlChar *value = xmlGetProp(node, (const xmlChar *)"a");

			fuzz_require(n < document->n_leaves, "more leaves than were written");
			fuzz_require_equal(of_str_from((const char *)text),
				of_buf_str(&document->texts[n]), "another text is read");
			fuzz_require_equal(of_str_from((const char *)value),
				of_buf_str(&document->values[n]), "another value is read");
			xmlFree(text);
			xmlFree(value);
			n++;
		} else {
			n = check_leaves(document, node->children, n);
		}
	}
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct document document;
	static struct of_buf out;
	unsigned char style = size > 0 ? data[0] & 1 : 0;
	xmlDocPtr doc;

	of_buf_clear(&out);
	document.input = fuzz_input(data, size);
	document.depth = 1;
	document.n_leaves = 0;
	of_xml_init(&document.xml, &out, style == 0 ? OF_XML_NAMED : OF_XML_HEX);
	of_xml_open(&document.xml, "root");
	while (document.input.rest.len > 0)
		write_next(&document);
	fuzz_require(
		of_xml_finish(&document.xml, NULL) == OF_OK, "a document cannot be finished");
	doc = xmlReadMemory(out.ptr, (int)out.len, "x.xml", "UTF-8",
		XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	if (doc == NULL)
		fuzz_fail("not well-formed: %.*s", (int)out.len, out.ptr);
	fuzz_require(check_leaves(&document, xmlDocGetRootElement(doc), 0) == document.n_leaves,
		"fewer leaves than were written");
	xmlFreeDoc(doc);
	return 0;
}
