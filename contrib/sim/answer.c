#include "sim.h"

#include "audit/signs.h"
#include "base/str.h"

#define TEXT_ROOM ((size_t)64 << 10) /* what an answer's text never exceeds */

/* What is being answered. */
struct visit {
	const struct sim_world *world;
	const struct sim_link *link;
	const struct sim_host *host;
	unsigned number;
	int64_t at;
	bool sibling, with_page;
	uint64_t now; /* a number of its own for the URL in this hour */
};

static void fail(struct sim_answer *a, enum of_failure failure, unsigned status)
{
	a->seen.failure = failure;
	a->seen.status = status;
}

/* -- Text. Its buffer has room for all, so that what points into it stays. */

static struct of_str since(const struct sim_answer *a, size_t start)
{
	return (struct of_str){a->text.ptr + start, a->text.len - start};
}

static struct of_str words(
	struct sim_answer *a, const struct visit *v, uint64_t topic, uint64_t key, unsigned n)
{
	size_t start = a->text.len;

	sim_add_words(&a->text, v->host->language, topic, key, n);
	return since(a, start);
}

static struct of_str line(struct sim_answer *a, const char *format, const char *one)
{
	size_t start = a->text.len;

	of_buf_add_text(&a->text, format);
	of_buf_add_text(&a->text, one);
	return since(a, start);
}

/* -- Pages. */

static uint64_t site(const struct visit *v)
{
	return sim_host_key(v->world, v->link->host);
}

/* Phrase first, then words that come back at every visit. */
static void phrase_page(
	struct sim_answer *a, const struct visit *v, enum phrase phrase, unsigned n_words)
{
	const char *said = sim_phrase(phrase, v->host->language);
	size_t start = a->text.len;

	a->seen.status = 200;
	a->content = sim_mix(site(v), 100, phrase);
	if (!v->with_page)
		return;
	a->page.title = line(a, "", said);
	start = a->text.len;
	of_buf_add_text(&a->text, said);
	of_buf_add_text(&a->text, ". ");
	words(a, v, site(v), a->content, n_words);
	a->page.text = since(a, start);
}

static void login_page(struct sim_answer *a, const struct visit *v)
{
	phrase_page(a, v, PHRASE_LOGIN, 20);
	a->page.asks_password = true;
}

/* A page of words: titled, described, of one topic. */
static void site_page(struct sim_answer *a, const struct visit *v, uint64_t topic, uint64_t key)
{
	a->seen.status = 200;
	a->content = sim_mix(topic, 101, key);
	if (!v->with_page)
		return;
	a->page.title = words(a, v, topic, a->content, 4);
	a->page.description = words(a, v, topic, a->content + 1, 14);
	a->page.text = words(a, v, topic, a->content + 2, 160);
}

/* "NAME.example: this domain is for sale", in the words of its language. */
static void parked_page(struct sim_answer *a, const struct visit *v)
{
	size_t start = a->text.len;

	phrase_page(a, v, PHRASE_FOR_SALE, 12);
	if (!v->with_page)
		return;
	start = a->text.len;
	sim_add_host_name(&a->text, v->world, v->link->host);
	if (sim_chance(site(v) + 50, 500)) {
		of_buf_add_text(&a->text, " - ");
		of_buf_add_text(&a->text, sim_phrase(PHRASE_FOR_SALE, v->host->language));
	}
	a->page.title = since(a, start);
}

/* The site's name at the title's end, as most sites have it; it stays through a move. */
static void add_site_name(struct sim_answer *a, const struct visit *v)
{
	if (!sim_chance(site(v) + 51, 600))
		return;
	of_buf_add_text(&a->text, " | ");
	sim_add_name(&a->text, site(v) + 52);
}

static void article(struct sim_answer *a, const struct visit *v)
{
	bool is_changed = v->at >= v->link->changed;
	unsigned version = is_changed ? 2 : v->at >= v->link->retitled;
	unsigned described = is_changed ? 2 : 0;
	size_t start = a->text.len;

	a->seen.status = 200;
	a->content = sim_mix(sim_link_key(v->world, v->number), 102, version);
	if (!v->with_page)
		return;
	sim_add_title(&a->text, v->world, v->number, version);
	add_site_name(a, v);
	a->page.title = since(a, start);
	start = a->text.len;
	sim_add_description(&a->text, v->world, v->number, described);
	a->page.description = since(a, start);
	if (sim_chance(site(v) + 53, 500))
		a->page.og_title = a->page.title;
	a->page.text = words(a, v, site(v), a->content, 160);
}

/* -- Redirects. */

static void hop(struct sim_answer *a, unsigned status, size_t start)
{
	a->seen.final_url = since(a, start);
	a->hops[a->seen.n_hops++] = (struct of_hop){status, a->seen.final_url};
}

static void to_own(
	struct sim_answer *a, const struct visit *v, unsigned status, const char *path)
{
	size_t start = a->text.len;

	of_buf_add_text(&a->text, "http://");
	sim_add_host_name(&a->text, v->world, v->link->host);
	of_buf_add_text(&a->text, path);
	hop(a, status, start);
}

static struct of_str path_of(const struct visit *v)
{
	size_t slash = of_str_find_byte(of_str_from_offset(v->link->url, 7), '/');

	return of_str_from_offset(v->link->url, 7 + slash);
}

/* The same path at the same name with something before it, or at another domain. */
static void to_twin(struct sim_answer *a, const struct visit *v, const char *before)
{
	size_t start = a->text.len;

	of_buf_add_text(&a->text, before);
	sim_add_host_name(&a->text, v->world, v->link->host);
	of_buf_add_str(&a->text, v->sibling ? STR("/made-up/url") : path_of(v));
	hop(a, sim_chance(site(v) + 54, 500) ? 301 : 308, start);
}

static void to_other(
	struct sim_answer *a, const struct visit *v, unsigned status, const char *domain)
{
	size_t start = a->text.len;

	of_buf_add_text(&a->text, domain);
	sim_add_host_name(&a->text, v->world, v->link->host);
	hop(a, status, start);
	a->seen.signs |= OF_SIGN_DOMAIN;
}

static void to_login(struct sim_answer *a, const struct visit *v)
{
	to_own(a, v, 302, "/login");
	if (sim_chance(site(v) + 55, 500)) {
		of_buf_add_text(&a->text, "?next=");
		of_buf_add_str(&a->text, v->sibling ? STR("/made-up/url") : path_of(v));
		a->seen.n_hops = 0;
		hop(a, 302, (size_t)(a->seen.final_url.ptr - a->text.ptr));
	}
	login_page(a, v);
}

/* -- What a host answers: true where it is the whole answer. */

static bool by_fate(struct sim_answer *a, const struct visit *v)
{
	uint64_t buyer = site(v) + 60;

	switch (v->host->fate) {
	case FATE_NXDOMAIN:
	case FATE_LAPSED:
		fail(a, OF_FAILURE_DNS_NXDOMAIN, 0);
		return true;
	case FATE_REFUSED:
		fail(a, OF_FAILURE_REFUSED, 0);
		return true;
	case FATE_TIMEOUT:
		fail(a,
			v->now % 3 != 0 ? OF_FAILURE_TIMEOUT_CONNECT
					: OF_FAILURE_TIMEOUT_TRANSFER,
			0);
		return true;
	case FATE_SERVFAIL:
		fail(a, OF_FAILURE_DNS_SERVFAIL, 0);
		return true;
	case FATE_ERRORS:
		fail(a, OF_FAILURE_HTTP, 500 + (unsigned)(v->now % 5));
		return true;
	case FATE_TLS:
		fail(a, OF_FAILURE_TLS_EXPIRED, 0);
		return true;
	case FATE_DECAY:
		if (!sim_chance(v->now, sim_decay(v->host, v->at)))
			return false;
		fail(a, OF_FAILURE_HTTP, v->now % 2 ? 500 : 504);
		return true;
	case FATE_PARKED:
	case FATE_PARKED_AWAY:
		if (v->at < v->host->when + sim_nameless(v->world, v->link->host)) {
			fail(a, OF_FAILURE_DNS_NXDOMAIN, 0);
			return true;
		}
		if (v->host->fate == FATE_PARKED_AWAY)
			to_other(a, v, 302, "https://lots.example/?domain=");
		parked_page(a, v);
		return true;
	case FATE_SOLD_AWAY:
		to_other(a, v, buyer % 2 ? 301 : 302, "https://buyer.example/from/");
		site_page(a, v, buyer, 1);
		return true;
	case FATE_SOLD_ROOT:
		to_own(a, v, 301, "/");
		site_page(a, v, buyer, 2);
		return true;
	case FATE_SOLD_HERE:
		site_page(a, v, buyer, v->sibling ? 3 : 4 + v->number);
		return true;
	default:
		return false;
	}
}

static bool by_trouble(struct sim_answer *a, const struct visit *v)
{
	switch (sim_trouble(v->host, v->at)) {
	case TROUBLE_5XX:
		fail(a, OF_FAILURE_HTTP, 500 + (unsigned)(v->now % 5));
		return true;
	case TROUBLE_REFUSED:
		fail(a, OF_FAILURE_REFUSED, 0);
		return true;
	case TROUBLE_TIMEOUT:
		fail(a, OF_FAILURE_TIMEOUT_CONNECT, 0);
		return true;
	case TROUBLE_SERVFAIL:
		fail(a, OF_FAILURE_DNS_SERVFAIL, 0);
		return true;
	case TROUBLE_NXDOMAIN:
		fail(a, OF_FAILURE_DNS_NXDOMAIN, 0);
		return true;
	case TROUBLE_404:
		fail(a, OF_FAILURE_HTTP, 404);
		return true;
	case TROUBLE_MAINTENANCE:
		phrase_page(a, v, PHRASE_MAINTENANCE, 6);
		return true;
	case TROUBLE_TO_ROOT:
		to_own(a, v, 302, "/");
		phrase_page(a, v, PHRASE_MAINTENANCE, 6);
		return true;
	case TROUBLE_TLS:
		fail(a, OF_FAILURE_TLS_EXPIRED, 0);
		return true;
	case TROUBLE_429:
		if (v->now % 2 == 0)
			return false;
		fail(a, OF_FAILURE_HTTP, 429);
		return true;
	case TROUBLE_PARKED:
		parked_page(a, v);
		return true;
	case TROUBLE_WALL_403:
		fail(a, OF_FAILURE_HTTP, 403);
		return true;
	case TROUBLE_WALL_CHALLENGE:
		phrase_page(a, v, PHRASE_CHALLENGE, 0);
		a->challenge_header = true;
		fail(a, OF_FAILURE_HTTP, 503);
		return true;
	case TROUBLE_WALL_200:
		phrase_page(a, v, PHRASE_CHALLENGE, 0);
		return true;
	case TROUBLE_WALL_LOGIN:
		to_login(a, v);
		return true;
	default:
		return false;
	}
}

static bool by_absence(struct sim_answer *a, const struct visit *v)
{
	if (!v->sibling && v->at < v->link->removed)
		return false;
	switch (v->host->missing) {
	case MISSING_410:
		fail(a, OF_FAILURE_HTTP, v->sibling ? 404 : 410);
		break;
	case MISSING_ROOT:
		to_own(a, v, site(v) % 2 ? 301 : 302, "/");
		site_page(a, v, site(v), 0);
		break;
	case MISSING_SOFT:
		phrase_page(a, v, PHRASE_NOT_FOUND, 30);
		break;
	case MISSING_SOFT_ODD:
		phrase_page(a, v, PHRASE_NOT_FOUND_ODD, 30);
		break;
	case MISSING_PAGE:
		to_own(a, v, 302, "/404");
		phrase_page(a, v, PHRASE_NOT_FOUND, 30);
		break;
	case MISSING_SECTION:
		if (v->sibling) {
			fail(a, OF_FAILURE_HTTP, 404);
			break;
		}
		to_own(a, v, 301, "/articles/");
		site_page(a, v, site(v), 5);
		break;
	default:
		fail(a, OF_FAILURE_HTTP, 404);
		break;
	}
	return true;
}

static void answer(struct sim_answer *a, const struct visit *v)
{
	bool has_come = sim_has_come(v->host, v->at);

	if (has_come && by_fate(a, v))
		return;
	if (by_trouble(a, v))
		return;
	/* Minutes of errors that nobody notices, at any host. */
	if (sim_chance(v->now + 1, 4)) {
		fail(a, OF_FAILURE_HTTP, 503);
		return;
	}
	if (has_come && v->host->fate == FATE_LOGIN) {
		to_login(a, v);
		return;
	}
	if (has_come && v->host->fate == FATE_MOVED) {
		to_twin(a, v, "https://new-");
		a->seen.signs |= OF_SIGN_DOMAIN;
	} else if (has_come && v->host->fate == FATE_HTTPS) {
		to_twin(a, v, "https://www.");
	}
	if (v->host->is_app)
		phrase_page(a, v, PHRASE_APP, 0);
	else if (!by_absence(a, v))
		article(a, v);
}

void sim_answer(struct sim_answer *a, const struct sim_world *world, unsigned link, int64_t at,
	bool sibling, bool with_page)
{
	struct visit v = {world, &world->links[link], &world->hosts[world->links[link].host],
		link, at, sibling, with_page,
		sim_mix(sim_link_key(world, link), 70, (uint64_t)(at / HOUR))};
	struct of_buf text = a->text;

	of_buf_clear(&text);
	*a = (struct sim_answer){.text = text};
	if (!of_buf_reserve(&a->text, TEXT_ROOM))
		return;
	a->seen = (struct of_observation){.at = at, .url = v.link->url};
	if (sibling)
		a->seen.url = STR("http://made-up.example/url");
	a->seen.final_url = a->seen.url;
	a->seen.hops = a->hops;
	answer(a, &v);
	if (a->seen.status >= 200 && a->seen.status < 300 && with_page)
		a->seen.page = &a->page;
	if (with_page)
		a->seen.signs |= of_signs_of_page(a->content != 0 ? &a->page : NULL,
			a->seen.url, a->seen.final_url, a->seen.status,
			&(struct of_sign_hints){.challenge_header = a->challenge_header});
}

void sim_answer_finish(struct sim_answer *a)
{
	of_buf_finish(&a->text);
}
