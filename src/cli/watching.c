#include "cli/watching.h"

#include "base/str.h"
#include "base/time.h"
#include <outfeed/watch.h>
#include <stdlib.h>
#include <time.h>

bool decide_now(int64_t *now, int64_t given)
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	uint64_t seconds = 0;

	if (given != OF_TIME_NONE) {
		*now = given;
	} else if (epoch != NULL && epoch[0] != '\0') {
		if (!of_str_to_uint(&seconds, of_str_from(epoch)) || seconds > INT64_MAX / 2) {
			fputs("outfeed: error: SOURCE_DATE_EPOCH must be a number of seconds\n",
				stderr);
			return false;
		}
		*now = (int64_t)seconds;
	} else {
		*now = (int64_t)time(NULL);
	}
	return true;
}

static void pause_a_moment(void)
{
	const struct timespec pause = {0, 300000000};

	nanosleep(&pause, NULL);
}

/* A content folder that is not there, or not there for a moment, is waited for. */
static enum of_status begin_watch(struct of_watch **watch, const struct of_site *site,
	struct telling *telling, struct of_err *err)
{
	enum of_status status = of_watch_new(watch, site, err);

	if (status == OF_EIO)
		tell_err(err, telling);
	while (status == OF_EIO && !signal_stopped) {
		pause_a_moment();
		status = of_watch_new(watch, site, err);
	}
	return signal_stopped ? OF_ESTOPPED : status;
}

/* Builds until outfeed.yaml changes, or the watching has to end. */
static int watch_site(const struct watching *watching, struct of_site *site, bool *again)
{
	struct of_err err = {0};
	struct of_watch *watch = NULL;
	enum of_status status = begin_watch(&watch, site, watching->telling, &err);
	bool config = false;

	*again = false;
	while (status == OF_OK && !config) {
		/* a build that fails is told, and the next change may mend it */
		if (watching->build(site, watching->payload) == STATUS_INTERRUPTED) {
			of_watch_free(watch);
			return STATUS_INTERRUPTED;
		}
		status = of_watch_wait(watch, &config, &signal_stopped, &err);
	}
	of_watch_free(watch);
	*again = status == OF_OK;
	if (status == OF_ESTOPPED)
		return STATUS_INTERRUPTED;
	if (status != OF_OK)
		tell_err(&err, watching->telling);
	return status == OF_OK ? STATUS_DONE : status_of(&err);
}

/* Waits for outfeed.yaml to be mended after a change that made it unreadable. */
static int wait_for_config(struct of_site **site, const struct watching *watching)
{
	struct of_err err = {0};
	struct of_err told = {0};

	while (load_site(site, watching->where, watching->output, watching->telling, &err) !=
		OF_OK) {
		if (memcmp(&err, &told, sizeof(err)) != 0)
			tell_err(&err, watching->telling);
		told = err;
		if (signal_stopped)
			return STATUS_INTERRUPTED;
		pause_a_moment();
	}
	return STATUS_DONE;
}

int watch_and_build(const struct watching *watching, struct of_site *site)
{
	bool again = true;
	int status = STATUS_DONE;

	while (again && status == STATUS_DONE) {
		status = watch_site(watching, site, &again);
		of_site_free(site);
		site = NULL;
		if (again && status == STATUS_DONE)
			status = wait_for_config(&site, watching);
	}
	of_site_free(site);
	return status;
}
