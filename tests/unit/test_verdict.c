#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/str.h"
#include "verdict_notation.h"
#include <fcntl.h>
#include <outfeed/verdict.h>

#define TABLE "tests/unit/verdicts.txt"

static const struct of_verdict_rules *const rules = &of_verdict_rules_default;

/* -- The table. */

struct row {
	int64_t from, to, step;
	struct seen seen;
	enum of_verdict verdict;
	bool is_new;
	int64_t due_least, due_most; /* 0 where the row does not say */
};

static struct of_str next_word(struct of_str *line)
{
	struct of_str word;

	*line = of_str_trim(*line);
	word = of_str_split(line, ' ');
	return word;
}

static bool read_when(struct row *row, struct of_str text)
{
	size_t dots = of_str_find(text, STR(".."));
	size_t slash = of_str_find_byte(text, '/');
	uint64_t hours;

	row->step = 1;
	if (dots == OF_NPOS) {
		bool is_time = read_time(&row->from, text);

		row->to = row->from;
		return is_time;
	}
	if (slash == OF_NPOS || !of_str_to_uint(&hours, of_str_from_offset(text, slash + 1)) ||
		hours == 0)
		return false;
	row->step = (int64_t)hours * HOUR;
	return read_time(&row->from, of_str_slice(text, 0, dots)) &&
	       read_time(&row->to, of_str_slice(text, dots + 2, slash));
}

static bool read_due(struct row *row, struct of_str text)
{
	struct of_str most = text;
	struct of_str least = of_str_split(&most, '-');

	return read_time(&row->due_least, least) &&
	       read_time(&row->due_most, most.ptr != NULL ? most : least);
}

static bool read_row(struct row *row, struct of_str line)
{
	*row = (struct row){.from = 0};
	if (!read_when(row, next_word(&line)) || !read_seen(&row->seen, next_word(&line)))
		return false;
	row->seen.observation.hops = row->seen.hops;
	row->verdict = of_verdict_find(next_word(&line));
	if (row->verdict == OF_VERDICT_COUNT)
		return false;
	while (of_str_trim(line).len > 0) {
		struct of_str word = next_word(&line);

		if (of_str_equal(word, STR("new")))
			row->is_new = true;
		else if (!of_str_equal(word, STR("due")) || !read_due(row, next_word(&line)))
			return false;
	}
	return true;
}

/* What a row's verdict says differs from what was judged; the first difference. */
static const char *difference(const struct row *row, const struct of_judgement *judged)
{
	int64_t wait = judged->due - row->seen.observation.at;
	bool is_moved = judged->verdict == OF_VERDICT_MOVED;

	if (judged->verdict != row->verdict || judged->past.verdict != row->verdict)
		return "verdict";
	if (judged->is_new_rot != row->is_new)
		return "new";
	if (is_moved != (judged->suggestion.len > 0) ||
		(is_moved && judged->suggestion.ptr != row->seen.observation.final_url.ptr))
		return "suggestion";
	if (wait <= 0 ||
		(row->due_most != 0 && (wait < row->due_least || wait > row->due_most)))
		return "due";
	return NULL;
}

static size_t run_row(struct of_past *past, struct row *row, unsigned line)
{
	for (int64_t at = row->from; at <= row->to; at += row->step) {
		struct of_judgement judged;
		const char *wrong;

		row->seen.observation.at = BEGINNING + at;
		judged = of_verdict_judge(&row->seen.observation, past, &item, rules);
		wrong = difference(row, &judged);
		if (wrong != NULL) {
			print_error("%s:%u: %s: day %.2f is %s, new %d, due in %.2f days\n",
				TABLE, line, wrong, (double)at / DAY,
				of_verdict_name(judged.verdict), judged.is_new_rot,
				(double)(judged.due - BEGINNING - at) / DAY);
			return 1;
		}
		*past = judged.past;
	}
	return 0;
}

static void the_table(void **state)
{
	struct of_buf text = {0};
	struct of_str rest, line;
	struct of_past past = {0};
	unsigned number = 0, rows = 0, cases = 0;
	size_t wrong = 0;

	(void)state;
	assert_int_equal(of_file_read(&text, AT_FDCWD, TABLE, 1 << 20, NULL, NULL), OF_OK);
	rest = of_buf_str(&text);
	while ((line = of_str_split(&rest, '\n')).ptr != NULL) {
		struct row row;

		number++;
		if (line.len == 0 || line.ptr[0] == '#')
			continue;
		if (line.ptr[0] != '\t') {
			past = (struct of_past){0};
			cases++;
			continue;
		}
		if (!read_row(&row, line)) {
			print_error("%s:%u: not a row\n", TABLE, number);
			wrong++;
			continue;
		}
		row.seen.observation.hops = row.seen.hops;
		rows++;
		wrong += run_row(&past, &row, number);
	}
	assert_int_equal(wrong, 0);
	assert_true(cases >= 60 && rows >= 250);
	of_buf_finish(&text);
}

/* -- Names. */

static void names(void **state)
{
	(void)state;
	for (unsigned i = 0; i < OF_VERDICT_COUNT; i++)
		assert_int_equal(
			of_verdict_find(of_str_from(of_verdict_name((enum of_verdict)i))), i);
	assert_int_equal(of_verdict_find(STR("gone")), OF_VERDICT_COUNT);
	assert_int_equal(of_verdict_find(STR("")), OF_VERDICT_COUNT);
	for (unsigned i = 0; i < OF_FAILURE_COUNT; i++)
		for (unsigned j = 0; j < i; j++)
			assert_string_not_equal(of_failure_name((enum of_failure)i),
				of_failure_name((enum of_failure)j));
	assert_string_equal(of_verdict_name(OF_VERDICT_SOFT_404), "soft-404");
	assert_string_equal(of_failure_name(OF_FAILURE_DNS_NXDOMAIN), "dns-nxdomain");
	assert_string_equal(of_verdict_name((enum of_verdict)99), "unknown");
	assert_string_equal(of_failure_name((enum of_failure)99), "unknown");
}

static void kinds_of_verdict(void **state)
{
	static const char *const words[OF_VERDICT_COUNT] = {[OF_VERDICT_ALIVE] = "ok",
		[OF_VERDICT_MOVED] = "ok",
		[OF_VERDICT_REDIRECTED] = "ok",
		[OF_VERDICT_DEAD] = "rot",
		[OF_VERDICT_SOFT_404] = "rot",
		[OF_VERDICT_HIJACKED] = "rot"};

	(void)state;
	for (unsigned i = 0; i <= OF_VERDICT_COUNT; i++) {
		enum of_verdict verdict = (enum of_verdict)i;
		const char *word = i < OF_VERDICT_COUNT && words[i] != NULL ? words[i] : "";

		assert_int_equal(of_verdict_is_ok(verdict), strcmp(word, "ok") == 0);
		assert_int_equal(of_verdict_is_rot(verdict), strcmp(word, "rot") == 0);
	}
}

/* -- Recheck times. */

static struct of_observation answer(struct of_str url, int64_t at)
{
	return (struct of_observation){
		.at = at, .url = url, .final_url = url, .status = 200, .page = &same};
}

/* A week's nights take about a seventh each of what is alive, and a URL keeps its night. */
static void rechecks_are_spread(void **state)
{
	unsigned nights[8] = {0};
	const struct of_past past = {0};

	(void)state;
	for (unsigned i = 0; i < 7000; i++) {
		char url[64];
		struct of_observation seen;
		int64_t wait;

		snprintf(url, sizeof(url), "https://site%u.example/page/%u", i / 10, i);
		seen = answer(of_str_from(url), BEGINNING);
		wait = of_verdict_judge(&seen, &past, &item, rules).due - BEGINNING;
		assert_in_range(wait, 7 * DAY, 14 * DAY);
		seen.at += 30 * DAY;
		assert_int_equal(
			of_verdict_judge(&seen, &past, &item, rules).due - seen.at, wait);
		nights[(wait - 7 * DAY) / DAY]++;
	}
	for (unsigned i = 0; i < 7; i++)
		assert_in_range(nights[i], 850, 1150);
}

static void rules_of_a_site(void **state)
{
	struct of_verdict_rules mine = of_verdict_rules_default;
	struct of_observation seen = answer(STR("https://a.example/"), BEGINNING);
	const struct of_past past = {0};

	(void)state;
	mine.recheck_alive_least = mine.recheck_alive_most = DAY;
	assert_int_equal(of_verdict_judge(&seen, &past, &item, &mine).due, BEGINNING + DAY);
	mine.recheck_alive_most = 0;
	assert_int_equal(of_verdict_judge(&seen, &past, &item, &mine).due, BEGINNING + DAY);
	mine.recheck_alive_least = -5;
	assert_true(of_verdict_judge(&seen, &past, &item, &mine).due > BEGINNING);
	seen.at = INT64_MAX - 5;
	assert_true(of_verdict_judge(&seen, &past, &item, rules).due > seen.at);
}

/* An image is not compared with words, whatever answered in its place. */
static void images(void **state)
{
	const struct of_expectation image = {item.title, item.summary, true};
	struct of_observation seen = answer(STR("https://a.example/a.png"), BEGINNING);
	struct of_judgement judged;

	(void)state;
	seen.page = &unlike;
	judged = of_verdict_judge(&seen, &(struct of_past){0}, &image, rules);
	assert_int_equal(judged.verdict, OF_VERDICT_ALIVE);
	assert_true(judged.likeness < 0);
	judged = of_verdict_judge(&seen, &(struct of_past){0}, &item, rules);
	assert_true(judged.likeness >= 0 && judged.likeness < rules->drift_below);
}

/* A check judged again, as later signs ask for, counts once. */
static void judged_again(void **state)
{
	struct of_past past = {0};

	(void)state;
	for (int day = 0; day <= 8; day += 4) {
		struct of_observation seen = answer(STR("https://a.example/x"), BEGINNING);
		struct of_judgement judged;

		seen.at += day * DAY;
		seen.signs = OF_SIGN_ROOT;
		judged = of_verdict_judge(&seen, &past, &item, rules);
		assert_int_equal(judged.verdict, OF_VERDICT_ALIVE);
		seen.signs |= OF_SIGN_SHARED;
		judged = of_verdict_judge(&seen, &past, &item, rules);
		assert_int_equal(
			judged.verdict, day == 8 ? OF_VERDICT_SOFT_404 : OF_VERDICT_SUSPECT);
		past = judged.past;
	}
	assert_int_equal(past.checks, 3);
}

/* -- Random sequences: what must hold whatever happens. */

static uint64_t random_state;

static unsigned random_below(unsigned n)
{
	random_state = random_state * UINT64_C(6364136223846793005) + 1442695040888963407U;
	return (unsigned)((random_state >> 33) % n);
}

static const char *const words[] = {"200", "200", "304", "301>200", "302>200+root+shared",
	"200+not-found+sibling", "200+parked+unlike", "301>200+domain+unlike", "200+unlike",
	"200+retitled", "404", "404", "410", "dns-nxdomain", "500", "503+retry=2", "refused",
	"timeout-connect", "timeout-transfer", "dns-servfail", "403", "429", "tls-expired",
	"forbidden", "proxy", "other", "503+challenge", "404+challenge", "301>404"};

struct witness {
	int64_t hard[64], soft[64]; /* when failures were, since the last success */
	unsigned n_hard, n_soft;
	bool was_rot;
};

/* The most failures each at least 3 days after the one before, in times that grow. */
static unsigned apart(const int64_t *times, unsigned n)
{
	unsigned count = 0;
	int64_t last = 0;

	for (unsigned i = 0; i < n; i++)
		if (count == 0 || times[i] - last >= 3 * DAY) {
			count++;
			last = times[i];
		}
	return count;
}

static bool may_be_dead(const struct witness *w)
{
	return (apart(w->hard, w->n_hard) >= 3 &&
		       w->hard[w->n_hard - 1] - w->hard[0] >= 7 * DAY) ||
	       (apart(w->soft, w->n_soft) >= 5 &&
		       w->soft[w->n_soft - 1] - w->soft[0] >= 30 * DAY);
}

static bool is_one_of(const struct of_observation *seen, const char *kind)
{
	bool hard = seen->failure == OF_FAILURE_DNS_NXDOMAIN ||
		    (seen->failure == OF_FAILURE_HTTP &&
			    (seen->status == 404 || seen->status == 410));
	bool soft = seen->failure == OF_FAILURE_DNS_SERVFAIL ||
		    seen->failure == OF_FAILURE_REFUSED ||
		    seen->failure == OF_FAILURE_TIMEOUT_CONNECT ||
		    seen->failure == OF_FAILURE_TIMEOUT_TRANSFER ||
		    (seen->failure == OF_FAILURE_HTTP && seen->status >= 500);

	if ((seen->signs & OF_SIGN_CHALLENGE) != 0)
		return false;
	return kind[0] == 'h' ? hard : hard || soft;
}

static void witness(
	struct witness *w, const struct of_observation *seen, const struct of_judgement *judged)
{
	if (is_one_of(seen, "hard") && w->n_hard < COUNT(w->hard))
		w->hard[w->n_hard++] = seen->at;
	if (is_one_of(seen, "any") && w->n_soft < COUNT(w->soft))
		w->soft[w->n_soft++] = seen->at;
	if (of_verdict_is_ok(judged->verdict) && seen->failure == OF_FAILURE_NONE)
		*w = (struct witness){.n_hard = 0};
}

static void must_hold(const struct witness *w, const struct of_observation *seen,
	const struct of_judgement *judged, bool may_go_back)
{
	assert_true(judged->due > seen->at);
	assert_true(judged->due <= seen->at + 90 * DAY);
	assert_true(judged->verdict < OF_VERDICT_COUNT);
	assert_int_equal(judged->past.verdict, judged->verdict);
	assert_int_equal(judged->is_new_rot, of_verdict_is_rot(judged->verdict) && !w->was_rot);
	if (judged->verdict == OF_VERDICT_DEAD && !may_go_back)
		assert_true(may_be_dead(w));
	if (seen->failure == OF_FAILURE_NONE)
		assert_int_not_equal(judged->verdict, OF_VERDICT_THROTTLED);
	if (of_verdict_is_ok(judged->verdict) && seen->failure == OF_FAILURE_NONE) {
		assert_int_equal(judged->past.streak, 0);
		assert_int_equal(judged->past.streak_hard, 0);
		assert_int_equal(judged->past.first_failed, 0);
		assert_int_equal(judged->past.last_ok, seen->at);
	}
}

static void one_life(uint64_t seed, bool may_go_back)
{
	struct of_past past = {0};
	struct witness w = {.n_hard = 0};
	int64_t at = BEGINNING;
	unsigned kinds;

	random_state = seed * 2 + 1;
	kinds = 1 + random_below(6);
	for (unsigned i = 0; i < 60; i++) {
		struct seen seen;
		struct of_judgement judged;
		unsigned pick = random_below(4) != 0 ? (unsigned)(seed + random_below(kinds)) %
							       (unsigned)COUNT(words)
						     : random_below((unsigned)COUNT(words));

		at += (int64_t)random_below(random_below(3) == 0 ? 20 * 24 : 30) * HOUR;
		if (may_go_back && random_below(5) == 0)
			at -= (int64_t)random_below(40 * 24) * HOUR;
		assert_true(read_seen(&seen, of_str_from(words[pick])));
		seen.observation.hops = seen.hops;
		seen.observation.at = at;
		judged = of_verdict_judge(&seen.observation, &past, &item, rules);
		w.was_rot = of_verdict_is_rot(past.verdict);
		if (is_one_of(&seen.observation, "any") || seen.observation.failure != 0)
			assert_false(of_verdict_is_ok(judged.verdict) &&
				     judged.verdict != past.verdict);
		witness(&w, &seen.observation, &judged);
		must_hold(&w, &seen.observation, &judged, may_go_back);
		past = judged.past;
	}
}

static void any_sequence(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 2000; seed++)
		one_life(seed, false);
}

static void any_sequence_of_a_broken_clock(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 2000; seed++)
		one_life(seed, true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_table),
		cmocka_unit_test(names),
		cmocka_unit_test(kinds_of_verdict),
		cmocka_unit_test(rechecks_are_spread),
		cmocka_unit_test(rules_of_a_site),
		cmocka_unit_test(images),
		cmocka_unit_test(judged_again),
		cmocka_unit_test(any_sequence),
		cmocka_unit_test(any_sequence_of_a_broken_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
