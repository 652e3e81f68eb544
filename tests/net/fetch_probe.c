/*
 * Fetches URLs by the engine and prints one line of JSON an answer, in the
 * order in which they come; the tests of this folder drive it.
 *
 *     fetch_probe [KEY=VALUE...] URL...      URL "-": one a line of stdin
 *
 * image:URL and file:URL are of those kinds. With gate=MS a domain is opened for so long when
 * it is wanted, one at a time where lone=1, and told of when it is at rest.
 */
#include "base/address.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/str.h"
#include "web/fetch.h"
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#define ROWS_MOST 16

struct probe {
	struct of_audit_settings settings;
	struct of_address_range ranges[ROWS_MOST];
	struct of_host_rule rules[ROWS_MOST];
	struct of_host_header headers[ROWS_MOST];
	struct of_str nameservers[ROWS_MOST];
	struct of_str etag, last_modified;
	struct of_str *urls;
	size_t n_urls, cap_urls;
	size_t answers, stop_after;
	bool quiet, bodies, twice, lone;
	int64_t gate; /* ms; 0: ungated */
	struct of_fetcher *fetcher;
	uint32_t opened; /* with `lone` */
	int64_t opened_until;
	struct of_buf out;
};

static volatile sig_atomic_t stopped;

static void on_signal(int number)
{
	(void)number;
	stopped = 1;
}

static void fail(const char *what)
{
	fprintf(stderr, "fetch_probe: %s\n", what);
	exit(2);
}

static void fail_at(const struct of_err *err)
{
	fprintf(stderr, "fetch_probe: %s: %s\n", err->path, err->message);
	exit(2);
}

static uint64_t number(struct of_str text)
{
	uint64_t value;

	if (!of_str_to_uint(&value, text))
		fail("not a number");
	return value;
}

static void add_url(struct probe *probe, struct of_str url)
{
	if (probe->n_urls == probe->cap_urls) {
		probe->cap_urls = probe->cap_urls * 2 + 64;
		probe->urls = realloc(probe->urls, probe->cap_urls * sizeof(*probe->urls));
		if (probe->urls == NULL)
			fail("no memory");
	}
	probe->urls[probe->n_urls++] = url;
}

static void add_lines(struct probe *probe)
{
	char *line = NULL;
	size_t cap = 0;
	ssize_t len;

	while ((len = getline(&line, &cap, stdin)) > 0) {
		struct of_str url = {line, (size_t)len};

		url = of_str_trim(url);
		add_url(probe, (struct of_str){strndup(url.ptr, url.len), url.len});
	}
	free(line);
}

static enum of_robots robots_of(struct of_str value)
{
	if (of_str_equal(value, STR("obey")))
		return OF_ROBOTS_OBEY;
	return of_str_equal(value, STR("delay")) ? OF_ROBOTS_DELAY : OF_ROBOTS_IGNORE;
}

/* PATTERN,DELAY,PER_HOST */
static void add_rule(struct probe *probe, struct of_str value)
{
	struct of_host_rule *rule = &probe->rules[probe->settings.n_hosts++];

	rule->pattern = of_str_split(&value, ',');
	rule->delay = (int64_t)number(of_str_split(&value, ','));
	rule->per_host = (unsigned)number(value);
}

/* PATTERN,NAME,VALUE */
static void add_header(struct probe *probe, struct of_str value)
{
	struct of_host_header *header = &probe->headers[probe->settings.n_headers++];

	header->pattern = of_str_split(&value, ',');
	header->name = of_str_split(&value, ',');
	header->value = value;
}

static bool set_text(struct probe *probe, struct of_str key, struct of_str value)
{
	struct of_audit_settings *settings = &probe->settings;

	if (of_str_equal(key, STR("allow"))) {
		if (!of_address_parse_range(
			    &probe->ranges[settings->n_allow_addresses++], value))
			fail("not a range");
	} else if (of_str_equal(key, STR("nameserver"))) {
		probe->nameservers[settings->n_nameservers++] = value;
	} else if (of_str_equal(key, STR("robots"))) {
		settings->robots = robots_of(value);
	} else if (of_str_equal(key, STR("host"))) {
		add_rule(probe, value);
	} else if (of_str_equal(key, STR("header"))) {
		add_header(probe, value);
	} else if (of_str_equal(key, STR("proxy"))) {
		settings->proxy = value;
	} else if (of_str_equal(key, STR("ca_file"))) {
		settings->ca_file = value;
	} else if (of_str_equal(key, STR("etag"))) {
		probe->etag = value;
	} else if (of_str_equal(key, STR("last_modified"))) {
		probe->last_modified = value;
	} else if (of_str_equal(key, STR("method"))) {
		settings->method =
			of_str_equal(value, STR("head")) ? OF_METHOD_HEAD : OF_METHOD_GET;
	} else {
		return false;
	}
	return true;
}

static bool set_number(struct probe *probe, struct of_str key, struct of_str value)
{
	struct of_audit_settings *settings = &probe->settings;

	if (of_str_equal(key, STR("concurrency")))
		settings->concurrency = (unsigned)number(value);
	else if (of_str_equal(key, STR("per_host")))
		settings->per_host = (unsigned)number(value);
	else if (of_str_equal(key, STR("delay")))
		settings->delay = (int64_t)number(value);
	else if (of_str_equal(key, STR("timeout")))
		settings->timeout = (int64_t)number(value);
	else if (of_str_equal(key, STR("connect_timeout")))
		settings->connect_timeout = (int64_t)number(value);
	else if (of_str_equal(key, STR("retries")))
		settings->retries = (unsigned)number(value);
	else if (of_str_equal(key, STR("max_body")))
		settings->max_body = (size_t)number(value);
	else if (of_str_equal(key, STR("stop_after")))
		probe->stop_after = (size_t)number(value);
	else if (of_str_equal(key, STR("quiet")))
		probe->quiet = number(value) != 0;
	else if (of_str_equal(key, STR("bodies")))
		probe->bodies = number(value) != 0;
	else if (of_str_equal(key, STR("gate")))
		probe->gate = (int64_t)number(value);
	else if (of_str_equal(key, STR("lone")))
		probe->lone = number(value) != 0;
	else if (of_str_equal(key, STR("twice")))
		probe->twice = number(value) != 0;
	else
		return false;
	return true;
}

static void read_arguments(struct probe *probe, int count, char **arguments)
{
	for (int i = 1; i < count; i++) {
		struct of_str value = of_str_from(arguments[i]);
		struct of_str key = of_str_split(&value, '=');

		if (strcmp(arguments[i], "-") == 0)
			add_lines(probe);
		else if (value.ptr == NULL || of_str_find_byte(key, ':') != OF_NPOS)
			add_url(probe, of_str_from(arguments[i]));
		else if (!set_text(probe, key, value) && !set_number(probe, key, value))
			fail(arguments[i]);
	}
}

static bool on_request(
	uint32_t task, struct of_fetch_request *request, struct of_arena *arena, void *payload)
{
	struct probe *probe = payload;
	struct of_str url = probe->urls[task];

	(void)arena;
	request->kind = OF_FETCH_PAGE;
	if (of_str_starts(url, STR("image:"))) {
		request->kind = OF_FETCH_IMAGE;
		url = of_str_from_offset(url, 6);
	} else if (of_str_starts(url, STR("file:http"))) {
		request->kind = OF_FETCH_FILE;
		url = of_str_from_offset(url, 5);
	}
	request->url = url;
	request->etag = probe->etag;
	request->last_modified = probe->last_modified;
	return true;
}

/* What a reader finds: how often the first byte comes again. */
static void on_read(struct of_fetch_answer *answer, void *payload)
{
	size_t *same = of_arena_take(answer->arena, 1, sizeof(*same));

	(void)payload;
	for (size_t i = 0; same != NULL && i < answer->body.len; i++)
		*same += answer->body.ptr[i] == answer->body.ptr[0];
	answer->result = same;
}

static void add_bool(struct of_json *json, const char *key, bool value)
{
	of_json_uint(json, key, value ? 1 : 0);
}

static void add_headers(struct of_json *json, const struct of_fetch_answer *answer)
{
	of_json_str(json, "type", answer->type);
	of_json_str(json, "etag", answer->etag);
	of_json_str(json, "last_modified", answer->last_modified);
	of_json_str(json, "link", answer->link);
	of_json_str(json, "server", answer->server);
}

static void add_seen(struct of_json *json, const struct of_observation *seen)
{
	of_json_uint(json, "failure", (uint64_t)seen->failure);
	of_json_uint(json, "status", seen->status);
	of_json_uint(json, "retry_after", (uint64_t)seen->retry_after);
	add_bool(json, "not_modified", seen->not_modified);
	of_json_str(json, "url", seen->url);
	of_json_str(json, "final", seen->final_url);
	of_json_str(json, "words", seen->words);
	of_json_open(json, "hops", '[');
	for (size_t i = 0; i < seen->n_hops; i++) {
		of_json_open(json, NULL, '[');
		of_json_uint(json, NULL, seen->hops[i].status);
		of_json_str(json, NULL, seen->hops[i].url);
		of_json_close(json, ']');
	}
	of_json_close(json, ']');
}

static void add_answer(
	struct of_buf *out, const struct of_fetch_answer *answer, const struct probe *probe)
{
	const size_t *same = answer->result;
	struct of_json json;

	of_json_init(&json, out, true);
	of_json_open(&json, NULL, '{');
	of_json_uint(&json, "task", answer->task);
	add_seen(&json, &answer->seen);
	add_bool(&json, "put_off", answer->put_off);
	add_bool(&json, "truncated", answer->truncated);
	of_json_uint(&json, "bytes", answer->body.len);
	of_json_uint(&json, "length", answer->length);
	of_json_uint(&json, "same", same != NULL ? *same : 0);
	add_headers(&json, answer);
	if (probe->bodies)
		of_json_str(&json, "body", answer->body);
	of_json_close(&json, '}');
}

static bool on_done(const struct of_fetch_answer *answer, void *payload)
{
	struct probe *probe = payload;

	probe->answers++;
	if (!probe->quiet) {
		add_answer(&probe->out, answer, probe);
		fwrite(probe->out.ptr, 1, probe->out.len, stdout);
		fflush(stdout);
		of_buf_clear(&probe->out);
	}
	return probe->stop_after == 0 || probe->answers < probe->stop_after;
}

/* What an owner of leases does: what is at rest is given up, what is wanted is opened. */
static bool on_tick(void *payload)
{
	struct probe *probe = payload;
	int64_t now = of_clock_ms();
	struct of_gate_terms terms = {.until = now + probe->gate};
	struct of_gate_told told;
	struct of_str domain;
	uint32_t gate;
	bool begun;

	while (of_fetcher_next_at_rest(probe->fetcher, &gate)) {
		of_fetcher_tell_gate(probe->fetcher, gate, &told);
		printf("{\"at_rest\": %u, \"next_start\": %" PRId64 ", \"held\": %" PRId64
		       ", \"crawl_delay\": %" PRId64 "}\n",
			gate, told.next_start > now ? told.next_start - now : 0,
			told.held_until > now && told.held_until != OF_GATE_NEVER
				? told.held_until - now
				: 0,
			told.crawl_delay);
		probe->opened_until = 0;
	}
	if (probe->lone && now < probe->opened_until)
		return true;
	if (probe->lone && probe->opened_until > 0)
		of_fetcher_close(probe->fetcher, probe->opened);
	if (!of_fetcher_next_wanted(probe->fetcher, &gate, &domain, &begun))
		return true;
	do {
		printf("{\"open\": %u, \"domain\": \"%.*s\", \"at\": %" PRId64 "}\n", gate,
			(int)domain.len, domain.ptr, now);
		of_fetcher_open(probe->fetcher, gate, &terms);
		probe->opened = gate;
		probe->opened_until = terms.until;
	} while (
		!probe->lone && of_fetcher_next_wanted(probe->fetcher, &gate, &domain, &begun));
	return true;
}

static void add_tasks(struct probe *probe, struct of_fetcher *fetcher, struct of_err *err)
{
	for (size_t i = 0; i < probe->n_urls; i++) {
		struct of_fetch_request request;
		uint32_t host;

		on_request((uint32_t)i, &request, NULL, probe);
		if (of_fetcher_host(fetcher, request.url, &host, err) != OF_OK ||
			of_fetcher_add(fetcher, host, (uint32_t)i, err) != OF_OK)
			fail(err->message);
	}
}

/* Of this program alone: what getrusage() says is handed down by whoever started it. */
static long peak_kib(void)
{
	FILE *file = fopen("/proc/self/status", "r");
	char line[256];
	long peak = 0;

	while (file != NULL && fgets(line, sizeof(line), file) != NULL)
		if (strncmp(line, "VmHWM:", 6) == 0)
			peak = strtol(line + 6, NULL, 10);
	if (file != NULL)
		fclose(file);
	return peak;
}

static void run(struct probe *probe)
{
	struct of_fetch_calls calls = {.request = on_request,
		.read = on_read,
		.done = on_done,
		.payload = probe,
		.gated = probe->gate > 0,
		.tick = probe->gate > 0 ? on_tick : NULL};
	struct of_fetcher *fetcher;
	struct of_fetch_counts counts;
	struct of_err err = {0};
	enum of_status status;

	if (of_fetcher_new(&fetcher, &probe->settings, &calls, &err) != OF_OK)
		fail_at(&err);
	probe->fetcher = fetcher;
	add_tasks(probe, fetcher, &err);
	status = of_fetcher_run(fetcher, &stopped, &err);
	if (probe->twice && status == OF_OK) {
		add_tasks(probe, fetcher, &err);
		status = of_fetcher_run(fetcher, &stopped, &err);
	}
	of_fetcher_counts(fetcher, &counts);
	printf("{\"end\": %d, \"answers\": %zu, \"requests\": %zu, \"retries\": %zu, "
	       "\"bytes\": %" PRIu64 ", \"under_way\": %zu, \"peak_kib\": %ld}\n",
		(int)status, probe->answers, counts.requests, counts.retries, counts.bytes,
		counts.under_way, peak_kib());
	of_fetcher_free(fetcher);
}

int main(int argc, char **argv)
{
	static struct probe probe;

	probe.settings = (struct of_audit_settings){
		.concurrency = 64,
		.per_host = 64,
		.timeout = 5000,
		.connect_timeout = 2000,
		.max_body = (size_t)512 << 10,
		.robots = OF_ROBOTS_IGNORE,
		.user_agent = STR("outfeed/probe (+https://example.org/)"),
		.hosts = probe.rules,
		.headers = probe.headers,
		.allow_addresses = probe.ranges,
		.nameservers = probe.nameservers,
	};
	signal(SIGINT, on_signal);
	read_arguments(&probe, argc, argv);
	run(&probe);
	free(probe.urls);
	of_buf_finish(&probe.out);
	return 0;
}
