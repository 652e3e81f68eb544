#include "base/str.h"
#include "web/transfer.h"
#include <arpa/inet.h>
#include <curl/curl.h>

static bool append(struct curl_slist **list, const char *line)
{
	struct curl_slist *longer = curl_slist_append(*list, line);

	if (longer != NULL)
		*list = longer;
	return longer != NULL;
}

/* "+HOST:PORT:ADDRESS,ADDRESS": fixed for this connection, and soon forgotten by libcurl. */
static bool fix_addresses(struct of_transfer *transfer, const struct of_exchange *exchange)
{
	struct of_buf line = {0};
	bool done;

	of_buf_add_format(&line, "+%s:%u:", exchange->host.ptr, exchange->port);
	for (size_t i = 0; i < exchange->n_addresses; i++) {
		const union of_address *address = &exchange->addresses[i];
		bool six = address->any.sa_family == AF_INET6;
		char text[INET6_ADDRSTRLEN];

		inet_ntop(address->any.sa_family,
			six ? (const void *)&address->v6.sin6_addr
			    : (const void *)&address->v4.sin_addr,
			text, sizeof(text));
		of_buf_add_format(&line, six ? "%s[%s]" : "%s%s", i > 0 ? "," : "", text);
	}
	done = line.status == OF_OK && append(&transfer->resolve, line.ptr);
	of_buf_finish(&line);
	return done;
}

/*
 * libcurl looks through all the addresses it keeps at the end of every exchange:
 * with many hosts that is most of its work. So each exchange has it forget the
 * one before. (An IPv6 address cannot be named so, and goes by its time.)
 */
static bool set_addresses(struct of_transfer *transfer, const struct of_exchange *exchange)
{
	struct of_buf *stale = &transfer->stale;

	if (stale->len > 0 && !append(&transfer->resolve, stale->ptr))
		return false;
	of_buf_clear(stale);
	if (of_str_find_byte(exchange->host, ':') == OF_NPOS) {
		of_buf_add_byte(stale, '-');
		of_buf_add_str(stale, exchange->host);
		of_buf_add_byte(stale, ':');
		of_buf_add_uint(stale, exchange->port);
	}
	if (stale->status != OF_OK ||
		(!exchange->literal && !fix_addresses(transfer, exchange)))
		return false;
	return transfer->resolve == NULL ||
	       curl_easy_setopt(transfer->easy, CURLOPT_RESOLVE, transfer->resolve) == CURLE_OK;
}

static bool add_header(struct of_transfer *transfer, struct of_str name, struct of_str value)
{
	struct of_buf line = {0};
	bool done;

	if (value.len == 0)
		return true;
	of_buf_add_str(&line, name);
	of_buf_add_text(&line, ": ");
	of_buf_add_str(&line, value);
	done = line.status == OF_OK && append(&transfer->own_headers, line.ptr);
	of_buf_finish(&line);
	return done;
}

/* The rows of `headers:` for this host, and for no other. */
static bool add_host_headers(struct of_transfer *transfer, struct of_str host)
{
	const struct of_audit_settings *settings = transfer->transport->settings;

	for (size_t i = 0; i < settings->n_headers; i++) {
		const struct of_host_header *row = &settings->headers[i];

		if (of_str_matches(host, row->pattern) &&
			!add_header(transfer, row->name, row->value))
			return false;
	}
	return true;
}

static bool is_named(const char *line, struct of_str name)
{
	struct of_str text = of_str_from(line);

	return text.len > name.len && text.ptr[name.len] == ':' &&
	       of_str_starts_nocase(text, name);
}

/* A row of `headers:` takes the place of what there is once in a request. */
static bool is_replaced(const struct curl_slist *own, const char *line)
{
	static const struct of_str once[] = {
		STR_INIT("User-Agent"), STR_INIT("Accept-Encoding")};

	for (; own != NULL; own = own->next)
		for (size_t i = 0; i < sizeof(once) / sizeof(*once); i++)
			if (is_named(line, once[i]) && is_named(own->data, once[i]))
				return true;
	return false;
}

static bool set_headers(struct of_transfer *transfer, const struct of_exchange *exchange)
{
	struct curl_slist *base = exchange->page ? transfer->transport->page_headers
						 : transfer->transport->other_headers;
	struct curl_slist *list;

	if (!add_header(transfer, STR("If-None-Match"), exchange->etag) ||
		!add_header(transfer, STR("If-Modified-Since"), exchange->last_modified) ||
		!add_host_headers(transfer, exchange->host))
		return false;
	if (transfer->own_headers != NULL)
		for (list = base; list != NULL; list = list->next)
			if (!is_replaced(transfer->own_headers, list->data) &&
				!append(&transfer->own_headers, list->data))
				return false;
	list = transfer->own_headers != NULL ? transfer->own_headers : base;
	return curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, list) == CURLE_OK;
}

/* libcurl borrows the form until the exchange is over. */
static int set_form(struct of_transfer *transfer, struct of_str form)
{
	CURL *easy = transfer->easy;
	int bad = 0;

	if (form.len > 0) {
		bad |= (int)curl_easy_setopt(
			easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)form.len);
		bad |= (int)curl_easy_setopt(easy, CURLOPT_POSTFIELDS, form.ptr);
	} else if (transfer->is_post) {
		bad |= (int)curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
	}
	transfer->is_post = form.len > 0;
	return bad;
}

/* A range is of what the server sends, so that it is asked for without a coding. */
static bool set_method(struct of_transfer *transfer, const struct of_exchange *exchange)
{
	CURL *easy = transfer->easy;
	int bad = set_form(transfer, exchange->form);

	if (exchange->head != transfer->is_head)
		bad |= (int)(exchange->head ? curl_easy_setopt(easy, CURLOPT_NOBODY, 1L)
					    : curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L));
	if (exchange->ranged != transfer->is_ranged) {
		bad |= (int)curl_easy_setopt(
			easy, CURLOPT_RANGE, exchange->ranged ? "0-65535" : NULL);
		bad |= (int)curl_easy_setopt(
			easy, CURLOPT_ACCEPT_ENCODING, exchange->ranged ? NULL : "");
	}
	if (exchange->last != transfer->is_last)
		bad |= (int)curl_easy_setopt(
			easy, CURLOPT_FORBID_REUSE, exchange->last ? 1L : 0L);
	transfer->is_last = exchange->last;
	transfer->is_head = exchange->head;
	transfer->is_ranged = exchange->ranged;
	return bad == 0;
}

bool of_transfer_prepare(struct of_transfer *transfer, const struct of_exchange *exchange)
{
	CURL *easy = transfer->easy;

	transfer->cap = exchange->cap;
	transfer->body.ceiling = exchange->cap;
	transfer->has_cookies = exchange->n_cookies > 0;
	if (curl_easy_setopt(easy, CURLOPT_URL, exchange->url.ptr) != CURLE_OK ||
		curl_easy_setopt(easy, CURLOPT_CURLU, exchange->parts) != CURLE_OK ||
		!set_method(transfer, exchange) || !set_headers(transfer, exchange))
		return false;
	for (size_t i = 0; i < exchange->n_cookies; i++)
		if (curl_easy_setopt(easy, CURLOPT_COOKIELIST, exchange->cookies[i].ptr) !=
			CURLE_OK)
			return false;
	return set_addresses(transfer, exchange);
}
