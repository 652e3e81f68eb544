#include "base/err.h"
#include "base/file.h"
#include "base/str.h"
#include "web/transfer.h"
#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define CA_FILE_LIMIT ((size_t)16 << 20)
#define CA_FILE_DEBIAN "/etc/ssl/certs/ca-certificates.crt"

static const char accept_page[] = "Accept: text/html,*/*;q=0.8";
static const char accept_other[] = "Accept: */*";
static const char accept_language[] = "Accept-Language: en,*;q=0.5";

static const char *system_ca_file(void)
{
	const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);

	return info->cainfo != NULL ? info->cainfo : CA_FILE_DEBIAN;
}

static enum of_status write_all(int fd, struct of_str bytes, struct of_err *err)
{
	while (bytes.len > 0) {
		ssize_t done = write(fd, bytes.ptr, bytes.len);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return of_err_set_errno(err, NULL, "keep the trusted certificates");
		bytes = of_str_from_offset(bytes, (size_t)done);
	}
	return OF_OK;
}

/*
 * libcurl reads roots from one file, and keeps what it parsed only of a file
 * (not of bytes in memory): the system's and the site's are made one that has
 * no name but its descriptor's.
 */
static enum of_status join_ca_files(
	struct of_transport *transport, const char *own, struct of_err *err)
{
	struct of_buf bytes = {0};
	char path[64];
	enum of_status status =
		of_file_read(&bytes, AT_FDCWD, system_ca_file(), CA_FILE_LIMIT, NULL, err);

	of_buf_add_byte(&bytes, '\n');
	if (status == OF_OK)
		status = of_file_read(&bytes, AT_FDCWD, own, CA_FILE_LIMIT, NULL, err);
	if (status != OF_OK)
		status = OF_ECONFIG;
	else if ((transport->ca_fd = memfd_create("certificates", MFD_CLOEXEC)) < 0)
		status = of_err_set_errno(err, NULL, "keep the trusted certificates");
	else
		status = write_all(transport->ca_fd, of_buf_str(&bytes), err);
	of_buf_finish(&bytes);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", transport->ca_fd);
	if (status == OF_OK && (transport->ca_path = strdup(path)) == NULL)
		status = of_err_set_nomem(err);
	if (status == OF_ECONFIG && err != NULL)
		err->code = OF_ECONFIG;
	return status;
}

static enum of_status find_ca_file(struct of_transport *transport, struct of_err *err)
{
	struct of_str own = transport->settings->ca_file;
	char *path;
	enum of_status status;

	if (own.len == 0) {
		transport->ca_path = strdup(system_ca_file());
		return transport->ca_path != NULL ? OF_OK : of_err_set_nomem(err);
	}
	path = strndup(own.ptr, own.len);
	if (path == NULL)
		return of_err_set_nomem(err);
	status = join_ca_files(transport, path, err);
	free(path);
	return status;
}

static bool add_line(struct curl_slist **list, const char *line)
{
	struct curl_slist *longer = curl_slist_append(*list, line);

	if (longer != NULL)
		*list = longer;
	return longer != NULL;
}

/*
 * In a list of headers libcurl prints it once; as an option it prints it for itself
 * first, byte by byte. A proxy's CONNECT says only what is an option.
 */
static bool add_user_agent(const struct of_transport *transport, struct curl_slist **list)
{
	struct of_buf line = {0};
	bool done;

	if (transport->proxy[0] != '\0' || transport->user_agent[0] == '\0')
		return true;
	of_buf_add_format(&line, "User-Agent: %s", transport->user_agent);
	done = line.status == OF_OK && add_line(list, line.ptr);
	of_buf_finish(&line);
	return done;
}

/* Those that libcurl decodes, as it would say itself; a page is never a range. */
static bool add_codings(struct curl_slist **list)
{
	static const struct {
		int feature;
		const char *names;
	} codings[] = {{CURL_VERSION_LIBZ, "deflate, gzip"}, {CURL_VERSION_BROTLI, "br"},
		{CURL_VERSION_ZSTD, "zstd"}};
	const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);
	struct of_buf line = {0};
	size_t count = 0;
	bool done;

	of_buf_add_text(&line, "Accept-Encoding: ");
	for (size_t i = 0; i < sizeof(codings) / sizeof(*codings); i++)
		if ((info->features & codings[i].feature) != 0)
			of_buf_add_format(
				&line, "%s%s", count++ > 0 ? ", " : "", codings[i].names);
	done = line.status == OF_OK && (count == 0 || add_line(list, line.ptr));
	of_buf_finish(&line);
	return done;
}

static char *copy(struct of_str text)
{
	return text.len > 0 ? strndup(text.ptr, text.len) : strdup("");
}

/* libcurl says whether it can use the proxy only to a handle that is to use it. */
static enum of_status check_proxy(const struct of_transport *transport, struct of_err *err)
{
	CURLU *url = curl_url();
	CURLUcode code = CURLUE_OK;

	if (url == NULL)
		return of_err_set_nomem(err);
	if (transport->proxy[0] != '\0')
		code = curl_url_set(url, CURLUPART_URL, transport->proxy,
			CURLU_GUESS_SCHEME | CURLU_NON_SUPPORT_SCHEME);
	curl_url_cleanup(url);
	if (code == CURLUE_OK)
		return OF_OK;
	return of_err_set(err, OF_ECONFIG, "the proxy '%s' cannot be used: %s",
		transport->proxy, curl_url_strerror(code));
}

enum of_status of_transport_init(struct of_transport *transport,
	const struct of_audit_settings *settings, const struct of_transport_calls *calls,
	struct of_err *err)
{
	*transport = (struct of_transport){.settings = settings, .calls = *calls, .ca_fd = -1};
	transport->proxy = copy(settings->proxy);
	transport->user_agent = copy(settings->user_agent);
	if (transport->proxy == NULL || transport->user_agent == NULL ||
		!add_user_agent(transport, &transport->page_headers) ||
		!add_user_agent(transport, &transport->other_headers) ||
		!add_line(&transport->page_headers, accept_page) ||
		!add_line(&transport->page_headers, accept_language) ||
		!add_codings(&transport->page_headers) ||
		!add_line(&transport->other_headers, accept_other))
		return of_err_set_nomem(err);
	if (check_proxy(transport, err) != OF_OK)
		return OF_ECONFIG;
	return find_ca_file(transport, err);
}

void of_transport_finish(struct of_transport *transport)
{
	curl_slist_free_all(transport->page_headers);
	curl_slist_free_all(transport->other_headers);
	free(transport->proxy);
	free(transport->user_agent);
	free(transport->ca_path);
	if (transport->ca_fd >= 0)
		close(transport->ca_fd);
	*transport = (struct of_transport){.ca_fd = -1};
}
