/*
 * outfeed.yaml: any bytes are read or refused with a place; of what is read, no
 * path leads out of the output, and every address is one.
 */
#include "fuzz.h"

#include "base/path.h"
#include "base/unicode.h"
#include "base/url.h"
#include <outfeed/audit.h>
#include <outfeed/item.h>
#include <outfeed/render.h>
#include <outfeed/site.h>

static void check_text(struct of_str text)
{
	fuzz_require(of_unicode_is_clean(text), "a text that is not clean");
}

static void check_groups(const struct of_site *site)
{
	static struct of_buf path;

	for (size_t i = 0; i < site->n_groups; i++) {
		struct of_str template = site->groups[i].path;
		size_t at = of_str_find(template, STR("{slug}"));

		fuzz_require(at != OF_NPOS, "a group whose path does not tell it");
		of_buf_clear(&path);
		of_buf_add_str(&path, of_str_slice(template, 0, at));
		of_buf_add_text(&path, "covid19");
		of_buf_add_str(&path, of_str_from_offset(template, at + 6));
		if (of_output_path_refusal(of_buf_str(&path)) != NULL)
			fuzz_fail("a group at %.*s", (int)path.len, path.ptr);
		fuzz_require(site->groups[i].by.len > 0, "a group by nothing");
	}
	if (site->all)
		fuzz_require(of_output_path_refusal(site->all_path) == NULL,
			"the feed of all items is outside");
}

static void check_audit(const struct of_audit_settings *audit)
{
	fuzz_require(audit != NULL, "a site without an audit");
	for (size_t i = 0; i < audit->n_allow_addresses; i++)
		fuzz_require(audit->allow_addresses[i].bits <= 128, "a range past its bits");
	for (size_t i = 0; i < audit->n_controls; i++)
		fuzz_require(of_url_is_http(audit->controls[i]), "a control at no address");
}

static void check_site(const struct of_site *site)
{
	const struct of_str texts[] = {site->title, site->description, site->url,
		site->language, site->author.name, site->author.url, site->author.email,
		site->icon, site->output, site->images_dir, site->images_url, site->all_path,
		site->all_title};

	for (size_t i = 0; i < FUZZ_COUNT(texts); i++)
		check_text(texts[i]);
	fuzz_require(site->title.len > 0, "a site without a title");
	fuzz_require(of_url_is_http(site->url) && of_str_ends(site->url, STR("/")),
		"a site at no address");
	fuzz_require(site->host.len > 0, "a site without a host");
	fuzz_require(site->zone != NULL && site->n_content > 0 && site->output.len > 0,
		"a default is missing");
	fuzz_require(
		site->icon.len == 0 || of_url_is_http(site->icon), "an icon at no address");
	fuzz_require(site->images_url.len == 0 || of_url_is_http(site->images_url),
		"images at no address");
	for (size_t i = 0; i < site->n_hubs; i++)
		fuzz_require(of_url_is_http(site->hubs[i]), "a hub at no address");
	for (size_t i = 0; i < site->n_formats; i++)
		fuzz_require(site->formats[i] != NULL, "a format of no renderer");
	for (size_t i = 0; i < site->n_fields; i++)
		fuzz_require(site->fields[i].field < OF_FIELD_COUNT, "a field that is none");
	check_groups(site);
	check_audit(site->audit);
}

static void on_diag(const struct of_diag *diag, void *payload)
{
	(void)payload;
	fuzz_require(diag->message != NULL && diag->message[0] != '\0', "a warning of nothing");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct of_site *site = NULL;
	struct of_err err = {0};
	struct of_str bytes = {(const char *)data, size};

	if (of_site_parse(&site, "/nowhere/site/outfeed.yaml", bytes, &err, on_diag, NULL) ==
		OF_OK) {
		check_site(site);
		fuzz_require(of_site_check(site, &err) == OF_OK, "what was read is refused");
	} else {
		fuzz_require(site == NULL, "a site of what is refused");
		fuzz_require(err.code == OF_ECONFIG && err.message[0] != '\0',
			"a refusal without a reason");
	}
	of_site_free(site);
	return 0;
}
