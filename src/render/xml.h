/*
 * Writing XML: alone with libxml/xmlwriter.h.
 *
 * Elements stand on lines of their own, two spaces a level; no white space is
 * ever added inside text. libxml2 writes the elements that hold elements; what
 * holds none, a leaf, is written as one run of bytes, as there are so many. Attributes come out
 * in the order of the calls. What XML 1.0 forbids is left out and invalid UTF-8 becomes U+FFFD,
 * so that the document is well-formed whatever a caller's text holds. The first failure is
 * kept, later calls do nothing, and of_xml_finish() reports it.
 *
 * Not thread-safe: a writer belongs to one thread.
 */
#ifndef OF_RENDER_XML_H
#define OF_RENDER_XML_H

#include <outfeed/buf.h>
#include <outfeed/err.h>
#include <outfeed/str.h>
#include <stdbool.h>
#include <stdint.h>

/* How '&', '<' and '>' are written. */
enum of_xml_style {
	OF_XML_NAMED, /* as &amp; &lt; &gt; */
	OF_XML_HEX /* as &#x26; &#x3C; &#x3E;, which the RSS Best Practices Profile asks for */
};

struct of_xml {
	struct _xmlTextWriter *writer; /* of the elements that hold elements */
	enum of_xml_style style;
	enum of_status status;
	struct of_buf *out; /* borrowed */
	const char *leaf;   /* the name of the one that is open, or NULL */
	unsigned depth;     /* elements that the writer has open */
	bool behind;        /* the writer may hold what belongs before the next byte of out */
	bool in_tag;        /* the start tag of the writer's last has no '>' yet */
};

/* Begins a document at the end of out, which must outlive the writer. */
void of_xml_init(struct of_xml *xml, struct of_buf *out, enum of_xml_style style);
/* Closes what is open and frees the writer; also after a failure. */
OF_MUST_CHECK enum of_status of_xml_finish(struct of_xml *xml, struct of_err *err);

/* Keeps a caller's failure as the document's own, unless there is one already. */
void of_xml_fail(struct of_xml *xml, enum of_status status);

/* An element that holds elements, and no text of its own. */
void of_xml_open(struct of_xml *xml, const char *name);
/* Closes the element opened last; one without content as <name/>. */
void of_xml_close(struct of_xml *xml);
/* An element that holds no elements; the name must live until it is closed. */
void of_xml_open_leaf(struct of_xml *xml, const char *name);
/* Closes it with the text that it holds; absent makes <name/>. */
void of_xml_close_leaf(struct of_xml *xml, struct of_str text);
/* Only between the element's beginning and its content. */
void of_xml_attr(struct of_xml *xml, const char *name, struct of_str value);
/* Attributes that are always the same, as they are to stand in the tag: a="b" c="d". */
void of_xml_attrs(struct of_xml *xml, const char *attributes);
/* Nothing at all when the value is absent. */
void of_xml_attr_if(struct of_xml *xml, const char *name, struct of_str value);
/* Nothing at all when the number is 0, which means unknown. */
void of_xml_attr_uint_if(struct of_xml *xml, const char *name, uint64_t value);
/* A leaf without attributes. */
void of_xml_element(struct of_xml *xml, const char *name, struct of_str text);
/* Nothing at all when the text is absent. */
void of_xml_element_if(struct of_xml *xml, const char *name, struct of_str text);
void of_xml_element_uint(struct of_xml *xml, const char *name, uint64_t value);

#endif
