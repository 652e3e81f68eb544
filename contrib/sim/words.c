#include "sim.h"

#define SYLLABLES 40
#define VOCABULARY 4000
#define TOPIC 50 /* words that a site returns to */

static const char *const latin[SYLLABLES] = {"ba", "cor", "del", "fi", "gra", "ho", "jun",
	"kel", "lo", "mar", "ne", "pol", "que", "ri", "sta", "tu", "van", "wi", "xa", "yor",
	"zen", "bri", "clu", "dor", "ema", "fro", "gil", "hap", "ile", "jo", "kra", "lun", "mi",
	"nor", "ost", "pra", "ros", "sil", "tem", "urs"};
static const char *const kana[SYLLABLES] = {"あ", "い", "う", "え", "お", "か", "き", "く",
	"け", "こ", "さ", "し", "す", "せ", "そ", "た", "ち", "つ", "て", "と", "な", "に",
	"ぬ", "ね", "の", "は", "ひ", "ふ", "へ", "ほ", "ま", "み", "む", "め", "も", "や",
	"ゆ", "よ", "ら", "り"};

/* What every text of a language is full of. */
static const char *const common[LANGUAGES][4] = {
	[ENGLISH] = {"the", "of", "and", "for"},
	[GERMAN] = {"der", "und", "für", "mit"},
	[FRENCH] = {"les", "des", "pour", "dans"},
	[SPANISH] = {"los", "de", "para", "con"},
	[ITALIAN] = {"il", "di", "per", "con"},
	[JAPANESE] = {"は", "の", "を", "に"},
};

static const char *const phrases[PHRASES][LANGUAGES] = {
	[PHRASE_NOT_FOUND] = {"Page not found", "Seite nicht gefunden", "Page introuvable",
		"Página no encontrada", "Pagina non trovata", "ページが見つかりません"},
	[PHRASE_NOT_FOUND_ODD] = {"Well, this is awkward", "Hier wohnt keiner mehr",
		"Circulez, il n'y a rien à voir", "Aquí no vive nadie", "Qui tutto tace",
		"からっぽです"},
	[PHRASE_MAINTENANCE] = {"We are down for maintenance and will be back soon",
		"Wegen Wartungsarbeiten sind wir gleich wieder da",
		"Site en maintenance, nous revenons bientôt",
		"Sitio en mantenimiento, volvemos pronto",
		"Sito in manutenzione, torniamo presto", "ただいまメンテナンス中です"},
	[PHRASE_LOGIN] = {"Log in", "Anmelden", "Connexion", "Iniciar sesión", "Accedi",
		"ログイン"},
	[PHRASE_FOR_SALE] = {"This domain is for sale. Buy this domain",
		"Diese Domain steht zum Verkauf", "Ce nom de domaine est à vendre",
		"Este dominio está en venta", "Questo dominio è in vendita",
		"This domain may be for sale"},
	[PHRASE_CHALLENGE] = {"Just a moment... Checking your browser before accessing",
		"Just a moment... Verify you are human", "Just a moment...", "Just a moment...",
		"Just a moment...", "Just a moment..."},
	[PHRASE_APP] = {"You need to enable JavaScript to run this app",
		"You need to enable JavaScript to run this app",
		"You need to enable JavaScript to run this app",
		"You need to enable JavaScript to run this app",
		"You need to enable JavaScript to run this app",
		"You need to enable JavaScript to run this app"},
};

uint64_t sim_mix(uint64_t a, uint64_t b, uint64_t c)
{
	uint64_t x = a * UINT64_C(0x9E3779B97F4A7C15) ^ b * UINT64_C(0xC2B2AE3D27D4EB4F) ^
		     c * UINT64_C(0x165667B19E3779F9);

	x = (x ^ x >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	x = (x ^ x >> 27) * UINT64_C(0x94D049BB133111EB);
	return x ^ x >> 31;
}

static void add_word(struct of_buf *out, enum language language, uint64_t key)
{
	unsigned n = 2 + sim_pick(key, 3);

	for (unsigned i = 0; i < n; i++) {
		unsigned syllable = sim_pick(sim_mix(key, i, language), SYLLABLES);

		of_buf_add_text(out, language == JAPANESE ? kana[syllable] : latin[syllable]);
	}
}

void sim_add_words(
	struct of_buf *out, enum language language, uint64_t topic, uint64_t key, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		uint64_t here = sim_mix(key, i, 1);

		if (i > 0 && language != JAPANESE)
			of_buf_add_byte(out, ' ');
		if (i > 0 && i + 1 < n && sim_chance(here, 200))
			of_buf_add_text(out, common[language][sim_pick(here, 4)]);
		else if (sim_chance(here, 500))
			add_word(out, language, sim_mix(topic, sim_pick(here, TOPIC), 2));
		else
			add_word(out, language, sim_mix(sim_pick(here, VOCABULARY), 3, 3));
	}
}

void sim_add_name(struct of_buf *out, uint64_t key)
{
	add_word(out, ENGLISH, key);
}

const char *sim_phrase(enum phrase phrase, enum language language)
{
	return phrases[phrase][language];
}
