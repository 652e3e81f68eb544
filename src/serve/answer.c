#include "serve/answer.h"

#include "base/below.h"
#include "base/str.h"
#include "base/url.h"
#include "serve/live.h"
#include "serve/range.h"
#include <stdio.h>
#include <unistd.h>

enum {
	HTTP_OK = 200,
	HTTP_PARTIAL = 206,
	HTTP_MOVED = 301,
	HTTP_BAD = 400,
	HTTP_NOT_FOUND = 404,
	HTTP_NOT_ALLOWED = 405,
	HTTP_NOT_ACCEPTABLE = 406,
	HTTP_PRECONDITION_FAILED = 412,
	HTTP_RANGE = 416,
	HTTP_MISDIRECTED = 421,
	HTTP_FAILED = 500
};

/* What a person reads who comes to one of these. */
static const struct {
	unsigned status;
	const char *words;
} refusals[] = {
	{HTTP_MOVED, "This is a folder: its address ends in a slash."},
	{HTTP_BAD, "This is no address of a document."},
	{HTTP_NOT_FOUND, "There is no such document."},
	{HTTP_NOT_ALLOWED, "Documents are only read here: GET and HEAD."},
	{HTTP_NOT_ACCEPTABLE,
		"There is no copy of the document in a coding that was asked for."},
	{HTTP_PRECONDITION_FAILED, "The document is not the one that was asked for."},
	{HTTP_RANGE, "The document has no such part."},
	{HTTP_MISDIRECTED, "This server answers to names of this machine alone."},
	{HTTP_FAILED, "The document could not be read."},
};

/* A page of few words; its text needs no escaping. */
static void refuse(struct of_answer *answer, unsigned status)
{
	const char *words = "";

	for (size_t i = 0; i < sizeof(refusals) / sizeof(*refusals); i++)
		if (refusals[i].status == status)
			words = refusals[i].words;
	answer->status = status;
	answer->coding = OF_CODING_IDENTITY;
	answer->tag[0] = '\0';
	answer->media = of_media_find(STR(".html"));
	of_buf_clear(&answer->text);
	of_buf_add_format(&answer->text,
		"<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
		"<meta name=\"viewport\" content=\"width=device-width\">\n"
		"<title>%u</title>\n<style>:root{color-scheme:light dark}"
		"body{font:1.1em system-ui,sans-serif;margin:3em auto;max-width:32em;"
		"padding:0 1em}</style>\n<h1>%u</h1>\n<p>%s</p>\n<p><a href=\"/\">"
		"All feeds</a></p>\n</html>\n",
		status, status, words);
	answer->first = 0;
	answer->length = answer->text.len;
}

/* The path as it was understood, so that it leads to no other host. */
static void move_to_folder(struct of_answer *answer, const struct of_wanted *wanted)
{
	struct of_str rest = {wanted->path, wanted->len};

	while (rest.ptr != NULL) {
		of_buf_add_byte(&answer->location, '/');
		of_url_add_segment(&answer->location, of_str_split(&rest, '/'));
	}
	of_buf_add_byte(&answer->location, '/');
	refuse(answer, answer->location.status == OF_OK ? HTTP_MOVED : HTTP_FAILED);
}

/* Strong: a document is replaced by another file, and edited in place at another time. */
static void set_tag(struct of_answer *answer, const struct of_found *found, bool live)
{
	const char *coding = of_coding_rows[found->coding].name;

	snprintf(answer->tag, sizeof(answer->tag), "\"%llx-%llx-%llx.%lx%s%s%s\"",
		(unsigned long long)found->info.st_size, (unsigned long long)found->info.st_ino,
		(unsigned long long)found->info.st_mtim.tv_sec,
		(unsigned long)found->info.st_mtim.tv_nsec, coding != NULL ? "-" : "",
		coding != NULL ? coding : "", live ? "-live" : "");
	answer->modified = found->info.st_mtim.tv_sec;
}

/* The page with what makes it reload itself; false where that cannot be had. */
static bool take_live_page(struct of_answer *answer, int fd)
{
	struct of_str tag = of_str_from(answer->tag);

	if (!of_live_page(&answer->text, fd, (size_t)answer->size, tag))
		return false;
	answer->size = answer->text.len;
	return true;
}

static void take_body(struct of_answer *answer, struct of_found *found, bool live)
{
	answer->size = (uint64_t)found->info.st_size;
	if (live && !take_live_page(answer, found->fd)) {
		refuse(answer, HTTP_FAILED);
		return;
	}
	answer->first = 0;
	answer->length = answer->size;
	if (!live) {
		answer->fd = found->fd;
		found->fd = -1;
	}
}

static void take_range(struct of_answer *answer, const struct of_request *request)
{
	enum of_range range;

	if (request->range.ptr == NULL || !of_conditions_allow_range(&request->conditions,
						  of_str_from(answer->tag), answer->modified))
		return;
	range = of_range_parse(&answer->first, &answer->length, request->range, answer->size);
	answer->ranged = range != OF_RANGE_WHOLE;
	if (range == OF_RANGE_PART)
		answer->status = HTTP_PARTIAL;
	if (range != OF_RANGE_UNSATISFIABLE)
		return;
	of_close_quietly(answer->fd);
	answer->fd = -1;
	refuse(answer, HTTP_RANGE);
}

/* What was found is to be sent, if the conditions say so. */
static void answer_found(struct of_answer *answer, struct of_found *found,
	const struct of_request *request, bool live)
{
	unsigned status;

	set_tag(answer, found, live);
	answer->media = found->media;
	answer->coding = found->coding;
	answer->varies = found->media->is_text;
	status = of_conditions_judge(
		&request->conditions, of_str_from(answer->tag), answer->modified);
	answer->status = status != 0 ? status : HTTP_OK;
	if (status == HTTP_PRECONDITION_FAILED)
		refuse(answer, status);
	if (answer->status == HTTP_OK)
		take_body(answer, found, live);
	if (answer->status == HTTP_OK)
		take_range(answer, request);
}

static unsigned answer_wanted(struct of_answer *answer, const struct of_answering *how,
	const struct of_request *request, const struct of_wanted *wanted)
{
	struct of_found found;
	unsigned status = of_find(&found, how->places, wanted);
	bool live;

	if (status == HTTP_MOVED) {
		move_to_folder(answer, wanted);
		return 0;
	}
	if (status != HTTP_OK)
		return status;
	live = how->live && found.media->is_page &&
	       found.info.st_size <= (off_t)OF_LIVE_PAGE_LIMIT;
	if (!live)
		status = of_find_coding(&found, how->places, wanted, request->accept_encoding);
	if (status == HTTP_OK)
		answer_found(answer, &found, request, live);
	answer->varies = found.media->is_text;
	of_close_quietly(found.fd);
	return status == HTTP_OK ? 0 : status;
}

void of_answer_make(struct of_answer *answer, const struct of_answering *how,
	const struct of_request *request)
{
	struct of_wanted wanted;
	unsigned status = 0;

	*answer = (struct of_answer){.fd = -1, .coding = OF_CODING_IDENTITY};
	if (!of_str_equal(request->method, STR("GET")) &&
		!of_str_equal(request->method, STR("HEAD")))
		status = HTTP_NOT_ALLOWED;
	else if (how->loopback && request->host.ptr != NULL &&
		 !of_host_is_loopback(request->host))
		status = HTTP_MISDIRECTED;
	else
		status = of_wanted_parse(&wanted, request->target);
	if (status == 0)
		status = answer_wanted(answer, how, request, &wanted);
	if (status != 0)
		refuse(answer, status);
}

void of_answer_finish(struct of_answer *answer)
{
	of_close_quietly(answer->fd);
	answer->fd = -1;
	of_buf_finish(&answer->text);
	of_buf_finish(&answer->location);
}
