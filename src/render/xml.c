#include "render/xml.h"

#include "base/err.h"
#include "base/str.h"
#include "base/unicode.h"
#include <assert.h>
#include <libxml/xmlwriter.h>
#include <limits.h>
#include <stdio.h>

static const char declaration[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

/* The writer counts in int; what it is given at once stays below (OF_BUF_CEILING does). */
static_assert(OF_BUF_CEILING <= INT_MAX, "a text fits an int");

enum place { IN_TEXT, IN_ATTRIBUTE, PLACES };
enum special { PLAIN, AMP, LT, GT, QUOTE, TAB, LF, CR, SPECIALS };

static const unsigned char special_of[256] = {
	['&'] = AMP,
	['<'] = LT,
	['>'] = GT,
	['"'] = QUOTE,
	['\t'] = TAB,
	['\n'] = LF,
	['\r'] = CR,
};

/*
 * By style, place and special; NULL where the byte stands for itself. A bare CR would be read
 * back as LF, and white space in an attribute as spaces (XML 1.0 sections 2.11 and 3.3.3).
 */
static const char *const instead_of[][PLACES][SPECIALS] = {
	{
		{NULL, "&amp;", "&lt;", "&gt;", NULL, NULL, NULL, "&#xD;"},
		{NULL, "&amp;", "&lt;", "&gt;", "&quot;", "&#x9;", "&#xA;", "&#xD;"},
	},
	{
		{NULL, "&#x26;", "&#x3C;", "&#x3E;", NULL, NULL, NULL, "&#xD;"},
		{NULL, "&#x26;", "&#x3C;", "&#x3E;", "&#x22;", "&#x9;", "&#xA;", "&#xD;"},
	},
};

static const xmlChar *as_xml(const char *bytes)
{
	return (const xmlChar *)bytes;
}

static void escape(struct of_buf *out, struct of_str text, const char *const *escapes)
{
	size_t run = 0;

	for (size_t i = 0; i < text.len; i++) {
		const char *instead = escapes[special_of[(unsigned char)text.ptr[i]]];
		if (instead == NULL)
			continue;
		of_buf_add(out, text.ptr + run, i - run);
		of_buf_add_text(out, instead);
		run = i + 1;
	}
	of_buf_add(out, text.ptr + run, text.len - run);
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
	check(xml, xmlTextWriterSetIndent(xml->writer, 1));
	check(xml, xmlTextWriterSetIndentString(xml->writer, as_xml("  ")));
	/* xmlTextWriterStartDocument() would send every byte through a converter. */
	check(xml, xmlTextWriterWriteRaw(xml->writer, as_xml(declaration)));
}

void of_xml_fail(struct of_xml *xml, enum of_status status)
{
	if (xml->status == OF_OK)
		xml->status = status;
}

enum of_status of_xml_finish(struct of_xml *xml, struct of_err *err)
{
	if (xml->status == OF_OK)
		check(xml, xmlTextWriterEndDocument(xml->writer));
	if (xml->writer != NULL)
		xmlFreeTextWriter(xml->writer);
	xml->writer = NULL;
	of_buf_finish(&xml->escaped);
	of_buf_finish(&xml->mended);
	if (xml->status == OF_ENOMEM)
		return of_err_set_nomem(err);
	if (xml->status != OF_OK)
		return of_err_set(err, xml->status, "a text is too long for a document");
	return of_buf_status(xml->out, err);
}

/* The buffers keep a failure: they are cut back and not cleared. */
static void put(struct of_xml *xml, struct of_str text, enum place place)
{
	if (xml->status != OF_OK || text.len == 0)
		return;
	if (!of_unicode_is_clean(text)) {
		of_buf_truncate(&xml->mended, 0);
		of_unicode_clean(&xml->mended, text, NULL);
		text = of_buf_str(&xml->mended);
	}
	of_buf_truncate(&xml->escaped, 0);
	escape(&xml->escaped, text, instead_of[xml->style][place]);
	xml->status = xml->mended.status != OF_OK ? xml->mended.status : xml->escaped.status;
	if (xml->status == OF_OK && xml->escaped.len > 0)
		check(xml, xmlTextWriterWriteRawLen(xml->writer, as_xml(xml->escaped.ptr),
				   (int)xml->escaped.len));
}

void of_xml_open(struct of_xml *xml, const char *name)
{
	if (xml->status == OF_OK)
		check(xml, xmlTextWriterStartElement(xml->writer, as_xml(name)));
}

void of_xml_close(struct of_xml *xml)
{
	if (xml->status == OF_OK)
		check(xml, xmlTextWriterEndElement(xml->writer));
}

void of_xml_attr(struct of_xml *xml, const char *name, struct of_str value)
{
	if (xml->status == OF_OK)
		check(xml, xmlTextWriterStartAttribute(xml->writer, as_xml(name)));
	put(xml, value, IN_ATTRIBUTE);
	if (xml->status == OF_OK)
		check(xml, xmlTextWriterEndAttribute(xml->writer));
}

void of_xml_attr_if(struct of_xml *xml, const char *name, struct of_str value)
{
	if (value.len > 0)
		of_xml_attr(xml, name, value);
}

/* The digits of a number, in storage of the caller. */
static struct of_str digits_of(uint64_t value, char digits[static 24])
{
	int len = snprintf(digits, 24, "%llu", (unsigned long long)value);

	return (struct of_str){digits, (size_t)len};
}

void of_xml_attr_uint_if(struct of_xml *xml, const char *name, uint64_t value)
{
	char digits[24];

	if (value > 0)
		of_xml_attr(xml, name, digits_of(value, digits));
}

void of_xml_text(struct of_xml *xml, struct of_str text)
{
	put(xml, text, IN_TEXT);
}

void of_xml_element(struct of_xml *xml, const char *name, struct of_str text)
{
	of_xml_open(xml, name);
	of_xml_text(xml, text);
	of_xml_close(xml);
}

void of_xml_element_if(struct of_xml *xml, const char *name, struct of_str text)
{
	if (text.len > 0)
		of_xml_element(xml, name, text);
}

void of_xml_element_uint(struct of_xml *xml, const char *name, uint64_t value)
{
	char digits[24];

	of_xml_element(xml, name, digits_of(value, digits));
}
