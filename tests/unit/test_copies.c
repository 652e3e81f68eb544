#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#ifdef OUTFEED_HAVE_BROTLI
#include <brotli/decode.h>
#endif

#include "base/str.h"
#include "publish/compress.h"

#define N_MADE 4096

/* An output folder; what is staged goes to its folder g, as d.xml. */
struct place {
	char folder[64];
	struct of_publisher *publisher;
	struct of_stamp stamp, copies[OF_COPIES]; /* of the last build */
};

static int setup(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	if (place == NULL)
		return 1;
	snprintf(place->folder, sizeof(place->folder), "/tmp/outfeed-copies-XXXXXX");
	*state = place;
	return mkdtemp(place->folder) == NULL;
}

static int teardown(void **state)
{
	struct place *place = *state;
	char command[96];

	snprintf(command, sizeof(command), "rm -r '%s'", place->folder);
	free(place);
	return system(command);
}

/* Text that repeats itself, and is another for another seed. */
static struct of_str text_of(char *bytes, size_t len, unsigned seed)
{
	for (size_t i = 0; i < len; i++)
		bytes[i] = (char)('a' + (i * i + seed + i / 97) % 23);
	return (struct of_str){bytes, len};
}

static void path_of(char path[128], const struct place *place, const char *extension)
{
	snprintf(path, 128, "%s/g/d.xml%s", place->folder, extension);
}

static struct of_stamp stamp_of(const struct place *place, const char *extension)
{
	char path[128];

	path_of(path, place, extension);
	return of_stamp_of(path);
}

static bool is_there(const struct place *place, const char *extension)
{
	return stamp_of(place, extension).inode != 0;
}

static void write_file(const struct place *place, const char *extension, const char *bytes)
{
	char path[128];
	FILE *file;

	path_of(path, place, extension);
	file = fopen(path, "wb");
	assert_non_null(file);
	fputs(bytes, file);
	assert_int_equal(fclose(file), 0);
}

static void open_place(struct place *place, bool compress)
{
	assert_int_equal(
		of_publisher_open(&place->publisher, place->folder, 1, false, compress, NULL),
		OF_OK);
}

static void stage(struct place *place, struct of_str bytes)
{
	assert_int_equal(of_publisher_stage(place->publisher, STR("g"), "d.xml", bytes,
				 &place->stamp, place->copies, NULL),
		OF_OK);
}

static void commit(struct place *place)
{
	assert_int_equal(of_publisher_commit(place->publisher, NULL), OF_OK);
	of_publisher_close(place->publisher);
}

static void build(struct place *place, bool compress, struct of_str bytes)
{
	open_place(place, compress);
	stage(place, bytes);
	commit(place);
}

static size_t unpack_gzip(char *out, size_t cap, struct of_str packed)
{
	z_stream stream = {.next_in = (z_const Bytef *)(uintptr_t)packed.ptr,
		.avail_in = (uInt)packed.len,
		.next_out = (Bytef *)out,
		.avail_out = (uInt)cap};

	assert_int_equal(inflateInit2(&stream, 15 + 16), Z_OK);
	assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
	assert_int_equal(stream.avail_in, 0);
	inflateEnd(&stream);
	return stream.total_out;
}

static size_t unpack_brotli(char *out, size_t cap, struct of_str packed)
{
#ifdef OUTFEED_HAVE_BROTLI
	size_t len = cap;

	assert_int_equal(BrotliDecoderDecompress(
				 packed.len, (const uint8_t *)packed.ptr, &len, (uint8_t *)out),
		BROTLI_DECODER_RESULT_SUCCESS);
	return len;
#else
	(void)out;
	(void)cap;
	(void)packed;
	fail();
	return 0;
#endif
}

static size_t (*const unpack[OF_COPIES])(char *, size_t, struct of_str) = {
	unpack_gzip, unpack_brotli};

/* The copy of a kind is there, and of these bytes and this time. */
static void check_copy(const struct place *place, size_t kind, struct of_str bytes)
{
	const char *extension = of_copy_kinds[kind].extension;
	char path[128], packed[2 * N_MADE], out[2 * N_MADE];
	struct of_stamp copy = stamp_of(place, extension);
	FILE *file;
	size_t len;

	if (of_copy_kinds[kind].compress == NULL)
		return;
	assert_int_not_equal(copy.inode, 0);
	assert_int_equal(copy.mtime, stamp_of(place, "").mtime);
	assert_true(of_stamp_equal(&copy, &place->copies[kind]));
	path_of(path, place, extension);
	file = fopen(path, "rb");
	assert_non_null(file);
	len = fread(packed, 1, sizeof(packed), file);
	fclose(file);
	assert_true(len < bytes.len);
	len = unpack[kind](out, sizeof(out), (struct of_str){packed, len});
	assert_int_equal(len, bytes.len);
	assert_memory_equal(out, bytes.ptr, len);
}

static void check_copies(const struct place *place, struct of_str bytes)
{
	for (size_t i = 0; i < OF_COPIES; i++)
		check_copy(place, i, bytes);
}

/* Of every length around the smallest, and of some that a window does not hold. */
static void test_unpacked_they_are_the_document(void **state)
{
	static const size_t lens[] = {
		OF_COPY_LEAST, OF_COPY_LEAST + 1, 1000, N_MADE - 1, 100000, 3 << 20};
	const size_t most = (size_t)4 << 20;
	char *bytes = malloc(most), *out = malloc(most);

	(void)state;
	assert_non_null(bytes);
	assert_non_null(out);
	for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++)
		for (size_t k = 0; k < OF_COPIES; k++) {
			struct of_str text = text_of(bytes, lens[i], (unsigned)i);
			struct of_buf once = {0}, again = {0};

			if (of_copy_kinds[k].compress == NULL)
				continue;
			assert_int_equal(of_copy_kinds[k].compress(&once, text, NULL), OF_OK);
			assert_int_equal(of_copy_kinds[k].compress(&again, text, NULL), OF_OK);
			assert_in_range(once.len, 1, text.len - 1);
			assert_true(of_str_equal(of_buf_str(&once), of_buf_str(&again)));
			assert_int_equal(unpack[k](out, most, of_buf_str(&once)), text.len);
			assert_memory_equal(out, bytes, text.len);
			of_buf_finish(&once);
			of_buf_finish(&again);
		}
	free(bytes);
	free(out);
}

/* RFC 1952: no flags, hence no name; no time; of an unknown system. */
static void test_gzip_header(void **state)
{
	const unsigned char head[] = {0x1F, 0x8B, 8, 0, 0, 0, 0, 0};
	struct of_buf out = {0};
	char bytes[N_MADE];

	(void)state;
	assert_int_equal(
		of_copy_kinds[0].compress(&out, text_of(bytes, sizeof(bytes), 1), NULL), OF_OK);
	assert_memory_equal(out.ptr, head, sizeof(head));
	assert_int_equal((unsigned char)out.ptr[9], 255);
	of_buf_finish(&out);
}

static void test_what_would_not_be_smaller(void **state)
{
	char bytes[N_MADE];
	uint32_t dice = 1;

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++) {
		dice = dice * 1664525 + 1013904223;
		bytes[i] = (char)(dice >> 24);
	}
	for (size_t k = 0; k < OF_COPIES; k++) {
		struct of_buf out = {0};

		if (of_copy_kinds[k].compress == NULL)
			continue;
		assert_int_equal(of_copy_kinds[k].compress(
					 &out, (struct of_str){bytes, sizeof(bytes)}, NULL),
			OF_OK);
		assert_int_equal(out.len, 0);
		of_buf_finish(&out);
	}
}

static void test_made_when_it_changes(void **state)
{
	struct place *place = *state;
	char first[N_MADE], second[N_MADE];
	struct of_str one = text_of(first, sizeof(first), 1);
	struct of_str two = text_of(second, sizeof(second), 2);
	struct of_stamp before[OF_COPIES];

	build(place, true, one);
	check_copies(place, one);
	memcpy(before, place->copies, sizeof(before));
	build(place, true, one);
	assert_memory_equal(before, place->copies, sizeof(before));
	check_copies(place, one);
	build(place, true, two);
	check_copies(place, two);
	for (size_t i = 0; i < OF_COPIES; i++)
		assert_false(of_copy_kinds[i].compress != NULL &&
			     of_stamp_equal(&before[i], &place->copies[i]));
}

static bool holds(struct place *place, bool compress)
{
	bool does;

	open_place(place, compress);
	does = of_publisher_holds(
		place->publisher, STR("g"), "d.xml", &place->stamp, place->copies);
	of_publisher_close(place->publisher);
	return does;
}

/* Deleted, of another time, or another's: each is seen, and made again beside the same file. */
static void test_made_when_it_is_not_right(void **state)
{
	struct place *place = *state;
	char bytes[N_MADE], path[128];
	struct of_str text = text_of(bytes, sizeof(bytes), 1);
	struct of_stamp document;

	build(place, true, text);
	document = place->stamp;
	path_of(path, place, ".gz");
	for (unsigned how = 0; how < 3; how++) {
		assert_true(holds(place, true));
		assert_int_equal(how == 0   ? unlink(path)
				 : how == 1 ? utimensat(AT_FDCWD, path,
						      (struct timespec[2]){{1, 1}, {1, 1}}, 0)
					    : (write_file(place, ".gz", "mine"), 0),
			0);
		assert_false(holds(place, true));
		assert_true(holds(place, false));
		build(place, true, text);
		assert_true(of_stamp_equal(&place->stamp, &document));
		check_copies(place, text);
	}
}

/* What is known to be left out holds; without a copy that was ever made, it does not. */
static void test_small_documents(void **state)
{
	struct place *place = *state;
	char bytes[N_MADE];
	const struct of_stamp none[OF_COPIES] = {{0, 0, 0}};

	build(place, true, text_of(bytes, sizeof(bytes), 1));
	assert_true(is_there(place, ".gz"));
	build(place, true, text_of(bytes, OF_COPY_LEAST - 1, 1));
	assert_false(is_there(place, ".gz"));
	assert_false(is_there(place, ".br"));
	assert_true(holds(place, true));
	memcpy(place->copies, none, sizeof(none));
	assert_false(holds(place, true));
}

static void test_switched_off(void **state)
{
	struct place *place = *state;
	char first[N_MADE], second[N_MADE];
	struct of_str one = text_of(first, sizeof(first), 1);

	build(place, true, one);
	build(place, false, one);
	check_copies(place, one);
	/* a file of another stays; an old copy would be of nothing that is there */
	write_file(place, ".br", "mine");
	build(place, false, text_of(second, sizeof(second), 2));
	assert_false(is_there(place, ".gz"));
	assert_true(is_there(place, ".br"));
	build(place, true, one);
	check_copies(place, one);
	/* by --prune, when the document stays as it is */
	build(place, false, one);
	open_place(place, false);
	assert_int_equal(of_publisher_remove_copies(
				 place->publisher, STR("g"), "d.xml", place->copies, NULL),
		OF_OK);
	commit(place);
	assert_true(is_there(place, ""));
	assert_false(is_there(place, ".gz"));
	assert_false(is_there(place, ".br"));
}

static void test_removed_with_the_document(void **state)
{
	static const struct of_stamp unknown[OF_COPIES];
	struct place *place = *state;
	char bytes[N_MADE];
	bool removed;

	for (unsigned known = 0; known < 2; known++) {
		build(place, true, text_of(bytes, sizeof(bytes), 1));
		open_place(place, known);
		assert_int_equal(of_publisher_remove_copies(place->publisher, STR("g"), "d.xml",
					 known ? place->copies : unknown, NULL),
			OF_OK);
		assert_int_equal(
			of_publisher_remove(place->publisher, STR("g"), "d.xml", &place->stamp,
				known ? place->copies : unknown, &removed, NULL),
			OF_OK);
		assert_true(removed);
		commit(place);
		assert_false(is_there(place, ".gz"));
		assert_false(is_there(place, ".br"));
		assert_int_equal(access(place->folder, F_OK), 0);
	}
}

/* A document that was replaced stays; the copies of the one that was there do not. */
static void test_of_a_document_that_was_replaced(void **state)
{
	struct place *place = *state;
	char bytes[N_MADE];
	bool removed;

	build(place, true, text_of(bytes, sizeof(bytes), 1));
	write_file(place, "", "mine");
	open_place(place, true);
	assert_int_equal(of_publisher_remove(place->publisher, STR("g"), "d.xml", &place->stamp,
				 place->copies, &removed, NULL),
		OF_OK);
	assert_false(removed);
	commit(place);
	assert_true(is_there(place, ""));
	assert_false(is_there(place, ".gz"));
	assert_false(is_there(place, ".br"));
}

/* When the commit fails, documents and copies are as they were. */
static void test_a_commit_that_fails(void **state)
{
	struct place *place = *state;
	char first[N_MADE], second[N_MADE], path[128];
	struct of_str one = text_of(first, sizeof(first), 1);
	struct of_stamp stamp, copies[OF_COPIES], before[OF_COPIES];

	build(place, true, one);
	memcpy(before, place->copies, sizeof(before));
	open_place(place, true);
	stage(place, text_of(second, sizeof(second), 2));
	assert_int_equal(of_publisher_stage(place->publisher, STR("g"), "e.xml", one, &stamp,
				 copies, NULL),
		OF_OK);
	snprintf(path, sizeof(path), "%s/g/e.xml.gz", place->folder);
	assert_int_equal(mkdir(path, 0777), 0);
	assert_int_equal(of_publisher_commit(place->publisher, NULL), OF_EIO);
	of_publisher_close(place->publisher);
	assert_int_equal(rmdir(path), 0);
	snprintf(path, sizeof(path), "%s/g/e.xml", place->folder);
	assert_int_not_equal(access(path, F_OK), 0);
	memcpy(place->copies, before, sizeof(before));
	check_copies(place, one);
}

static void test_dry_run(void **state)
{
	struct place *place = *state;
	char bytes[N_MADE];

	assert_int_equal(
		of_publisher_open(&place->publisher, place->folder, 1, true, true, NULL),
		OF_OK);
	stage(place, text_of(bytes, sizeof(bytes), 1));
	of_publisher_close(place->publisher);
	assert_int_equal(place->copies[0].inode, 0);
	assert_int_equal(rmdir(place->folder), 0);
	assert_int_equal(mkdir(place->folder, 0700), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unpacked_they_are_the_document),
		cmocka_unit_test(test_gzip_header),
		cmocka_unit_test(test_what_would_not_be_smaller),
		cmocka_unit_test_setup_teardown(test_made_when_it_changes, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_made_when_it_is_not_right, setup, teardown),
		cmocka_unit_test_setup_teardown(test_small_documents, setup, teardown),
		cmocka_unit_test_setup_teardown(test_switched_off, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_removed_with_the_document, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_of_a_document_that_was_replaced, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_commit_that_fails, setup, teardown),
		cmocka_unit_test_setup_teardown(test_dry_run, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
