#include "serve/find.h"

#include "base/below.h"
#include "base/err.h"
#include "base/path.h"
#include "base/str.h"
#include "base/url.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define INDEX "index.html"
#define LONGEST_EXTENSION 3 /* of a copy */

enum {
	HTTP_OK = 200,
	HTTP_MOVED = 301,
	HTTP_NOT_FOUND = 404,
	HTTP_NOT_ACCEPTABLE = 406,
	HTTP_FAILED = 500
};

/* A path below the output and what is put behind it, followed by a NUL. */
struct name {
	char bytes[OF_WANTED_LIMIT + 1 + sizeof(INDEX) + LONGEST_EXTENSION];
	size_t len;
};

static struct of_str str_of(const struct name *name)
{
	return (struct of_str){name->bytes, name->len};
}

static void append(struct name *name, struct of_str text)
{
	memcpy(name->bytes + name->len, text.ptr, text.len);
	name->len += text.len;
	name->bytes[name->len] = '\0';
}

/* What the target asks for as a file. */
static struct name name_of(const struct of_wanted *wanted)
{
	struct name name = {.len = 0};

	append(&name, (struct of_str){wanted->path, wanted->len});
	if (wanted->folder)
		append(&name, wanted->len > 0 ? STR("/" INDEX) : STR(INDEX));
	return name;
}

/*
 * An address of the site's as it stands in a page of the output: pages are served
 * at the top, whatever the path of the site. False for one of another origin.
 */
static bool find_path(struct of_wanted *path, const struct of_site *site, struct of_str address)
{
	struct of_url url = of_url_split(site->url), found = of_url_split(address);

	*path = (struct of_wanted){.len = 0};
	if (!of_str_equal_nocase(url.scheme, found.scheme) ||
		!of_str_equal_nocase(url.authority, found.authority))
		return false;
	if (of_str_starts(found.path, url.path))
		found.path = of_str_from_offset(found.path, url.path.len - 1);
	if (of_wanted_parse(path, found.path) == 0)
		return true;
	*path = (struct of_wanted){.len = 0};
	return false;
}

enum of_status of_places_init(
	struct of_places *places, const struct of_site *site, struct of_err *err)
{
	struct of_wanted prefix, icon;

	*places = (struct of_places){.output = strndup(site->output.ptr, site->output.len)};
	if (site->images_dir.len > 0)
		places->images = strndup(site->images_dir.ptr, site->images_dir.len);
	if (!find_path(&prefix, site, site->images_url)) {
		free(places->images);
		places->images = NULL;
	}
	find_path(&icon, site, site->icon);
	places->images_prefix = strdup(prefix.path);
	places->icon = strdup(icon.path);
	if (places->output != NULL && places->images_prefix != NULL && places->icon != NULL)
		return OF_OK;
	of_places_finish(places);
	return of_err_set_nomem(err);
}

void of_places_finish(struct of_places *places)
{
	free(places->output);
	free(places->images);
	free(places->images_prefix);
	free(places->icon);
	*places = (struct of_places){NULL, NULL, NULL, NULL};
}

/* A descriptor of what is there, and what it is; -1 for none, and errno says why. */
static int look(const char *folder, struct of_str path, struct stat *info)
{
	int root = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int fd = root >= 0 ? of_below_open_any(root, path) : -1;

	of_close_quietly(root);
	if (fd < 0)
		return -1;
	if (fstat(fd, info) == 0) {
		if (S_ISREG(info->st_mode) || S_ISDIR(info->st_mode))
			return fd;
		errno = ENOENT;
	}
	of_close_quietly(fd);
	return -1;
}

/*
 * What there is none of, or nobody may see. A reader takes 404 for an end: it is
 * not said of what this machine has no descriptor for just now.
 */
static bool is_absent(int sys_errno)
{
	static const int absent[] = {
		ENOENT, ENOTDIR, ELOOP, EXDEV, ENAMETOOLONG, EACCES, EPERM};

	for (size_t i = 0; i < sizeof(absent) / sizeof(absent[0]); i++)
		if (sys_errno == absent[i])
			return true;
	return false;
}

/* The path below the images' folder; absent for what is no image of the site. */
static struct of_str path_of_image(const struct of_places *places, struct of_str path)
{
	const struct of_str none = {NULL, 0};
	struct of_str prefix = of_str_from(places->images_prefix);

	/* wherever the icon's address is, its file is among the images if anywhere */
	if (of_str_equal(path, of_str_from(places->icon)) && !of_str_starts(path, prefix))
		return of_path_base(path);
	if (!of_str_starts(path, prefix))
		return none;
	path = of_str_from_offset(path, prefix.len);
	if (prefix.len == 0)
		return path;
	return of_str_starts(path, STR("/")) ? of_str_from_offset(path, 1) : none;
}

/* An image of the site that is not in the output, too. */
static int look_for_image(
	const struct of_places *places, struct of_str path, struct of_found *found)
{
	if (places->images == NULL || !found->media->is_image)
		return -1;
	path = path_of_image(places, path);
	return path.ptr != NULL ? look(places->images, path, &found->info) : -1;
}

unsigned of_find(
	struct of_found *found, const struct of_places *places, const struct of_wanted *wanted)
{
	struct name name = name_of(wanted);
	bool is_folder;

	found->coding = OF_CODING_IDENTITY;
	found->media = of_media_find(of_path_base(str_of(&name)));
	found->fd = look(places->output, str_of(&name), &found->info);
	if (found->fd < 0 && is_absent(errno))
		found->fd = look_for_image(places, str_of(&name), found);
	if (found->fd < 0)
		return is_absent(errno) ? HTTP_NOT_FOUND : HTTP_FAILED;
	if (S_ISREG(found->info.st_mode))
		return HTTP_OK;
	is_folder = S_ISDIR(found->info.st_mode) && !wanted->folder;
	close(found->fd);
	found->fd = -1;
	return is_folder ? HTTP_MOVED : HTTP_NOT_FOUND;
}

/* The copy in a coding; false where there is none, or one of another time. */
static bool take_copy(struct of_found *found, const struct of_places *places,
	const struct of_wanted *wanted, enum of_coding coding)
{
	struct name name = name_of(wanted);
	struct stat info;
	int fd;

	append(&name, of_str_from(of_coding_rows[coding].extension));
	fd = look(places->output, str_of(&name), &info);
	if (fd < 0)
		return false;
	if (!S_ISREG(info.st_mode) || info.st_mtim.tv_sec != found->info.st_mtim.tv_sec ||
		info.st_mtim.tv_nsec != found->info.st_mtim.tv_nsec) {
		close(fd);
		return false;
	}
	close(found->fd);
	found->fd = fd;
	found->info = info;
	found->coding = coding;
	return true;
}

unsigned of_find_coding(struct of_found *found, const struct of_places *places,
	const struct of_wanted *wanted, struct of_str accept)
{
	unsigned there =
		found->media->is_text ? (1U << OF_N_CODINGS) - 1 : 1U << OF_CODING_IDENTITY;
	enum of_coding coding;

	while (of_coding_choose(&coding, accept, there)) {
		if (coding == OF_CODING_IDENTITY || take_copy(found, places, wanted, coding))
			return HTTP_OK;
		there &= ~(1U << coding);
	}
	return HTTP_NOT_ACCEPTABLE;
}
