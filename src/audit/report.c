#include "audit/report_mask.h"
#include "audit/report_writer.h"

#include "base/err.h"
#include "base/path.h"
#include <stdlib.h>

static const struct of_report_writer *const writers[] = {&of_report_page, &of_report_json,
	&of_report_csv, &of_report_md, &of_report_junit, &of_report_sarif};

#define N_WRITERS (sizeof(writers) / sizeof(*writers))

struct reports {
	struct of_outfile *files[N_WRITERS];
	struct of_report each[N_WRITERS];
	size_t failed; /* the first that did, or N_WRITERS */
	struct of_report_mask mask;
	enum of_status status; /* of the mask */
};

const char *of_report_file_at(size_t index)
{
	return index < N_WRITERS ? writers[index]->file : NULL;
}

static enum of_status begin(struct reports *reports, size_t index, const char *folder,
	const struct of_report *like, struct of_err *err)
{
	const struct of_report_writer *writer = writers[index];
	struct of_report *report = &reports->each[index];
	struct of_buf path = {0};
	enum of_status status;

	of_path_join(&path, of_str_from(folder), of_str_from(writer->file));
	status = of_buf_status(&path, err);
	if (status == OF_OK)
		status = of_outfile_new(&reports->files[index], path.ptr, err);
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

static bool add_link(const struct of_report_link *link, void *payload)
{
	struct reports *reports = payload;
	bool more = true;

	link = of_report_mask_link(&reports->mask, link);
	if (link == NULL) {
		reports->status = OF_ENOMEM;
		return false;
	}
	for (size_t i = 0; i < N_WRITERS; i++) {
		if (writers[i]->link != NULL)
			writers[i]->link(&reports->each[i], link);
		more &= of_outfile_flush(reports->files[i]) && reports->each[i].status == OF_OK;
	}
	return more;
}

/* None appears unless all of them have seen all links. */
static enum of_status commit(struct reports *reports, size_t index, struct of_err *err)
{
	struct of_report *report = &reports->each[index];
	enum of_status status = of_buf_status(&report->text, err);

	if (status == OF_OK && report->status != OF_OK)
		status = of_err_set_nomem(err);
	return status == OF_OK ? of_outfile_commit(reports->files[index], err) : status;
}

static enum of_status end_all(struct reports *reports, struct of_err *err)
{
	enum of_status status = OF_OK;

	if (reports->status != OF_OK)
		return of_err_set_nomem(err);
	if (reports->failed < N_WRITERS)
		return commit(reports, reports->failed, err);
	for (size_t i = 0; i < N_WRITERS; i++)
		if (writers[i]->end != NULL)
			writers[i]->end(&reports->each[i]);
	for (size_t i = 0; i < N_WRITERS && status == OF_OK; i++)
		status = commit(reports, i, err);
	return status;
}

static void finish(struct reports *reports)
{
	of_report_mask_finish(&reports->mask);
	for (size_t i = 0; i < N_WRITERS; i++) {
		if (writers[i]->finish != NULL && reports->each[i].own != NULL)
			writers[i]->finish(reports->each[i].own);
		free(reports->each[i].own);
		of_buf_finish(&reports->each[i].text);
		of_outfile_free(reports->files[i]);
	}
}

enum of_status of_reports_write(struct of_history *history, const struct of_report_about *about,
	const struct of_totals *totals, const char *folder, struct of_err *err)
{
	const struct of_report like = {.about = about, .totals = totals};
	struct reports reports = {.failed = N_WRITERS};
	enum of_status status = of_folder_make(folder, err);

	for (size_t i = 0; i < N_WRITERS && status == OF_OK; i++)
		status = begin(&reports, i, folder, &like, err);
	if (status == OF_OK)
		status = of_history_each_report(
			history, OF_REPORT_CHECKS, add_link, &reports, err);
	if (status == OF_OK)
		status = end_all(&reports, err);
	finish(&reports);
	return status;
}
