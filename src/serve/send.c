#include "serve/send.h"

#include "base/str.h"
#include "serve/date.h"
#include <stdlib.h>
#include <unistd.h>

/* A body up to this goes out together with its head; a larger one from file to socket. */
#define SMALL_BODY ((uint64_t)32 << 10)

static bool add(struct MHD_Response *response, const char *name, const char *value)
{
	return MHD_add_response_header(response, name, value) == MHD_YES;
}

static bool add_text(
	struct MHD_Response *response, const char *name, const struct of_buf *value)
{
	return value->status == OF_OK && value->ptr != NULL && add(response, name, value->ptr);
}

/* The bytes of a small body; NULL when they cannot be had, and the file will do. */
static char *read_body(const struct of_answer *answer)
{
	char *bytes = malloc((size_t)answer->length);

	if (bytes != NULL && pread(answer->fd, bytes, (size_t)answer->length,
				     (off_t)answer->first) == (ssize_t)answer->length)
		return bytes;
	free(bytes);
	return NULL;
}

/*
 * The library gives a 304 the length of its response. The true one, which RFC 9110
 * section 8.6 has in mind, makes clients of some libraries wait for a body; with
 * 0 all of them know that there is none, and caches pass over it (RFC 9111
 * section 3.2).
 */
static struct MHD_Response *make_body(struct of_answer *answer, bool is_head)
{
	struct MHD_Response *response;
	char *bytes = NULL;

	if (answer->status == MHD_HTTP_NOT_MODIFIED)
		return MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
	if (answer->fd < 0)
		return MHD_create_response_from_buffer((size_t)answer->length,
			answer->text.ptr != NULL ? answer->text.ptr + answer->first : NULL,
			MHD_RESPMEM_MUST_COPY);
	if (!is_head && answer->length > 0 && answer->length <= SMALL_BODY)
		bytes = read_body(answer);
	if (bytes != NULL) {
		response = MHD_create_response_from_buffer(
			(size_t)answer->length, bytes, MHD_RESPMEM_MUST_FREE);
		if (response == NULL)
			free(bytes);
		return response;
	}
	response = MHD_create_response_from_fd_at_offset64(
		answer->length, answer->fd, answer->first);
	if (response != NULL)
		answer->fd = -1;
	return response;
}

/* What RFC 9110 section 15.4.5 wants of a 304 as well. */
static bool add_validators(struct MHD_Response *response, const struct of_answer *answer)
{
	struct of_buf date = {0};
	bool good = true;

	if (answer->tag[0] != '\0') {
		of_http_date_add(&date, answer->modified);
		good = add(response, MHD_HTTP_HEADER_ETAG, answer->tag) &&
		       add_text(response, MHD_HTTP_HEADER_LAST_MODIFIED, &date);
	}
	of_buf_finish(&date);
	/* a copy may be kept, and is asked about each time: that is a 304 */
	good = good && add(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-cache");
	return good && (!answer->varies || add(response, MHD_HTTP_HEADER_VARY,
						   MHD_HTTP_HEADER_ACCEPT_ENCODING));
}

static bool add_range(struct MHD_Response *response, const struct of_answer *answer)
{
	struct of_buf range = {0};
	bool good;

	if (answer->status == MHD_HTTP_RANGE_NOT_SATISFIABLE)
		of_buf_add_format(&range, "bytes */%llu", (unsigned long long)answer->size);
	else
		of_buf_add_format(&range, "bytes %llu-%llu/%llu",
			(unsigned long long)answer->first,
			(unsigned long long)(answer->first + answer->length - 1),
			(unsigned long long)answer->size);
	good = add_text(response, MHD_HTTP_HEADER_CONTENT_RANGE, &range);
	of_buf_finish(&range);
	return good;
}

static bool add_body_headers(struct MHD_Response *response, const struct of_answer *answer)
{
	const char *coding = of_coding_rows[answer->coding].name;

	return add(response, MHD_HTTP_HEADER_CONTENT_TYPE, answer->media->type) &&
	       add(response, "Content-Security-Policy", answer->media->policy) &&
	       (answer->tag[0] == '\0' ||
		       add(response, MHD_HTTP_HEADER_ACCEPT_RANGES, "bytes")) &&
	       (coding == NULL || add(response, MHD_HTTP_HEADER_CONTENT_ENCODING, coding)) &&
	       (!answer->ranged || add_range(response, answer));
}

static bool add_headers(struct MHD_Response *response, const struct of_answer *answer)
{
	bool good = add(response, "X-Content-Type-Options", "nosniff") &&
		    add_validators(response, answer);

	if (answer->status != MHD_HTTP_NOT_MODIFIED)
		good = good && add_body_headers(response, answer);
	if (answer->location.len > 0)
		good = good && add_text(response, MHD_HTTP_HEADER_LOCATION, &answer->location);
	if (answer->status == MHD_HTTP_METHOD_NOT_ALLOWED)
		good = good && add(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
	return good;
}

static enum MHD_Result queue(struct MHD_Connection *connection, unsigned status,
	struct MHD_Response *response, bool good)
{
	enum MHD_Result queued =
		good ? MHD_queue_response(connection, status, response) : MHD_NO;

	MHD_destroy_response(response);
	return queued;
}

enum MHD_Result of_send(
	struct MHD_Connection *connection, struct of_answer *answer, bool is_head)
{
	struct MHD_Response *response = make_body(answer, is_head);

	if (response == NULL)
		return MHD_NO;
	return queue(connection, answer->status, response, add_headers(response, answer));
}

enum MHD_Result of_send_text(struct MHD_Connection *connection, unsigned status,
	const char *type, struct of_str text)
{
	struct MHD_Response *response = MHD_create_response_from_buffer(
		text.len, (void *)(uintptr_t)text.ptr, MHD_RESPMEM_PERSISTENT);
	bool good;

	if (response == NULL)
		return MHD_NO;
	good = add(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store") &&
	       add(response, "X-Content-Type-Options", "nosniff") &&
	       (text.len == 0 || add(response, MHD_HTTP_HEADER_CONTENT_TYPE, type));
	return queue(connection, status, response, good);
}
