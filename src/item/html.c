#include "item/html.h"

#include "base/err.h"
#include "base/unicode.h"
#include "item/html_short.h"
#include "item/html_tokens.h"
#include <libxml/HTMLparser.h>
#include <libxml/parser.h>
#include <limits.h>
#include <outfeed/item.h>
#include <pthread.h>
#include <string.h>

/* One body on its way through the parser. */
struct run {
	htmlParserCtxtPtr parser;
	struct of_html_writer *writer;
	bool stopped;  /* by us; the parser goes on to report end tags */
	bool finished; /* the parser reached the end */
};

/* libxml2 keeps tables of its own, to be made once and by one thread. */
static pthread_once_t parser_once = PTHREAD_ONCE_INIT;

static void stop_when_done(struct run *run)
{
	if (!of_html_writer_is_done(run->writer))
		return;
	run->stopped = true;
	xmlStopParser(run->parser);
}

/* The tokens hold no tag that would end what the head opens. */
static bool is_head(const char *name)
{
	return strcmp(name, "html") == 0 || strcmp(name, "body") == 0;
}

/* The attributes that the element may have. attributes are pairs, a NULL after the last. */
static size_t collect(struct of_html_given *given, const struct of_html_element *element,
	const xmlChar **attributes)
{
	size_t count = 0;

	if (element == NULL || attributes == NULL)
		return 0;
	for (; attributes[0] != NULL && count < OF_HTML_GIVEN_MAX; attributes += 2) {
		const struct of_html_attribute *attribute = of_html_attribute_find(
			of_str_from((const char *)attributes[0]), element->attributes);

		if (attribute != NULL)
			given[count++] = (struct of_html_given){
				attribute, of_str_from((const char *)attributes[1])};
	}
	return count;
}

static void on_start(void *payload, const xmlChar *xml_name, const xmlChar **attributes)
{
	struct run *run = payload;
	const char *name = (const char *)xml_name;
	const struct of_html_element *element;
	struct of_html_given given[OF_HTML_GIVEN_MAX];

	if (run->stopped || is_head(name))
		return;
	element = of_html_element_find(of_str_from(name));
	of_html_writer_start(
		run->writer, name, element, given, collect(given, element, attributes));
	stop_when_done(run);
}

static void on_end(void *payload, const xmlChar *name)
{
	struct run *run = payload;

	if (!run->stopped)
		of_html_writer_end(run->writer, (const char *)name);
}

static void on_text(void *payload, const xmlChar *text, int len)
{
	struct run *run = payload;

	if (run->stopped)
		return;
	of_html_writer_add(run->writer, (struct of_str){(const char *)text, (size_t)len});
	stop_when_done(run);
}

static void on_end_of_document(void *payload)
{
	struct run *run = payload;

	run->finished = true;
}

/* Every other event, errors among them, has no handler. */
static void set_handlers(htmlParserCtxtPtr parser, struct run *run)
{
	memset(parser->sax, 0, sizeof(*parser->sax));
	parser->sax->startElement = on_start;
	parser->sax->endElement = on_end;
	parser->sax->characters = on_text;
	parser->sax->ignorableWhitespace = on_text;
	parser->sax->endDocument = on_end_of_document;
	parser->userData = run;
}

enum of_status of_html_read_full(
	struct of_html_writer *writer, struct of_str tokens, struct of_err *err)
{
	static const int options = HTML_PARSE_RECOVER | HTML_PARSE_NOERROR |
				   HTML_PARSE_NOWARNING | HTML_PARSE_NODEFDTD |
				   HTML_PARSE_NOIMPLIED | HTML_PARSE_NONET |
				   HTML_PARSE_IGNORE_ENC;
	struct run run = {.writer = writer};

	pthread_once(&parser_once, xmlInitParser);
	run.parser = htmlNewParserCtxt();
	if (run.parser == NULL)
		return of_err_set_nomem(err);
	set_handlers(run.parser, &run);
	xmlFreeDoc(htmlCtxtReadMemory(
		run.parser, tokens.ptr, (int)tokens.len, NULL, "UTF-8", options));
	if (run.parser->errNo == XML_ERR_NO_MEMORY)
		run.finished = false;
	htmlFreeParserCtxt(run.parser);
	return run.stopped || run.finished ? OF_OK : of_err_set_nomem(err);
}

static enum of_status read_tokens(
	struct of_html_writer *writer, struct of_str tokens, struct of_err *err)
{
	enum of_status status = OF_OK;

	if (!of_html_read_short(writer, tokens)) {
		of_html_writer_rewind(writer);
		status = of_html_read_full(writer, tokens, err);
	}
	if (writer->too_deep)
		return of_err_set(err, OF_ELIMIT,
			"HTML is nested more than %d levels deep: close the elements that are "
			"left open, or nest fewer",
			OF_LIMIT_HTML_DEPTH);
	if (of_html_writer_is_full(writer) && writer->out->status == OF_OK)
		return of_err_set(err, OF_ELIMIT,
			"HTML of more than %zu bytes comes of the body: make it smaller",
			OF_LIMIT_HTML);
	return status;
}

/* What comes of HTML is about as long; where the ceiling is near, nothing is done. */
static void make_room(struct of_buf *buf, size_t len)
{
	size_t ceiling = buf->ceiling != 0 ? buf->ceiling : OF_BUF_CEILING;
	size_t room = len + len / 8 + 64;

	if (buf->len >= ceiling || room >= ceiling - buf->len)
		return;
	of_buf_reserve(buf, room);
	of_buf_add(buf, NULL, 0); /* for its NUL */
}

static enum of_status rebuild(
	struct of_html_writer *writer, struct of_str html, struct of_err *err)
{
	struct of_buf clean, tokens;
	enum of_status status;

	of_buf_init(&clean, 0);
	of_buf_init(&tokens, OF_LIMIT_HTML);
	if (!of_unicode_is_clean(html)) {
		of_unicode_clean(&clean, html, NULL);
		html = of_buf_str(&clean);
	}
	make_room(&tokens, html.len);
	make_room(writer->out, html.len);
	of_buf_add_text(&tokens, OF_HTML_HEAD);
	of_html_tokens_add(&tokens, html);
	status = of_buf_status(&clean, err);
	if (status == OF_OK)
		status = of_buf_status(&tokens, err);
	if (status == OF_OK)
		status = read_tokens(writer, of_buf_str(&tokens), err);
	of_html_writer_close(writer);
	of_buf_finish(&tokens);
	of_buf_finish(&clean);
	return status;
}

enum of_status of_html_rebuild_wanted(const struct of_html_wanted *wanted, struct of_str html,
	struct of_str base, struct of_err *err)
{
	struct of_buf *out = wanted->out, *text = wanted->text;
	struct of_buf unwanted = {0};
	struct of_html_writer writer;
	enum of_status status;

	of_html_writer_init(
		&writer, out != NULL ? out : &unwanted, text, wanted->text_limit, base);
	writer.urls.refused = wanted->refused;
	writer.text_only = out == NULL;
	status = rebuild(&writer, html, err);
	if (status == OF_OK)
		status = of_buf_status(writer.out, err);
	if (status == OF_OK && text != NULL)
		status = of_buf_status(text, err);
	if (status == OF_OK && wanted->refused != NULL)
		status = of_buf_status(wanted->refused, err);
	if (status != OF_OK)
		of_html_writer_rewind(&writer);
	of_html_writer_finish(&writer);
	of_buf_finish(&unwanted);
	return status;
}

enum of_status of_html_rebuild(struct of_buf *out, struct of_buf *text, size_t text_limit,
	struct of_str html, struct of_str base, struct of_err *err)
{
	const struct of_html_wanted wanted = {out, text, text_limit, NULL};

	return of_html_rebuild_wanted(&wanted, html, base, err);
}

enum of_status of_html_sanitise(
	struct of_buf *out, struct of_str html, struct of_str base, struct of_err *err)
{
	return of_html_rebuild(out, NULL, 0, html, base, err);
}
