#include "base/diags.h"

#include "base/grow.h"
#include "base/str.h"
#include <outfeed/arena.h>
#include <pthread.h>
#include <stdlib.h>

struct kept {
	struct of_diag diag;
	size_t number; /* in the order of arrival, for equal places */
};

struct of_diags {
	pthread_mutex_t lock;
	struct of_arena *arena; /* owns paths and messages */
	struct kept *kept;
	size_t count, cap;
};

struct of_diags *of_diags_new(void)
{
	struct of_diags *diags = calloc(1, sizeof(*diags));

	if (diags == NULL)
		return NULL;
	diags->arena = of_arena_new();
	if (diags->arena == NULL || pthread_mutex_init(&diags->lock, NULL) != 0) {
		of_arena_free(diags->arena);
		free(diags);
		return NULL;
	}
	return diags;
}

void of_diags_free(struct of_diags *diags)
{
	if (diags == NULL)
		return;
	pthread_mutex_destroy(&diags->lock);
	of_arena_free(diags->arena);
	free(diags->kept);
	free(diags);
}

/* Without memory a diagnostic is lost; the run itself will fail for the same want. */
void of_diags_add(const struct of_diag *diag, void *payload)
{
	struct of_diags *diags = payload;
	struct of_str path, message;
	struct kept *grown;

	pthread_mutex_lock(&diags->lock);
	grown = of_grow(diags->kept, diags->count, &diags->cap, sizeof(*grown));
	path = of_arena_dup(diags->arena, of_str_from(diag->path));
	message = of_arena_dup(diags->arena, of_str_from(diag->message));
	if (path.ptr != NULL && message.ptr != NULL && grown != NULL) {
		struct kept *kept = &grown[diags->count];

		diags->kept = grown;

		*kept = (struct kept){*diag, diags->count};
		kept->diag.path = path.ptr;
		kept->diag.message = message.ptr;
		diags->count++;
	} else if (grown != NULL) {
		diags->kept = grown;
	}
	pthread_mutex_unlock(&diags->lock);
}

void of_diags_add_err(struct of_diags *diags, const struct of_err *err, enum of_reason reason)
{
	const struct of_diag diag = {
		OF_ERROR, reason, err->path, err->line, err->column, err->message};

	of_diags_add(&diag, diags);
}

static int compare_unsigned(unsigned a, unsigned b)
{
	return (a > b) - (a < b);
}

static int compare_places(const struct of_diag *a, const struct of_diag *b)
{
	int order = strcmp(a->path, b->path);

	if (order == 0)
		order = compare_unsigned(a->line, b->line);
	if (order == 0)
		order = compare_unsigned(a->column, b->column);
	return order == 0 ? strcmp(a->message, b->message) : order;
}

static int compare(const void *a, const void *b)
{
	const struct kept *one = a;
	const struct kept *other = b;
	int order = compare_places(&one->diag, &other->diag);

	return order != 0 ? order
			  : (one->number > other->number) - (one->number < other->number);
}

void of_diags_tell(struct of_diags *diags, size_t *warnings, size_t errors[OF_REASON_COUNT],
	of_diag_fn *diag, void *payload)
{
	if (diags->count > 0)
		qsort(diags->kept, diags->count, sizeof(*diags->kept), compare);
	for (size_t i = 0; i < diags->count; i++) {
		const struct of_diag *one = &diags->kept[i].diag;

		if (i > 0 && compare_places(&diags->kept[i - 1].diag, one) == 0)
			continue;
		*warnings += one->severity == OF_WARNING;
		if (one->severity == OF_ERROR && (unsigned)one->reason < OF_REASON_COUNT)
			errors[one->reason]++;
		if (diag != NULL)
			diag(one, payload);
	}
}
