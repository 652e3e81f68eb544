#include "base/str.h"
#include "publish/compress.h"
#include "publish/staged.h"
#include <errno.h>

/* Of a copy that is not worth while: known not to be there, which zero is not. */
static const struct of_stamp left_out = {0, 0, -1};

static bool is_made(const struct of_publisher *p, size_t kind)
{
	return p->compress && of_copy_kinds[kind].compress != NULL;
}

/*
 * A copy has the time of its document, to the nanosecond, and is smaller. By this
 * it is known to be of the document that is there, also without a saved state.
 */
static bool is_of(const struct of_stamp *copy, const struct of_stamp *document)
{
	return copy->inode != 0 && document->inode != 0 && copy->mtime == document->mtime &&
	       copy->size < document->size;
}

/* What cannot be seen now may be there, and must not be left beside another document. */
static enum of_status look(struct of_stamp *copy, const struct of_publisher *p, int folder,
	const struct of_staged *staged, unsigned slot, struct of_err *err)
{
	char name[OF_STAGED_NAME];

	of_staged_name(name, staged, slot);
	errno = 0;
	*copy = of_stamp_at(folder, name);
	if (copy->inode != 0 || errno == 0 || errno == ENOENT)
		return OF_OK;
	return of_publisher_fail(p, staged->folder, name, "look at it", err);
}

static enum of_status plan_one(struct of_staged *staged, size_t kind, struct of_buf *made,
	struct of_stamp *copy, const struct of_publisher *p, int folder,
	const struct of_stamp *now, struct of_str bytes, struct of_err *err)
{
	bool changes = staged->steps[OF_SLOT_DOCUMENT] == OF_STEP_STAGED;
	struct of_stamp old;
	enum of_status status =
		look(&old, p, folder, staged, OF_SLOT_OLD_COPY + (unsigned)kind, err);

	*copy = (struct of_stamp){0, 0, 0};
	if (status != OF_OK)
		return status;
	if (!changes && is_of(&old, now)) {
		*copy = old;
		return OF_OK;
	}
	if (is_made(p, kind)) {
		*copy = left_out;
		if (bytes.len >= OF_COPY_LEAST)
			status = of_copy_kinds[kind].compress(made, bytes, err);
	}
	if (made->len > 0)
		staged->steps[OF_SLOT_NEW_COPY + kind] = OF_STEP_STAGED;
	/* what is neither outfeed's nor in the way of a copy is left to who made it */
	if (changes && old.inode != 0 && (made->len > 0 || is_of(&old, now)))
		staged->steps[OF_SLOT_OLD_COPY + kind] = OF_STEP_UNWANTED;
	return status;
}

enum of_status of_copies_plan(struct of_staged *staged, struct of_buf made[OF_COPIES],
	struct of_stamp copies[OF_COPIES], const struct of_publisher *publisher, int folder,
	const struct of_stamp *now, struct of_str bytes, struct of_err *err)
{
	enum of_status status = OF_OK;

	for (size_t i = 0; i < OF_COPIES && status == OF_OK; i++)
		status = plan_one(
			staged, i, &made[i], &copies[i], publisher, folder, now, bytes, err);
	return status;
}

enum of_status of_copies_remove(struct of_staged *staged, const struct of_publisher *p,
	int folder, const struct of_stamp *now, const struct of_stamp copies[OF_COPIES],
	struct of_err *err)
{
	enum of_status status = OF_OK;

	for (unsigned i = 0; i < OF_COPIES && status == OF_OK; i++) {
		struct of_stamp copy;

		status = look(&copy, p, folder, staged, OF_SLOT_OLD_COPY + i, err);
		if (copy.inode != 0 && (of_stamp_equal(&copy, &copies[i]) ||
					       (now != NULL && is_of(&copy, now))))
			staged->steps[OF_SLOT_OLD_COPY + i] = OF_STEP_UNWANTED;
	}
	return status;
}

bool of_copies_hold(const struct of_publisher *p, int folder, const char *document,
	const struct of_stamp copies[OF_COPIES])
{
	const struct of_staged staged = {.name = of_str_from(document)};
	char name[OF_STAGED_NAME];

	for (size_t i = 0; i < OF_COPIES; i++) {
		struct of_stamp now;

		if (!is_made(p, i) || of_stamp_equal(&copies[i], &left_out))
			continue;
		of_staged_name(name, &staged, OF_SLOT_NEW_COPY + (unsigned)i);
		now = of_stamp_at(folder, name);
		if (now.inode == 0 || !of_stamp_equal(&now, &copies[i]))
			return false;
	}
	return true;
}

bool of_copies_unwanted(struct of_stamp unwanted[OF_COPIES], const struct of_publisher *p,
	const struct of_stamp copies[OF_COPIES])
{
	bool any = false;

	for (size_t i = 0; i < OF_COPIES; i++) {
		bool is = copies[i].inode != 0 && !is_made(p, i);

		unwanted[i] = is ? copies[i] : (struct of_stamp){0, 0, 0};
		any |= is;
	}
	return any;
}
