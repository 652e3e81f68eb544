/*
 * A collection: what is kept of every file of a site while its feeds are made,
 * and from one run to the next. An item's body is never kept; whoever shows
 * the item reads it again.
 */
#ifndef OUTFEED_COLLECTION_H
#define OUTFEED_COLLECTION_H

#include <outfeed/item.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a file gave. */
enum of_record_kind {
	OF_RECORD_ITEM,
	OF_RECORD_DRAFT,
	OF_RECORD_BROKEN /* it was skipped: its diagnostics say why */
};

/* What came of a record in a run. */
enum of_fate {
	OF_FATE_OUT,    /* a draft, future, expired or broken */
	OF_FATE_LIVE,   /* feeds may show it */
	OF_FATE_REFUSED /* its id is another's */
};

/*
 * One file, packed: this head, then the numbers of its filings with their
 * places, then its texts (of_record_text). A multiple of 8 bytes, aligned so.
 */
struct of_record {
	uint32_t size;      /* of the whole record, in bytes */
	uint32_t file_size; /* UINT32_MAX for more */
	int64_t mtime;      /* ns since 1970; 0 when the file may have changed since */
	uint64_t inode;
	int64_t published, expires; /* OF_TIME_NONE where absent */
	uint32_t n_filings;
	uint32_t lengths[4]; /* bytes of each text, its NUL counted; 0 for none */
	uint16_t id_line;    /* UINT16_MAX for that and more */
	uint8_t kind;        /* enum of_record_kind */
	uint8_t fate : 2;    /* at the end of the last run, enum of_fate */
	uint8_t fresh : 1;   /* read in this run */
};

enum of_record_text {
	OF_TEXT_NAME, /* of the file in its folder */
	OF_TEXT_ID,   /* absent unless the kind is OF_RECORD_ITEM */
	OF_TEXT_KEYS, /* what ties it to its id: "u:…\0s:…\0" (collect/ties.h) */
	OF_TEXT_DIAGS /* packed diagnostics (collect/record.h) */
};

/* A filing of a record: its number, and where the item says so. */
struct of_filed {
	uint32_t filing; /* index into of_collection.filings */
	uint32_t place;  /* line << 10 | column; 0 for what does not fit */
};

/* One way that items are filed, shared by all that are filed so. */
struct of_filing {
	unsigned grouping; /* index into of_site.groups */
	struct of_category category;
	uint32_t count; /* live records that have it */
	bool touched; /* a record that has it, or had it in the last run, is not what it was */
};

/* The records of one folder stand side by side. */
struct of_folder_range {
	struct of_str path;
	size_t root;  /* bytes of path that `content` names: those may lead through links */
	size_t first; /* index into of_collection.records */
};

/*
 * Records are in no order that may show in a document. Live records are the
 * items that feeds may show now: no drafts, future, expired or duplicate ones.
 */
struct of_collection {
	const struct of_record **records;
	size_t n_records;
	uint8_t *fates; /* for each record, enum of_fate */
	size_t n_live;
	const struct of_folder_range *folders; /* by first */
	size_t n_folders;
	struct of_filing *filings;
	size_t n_filings;
};

struct of_str of_record_text(const struct of_record *record, enum of_record_text text);
const struct of_filed *of_record_filings(const struct of_record *record);
/* Appends the path of a record's file. */
void of_record_add_path(
	struct of_buf *out, const struct of_collection *collection, size_t index);

#ifdef __cplusplus
}
#endif
#endif
