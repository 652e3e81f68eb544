#include "audit/report_mask.h"
#include "audit/report_writer.h"

#include "base/err.h"
#include "base/path.h"
#include "base/pool.h"
#include <stdlib.h>

static const struct of_report_writer *const writers[] = {&of_report_page, &of_report_json,
	&of_report_csv, &of_report_md, &of_report_junit, &of_report_sarif};

#define N_WRITERS (sizeof(writers) / sizeof(*writers))

#define BATCH_LINKS 256U
#define BATCH_BYTES ((size_t)1 << 20) /* at which no more are added */

struct batch {
	struct of_arena *arena;
	struct of_report_link links[BATCH_LINKS]; /* the arena's */
	size_t count;
};

struct reports {
	struct of_outfile *files[N_WRITERS];
	struct of_report each[N_WRITERS];
	bool going[N_WRITERS];
	struct of_report_walk *walk;
	struct batch *written, *read; /* at the same time */
	bool more;                    /* links to be read */
	enum of_status status;        /* of reading */
	struct of_err *err;
};

const char *of_report_file_at(size_t index)
{
	return index < N_WRITERS ? writers[index]->file : NULL;
}

static enum of_status begin(struct reports *reports, size_t index, const char *folder,
	size_t root, const struct of_report *like, struct of_err *err)
{
	const struct of_report_writer *writer = writers[index];
	struct of_report *report = &reports->each[index];
	struct of_buf path = {0};
	enum of_status status;

	of_path_join(&path, of_str_from(folder), of_str_from(writer->file));
	status = of_buf_status(&path, err);
	if (status == OF_OK)
		status = of_outfile_new(&reports->files[index], path.ptr, root, err);
	of_buf_finish(&path);
	if (status != OF_OK)
		return status;
	*report = *like;
	report->out = of_outfile_buf(reports->files[index]);
	report->own = calloc(1, writer->size + 1);
	if (report->own == NULL)
		return of_err_set_nomem(err);
	if (writer->begin != NULL)
		writer->begin(report);
	return OF_OK;
}

static void read_batch(struct reports *reports)
{
	struct batch *batch = reports->read;

	batch->count = 0;
	of_arena_clear(batch->arena);
	while (reports->more && reports->status == OF_OK && batch->count < BATCH_LINKS &&
		of_arena_size(batch->arena) < BATCH_BYTES) {
		reports->status =
			of_history_next_report(reports->walk, &batch->links[batch->count],
				batch->arena, &reports->more, reports->err);
		if (reports->status == OF_OK && reports->more &&
			!of_report_mask_here(&batch->links[batch->count], batch->arena))
			reports->status = of_err_set_nomem(reports->err);
		batch->count += reports->more;
	}
}

static void write_batch(struct reports *reports, size_t index)
{
	const struct of_report_writer *writer = writers[index];
	struct of_report *report = &reports->each[index];
	bool going = true;

	for (size_t i = 0; i < reports->written->count && going; i++) {
		if (writer->link != NULL)
			writer->link(report, &reports->written->links[i]);
		going = of_outfile_flush(reports->files[index]) && report->status == OF_OK;
	}
	reports->going[index] = going;
}

/* The history is the first turn's alone, a report its writer's. */
static void read_or_write(size_t index, unsigned worker, void *payload)
{
	(void)worker;
	if (index == 0)
		read_batch(payload);
	else
		write_batch(payload, index - 1);
}

static bool all_going(const struct reports *reports)
{
	for (size_t i = 0; i < N_WRITERS; i++)
		if (!reports->going[i])
			return false;
	return true;
}

/* Once a report has failed, the others need no more either. */
static enum of_status write_links(struct reports *reports)
{
	bool going = true;

	read_batch(reports);
	while (reports->status == OF_OK && reports->read->count > 0 && going) {
		struct batch *next = reports->written;

		reports->written = reports->read;
		reports->read = next;
		of_pool_run(1 + N_WRITERS, of_pool_cores(), read_or_write, reports);
		going = all_going(reports);
	}
	return reports->status;
}

static void settle(size_t index, unsigned worker, void *payload)
{
	struct reports *reports = payload;

	(void)worker;
	if (writers[index]->end != NULL)
		writers[index]->end(&reports->each[index]);
	of_outfile_settle(reports->files[index]);
}

static enum of_status commit(struct reports *reports, size_t index, struct of_err *err)
{
	struct of_report *report = &reports->each[index];
	enum of_status status = of_buf_status(&report->text, err);

	if (status == OF_OK && report->status != OF_OK)
		status = of_err_set_nomem(err);
	return status == OF_OK ? of_outfile_commit(reports->files[index], err) : status;
}

/* None appears unless all of them have seen all links. */
static enum of_status end_all(struct reports *reports, struct of_err *err)
{
	enum of_status status = OF_OK;

	for (size_t i = 0; i < N_WRITERS; i++)
		if (!reports->going[i])
			return commit(reports, i, err);
	of_pool_run(N_WRITERS, N_WRITERS, settle, reports);
	for (size_t i = 0; i < N_WRITERS && status == OF_OK; i++)
		status = commit(reports, i, err);
	return status;
}

static void finish(struct reports *reports)
{
	for (size_t i = 0; i < N_WRITERS; i++) {
		if (writers[i]->finish != NULL && reports->each[i].own != NULL)
			writers[i]->finish(reports->each[i].own);
		free(reports->each[i].own);
		of_buf_finish(&reports->each[i].text);
		of_outfile_free(reports->files[i]);
	}
}

static enum of_status write_all(struct reports *reports, struct of_history *history,
	const struct of_report *like, const char *folder, size_t root, struct of_err *err)
{
	enum of_status status = of_folder_make(folder, root, err);

	for (size_t i = 0; i < N_WRITERS && status == OF_OK; i++)
		status = begin(reports, i, folder, root, like, err);
	if (status == OF_OK)
		status = of_history_begin_report(
			&reports->walk, history, OF_VERDICTS_ALL, OF_REPORT_CHECKS, err);
	if (status == OF_OK)
		status = write_links(reports);
	return status == OF_OK ? end_all(reports, err) : status;
}

enum of_status of_reports_write(struct of_history *history, const struct of_report_about *about,
	const struct of_totals *totals, const char *folder, size_t root, struct of_err *err)
{
	const struct of_report like = {.about = about, .totals = totals};
	struct batch *batches = calloc(2, sizeof(*batches));
	struct reports reports = {.more = true, .err = err};
	enum of_status status = OF_OK;

	if (batches == NULL)
		return of_err_set_nomem(err);
	reports.read = &batches[0];
	reports.written = &batches[1];
	for (size_t i = 0; i < N_WRITERS; i++)
		reports.going[i] = true;
	for (size_t i = 0; i < 2 && status == OF_OK; i++)
		if ((batches[i].arena = of_arena_new()) == NULL)
			status = of_err_set_nomem(err);
	if (status == OF_OK)
		status = write_all(&reports, history, &like, folder, root, err);
	of_history_end_report(reports.walk);
	finish(&reports);
	of_arena_free(batches[0].arena);
	of_arena_free(batches[1].arena);
	free(batches);
	return status;
}
