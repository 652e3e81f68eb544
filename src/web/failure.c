#include "web/failure.h"

#include <curl/curl.h>
#include <errno.h>

struct row {
	long from;
	enum of_failure to;
};

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* By the number that the verification of a chain ended with (X509_V_ERR_... of OpenSSL). */
static const struct row by_verify[] = {
	/* libcurl looks at the name before it asks for the verdict on the chain, 1 until then.
	 */
	{0, OF_FAILURE_TLS_WRONG_NAME}, {1, OF_FAILURE_TLS_WRONG_NAME},
	{9, OF_FAILURE_TLS_EXPIRED}, /* not valid yet */
	{10, OF_FAILURE_TLS_EXPIRED},
	{18, OF_FAILURE_TLS_SELF_SIGNED},    /* the certificate itself */
	{19, OF_FAILURE_TLS_UNKNOWN_ISSUER}, /* a root that is not trusted */
	{20, OF_FAILURE_TLS_UNKNOWN_ISSUER}, {21, OF_FAILURE_TLS_UNKNOWN_ISSUER},
	{62, OF_FAILURE_TLS_WRONG_NAME}, {64, OF_FAILURE_TLS_WRONG_NAME}, /* of an address */
};

static const struct row by_errno[] = {
	{ECONNREFUSED, OF_FAILURE_REFUSED},
	{ECONNRESET, OF_FAILURE_RESET},
	{ECONNABORTED, OF_FAILURE_RESET},
	{EPIPE, OF_FAILURE_RESET},
	{ETIMEDOUT, OF_FAILURE_TIMEOUT_CONNECT},
	{ENETUNREACH, OF_FAILURE_UNREACHABLE},
	{EHOSTUNREACH, OF_FAILURE_UNREACHABLE},
	{ENETDOWN, OF_FAILURE_UNREACHABLE},
	{EHOSTDOWN, OF_FAILURE_UNREACHABLE},
	{EADDRNOTAVAIL, OF_FAILURE_UNREACHABLE},
	{EAFNOSUPPORT, OF_FAILURE_UNREACHABLE},
	{EACCES, OF_FAILURE_UNREACHABLE}, /* a firewall of this machine, as the next */
	{EPERM, OF_FAILURE_UNREACHABLE},
};

static const struct row by_code[] = {
	{CURLE_UNSUPPORTED_PROTOCOL, OF_FAILURE_PROTOCOL}, /* HTTP/0.9 */
	{CURLE_URL_MALFORMAT, OF_FAILURE_INVALID_URL},
	{CURLE_COULDNT_RESOLVE_PROXY, OF_FAILURE_PROXY},
	{CURLE_COULDNT_RESOLVE_HOST, OF_FAILURE_DNS_SERVFAIL},
	{CURLE_COULDNT_CONNECT, OF_FAILURE_UNREACHABLE},
	{CURLE_WEIRD_SERVER_REPLY, OF_FAILURE_PROTOCOL},
	{CURLE_HTTP2, OF_FAILURE_PROTOCOL},
	{CURLE_HTTP2_STREAM, OF_FAILURE_PROTOCOL},
	{CURLE_PARTIAL_FILE, OF_FAILURE_TRUNCATED},
	{CURLE_WRITE_ERROR,
		OF_FAILURE_ENCODING}, /* the decoder's: ours are told apart before */
	{CURLE_BAD_CONTENT_ENCODING, OF_FAILURE_ENCODING},
	{CURLE_SSL_CONNECT_ERROR, OF_FAILURE_TLS_PROTOCOL},
	{CURLE_SSL_CIPHER, OF_FAILURE_TLS_PROTOCOL},
	{CURLE_PEER_FAILED_VERIFICATION, OF_FAILURE_TLS_OTHER},
	{CURLE_SSL_ISSUER_ERROR, OF_FAILURE_TLS_OTHER},
	{CURLE_SSL_INVALIDCERTSTATUS, OF_FAILURE_TLS_OTHER},
	{CURLE_SSL_CERTPROBLEM, OF_FAILURE_TLS_OTHER},
	{CURLE_SSL_CLIENTCERT, OF_FAILURE_TLS_OTHER},
	{CURLE_GOT_NOTHING, OF_FAILURE_RESET},
	{CURLE_SEND_ERROR, OF_FAILURE_RESET},
	{CURLE_RECV_ERROR, OF_FAILURE_RESET},
	{CURLE_FILESIZE_EXCEEDED, OF_FAILURE_TOO_LARGE},
	{CURLE_PROXY, OF_FAILURE_PROXY},
};

static enum of_failure find(
	const struct row *rows, size_t count, long from, enum of_failure otherwise)
{
	for (size_t i = 0; i < count; i++)
		if (rows[i].from == from)
			return rows[i].to;
	return otherwise;
}

static enum of_failure classify_timeout(const struct of_failure_facts *facts)
{
	if (!facts->connected)
		return facts->proxied ? OF_FAILURE_PROXY : OF_FAILURE_TIMEOUT_CONNECT;
	return facts->before_its_limit ? OF_FAILURE_TOO_SLOW : OF_FAILURE_TIMEOUT_TRANSFER;
}

enum of_failure of_failure_classify(const struct of_failure_facts *facts)
{
	bool refused_by_proxy = facts->proxy_status != 0 && facts->proxy_status / 100 != 2;

	switch (facts->code) {
	case CURLE_OK:
		return OF_FAILURE_NONE;
	case CURLE_OPERATION_TIMEDOUT:
		return classify_timeout(facts);
	case CURLE_PEER_FAILED_VERIFICATION:
		return find(by_verify, COUNT(by_verify), facts->verify, OF_FAILURE_TLS_OTHER);
	case CURLE_COULDNT_CONNECT:
		if (facts->proxied)
			return OF_FAILURE_PROXY;
		return find(
			by_errno, COUNT(by_errno), facts->sys_errno, OF_FAILURE_UNREACHABLE);
	case CURLE_SSL_CONNECT_ERROR:
		return find(
			by_errno, COUNT(by_errno), facts->sys_errno, OF_FAILURE_TLS_PROTOCOL);
	default:
		if (refused_by_proxy)
			return OF_FAILURE_PROXY;
		return find(by_code, COUNT(by_code), facts->code, OF_FAILURE_OTHER);
	}
}

unsigned of_failure_traits(enum of_failure failure)
{
	static const unsigned char traits[OF_FAILURE_COUNT] = {
		[OF_FAILURE_DNS_NXDOMAIN] = OF_FAILURE_SEEN_IN_HEAD,
		[OF_FAILURE_DNS_SERVFAIL] =
			OF_FAILURE_RETRIED | OF_FAILURE_NO_CONTACT | OF_FAILURE_SEEN_IN_HEAD,
		[OF_FAILURE_UNREACHABLE] = OF_FAILURE_RETRIED | OF_FAILURE_NO_CONTACT,
		[OF_FAILURE_REFUSED] = OF_FAILURE_RETRIED | OF_FAILURE_NO_CONTACT,
		[OF_FAILURE_RESET] = OF_FAILURE_RETRIED,
		[OF_FAILURE_TIMEOUT_CONNECT] = OF_FAILURE_RETRIED | OF_FAILURE_NO_CONTACT,
		[OF_FAILURE_TIMEOUT_TRANSFER] = OF_FAILURE_RETRIED,
		[OF_FAILURE_TOO_SLOW] = OF_FAILURE_RETRIED,
		[OF_FAILURE_HTTP] = OF_FAILURE_RETRIED,
		[OF_FAILURE_FORBIDDEN] = OF_FAILURE_SEEN_IN_HEAD,
		[OF_FAILURE_ROBOTS] = OF_FAILURE_SEEN_IN_HEAD,
		[OF_FAILURE_INVALID_URL] = OF_FAILURE_SEEN_IN_HEAD,
	};

	return (unsigned)failure < OF_FAILURE_COUNT ? traits[failure] : 0;
}
