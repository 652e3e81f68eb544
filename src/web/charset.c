#include "web/charset.h"

#include "base/str.h"
#include "base/unicode.h"
#include <errno.h>
#include <iconv.h>

/* How the bytes are read. */
enum reader { UTF_8, WINDOWS_1252, ICONV };

struct of_charset {
	struct of_str name;
	enum reader reader;
	const char *iconv; /* what iconv knows it by, a superset where it has one */
	bool wide;
};

enum {
	AT_UTF_8,
	AT_1252,
	AT_UTF_16LE,
	AT_UTF_16BE,
	AT_8859_2,
	AT_8859_3,
	AT_8859_4,
	AT_8859_5,
	AT_8859_6,
	AT_8859_7,
	AT_8859_8,
	AT_8859_10,
	AT_8859_13,
	AT_8859_14,
	AT_8859_15,
	AT_8859_16,
	AT_KOI8_R,
	AT_KOI8_U,
	AT_MACINTOSH,
	AT_866,
	AT_874,
	AT_1250,
	AT_1251,
	AT_1253,
	AT_1254,
	AT_1255,
	AT_1256,
	AT_1257,
	AT_1258,
	AT_GBK,
	AT_GB18030,
	AT_BIG5,
	AT_EUC_JP,
	AT_2022_JP,
	AT_SHIFT_JIS,
	AT_EUC_KR
};

static const struct of_charset charsets[] = {
	[AT_UTF_8] = {STR_INIT("utf-8"), UTF_8, NULL, false},
	[AT_1252] = {STR_INIT("windows-1252"), WINDOWS_1252, NULL, false},
	[AT_UTF_16LE] = {STR_INIT("utf-16le"), ICONV, "UTF-16LE", true},
	[AT_UTF_16BE] = {STR_INIT("utf-16be"), ICONV, "UTF-16BE", true},
	[AT_8859_2] = {STR_INIT("iso-8859-2"), ICONV, "ISO-8859-2", false},
	[AT_8859_3] = {STR_INIT("iso-8859-3"), ICONV, "ISO-8859-3", false},
	[AT_8859_4] = {STR_INIT("iso-8859-4"), ICONV, "ISO-8859-4", false},
	[AT_8859_5] = {STR_INIT("iso-8859-5"), ICONV, "ISO-8859-5", false},
	[AT_8859_6] = {STR_INIT("iso-8859-6"), ICONV, "ISO-8859-6", false},
	[AT_8859_7] = {STR_INIT("iso-8859-7"), ICONV, "ISO-8859-7", false},
	[AT_8859_8] = {STR_INIT("iso-8859-8"), ICONV, "ISO-8859-8", false},
	[AT_8859_10] = {STR_INIT("iso-8859-10"), ICONV, "ISO-8859-10", false},
	[AT_8859_13] = {STR_INIT("iso-8859-13"), ICONV, "ISO-8859-13", false},
	[AT_8859_14] = {STR_INIT("iso-8859-14"), ICONV, "ISO-8859-14", false},
	[AT_8859_15] = {STR_INIT("iso-8859-15"), ICONV, "ISO-8859-15", false},
	[AT_8859_16] = {STR_INIT("iso-8859-16"), ICONV, "ISO-8859-16", false},
	[AT_KOI8_R] = {STR_INIT("koi8-r"), ICONV, "KOI8-R", false},
	[AT_KOI8_U] = {STR_INIT("koi8-u"), ICONV, "KOI8-U", false},
	[AT_MACINTOSH] = {STR_INIT("macintosh"), ICONV, "MACINTOSH", false},
	[AT_866] = {STR_INIT("ibm866"), ICONV, "CP866", false},
	[AT_874] = {STR_INIT("windows-874"), ICONV, "CP874", false},
	[AT_1250] = {STR_INIT("windows-1250"), ICONV, "CP1250", false},
	[AT_1251] = {STR_INIT("windows-1251"), ICONV, "CP1251", false},
	[AT_1253] = {STR_INIT("windows-1253"), ICONV, "CP1253", false},
	[AT_1254] = {STR_INIT("windows-1254"), ICONV, "CP1254", false},
	[AT_1255] = {STR_INIT("windows-1255"), ICONV, "CP1255", false},
	[AT_1256] = {STR_INIT("windows-1256"), ICONV, "CP1256", false},
	[AT_1257] = {STR_INIT("windows-1257"), ICONV, "CP1257", false},
	[AT_1258] = {STR_INIT("windows-1258"), ICONV, "CP1258", false},
	[AT_GBK] = {STR_INIT("gbk"), ICONV, "GB18030", false},
	[AT_GB18030] = {STR_INIT("gb18030"), ICONV, "GB18030", false},
	[AT_BIG5] = {STR_INIT("big5"), ICONV, "BIG5-HKSCS", false},
	[AT_EUC_JP] = {STR_INIT("euc-jp"), ICONV, "EUC-JP-MS", false},
	[AT_2022_JP] = {STR_INIT("iso-2022-jp"), ICONV, "ISO-2022-JP", false},
	[AT_SHIFT_JIS] = {STR_INIT("shift_jis"), ICONV, "CP932", false},
	[AT_EUC_KR] = {STR_INIT("euc-kr"), ICONV, "CP949", false},
};

/* Labels other than the names above. */
static const struct {
	struct of_str label;
	unsigned at;
} labels[] = {
	{STR_INIT("utf8"), AT_UTF_8},
	{STR_INIT("unicode-1-1-utf-8"), AT_UTF_8},
	{STR_INIT("iso-8859-1"), AT_1252},
	{STR_INIT("iso8859-1"), AT_1252},
	{STR_INIT("iso_8859-1"), AT_1252},
	{STR_INIT("latin1"), AT_1252},
	{STR_INIT("latin-1"), AT_1252},
	{STR_INIT("l1"), AT_1252},
	{STR_INIT("ascii"), AT_1252},
	{STR_INIT("us-ascii"), AT_1252},
	{STR_INIT("ansi_x3.4-1968"), AT_1252},
	{STR_INIT("cp1252"), AT_1252},
	{STR_INIT("x-cp1252"), AT_1252},
	{STR_INIT("utf-16"), AT_UTF_16LE},
	{STR_INIT("unicode"), AT_UTF_16LE},
	{STR_INIT("latin2"), AT_8859_2},
	{STR_INIT("iso8859-2"), AT_8859_2},
	{STR_INIT("iso8859-5"), AT_8859_5},
	{STR_INIT("arabic"), AT_8859_6},
	{STR_INIT("greek"), AT_8859_7},
	{STR_INIT("iso8859-7"), AT_8859_7},
	{STR_INIT("hebrew"), AT_8859_8},
	{STR_INIT("iso-8859-8-i"), AT_8859_8},
	{STR_INIT("iso-8859-8-e"), AT_8859_8},
	{STR_INIT("iso8859-15"), AT_8859_15},
	{STR_INIT("latin9"), AT_8859_15},
	{STR_INIT("koi8"), AT_KOI8_R},
	{STR_INIT("koi"), AT_KOI8_R},
	{STR_INIT("mac"), AT_MACINTOSH},
	{STR_INIT("x-mac-roman"), AT_MACINTOSH},
	{STR_INIT("cp866"), AT_866},
	{STR_INIT("iso-8859-11"), AT_874},
	{STR_INIT("tis-620"), AT_874},
	{STR_INIT("cp1250"), AT_1250},
	{STR_INIT("win1250"), AT_1250},
	{STR_INIT("cp1251"), AT_1251},
	{STR_INIT("win-1251"), AT_1251},
	{STR_INIT("cp1253"), AT_1253},
	{STR_INIT("iso-8859-9"), AT_1254},
	{STR_INIT("iso8859-9"), AT_1254},
	{STR_INIT("latin5"), AT_1254},
	{STR_INIT("cp1254"), AT_1254},
	{STR_INIT("cp1255"), AT_1255},
	{STR_INIT("cp1256"), AT_1256},
	{STR_INIT("cp1257"), AT_1257},
	{STR_INIT("cp1258"), AT_1258},
	{STR_INIT("gb2312"), AT_GBK},
	{STR_INIT("gb_2312-80"), AT_GBK},
	{STR_INIT("x-gbk"), AT_GBK},
	{STR_INIT("cp936"), AT_GBK},
	{STR_INIT("big5-hkscs"), AT_BIG5},
	{STR_INIT("cn-big5"), AT_BIG5},
	{STR_INIT("x-x-big5"), AT_BIG5},
	{STR_INIT("x-euc-jp"), AT_EUC_JP},
	{STR_INIT("sjis"), AT_SHIFT_JIS},
	{STR_INIT("shift-jis"), AT_SHIFT_JIS},
	{STR_INIT("x-sjis"), AT_SHIFT_JIS},
	{STR_INIT("ms_kanji"), AT_SHIFT_JIS},
	{STR_INIT("windows-31j"), AT_SHIFT_JIS},
	{STR_INIT("ks_c_5601-1987"), AT_EUC_KR},
	{STR_INIT("ksc5601"), AT_EUC_KR},
	{STR_INIT("korean"), AT_EUC_KR},
	{STR_INIT("cp949"), AT_EUC_KR},
	{STR_INIT("windows-949"), AT_EUC_KR},
};

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define REPLACEMENT 0xFFFDU

const struct of_charset *of_charset_find(struct of_str label)
{
	label = of_str_trim(label);
	for (size_t i = 0; i < COUNT(charsets); i++)
		if (of_str_equal_nocase(charsets[i].name, label))
			return &charsets[i];
	for (size_t i = 0; i < COUNT(labels); i++)
		if (of_str_equal_nocase(labels[i].label, label))
			return &charsets[labels[i].at];
	return NULL;
}

const struct of_charset *of_charset_of_mark(struct of_str body, size_t *len)
{
	static const struct {
		struct of_str mark;
		unsigned at;
	} marks[] = {
		{STR_INIT("\xEF\xBB\xBF"), AT_UTF_8},
		{STR_INIT("\xFE\xFF"), AT_UTF_16BE},
		{STR_INIT("\xFF\xFE"), AT_UTF_16LE},
	};

	for (size_t i = 0; i < COUNT(marks); i++) {
		if (!of_str_starts(body, marks[i].mark))
			continue;
		*len = marks[i].mark.len;
		return &charsets[marks[i].at];
	}
	*len = 0;
	return NULL;
}

/* The value after "charset", whose '=' may stand between spaces; len 0 where it is no such. */
static struct of_str value_after(struct of_str rest)
{
	char quote;

	rest = of_str_trim(rest);
	if (!of_str_starts(rest, STR("=")))
		return (struct of_str){NULL, 0};
	rest = of_str_trim(of_str_from_offset(rest, 1));
	quote = rest.len > 0 ? rest.ptr[0] : '\0';
	if (quote == '"' || quote == '\'') {
		rest = of_str_from_offset(rest, 1);
		return of_str_slice(rest, 0, of_str_find_byte(rest, quote));
	}
	for (size_t i = 0; i < rest.len; i++)
		if (of_byte_is_space(rest.ptr[i]) || rest.ptr[i] == ';' || rest.ptr[i] == ',')
			return of_str_slice(rest, 0, i);
	return rest;
}

struct of_str of_charset_parameter(struct of_str type)
{
	type = of_str_slice(type, 0, 1024);
	for (size_t i = 0; i < type.len; i++) {
		struct of_str rest = of_str_from_offset(type, i);

		if (!of_str_starts_nocase(rest, STR("charset")))
			continue;
		rest = value_after(of_str_from_offset(rest, STR("charset").len));
		if (rest.len > 0)
			return rest;
	}
	return (struct of_str){NULL, 0};
}

struct of_str of_charset_name(const struct of_charset *charset)
{
	return charset->name;
}

bool of_charset_is_wide(const struct of_charset *charset)
{
	return charset->wide;
}

/* 0x80 to 0x9F of windows-1252; the five that it leaves out are C1 controls. */
static const unsigned short windows_1252[32] = {0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026,
	0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D, 0x017D, 0x8F, 0x90,
	0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A,
	0x0153, 0x9D, 0x017E, 0x0178};

static void decode_1252(struct of_buf *out, struct of_str bytes)
{
	size_t from = 0;

	for (size_t i = 0; i < bytes.len; i++) {
		unsigned char byte = (unsigned char)bytes.ptr[i];

		if (byte < 0x80)
			continue;
		of_buf_add(out, bytes.ptr + from, i - from);
		of_unicode_append(out, byte < 0xA0 ? windows_1252[byte - 0x80] : byte);
		from = i + 1;
	}
	of_buf_add_str(out, of_str_from_offset(bytes, from));
}

/* False where iconv does not know the charset: it may be built without it. */
static bool decode_iconv(struct of_buf *out, struct of_str bytes, const char *name)
{
	iconv_t converter = iconv_open("UTF-8", name);
	char chunk[4096];
	char *in = (char *)(uintptr_t)bytes.ptr; /* iconv does not write to it */
	size_t left = bytes.len;

	if (converter == (iconv_t)-1)
		return false;
	while (left > 0 && out->status == OF_OK) {
		char *to = chunk;
		size_t room = sizeof(chunk);
		size_t result = iconv(converter, &in, &left, &to, &room);

		of_buf_add(out, chunk, (size_t)(to - chunk));
		if (result != (size_t)-1 || errno == E2BIG || left == 0)
			continue;
		of_unicode_append(out, REPLACEMENT);
		if (errno == EINVAL)
			break;
		in++;
		left--;
	}
	iconv_close(converter);
	return true;
}

/* Not a sequence that the cap cut off at the end. */
static struct of_str without_cut_sequence(struct of_str bytes)
{
	size_t at = bytes.len;

	while (at > 0 && bytes.len - at < 3 &&
		((unsigned char)bytes.ptr[at - 1] & 0xC0) == 0x80)
		at--;
	if (at > 0 && (unsigned char)bytes.ptr[at - 1] >= 0xC0) {
		size_t next = at - 1;

		if (of_unicode_next(bytes, &next) == REPLACEMENT)
			bytes.len = at - 1;
	}
	return bytes;
}

/* False where they are not UTF-8 and nobody has said that they are. */
static bool decode_utf_8(
	struct of_buf *out, struct of_str *text, struct of_str bytes, bool is_said)
{
	struct of_unicode_mends mends;

	*text = without_cut_sequence(bytes);
	if (of_unicode_is_clean(*text))
		return true;
	of_unicode_clean(out, *text, &mends);
	*text = of_buf_str(out);
	return is_said || mends.invalid == 0 || out->status != OF_OK;
}

const struct of_charset *of_charset_decode(struct of_buf *out, struct of_str *text,
	struct of_str bytes, const struct of_charset *charset)
{
	struct of_buf wild = {0};

	if ((charset == NULL || charset->reader == UTF_8) &&
		decode_utf_8(out, text, bytes, charset != NULL))
		return &charsets[AT_UTF_8];
	of_buf_clear(out);
	if (charset == NULL || charset->reader != ICONV ||
		!decode_iconv(&wild, bytes, charset->iconv)) {
		charset = &charsets[AT_1252];
		decode_1252(&wild, bytes);
	}
	of_unicode_clean(out, of_buf_str(&wild), NULL);
	*text = of_buf_str(out);
	if (wild.status != OF_OK)
		out->status = wild.status;
	of_buf_finish(&wild);
	return charset;
}
