#include "sim.h"

#include "base/str.h"
#include <stdlib.h>

/* Of a thousand hosts, in the years that the world lasts. */
static const unsigned fates[FATES] = {
	[FATE_NXDOMAIN] = 30,
	[FATE_REFUSED] = 10,
	[FATE_TIMEOUT] = 10,
	[FATE_SERVFAIL] = 6,
	[FATE_ERRORS] = 12,
	[FATE_DECAY] = 18,
	[FATE_PARKED] = 30,
	[FATE_PARKED_AWAY] = 20,
	[FATE_SOLD_AWAY] = 20,
	[FATE_SOLD_ROOT] = 10,
	[FATE_SOLD_HERE] = 15,
	[FATE_MOVED] = 40,
	[FATE_HTTPS] = 60,
	[FATE_LOGIN] = 12,
	[FATE_TLS] = 12,
	[FATE_LAPSED] = 8,
};

static const unsigned missings[MISSINGS] = {
	[MISSING_404] = 520,
	[MISSING_410] = 60,
	[MISSING_ROOT] = 150,
	[MISSING_SOFT] = 170,
	[MISSING_SOFT_ODD] = 10,
	[MISSING_PAGE] = 70,
	[MISSING_SECTION] = 20,
};

/* Of a thousand hosts in a year, and how many hours at most. */
static const struct {
	unsigned per_year, hours;
} troubles[TROUBLES] = {
	[TROUBLE_5XX] = {900, 10 * 24},
	[TROUBLE_REFUSED] = {300, 10 * 24},
	[TROUBLE_TIMEOUT] = {400, 10 * 24},
	[TROUBLE_SERVFAIL] = {150, 6 * 24},
	[TROUBLE_NXDOMAIN] = {100, 6 * 24},
	[TROUBLE_404] = {150, 6 * 24},
	[TROUBLE_MAINTENANCE] = {300, 6 * 24},
	[TROUBLE_TO_ROOT] = {200, 6 * 24},
	[TROUBLE_TLS] = {250, 7 * 24},
	[TROUBLE_429] = {150, 30 * 24},
	[TROUBLE_PARKED] = {60, 6 * 24},
};

/* Of a thousand hosts: a wall in the weekends of some months. */
#define WALLED 60

/* -- Making the world. */

/* The row that a number below a thousand falls into; 0 past the last. */
static unsigned choose(const unsigned *rows, unsigned n, uint64_t key)
{
	unsigned at = sim_pick(key, 1000);

	for (unsigned i = 0; i < n; i++) {
		if (at < rows[i])
			return i;
		at -= rows[i];
	}
	return 0;
}

static int64_t some_time(const struct sim_world *world, uint64_t key)
{
	return SIM_BEGINNING +
	       (int64_t)(sim_mix(key, 5, 5) % (uint64_t)(world->end - SIM_BEGINNING));
}

static void add_event(
	struct sim_host *host, enum trouble trouble, int64_t from, int64_t seconds)
{
	if (host->n_events < SIM_EVENTS)
		host->events[host->n_events++] =
			(struct sim_event){trouble, from, from + seconds};
}

/* Short troubles are more frequent than long ones: the square of a fraction. */
static void add_troubles(struct sim_host *host, const struct sim_world *world, uint64_t key)
{
	unsigned years = (unsigned)((world->end - SIM_BEGINNING) / (365 * DAY)) + 1;

	for (unsigned t = 1; t < TROUBLES; t++)
		for (unsigned year = 0; year < years; year++) {
			uint64_t here = sim_mix(key, t, year);
			double part = sim_pick(here + 1, 1000) / 1000.0;

			if (sim_chance(here, troubles[t].per_year))
				add_event(host, (enum trouble)t, some_time(world, here),
					1800 + (int64_t)(part * part *
							 (double)(troubles[t].hours * HOUR)));
		}
}

/* From Friday evening to Monday morning, eight weekends. */
static void add_walls(struct sim_host *host, const struct sim_world *world, uint64_t key)
{
	enum trouble trouble = (enum trouble)(TROUBLE_WALL_403 + sim_pick(key, 4));
	int64_t week = (some_time(world, key) - SIM_BEGINNING) / (7 * DAY);

	for (int64_t i = 0; i < 8; i++)
		add_event(host, trouble,
			SIM_BEGINNING + (week + i) * 7 * DAY + 4 * DAY + 18 * HOUR,
			2 * DAY + 14 * HOUR);
}

static void make_host(struct sim_host *host, const struct sim_world *world, uint64_t key)
{
	*host = (struct sim_host){.when = NEVER, .until = NEVER};
	host->language = sim_chance(key + 1, 600) ? ENGLISH
						  : (enum language)sim_pick(key + 2, LANGUAGES);
	host->missing = (enum missing)choose(missings, MISSINGS, key + 3);
	host->fate = (enum fate)choose(fates, FATES, key + 4);
	if (host->fate != FATE_NONE)
		host->when = some_time(world, key + 5);
	if (host->fate == FATE_LAPSED)
		host->until = host->when + (60 + sim_pick(key + 6, 140)) * DAY;
	host->is_app = sim_chance(key + 7, 20);
	host->has_etags = sim_chance(key + 8, 600);
	if (sim_chance(key + 9, WALLED))
		add_walls(host, world, key + 10);
	add_troubles(host, world, key + 11);
}

uint64_t sim_host_key(const struct sim_world *world, unsigned host)
{
	return sim_mix(world->seed, 1, host);
}

uint64_t sim_link_key(const struct sim_world *world, unsigned link)
{
	return sim_mix(world->seed, 2, link);
}

void sim_add_host_name(struct of_buf *out, const struct sim_world *world, unsigned host)
{
	sim_add_name(out, sim_host_key(world, host));
	of_buf_add_format(out, "%u.example", host);
}

/* Title or description of a version of a link's page. */
void sim_add_title(
	struct of_buf *out, const struct sim_world *world, unsigned link, unsigned version)
{
	unsigned host = world->links[link].host;
	uint64_t key = sim_mix(sim_link_key(world, link), 3, version);

	sim_add_words(out, world->hosts[host].language, sim_host_key(world, host), key,
		5 + sim_pick(key, 5));
}

void sim_add_description(
	struct of_buf *out, const struct sim_world *world, unsigned link, unsigned version)
{
	unsigned host = world->links[link].host;
	uint64_t key = sim_mix(sim_link_key(world, link), 4, version);

	sim_add_words(out, world->hosts[host].language, sim_host_key(world, host), key,
		12 + sim_pick(key, 12));
}

/* What a curator made of the page: mostly its own words, now and then shortened or led in. */
static void add_item(struct of_buf *out, struct sim_link *link, const struct sim_world *world,
	unsigned number, size_t starts[4])
{
	uint64_t key = sim_link_key(world, number);

	starts[0] = out->len;
	of_buf_add_text(out, "http://");
	sim_add_host_name(out, world, link->host);
	of_buf_add_byte(out, '/');
	sim_add_name(out, key + 1);
	of_buf_add_byte(out, '/');
	sim_add_name(out, key + 2);
	of_buf_add_format(out, "-%u", number);
	starts[1] = out->len;
	if (sim_chance(key + 3, 100))
		of_buf_add_text(out, "Worth a look: ");
	sim_add_title(out, world, number, 0);
	starts[2] = out->len;
	if (sim_chance(key + 4, 700))
		sim_add_description(out, world, number, 0);
	starts[3] = out->len;
}

static bool make_link(struct sim_link *link, const struct sim_world *world, unsigned number)
{
	uint64_t key = sim_link_key(world, number);
	struct of_buf text = {0};
	size_t starts[4];

	*link = (struct sim_link){.removed = NEVER, .retitled = NEVER, .changed = NEVER};
	link->host = number % world->n_hosts;
	if (sim_chance(key + 11, 120) && !world->hosts[link->host].is_app)
		link->removed = some_time(world, key + 12);
	if (sim_chance(key + 13, 80))
		link->retitled = some_time(world, key + 14);
	if (sim_chance(key + 15, 20))
		link->changed = some_time(world, key + 16);
	add_item(&text, link, world, number, starts);
	if (text.status != OF_OK)
		return false;
	/* The bytes stay the link's: its URL begins them. */
	link->url = (struct of_str){text.ptr, starts[1]};
	link->item.title = (struct of_str){text.ptr + starts[1], starts[2] - starts[1]};
	link->item.summary = (struct of_str){text.ptr + starts[2], starts[3] - starts[2]};
	return true;
}

bool sim_world_init(
	struct sim_world *world, uint64_t seed, unsigned n_hosts, unsigned n_links, int64_t end)
{
	*world = (struct sim_world){.seed = seed, .end = end};
	world->hosts = calloc(n_hosts, sizeof(*world->hosts));
	world->links = calloc(n_links, sizeof(*world->links));
	if (world->hosts == NULL || world->links == NULL)
		return false;
	world->n_hosts = n_hosts;
	for (unsigned i = 0; i < n_hosts; i++)
		make_host(&world->hosts[i], world, sim_host_key(world, i));
	for (; world->n_links < n_links; world->n_links++)
		if (!make_link(&world->links[world->n_links], world, world->n_links))
			return false;
	return true;
}

void sim_world_finish(struct sim_world *world)
{
	for (unsigned i = 0; i < world->n_links; i++)
		free((void *)(uintptr_t)world->links[i].url.ptr);
	free(world->hosts);
	free(world->links);
	*world = (struct sim_world){.seed = 0};
}

/* -- What is so. */

bool sim_has_come(const struct sim_host *host, int64_t at)
{
	return at >= host->when && at < host->until;
}

/* Between the last day of a name and the first of its parking page. */
int64_t sim_nameless(const struct sim_world *world, unsigned host)
{
	return (int64_t)sim_pick(sim_host_key(world, host) + 20, 40) * DAY;
}

/* Of a thousand requests to a decaying host, those that fail. */
unsigned sim_decay(const struct sim_host *host, int64_t at)
{
	int64_t days = (at - host->when) / DAY;

	return days >= 60 ? 1000 : (unsigned)(days * 1000 / 60);
}

static const struct {
	enum truth truth;
	bool hard;
} fate_truths[FATES] = {
	[FATE_NXDOMAIN] = {TRUTH_DEAD, true},
	[FATE_REFUSED] = {TRUTH_DEAD, false},
	[FATE_TIMEOUT] = {TRUTH_DEAD, false},
	[FATE_SERVFAIL] = {TRUTH_DEAD, false},
	[FATE_ERRORS] = {TRUTH_DEAD, false},
	[FATE_DECAY] = {TRUTH_DEAD, false},
	[FATE_PARKED] = {TRUTH_HIJACKED, true},
	[FATE_PARKED_AWAY] = {TRUTH_HIJACKED, true},
	[FATE_SOLD_AWAY] = {TRUTH_HIJACKED, true},
	[FATE_SOLD_ROOT] = {TRUTH_GONE, false},
	[FATE_SOLD_HERE] = {TRUTH_CHANGED, false},
	[FATE_LOGIN] = {TRUTH_GONE, false},
	[FATE_LAPSED] = {TRUTH_DEAD, true},
};

enum truth sim_truth(const struct sim_world *world, unsigned number, int64_t at)
{
	const struct sim_link *link = &world->links[number];
	const struct sim_host *host = &world->hosts[link->host];

	if (sim_has_come(host, at) && fate_truths[host->fate].truth != TRUTH_LIVING) {
		enum truth truth = fate_truths[host->fate].truth;

		if (host->fate != FATE_SOLD_AWAY && truth == TRUTH_HIJACKED &&
			at < host->when + sim_nameless(world, link->host))
			return TRUTH_DEAD;
		/* Half of the requests answered is still an answer. */
		if (host->fate != FATE_DECAY || sim_decay(host, at) >= 500)
			return truth;
	}
	if (at >= link->removed)
		return host->missing <= MISSING_410 ? TRUTH_DEAD : TRUTH_GONE;
	return at >= link->changed && !host->is_app ? TRUTH_CHANGED : TRUTH_LIVING;
}

bool sim_dies_hard(const struct sim_world *world, unsigned number, int64_t at)
{
	const struct sim_host *host = &world->hosts[world->links[number].host];

	if (sim_has_come(host, at) && fate_truths[host->fate].truth != TRUTH_LIVING)
		return fate_truths[host->fate].hard;
	return true;
}

enum trouble sim_trouble(const struct sim_host *host, int64_t at)
{
	for (unsigned i = 0; i < host->n_events; i++)
		if (at >= host->events[i].from && at < host->events[i].to)
			return host->events[i].trouble;
	return TROUBLE_NONE;
}

bool sim_hidden(const struct sim_world *world, unsigned number, int64_t at)
{
	const struct sim_host *host = &world->hosts[world->links[number].host];

	return sim_trouble(host, at) != TROUBLE_NONE ||
	       (host->fate == FATE_TLS && sim_has_come(host, at));
}
