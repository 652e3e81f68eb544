#include "audit/diff.h"

#include "base/err.h"
#include "base/str.h"
#include <outfeed/arena.h>

/* Whole lines of the file, numbered from 0, that some changes touch. */
struct spot {
	size_t first, end; /* lines, end not counted */
	const struct of_change *changes;
	size_t n_changes;
	struct of_str text; /* of the lines as they will be */
	size_t n_lines;     /* in it */
};

struct diff {
	struct of_buf *out;
	struct of_str bytes;
	size_t *lines; /* where each begins, and the end */
	size_t n_lines;
	struct spot *spots;
	size_t n_spots;
	struct of_arena *arena;
};

/* -- Names */

/* As git quotes a name: its letters for some control characters, octal for other bytes. */
static void add_quoted_byte(struct of_buf *out, char byte)
{
	static const char control[] = "\a\b\t\n\v\f\r";
	static const char letters[] = "abtnvfr";
	const char *found = byte != '\0' ? strchr(control, byte) : NULL;

	if (found != NULL)
		of_buf_add_format(out, "\\%c", letters[found - control]);
	else if (byte == '"' || byte == '\\')
		of_buf_add_format(out, "\\%c", byte);
	else if ((unsigned char)byte < ' ' || (unsigned char)byte >= 0x7F)
		of_buf_add_format(out, "\\%03o", (unsigned)(unsigned char)byte);
	else
		of_buf_add_byte(out, byte);
}

static bool is_quoted(struct of_str path)
{
	for (size_t i = 0; i < path.len; i++) {
		unsigned char byte = (unsigned char)path.ptr[i];

		if (byte < ' ' || byte >= 0x7F || byte == '"' || byte == '\\')
			return true;
	}
	return false;
}

static void add_name(struct of_buf *out, const char *prefix, struct of_str path)
{
	bool quoted = is_quoted(path);

	of_buf_add_text(out, quoted ? "\"" : "");
	of_buf_add_text(out, prefix);
	for (size_t i = 0; i < path.len && quoted; i++)
		add_quoted_byte(out, path.ptr[i]);
	if (!quoted)
		of_buf_add_str(out, path);
	of_buf_add_text(out, quoted ? "\"" : "");
}

/* A tab ends a name that holds a space, which else might begin a time. */
static void add_head(struct of_buf *out, struct of_str path)
{
	const char *end = of_str_find_byte(path, ' ') != OF_NPOS ? "\t\n" : "\n";

	of_buf_add_text(out, "diff --git ");
	add_name(out, "a/", path);
	of_buf_add_byte(out, ' ');
	add_name(out, "b/", path);
	of_buf_add_text(out, "\n--- ");
	add_name(out, "a/", path);
	of_buf_add_text(out, end);
	of_buf_add_text(out, "+++ ");
	add_name(out, "b/", path);
	of_buf_add_text(out, end);
}

/* -- Lines */

/* The number of lines, the last one counted without its line end, too. */
static size_t count_lines(struct of_str text)
{
	size_t count = 0, end;

	while ((end = of_str_find_byte(text, '\n')) != OF_NPOS) {
		text = of_str_from_offset(text, end + 1);
		count++;
	}
	return count + (text.len > 0);
}

static bool find_lines(struct diff *diff)
{
	size_t at = 0;

	diff->n_lines = count_lines(diff->bytes);
	diff->lines = of_arena_take(diff->arena, diff->n_lines + 1, sizeof(*diff->lines));
	for (size_t i = 0; diff->lines != NULL && i < diff->n_lines; i++) {
		struct of_str rest = of_str_from_offset(diff->bytes, at);
		size_t end = of_str_find_byte(rest, '\n');

		diff->lines[i] = at;
		at = end != OF_NPOS ? at + end + 1 : diff->bytes.len;
	}
	if (diff->lines != NULL)
		diff->lines[diff->n_lines] = diff->bytes.len;
	return diff->lines != NULL;
}

/* The line that a byte is on, from a line before it on. */
static size_t line_of(const struct diff *diff, size_t line, size_t at)
{
	while (line + 1 < diff->n_lines && diff->lines[line + 1] <= at)
		line++;
	return line;
}

/* Whether the line that a change begins on goes on with the line behind the change. */
static bool joins(const struct diff *diff, const struct of_change *change)
{
	const char *bytes = diff->bytes.ptr;
	bool begins = change->from == 0 || bytes[change->from - 1] == '\n';

	return bytes[change->to - 1] == '\n' && !of_str_ends(change->text, STR("\n")) &&
	       !(begins && change->text.len == 0);
}

/* A byte on the last line of the file that a change touches. */
static size_t last_of(const struct diff *diff, const struct of_change *change)
{
	if (change->to == change->from || joins(diff, change))
		return change->to;
	return change->to - 1;
}

/* Changes on one line, or on lines that one of them joins, are one spot. */
static bool find_spots(struct diff *diff, const struct of_change *changes, size_t n_changes)
{
	size_t line = 0;

	diff->spots = of_arena_take(diff->arena, n_changes, sizeof(*diff->spots));
	for (size_t i = 0; diff->spots != NULL && i < n_changes; i++) {
		struct spot *spot = &diff->spots[diff->n_spots];

		line = line_of(diff, line, changes[i].from);
		if (diff->n_spots > 0 && line < spot[-1].end) {
			spot--;
		} else {
			*spot = (struct spot){.first = line, .changes = &changes[i]};
			diff->n_spots++;
		}
		line = line_of(diff, line, last_of(diff, &changes[i]));
		spot->end = diff->n_lines > 0 ? line + 1 : 0;
		spot->n_changes++;
	}
	return diff->spots != NULL;
}

static void write_spot(struct diff *diff, struct spot *spot)
{
	size_t at = diff->lines[spot->first];
	struct of_buf text = {0};

	for (size_t i = 0; i < spot->n_changes; i++) {
		of_buf_add_str(&text, of_str_slice(diff->bytes, at, spot->changes[i].from));
		of_buf_add_str(&text, spot->changes[i].text);
		at = spot->changes[i].to;
	}
	of_buf_add_str(&text, of_str_slice(diff->bytes, at, diff->lines[spot->end]));
	spot->text = of_arena_keep(diff->arena, &text);
	spot->n_lines = count_lines(spot->text);
	of_buf_finish(&text);
}

/* -- Hunks */

static void add_lines(struct of_buf *out, char sign, struct of_str text)
{
	while (text.len > 0) {
		size_t end = of_str_find_byte(text, '\n');

		of_buf_add_byte(out, sign);
		if (end == OF_NPOS) {
			of_buf_add_str(out, text);
			of_buf_add_text(out, "\n\\ No newline at end of file\n");
			return;
		}
		of_buf_add_str(out, of_str_slice(text, 0, end + 1));
		text = of_str_from_offset(text, end + 1);
	}
}

static struct of_str lines_between(const struct diff *diff, size_t first, size_t end)
{
	return of_str_slice(diff->bytes, diff->lines[first], diff->lines[end]);
}

/* As ranges begin: from 1, and those of no lines at the line before. */
static size_t range_start(size_t first, size_t count)
{
	return first + (count > 0);
}

/* Spots whose context would meet; *grown is by how many lines the file grew above them. */
static void add_hunk(
	struct diff *diff, const struct spot *spots, size_t n_spots, ptrdiff_t *grown)
{
	size_t first = spots[0].first > OF_DIFF_CONTEXT ? spots[0].first - OF_DIFF_CONTEXT : 0;
	size_t end = spots[n_spots - 1].end + OF_DIFF_CONTEXT;
	size_t at = first, n_new;
	ptrdiff_t grows = 0;

	if (end > diff->n_lines)
		end = diff->n_lines;
	for (size_t i = 0; i < n_spots; i++)
		grows += (ptrdiff_t)spots[i].n_lines -
			 (ptrdiff_t)(spots[i].end - spots[i].first);
	n_new = (size_t)((ptrdiff_t)(end - first) + grows);
	of_buf_add_format(diff->out, "@@ -%zu,%zu +%zu,%zu @@\n",
		range_start(first, end - first), end - first,
		range_start((size_t)((ptrdiff_t)first + *grown), n_new), n_new);
	for (size_t i = 0; i < n_spots; i++) {
		add_lines(diff->out, ' ', lines_between(diff, at, spots[i].first));
		add_lines(diff->out, '-', lines_between(diff, spots[i].first, spots[i].end));
		add_lines(diff->out, '+', spots[i].text);
		at = spots[i].end;
	}
	add_lines(diff->out, ' ', lines_between(diff, at, end));
	*grown += grows;
}

static void add_hunks(struct diff *diff)
{
	ptrdiff_t grown = 0;
	size_t first = 0;

	for (size_t i = 1; i <= diff->n_spots; i++) {
		if (i < diff->n_spots &&
			diff->spots[i].first <=
				diff->spots[i - 1].end + (size_t)2 * OF_DIFF_CONTEXT)
			continue;
		add_hunk(diff, &diff->spots[first], i - first, &grown);
		first = i;
	}
}

enum of_status of_diff_add(struct of_buf *out, struct of_str path, struct of_str bytes,
	const struct of_change *changes, size_t n_changes, struct of_err *err)
{
	struct diff diff = {.out = out, .bytes = bytes, .arena = of_arena_new()};
	enum of_status status;

	if (diff.arena == NULL)
		return of_err_set_nomem(err);
	if (find_lines(&diff) && find_spots(&diff, changes, n_changes))
		for (size_t i = 0; i < diff.n_spots; i++)
			write_spot(&diff, &diff.spots[i]);
	status = of_arena_status(diff.arena, err);
	if (status == OF_OK) {
		add_head(out, path);
		add_hunks(&diff);
	}
	of_arena_free(diff.arena);
	return status;
}
