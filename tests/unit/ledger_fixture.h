/*
 * A ledger with the folders that it is about, and what tests put into them.
 */
#ifndef LEDGER_FIXTURE_H
#define LEDGER_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"
#include "publish/ledger.h"
#include "store/store.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* A folder with a state and an output in it. */
struct place {
	char folder[64], output[96], image[96], key[128];
	bool compress; /* of the next publisher */
	struct of_store *store;
	struct of_publisher *publisher;
	struct of_ledger *ledger;
};

static inline int ledger_setup(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	if (place == NULL)
		return 1;
	snprintf(place->folder, sizeof(place->folder), "/tmp/outfeed-ledger-XXXXXX");
	if (mkdtemp(place->folder) == NULL)
		return 1;
	snprintf(place->output, sizeof(place->output), "%s/public", place->folder);
	snprintf(place->image, sizeof(place->image), "%s/image.png", place->folder);
	*state = place;
	return of_store_open(&place->store, place->folder, NULL, NULL) != OF_OK ||
	       of_publisher_open(&place->publisher, place->output, 1, false, place->compress,
		       NULL) != OF_OK ||
	       of_ledger_load(&place->ledger, place->store, NULL) != OF_OK ||
	       of_ledger_use(place->ledger, of_str_from(place->output), place->publisher,
		       NULL) != OF_OK;
}

static inline int ledger_teardown(void **state)
{
	struct place *place = *state;
	char command[128];

	of_ledger_free(place->ledger);
	of_publisher_close(place->publisher);
	of_store_close(place->store);
	snprintf(command, sizeof(command), "rm -r '%s'", place->folder);
	free(place);
	return system(command);
}

static inline void use(struct place *place, const char *output)
{
	assert_int_equal(
		of_ledger_use(place->ledger, of_str_from(output), place->publisher, NULL),
		OF_OK);
}

static inline void reload(struct place *place)
{
	assert_int_equal(
		of_ledger_save(place->ledger, place->publisher, place->store, NULL), OF_OK);
	of_ledger_free(place->ledger);
	assert_int_equal(of_ledger_load(&place->ledger, place->store, NULL), OF_OK);
	use(place, place->output);
}

/* The key of the group's row. */
static inline struct of_str key_of(struct place *place)
{
	int len = snprintf(place->key, sizeof(place->key), "%s%cgroup", place->output, '\0');

	return (struct of_str){place->key, (size_t)len};
}

/* Writes documents, and says what they are known by. */
static inline void publish(
	struct place *place, struct of_ledger_file *documents, size_t count, const char *bytes)
{
	of_publisher_close(place->publisher);
	assert_int_equal(of_publisher_open(&place->publisher, place->output, 1, false,
				 place->compress, NULL),
		OF_OK);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(of_publisher_stage(place->publisher, STR("group"),
					 documents[i].name.ptr, of_str_from(bytes),
					 &documents[i].stamp, documents[i].copies, NULL),
			OF_OK);
	assert_int_equal(of_publisher_commit(place->publisher, NULL), OF_OK);
}

static inline void put(struct place *place, const struct of_ledger_row *row)
{
	assert_int_equal(of_ledger_put(place->ledger, row, NULL), OF_OK);
}

static inline const struct of_ledger_row *find(struct place *place)
{
	const struct of_ledger_row *row = of_ledger_find(place->ledger, STR("group"), STR(""));

	assert_non_null(row);
	of_ledger_keep(place->ledger, row);
	return row;
}

#endif
