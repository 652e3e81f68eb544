/*
 * junit.xml, as Jenkins, GitLab and others read it: a suite for each verdict, a case
 * for each link, named by its URL and classed by the file that uses it first. Rot
 * fails; what was not looked at is skipped; all else passes, with a word in its output.
 */
#include "audit/report_words.h"

#include "base/escape.h"
#include "base/str.h"
#include "base/time.h"

#define TEXT_MOST 1000

struct junit {
	bool open;
	enum of_verdict verdict; /* of the suite that is open */
};

/* One-line text has no line ends or tabs, which XML would change in an attribute. */
static void add_attr(struct of_report *report, const char *name, struct of_str value)
{
	of_buf_add_byte(report->out, ' ');
	of_buf_add_text(report->out, name);
	of_buf_add_text(report->out, "=\"");
	of_escape_add(report->out, of_report_clean_cut(report, value, TEXT_MOST),
		of_escapes_html_attribute);
	of_buf_add_byte(report->out, '"');
}

static size_t count_of(const struct of_totals *totals, enum of_report_outcome outcome)
{
	size_t count = 0;

	for (unsigned i = 0; i < OF_VERDICT_COUNT; i++)
		if (of_report_verdicts[i].outcome == outcome)
			count += totals->by_verdict[i];
	return count;
}

static void begin(struct of_report *report)
{
	const struct of_totals *totals = report->totals;
	struct of_buf *out = report->out;

	of_buf_add_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites");
	add_attr(report, "name", STR("outfeed audit"));
	of_buf_add_format(out,
		" tests=\"%zu\" failures=\"%zu\" errors=\"0\" skipped=\"%zu\">\n",
		totals->links, count_of(totals, OF_REPORT_FAILED),
		count_of(totals, OF_REPORT_SKIPPED));
}

static void close_suite(struct of_report *report)
{
	struct junit *junit = report->own;

	if (junit->open)
		of_buf_add_text(report->out, "  </testsuite>\n");
	junit->open = false;
}

static void open_suite(struct of_report *report, enum of_verdict verdict)
{
	struct junit *junit = report->own;
	const struct of_report_verdict *words = &of_report_verdicts[verdict];
	size_t count = report->totals->by_verdict[verdict];
	struct of_buf *out = report->out;

	close_suite(report);
	junit->open = true;
	junit->verdict = verdict;
	of_buf_add_text(out, "  <testsuite");
	add_attr(report, "name", of_str_from(of_verdict_name(verdict)));
	of_buf_add_format(out,
		" tests=\"%zu\" failures=\"%zu\" errors=\"0\" skipped=\"%zu\" timestamp=\"",
		count, words->outcome == OF_REPORT_FAILED ? count : 0,
		words->outcome == OF_REPORT_SKIPPED ? count : 0);
	/* xs:dateTime without a zone, as the schema of Ant has it: UTC */
	of_time_add_rfc3339(out, report->about->now);
	of_buf_truncate(out, out->len > 0 ? out->len - 1 : 0);
	of_buf_add_text(out, "\">\n    <properties>\n      <property name=\"site\"");
	add_attr(report, "value", report->about->url);
	of_buf_add_text(out, "/>\n      <property name=\"meaning\"");
	add_attr(report, "value", of_str_from(words->meaning));
	of_buf_add_text(out, "/>\n    </properties>\n");
}

static void add_text(struct of_report *report, struct of_str text)
{
	of_escape_add(report->out, of_report_clean_cut(report, text, TEXT_MOST),
		of_escapes_html_text);
}

/* A line "Word: text" of an output or a failure. */
static void add_line(struct of_report *report, const char *word, struct of_str text)
{
	if (text.len == 0)
		return;
	of_buf_add_format(report->out, "%s: ", word);
	add_text(report, text);
	of_buf_add_byte(report->out, '\n');
}

static void add_uses(struct of_report *report, const struct of_report_link *link)
{
	for (size_t i = 0; i < link->n_uses && i < 20; i++) {
		const struct of_report_use *use = &link->uses[i];

		of_buf_add_text(report->out, "Used in: ");
		add_text(report, of_report_file(report->about, use->file));
		of_buf_add_format(report->out, ":%u:%u ", use->line, use->column);
		add_text(report, use->item_title);
		of_buf_add_byte(report->out, '\n');
	}
	if (link->n_uses > 20)
		of_buf_add_format(report->out, "and %zu more\n", link->n_uses - 20);
}

static void add_outcome(struct of_report *report, const struct of_report_link *link,
	const struct of_report_verdict *words)
{
	struct of_buf why = {0};

	of_buf_add_format(&why, "%s", words->label);
	if (link->past.failure != OF_FAILURE_NONE || link->past.signs != 0)
		of_buf_add_text(&why, ": ");
	of_report_add_why(&why, &link->past);
	if (words->outcome == OF_REPORT_SKIPPED) {
		of_buf_add_text(report->out, "      <skipped");
		add_attr(report, "message", of_buf_str(&why));
		of_buf_add_text(report->out, "/>\n");
	} else {
		of_buf_add_text(report->out, "      <failure");
		add_attr(report, "message", of_buf_str(&why));
		add_attr(report, "type", of_str_from(of_verdict_name(link->past.verdict)));
		of_buf_add_byte(report->out, '>');
		add_line(report, "What to do", of_str_from(words->advice));
		add_line(report, "Detail", link->words);
		add_line(report, "Capture", link->capture);
		add_uses(report, link);
		of_buf_add_text(report->out, "</failure>\n");
	}
	if (why.status != OF_OK)
		report->status = why.status;
	of_buf_finish(&why);
}

static void add_output(struct of_report *report, const struct of_report_link *link,
	const struct of_report_verdict *words)
{
	of_buf_add_text(report->out, "      <system-out>");
	add_line(report, words->label, of_str_from(words->meaning));
	add_line(report, "What to do", of_str_from(words->advice));
	add_line(report, "New address", link->suggestion);
	add_line(report, "Detail", link->words);
	add_uses(report, link);
	of_buf_add_text(report->out, "</system-out>\n");
}

static void add_link(struct of_report *report, const struct of_report_link *link)
{
	struct junit *junit = report->own;
	const struct of_report_verdict *words = &of_report_verdicts[link->past.verdict];
	unsigned ms = link->n_checks > 0 ? link->checks[0].milliseconds : 0;

	if (!junit->open || junit->verdict != link->past.verdict)
		open_suite(report, link->past.verdict);
	of_buf_add_text(report->out, "    <testcase");
	add_attr(report, "name", link->url);
	add_attr(report, "classname",
		link->n_uses > 0 ? of_report_file(report->about, link->uses[0].file)
				 : link->host);
	of_buf_add_format(report->out, " time=\"%u.%03u\"", ms / 1000, ms % 1000);
	if (words->outcome == OF_REPORT_PASSED && words->group == OF_REPORT_FINE) {
		of_buf_add_text(report->out, "/>\n");
		return;
	}
	of_buf_add_text(report->out, ">\n");
	if (words->outcome == OF_REPORT_PASSED)
		add_output(report, link, words);
	else
		add_outcome(report, link, words);
	of_buf_add_text(report->out, "    </testcase>\n");
}

static void end(struct of_report *report)
{
	close_suite(report);
	of_buf_add_text(report->out, "</testsuites>\n");
}

const struct of_report_writer of_report_junit = {.name = "junit",
	.file = "junit.xml",
	.size = sizeof(struct junit),
	.begin = begin,
	.link = add_link,
	.end = end};
