#include "site/fingerprint.h"

#include "base/str.h"
#include <outfeed/audit.h>
#include <outfeed/buf.h>
#include <outfeed/item.h>
#include <outfeed/render.h>
#include <outfeed/version.h>

/* Counted with each text, so that no two lists run into one another. */
static void add(struct of_buf *out, struct of_str text)
{
	of_buf_add_uint(out, text.len);
	of_buf_add_byte(out, ':');
	of_buf_add_str(out, text);
}

static void add_list(struct of_buf *out, const struct of_str *texts, size_t count)
{
	of_buf_add_uint(out, count);
	for (size_t i = 0; i < count; i++)
		add(out, texts[i]);
}

static void add_heads(struct of_buf *out, const struct of_site *site)
{
	add(out, of_str_from(of_version()));
	add(out, site->url);
	add(out, site->timezone);
	add_list(out, site->content, site->n_content);
	of_buf_add_uint(out, site->n_groups);
	for (size_t i = 0; i < site->n_groups; i++) {
		add(out, site->groups[i].by);
		add(out, site->groups[i].path);
	}
	for (size_t i = 0; i < site->n_fields; i++) {
		add(out, of_str_from(of_field_name(site->fields[i].field)));
		add_list(out, site->fields[i].paths, site->fields[i].n_paths);
	}
}

static void add_documents(struct of_buf *out, const struct of_site *site)
{
	const struct of_str texts[] = {site->title, site->description, site->language,
		site->author.name, site->author.url, site->author.email, site->icon,
		site->output, site->all_path, site->all_title, site->images_dir,
		site->images_url};
	const unsigned numbers[] = {site->all, (unsigned)site->limit, site->archive,
		site->content_mode, site->link, site->attribution, site->rot,
		site->audit->metadata_fill, site->pages, site->compress};

	add_list(out, texts, sizeof(texts) / sizeof(texts[0]));
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		of_buf_add_uint(out, numbers[i]);
		of_buf_add_byte(out, ',');
	}
	for (size_t i = 0; i < site->n_formats; i++)
		add(out, of_str_from(site->formats[i]->name));
	add_list(out, site->hubs, site->n_hubs);
	for (size_t i = 0; i < site->n_permalinks; i++) {
		add(out, site->permalinks[i].folder);
		add(out, site->permalinks[i].pattern);
	}
}

enum of_status of_site_fingerprint(
	struct of_fingerprints *prints, const struct of_site *site, struct of_err *err)
{
	struct of_buf text = {0};
	enum of_status status;

	add_heads(&text, site);
	prints->heads = of_str_hash(of_buf_str(&text));
	add_documents(&text, site);
	prints->documents = of_str_hash(of_buf_str(&text));
	status = of_buf_status(&text, err);
	of_buf_finish(&text);
	return status;
}
