/*
 * The differential test of the two YAML readers: over generated front matter,
 * and over real front matter with bytes and lines changed, the short way
 * accepts nothing that libyaml refuses or reads otherwise.
 *
 * OUTFEED_YAML_CASES asks for another count of inputs, OUTFEED_YAML_SEED for
 * other ones. A failure prints the input.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "yaml_compare.h"
#include "yaml_generator.h"
#include <glob.h>

#define CASES 200000
#define SAMPLES_MOST 400
#define SAMPLE_LINES_MOST 400

static const struct of_str wanted[] = {STR_INIT("title"), STR_INIT("date"), STR_INIT("link"),
	STR_INIT("categories"), STR_INIT("a"), STR_INIT("c"), STR_INIT("relatedOfferings"),
	STR_INIT("")};

struct run {
	struct generator generator;
	struct comparer comparer;
	size_t inputs, accepted;
	struct of_buf other; /* the generator's text, changed */
	struct of_str samples[SAMPLES_MOST];
	size_t n_samples;
	struct of_arena *kept;
};

static bool check(struct run *run, struct of_str bytes)
{
	/* of its own size, so that the sanitizers see a read past its end */
	char *copy = malloc(bytes.len > 0 ? bytes.len : 1);
	bool accepted;

	assert_non_null(copy);
	if (bytes.len > 0)
		memcpy(copy, bytes.ptr, bytes.len);
	run->inputs++;
	if (!compare_readers(&run->comparer, (struct of_str){copy, bytes.len}, &accepted)) {
		fprintf(stderr, "%s, of:\n", run->comparer.why);
		fwrite(copy, 1, bytes.len, stderr);
		fputs("\n(its end)\n", stderr);
		fail_msg("the readers differ: %s", run->comparer.why);
	}
	free(copy);
	run->accepted += accepted;
	return accepted;
}

/* The text with each LF as CRLF. */
static void write_crlf(struct run *run)
{
	of_buf_clear(&run->other);
	for (size_t i = 0; i < run->generator.text.len; i++) {
		if (run->generator.text.ptr[i] == '\n')
			of_buf_add_byte(&run->other, '\r');
		of_buf_add_byte(&run->other, run->generator.text.ptr[i]);
	}
}

static void change_byte(struct run *run)
{
	static const char bytes[] = " :-#'\"\n\n\t\r|>[]{}&*!%@`?,\\~ax09\x80\xC2\xE2\xEF";
	struct of_str text = of_buf_str(&run->generator.text);
	size_t at = below(&run->generator, (unsigned)text.len + 1);
	size_t gone = below(&run->generator, 3) > 0 ? below(&run->generator, 3) : 0;

	of_buf_clear(&run->other);
	of_buf_add_str(&run->other, of_str_slice(text, 0, at));
	if (gone == 0 || one_in(&run->generator, 2))
		of_buf_add_byte(&run->other, bytes[below(&run->generator, sizeof(bytes) - 1)]);
	of_buf_add_str(&run->other, of_str_from_offset(text, at + gone));
}

/* A line left out, doubled, put elsewhere, or moved sideways. */
static void change_line(struct run *run)
{
	struct of_str lines[SAMPLE_LINES_MOST];
	struct of_str rest = of_buf_str(&run->generator.text);
	size_t count = 0;
	unsigned what = below(&run->generator, 4);
	size_t at, other;

	while (count < SAMPLE_LINES_MOST && rest.len > 0)
		lines[count++] = of_str_split(&rest, '\n');
	if (count == 0)
		return;
	at = below(&run->generator, (unsigned)count);
	other = below(&run->generator, (unsigned)count);
	of_buf_clear(&run->other);
	for (size_t i = 0; i < count; i++) {
		struct of_str line = lines[what == 0 && i == at      ? other
					   : what == 0 && i == other ? at
								     : i];

		if (what == 1 && i == at)
			continue;
		if (what == 2 && i == at)
			of_buf_add_byte(&run->other, ' ');
		if (what == 3 && i == at)
			line = of_str_slice(line, below(&run->generator, 3), line.len);
		of_buf_add_str(&run->other, line);
		of_buf_add_byte(&run->other, '\n');
	}
}

static void swap_buffers(struct run *run)
{
	struct of_buf text = run->generator.text;

	run->generator.text = run->other;
	run->other = text;
}

/* A piece of a real front matter, so that many are tried in the time. */
static void take_piece(struct run *run)
{
	struct of_str rest = run->samples[below(&run->generator, (unsigned)run->n_samples)];
	unsigned skip = one_in(&run->generator, 3) ? 0 : below(&run->generator, 100);
	unsigned lines = one_in(&run->generator, 20) ? 1000 : 5 + below(&run->generator, 20);

	while (skip-- > 0 && rest.len > 0)
		of_str_split(&rest, '\n');
	of_buf_clear(&run->generator.text);
	/* from a key on */
	while (rest.len > 0 && (rest.ptr[0] == ' ' || rest.ptr[0] == '-'))
		of_str_split(&rest, '\n');
	while (lines-- > 0 && rest.len > 0) {
		of_buf_add_str(&run->generator.text, of_str_split(&rest, '\n'));
		of_buf_add_byte(&run->generator.text, '\n');
	}
}

static void keep_sample(struct run *run, const char *path)
{
	FILE *file = fopen(path, "rb");
	static char bytes[1 << 16];
	struct of_str rest, front;
	size_t end;

	assert_non_null(file);
	rest = (struct of_str){bytes, fread(bytes, 1, sizeof(bytes), file)};
	fclose(file);
	of_str_split(&rest, '\n');
	end = of_str_find(rest, STR("\n---"));
	if (end == OF_NPOS || run->n_samples == SAMPLES_MOST)
		return;
	front = of_arena_dup(run->kept, of_str_slice(rest, 0, end + 1));
	assert_non_null(front.ptr);
	run->samples[run->n_samples++] = front;
}

static void find_samples(struct run *run)
{
	static const char *const patterns[] = {"feeds/*/content/*/*", "feeds/*/content/*.md",
		"tests/golden/*/content/*.md", "tests/golden/*/content/*/*.md"};

	for (size_t i = 0; i < COUNT(patterns); i++) {
		glob_t found;

		if (glob(patterns[i], 0, NULL, &found) != 0)
			continue;
		for (size_t k = 0; k < found.gl_pathc; k++)
			if (strstr(found.gl_pathv[k], ".md") != NULL)
				keep_sample(run, found.gl_pathv[k]);
		globfree(&found);
	}
	assert_true(run->n_samples > 50);
}

static size_t number_from(const char *name, size_t otherwise)
{
	const char *text = getenv(name);

	return text != NULL ? strtoul(text, NULL, 10) : otherwise;
}

static void run_init(struct run *run)
{
	*run = (struct run){
		.generator.state =
			88172645463325252U + number_from("OUTFEED_YAML_SEED", 0) * 2654435761U,
		.kept = of_arena_new()};
	assert_non_null(run->kept);
	comparer_init(&run->comparer, wanted, COUNT(wanted));
	find_samples(run);
}

static void run_finish(struct run *run)
{
	of_buf_finish(&run->generator.text);
	of_buf_finish(&run->other);
	of_arena_free(run->kept);
	comparer_finish(&run->comparer);
}

static void tell(const struct run *run, const char *what)
{
	print_message("%s: %zu inputs, %zu read the short way (%zu in 100)\n", what,
		run->inputs, run->accepted, run->accepted * 100 / run->inputs);
}

static void test_generated(void **state)
{
	size_t cases = number_from("OUTFEED_YAML_CASES", CASES);
	struct run run;

	(void)state;
	run_init(&run);
	while (run.inputs < cases / 2) {
		generate(&run.generator);
		check(&run, of_buf_str(&run.generator.text));
		if (one_in(&run.generator, 4)) {
			write_crlf(&run);
			check(&run, of_buf_str(&run.other));
		}
		if (one_in(&run.generator, 4)) {
			change_byte(&run);
			check(&run, of_buf_str(&run.other));
		}
	}
	tell(&run, "generated");
	assert_in_range(run.accepted * 100 / run.inputs, 20, 95);
	run_finish(&run);
}

static void test_changed(void **state)
{
	size_t cases = number_from("OUTFEED_YAML_CASES", CASES);
	struct run run;

	(void)state;
	run_init(&run);
	while (run.inputs < cases / 2) {
		take_piece(&run);
		for (unsigned i = 1 + below(&run.generator, 3); i > 0; i--) {
			if (one_in(&run.generator, 3))
				change_line(&run);
			else
				change_byte(&run);
			check(&run, of_buf_str(&run.other));
			swap_buffers(&run);
		}
	}
	tell(&run, "changed");
	assert_in_range(run.accepted * 100 / run.inputs, 20, 95);
	run_finish(&run);
}

/* What the collections at hand are made of must not take the long way. */
static void test_real(void **state)
{
	struct run run;
	size_t medigy = 0;

	(void)state;
	run_init(&run);
	for (size_t i = 0; i < run.n_samples; i++) {
		bool seed = of_str_find(run.samples[i], STR("openProjectWorkPackageType:")) !=
			    OF_NPOS;
		bool accepted = check(&run, run.samples[i]);

		medigy += seed;
		if (seed && !accepted)
			fail_msg("the long way for:\n%.*s", (int)run.samples[i].len,
				run.samples[i].ptr);
	}
	tell(&run, "real");
	assert_true(medigy > 30);
	assert_true(run.accepted * 100 / run.inputs >= 60);
	run_finish(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_real),
		cmocka_unit_test(test_generated),
		cmocka_unit_test(test_changed),
	};

	return cmocka_run_group_tests_name("yaml_agree", tests, NULL, NULL);
}
