/* What libraries are told once, by a program that is alone in its process. */
#include "cli/cli.h"

#include <libxml/xmlerror.h>
#include <libxml/xmlversion.h>
#include <sqlite3.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#define LARGE (2 << 20) /* bytes that are the system's again as soon as they are freed */

/*
 * libxml2 writes lines of its own to stderr, at least when memory runs out. What
 * it says is a failure of the call as well, and is told by who made it. Newer
 * versions give a const error.
 */
#if LIBXML_VERSION >= 21200
static void ignore_error(void *payload, const xmlError *error)
#else
static void ignore_error(void *payload, xmlErrorPtr error)
#endif
{
	(void)payload;
	(void)error;
}

static void ignore_words(void *payload, const char *format, ...)
{
	(void)payload;
	(void)format;
}

void prepare_libraries(void)
{
#ifdef __GLIBC__
	/* left alone, glibc keeps ever larger pieces for itself, one heap a thread */
	mallopt(M_MMAP_THRESHOLD, LARGE);
	/* the threshold above takes the one for trimming down with it: a call a page read */
	mallopt(M_TRIM_THRESHOLD, 8 * LARGE);
#endif
	/* nobody asks how much memory SQLite has, and counting costs a lock for each piece */
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	/* each thread has handlers of its own, which are at first those of xmlThrDef…() */
	xmlThrDefSetStructuredErrorFunc(NULL, ignore_error);
	xmlThrDefSetGenericErrorFunc(NULL, ignore_words);
	xmlSetStructuredErrorFunc(NULL, ignore_error);
	xmlSetGenericErrorFunc(NULL, ignore_words);
}
