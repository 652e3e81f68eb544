/*
 * An answer to the wire.
 */
#ifndef OF_SERVE_SEND_H
#define OF_SERVE_SEND_H

#include "serve/answer.h"
#include <microhttpd.h>

/*
 * Queues the answer, whose body is taken from it. MHD_NO when there is no memory: the
 * connection then ends at once.
 */
enum MHD_Result of_send(
	struct MHD_Connection *connection, struct of_answer *answer, bool is_head);
/* A few bytes that are static, and may change from one moment to the next. */
enum MHD_Result of_send_text(struct MHD_Connection *connection, unsigned status,
	const char *type, struct of_str text);

#endif
