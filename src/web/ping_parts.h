/*
 * Pings from within. A sender has lanes; each takes a ping of a hub that has
 * few under way, and keeps it until it is delivered or given up:
 *
 *   IDLE -> [name] RESOLVING -> EXCHANGING -> IDLE
 *             ^---- WAITING <-- another try --'
 *
 * A hub that accepts nothing for a while is given up, with all that waits for it.
 */
#ifndef OF_WEB_PING_PARTS_H
#define OF_WEB_PING_PARTS_H

#include "web/fetch_parts.h"
#include "web/ping.h"

#define OF_PING_LANES 16
#define OF_PING_PER_HUB 4
#define OF_PING_TRIES 4
#define OF_PING_HOPS 3                  /* 307 and 308 that are followed */
#define OF_PING_TIMEOUT INT64_C(10000)  /* ms of an exchange, where the settings allow more */
#define OF_PING_PATIENCE INT64_C(30000) /* ms in which a hub accepts at least one */
#define OF_PING_BACKOFF 1000U           /* ms, doubled by every try */
#define OF_PING_BODY ((size_t)4 << 10)  /* of an answer, which nobody reads */

struct of_pinger;

struct of_pinged_hub {
	struct of_ping_hub *hub;
	size_t next;        /* of its pings */
	unsigned busy;      /* lanes */
	bool begun;         /* the patience with it runs */
	int64_t until;      /* when the patience ends */
	int64_t held_until; /* by Retry-After */
	char trouble[200];  /* of the last try that failed */
};

enum of_lane_state {
	OF_LANE_IDLE,
	OF_LANE_WAITING,
	OF_LANE_RESOLVING,
	OF_LANE_EXCHANGING,
	OF_LANE_ABANDONED /* while it resolves: idle when the resolver calls */
};

struct of_lane {
	struct of_pinger *pinger;
	enum of_lane_state state;
	struct of_pinged_hub *hub; /* NULL when idle or abandoned */
	struct of_ping *ping;
	unsigned tries, hops;
	int64_t due; /* of WAITING */
	struct of_buf url, form;
	struct of_arena *arena; /* of the target */
	struct of_target target;
	struct of_name_waiter waiter;
	union of_address addresses[OF_NAME_ADDRESSES];
	size_t n_addresses;
	struct of_transfer *transfer;
};

struct of_pinger {
	struct of_audit_settings settings;
	struct of_transport transport;
	struct of_parser parser;
	struct of_resolver *resolver;
	void *multi;              /* libcurl's */
	struct of_sockets *names; /* of the resolver, as libcurl waits for them */
	struct of_lane lanes[OF_PING_LANES];
	struct of_pinged_hub *hubs;
	size_t n_hubs, turn; /* turn: the hub that is looked at first */
	int64_t now;
	uint64_t random;
	size_t done, total;
	enum of_status status; /* what went wrong in a callback */
};

/* ---- ping_lane.c: a ping's way ---- */

/* An idle lane takes the hub's next ping. */
void of_lane_take(struct of_lane *lane, struct of_pinged_hub *hub);
/* One that waited goes on. */
void of_lane_begin(struct of_lane *lane);
/* code is libcurl's. */
void of_lane_end_exchange(struct of_lane *lane, int code);
/* Drops what it is at, undelivered. */
void of_lane_drop(struct of_lane *lane);
/* All that waits for the hub fails: for its last trouble, and if it had none for why. */
void of_pinger_give_up(struct of_pinger *pinger, struct of_pinged_hub *hub, const char *why);

#endif
