/* In the place of the server, where outfeed is built without libmicrohttpd. */
#include <outfeed/serve.h>

#include "base/err.h"

bool of_server_is_there(void)
{
	return false;
}

enum of_status of_server_start(struct of_server **server, const struct of_site *site,
	const struct of_serve_options *options, struct of_err *err)
{
	(void)site;
	(void)options;
	*server = NULL;
	return of_err_set(err, OF_ECONFIG,
		"this outfeed was built without libmicrohttpd, and serves nothing: any web "
		"server does, see contrib/nginx");
}

unsigned of_server_port(const struct of_server *server)
{
	(void)server;
	return 0;
}

bool of_server_is_loopback(const struct of_server *server)
{
	(void)server;
	return true;
}

enum of_status of_server_use(
	struct of_server *server, const struct of_site *site, struct of_err *err)
{
	(void)server;
	(void)site;
	(void)err;
	return OF_OK;
}

void of_server_set_panic(void (*panic)(const char *why))
{
	(void)panic;
}

void of_server_look_again(struct of_server *server)
{
	(void)server;
}

void of_server_stop(struct of_server *server)
{
	(void)server;
}
