/*
 * Parameters, and rows. Numbers go as text; a text goes as its bytes, uncopied; an
 * array is written as PostgreSQL reads it, {1,NULL,"a\"b"}.
 */
#include "store/history_past.h"
#include "store/postgres_db.h"

#include "base/str.h"
#include "base/time.h"
#include "base/unicode.h"
#include <stdlib.h>

enum { OID_BOOL = 16, OID_BIGINT = 20, OID_TEXT = 25, OID_TIMESTAMPTZ = 1184 };

static int next_arg(struct of_pg_args *args, Oid type)
{
	int n = args->n < OF_PG_ARGS ? args->n++ : OF_PG_ARGS - 1;

	args->types[n] = type;
	args->values[n] = NULL;
	args->lengths[n] = 0;
	args->formats[n] = 0;
	return n;
}

void of_pg_int(struct of_pg_args *args, int64_t number)
{
	int n = next_arg(args, OID_BIGINT);

	snprintf(args->numbers[n], sizeof(args->numbers[n]), "%lld", (long long)number);
	args->values[n] = args->numbers[n];
}

void of_pg_some(struct of_pg_args *args, int64_t number)
{
	if (number != 0)
		of_pg_int(args, number);
	else
		next_arg(args, OID_BIGINT);
}

void of_pg_bool(struct of_pg_args *args, bool flag)
{
	args->values[next_arg(args, OID_BOOL)] = flag ? "t" : "f";
}

void of_pg_time_text(struct of_pg_args *args, const char *time)
{
	args->values[next_arg(args, OID_TIMESTAMPTZ)] = time;
}

void of_pg_words(struct of_pg_args *args, struct of_str text)
{
	int n = next_arg(args, OID_TEXT);
	struct of_buf clean = {0};
	char *copy;

	args->formats[n] = 1;
	args->values[n] = text.len > 0 ? text.ptr : "";
	args->lengths[n] = (int)text.len;
	if (of_unicode_is_clean(text))
		return;
	of_unicode_clean(&clean, text, NULL);
	copy = clean.status == OF_OK ? malloc(clean.len + 1) : NULL;
	if (copy == NULL) {
		args->no_memory = true;
	} else {
		memcpy(copy, clean.len > 0 ? clean.ptr : "", clean.len);
		args->values[n] = copy;
		args->lengths[n] = (int)clean.len;
		args->owned |= UINT64_C(1) << n;
	}
	of_buf_finish(&clean);
}

void of_pg_text(struct of_pg_args *args, struct of_str text)
{
	if (text.len > 0)
		of_pg_words(args, text);
	else
		next_arg(args, OID_TEXT);
}

void of_pg_args_finish(struct of_pg_args *args)
{
	for (int i = 0; i < args->n; i++)
		if ((args->owned >> i & 1) != 0)
			free((void *)(uintptr_t)args->values[i]);
	*args = (struct of_pg_args){0};
}

/* -- Arrays */

static void begin_element(struct of_buf *array)
{
	of_buf_add_byte(array, array->len > 0 ? ',' : '{');
}

static void add_null(struct of_buf *array)
{
	begin_element(array);
	of_buf_add_text(array, "NULL");
}

void of_pg_add_int(struct of_buf *array, int64_t number)
{
	begin_element(array);
	if (number < 0)
		of_buf_add_byte(array, '-');
	of_buf_add_uint(array,
		number < 0 ? 0 - (unsigned long long)number : (unsigned long long)number);
}

void of_pg_add_some(struct of_buf *array, int64_t number)
{
	if (number != 0)
		of_pg_add_int(array, number);
	else
		add_null(array);
}

void of_pg_add_date(struct of_buf *array, int64_t seconds)
{
	if (seconds != OF_TIME_NONE)
		of_pg_add_int(array, seconds);
	else
		add_null(array);
}

void of_pg_add_real(struct of_buf *array, double number)
{
	if (number >= 0) {
		begin_element(array);
		of_buf_add_format(array, "%.17g", number);
	} else {
		add_null(array);
	}
}

static void add_quoted(struct of_buf *array, struct of_str text)
{
	size_t from = 0;

	begin_element(array);
	of_buf_add_byte(array, '"');
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] != '"' && text.ptr[i] != '\\')
			continue;
		of_buf_add_str(array, of_str_slice(text, from, i));
		of_buf_add_byte(array, '\\');
		from = i;
	}
	of_buf_add_str(array, of_str_from_offset(text, from));
	of_buf_add_byte(array, '"');
}

void of_pg_add_text(struct of_buf *array, struct of_str text)
{
	struct of_buf clean = {0};

	if (text.len == 0) {
		add_null(array);
		return;
	}
	if (of_unicode_is_clean(text)) {
		add_quoted(array, text);
		return;
	}
	of_unicode_clean(&clean, text, NULL);
	if (clean.status != OF_OK)
		array->status = clean.status;
	add_quoted(array, of_buf_str(&clean));
	of_buf_finish(&clean);
}

void of_pg_add_exact(struct of_buf *array, struct of_str text)
{
	if (of_unicode_is_clean(text))
		of_pg_add_text(array, text);
	else
		add_null(array);
}

void of_pg_array(struct of_pg_args *args, struct of_buf *array)
{
	int n = next_arg(args, 0);

	of_buf_add_text(array, array->len > 0 ? "}" : "{}");
	args->no_memory |= array->status != OF_OK;
	args->values[n] = array->ptr;
	if (array->status == OF_OK)
		args->opened[n] = array;
}

void of_pg_reopen(struct of_pg_args *args)
{
	for (int i = 0; i < args->n; i++)
		if (args->opened[i] != NULL)
			of_buf_truncate(args->opened[i],
				args->opened[i]->len == 2 ? 0 : args->opened[i]->len - 1);
}

/* -- Rows */

bool of_pg_next(struct of_pg_rows *rows)
{
	rows->column = 0;
	return rows->result != NULL && ++rows->row < PQntuples(rows->result);
}

int of_pg_count(const struct of_pg_rows *rows)
{
	return rows->result != NULL ? PQntuples(rows->result) : 0;
}

uint64_t of_pg_changed(const struct of_pg_rows *rows)
{
	uint64_t number = 0;

	if (rows->result != NULL &&
		!of_str_to_uint(&number, of_str_from(PQcmdTuples(rows->result))))
		number = 0;
	return number;
}

static bool is_null(const struct of_pg_rows *rows)
{
	return PQgetisnull(rows->result, rows->row, rows->column) != 0;
}

struct of_str of_pg_read_text(struct of_pg_rows *rows)
{
	struct of_str text = {PQgetvalue(rows->result, rows->row, rows->column),
		(size_t)PQgetlength(rows->result, rows->row, rows->column)};

	if (is_null(rows))
		text = (struct of_str){0};
	rows->column++;
	return text;
}

int64_t of_pg_read_int(struct of_pg_rows *rows)
{
	struct of_str digits = of_pg_read_text(rows);
	bool negative = of_str_starts(digits, STR("-"));
	uint64_t number = 0;

	if (!of_str_to_uint(&number, of_str_from_offset(digits, negative ? 1 : 0)))
		return 0;
	return (int64_t)(negative ? 0 - number : number);
}

bool of_pg_read_bool(struct of_pg_rows *rows)
{
	return of_str_equal(of_pg_read_text(rows), STR("t"));
}

int64_t of_pg_read_date(struct of_pg_rows *rows)
{
	if (!is_null(rows))
		return of_pg_read_int(rows);
	rows->column++;
	return OF_TIME_NONE;
}

double of_pg_read_real(struct of_pg_rows *rows)
{
	struct of_str digits = of_pg_read_text(rows);

	return digits.len > 0 ? strtod(digits.ptr, NULL) : -1;
}

/* People may write to a database: a word that is none is no reason to fail. */
enum of_verdict of_pg_read_verdict(struct of_pg_rows *rows)
{
	struct of_str word = of_pg_read_text(rows);
	enum of_verdict verdict = word.len > 0 ? of_verdict_find(word) : OF_VERDICT_NONE;

	return verdict != OF_VERDICT_COUNT ? verdict : OF_VERDICT_NONE;
}

enum of_failure of_pg_read_failure(struct of_pg_rows *rows)
{
	struct of_str name = of_pg_read_text(rows);
	unsigned failure = OF_FAILURE_NONE;

	if (name.len == 0)
		return OF_FAILURE_NONE;
	while (failure < OF_FAILURE_COUNT &&
		!of_str_equal(name, of_str_from(of_failure_name((enum of_failure)failure))))
		failure++;
	return failure < OF_FAILURE_COUNT ? (enum of_failure)failure : OF_FAILURE_OTHER;
}

void of_pg_read_past(struct of_pg_rows *rows, struct of_past *past)
{
	for (size_t i = 0; i < OF_PAST_FIELDS; i++) {
		int64_t number;

		if (of_past_fields[i].type == OF_PAST_VERDICT)
			number = of_pg_read_verdict(rows);
		else if (of_past_fields[i].type == OF_PAST_FAILURE)
			number = of_pg_read_failure(rows);
		else
			number = of_pg_read_int(rows);
		of_past_set(past, &of_past_fields[i], number);
	}
	of_past_unpack(past, of_pg_read_text(rows));
}

void of_pg_finish(struct of_pg_rows *rows)
{
	PQclear(rows->result);
	*rows = (struct of_pg_rows){NULL, -1, 0};
}
