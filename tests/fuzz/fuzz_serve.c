/*
 * A request to the preview server: lines of the target, Host, Range,
 * Accept-Encoding, If-None-Match, If-Modified-Since and If-Range. Whatever is
 * asked, no file is opened but those below the output and the images, none that
 * hides and none through a link; what is said of a body is true of it.
 */
#include "fuzz.h"

#include "serve/answer.h"
#include "serve/date.h"
#include "serve/range.h"
#include <fcntl.h>
#include <outfeed/site.h>
#include <sys/stat.h>
#include <unistd.h>

static char root[64]; /* of all the files; real, without links */

static void write_file(const char *name, const char *text)
{
	char path[160];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", root, name);
	file = fopen(path, "w");
	fuzz_require(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0, "a file");
}

static void make_folder(const char *name)
{
	char path[160];

	snprintf(path, sizeof(path), "%s/%s", root, name);
	fuzz_require(mkdir(path, 0700) == 0, "a folder");
}

static void make_link(const char *to, const char *name)
{
	char path[160];

	snprintf(path, sizeof(path), "%s/%s", root, name);
	fuzz_require(symlink(to, path) == 0, "a link");
}

/* What is taken away again at the end, each after what is in it. */
static const char *const folders[] = {
	"site", "site/public", "site/public/topic", "site/public/topic/ai", "site/images"};
static const char *const files[][2] = {{"secret", "no"}, {"site/outfeed.yaml", "no"},
	{"site/public/index.html", "<p>all</p>"}, {"site/public/index.html.gz", "gz"},
	{"site/public/subscriptions.opml", "<opml/>"}, {"site/public/.hidden", "no"},
	{"site/public/topic/ai/atom.xml", "<feed>0123456789</feed>"},
	{"site/public/topic/ai/a b%.txt", "text"}, {"site/images/a.png", "png"}};
static const char *const links[][2] = {
	{"../../secret", "site/public/link"}, {"../..", "site/public/topic/up"}};

static void remove_all(void)
{
	char path[160];

	for (size_t i = 0; i < FUZZ_COUNT(links); i++) {
		snprintf(path, sizeof(path), "%s/%s", root, links[i][1]);
		unlink(path);
	}
	for (size_t i = 0; i < FUZZ_COUNT(files); i++) {
		snprintf(path, sizeof(path), "%s/%s", root, files[i][0]);
		unlink(path);
	}
	for (size_t i = FUZZ_COUNT(folders); i-- > 0;) {
		snprintf(path, sizeof(path), "%s/%s", root, folders[i]);
		rmdir(path);
	}
	rmdir(root);
}

static void make_all(void)
{
	snprintf(root, sizeof(root), "/tmp/outfeed-fuzz-XXXXXX");
	fuzz_require(mkdtemp(root) != NULL && atexit(remove_all) == 0, "a folder for files");
	for (size_t i = 0; i < FUZZ_COUNT(folders); i++)
		make_folder(folders[i]);
	for (size_t i = 0; i < FUZZ_COUNT(files); i++)
		write_file(files[i][0], files[i][1]);
	for (size_t i = 0; i < FUZZ_COUNT(links); i++)
		make_link(links[i][0], links[i][1]);
}

static const struct of_places *the_places(void)
{
	static struct of_places places;
	static struct of_buf config;
	struct of_site *site = NULL;
	struct of_err err = {0};

	if (places.output != NULL)
		return &places;
	make_all();
	of_buf_add_format(&config, "%s/site/outfeed.yaml", root);
	if (of_site_parse(&site, config.ptr,
		    STR("site: {title: T, url: 'https://ex.org/'}\n"
			"images: {dir: images, url: 'https://ex.org/img/'}\n"),
		    &err, NULL, NULL) != OF_OK ||
		of_places_init(&places, site, &err) != OF_OK)
		fuzz_fail("%s", err.message);
	of_site_free(site);
	return &places;
}

/* The file that a descriptor is of. */
static void check_file(const struct of_answer *answer)
{
	char link[64], path[512];
	struct of_str name, below;
	struct stat info;
	ssize_t len;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", answer->fd);
	len = readlink(link, path, sizeof(path));
	fuzz_require(len > 0, "a descriptor of no file");
	name = (struct of_str){path, (size_t)len};
	below = of_str_from_offset(name, strlen(root));
	if (!of_str_starts(name, of_str_from(root)) ||
		(!of_str_starts(below, STR("/site/public/")) &&
			!of_str_starts(below, STR("/site/images/"))) ||
		of_str_find(below, STR("/.")) != OF_NPOS)
		fuzz_fail("%.*s is served", (int)name.len, name.ptr);
	fuzz_require(fstat(answer->fd, &info) == 0 && S_ISREG(info.st_mode), "no regular file");
	fuzz_require(answer->first <= (uint64_t)info.st_size &&
			     answer->length <= (uint64_t)info.st_size - answer->first,
		"more of a file than there is");
}

static void check_location(struct of_str location)
{
	if (location.len == 0)
		return;
	/* "//" would be another host */
	fuzz_require(location.ptr[0] == '/' && !of_str_starts(location, STR("//")),
		"a redirect to elsewhere");
	for (size_t i = 0; i < location.len; i++)
		fuzz_require(location.ptr[i] > ' ' && location.ptr[i] < 0x7f &&
				     location.ptr[i] != '\\',
			"a redirect that is no header's value");
}

static void check_answer(const struct of_answer *answer)
{
	static const unsigned known[] = {
		200, 206, 301, 304, 400, 403, 404, 405, 406, 412, 416, 421, 500};
	bool good = false;

	for (size_t i = 0; i < FUZZ_COUNT(known); i++)
		good = good || answer->status == known[i];
	if (!good)
		fuzz_fail("status %u", answer->status);
	fuzz_require(answer->status != 500, "an error of the server's own");
	fuzz_require(answer->fd < 0 || answer->text.len == 0, "two bodies");
	fuzz_require(answer->fd < 0 || answer->status == 200 || answer->status == 206 ||
			     answer->status == 304,
		"a file where there is none");
	fuzz_require(answer->ranged == (answer->status == 206 || answer->status == 416),
		"a part that says it is none, or the other way round");
	fuzz_require(strlen(answer->tag) < OF_TAG_SIZE, "a tag without an end");
	if (answer->fd >= 0)
		check_file(answer);
	check_location(of_buf_str(&answer->location));
}

static void check_date(struct of_str text)
{
	static struct of_buf out;
	int64_t seconds, again;

	if (!of_http_date_parse(&seconds, text))
		return;
	of_buf_clear(&out);
	of_http_date_add(&out, seconds);
	fuzz_require(of_http_date_parse(&again, of_buf_str(&out)) && again == seconds,
		"a date prints as another");
}

static void check_range(struct of_str header, uint64_t size)
{
	uint64_t first = 0, length = 0;

	if (of_range_parse(&first, &length, header, size) != OF_RANGE_UNSATISFIABLE)
		fuzz_require(first <= size && length <= size - first, "a range past the end");
}

/* A line; absent when it is empty. */
static struct of_str take_header(struct fuzz_input *input)
{
	struct of_str line = fuzz_take_line(input);

	return line.len > 0 ? line : (struct of_str){0};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = fuzz_input(data, size);
	struct of_answering how = {.places = the_places()};
	struct of_request request = {.method = STR("GET")};
	struct of_answer answer;

	request.target = fuzz_take_line(&input);
	request.host = take_header(&input);
	request.range = take_header(&input);
	request.accept_encoding = take_header(&input);
	request.conditions.if_none_match = take_header(&input);
	request.conditions.if_modified_since = take_header(&input);
	request.conditions.if_range = take_header(&input);
	how.loopback = request.host.len > 0;
	how.live = (size & 1) != 0;
	/* libmicrohttpd ends what it hands on with a NUL */
	if (of_str_find_byte(request.target, '\0') != OF_NPOS)
		return 0;
	of_answer_make(&answer, &how, &request);
	check_answer(&answer);
	of_answer_finish(&answer);
	check_date(request.conditions.if_modified_since);
	check_range(request.range, 7);
	check_range(request.range, UINT64_MAX);
	return 0;
}
