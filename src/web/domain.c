#include "web/domain.h"

#include "base/str.h"
#include <libpsl.h>
#include <stdlib.h>

#define HOST_MOST 253 /* characters of a name (RFC 1035 section 3.1, as text) */

struct of_domains {
	psl_ctx_t *newer; /* owned; NULL where the list within the library serves */
	const psl_ctx_t *list;
};

struct of_domains *of_domains_load(void)
{
	struct of_domains *domains = calloc(1, sizeof(*domains));

	if (domains == NULL)
		return NULL;
	domains->newer = psl_latest(NULL);
	domains->list = domains->newer != NULL ? domains->newer : psl_builtin();
	if (domains->list == NULL) {
		free(domains);
		return NULL;
	}
	return domains;
}

void of_domains_free(struct of_domains *domains)
{
	if (domains == NULL)
		return;
	psl_free(domains->newer);
	free(domains);
}

/* An IPv6 address, or a name whose last label is a number, which every client
 * takes for an IPv4 address or refuses: no top-level domain is one. */
static bool is_address(struct of_str host)
{
	size_t dot = of_str_find_last_byte(host, '.');
	struct of_str last = of_str_from_offset(host, dot == OF_NPOS ? 0 : dot + 1);

	return of_str_find_byte(host, ':') != OF_NPOS ||
	       (last.len > 0 && of_byte_is_digit(last.ptr[0]));
}

struct of_str of_domain_registrable(const struct of_domains *domains, struct of_str host)
{
	char name[HOST_MOST + 1];
	struct of_str bare = host;
	const char *found;

	if (of_str_ends(bare, STR(".")))
		bare.len--;
	if (bare.len == 0 || bare.len > HOST_MOST || is_address(bare) ||
		of_str_find_byte(bare, '\0') != OF_NPOS)
		return host;
	memcpy(name, bare.ptr, bare.len);
	name[bare.len] = '\0';
	found = psl_registrable_domain(domains->list, name);
	return found != NULL ? of_str_from_offset(bare, (size_t)(found - name)) : bare;
}
