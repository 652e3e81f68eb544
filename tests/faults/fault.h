/*
 * What the files of the preloaded library share: the names of what may fail, and
 * the question whether it is to fail now.
 */
#ifndef TESTS_FAULTS_FAULT_H
#define TESTS_FAULTS_FAULT_H

#include <dlfcn.h>

enum act { FAIL, SHORT, KILL };

/* clang-format off */
#define FUNCTIONS(X) \
	X(open) X(read) X(write) X(fsync) X(rename) X(exchange) X(mkdir) X(unlink) X(close) \
	X(stat) X(readdir) X(opendir) X(flock) X(fcntl) X(ftruncate) X(utimens) X(malloc) \
	X(thread) X(access) X(realpath) X(mmap) X(memfd) X(chmod) X(random) \
	X(socket) X(connect) X(bind) X(listen) X(accept) X(sockopt) X(send) X(recv) \
	X(poll) X(epoll_create) X(epoll_ctl) X(epoll_wait) X(eventfd) X(inotify) \
	X(sqlite_open) X(sqlite_prepare) X(sqlite_bind) X(sqlite_step) X(sqlite_exec) \
	X(curl_easy_init) X(curl_easy_setopt) X(curl_easy_getinfo) X(curl_multi_init) \
	X(curl_multi_setopt) X(curl_multi_add) X(curl_multi_wait) X(curl_slist) X(curl_url) \
	X(ares_init) X(ares_ask) X(http_start) X(http_response) X(deflate) X(brotli) X(iconv)
/* clang-format on */

#define NAME(function) AT_##function,
enum function { FUNCTIONS(NAME) N_FUNCTIONS };
#undef NAME

/* Whether this call is to fail (errno is set then) or to fall short. */
_Bool fault_is_due(enum function function);
enum act fault_act(void);
/* The number of the plan: of errno, or of the library that fails. */
int fault_number(void);

#define REAL(function) ((__typeof__(&function))dlsym(RTLD_NEXT, #function))

/* A function that gives `failed` when it is due, and else what it always gives. */
#define DEFINE(function, name, type, failed, parameters, ...)                            \
	type function parameters                                                         \
	{                                                                                \
		return fault_is_due(AT_##name) ? (failed) : REAL(function)(__VA_ARGS__); \
	}

#endif
