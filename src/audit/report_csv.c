/*
 * audit.csv: a line for each use of each link (RFC 4180: CRLF, a header line).
 *
 * Titles and server words are strangers' text, and a spreadsheet takes what
 * begins with '=', '+', '-', '@', a tab or a line end for a formula. Such a value gets
 * an apostrophe in front, which spreadsheets expect for text and do not show; a
 * program that reads the file takes one leading apostrophe off before one of
 * those characters.
 */
#include "audit/report_csv.h"

#include "audit/report_words.h"
#include "base/str.h"

static const char header[] =
	"verdict,why,url,file,line,column,field,item_title,category,published,status,"
	"final_url,suggestion,capture,first_failed,last_ok,since,checks,streak,due,is_new,"
	"item_id\r\n";

static bool is_formula(char c)
{
	return c == '=' || c == '+' || c == '-' || c == '@' || c == '\t' || c == '\r' ||
	       c == '\n';
}

static bool is_quoted(struct of_str value)
{
	for (size_t i = 0; i < value.len; i++)
		if (value.ptr[i] == '"' || value.ptr[i] == ',' || value.ptr[i] == '\r' ||
			value.ptr[i] == '\n')
			return true;
	return value.len > 0 && (value.ptr[0] == ' ' || value.ptr[value.len - 1] == ' ');
}

void of_csv_add(struct of_buf *out, struct of_str value)
{
	bool quoted = is_quoted(value);

	if (quoted)
		of_buf_add_byte(out, '"');
	if (value.len > 0 && is_formula(value.ptr[0]))
		of_buf_add_byte(out, '\'');
	for (size_t i = 0; i < value.len; i++) {
		if (value.ptr[i] == '"')
			of_buf_add_byte(out, '"');
		of_buf_add_byte(out, value.ptr[i]);
	}
	if (quoted)
		of_buf_add_byte(out, '"');
}

static void add_text(struct of_report *report, struct of_str text)
{
	of_buf_add_byte(report->out, ',');
	of_csv_add(report->out, of_report_clean(report, text));
}

static void add_date(struct of_report *report, int64_t seconds)
{
	of_buf_add_byte(report->out, ',');
	of_report_add_date(report->out, seconds);
}

static void add_uint(struct of_report *report, uint64_t number)
{
	of_buf_add_byte(report->out, ',');
	if (number > 0)
		of_buf_add_uint(report->out, number);
}

static void add_verdict(struct of_report *report, const struct of_past *past)
{
	struct of_buf why = {0};

	of_report_add_why(&why, past);
	of_buf_add_text(report->out, of_verdict_name(past->verdict));
	add_text(report, of_buf_str(&why));
	if (why.status != OF_OK)
		report->status = why.status;
	of_buf_finish(&why);
}

static void add_use(struct of_report *report, const struct of_report_link *link,
	const struct of_report_use *use)
{
	const struct of_past *past = &link->past;

	add_verdict(report, past);
	add_text(report, link->url);
	add_text(report, of_report_file(report->about, use->file));
	add_uint(report, use->line);
	add_uint(report, use->column);
	add_text(report, use->field);
	add_text(report, use->item_title);
	add_text(report, use->category);
	add_date(report, use->published);
	add_uint(report, past->status);
	add_text(report, link->final_url);
	add_text(report, link->suggestion);
	add_text(report, link->capture);
	add_date(report, past->first_failed);
	add_date(report, past->last_ok);
	add_date(report, past->since);
	add_uint(report, past->checks);
	add_uint(report, past->streak);
	add_date(report, link->due);
	of_buf_add_text(report->out, link->is_new_rot ? ",yes" : ",no");
	add_text(report, use->item_id);
	of_buf_add_text(report->out, "\r\n");
}

static void begin(struct of_report *report)
{
	of_buf_add_text(report->out, header);
}

static void add_link(struct of_report *report, const struct of_report_link *link)
{
	for (size_t i = 0; i < link->n_uses; i++)
		add_use(report, link, &link->uses[i]);
}

const struct of_report_writer of_report_csv = {
	.name = "csv", .file = "audit.csv", .begin = begin, .link = add_link};
