#include "web/resolve.h"

#include "base/err.h"
#include "base/str.h"
#include <ares.h>
#include <outfeed/buf.h>
#include <stdlib.h>

#define BUCKETS ((size_t)1 << 12)
#define NAMES_MOST ((size_t)1 << 14)
#define KEPT_LEAST INT64_C(60000) /* ms, whatever its TTL says */
#define KEPT_MOST INT64_C(86400000)
#define KEPT_MISSING INT64_C(300000) /* a name that does not exist */
#define TRIES 2                      /* of each server, the second twice as long */
#define TIMEOUT_LEAST 100            /* ms */

/* A name in the table; in the list of the kept, oldest first, once it is known. */
struct entry {
	struct entry *in_bucket;
	struct entry *older, *newer;
	struct of_resolver *resolver;
	struct of_name_waiter *waiters, **last_waiter;
	struct of_name name;
	int64_t until; /* when it is to be asked for again */
	uint64_t hash;
	bool asking;
	size_t host_len;
	char host[]; /* with a NUL */
};

struct of_resolver {
	ares_channel channel;
	of_resolver_watch_fn *watch;
	void *payload;
	int64_t now;
	size_t asking, kept;
	struct entry *oldest, *newest;
	struct entry *buckets[BUCKETS];
};

static void on_socket(void *payload, ares_socket_t fd, int readable, int writable)
{
	struct of_resolver *resolver = payload;

	resolver->watch(fd, readable != 0, writable != 0, resolver->payload);
}

static enum of_status set_servers(struct of_resolver *resolver,
	const struct of_audit_settings *settings, struct of_err *err)
{
	struct of_buf list = {0};
	enum of_status status = OF_OK;

	for (size_t i = 0; i < settings->n_nameservers; i++) {
		if (i > 0)
			of_buf_add_byte(&list, ',');
		of_buf_add_str(&list, settings->nameservers[i]);
	}
	if (list.status != OF_OK)
		status = of_err_set_nomem(err);
	else if (list.len > 0 &&
		 ares_set_servers_ports_csv(resolver->channel, list.ptr) != ARES_SUCCESS)
		status = of_err_set(err, OF_ECONFIG,
			"no name servers: '%s' (write ADDRESS or ADDRESS:PORT)", list.ptr);
	of_buf_finish(&list);
	return status;
}

/*
 * Each option that the environment could set is set here, and names are looked
 * up as they are: a URL's host is no abbreviation.
 */
static enum of_status open_channel(struct of_resolver *resolver,
	const struct of_audit_settings *settings, struct of_err *err)
{
	char lookups[] = "fb";
	struct ares_options options = {
		.flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES,
		.tries = TRIES,
		.ndots = 1,
		.lookups = lookups,
		.sock_state_cb = on_socket,
		.sock_state_cb_data = resolver,
	};
	int mask = ARES_OPT_FLAGS | ARES_OPT_TRIES | ARES_OPT_NDOTS | ARES_OPT_LOOKUPS |
		   ARES_OPT_SOCK_STATE_CB | ARES_OPT_TIMEOUTMS | ARES_OPT_NOROTATE |
		   ARES_OPT_DOMAINS;

	/* A first try and one of twice the time take three quarters of it. */
	options.timeout = (int)(settings->connect_timeout / 4);
	if (options.timeout < TIMEOUT_LEAST)
		options.timeout = TIMEOUT_LEAST;
	if (ares_init_options(&resolver->channel, &options, mask) != ARES_SUCCESS) {
		resolver->channel = NULL;
		return of_err_set_nomem(err);
	}
	return set_servers(resolver, settings, err);
}

enum of_status of_resolver_new(struct of_resolver **resolver,
	const struct of_audit_settings *settings, struct of_err *err,
	of_resolver_watch_fn *watch, void *payload)
{
	struct of_resolver *made = calloc(1, sizeof(*made));
	enum of_status status;

	*resolver = NULL;
	if (made == NULL)
		return of_err_set_nomem(err);
	made->watch = watch;
	made->payload = payload;
	status = open_channel(made, settings, err);
	if (status == OF_OK)
		*resolver = made;
	else
		of_resolver_free(made);
	return status;
}

static void drop_waiters(struct entry *entry)
{
	entry->waiters = NULL;
	entry->last_waiter = &entry->waiters;
}

void of_resolver_free(struct of_resolver *resolver)
{
	if (resolver == NULL)
		return;
	for (size_t i = 0; i < BUCKETS; i++)
		for (struct entry *at = resolver->buckets[i]; at != NULL; at = at->in_bucket)
			drop_waiters(at);
	if (resolver->channel != NULL)
		ares_destroy(resolver->channel);
	for (size_t i = 0; i < BUCKETS; i++)
		while (resolver->buckets[i] != NULL) {
			struct entry *entry = resolver->buckets[i];

			resolver->buckets[i] = entry->in_bucket;
			free(entry);
		}
	free(resolver);
}

static struct entry **find(struct of_resolver *resolver, struct of_str host, uint64_t hash)
{
	struct entry **at = &resolver->buckets[hash & (BUCKETS - 1)];

	while (*at != NULL && ((*at)->hash != hash || (*at)->host_len != host.len ||
				      memcmp((*at)->host, host.ptr, host.len) != 0))
		at = &(*at)->in_bucket;
	return at;
}

static void unlink_kept(struct of_resolver *resolver, struct entry *entry)
{
	*(entry->older != NULL ? &entry->older->newer : &resolver->oldest) = entry->newer;
	*(entry->newer != NULL ? &entry->newer->older : &resolver->newest) = entry->older;
	entry->older = entry->newer = NULL;
	resolver->kept--;
}

static void keep(struct of_resolver *resolver, struct entry *entry)
{
	entry->older = resolver->newest;
	*(resolver->newest != NULL ? &resolver->newest->newer : &resolver->oldest) = entry;
	resolver->newest = entry;
	resolver->kept++;
	while (resolver->kept > NAMES_MOST) {
		struct entry *oldest = resolver->oldest;
		struct of_str host = {oldest->host, oldest->host_len};

		unlink_kept(resolver, oldest);
		*find(resolver, host, oldest->hash) = oldest->in_bucket;
		free(oldest);
	}
}

static int compare_addresses(const void *a, const void *b)
{
	const union of_address *x = a, *y = b;

	if (x->any.sa_family != y->any.sa_family)
		return x->any.sa_family == AF_INET6 ? -1 : 1;
	if (x->any.sa_family == AF_INET)
		return memcmp(&x->v4.sin_addr, &y->v4.sin_addr, sizeof(x->v4.sin_addr));
	return memcmp(&x->v6.sin6_addr, &y->v6.sin6_addr, sizeof(x->v6.sin6_addr));
}

/* Half the places are for each family, so that neither crowds the other out. */
static void take_addresses(struct entry *entry, const struct ares_addrinfo *found)
{
	struct of_name *name = &entry->name;
	size_t taken[2] = {0, 0};
	int64_t ttl = KEPT_MOST;

	for (const struct ares_addrinfo_node *node = found->nodes; node != NULL;
		node = node->ai_next) {
		bool six = node->ai_family == AF_INET6;

		if ((!six && node->ai_family != AF_INET) || taken[six] == OF_NAME_ADDRESSES / 2)
			continue;
		taken[six]++;
		name->addresses[name->count] = (union of_address){0};
		memcpy(&name->addresses[name->count], node->ai_addr,
			six ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in));
		name->count++;
		if (node->ai_ttl * INT64_C(1000) < ttl)
			ttl = node->ai_ttl * INT64_C(1000);
	}
	qsort(name->addresses, name->count, sizeof(*name->addresses), compare_addresses);
	entry->until = entry->resolver->now + (ttl < KEPT_LEAST ? KEPT_LEAST : ttl);
}

static void take_failure(struct entry *entry, int status)
{
	bool missing =
		status == ARES_ENOTFOUND || status == ARES_ENODATA || status == ARES_EBADNAME;

	entry->name.failure = missing ? OF_FAILURE_DNS_NXDOMAIN : OF_FAILURE_DNS_SERVFAIL;
	entry->name.words = ares_strerror(status);
	entry->name.no_memory = status == ARES_ENOMEM;
	/* A server that failed is asked again by the next who wants to know. */
	entry->until = entry->resolver->now + (missing ? KEPT_MISSING : 0);
}

static void on_answer(void *payload, int status, int timeouts, struct ares_addrinfo *found)
{
	struct entry *entry = payload;
	struct of_resolver *resolver = entry->resolver;
	struct of_name name;
	struct of_name_waiter *waiter = entry->waiters;

	(void)timeouts;
	entry->name = (struct of_name){.failure = OF_FAILURE_NONE};
	if (status == ARES_SUCCESS)
		take_addresses(entry, found);
	if (status != ARES_SUCCESS || entry->name.count == 0)
		take_failure(entry, status == ARES_SUCCESS ? ARES_ENODATA : status);
	ares_freeaddrinfo(found);
	entry->asking = false;
	resolver->asking--;
	drop_waiters(entry);
	/* A waiter may ask again, and the entry be gone. */
	name = entry->name;
	if (status != ARES_EDESTRUCTION)
		keep(resolver, entry);
	while (waiter != NULL) {
		struct of_name_waiter *next = waiter->next;

		waiter->call(waiter, &name);
		waiter = next;
	}
}

static struct entry *add_entry(struct of_resolver *resolver, struct of_str host, uint64_t hash)
{
	struct entry *entry = calloc(1, sizeof(*entry) + host.len + 1);

	if (entry == NULL)
		return NULL;
	entry->resolver = resolver;
	entry->hash = hash;
	entry->host_len = host.len;
	memcpy(entry->host, host.ptr, host.len);
	drop_waiters(entry);
	*find(resolver, host, hash) = entry;
	return entry;
}

static void ask(struct of_resolver *resolver, struct entry *entry)
{
	struct ares_addrinfo_hints hints = {
		.ai_flags = ARES_AI_NOSORT, .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};

	entry->asking = true;
	resolver->asking++;
	ares_getaddrinfo(resolver->channel, entry->host, NULL, &hints, on_answer, entry);
}

void of_resolver_ask(struct of_resolver *resolver, struct of_str host, int64_t now,
	struct of_name_waiter *waiter)
{
	uint64_t hash = of_str_hash(host);
	struct entry *entry = *find(resolver, host, hash);

	resolver->now = now;
	if (entry != NULL && !entry->asking && entry->until > now) {
		struct of_name name = entry->name;

		waiter->call(waiter, &name);
		return;
	}
	if (entry == NULL)
		entry = add_entry(resolver, host, hash);
	else if (!entry->asking)
		unlink_kept(resolver, entry);
	if (entry == NULL) {
		waiter->call(waiter, &(struct of_name){.failure = OF_FAILURE_DNS_SERVFAIL,
					     .words = "no memory",
					     .no_memory = true});
		return;
	}
	waiter->next = NULL;
	*entry->last_waiter = waiter;
	entry->last_waiter = &waiter->next;
	if (!entry->asking)
		ask(resolver, entry);
}

void of_resolver_ready(struct of_resolver *resolver, int fd, bool readable, bool writable)
{
	ares_process_fd(resolver->channel, readable ? fd : ARES_SOCKET_BAD,
		writable ? fd : ARES_SOCKET_BAD);
}

void of_resolver_tick(struct of_resolver *resolver, int64_t now)
{
	resolver->now = now;
	if (resolver->asking > 0)
		ares_process_fd(resolver->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
}

size_t of_resolver_asking(const struct of_resolver *resolver)
{
	return resolver->asking;
}

void of_resolver_cancel(struct of_resolver *resolver)
{
	ares_cancel(resolver->channel);
}
