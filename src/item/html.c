#include "item/html.h"

#include "base/err.h"
#include "base/unicode.h"
#include "item/html_tokens.h"
#include "item/html_writer.h"
#include <libxml/HTMLparser.h>
#include <libxml/parser.h>
#include <limits.h>
#include <outfeed/item.h>
#include <pthread.h>
#include <string.h>

/* One body on its way through the parser. */
struct run {
	htmlParserCtxtPtr parser;
	struct of_html_writer writer;
	bool text_only; /* the parser may stop when there is enough text */
	bool too_deep;
	bool stopped;  /* by us; the parser goes on to report end tags */
	bool finished; /* the parser reached the end, or was stopped */
};

/* libxml2 keeps tables of its own, to be made once and by one thread. */
static pthread_once_t parser_once = PTHREAD_ONCE_INIT;

static void stop(struct run *run)
{
	run->stopped = true;
	xmlStopParser(run->parser);
}

static void stop_when_done(struct run *run)
{
	if (of_html_writer_is_full(&run->writer) ||
		(run->text_only && of_html_writer_has_text(&run->writer)))
		stop(run);
}

/*
 * The text is put into a body, so that the parser implies nothing around it;
 * the tokens hold no tag that would end it.
 */
static const char wrapper[] = "<html><body>";

static bool is_wrapper(const char *name)
{
	return strcmp(name, "html") == 0 || strcmp(name, "body") == 0;
}

static void on_start(void *payload, const xmlChar *name, const xmlChar **attributes)
{
	struct run *run = payload;

	if (run->stopped || is_wrapper((const char *)name))
		return;
	if (!of_html_writer_start(
		    &run->writer, (const char *)name, (const char *const *)attributes)) {
		run->too_deep = true;
		stop(run);
		return;
	}
	stop_when_done(run);
}

static void on_end(void *payload, const xmlChar *name)
{
	struct run *run = payload;

	if (!run->stopped)
		of_html_writer_end(&run->writer, (const char *)name);
}

static void on_text(void *payload, const xmlChar *text, int len)
{
	struct run *run = payload;

	if (run->stopped)
		return;
	of_html_writer_add(&run->writer, (struct of_str){(const char *)text, (size_t)len});
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

static enum of_status parse(struct run *run, struct of_str tokens, struct of_err *err)
{
	static const int options = HTML_PARSE_RECOVER | HTML_PARSE_NOERROR |
				   HTML_PARSE_NOWARNING | HTML_PARSE_NODEFDTD |
				   HTML_PARSE_NOIMPLIED | HTML_PARSE_NONET |
				   HTML_PARSE_IGNORE_ENC;
	xmlDocPtr none;

	run->parser = htmlNewParserCtxt();
	if (run->parser == NULL)
		return of_err_set_nomem(err);
	set_handlers(run->parser, run);
	none = htmlCtxtReadMemory(
		run->parser, tokens.ptr, (int)tokens.len, NULL, "UTF-8", options);
	xmlFreeDoc(none);
	if (!run->stopped && run->parser->errNo == XML_ERR_NO_MEMORY)
		run->finished = false;
	htmlFreeParserCtxt(run->parser);
	if (run->too_deep)
		return of_err_set(err, OF_ELIMIT,
			"HTML is nested more than %d levels deep: close the elements that are "
			"left open, or nest fewer",
			OF_LIMIT_HTML_DEPTH);
	if (of_html_writer_is_full(&run->writer) && run->writer.out->status == OF_OK)
		return of_err_set(err, OF_ELIMIT,
			"HTML of more than %zu bytes comes of the body: make it smaller",
			OF_HTML_CEILING);
	return run->stopped || run->finished ? OF_OK : of_err_set_nomem(err);
}

static enum of_status rebuild(struct run *run, struct of_str html, struct of_err *err)
{
	struct of_buf clean, tokens;
	enum of_status status;

	of_buf_init(&clean, 0);
	of_buf_init(&tokens, OF_HTML_CEILING);
	if (!of_unicode_is_clean(html)) {
		of_unicode_clean(&clean, html, NULL);
		html = of_buf_str(&clean);
	}
	of_buf_add(&tokens, wrapper, sizeof(wrapper) - 1);
	of_html_tokens_add(&tokens, html);
	status = of_buf_status(&clean, err);
	if (status == OF_OK)
		status = of_buf_status(&tokens, err);
	if (status == OF_OK)
		status = parse(run, of_buf_str(&tokens), err);
	of_html_writer_close(&run->writer);
	of_buf_finish(&tokens);
	of_buf_finish(&clean);
	return status;
}

enum of_status of_html_rebuild(struct of_buf *out, struct of_buf *text, size_t text_limit,
	struct of_str html, struct of_str base, struct of_err *err)
{
	struct of_buf unwanted = {0};
	struct run run = {.text_only = out == NULL};
	size_t text_start = text != NULL ? text->len : 0;
	enum of_status status;

	if (out == NULL)
		out = &unwanted;
	pthread_once(&parser_once, xmlInitParser);
	of_html_writer_init(&run.writer, out, text, text_limit, base);
	status = rebuild(&run, html, err);
	if (status == OF_OK)
		status = of_buf_status(out, err);
	if (status == OF_OK && text != NULL)
		status = of_buf_status(text, err);
	if (status != OF_OK) {
		of_buf_truncate(out, run.writer.out_start);
		if (text != NULL)
			of_buf_truncate(text, text_start);
	}
	of_html_writer_finish(&run.writer);
	of_buf_finish(&unwanted);
	return status;
}

enum of_status of_html_sanitise(
	struct of_buf *out, struct of_str html, struct of_str base, struct of_err *err)
{
	return of_html_rebuild(out, NULL, 0, html, base, err);
}
