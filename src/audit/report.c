#include "audit/report.h"
enum of_status of_reports_write(
	struct of_history *h, const struct of_report_about *a, const char *f, struct of_err *e)
{
	(void)h;
	(void)a;
	(void)f;
	(void)e;
	return OF_OK;
}
