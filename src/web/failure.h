/*
 * How an exchange failed, from what libcurl and the system say of it. Pure.
 */
#ifndef OF_WEB_FAILURE_H
#define OF_WEB_FAILURE_H

#include <outfeed/verdict.h>
#include <stdbool.h>

/* What is known of an exchange that libcurl gave up. */
struct of_failure_facts {
	int code;              /* CURLcode */
	long verify;           /* X509_V_ERR_..., 0 where the chain was found good */
	long sys_errno;        /* of the connection; 0 where the system had no part in it */
	long proxy_status;     /* of the answer to CONNECT; 0 where there was none */
	bool proxied;          /* through `proxy` */
	bool connected;        /* the request could leave: TCP, TLS and proxy were done */
	bool before_its_limit; /* it ended before the whole transfer's time was over */
};

enum of_failure of_failure_classify(const struct of_failure_facts *facts);

/* What follows from a failure within a run: bits. */
enum of_failure_trait {
	OF_FAILURE_RETRIED = 1 << 0,     /* worth another try; of http only by its status */
	OF_FAILURE_NO_CONTACT = 1 << 1,  /* the host gave no sign of life: an incident's kind */
	OF_FAILURE_SEEN_IN_HEAD = 1 << 2 /* a GET would find the same: needs no confirmation */
};
unsigned of_failure_traits(enum of_failure failure);

#endif
