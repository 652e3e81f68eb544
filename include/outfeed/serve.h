/*
 * A server for a site's output folder, for looking at it with a browser or a
 * reader, as `outfeed serve` does. It reads that folder and the site's images,
 * and nothing else.
 */
#ifndef OUTFEED_SERVE_H
#define OUTFEED_SERVE_H

#include <outfeed/err.h>
#include <outfeed/site.h>
#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

#define OF_SERVE_PORT 8000        /* where nothing else is said */
#define OF_SERVE_CONNECTIONS 4096 /* at a time, where the system lets a process have them */

struct of_server;

struct of_serve_options {
	const char *address; /* to listen on, such as "127.0.0.1" or "::1"; NULL for that */
	unsigned port;       /* 0 for any that is free */
	unsigned jobs;       /* threads; 0 for one a core */
	bool live;           /* pages reload themselves when they change */
};

/* False where outfeed was built without a server; of_server_start() then says so. */
bool of_server_is_there(void);

/*
 * Begins to serve, on threads of its own. site is borrowed for the call alone.
 * OF_ECONFIG for an address that is none, or where there is no server; OF_EIO
 * when the address cannot be listened on; OF_ENOMEM.
 */
OF_MUST_CHECK enum of_status of_server_start(struct of_server **server,
	const struct of_site *site, const struct of_serve_options *options, struct of_err *err);
/* The port that it listens on. */
unsigned of_server_port(const struct of_server *server);
/* Whether it is reached from this machine alone. */
bool of_server_is_loopback(const struct of_server *server);
/* Serves the folders of this site from now on, of which nothing is borrowed. Thread-safe. */
OF_MUST_CHECK enum of_status of_server_use(
	struct of_server *server, const struct of_site *site, struct of_err *err);
/* Documents may have changed: live pages look whether they did. Thread-safe. */
void of_server_look_again(struct of_server *server);
/*
 * Where the system fails libmicrohttpd in a way that it has no answer to, it ends
 * the process with abort(). Of all servers of the process: panic is called
 * instead, on whichever thread, with its words, and must not return.
 */
void of_server_set_panic(void (*panic)(const char *why));
/* Ends it, and the connections that there are. Accepts NULL. */
void of_server_stop(struct of_server *server);

#ifdef __cplusplus
}
#endif
#endif
