/*
 * JSON-LD, as schema.org's vocabulary is written in pages: alone with jansson.h
 * in this folder. An object, an array of them, or a @graph.
 */
#ifndef OF_WEB_LINKED_DATA_H
#define OF_WEB_LINKED_DATA_H

#include <outfeed/arena.h>
#include <outfeed/str.h>
#include <stdint.h>

/* What the scripts of one page have said so far. Zeroed, but published OF_TIME_NONE. */
struct of_linked_data {
	struct of_str headline, image; /* as they were written, the arena's */
	int64_t published;
	unsigned headline_rank, image_rank, published_rank; /* of the thing that said it */
};

/* Reads one script, which may be anything; lack of memory is kept in the arena. */
void of_linked_data_read(
	struct of_arena *arena, struct of_linked_data *data, struct of_str script);

#endif
