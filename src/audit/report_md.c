/*
 * audit.md, for a pull request, an issue or a terminal: totals, then tables of
 * what needs a person, each with its first rows.
 */
#include "audit/report_md.h"

#include "audit/report_words.h"
#include "base/str.h"
#include "base/url.h"

#define ROWS_MOST 50
#define URL_MOST 200
#define TITLE_MOST 80

static const struct section {
	const char *title, *last; /* the head of the last column */
	unsigned verdicts;        /* bits */
} sections[] = {
	{"Rot", "Capture",
		1U << OF_VERDICT_DEAD | 1U << OF_VERDICT_SOFT_404 | 1U << OF_VERDICT_HIJACKED},
	{"Moved", "New address", 1U << OF_VERDICT_MOVED},
	{"Blocked or insecure", "Last alive",
		1U << OF_VERDICT_BLOCKED | 1U << OF_VERDICT_INSECURE |
			1U << OF_VERDICT_FORBIDDEN | 1U << OF_VERDICT_INVALID},
	{"Suspect or drifted", "Last alive",
		1U << OF_VERDICT_SUSPECT | 1U << OF_VERDICT_DRIFTED},
};

#define N_SECTIONS (sizeof(sections) / sizeof(*sections))

struct md {
	struct {
		struct of_buf rows;
		size_t shown, found;
	} of[N_SECTIONS];
};

/*
 * What begins something in CommonMark or in GitHub's kind of it, inside a cell: there no
 * line begins, and dashes and the like are left as they are. References stand for the
 * characters; a space of no width behind '@' and '#' keeps people and issues from being told,
 * which are looked for in what is shown. The colon of an address, and the dot of "www.",
 * are those that links would be made by.
 */
void of_md_add(struct of_buf *out, struct of_str text)
{
	static const char special[] = "\\`*_{}[]<>|~&$@#";

	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		struct of_str behind = of_str_from_offset(text, i + 1);
		bool links =
			(c == ':' && of_str_starts(behind, STR("//"))) ||
			(c == '.' && i >= 3 &&
				of_str_equal_nocase(of_str_slice(text, i - 3, i), STR("www")));

		if (links || (c != '\0' && strchr(special, c) != NULL))
			of_buf_add_format(out, "&#%u;", (unsigned)(unsigned char)c);
		else
			of_buf_add_byte(out, c);
		if (c == '@' || c == '#')
			of_buf_add_text(out, "&#8203;");
	}
}

/* In angle brackets, where neither spaces nor brackets of its own may stand. */
static void add_url(struct of_report *report, struct of_buf *out, struct of_str url)
{
	struct of_buf uri = {0};

	if (!of_url_is_http(url)) {
		of_md_add(out, of_report_clean_cut(report, url, URL_MOST));
		return;
	}
	of_buf_add_byte(out, '[');
	of_md_add(out, of_report_clean_cut(report, url, URL_MOST));
	of_buf_add_text(out, "](<");
	of_url_resolve(&uri, (struct of_str){NULL, 0}, url);
	for (size_t i = 0; i < uri.len; i++) {
		unsigned char c = (unsigned char)uri.ptr[i];

		if (c <= ' ' || c >= 0x7F || strchr("<>|\\`&*_[]\"", c) != NULL)
			of_buf_add_format(out, c == '&' ? "&#%u;" : "%%%02X", (unsigned)c);
		else
			of_buf_add_byte(out, (char)c);
	}
	of_buf_add_text(out, ">)");
	if (uri.status != OF_OK)
		report->status = uri.status;
	of_buf_finish(&uri);
}

static void add_where(
	struct of_report *report, struct of_buf *out, const struct of_report_link *link)
{
	const struct of_report_use *use = link->uses;

	if (link->n_uses == 0)
		return;
	of_md_add(out, of_report_clean_cut(report, use->item_title, TITLE_MOST));
	if (use->item_title.len > 0)
		of_buf_add_text(out, ", ");
	of_md_add(out, of_report_clean_cut(
			       report, of_report_file(report->about, use->file), URL_MOST));
	if (use->line > 0)
		of_buf_add_format(out, ":%u", use->line);
	if (link->n_uses > 1)
		of_buf_add_format(out, " and %zu more", link->n_uses - 1);
}

static void add_row(struct of_report *report, struct of_buf *out, size_t section,
	const struct of_report_link *link)
{
	struct of_buf why = {0};

	of_buf_add_text(out, "| ");
	of_buf_add_text(out, of_report_verdicts[link->past.verdict].label);
	of_report_add_why(&why, &link->past);
	if (why.len > 0) {
		of_buf_add_text(out, ": ");
		of_md_add(out, of_buf_str(&why));
	}
	of_buf_finish(&why);
	of_buf_add_text(out, link->is_new_rot ? " (new) | " : " | ");
	add_url(report, out, link->url);
	of_buf_add_text(out, " | ");
	add_where(report, out, link);
	of_buf_add_text(out, " | ");
	if (section == 0 && link->capture.len > 0)
		add_url(report, out, link->capture);
	else if (section == 1 && link->suggestion.len > 0)
		add_url(report, out, link->suggestion);
	else if (section > 1)
		of_report_add_date(out, link->past.last_ok);
	of_buf_add_text(out, " |\n");
}

static void add_link(struct of_report *report, const struct of_report_link *link)
{
	struct md *md = report->own;

	for (size_t i = 0; i < N_SECTIONS; i++) {
		if ((sections[i].verdicts & 1U << link->past.verdict) == 0)
			continue;
		if (md->of[i].found++ < ROWS_MOST) {
			add_row(report, &md->of[i].rows, i, link);
			md->of[i].shown++;
		}
	}
}

static void add_totals(struct of_report *report)
{
	const struct of_totals *totals = report->totals;
	struct of_buf *out = report->out;

	of_buf_add_text(out, "# Link audit of ");
	of_md_add(out, of_report_clean_cut(report, report->about->title, TITLE_MOST));
	of_buf_add_text(out, "\n\n");
	of_report_add_date(out, report->about->now);
	of_buf_add_text(out, ": **");
	of_report_add_count(out, totals->rot);
	of_buf_add_text(out, "** of ");
	of_report_add_count(out, totals->links);
	of_buf_add_text(out, totals->links == 1 ? " link rotten, " : " links rotten, ");
	of_report_add_count(out, totals->new_rot);
	of_buf_add_text(out, " of them new.\n\n| Verdict | Links | What it means |\n"
			     "|---|---:|---|\n");
	for (unsigned i = 0; i < OF_VERDICT_COUNT; i++) {
		if (totals->by_verdict[i] == 0)
			continue;
		of_buf_add_format(out, "| %s | ", of_report_verdicts[i].label);
		of_report_add_count(out, totals->by_verdict[i]);
		of_buf_add_format(out, " | %s |\n", of_report_verdicts[i].meaning);
	}
}

static void end(struct of_report *report)
{
	struct md *md = report->own;
	struct of_buf *out = report->out;

	add_totals(report);
	for (size_t i = 0; i < N_SECTIONS; i++) {
		if (md->of[i].found == 0)
			continue;
		of_buf_add_format(out,
			"\n## %s\n\n| Verdict | Address | Used in | %s |\n|---|---|---|---|\n",
			sections[i].title, sections[i].last);
		of_buf_add_str(out, of_buf_str(&md->of[i].rows));
		if (md->of[i].rows.status != OF_OK)
			report->status = md->of[i].rows.status;
		if (md->of[i].found == md->of[i].shown)
			continue;
		of_buf_add_text(out, "\nand ");
		of_report_add_count(out, md->of[i].found - md->of[i].shown);
		of_buf_add_text(out, " more, in audit.csv.\n");
	}
}

static void finish(void *own)
{
	struct md *md = own;

	for (size_t i = 0; i < N_SECTIONS; i++)
		of_buf_finish(&md->of[i].rows);
}

const struct of_report_writer of_report_md = {.name = "md",
	.file = "audit.md",
	.size = sizeof(struct md),
	.link = add_link,
	.end = end,
	.finish = finish};
