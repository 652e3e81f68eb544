#include "render/xml.h"

#include "base/err.h"
#include "base/escape.h"
#include "base/str.h"
#include <libxml/xmlwriter.h>

static const char declaration[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";

enum place { IN_TEXT, IN_ATTRIBUTE, PLACES };
/*
 * A bare CR would be read back as LF, and white space in an attribute as spaces (XML 1.0
 * sections 2.11 and 3.3.3).
 */
static of_escapes escapes[][PLACES] = {
	[OF_XML_NAMED] =
		{
			{
				['&'] = {"&amp;", 5},
				['<'] = {"&lt;", 4},
				['>'] = {"&gt;", 4},
				['\r'] = {"&#xD;", 5},
			},
			{
				['&'] = {"&amp;", 5},
				['<'] = {"&lt;", 4},
				['>'] = {"&gt;", 4},
				['"'] = {"&quot;", 6},
				['\t'] = {"&#x9;", 5},
				['\n'] = {"&#xA;", 5},
				['\r'] = {"&#xD;", 5},
			},
		},
	[OF_XML_HEX] =
		{
			{
				['&'] = {"&#x26;", 6},
				['<'] = {"&#x3C;", 6},
				['>'] = {"&#x3E;", 6},
				['\r'] = {"&#xD;", 5},
			},
			{
				['&'] = {"&#x26;", 6},
				['<'] = {"&#x3C;", 6},
				['>'] = {"&#x3E;", 6},
				['"'] = {"&#x22;", 6},
				['\t'] = {"&#x9;", 5},
				['\n'] = {"&#xA;", 5},
				['\r'] = {"&#xD;", 5},
			},
		},
};

static const xmlChar *as_xml(const char *bytes)
{
	return (const xmlChar *)bytes;
}

/* The writer's calls give a count of bytes, or -1: out of memory, as it is used here. */
static void check(struct of_xml *xml, int written)
{
	if (written < 0 && xml->status == OF_OK)
		xml->status = OF_ENOMEM;
}

/* out keeps its own failure, and a failed write would be printed by libxml2. */
static int write_out(void *context, const char *bytes, int len)
{
	of_buf_add(context, bytes, (size_t)len);
	return len;
}

void of_xml_init(struct of_xml *xml, struct of_buf *out, enum of_xml_style style)
{
	*xml = (struct of_xml){.style = style, .out = out};
	xmlOutputBufferPtr target = xmlOutputBufferCreateIO(write_out, NULL, out, NULL);
	if (target != NULL)
		xml->writer = xmlNewTextWriter(target);
	if (xml->writer == NULL) {
		if (target != NULL)
			xmlOutputBufferClose(target);
		xml->status = OF_ENOMEM;
		return;
	}
	/* xmlTextWriterStartDocument() would send every byte through a converter. */
	of_buf_add_text(out, declaration);
}

void of_xml_fail(struct of_xml *xml, enum of_status status)
{
	if (xml->status == OF_OK)
		xml->status = status;
}

/*
 * The writer knows of the elements that hold elements. What is in their tags,
 * the leaves, and what is between them go straight into the document, after the
 * writer has handed on what it still holds.
 */
static bool catch_up(struct of_xml *xml)
{
	if (xml->status == OF_OK && xml->behind)
		check(xml, xmlTextWriterFlush(xml->writer));
	xml->behind = false;
	return xml->status == OF_OK;
}

/* A line for what comes next; raw text, even of no bytes, ends a start tag. */
static bool begin_line(struct of_xml *xml)
{
	static const char line[] = "\n                ";
	const unsigned levels = (sizeof(line) - 2) / 2;

	if (xml->in_tag && xml->status == OF_OK)
		check(xml, xmlTextWriterWriteRawLen(xml->writer, as_xml(""), 0));
	xml->behind |= xml->in_tag;
	xml->in_tag = false;
	if (!catch_up(xml))
		return false;
	of_buf_add(xml->out, line, 1 + 2 * (size_t)(xml->depth < levels ? xml->depth : levels));
	for (unsigned i = levels; i < xml->depth; i++)
		of_buf_add(xml->out, "  ", 2);
	return true;
}

void of_xml_open(struct of_xml *xml, const char *name)
{
	if (begin_line(xml))
		check(xml, xmlTextWriterStartElement(xml->writer, as_xml(name)));
	xml->depth++;
	xml->behind = true;
	xml->in_tag = true;
}

void of_xml_close(struct of_xml *xml)
{
	xml->depth--;
	if ((xml->in_tag || begin_line(xml)) && xml->status == OF_OK)
		check(xml, xmlTextWriterEndElement(xml->writer));
	xml->behind = true;
	xml->in_tag = false;
}

void of_xml_open_leaf(struct of_xml *xml, const char *name)
{
	begin_line(xml);
	of_buf_add_byte(xml->out, '<');
	of_buf_add_text(xml->out, name);
	xml->leaf = name;
}

void of_xml_close_leaf(struct of_xml *xml, struct of_str text)
{
	struct of_buf *out = xml->out;
	size_t start = out->len;

	of_buf_add_byte(out, '>');
	of_escape_add_clean(out, text, escapes[xml->style][IN_TEXT]);
	if (out->len - start > 1) {
		of_buf_add(out, "</", 2);
		of_buf_add_text(out, xml->leaf);
		of_buf_add_byte(out, '>');
	} else {
		of_buf_truncate(out, start);
		of_buf_add(out, "/>", 2);
	}
	xml->leaf = NULL;
}

enum of_status of_xml_finish(struct of_xml *xml, struct of_err *err)
{
	if (xml->leaf != NULL)
		of_xml_close_leaf(xml, (struct of_str){0});
	while (xml->depth > 0)
		of_xml_close(xml);
	if (xml->status == OF_OK)
		check(xml, xmlTextWriterEndDocument(xml->writer));
	if (xml->writer != NULL)
		xmlFreeTextWriter(xml->writer);
	xml->writer = NULL;
	if (xml->status == OF_ENOMEM)
		return of_err_set_nomem(err);
	if (xml->status != OF_OK)
		return of_err_set(err, xml->status, "a text is too long for a document");
	return of_buf_status(xml->out, err);
}

void of_xml_attr(struct of_xml *xml, const char *name, struct of_str value)
{
	if (!catch_up(xml))
		return;
	of_buf_add_byte(xml->out, ' ');
	of_buf_add_text(xml->out, name);
	of_buf_add(xml->out, "=\"", 2);
	of_escape_add_clean(xml->out, value, escapes[xml->style][IN_ATTRIBUTE]);
	of_buf_add_byte(xml->out, '"');
}

void of_xml_attrs(struct of_xml *xml, const char *attributes)
{
	if (!catch_up(xml))
		return;
	of_buf_add_byte(xml->out, ' ');
	of_buf_add_text(xml->out, attributes);
}

void of_xml_attr_if(struct of_xml *xml, const char *name, struct of_str value)
{
	if (value.len > 0)
		of_xml_attr(xml, name, value);
}

#define DIGITS_MOST 20 /* of 64 bits */

/* The digits of a number, in storage of the caller. */
static struct of_str digits_of(uint64_t value, char digits[static DIGITS_MOST])
{
	size_t at = DIGITS_MOST;

	do {
		digits[--at] = (char)('0' + value % 10);
		value /= 10;
	} while (value > 0);
	return (struct of_str){digits + at, DIGITS_MOST - at};
}

void of_xml_attr_uint_if(struct of_xml *xml, const char *name, uint64_t value)
{
	char digits[DIGITS_MOST];

	if (value > 0)
		of_xml_attr(xml, name, digits_of(value, digits));
}

void of_xml_element(struct of_xml *xml, const char *name, struct of_str text)
{
	of_xml_open_leaf(xml, name);
	of_xml_close_leaf(xml, text);
}

void of_xml_element_if(struct of_xml *xml, const char *name, struct of_str text)
{
	if (text.len > 0)
		of_xml_element(xml, name, text);
}

void of_xml_element_uint(struct of_xml *xml, const char *name, uint64_t value)
{
	char digits[DIGITS_MOST];

	of_xml_element(xml, name, digits_of(value, digits));
}
