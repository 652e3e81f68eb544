/*
 * A verdict over your own history: what a monitor of yours saw of some links, judged as
 * `outfeed audit` judges, with rules of your own. No network, no files, no clock.
 *
 *   history <CHECKS       a line a check, oldest first: SECONDS RESULT URL [FINAL-URL]
 *
 * SECONDS are since 1970; RESULT is an HTTP status, or a failure's word such as
 * dns-nxdomain or timeout-connect; FINAL-URL is where permanent redirects led.
 */
#include <outfeed/verdict.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINKS 64 /* that this example has room for */
#define DAY (24 * 60 * 60)

/* What is kept of a link between two checks: its url, and the past as it was given back. */
static struct link {
	char url[1024];
	struct of_past past;
} links[LINKS];

static struct link *find_link(const char *url)
{
	for (size_t i = 0; i < LINKS; i++) {
		if (links[i].url[0] == '\0')
			snprintf(links[i].url, sizeof(links[i].url), "%s", url);
		if (strcmp(links[i].url, url) == 0)
			return &links[i];
	}
	return NULL;
}

/* False for a word that is no failure's. */
static bool read_result(struct of_observation *seen, const char *word)
{
	char *end;
	unsigned long status = strtoul(word, &end, 10);

	if (end != word && *end == '\0' && status >= 100 && status <= 999) {
		seen->status = (unsigned)status;
		seen->failure = status >= 400 ? OF_FAILURE_HTTP : OF_FAILURE_NONE;
		return true;
	}
	for (int i = 0; i < OF_FAILURE_COUNT; i++)
		if (strcmp(word, of_failure_name((enum of_failure)i)) == 0) {
			seen->failure = (enum of_failure)i;
			return true;
		}
	return false;
}

/* The past that comes back takes the place of the former, and is all there is to keep. */
static void judge(struct link *link, const struct of_observation *seen)
{
	const struct of_expectation nothing = {0};
	struct of_verdict_rules rules = of_verdict_rules_default;
	struct of_judgement judgement;

	rules.hard_failures = 2; /* not 3: these links are checked by hand before */
	rules.hard_span = 5 * DAY;
	judgement = of_verdict_judge(seen, &link->past, &nothing, &rules);
	link->past = judgement.past;
	printf("%s %s, again in %lld days", link->url, of_verdict_name(judgement.verdict),
		(long long)((judgement.due - seen->at) / DAY));
	if (judgement.suggestion.len > 0)
		printf(", take %.*s", (int)judgement.suggestion.len, judgement.suggestion.ptr);
	printf("%s\n", judgement.is_new_rot ? ", rot that is new" : "");
}

/* Texts of an observation are borrowed: here from the line. */
static bool judge_line(const char *line)
{
	struct of_observation seen = {0};
	struct of_hop hop = {.status = 301};
	char word[32], url[1024], final[1024];
	struct link *link;
	long long at;
	int fields = sscanf(line, "%lld %31s %1023s %1023s", &at, word, url, final);

	if (fields < 3 || !read_result(&seen, word))
		return false;
	link = find_link(url);
	if (link == NULL)
		return false;
	seen.at = at;
	seen.url = of_str_from(link->url);
	seen.final_url = seen.url;
	if (fields == 4) {
		seen.final_url = hop.url = of_str_from(final);
		seen.hops = &hop;
		seen.n_hops = 1;
	}
	judge(link, &seen);
	return true;
}

int main(void)
{
	char line[4096];

	while (fgets(line, sizeof(line), stdin) != NULL)
		if (!judge_line(line)) {
			fprintf(stderr, "history: not understood, or too much: %s", line);
			return 1;
		}
	return ferror(stdin) || fflush(stdout) != 0;
}
