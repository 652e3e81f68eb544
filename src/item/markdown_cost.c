#include "item/markdown_cost.h"

#include "base/str.h"
#include <stddef.h>
#include <stdint.h>

#define SMALL ((size_t)64 << 10) /* bytes of a text that can cost little, whatever it holds */
#define STEPS_MOST UINT64_C(1500000000) /* of a third of a nanosecond */
#define MEMORY_MOST ((size_t)20 << 20)

/* Bytes that md4c keeps for each. */
#define OF_MARK 20
#define OF_BRACKET 60 /* a mark, and two in reserve */
#define OF_LINE 24
#define OF_CONTAINER 48

/* Counts since the last blank line: what is parsed at once. */
struct paragraph {
	uint64_t lines, closings, addresses, marks;
	size_t memory;
};

struct cost {
	struct paragraph paragraph;
	uint64_t steps;
	uint64_t blanks, depth; /* blank lines; an upper bound of open lists */
	size_t blocks, inlines; /* bytes: of all; of the paragraph that has most */
};

static void end_paragraph(struct cost *cost)
{
	const struct paragraph *p = &cost->paragraph;

	cost->steps += p->closings * p->lines + p->addresses * p->marks / 4;
	if (p->memory > cost->inlines)
		cost->inlines = p->memory;
	cost->paragraph = (struct paragraph){0};
}

/* What begins a bare address: "www.", "://" or "@". */
static bool begins_address(struct of_str line, size_t at)
{
	struct of_str rest = of_str_from_offset(line, at);

	if (line.ptr[at] == '.')
		return at >= 3 &&
		       of_str_equal_nocase(of_str_slice(line, at - 3, at), STR("www"));
	return line.ptr[at] == '@' || of_str_starts(rest, STR("://"));
}

static void count_mark(struct paragraph *p, struct of_str line, size_t at)
{
	switch (line.ptr[at]) {
	case '[':
		p->marks += 3;
		p->memory += OF_BRACKET;
		return;
	case '.':
	case ':':
	case '@':
		if (!begins_address(line, at))
			return;
		p->addresses++;
		p->marks++; /* the one for its end */
		p->memory += OF_MARK;
		break;
	case ']':
		p->closings++;
		break;
	default:
		break;
	}
	p->marks++;
	p->memory += OF_MARK;
}

/* What may open containers at a line's beginning; the digits and ends of numbers too. */
static size_t prefix_length(struct of_str line)
{
	size_t at = 0;

	while (at < line.len &&
		of_str_find_byte(STR(" \t>-+*.)0123456789"), line.ptr[at]) != OF_NPOS)
		at++;
	return at;
}

/*
 * A bullet there begins a new item, and so ends the paragraph before it; one that is
 * further in may be text that goes on.
 */
static bool begins_item(struct of_str line)
{
	size_t at = 0;

	while (at < 3 && at < line.len && line.ptr[at] == ' ')
		at++;
	return at + 2 < line.len && of_str_find_byte(STR("-+*"), line.ptr[at]) != OF_NPOS &&
	       line.ptr[at + 1] == ' ' && !of_byte_is_space(line.ptr[at + 2]);
}

/* A list takes two columns at least, and a tab is up to four of them. */
static void count_prefix(struct cost *cost, struct of_str line)
{
	size_t length = prefix_length(line);
	size_t columns = 0, markers = 0;

	for (size_t i = 0; i < length; i++) {
		columns += line.ptr[i] == '\t' ? 4 : 1;
		markers += of_str_find_byte(STR(">-+*.)"), line.ptr[i]) != OF_NPOS;
	}
	cost->blocks += markers * OF_CONTAINER;
	if (columns / 2 > cost->depth)
		cost->depth = columns / 2;
}

static const bool is_mark[256] = {['['] = true,
	[']'] = true,
	['\\'] = true,
	['*'] = true,
	['_'] = true,
	['`'] = true,
	['&'] = true,
	[';'] = true,
	['<'] = true,
	['>'] = true,
	['!'] = true,
	['~'] = true,
	['|'] = true,
	['.'] = true,
	[':'] = true,
	['@'] = true};

static void count_line(struct cost *cost, struct of_str line)
{
	if (of_str_trim(line).len == 0) {
		cost->blanks++;
		end_paragraph(cost);
		return;
	}
	if (begins_item(line))
		end_paragraph(cost);
	cost->paragraph.lines++;
	cost->blocks += OF_LINE;
	count_prefix(cost, line);
	for (size_t i = 0; i < line.len; i++)
		if (is_mark[(unsigned char)line.ptr[i]])
			count_mark(&cost->paragraph, line, i);
}

bool of_markdown_is_costly(struct of_str markdown)
{
	struct cost cost = {0};

	if (markdown.len < SMALL)
		return false;
	while (markdown.ptr != NULL)
		count_line(&cost, of_str_split(&markdown, '\n'));
	end_paragraph(&cost);
	return cost.steps + cost.blanks * cost.depth > STEPS_MOST ||
	       cost.blocks + cost.inlines > MEMORY_MOST;
}
