#include "audit/report_words.h"

#include "base/str.h"
#include "base/time.h"
#include "base/unicode.h"

const struct of_report_verdict of_report_verdicts[OF_VERDICT_COUNT] = {
	[OF_VERDICT_NONE] = {"Not checked yet", "No check was made so far.", NULL,
		OF_REPORT_ASIDE, OF_REPORT_SKIPPED, NULL},
	[OF_VERDICT_ALIVE] = {"Alive", "The address answers as it should.", NULL,
		OF_REPORT_FINE, OF_REPORT_PASSED, NULL},
	[OF_VERDICT_MOVED] = {"Moved", "The address has moved for good, and says where to.",
		"Put the new address in its place.", OF_REPORT_MEND, OF_REPORT_PASSED,
		"warning"},
	[OF_VERDICT_REDIRECTED] = {"Redirected",
		"The address leads elsewhere for now, and what is there answers.", NULL,
		OF_REPORT_FINE, OF_REPORT_PASSED, NULL},
	[OF_VERDICT_SUSPECT] = {"Suspect",
		"The address failed, but not often or long enough to be called dead.",
		"Nothing yet: it is checked again in a few days.", OF_REPORT_WATCH,
		OF_REPORT_PASSED, "note"},
	[OF_VERDICT_DEAD] = {"Dead", "The address has failed again and again.",
		"Find the page's new address, or a capture of it.", OF_REPORT_ROT,
		OF_REPORT_FAILED, "error"},
	[OF_VERDICT_SOFT_404] = {"Soft 404",
		"The address answers as if all were well, with a page that is not there.",
		"Find the page's new address, or a capture of it.", OF_REPORT_ROT,
		OF_REPORT_FAILED, "error"},
	[OF_VERDICT_HIJACKED] = {"Hijacked",
		"The address now shows somebody else's page, or a parked domain.",
		"Take the link out, or find a capture from before.", OF_REPORT_ROT,
		OF_REPORT_FAILED, "error"},
	[OF_VERDICT_DRIFTED] = {"Drifted",
		"The page answers, but says little of what the item says of it.",
		"Read the page: is it still what the item is about?", OF_REPORT_MEND,
		OF_REPORT_PASSED, "warning"},
	[OF_VERDICT_BLOCKED] = {"Blocked", "The server shows the page to people only.",
		"Open it in a browser: a machine cannot tell.", OF_REPORT_WATCH,
		OF_REPORT_PASSED, "note"},
	[OF_VERDICT_THROTTLED] = {"Throttled", "The server asked for a pause.",
		"Nothing: it is checked again by the next audit.", OF_REPORT_WATCH,
		OF_REPORT_SKIPPED, NULL},
	[OF_VERDICT_INSECURE] = {"Insecure", "The connection cannot be trusted.",
		"Tell the site's owner, or link to another copy.", OF_REPORT_MEND,
		OF_REPORT_PASSED, "warning"},
	[OF_VERDICT_FORBIDDEN] = {"Forbidden",
		"The address is not on the public internet, and was not fetched.",
		"Correct the address, or allow it with allow_addresses.", OF_REPORT_WATCH,
		OF_REPORT_SKIPPED, "note"},
	[OF_VERDICT_INVALID] = {"Invalid", "This is no address that can be fetched.",
		"Correct the address.", OF_REPORT_MEND, OF_REPORT_PASSED, "warning"},
	[OF_VERDICT_SKIPPED] = {"Skipped", "Left out by a pattern or by its scheme.", NULL,
		OF_REPORT_ASIDE, OF_REPORT_SKIPPED, NULL},
};

static const struct {
	const char *label, *name;
} groups[OF_REPORT_GROUPS] = {
	[OF_REPORT_ROT] = {"Rot", "rot"},
	[OF_REPORT_MEND] = {"To mend", "mend"},
	[OF_REPORT_WATCH] = {"To watch", "watch"},
	[OF_REPORT_FINE] = {"Fine", "fine"},
	[OF_REPORT_ASIDE] = {"Left aside", "aside"},
};

static const struct {
	enum of_sign sign;
	const char *words;
} signs[] = {
	{OF_SIGN_ROOT, "lands on the site's front page"},
	{OF_SIGN_LOGIN, "lands on a log-in page"},
	{OF_SIGN_NOT_FOUND, "says not found"},
	{OF_SIGN_SHARED, "unlike addresses land on the same page"},
	{OF_SIGN_SIBLING, "a made-up address answers alike"},
	{OF_SIGN_PARKED, "parked or for sale"},
	{OF_SIGN_CHALLENGE, "asks whether a person is there"},
	{OF_SIGN_DOMAIN, "leads to another domain"},
};

const char *of_report_group_label(enum of_report_group group)
{
	return groups[group].label;
}

const char *of_report_group_name(enum of_report_group group)
{
	return groups[group].name;
}

void of_report_add_failure(struct of_buf *out, enum of_failure failure, unsigned status)
{
	if (failure == OF_FAILURE_NONE)
		return;
	of_buf_add_text(out, of_failure_name(failure));
	if (failure == OF_FAILURE_HTTP)
		of_buf_add_format(out, "-%u", status);
}

static bool is_of_page(enum of_verdict verdict)
{
	return verdict == OF_VERDICT_SOFT_404 || verdict == OF_VERDICT_HIJACKED ||
	       verdict == OF_VERDICT_SUSPECT || verdict == OF_VERDICT_BLOCKED;
}

void of_report_add_why(struct of_buf *out, const struct of_past *past)
{
	size_t start = out->len;

	if (past->failure != OF_FAILURE_NONE)
		of_report_add_failure(out, past->failure, past->status);
	else if (is_of_page(past->verdict))
		for (size_t i = 0; i < sizeof(signs) / sizeof(*signs); i++) {
			if ((past->signs & signs[i].sign) == 0)
				continue;
			if (out->len > start)
				of_buf_add_text(out, ", ");
			of_buf_add_text(out, signs[i].words);
		}
}

/* The nine characters are three bytes each, as their stand-in is. */
static void still(struct of_buf *text)
{
	static const unsigned char stand_in[] = {0xEF, 0xBF, 0xBD};

	for (size_t i = 0; i + 2 < text->len; i++) {
		const unsigned char *at = (const unsigned char *)text->ptr + i;

		if (at[0] == 0xE2 && ((at[1] == 0x80 && at[2] >= 0xAA && at[2] <= 0xAE) ||
					     (at[1] == 0x81 && at[2] >= 0xA6 && at[2] <= 0xA9)))
			memcpy(text->ptr + i, stand_in, sizeof(stand_in));
	}
}

struct of_str of_report_clean(struct of_report *report, struct of_str text)
{
	return of_report_clean_cut(report, text, SIZE_MAX);
}

struct of_str of_report_clean_cut(
	struct of_report *report, struct of_str text, size_t characters)
{
	struct of_buf *buf = &report->text;
	size_t line, cut;

	/* a failure must stay, which clearing would forget */
	if (buf->status != OF_OK)
		return (struct of_str){NULL, 0};
	of_buf_clear(buf);
	of_unicode_clean(buf, text, NULL);
	line = buf->len;
	if (!of_buf_reserve(buf, 2 * line + 8))
		return (struct of_str){NULL, 0};
	of_unicode_one_line(buf, of_str_slice(of_buf_str(buf), 0, line));
	cut = buf->len;
	of_unicode_cut(buf, of_str_slice(of_buf_str(buf), line, cut), characters);
	if (buf->status != OF_OK)
		return (struct of_str){NULL, 0};
	still(buf);
	return of_str_from_offset(of_buf_str(buf), cut);
}

bool of_report_has_time(int64_t seconds)
{
	return seconds != 0 && seconds != OF_TIME_NONE;
}

void of_report_add_date(struct of_buf *out, int64_t seconds)
{
	if (of_report_has_time(seconds))
		of_time_add_date(out, seconds);
}

/* NOLINTNEXTLINE(misc-no-recursion): a level for three digits */
void of_report_add_count(struct of_buf *out, size_t count)
{
	if (count >= 1000) {
		of_report_add_count(out, count / 1000);
		of_buf_add_format(out, ",%03u", (unsigned)(count % 1000));
	} else {
		of_buf_add_uint(out, count);
	}
}

struct of_str of_report_file(const struct of_report_about *about, struct of_str file)
{
	struct of_str dir = about->dir;

	if (dir.len == 0 || file.len <= dir.len + 1 || !of_str_starts(file, dir) ||
		file.ptr[dir.len] != '/')
		return file;
	return of_str_from_offset(file, dir.len + 1);
}

/* FNV-1a: of_str_hash() may change with a release, and this may not. */
static uint64_t mix(uint64_t sum, struct of_str text)
{
	for (size_t i = 0; i < text.len; i++)
		sum = (sum ^ (unsigned char)text.ptr[i]) * UINT64_C(0x100000001b3);
	return (sum ^ 0xFF) * UINT64_C(0x100000001b3);
}

uint64_t of_report_print(struct of_str url, struct of_str file)
{
	return mix(mix(UINT64_C(0xcbf29ce484222325), url), file);
}
