#include "serve/date.h"

#include "base/str.h"
#include "base/time.h"

/* What stands after the day of the week: d a digit of the day, _ that or a space, m the month's
 * name, y a digit of the year, t the time; other characters stand for themselves. */
static const char *const forms[] = {
	" dd m yyyy t GMT", /* Sun, 06 Nov 1994 08:49:37 GMT */
	" dd-m-yy t GMT",   /* Sunday, 06-Nov-94 08:49:37 GMT (RFC 850) */
	"m _d t yyyy",      /* Sun Nov  6 08:49:37 1994 (asctime) */
};

#define TWO_DIGIT_FORM 1
#define N_FORMS (sizeof(forms) / sizeof(*forms))

void of_http_date_add(struct of_buf *out, int64_t seconds)
{
	of_time_add_rfc822(out, seconds);
	if (out->status == OF_OK)
		of_buf_truncate(out, out->len - sizeof("+0000") + 1);
	of_buf_add_text(out, "GMT");
}

static bool take_digit(int *number, struct of_str *text)
{
	if (text->len == 0 || !of_byte_is_digit(text->ptr[0]))
		return false;
	*number = *number * 10 + text->ptr[0] - '0';
	*text = of_str_from_offset(*text, 1);
	return true;
}

static bool take_month(int *month, struct of_str *text)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (int i = 0; i < 12; i++) {
		if (of_str_starts(*text, (struct of_str){names + (size_t)3 * (size_t)i, 3})) {
			*month = i + 1;
			*text = of_str_from_offset(*text, 3);
			return true;
		}
	}
	return false;
}

/* "08:49:37" */
static bool take_time(struct of_civil *civil, struct of_str *text)
{
	int *const parts[] = {&civil->hour, &civil->minute, &civil->second};

	for (size_t i = 0; i < 3; i++) {
		if (i > 0 && !of_str_starts(*text, STR(":")))
			return false;
		*text = of_str_from_offset(*text, i > 0);
		/* NOLINTNEXTLINE(misc-redundant-expression): each takes a digit away */
		if (!take_digit(parts[i], text) || !take_digit(parts[i], text))
			return false;
	}
	return true;
}

static bool take_letter(struct of_civil *civil, struct of_str *text, char letter)
{
	switch (letter) {
	case 'd':
		return take_digit(&civil->day, text);
	case 'y':
		return take_digit(&civil->year, text);
	case 'm':
		return take_month(&civil->month, text);
	case 't':
		return take_time(civil, text);
	case '_':
		if (!of_str_starts(*text, STR(" ")))
			return take_digit(&civil->day, text);
		letter = ' ';
		break;
	default:
		break;
	}
	if (text->len == 0 || text->ptr[0] != letter)
		return false;
	*text = of_str_from_offset(*text, 1);
	return true;
}

static bool matches(struct of_civil *civil, struct of_str text, const char *form)
{
	*civil = (struct of_civil){0};
	for (; *form != '\0'; form++)
		if (!take_letter(civil, &text, *form))
			return false;
	return text.len == 0;
}

/* A day that its month lacks comes back as one of the next month. */
static bool is_possible(struct of_civil civil)
{
	struct of_civil back;

	if (civil.year < 1 || civil.day < 1 || civil.day > 31 || civil.hour > 23 ||
		civil.minute > 59 || civil.second > 60)
		return false;
	back = of_time_to_civil(of_time_from_civil(civil));
	return back.day == civil.day || civil.second == 60;
}

bool of_http_date_parse(int64_t *seconds, struct of_str text)
{
	struct of_civil civil = {0};
	size_t form = 0, comma;

	text = of_str_trim(text);
	comma = of_str_find_byte(text, ',');
	text = of_str_from_offset(text, comma != OF_NPOS ? comma + 1 : 4);
	while (form < N_FORMS && !matches(&civil, text, forms[form]))
		form++;
	/* no file is older than the system's time */
	if (form == TWO_DIGIT_FORM)
		civil.year += civil.year < 70 ? 2000 : 1900;
	if (form == N_FORMS || !is_possible(civil))
		return false;
	*seconds = of_time_from_civil(civil);
	return true;
}
