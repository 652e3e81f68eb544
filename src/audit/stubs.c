#include "audit/captures.h"
#include "audit/metadata.h"
#include "audit/patch.h"
enum of_status of_patch_write(size_t *p, struct of_history *h, const struct of_site *s,
	const char *a, const struct of_reporter *r, struct of_err *e)
{
	(void)p;
	(void)h;
	(void)s;
	(void)a;
	(void)r;
	(void)e;
	return OF_OK;
}
enum of_status of_captures_find(size_t *f, struct of_history *h,
	const struct of_audit_settings *s, const volatile sig_atomic_t *st, struct of_err *e)
{
	(void)f;
	(void)h;
	(void)s;
	(void)st;
	(void)e;
	return OF_OK;
}
enum of_status of_metadata_write(struct of_history *h, const char *p, struct of_err *e)
{
	(void)h;
	(void)p;
	(void)e;
	return OF_OK;
}
