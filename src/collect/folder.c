#include "collect/folder.h"

#include "base/err.h"
#include "base/file.h"
#include "base/grow.h"
#include "base/path.h"
#include "base/str.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* The head of a packed folder; the names, the diagnostics and the records follow. */
struct packed {
	int64_t mtime;
	uint64_t inode;
	uint32_t n_records, subfolders, diags; /* the last two in bytes */
	uint32_t reserved;
};

static size_t padded(size_t len)
{
	return (len + 7) & ~(size_t)7;
}

static size_t records_offset(const struct packed *head)
{
	return sizeof(*head) + padded(head->subfolders) + padded(head->diags);
}

static const struct packed *head_of(struct of_str packed)
{
	return (const struct packed *)(const void *)packed.ptr;
}

/* Whether each is of a folder in this one. */
static bool are_names(struct of_str names)
{
	while (names.len > 0)
		if (!of_path_is_name(of_str_split(&names, '\0')))
			return false;
	return true;
}

bool of_folder_is_sound(struct of_str packed)
{
	const struct packed *head = head_of(packed);
	size_t count = 0;
	size_t at;

	if (packed.len < sizeof(*head) || records_offset(head) > packed.len ||
		(head->subfolders > 0 &&
			packed.ptr[sizeof(*head) + head->subfolders - 1] != '\0') ||
		!are_names(
			of_str_slice(packed, sizeof(*head), sizeof(*head) + head->subfolders)))
		return false;
	for (at = records_offset(head); at < packed.len; count++) {
		struct of_str rest = of_str_from_offset(packed, at);

		if (!of_record_is_sound(rest))
			return false;
		at += ((const struct of_record *)(const void *)rest.ptr)->size;
	}
	return count == head->n_records;
}

const struct of_record *of_folder_next(struct of_str packed, size_t *at)
{
	const struct of_record *record;

	if (packed.len == 0)
		return NULL;
	if (*at == 0)
		*at = records_offset(head_of(packed));
	if (*at >= packed.len)
		return NULL;
	record = (const struct of_record *)(const void *)(packed.ptr + *at);
	*at += record->size;
	return record;
}

static void add_padded(struct of_buf *out, struct of_str text)
{
	static const char zeros[8] = {0};

	of_buf_add_str(out, text);
	of_buf_add(out, zeros, padded(text.len) - text.len);
}

/* What changed while it was looked at is packed as of unknown time (git's racy-clean rule). */
static void add_record(
	struct of_buf *out, const struct of_record *record, uint8_t fate, int64_t since)
{
	struct of_record head = *record;

	if (of_is_racy(head.mtime, since))
		head.mtime = 0;
	head.fresh = 0;
	head.fate = fate & 3U;
	of_buf_add(out, &head, sizeof(head));
	of_buf_add(out, record + 1, record->size - sizeof(head));
}

void of_folder_pack(struct of_buf *out, const struct of_folder *folder,
	const struct of_record *const *records, size_t count, const uint8_t *fates,
	int64_t since)
{
	struct packed head = {.mtime = of_is_racy(folder->mtime, since) ? 0 : folder->mtime,
		.inode = folder->inode,
		.n_records = (uint32_t)count,
		.subfolders = (uint32_t)folder->subfolders.len,
		.diags = (uint32_t)folder->diags.len};

	of_buf_add(out, &head, sizeof(head));
	add_padded(out, folder->subfolders);
	add_padded(out, folder->diags);
	for (size_t i = 0; i < count; i++)
		add_record(out, records[i], fates[i], since);
}

/* The names of a folder as they are read. */
struct listing {
	const struct of_folder *folder;
	const struct of_looking *looking;
	struct of_arena *arena, *names;
	struct of_slot *slots;
	size_t count, cap;
	struct of_buf subfolders, diags;
	size_t level;
	bool below, cut;
};

static bool add_slot(struct listing *listing, struct of_str name)
{
	struct of_slot *grown =
		of_grow(listing->slots, listing->count, &listing->cap, sizeof(*grown));

	if (grown == NULL)
		return false;
	listing->slots = grown;
	grown[listing->count] =
		(struct of_slot){of_arena_dup(listing->names, name).ptr, NULL, NULL};
	return grown[listing->count++].name != NULL;
}

/* What a directory entry is; asks the system only where the folder does not say. */
static mode_t mode_of(int folder, const struct dirent *entry)
{
	struct stat info;

	switch (entry->d_type) {
	case DT_REG:
		return S_IFREG;
	case DT_DIR:
		return S_IFDIR;
	case DT_LNK:
		return S_IFLNK;
	case DT_UNKNOWN:
		if (fstatat(folder, entry->d_name, &info, AT_SYMLINK_NOFOLLOW) == 0)
			return info.st_mode & S_IFMT;
		return 0;
	default:
		return 0;
	}
}

/* Of an entry, or, without a name, of the folder itself. */
static void warn(struct listing *listing, struct of_str name, const char *message)
{
	struct of_buf path = {0};
	struct of_diag diag = {.severity = OF_WARNING, .message = message};

	if (name.len > 0)
		of_path_join(&path, listing->folder->path, name);
	else
		of_buf_add_str(&path, listing->folder->path);
	if (path.status == OF_OK) {
		diag.path = path.ptr;
		of_diag_pack_with_path(&diag, &listing->diags);
	}
	of_buf_finish(&path);
}

/* How many folders this one is below the one that `content` names. */
static size_t level_of(const struct of_folder *folder)
{
	struct of_str rest =
		of_str_trim_byte(of_str_from_offset(folder->path, folder->root), '/');
	size_t level = 0;

	for (; rest.len > 0; level++)
		of_str_split(&rest, '/');
	return level;
}

static bool add_subfolder(struct listing *listing, struct of_str name)
{
	if (listing->level < OF_LIMIT_LEVELS) {
		of_buf_add(&listing->subfolders, name.ptr, name.len + 1);
	} else if (!listing->cut) {
		listing->cut = true;
		warn(listing, (struct of_str){NULL, 0},
			"more than 128 folders in each other: what lies deeper is passed over");
	}
	return true;
}

static bool add_entry(struct listing *listing, int fd, const struct dirent *entry)
{
	struct of_str name = of_str_from(entry->d_name);

	if (name.ptr[0] == '.')
		return true;
	switch (mode_of(fd, entry)) {
	case S_IFDIR:
		return !listing->below || add_subfolder(listing, name);
	case S_IFREG:
		return !of_roots_have_item(
			       listing->looking->roots, listing->folder->path, name) ||
		       add_slot(listing, name);
	case S_IFLNK:
		if (of_roots_have_item(listing->looking->roots, listing->folder->path, name) ||
			of_path_extension(name).len == 0)
			warn(listing, name,
				"symbolic links are not followed: name what it leads to in "
				"`content`, or copy it");
		return true;
	default:
		return true;
	}
}

static int compare_names(const void *a, const void *b)
{
	const struct of_slot *one = a;
	const struct of_slot *other = b;

	return strcmp(one->name, other->name);
}

static int compare_texts(const void *a, const void *b)
{
	return of_str_compare(*(const struct of_str *)a, *(const struct of_str *)b);
}

/* The order in which a file system lists them may not show anywhere. */
static bool sort_subfolders(struct listing *listing)
{
	struct of_str rest = of_buf_str(&listing->subfolders);
	struct of_buf sorted = {0};
	struct of_str *names;
	size_t count = 0;

	if (listing->subfolders.status != OF_OK)
		return false;
	for (size_t i = 0; i < rest.len; i++)
		count += rest.ptr[i] == '\0';
	names = of_arena_take(listing->arena, count, sizeof(*names));
	if (names == NULL)
		return false;
	for (size_t i = 0; i < count; i++)
		names[i] = of_str_split(&rest, '\0');
	if (count > 0)
		qsort(names, count, sizeof(*names), compare_texts);
	for (size_t i = 0; i < count; i++)
		of_buf_add(&sorted, names[i].ptr, names[i].len + 1);
	of_buf_finish(&listing->subfolders);
	listing->subfolders = sorted;
	return true;
}

static enum of_status read_names(struct listing *listing, DIR *stream, struct of_err *err)
{
	const struct dirent *entry;
	bool kept;
	int failure;

	/* adding an entry may set errno, and readdir() says by it alone that it failed */
	do {
		errno = 0;
		entry = readdir(stream);
		kept = entry == NULL || add_entry(listing, dirfd(stream), entry);
	} while (kept && entry != NULL);
	failure = errno;
	if (!kept || !sort_subfolders(listing))
		return of_err_set_nomem(err);
	errno = failure;
	if (failure != 0)
		return of_err_set_errno(
			err, listing->folder->path.ptr, "read the content folder");
	if (listing->count > 0)
		qsort(listing->slots, listing->count, sizeof(*listing->slots), compare_names);
	return OF_OK;
}

/* Gives the slots the records that the last run has of them, and keeps those that still hold.
 */
static void match_saved(struct of_folder *folder, int fd, const struct of_looking *looking)
{
	size_t at = 0;
	const struct of_record *record = of_folder_next(folder->saved, &at);

	for (size_t i = 0; i < folder->n_slots; i++) {
		struct of_slot *slot = &folder->slots[i];
		struct stat info;

		while (record != NULL &&
			strcmp(of_record_text(record, OF_TEXT_NAME).ptr, slot->name) < 0)
			record = of_folder_next(folder->saved, &at);
		if (record == NULL ||
			strcmp(of_record_text(record, OF_TEXT_NAME).ptr, slot->name) != 0)
			continue;
		slot->saved = record;
		if (!looking->full &&
			fstatat(fd, slot->name, &info, AT_SYMLINK_NOFOLLOW) == 0 &&
			of_record_matches(record, &info))
			slot->record = record;
	}
}

void of_folder_drop_slots(struct of_folder *folder)
{
	free(folder->slots);
	folder->slots = NULL;
	folder->n_slots = 0;
}

static enum of_status list(struct of_folder *folder, const struct of_looking *looking,
	struct of_arena *arena, struct of_arena *names, DIR *stream)
{
	struct listing listing = {.folder = folder,
		.looking = looking,
		.arena = arena,
		.names = names,
		.level = level_of(folder),
		.below = of_roots_go_below(looking->roots, folder->path)};
	enum of_status status = read_names(&listing, stream, &folder->err);

	of_folder_drop_slots(folder);
	if (status == OF_OK) {
		folder->n_slots = listing.count;
		folder->slots = listing.slots;
		listing.slots = NULL;
		folder->cut = listing.cut;
		folder->subfolders = of_arena_keep(arena, &listing.subfolders);
		folder->diags = of_arena_keep(arena, &listing.diags);
		status = of_arena_status(arena, &folder->err);
	}
	free(listing.slots);
	of_buf_finish(&listing.subfolders);
	of_buf_finish(&listing.diags);
	if (status == OF_OK)
		match_saved(folder, dirfd(stream), looking);
	return status;
}

/* What stands beside the records of a folder is as it was. */
static void take_saved(struct of_folder *folder)
{
	const struct packed *head = head_of(folder->saved);
	const char *at = folder->saved.ptr + sizeof(*head);

	folder->subfolders = (struct of_str){at, head->subfolders};
	folder->diags = (struct of_str){at + padded(head->subfolders), head->diags};
}

/* Slots for all records of the folder, the first count of which hold. */
static bool make_slots(struct of_folder *folder, size_t count)
{
	const struct of_record *record;
	size_t at = 0;

	folder->slots = calloc(head_of(folder->saved)->n_records, sizeof(*folder->slots));
	for (; folder->slots != NULL && folder->n_slots < count; folder->n_slots++) {
		record = of_folder_next(folder->saved, &at);
		folder->slots[folder->n_slots] = (struct of_slot){
			of_record_text(record, OF_TEXT_NAME).ptr, record, record};
	}
	return folder->slots != NULL;
}

/*
 * When no name came or went, the files alone have to be looked at, in their own
 * order and once each. False when that is not so after all.
 */
static bool look_at_saved(struct of_folder *folder, int fd)
{
	const struct packed *head = head_of(folder->saved);
	const struct of_record *record;
	size_t at = 0;

	if (folder->saved.len == 0 || head->mtime == 0 || head->mtime != folder->mtime ||
		head->inode != folder->inode)
		return false;
	for (size_t i = 0; (record = of_folder_next(folder->saved, &at)) != NULL; i++) {
		struct of_str name = of_record_text(record, OF_TEXT_NAME);
		struct stat info;
		bool holds;

		if (fstatat(fd, name.ptr, &info, AT_SYMLINK_NOFOLLOW) != 0)
			return false;
		holds = of_record_matches(record, &info);
		if (!holds && folder->slots == NULL && !make_slots(folder, i))
			return false;
		if (folder->slots != NULL)
			folder->slots[folder->n_slots++] =
				(struct of_slot){name.ptr, record, holds ? record : NULL};
	}
	folder->same = folder->slots == NULL;
	return true;
}

void of_folder_look(struct of_folder *folder, const struct of_looking *looking,
	struct of_arena *arena, struct of_arena *names)
{
	int fd = of_folder_open_below(folder->path, folder->root);
	DIR *stream = fd >= 0 ? fdopendir(fd) : NULL;
	struct stat info;

	if (stream == NULL || fstat(fd, &info) != 0) {
		of_err_set_errno(&folder->err, folder->path.ptr, "read the content folder");
		if (stream != NULL)
			closedir(stream);
		else if (fd >= 0)
			close(fd);
		return;
	}
	folder->mtime = of_stat_mtime(&info);
	folder->inode = info.st_ino;
	if (looking->output_inode != 0 && info.st_ino == looking->output_inode &&
		info.st_dev == looking->output_device)
		folder->mtime = 0; /* empty, as long as it is the output */
	else if (!looking->full && look_at_saved(folder, fd))
		take_saved(folder);
	else if (list(folder, looking, arena, names, stream) == OF_OK)
		folder->err.code = OF_OK;
	closedir(stream);
}
