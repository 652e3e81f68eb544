/*
 * The version of the library, by SemVer, and of those that it stands on.
 * Thread-safe.
 */
#ifndef OUTFEED_VERSION_H
#define OUTFEED_VERSION_H

#include <outfeed/buf.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Such as "0.1.0"; static. */
const char *of_version(void);

/*
 * The name of a library that this one was built with, such as "libcurl"; NULL when
 * index is past the last; static. What it calls its version at run time is
 * appended. "tls" is what libcurl has for that, by name: "OpenSSL/3.0.16".
 */
const char *of_library_at(size_t index, struct of_buf *version);

#ifdef __cplusplus
}
#endif
#endif
