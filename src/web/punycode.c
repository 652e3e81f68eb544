#include "web/punycode.h"

#include "base/str.h"
#include "base/unicode.h"

/* RFC 3492 section 5. */
#define BASE 36U
#define T_MIN 1U
#define T_MAX 26U
#define SKEW 38U
#define DAMP 700U
#define BIAS_FIRST 72U
#define N_FIRST 128U

#define LABEL_MOST 63 /* RFC 1035 section 2.3.4; no label that long has more characters */

struct label {
	uint32_t points[LABEL_MOST];
	size_t count;
};

/* RFC 3492 section 6.1. */
static uint32_t adapt(uint32_t delta, uint32_t count, bool first)
{
	uint32_t k = 0;

	delta = first ? delta / DAMP : delta / 2;
	delta += delta / count;
	for (; delta > (BASE - T_MIN) * T_MAX / 2; k += BASE)
		delta /= BASE - T_MIN;
	return k + (BASE - T_MIN + 1) * delta / (delta + SKEW);
}

static void add_digit(struct of_buf *out, uint32_t digit)
{
	of_buf_add_byte(out, "abcdefghijklmnopqrstuvwxyz0123456789"[digit]);
}

static void add_number(struct of_buf *out, uint32_t number, uint32_t bias)
{
	for (uint32_t k = BASE;; k += BASE) {
		uint32_t t = k <= bias ? T_MIN : k >= bias + T_MAX ? T_MAX : k - bias;

		if (number < t) {
			add_digit(out, number);
			return;
		}
		add_digit(out, t + (number - t) % (BASE - t));
		number = (number - t) / (BASE - t);
	}
}

static uint32_t least_from(const struct label *label, uint32_t n)
{
	uint32_t least = UINT32_MAX;

	for (size_t i = 0; i < label->count; i++)
		if (label->points[i] >= n && label->points[i] < least)
			least = label->points[i];
	return least;
}

/* RFC 3492 section 6.3; 63 code points below 0x110000 cannot overflow. */
static void add_encoded(struct of_buf *out, const struct label *label)
{
	uint32_t n = N_FIRST, delta = 0, bias = BIAS_FIRST, basic = 0, done;

	for (size_t i = 0; i < label->count; i++)
		if (label->points[i] < N_FIRST) {
			of_buf_add_byte(out, (char)label->points[i]);
			basic++;
		}
	if (basic > 0)
		of_buf_add_byte(out, '-');
	for (done = basic; done < label->count; n++, delta++) {
		uint32_t next = least_from(label, n);

		delta += (next - n) * (done + 1);
		n = next;
		for (size_t i = 0; i < label->count; i++) {
			if (label->points[i] < n)
				delta++;
			if (label->points[i] != n)
				continue;
			add_number(out, delta, bias);
			bias = adapt(delta, done + 1, done == basic);
			delta = 0;
			done++;
		}
	}
}

static bool add_label(struct of_buf *out, const struct label *label)
{
	size_t from = out->len;
	bool ascii = true;

	for (size_t i = 0; i < label->count; i++)
		ascii = ascii && label->points[i] < N_FIRST;
	if (ascii) {
		for (size_t i = 0; i < label->count; i++)
			of_buf_add_byte(out, (char)label->points[i]);
	} else {
		of_buf_add_text(out, "xn--");
		add_encoded(out, label);
	}
	return out->len - from <= LABEL_MOST;
}

static bool is_dot(uint32_t point)
{
	return point == '.' || point == 0x3002 || point == 0xff0e || point == 0xff61;
}

bool of_punycode_add_host(struct of_buf *out, struct of_str host)
{
	struct of_buf folded = {0};
	struct label label = {.count = 0};
	bool good = true;
	size_t i = 0;

	of_unicode_fold(&folded, host);
	while (good && i < folded.len) {
		uint32_t point = of_unicode_next(of_buf_str(&folded), &i);

		if (is_dot(point)) {
			good = add_label(out, &label);
			of_buf_add_byte(out, '.');
			label.count = 0;
		} else if (label.count < LABEL_MOST) {
			label.points[label.count++] = point;
		} else {
			good = false;
		}
	}
	good = good && add_label(out, &label) && folded.status == OF_OK;
	of_buf_finish(&folded);
	return good;
}
