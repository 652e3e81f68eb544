#include "web/agent.h"

#include <outfeed/version.h>

void of_agent_add(
	struct of_buf *out, const struct of_audit_settings *settings, struct of_str site_url)
{
	struct of_str contact = settings->contact.len > 0 ? settings->contact : site_url;

	if (settings->user_agent.len > 0) {
		of_buf_add_str(out, settings->user_agent);
		return;
	}
	of_buf_add_format(out, "outfeed/%s (+", of_version());
	of_buf_add_str(out, contact);
	of_buf_add_byte(out, ')');
}
