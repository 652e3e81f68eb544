/*
 * outfeed.ids, which a merge or a hand may have changed: whatever its lines are,
 * what is read are ids with keys; an id waits once, and is taken up once.
 */
#include "fuzz.h"

#include "collect/state.h"
#include <fcntl.h>
#include <unistd.h>

static char folder[64], path[96];

static void remove_all(void)
{
	unlink(path);
	rmdir(folder);
}

static void write_ids(struct of_str bytes)
{
	int fd;

	if (folder[0] == '\0') {
		fuzz_make_folder(&folder);
		fuzz_require(atexit(remove_all) == 0, "memory for an end");
		snprintf(path, sizeof(path), "%s/outfeed.ids", folder);
	}
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	fuzz_require(fd >= 0 && write(fd, bytes.ptr, bytes.len) == (ssize_t)bytes.len &&
			     close(fd) == 0,
		"a file");
}

struct waiting {
	struct of_buf ids; /* each ended by a LF, which none has */
	size_t count;
};

static enum of_status on_tie(struct of_str id, struct of_str keys, enum of_tie_source source,
	void *payload, struct of_err *err)
{
	struct waiting *waiting = payload;

	(void)err;
	fuzz_require(source == OF_TIE_LISTED, "an id from elsewhere");
	fuzz_require(id.len > 0 && id.ptr[0] != '#' && of_str_find_byte(id, '\t') == OF_NPOS &&
			     of_str_find_byte(id, '\n') == OF_NPOS,
		"an id that is no field of a line");
	fuzz_require(keys.len > 0 && keys.ptr[keys.len - 1] == '\0', "keys without an end");
	of_buf_add_str(&waiting->ids, id);
	of_buf_add_byte(&waiting->ids, '\n');
	waiting->count++;
	return OF_OK;
}

/* What the file says is in it, and each can be had once. */
static void check_ties(struct of_ties *ties, struct of_str file)
{
	static struct waiting waiting;
	struct of_str rest;

	of_buf_clear(&waiting.ids);
	waiting.count = 0;
	fuzz_require(of_ties_each(ties, false, on_tie, &waiting, NULL) == OF_OK, "a walk");
	fuzz_require(waiting.count == of_ties_count(ties), "ids are miscounted");
	rest = of_buf_str(&waiting.ids);
	while (rest.len > 0) {
		struct of_str id = of_str_split(&rest, '\n');

		fuzz_require(of_str_find(file, id) != OF_NPOS, "an id that the file has not");
		fuzz_require(of_ties_take(ties, id), "an id that waits is not to be had");
		fuzz_require(!of_ties_take(ties, id), "an id is to be had twice");
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct of_str bytes = {(const char *)data, size};
	struct of_site site = {0};
	struct of_collected collected = {.site = &site, .ties = of_ties_new()};

	fuzz_require(collected.ties != NULL, "memory for ties");
	write_ids(bytes);
	site.dir = of_str_from(folder);
	fuzz_require(of_ids_read(&collected, NULL) == OF_OK, "ids that cannot be read");
	check_ties(collected.ties, bytes);
	of_ties_free(collected.ties);
	return 0;
}
