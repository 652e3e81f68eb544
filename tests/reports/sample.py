"""Links for report_probe: a small set that shows each verdict and each trick, and a
larger one as a site of some years would have it. The same every time."""
import random

HOSTILE = [
    # LIFE, URL, FILE, LINE, COLUMN, FIELD, TITLE, CATEGORY, PUBLISHED, CAPTURE
    ("hostile", "https://evil.example/\"><script>document.title='url'</script>",
     "content/a|b.md", 4, 9, "source_url",
     "</title><script>document.title='title'</script><img src=x onerror=document.title='img'>",
     "<script>document.title='category'</script>", "2019-05-01",
     "javascript:document.title='capture'"),
    ("gone", "javascript:document.title='link'", "content/js.md", 5, 1, "body",
     "=HYPERLINK(\"http://evil.example\",\"x\")", "@SUM(A1)", "2020-01-01", ""),
    ("gone", "https://rtl.example/\u202egnp.exe", "content/rtl.md", 1, 1, "body",
     "Right \u202eto left | pipe `code` *bold* [link](https://x.example) <b>b</b> @someone",
     "Two\\x0alines", "2021-01-01", ""),
    ("gone", "https://long.example/" + "x" * 8000, "content/" + "d" * 200 + ".md", 9, 2, "body",
     "W" * 10000, "C" * 3000, "2021-06-01", ""),
    ("gone", "https://bytes.example/", "content/bytes.md", 2, 2, "body",
     "Broken \\xff\\xfe bytes, a bell\\x07 and ]]> & \\xf0\\x9f\\xa6\\x84", "-1+1", "-", ""),
]


def golden():
    """Each verdict, one link used twice in a file and by two files, and the hostile ones."""
    lives = ["alive", "unchecked", "moved", "redirected", "suspect", "gone", "no-name", "silent",
             "soft-404", "hijacked", "drifted", "blocked", "throttled", "insecure", "forbidden",
             "skipped", "gone-now"]
    rows = [(life, f"https://{life}.example/page?a=1&b=2", f"content/{life}.md", 7, 12,
             "source_url", f"An item on {life} pages", ("Tools", "News")[n % 2],
             f"{2018 + n % 7}-0{1 + n % 9}-11T08:00:00Z", "")
            for n, life in enumerate(lives)]
    rows[5] = (*rows[5][:9], "https://web.archive.org/web/20230915/https://gone.example/page")
    rows.append(("invalid", "http://[bad", "content/bad.md", 3, 8, "related", "Bad", "News", "-", ""))
    rows.append(("gone", "https://gone.example/page?a=1&b=2", "content/gone.md", 19, 3, "body",
                 "An item on gone pages", "News", "2023-06-11", ""))
    rows.append(("gone", "https://gone.example/page?a=1&b=2", "/site/content/other.md", 2, 3, "body",
                 "Another, with a \"quote\", a comma", "Caf\u00e9 & Bar", "2020-06-11", ""))
    return rows + HOSTILE


WORDS = ("open data health record patient model review study clinic safety device market "
         "policy care trial guide privacy report team future learning design").split()
CATEGORIES = ["Artificial Intelligence", "Electronic Health Records", "Patient Safety", "Telehealth",
              "Interoperability", "Regulation", "\u533b\u7642\u60c5\u5831", "Research", "Startups",
              "Cybersecurity", "Population Health", "Imaging"]
WEIGHTS = {"alive": 96, "redirected": 12, "moved": 17, "gone": 16, "gone-now": 6, "no-name": 7,
           "silent": 6, "soft-404": 6, "hijacked": 4, "drifted": 4, "blocked": 9, "suspect": 7,
           "throttled": 2, "insecure": 4, "forbidden": 1, "skipped": 2, "unchecked": 1}


def typical(count=200, seed=7):
    pick = random.Random(seed)
    hosts = [f"{a}{b}.example" for a in ("www.", "blog.", "", "news.")
             for b in ("healthwatch", "mednote", "cardio-review", "openehr-weekly", "wire",
                       "the-long-name-of-a-journal-of-medicine", "labs", "clinicians")]
    rows = []
    for number in range(count):
        life = pick.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        slug = "-".join(pick.sample(WORDS, pick.randint(2, 6)))
        title = " ".join(pick.sample(WORDS, pick.randint(3, 9))).capitalize()
        year = pick.choices(range(2014, 2026), range(3, 15))[0]
        url = f"https://{pick.choice(hosts)}/{year}/{slug}-{number}"
        capture = (f"https://web.archive.org/web/{year}0915120000/{url}"
                   if life in ("gone", "no-name", "soft-404") and pick.random() < .7 else "")
        for use in range(pick.choice([1, 1, 1, 1, 2, 3])):
            rows.append((life, url, f"content/{year}/{slug[:30]}-{number}-{use}.md",
                         pick.randint(2, 40), pick.randint(1, 30),
                         pick.choice(["source_url", "body", "related"]), title,
                         pick.choice(CATEGORIES), f"{year}-{pick.randint(1, 12):02}-15", capture))
    return rows


def lines(rows):
    return "".join("\t".join(map(str, row)) + "\n" for row in rows).encode("utf-8", "surrogateescape")
