/*
 * Two texts, a line and the rest, as words: they count as they are walked,
 * each is found, and likeness is a share that does not mind the order.
 */
#include "fuzz.h"

#include "audit/likeness.h"
#include "audit/signs.h"
#include "audit/words.h"
#include "base/unicode.h"
#include <math.h>

static void check_words(struct of_str text)
{
	static struct of_buf words, again, phrase;
	struct of_str rest;
	size_t count = 0;

	of_buf_clear(&words);
	of_words_add(&words, text);
	of_buf_clear(&again);
	of_words_add(&again, of_buf_str(&words));
	fuzz_require_equal(of_buf_str(&again), of_buf_str(&words), "the words of words differ");
	rest = of_buf_str(&words);
	for (;;) {
		struct of_str word = of_words_next(&rest);

		if (word.len == 0)
			break;
		count++;
		fuzz_require_within(word, of_buf_str(&words), "a word is outside");
		of_buf_clear(&phrase);
		of_buf_add_str(&phrase, word);
		if (count < 20)
			fuzz_require(of_words_have(of_buf_str(&words), of_buf_str(&phrase)),
				"a word is not found");
	}
	fuzz_require(count == of_words_count(of_buf_str(&words)), "words are miscounted");
}

static void check_parts(struct of_str title, bool colons)
{
	struct of_str whole = title;
	size_t left = title.len + 2;

	while (title.len > 0) {
		struct of_str part = of_words_next_part(&title, colons);

		fuzz_require_within(part, whole, "a part is outside its title");
		fuzz_require(left-- > 0, "a title has no end of parts");
	}
}

static void require_share(double likeness)
{
	fuzz_require(likeness == -1 || (likeness >= 0 && likeness <= 1.000001),
		"a likeness that is no share");
}

static void check_likeness(struct of_str one, struct of_str other)
{
	double there = of_likeness_of_texts(one, other);
	double back = of_likeness_of_texts(other, one);
	double own = of_likeness_of_texts(one, one);

	require_share(there);
	fuzz_require(fabs(there - back) < 1e-9, "likeness minds the order");
	fuzz_require(own == -1 || fabs(own - 1) < 1e-9, "a text is not like itself");
}

static void check_page(struct of_str title, struct of_str text)
{
	const struct of_page page = {.title = title, .text = text, .heading = title};
	const struct of_expectation expected = {.title = title, .summary = text};
	const struct of_sign_hints hints = {.server = title};
	struct of_str url = STR("https://site.example/a/404");

	require_share(of_likeness_of_page(&page, &expected));
	require_share(of_likeness_of_title(&page, &expected));
	of_signs_of_page(&page, url, url, 200, &hints);
	fuzz_require(of_signs_print(&page, url) == of_signs_print(&page, url),
		"a page's print differs from itself");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct of_buf clean;
	struct fuzz_input input;
	struct of_str title;

	/* as texts come to these: clean */
	of_buf_clear(&clean);
	of_unicode_clean(&clean, (struct of_str){(const char *)data, size}, NULL);
	input.rest = of_buf_str(&clean);
	title = fuzz_take_line(&input);
	check_words(input.rest);
	check_parts(title, true);
	check_parts(title, false);
	check_likeness(title, input.rest);
	check_page(title, input.rest);
	return 0;
}
