/*
 * How much two texts are about the same thing.
 */
#ifndef OF_AUDIT_LIKENESS_H
#define OF_AUDIT_LIKENESS_H

#include <outfeed/page.h>
#include <outfeed/verdict.h>

/*
 * 0 to 1: the words that two texts share, by case folding and without the very
 * common ones, weighed by length; -1 when either has too few words to say.
 * Scripts without spaces are compared by pairs of characters.
 */
double of_likeness_of_texts(struct of_str one, struct of_str other);
/*
 * Title and description of a page (its own, Open Graph's, Twitter's, JSON-LD's:
 * the best) against what an item says. -1 when nothing can be compared.
 */
double of_likeness_of_page(const struct of_page *page, const struct of_expectation *expected);
/* The titles alone, site names at either end ("Title | Site") set aside. */
double of_likeness_of_title(const struct of_page *page, const struct of_expectation *expected);
/* Both, for the price of one. */
struct of_likeness of_likeness_of(
	const struct of_page *page, const struct of_expectation *expected);

#endif
