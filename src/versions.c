/* What the libraries below say of their versions. They all meet here, for that alone. */
#include <outfeed/version.h>

#include <ares.h>
#include <curl/curl.h>
#include <jansson.h>
#include <libpsl.h>
#include <libxml/parser.h>
#include <sqlite3.h>
#include <string.h>
#include <utf8proc.h>
#include <yaml.h>
#include <zlib.h>
#ifdef OUTFEED_HAVE_BROTLI
#include <brotli/encode.h>
#endif
#ifdef OUTFEED_HAVE_MICROHTTPD
#include <microhttpd.h>
#endif
#ifdef OUTFEED_HAVE_LIBPQ
#include <libpq-fe.h>
#endif

static const char *say_cares(void)
{
	return ares_version(NULL);
}

static const char *say_curl(void)
{
	return curl_version_info(CURLVERSION_NOW)->version;
}

static const char *say_tls(void)
{
	return curl_version_info(CURLVERSION_NOW)->ssl_version;
}

static const char *say_psl(void)
{
	return psl_get_version();
}

static const char *say_yaml(void)
{
	return yaml_get_version_string();
}

/* Those that give a number put it into text. */
static void add_xml2(struct of_buf *out)
{
	const char *digits = xmlParserVersion; /* "20914", with more behind it in some builds */
	unsigned number = 0;

	for (; *digits >= '0' && *digits <= '9'; digits++)
		number = number * 10 + (unsigned)(*digits - '0');
	of_buf_add_format(out, "%u.%u.%u", number / 10000, number / 100 % 100, number % 100);
}

#ifdef OUTFEED_HAVE_BROTLI
static void add_brotli(struct of_buf *out)
{
	unsigned number = BrotliEncoderVersion(); /* 8, 12 and 12 bits */

	of_buf_add_format(out, "%u.%u.%u", number >> 24, number >> 12 & 0xfff, number & 0xfff);
}
#endif

#ifdef OUTFEED_HAVE_LIBPQ
static void add_libpq(struct of_buf *out)
{
	int number = PQlibVersion(); /* 150004 */

	of_buf_add_format(out, "%d.%d", number / 10000, number % 10000);
}
#endif

/* By name. md4c has none to tell at run time. */
static const struct {
	const char *name;
	const char *(*say)(void); /* static text; NULL where the next is there */
	void (*add)(struct of_buf *out);
} libraries[] = {
#ifdef OUTFEED_HAVE_BROTLI
	{"brotli", NULL, add_brotli},
#endif
	{"c-ares", say_cares, NULL},
	{"jansson", jansson_version_str, NULL},
	{"libcurl", say_curl, NULL},
#ifdef OUTFEED_HAVE_MICROHTTPD
	{"libmicrohttpd", MHD_get_version, NULL},
#endif
#ifdef OUTFEED_HAVE_LIBPQ
	{"libpq", NULL, add_libpq},
#endif
	{"libpsl", say_psl, NULL},
	{"libxml2", NULL, add_xml2},
	{"libyaml", say_yaml, NULL},
	{"sqlite", sqlite3_libversion, NULL},
	{"tls", say_tls, NULL},
	{"utf8proc", utf8proc_version, NULL},
	{"zlib", zlibVersion, NULL},
};

const char *of_library_at(size_t index, struct of_buf *version)
{
	const char *said;

	if (index >= sizeof(libraries) / sizeof(libraries[0]))
		return NULL;
	if (libraries[index].add != NULL) {
		libraries[index].add(version);
	} else {
		said = libraries[index].say();
		of_buf_add_text(version, said != NULL ? said : "unknown");
	}
	return libraries[index].name;
}
