/* outfeed serve: look at the result in a browser or a reader. */
#include <outfeed/serve.h>

#include "base/json.h"
#include "base/str.h"
#include "base/time.h"
#include "cli/cli.h"
#include "cli/progress.h"
#include "cli/watching.h"
#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <outfeed/build.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PORT_MOST 65535

struct serve_options {
	struct common_options common;
	const char *output, *address;
	unsigned port, jobs;
	bool watch;
};

/* A server, and what is told of it. */
struct serving {
	const struct serve_options *options;
	struct telling telling;
	struct of_server *server;
	bool announced;
};

static const char *take_port(void *target, const char *value)
{
	unsigned *port = target;
	uint64_t number = 0;

	if (!of_str_to_uint(&number, of_str_from(value)) || number > PORT_MOST)
		return "must be a number from 0 to 65535";
	*port = (unsigned)number;
	return NULL;
}

#define SERVE(member) offsetof(struct serve_options, member)

static const struct option serve_table[] = {
	{'o', "output", "DIR", "serve that, and not the `output` of outfeed.yaml", take_text,
		SERVE(output)},
	{'p', "port", "N", "listen there (default: 8000); 0 for any that is free", take_port,
		SERVE(port)},
	{'\0', "bind", "ADDRESS", "listen on it (default: 127.0.0.1, this machine alone)",
		take_text, SERVE(address)},
	{'\0', "watch", NULL,
		"build now and whenever something changes; open pages then reload", NULL,
		SERVE(watch)},
	{'j', "jobs", "N", "threads (default: one a core)", take_jobs, SERVE(jobs)},
};

const struct command serve_command = {"serve", "[SITE]",
	"look at the result in a browser or a reader, on loopback",
	"SITE is a folder that holds outfeed.yaml, or that file (default: .). Serves its\n"
	"output folder until it is interrupted.\n"
	"Exit status: 0 done; 1 failed; 2 wrong usage or configuration, or built without\n"
	"a server.",
	NULL, serve_table, sizeof(serve_table) / sizeof(serve_table[0]), run_serve};

/* Each client is an open file, and what it reads another: as many as may be had. */
static void raise_open_files(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) != 0)
		return;
	files.rlim_cur = files.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &files) != 0)
		perror("outfeed: warning: cannot raise the number of open files");
}

/* The address that a browser takes, of one that is listened on. */
static void add_url(struct of_buf *out, const char *address, unsigned port)
{
	bool six = of_str_find_byte(of_str_from(address), ':') != OF_NPOS;

	of_buf_add_format(out, six ? "http://[%s]:%u/" : "http://%s:%u/", address, port);
}

typedef void url_fn(const char *address, void *payload);

static bool is_unspecified(const char *address)
{
	return strcmp(address, "0.0.0.0") == 0 || strcmp(address, "::") == 0;
}

/* Of a machine that is listened on as a whole, each address of the family. */
static void each_address(const char *bound, url_fn *take, void *payload)
{
	int family = strcmp(bound, "::") == 0 ? AF_INET6 : AF_INET;
	struct ifaddrs *all = NULL;
	char text[INET6_ADDRSTRLEN];

	if (!is_unspecified(bound) || getifaddrs(&all) != 0) {
		take(bound, payload);
		return;
	}
	for (const struct ifaddrs *at = all; at != NULL; at = at->ifa_next) {
		const void *address = at->ifa_addr;

		if (address == NULL || at->ifa_addr->sa_family != family)
			continue;
		address = family == AF_INET6
				  ? (const void *)&((const struct sockaddr_in6 *)address)
					    ->sin6_addr
				  : &((const struct sockaddr_in *)address)->sin_addr;
		/* one of a link alone means nothing without the link's name */
		if (family == AF_INET6 &&
			IN6_IS_ADDR_LINKLOCAL((const struct in6_addr *)address))
			continue;
		if (inet_ntop(family, address, text, sizeof(text)) != NULL)
			take(text, payload);
	}
	freeifaddrs(all);
}

struct announcement {
	struct of_buf text;
	struct of_json json;
	unsigned port;
	bool as_json;
};

static void announce_address(const char *address, void *payload)
{
	struct announcement *a = payload;
	struct of_buf url = {0};

	add_url(&url, address, a->port);
	/* or else it would be announced without its address */
	if (url.status != OF_OK)
		a->text.status = url.status;
	if (a->as_json)
		of_json_str(&a->json, NULL, of_buf_str(&url));
	else
		of_buf_add_format(&a->text, "Serving %s\n", url.ptr != NULL ? url.ptr : "");
	of_buf_finish(&url);
}

static bool put_event(struct of_buf *text)
{
	bool good;

	if (text->len > 0 && text->ptr[text->len - 1] != '\n')
		of_buf_add_byte(text, '\n');
	good = text->status == OF_OK && put_text(of_buf_str(text));
	if (text->status != OF_OK)
		fputs("outfeed: error: out of memory\n", stderr);
	of_buf_finish(text);
	return good;
}

/* Where the directory page is to be had. Once. */
static bool announce(struct serving *serving, const struct of_site *site)
{
	const struct serve_options *options = serving->options;
	struct announcement a = {
		.port = of_server_port(serving->server), .as_json = options->common.json};

	if (serving->announced || (options->common.quiet && !options->common.json))
		return true;
	serving->announced = true;
	if (a.as_json) {
		of_json_init(&a.json, &a.text, true);
		of_json_open(&a.json, NULL, '{');
		of_json_str(&a.json, "event", STR("serving"));
		of_json_open(&a.json, "urls", '[');
	}
	each_address(options->address, announce_address, &a);
	if (a.as_json) {
		of_json_close(&a.json, ']');
		of_json_clean_if(&a.json, "output", site->output);
		of_json_bool(&a.json, "watch", options->watch);
		of_json_close(&a.json, '}');
	}
	return put_event(&a.text);
}

static void add_built(
	struct of_buf *out, const struct of_build_result *result, const struct of_err *err)
{
	struct of_json json;

	of_json_init(&json, out, true);
	of_json_open(&json, NULL, '{');
	of_json_str(&json, "event", STR("built"));
	add_outcome(&json, err->code == OF_OK ? "done" : "failed", err);
	of_json_uint(&json, "found", result->found);
	of_json_uint(&json, "skipped", result->skipped);
	of_json_uint(&json, "written", result->written);
	of_json_uint(&json, "unchanged", result->unchanged);
	of_json_real(&json, "seconds", result->seconds);
	of_json_close(&json, '}');
}

static bool tell_built(const struct serving *serving, const struct of_build_result *result,
	const struct of_err *err)
{
	struct of_buf text = {0};

	if (serving->options->common.json)
		add_built(&text, result, err);
	else if (!serving->options->common.quiet && err->code == OF_OK)
		of_buf_add_format(&text,
			"Built: %zu items, %zu documents written, %zu unchanged, %.2f "
			"seconds\n",
			result->found, result->written, result->unchanged, result->seconds);
	return text.len == 0 || put_event(&text);
}

/* One build while serving; pages that are open look at what came of it. */
static int build_and_show(struct of_site *site, void *payload)
{
	struct serving *serving = payload;
	struct of_build_result result = {0};
	struct of_err err = {0};
	struct progress progress;
	struct of_build_options how = {.jobs = serving->options->jobs,
		.diag = tell_diag,
		.payload = &serving->telling,
		.progress = progress_tell,
		.progress_payload = &progress,
		.stop = &signal_stopped};

	if (!decide_now(&how.now, OF_TIME_NONE))
		return STATUS_USAGE;
	progress_init(&progress, serving->options->common.quiet);
	serving->telling.progress = &progress;
	if (of_build_run(&result, site, &how, &err) == OF_OK &&
		of_server_use(serving->server, site, &err) == OF_OK)
		err = (struct of_err){0};
	progress_end(&progress);
	serving->telling.progress = NULL;
	of_server_look_again(serving->server);
	if (err.code == OF_ESTOPPED)
		return STATUS_INTERRUPTED;
	if (err.code != OF_OK)
		tell_err(&err, &serving->telling);
	if (!tell_built(serving, &result, &err) || !announce(serving, site))
		return STATUS_INTERRUPTED;
	return status_of(&err);
}

static enum of_status check_output(const struct of_site *site, struct of_err *err)
{
	struct stat info;

	if (stat(site->output.ptr, &info) == 0 && S_ISDIR(info.st_mode))
		return OF_OK;
	err->code = OF_EIO;
	snprintf(err->path, sizeof(err->path), "%s", site->output.ptr);
	snprintf(err->message, sizeof(err->message),
		"there is no such folder to serve: run outfeed build first, or say --watch");
	return err->code;
}

static void wait_for_signal(void)
{
	const struct timespec pause = {0, 100000000};

	while (!signal_stopped)
		nanosleep(&pause, NULL);
}

static enum of_status start(
	struct serving *serving, const struct of_site *site, struct of_err *err)
{
	const struct serve_options *options = serving->options;
	const struct of_serve_options how = {
		options->address, options->port, options->jobs, options->watch};
	enum of_status status = OF_OK;

	if (!options->watch && of_server_is_there())
		status = check_output(site, err);
	if (status == OF_OK)
		status = of_server_start(&serving->server, site, &how, err);
	if (status == OF_OK && !of_server_is_loopback(serving->server) &&
		!options->common.quiet)
		fprintf(stderr, "outfeed: warning: whoever reaches %s reads what is served\n",
			options->address);
	return status;
}

static void say_settings(const struct of_site *site)
{
	fputs("outfeed: ", stderr);
	tell_text(site->config.ptr);
	fputs(", serving ", stderr);
	tell_text(site->output.ptr);
	if (site->images_dir.len > 0) {
		fputs(", images of ", stderr);
		tell_text(site->images_dir.ptr);
	}
	fputc('\n', stderr);
}

static int serve(struct serving *serving)
{
	const struct serve_options *options = serving->options;
	const struct watching watching = {options->common.site, options->output,
		&serving->telling, build_and_show, serving};
	struct of_err err = {0};
	struct of_site *site = NULL;
	enum of_status status = load_site(
		&site, options->common.site, options->output, &serving->telling, &err);
	int ended = STATUS_DONE;

	if (status == OF_OK)
		status = start(serving, site, &err);
	if (status != OF_OK) {
		tell_err(&err, &serving->telling);
		of_site_free(site);
		return status_of(&err);
	}
	if (options->common.verbose)
		say_settings(site);
	if (options->watch) {
		ended = watch_and_build(&watching, site);
	} else {
		if (announce(serving, site))
			wait_for_signal();
		of_site_free(site);
	}
	/* to be interrupted is how it ends; what else stops it is a failure */
	if (signal_stopped)
		return STATUS_DONE;
	return ended != STATUS_DONE && ended != STATUS_INTERRUPTED ? ended : STATUS_FAILED;
}

/* As a kill would: what a build left half-done is put right by the next one. */
static void panic(const char *why)
{
	fprintf(stderr, "outfeed: error: the server cannot go on: %s\n", why);
	_exit(STATUS_FAILED);
}

int run_serve(int argc, char **argv, const struct command *command)
{
	struct serve_options options = {.address = "127.0.0.1", .port = OF_SERVE_PORT};
	struct serving serving = {.options = &options};
	int status;

	if (!options_parse(command, argc, argv, &options))
		return STATUS_USAGE;
	if (options.common.help) {
		options_print_help(stdout, command);
		return STATUS_DONE;
	}
	if (strcmp(options.address, "localhost") == 0)
		options.address = "127.0.0.1";
	telling_init(&serving.telling, &options.common);
	signals_catch();
	raise_open_files();
	of_server_set_panic(panic);
	status = serve(&serving);
	of_server_stop(serving.server);
	return status;
}
