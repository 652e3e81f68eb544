#include "audit/likeness.h"

#include "audit/words.h"
#include "base/str.h"
#include "base/unicode.h"
#include <stdlib.h>

/*
 * The measure. Each text is a set of words, each word weighs its characters:
 * long words are names and subjects, short ones are grammar. What both share is
 * put against
 *
 *   - the mean of both (Dice): fair to two titles of one length;
 *   - the smaller of both (overlap): fair to a title that was cut, or that had a
 *     subtitle added, when the article was published anew.
 *
 * Overlap alone says 1 of any two texts when the smaller is a word or two, so
 * it counts by the evidence there is: from nothing where one word is shared to
 * near all where a title is. In the pairs of tests/unit/test_likeness.c a
 * retitled article comes out at 0.7 and more, another article of the same site
 * at 0.3 at most, and another business or a parked page at 0.
 */
#define WORDS_MAX 256   /* of a text that are compared */
#define WEIGHT_MAX 10   /* a word of more characters says no more */
#define PAIR_WEIGHT 4   /* of two characters of a script without spaces */
#define WEIGHT_LEAST 4  /* a text that weighs less says too little */
#define EVIDENCE 20     /* the shared weight at which overlap counts half */
#define TEXT_MAX 4096   /* bytes of a text that are looked at */
#define STOP_MAX 7      /* bytes of the longest stop word */
#define SORT_SIMPLY 32  /* words that need no better way to be sorted */
#define PARTS_MAX 8     /* of a title */
#define ALL_ALIKE 0.999 /* no need to look further */
#define ONLY_A_NAME 0.4 /* what is left of a likeness that a site's name alone may make */

/* Words that every text of a language has. In the order of their bytes. */
static const struct of_str stop_words[] = {STR_INIT("aan"), STR_INIT("about"),
	STR_INIT("after"), STR_INIT("all"), STR_INIT("alla"), STR_INIT("alle"), STR_INIT("als"),
	STR_INIT("also"), STR_INIT("an"), STR_INIT("and"), STR_INIT("are"), STR_INIT("as"),
	STR_INIT("at"), STR_INIT("att"), STR_INIT("au"), STR_INIT("auf"), STR_INIT("aus"),
	STR_INIT("aux"), STR_INIT("av"), STR_INIT("avec"), STR_INIT("be"), STR_INIT("bei"),
	STR_INIT("best"), STR_INIT("bij"), STR_INIT("but"), STR_INIT("by"), STR_INIT("can"),
	STR_INIT("ce"), STR_INIT("ces"), STR_INIT("che"), STR_INIT("com"), STR_INIT("como"),
	STR_INIT("con"), STR_INIT("da"), STR_INIT("dal"), STR_INIT("dans"), STR_INIT("das"),
	STR_INIT("dass"), STR_INIT("de"), STR_INIT("degli"), STR_INIT("dei"), STR_INIT("del"),
	STR_INIT("della"), STR_INIT("delle"), STR_INIT("dem"), STR_INIT("den"), STR_INIT("der"),
	STR_INIT("des"), STR_INIT("det"), STR_INIT("di"), STR_INIT("die"), STR_INIT("do"),
	STR_INIT("door"), STR_INIT("dos"), STR_INIT("du"), STR_INIT("e"), STR_INIT("een"),
	STR_INIT("ein"), STR_INIT("eine"), STR_INIT("einem"), STR_INIT("einen"),
	STR_INIT("einer"), STR_INIT("el"), STR_INIT("em"), STR_INIT("en"), STR_INIT("er"),
	STR_INIT("es"), STR_INIT("est"), STR_INIT("et"), STR_INIT("ett"), STR_INIT("for"),
	STR_INIT("from"), STR_INIT("f\xC3\xB6r"), STR_INIT("f\xC3\xBCr"), STR_INIT("gli"),
	STR_INIT("had"), STR_INIT("has"), STR_INIT("have"), STR_INIT("here"), STR_INIT("het"),
	STR_INIT("how"), STR_INIT("i"), STR_INIT("il"), STR_INIT("im"), STR_INIT("in"),
	STR_INIT("into"), STR_INIT("is"), STR_INIT("ist"), STR_INIT("it"), STR_INIT("its"),
	STR_INIT("jest"), STR_INIT("know"), STR_INIT("la"), STR_INIT("las"), STR_INIT("le"),
	STR_INIT("les"), STR_INIT("lo"), STR_INIT("los"), STR_INIT("mais"), STR_INIT("med"),
	STR_INIT("met"), STR_INIT("mit"), STR_INIT("more"), STR_INIT("na"), STR_INIT("naar"),
	STR_INIT("nach"), STR_INIT("ne"), STR_INIT("need"), STR_INIT("nel"), STR_INIT("nella"),
	STR_INIT("new"), STR_INIT("nicht"), STR_INIT("nie"), STR_INIT("no"), STR_INIT("non"),
	STR_INIT("nos"), STR_INIT("not"), STR_INIT("o"), STR_INIT("och"), STR_INIT("of"),
	STR_INIT("om"), STR_INIT("on"), STR_INIT("op"), STR_INIT("or"), STR_INIT("os"),
	STR_INIT("ou"), STR_INIT("our"), STR_INIT("par"), STR_INIT("para"), STR_INIT("pas"),
	STR_INIT("per"), STR_INIT("por"), STR_INIT("pour"), STR_INIT("p\xC3\xA5"),
	STR_INIT("que"), STR_INIT("qui"), STR_INIT("s"), STR_INIT("se"), STR_INIT("should"),
	STR_INIT("si"), STR_INIT("sich"), STR_INIT("sie"), STR_INIT("som"), STR_INIT("su"),
	STR_INIT("sur"), STR_INIT("t"), STR_INIT("te"), STR_INIT("than"), STR_INIT("that"),
	STR_INIT("the"), STR_INIT("their"), STR_INIT("thing"), STR_INIT("things"),
	STR_INIT("this"), STR_INIT("til"), STR_INIT("to"), STR_INIT("top"), STR_INIT("u"),
	STR_INIT("um"), STR_INIT("uma"), STR_INIT("un"), STR_INIT("una"), STR_INIT("und"),
	STR_INIT("une"), STR_INIT("uno"), STR_INIT("van"), STR_INIT("ve"), STR_INIT("vom"),
	STR_INIT("von"), STR_INIT("voor"), STR_INIT("w"), STR_INIT("was"), STR_INIT("ways"),
	STR_INIT("we"), STR_INIT("what"), STR_INIT("when"), STR_INIT("which"), STR_INIT("why"),
	STR_INIT("will"), STR_INIT("with"), STR_INIT("without"), STR_INIT("y"), STR_INIT("you"),
	STR_INIT("your"), STR_INIT("z"), STR_INIT("za"), STR_INIT("ze"), STR_INIT("zu"),
	STR_INIT("zum"), STR_INIT("zur"), STR_INIT("\xD0\xB2"),
	STR_INIT("\xD0\xB4\xD0\xBB\xD1\x8F"), STR_INIT("\xD0\xB8"),
	STR_INIT("\xD0\xBD\xD0\xB0"), STR_INIT("\xD0\xBD\xD0\xB5"), STR_INIT("\xD0\xBE"),
	STR_INIT("\xD0\xBF\xD0\xBE"), STR_INIT("\xD1\x81"),
	STR_INIT("\xD1\x87\xD1\x82\xD0\xBE")};

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

struct word {
	uint64_t hash;
	unsigned weight;
};

struct word_set {
	struct word words[WORDS_MAX];
	size_t count;
	unsigned weight; /* of all */
};

static int compare_words(const void *one, const void *other)
{
	uint64_t a = ((const struct word *)one)->hash;
	uint64_t b = ((const struct word *)other)->hash;

	return (a > b) - (a < b);
}

static bool is_stop_word(struct of_str word)
{
	size_t low = 0;
	size_t high = COUNT(stop_words);

	if (word.len > STOP_MAX)
		return false;
	while (low < high) {
		size_t middle = (low + high) / 2;
		struct of_str stop = stop_words[middle];
		int order = (unsigned char)word.ptr[0] - (unsigned char)stop.ptr[0];

		if (order == 0)
			order = of_str_compare(word, stop);
		if (order == 0)
			return true;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return false;
}

static void add_hash(struct word_set *set, struct of_str bytes, unsigned weight)
{
	if (set->count < WORDS_MAX)
		set->words[set->count++] = (struct word){of_str_hash(bytes), weight};
}

/* English, French, Spanish and Portuguese add an s for many. */
static struct of_str singular(struct of_str word)
{
	if (word.len > 4 && word.ptr[word.len - 1] == 's' && word.ptr[word.len - 2] != 's')
		word.len--;
	return word;
}

static void add_spaced(struct word_set *set, struct of_str word)
{
	size_t characters;

	if (word.len == 0 || is_stop_word(word))
		return;
	word = singular(word);
	characters = of_unicode_length(word);
	if (characters > 1 || of_byte_is_digit(word.ptr[0]))
		add_hash(
			set, word, characters > WEIGHT_MAX ? WEIGHT_MAX : (unsigned)characters);
}

/* A word, or a run of scripts without spaces with what stands in it: pairs of its characters.
 */
static void add_word(struct word_set *set, struct of_str word)
{
	size_t before = OF_NPOS; /* where the character before began, when it was of such */
	size_t spaced = 0;       /* where what is no such began */
	size_t at = 0;

	while (at < word.len) {
		size_t from = at;

		if (!of_words_is_unspaced(of_unicode_next(word, &at))) {
			before = OF_NPOS;
			continue;
		}
		add_spaced(set, of_str_slice(word, spaced, from));
		spaced = at;
		if (before != OF_NPOS)
			add_hash(set, of_str_slice(word, before, at), PAIR_WEIGHT);
		before = from;
	}
	add_spaced(set, of_str_from_offset(word, spaced));
}

static void sort(struct word *words, size_t count)
{
	if (count > SORT_SIMPLY) {
		qsort(words, count, sizeof(*words), compare_words);
		return;
	}
	for (size_t i = 1; i < count; i++) {
		struct word moved = words[i];
		size_t at = i;

		for (; at > 0 && words[at - 1].hash > moved.hash; at--)
			words[at] = words[at - 1];
		words[at] = moved;
	}
}

static void sort_and_weigh(struct word_set *set)
{
	size_t kept = 0;

	sort(set->words, set->count);
	for (size_t i = 0; i < set->count; i++) {
		if (kept > 0 && set->words[kept - 1].hash == set->words[i].hash)
			continue;
		set->words[kept++] = set->words[i];
		set->weight += set->words[i].weight;
	}
	set->count = kept;
}

static void add_other_words(struct word_set *set, struct of_str text)
{
	struct of_buf words = {0};
	struct of_str rest, word;

	of_words_add(&words, text);
	rest = of_buf_str(&words);
	while ((word = of_words_next(&rest)).len > 0)
		add_word(set, word);
	of_buf_finish(&words);
}

/* Of ASCII, in one pass, to the same words; false where there is more in it. */
static bool add_ascii_words(struct word_set *set, struct of_str text)
{
	char lower[TEXT_MAX];
	size_t from = 0;

	for (size_t i = 0; i < text.len; i++) {
		char c = of_byte_lower(text.ptr[i]);

		if ((unsigned char)c >= 0x80)
			return false;
		lower[i] = c;
		if (of_byte_is_alpha(c) || of_byte_is_digit(c))
			continue;
		add_spaced(set, (struct of_str){lower + from, i - from});
		from = i + 1;
	}
	add_spaced(set, (struct of_str){lower + from, text.len - from});
	return true;
}

static void read_words(struct word_set *set, struct of_str text)
{
	text = of_str_slice(text, 0, TEXT_MAX);
	set->count = 0;
	set->weight = 0;
	if (!add_ascii_words(set, text)) {
		set->count = 0;
		add_other_words(set, text);
	}
	sort_and_weigh(set);
}

static double share(const struct word_set *one, const struct word_set *other)
{
	double shared = 0;
	size_t i = 0;
	size_t k = 0;

	while (i < one->count && k < other->count) {
		if (one->words[i].hash == other->words[k].hash)
			shared += one->words[i].weight;
		if (one->words[i].hash <= other->words[k].hash) {
			k += one->words[i].hash == other->words[k].hash;
			i++;
		} else {
			k++;
		}
	}
	return shared;
}

static double likeness_of_sets(const struct word_set *one, const struct word_set *other)
{
	double shared, dice, overlap, trust;
	double least = one->weight < other->weight ? one->weight : other->weight;

	if (least < WEIGHT_LEAST)
		return -1;
	shared = share(one, other);
	dice = 2 * shared / (one->weight + other->weight);
	overlap = shared / least;
	trust = shared / (shared + EVIDENCE);
	return dice * (1 - trust) + overlap * trust;
}

double of_likeness_of_texts(struct of_str one, struct of_str other)
{
	struct word_set sets[2];

	if (one.len == 0 || other.len == 0)
		return -1;
	read_words(&sets[0], one);
	read_words(&sets[1], other);
	return likeness_of_sets(&sets[0], &sets[1]);
}

static double larger(double a, double b)
{
	return a > b ? a : b;
}

/* A title as parts between separators. Adjacent parts stay adjacent in the text. */
struct title {
	struct of_str parts[PARTS_MAX];
	size_t first, count; /* those that are left */
};

static struct title split_title(struct of_str text)
{
	struct title title = {.count = 0};

	while (text.ptr != NULL && title.count < PARTS_MAX) {
		struct of_str part = of_words_next_part(&text, true);

		if (part.len > 0)
			title.parts[title.count++] = part;
	}
	return title;
}

/* From the first to the last of count parts, with what stands between them. */
static struct of_str join(const struct title *title, size_t first, size_t count)
{
	struct of_str text = title->parts[first];
	struct of_str last = title->parts[first + count - 1];

	text.len = (size_t)(last.ptr + last.len - text.ptr);
	return text;
}

static void drop_part(struct title *title, bool at_end)
{
	title->first += !at_end;
	title->count--;
}

static unsigned weight_of(struct of_str text)
{
	struct word_set set;

	read_words(&set, text);
	return set.weight;
}

static bool is_lesser_half(const struct title *title, struct of_str part)
{
	return weight_of(part) * 2 < weight_of(join(title, title->first, title->count));
}

static bool has_at(const struct title *title, struct of_str part, bool at_end)
{
	size_t index = title->first + (at_end ? title->count - 1 : 0);

	return of_str_equal_nocase(title->parts[index], part);
}

/*
 * What both have at an end is the site's name, and says nothing: at the end of
 * both always, elsewhere when it is the lesser part. False when all of the
 * other is such a name.
 */
static bool take_off_shared(struct title *one, struct title *other)
{
	for (unsigned at_end = 0; at_end < 2 && one->count > 1; at_end++) {
		struct of_str part = one->parts[one->first + (at_end ? one->count - 1 : 0)];
		bool shares_end = has_at(other, part, true);

		if (!shares_end && !has_at(other, part, false))
			continue;
		if (!(at_end && shares_end && other->count > 1) && !is_lesser_half(one, part))
			continue;
		if (other->count < 2)
			return false;
		drop_part(other, shares_end);
		drop_part(one, at_end);
	}
	return true;
}

#define CANDIDATES 3

/* The whole, without its last part, without its first: those that are the greater half. */
static size_t list_candidates(struct word_set *sets, const struct title *title)
{
	size_t count = 1;

	read_words(&sets[0], join(title, title->first, title->count));
	if (title->count < 2)
		return count;
	read_words(&sets[count], join(title, title->first, title->count - 1));
	count += sets[count].weight * 2 >= sets[0].weight;
	read_words(&sets[count], join(title, title->first + 1, title->count - 1));
	count += sets[count].weight * 2 >= sets[0].weight;
	return count;
}

static double likeness_of_titles(struct of_str one_text, struct of_str other_text)
{
	struct title one = split_title(one_text);
	struct title other = split_title(other_text);
	struct word_set ones[CANDIDATES], others[CANDIDATES];
	size_t n_ones, n_others;
	double best = -1, names;
	bool more_than_a_name;

	if (one.count == 0 || other.count == 0)
		return -1;
	if (of_str_equal_nocase(of_str_trim(one_text), of_str_trim(other_text))) {
		read_words(&ones[0], one_text);
		return likeness_of_sets(&ones[0], &ones[0]);
	}
	more_than_a_name = take_off_shared(&one, &other) && take_off_shared(&other, &one);
	n_ones = list_candidates(ones, &one);
	n_others = list_candidates(others, &other);
	if (!more_than_a_name) {
		names = likeness_of_sets(&ones[0], &others[0]);
		return names < 0 ? -1 : names * ONLY_A_NAME;
	}
	for (size_t i = 0; i < n_ones; i++)
		for (size_t k = 0; k < n_others; k++)
			best = larger(best, likeness_of_sets(&ones[i], &others[k]));
	return best;
}

/* Whether an earlier one of the texts says the same, or this one nothing. */
static bool is_repeated(const struct of_str *texts, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (of_str_equal(texts[i], texts[index]))
			return true;
	return texts[index].len == 0;
}

double of_likeness_of_title(const struct of_page *page, const struct of_expectation *expected)
{
	const struct of_str titles[] = {page->title, page->og_title, page->twitter_title,
		page->ld_headline, page->heading};
	double best = -1;

	if (expected->is_image || expected->title.len == 0)
		return -1;
	for (size_t i = 0; i < COUNT(titles) && best < ALL_ALIKE; i++)
		if (!is_repeated(titles, i))
			best = larger(best, likeness_of_titles(titles[i], expected->title));
	return best;
}

/* Title and description as one text: words wander between the two. */
static double likeness_of_both(struct of_buf *out, struct of_str title,
	struct of_str description, const struct of_expectation *expected)
{
	size_t middle;

	of_buf_clear(out);
	of_buf_add_str(out, title);
	of_buf_add_byte(out, ' ');
	of_buf_add_str(out, description);
	middle = out->len;
	of_buf_add_str(out, expected->title);
	of_buf_add_byte(out, ' ');
	of_buf_add_str(out, expected->summary);
	if (out->status != OF_OK)
		return -1;
	return of_likeness_of_texts(of_str_slice(of_buf_str(out), 0, middle),
		of_str_from_offset(of_buf_str(out), middle));
}

struct of_likeness of_likeness_of(
	const struct of_page *page, const struct of_expectation *expected)
{
	const struct of_str descriptions[] = {
		page->description, page->og_description, page->twitter_description};
	struct of_str title = page->title.len > 0 ? page->title : page->og_title;
	struct of_buf both = {0};
	double of_title = of_likeness_of_title(page, expected);
	double best = of_title;

	if (expected->is_image || (expected->title.len == 0 && expected->summary.len == 0))
		return (struct of_likeness){of_title, -1};
	for (size_t i = 0; i < COUNT(descriptions) && best < ALL_ALIKE; i++) {
		if (is_repeated(descriptions, i) && i > 0)
			continue;
		best = larger(best, of_likeness_of_texts(descriptions[i], expected->summary));
		best = larger(best, likeness_of_both(&both, title, descriptions[i], expected));
	}
	of_buf_finish(&both);
	return (struct of_likeness){of_title, best};
}

double of_likeness_of_page(const struct of_page *page, const struct of_expectation *expected)
{
	return of_likeness_of(page, expected).page;
}
