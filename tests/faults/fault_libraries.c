/*
 * Libraries whose calls fail. The number of the plan is the library's own: a
 * CURLcode, a code of SQLite. No header of theirs is needed for that: what is
 * handed through are words of the machine.
 */
#define _GNU_SOURCE
#include "fault.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

/* -- SQLite. What it said last is asked for afterwards. */

static _Thread_local int sqlite_said;

int sqlite3_errcode(void *db);
int sqlite3_extended_errcode(void *db);
int sqlite3_open_v2(const char *path, void **db, int flags, const char *vfs);
int sqlite3_prepare_v2(void *db, const char *sql, int len, void **statement, const char **rest);
int sqlite3_prepare_v3(void *db, const char *sql, int len, unsigned flags, void **statement,
	const char **rest);
int sqlite3_step(void *statement);
int sqlite3_exec(void *db, const char *sql, void *each, void *payload, char **words);
int sqlite3_bind_int64(void *statement, int number, int64_t value);
int sqlite3_bind_blob64(
	void *statement, int number, const void *bytes, uint64_t len, void (*end)(void *));
int sqlite3_bind_text64(void *statement, int number, const char *text, uint64_t len,
	void (*end)(void *), unsigned char encoding);

/* What SQLite calls of its own is left alone: it would not know what it was told. */
static _Thread_local int sqlite_depth;

static _Bool sqlite_fails(enum function function)
{
	if (sqlite_depth > 0)
		return 0;
	sqlite_said = fault_is_due(function) ? fault_number() : 0;
	return sqlite_said != 0;
}

#define DEFINE_SQLITE(function, name, parameters, ...) \
	int function parameters                        \
	{                                              \
		int result;                            \
                                                       \
		if (sqlite_fails(AT_##name))           \
			return sqlite_said;            \
		sqlite_depth++;                        \
		result = REAL(function)(__VA_ARGS__);  \
		sqlite_depth--;                        \
		return result;                         \
	}
DEFINE_SQLITE(sqlite3_prepare_v2, sqlite_prepare,
	(void *db, const char *sql, int len, void **statement, const char **rest), db, sql, len,
	statement, rest)
DEFINE_SQLITE(sqlite3_prepare_v3, sqlite_prepare,
	(void *db, const char *sql, int len, unsigned flags, void **statement,
		const char **rest),
	db, sql, len, flags, statement, rest)
DEFINE_SQLITE(sqlite3_step, sqlite_step, (void *statement), statement)
DEFINE_SQLITE(sqlite3_bind_int64, sqlite_bind, (void *statement, int number, int64_t value),
	statement, number, value)
DEFINE_SQLITE(sqlite3_bind_blob64, sqlite_bind,
	(void *statement, int number, const void *bytes, uint64_t len, void (*end)(void *)),
	statement, number, bytes, len, end)
DEFINE_SQLITE(sqlite3_bind_text64, sqlite_bind,
	(void *statement, int number, const char *text, uint64_t len, void (*end)(void *),
		unsigned char encoding),
	statement, number, text, len, end, encoding)
DEFINE_SQLITE(sqlite3_exec, sqlite_exec,
	(void *db, const char *sql, void *each, void *payload, char **words), db, sql, each,
	payload, words)

/* As SQLite does it, what failed to open is there to be closed. */
int sqlite3_open_v2(const char *path, void **db, int flags, const char *vfs)
{
	_Bool fails = sqlite_fails(AT_sqlite_open);
	int said = sqlite_said, result;

	sqlite_said = 0;
	sqlite_depth++;
	result = REAL(sqlite3_open_v2)(path, db, flags, vfs);
	sqlite_depth--;
	sqlite_said = said;
	return fails ? said : result;
}

int sqlite3_errcode(void *db)
{
	return sqlite_said != 0 ? sqlite_said : REAL(sqlite3_errcode)(db);
}

int sqlite3_extended_errcode(void *db)
{
	return sqlite_said != 0 ? sqlite_said : REAL(sqlite3_extended_errcode)(db);
}

/* -- libcurl. What its variable functions take is a word, whichever it is. */

void *curl_easy_init(void);
void *curl_multi_init(void);
int curl_easy_setopt(void *easy, int option, ...);
int curl_easy_getinfo(void *easy, int info, ...);
int curl_multi_setopt(void *multi, int option, ...);
int curl_multi_add_handle(void *multi, void *easy);
int curl_multi_socket_action(void *multi, int fd, int what, int *running);
int curl_multi_perform(void *multi, int *running);
int curl_multi_poll(void *multi, void *fds, unsigned count, int limit, int *ready);
void *curl_slist_append(void *list, const char *text);
void *curl_url(void);
int curl_url_set(void *url, int part, const char *text, unsigned flags);
int curl_url_get(const void *url, int part, char **text, unsigned flags);

DEFINE(curl_easy_init, curl_easy_init, void *, NULL, (void), )
DEFINE(curl_multi_init, curl_multi_init, void *, NULL, (void), )
DEFINE(curl_multi_add_handle, curl_multi_add, int, fault_number(), (void *multi, void *easy),
	multi, easy)
DEFINE(curl_multi_socket_action, curl_multi_wait, int, fault_number(),
	(void *multi, int fd, int what, int *running), multi, fd, what, running)
DEFINE(curl_multi_perform, curl_multi_wait, int, fault_number(), (void *multi, int *running),
	multi, running)
DEFINE(curl_multi_poll, curl_multi_wait, int, fault_number(),
	(void *multi, void *fds, unsigned count, int limit, int *ready), multi, fds, count,
	limit, ready)
DEFINE(curl_slist_append, curl_slist, void *, NULL, (void *list, const char *text), list, text)
DEFINE(curl_url, curl_url, void *, NULL, (void), )
DEFINE(curl_url_set, curl_url, int, fault_number(),
	(void *url, int part, const char *text, unsigned flags), url, part, text, flags)
DEFINE(curl_url_get, curl_url, int, fault_number(),
	(const void *url, int part, char **text, unsigned flags), url, part, text, flags)

#define DEFINE_VARIABLE(function, name)                                               \
	int function(void *handle, int what, ...)                                     \
	{                                                                             \
		va_list args;                                                         \
		void *value;                                                          \
                                                                                      \
		va_start(args, what);                                                 \
		value = va_arg(args, void *);                                         \
		va_end(args);                                                         \
		return fault_is_due(AT_##name) ? fault_number()                       \
					       : REAL(function)(handle, what, value); \
	}
DEFINE_VARIABLE(curl_easy_setopt, curl_easy_setopt)
DEFINE_VARIABLE(curl_easy_getinfo, curl_easy_getinfo)
DEFINE_VARIABLE(curl_multi_setopt, curl_multi_setopt)

/* -- c-ares */

int ares_init_options(void **channel, void *options, int which);
void ares_getaddrinfo(void *channel, const char *name, const char *service, const void *hints,
	void (*done)(void *, int, int, void *), void *payload);

DEFINE(ares_init_options, ares_init, int, fault_number(),
	(void **channel, void *options, int which), channel, options, which)

void ares_getaddrinfo(void *channel, const char *name, const char *service, const void *hints,
	void (*done)(void *, int, int, void *), void *payload)
{
	if (fault_is_due(AT_ares_ask))
		done(payload, fault_number(), 0, NULL);
	else
		REAL(ares_getaddrinfo)(channel, name, service, hints, done, payload);
}

/* -- libmicrohttpd. Its start takes a list that is handed on as it came: eight words. The port
 * is an int here, as before a list it may not be a narrower type; its upper half means nothing.
 */

void *MHD_start_daemon(unsigned flags, int port, ...);
void *MHD_create_response_from_buffer(size_t len, void *bytes, int mode);
void *MHD_create_response_from_fd_at_offset64(uint64_t len, int fd, uint64_t offset);
int MHD_add_response_header(void *response, const char *name, const char *value);
int MHD_queue_response(void *connection, unsigned status, void *response);

void *MHD_start_daemon(unsigned flags, int port, ...)
{
	void *a[8];
	va_list args;

	va_start(args, port);
	for (int i = 0; i < 8; i++)
		a[i] = va_arg(args, void *);
	va_end(args);
	return fault_is_due(AT_http_start) ? NULL
					   : REAL(MHD_start_daemon)(flags, (uint16_t)port, a[0],
						     a[1], a[2], a[3], a[4], a[5], a[6], a[7]);
}

DEFINE(MHD_create_response_from_buffer, http_response, void *, NULL,
	(size_t len, void *bytes, int mode), len, bytes, mode)
DEFINE(MHD_create_response_from_fd_at_offset64, http_response, void *, NULL,
	(uint64_t len, int fd, uint64_t offset), len, fd, offset)
DEFINE(MHD_add_response_header, http_response, int, 0,
	(void *response, const char *name, const char *value), response, name, value)
DEFINE(MHD_queue_response, http_response, int, 0,
	(void *connection, unsigned status, void *response), connection, status, response)

/* -- zlib, brotli, iconv */

int deflateInit2_(void *stream, int level, int method, int bits, int memory, int strategy,
	const char *version, int size);
int deflate(void *stream, int flush);
void *BrotliEncoderCreateInstance(void *take, void *give, void *payload);
int BrotliEncoderSetParameter(void *state, int parameter, uint32_t value);
int BrotliEncoderCompressStream(void *state, int operation, size_t *n_in, const uint8_t **in,
	size_t *n_out, uint8_t **out, size_t *total);
void *iconv_open(const char *to, const char *from);

DEFINE(deflateInit2_, deflate, int, fault_number(),
	(void *stream, int level, int method, int bits, int memory, int strategy,
		const char *version, int size),
	stream, level, method, bits, memory, strategy, version, size)
DEFINE(deflate, deflate, int, fault_number(), (void *stream, int flush), stream, flush)
DEFINE(BrotliEncoderCreateInstance, brotli, void *, NULL,
	(void *take, void *give, void *payload), take, give, payload)
DEFINE(BrotliEncoderSetParameter, brotli, int, 0, (void *state, int parameter, uint32_t value),
	state, parameter, value)
DEFINE(BrotliEncoderCompressStream, brotli, int, 0,
	(void *state, int operation, size_t *n_in, const uint8_t **in, size_t *n_out,
		uint8_t **out, size_t *total),
	state, operation, n_in, in, n_out, out, total)
DEFINE(iconv_open, iconv, void *, (void *)-1, (const char *to, const char *from), to, from)
