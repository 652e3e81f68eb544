/*
 * Included before everything else by the build: functions that have no safe
 * use, or that depend on the locale or the environment's time zone.
 */
#ifndef OF_BASE_BANNED_H
#define OF_BASE_BANNED_H

/* Their headers come first, so that the declarations themselves stay legal. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* glibc has them as macros (with clang and _FORTIFY_SOURCE), which must be gone first. */
#undef alloca
#undef sprintf
#undef vsprintf

#pragma GCC poison strcpy strcat sprintf vsprintf strncpy strncat strtok strtok_r
#pragma GCC poison gmtime localtime localtime_r ctime ctime_r asctime asctime_r mktime strftime
#pragma GCC poison atoi atol atoll atof gets tmpnam tempnam mktemp alloca

#endif
