/*
 * audit.sarif: SARIF 2.1.0, a rule for each verdict that is a finding and a result
 * for each use of such a link, at its file and line. What a run may hold is limited
 * where it is uploaded: past OF_REPORT_SARIF_MOST results the run says in a
 * notification how many are missing. Rot comes first, and so is never what is missing
 * while anything else is there.
 */
#include "audit/report_words.h"

#include "base/json.h"
#include "base/str.h"
#include "base/url.h"
#include <inttypes.h>

#define TEXT_MOST 500
/* The site's folder. Where that is differs by machine: whoever reads the log says it. */
#define BASE_ID "SRCROOT"

struct sarif {
	struct of_json json;
	size_t results, missing;
	unsigned rules[OF_VERDICT_COUNT]; /* index of a verdict's rule */
};

static void add_message(struct of_json *json, const char *key, const char *text)
{
	of_json_open(json, key, '{');
	of_json_str(json, "text", of_str_from(text));
	of_json_close(json, '}');
}

static void add_rule(struct of_json *json, enum of_verdict verdict)
{
	const struct of_report_verdict *words = &of_report_verdicts[verdict];

	of_json_open(json, NULL, '{');
	of_json_str(json, "id", of_str_from(of_verdict_name(verdict)));
	add_message(json, "shortDescription", words->label);
	add_message(json, "fullDescription", words->meaning);
	add_message(json, "help", words->advice);
	of_json_open(json, "defaultConfiguration", '{');
	of_json_str(json, "level", of_str_from(words->level));
	of_json_close(json, '}');
	of_json_close(json, '}');
}

static void add_tool(struct sarif *sarif)
{
	struct of_json *json = &sarif->json;
	unsigned count = 0;

	of_json_open(json, "tool", '{');
	of_json_open(json, "driver", '{');
	of_json_str(json, "name", STR("outfeed audit"));
	of_json_open(json, "rules", '[');
	for (unsigned i = 0; i < OF_VERDICT_COUNT; i++) {
		if (of_report_verdicts[i].level == NULL)
			continue;
		sarif->rules[i] = count++;
		add_rule(json, (enum of_verdict)i);
	}
	of_json_close(json, ']');
	of_json_close(json, '}');
	of_json_close(json, '}');
}

static void begin(struct of_report *report)
{
	struct sarif *sarif = report->own;
	struct of_json *json = &sarif->json;

	of_json_init(json, report->out, false);
	of_json_open(json, NULL, '{');
	of_json_str(json, "$schema", STR("https://json.schemastore.org/sarif-2.1.0.json"));
	of_json_str(json, "version", STR("2.1.0"));
	of_json_open(json, "runs", '[');
	of_json_open(json, NULL, '{');
	add_tool(sarif);
	of_json_open(json, "originalUriBaseIds", '{');
	of_json_open(json, BASE_ID, '{');
	add_message(json, "description", "The folder that outfeed.yaml is in.");
	of_json_close(json, '}');
	of_json_close(json, '}');
	of_json_str(json, "columnKind", STR("unicodeCodePoints"));
	of_json_open(json, "results", '[');
}

/* "Dead: https://... (http-404). What to do." */
static void add_result_message(
	struct of_report *report, struct of_json *json, const struct of_report_link *link)
{
	const struct of_report_verdict *words = &of_report_verdicts[link->past.verdict];
	struct of_str better = link->suggestion.len > 0 ? link->suggestion : link->capture;
	struct of_buf text = {0};
	size_t open;

	of_buf_add_format(&text, "%s: ", words->label);
	of_buf_add_str(&text, of_report_clean_cut(report, link->url, TEXT_MOST));
	open = text.len;
	of_buf_add_text(&text, " (");
	of_report_add_why(&text, &link->past);
	if (text.len > open + 2)
		of_buf_add_byte(&text, ')');
	else
		of_buf_truncate(&text, open);
	of_buf_add_format(&text, ". %s", words->advice);
	if (better.len > 0) {
		of_buf_add_text(&text, link->suggestion.len > 0 ? " It is " : " There is ");
		of_buf_add_str(&text, of_report_clean_cut(report, better, TEXT_MOST));
	}
	of_json_open(json, "message", '{');
	of_json_str(json, "text", of_buf_str(&text));
	of_json_close(json, '}');
	if (text.status != OF_OK)
		report->status = text.status;
	of_buf_finish(&text);
}

/* A relative reference by RFC 3986: its segments escaped, so that no ':' is a scheme's. */
static void add_uri(struct of_buf *out, struct of_str file)
{
	if (of_str_starts(file, STR("/")))
		of_buf_add_text(out, "file://");
	while (file.len > 0) {
		struct of_str segment = of_str_split(&file, '/');
		size_t colon = out->len;

		of_url_add_segment(out, segment);
		if (colon == 0 && of_str_find_byte(segment, ':') != OF_NPOS) {
			of_buf_truncate(out, 0);
			of_buf_add_text(out, "./");
			of_url_add_segment(out, segment);
		}
		if (file.ptr != NULL)
			of_buf_add_byte(out, '/');
	}
}

static void add_location(
	struct of_report *report, struct of_json *json, const struct of_report_use *use)
{
	struct of_str file = of_report_file(report->about, use->file);
	struct of_buf uri = {0};

	add_uri(&uri, file);
	of_json_open(json, "locations", '[');
	of_json_open(json, NULL, '{');
	of_json_open(json, "physicalLocation", '{');
	of_json_open(json, "artifactLocation", '{');
	of_json_str(json, "uri", of_buf_str(&uri));
	if (!of_str_starts(file, STR("/")))
		of_json_str(json, "uriBaseId", STR(BASE_ID));
	of_json_close(json, '}');
	of_json_open(json, "region", '{');
	of_json_uint(json, "startLine", use->line > 0 ? use->line : 1);
	if (use->line > 0 && use->column > 0)
		of_json_uint(json, "startColumn", use->column);
	of_json_close(json, '}');
	of_json_close(json, '}');
	of_json_close(json, '}');
	of_json_close(json, ']');
	if (uri.status != OF_OK)
		report->status = uri.status;
	of_buf_finish(&uri);
}

/* The same link twice in a file: the second is another result. */
static void add_prints(struct of_report *report, struct of_json *json, struct of_str url,
	struct of_str file, size_t repeat)
{
	struct of_buf *text = &report->text;
	uint64_t print = of_report_print(url, of_report_file(report->about, file));

	if (text->status != OF_OK)
		return;
	of_buf_clear(text);
	of_buf_add_format(text, "%016" PRIx64 ":%zu", print, repeat);
	of_json_open(json, "partialFingerprints", '{');
	of_json_str(json, "primaryLocationLineHash", of_buf_str(text));
	of_json_str(json, "outfeedLinkInFile/v1", of_buf_str(text));
	of_json_close(json, '}');
}

static void add_result(struct of_report *report, const struct of_report_link *link,
	const struct of_report_use *use, size_t repeat)
{
	struct sarif *sarif = report->own;
	struct of_json *json = &sarif->json;

	of_json_open(json, NULL, '{');
	json->compact = true;
	of_json_str(json, "ruleId", of_str_from(of_verdict_name(link->past.verdict)));
	of_json_uint(json, "ruleIndex", sarif->rules[link->past.verdict]);
	of_json_str(json, "level", of_str_from(of_report_verdicts[link->past.verdict].level));
	add_result_message(report, json, link);
	add_location(report, json, use);
	add_prints(report, json, link->url, use->file, repeat);
	of_json_close(json, '}');
	json->compact = false;
	sarif->results++;
}

static void add_link(struct of_report *report, const struct of_report_link *link)
{
	struct sarif *sarif = report->own;
	size_t repeat = 0;

	if (of_report_verdicts[link->past.verdict].level == NULL)
		return;
	for (size_t i = 0; i < link->n_uses; i++) {
		/* a file's uses come together */
		bool again = i > 0 && of_str_equal(link->uses[i - 1].file, link->uses[i].file);

		repeat = again ? repeat + 1 : 1;
		if (sarif->results < OF_REPORT_SARIF_MOST)
			add_result(report, link, &link->uses[i], repeat);
		else
			sarif->missing++;
	}
}

static void add_missing(struct of_report *report, struct of_json *json, size_t missing)
{
	struct of_buf *text = &report->text;

	of_json_open(json, "toolExecutionNotifications", '[');
	of_json_open(json, NULL, '{');
	of_json_str(json, "level", STR("warning"));
	of_json_open(json, "message", '{');
	if (text->status == OF_OK)
		of_buf_clear(text);
	of_report_add_count(text, missing);
	of_buf_add_text(text, " more results are left out here; audit.csv has them all.");
	of_json_str(json, "text", of_buf_str(text));
	of_json_close(json, '}');
	of_json_close(json, '}');
	of_json_close(json, ']');
}

static void end(struct of_report *report)
{
	struct sarif *sarif = report->own;
	struct of_json *json = &sarif->json;

	of_json_close(json, ']');
	of_json_open(json, "invocations", '[');
	of_json_open(json, NULL, '{');
	of_json_bool(json, "executionSuccessful", true);
	if (sarif->missing > 0)
		add_missing(report, json, sarif->missing);
	of_json_close(json, '}');
	of_json_close(json, ']');
	of_json_close(json, '}');
	of_json_close(json, ']');
	of_json_close(json, '}');
}

const struct of_report_writer of_report_sarif = {.name = "sarif",
	.file = "audit.sarif",
	.size = sizeof(struct sarif),
	.begin = begin,
	.link = add_link,
	.end = end};
