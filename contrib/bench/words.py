"""What the generated items talk about: lists of words, and sentences made of them.

Everything random comes from Random.random() alone, whose sequence for a seed is
the same in every version of Python.
"""
import html
import random
import re

SOURCES = ["Medigy", "Symplur", "Healthcare IT News", "Clinical Wire", "Open Health"]
KINDS = ["Remote", "Open", "Digital", "Clinical", "Rural", "Pediatric", "Mobile", "Secure",
         "Connected", "Predictive", "Virtual", "Shared", "Ambulatory", "Federated", "#Global",
         "Home & Community", "Value-Based", "Real-World", "Point-of-Care", "Patient-Led"]
AREAS = ["Monitoring", "Genomics", "Imaging", "Records", "Pharmacy", "Telehealth", "Research",
         "Terminology", "Consent", "Devices", "Analytics", "Scheduling", "Oncology", "Triage",
         "Prevention"]
PEOPLE = ["Radhika Menon", "Jonas Weber", "Amélie Durand", "Siân O'Neill", "Kenji Mori",
          "Fatima al-Sayed", "Łukasz Nowak", "Grace Okafor", "Medigy Editors", "Tomás Ibarra"]
BRANDS = ["healthcare-it-news", "clinicalwire", "medtech-review", "openhealth", "carejournal",
          "hospital-insider", "devicewatch", "thepatientpost", "mhealth-today", "ehr-digest",
          "genome-notes", "publichealthdesk"]
SUBJECTS = ["Patient portals", "Rural hospitals", "Nurse-led teams", "Wearable sensors",
            "Open source registries", "Payers", "Imaging archives", "Community clinics",
            "A small startup", "Vaccination sites", "Hospital pharmacists", "Digital twins",
            "FHIR® servers", "Care coordinators", "Researchers in Zürich", "Home monitors",
            "State agencies", "The new consent form", "Clinical trials", "Emergency rooms"]
VERBS = ["speed up", "rethink", "share", "measure", "open", "connect", "question", "simplify",
         "secure", "automate", "pilot", "compare", "replace", "explain"]
OBJECTS = ["vaccine rollout", "discharge letters", "medication lists", "lab results",
           "long-term follow-up", "sepsis alerts", "the “last mile” of care", "device recalls",
           "prior authorization", "patients' own data", "referral queues", "genetic reports",
           "tele-ICU beds", "insurance claims", "appointment reminders", "cohort discovery"]
TAILS = ["across three counties", "without a new vendor", "– and what it costs", "in two weeks",
         "for people over 65", "after a year of delays", "with plain HL7® messages",
         "as budgets shrink", "before winter", "one form at a time", "in a 40-bed ward",
         "to cut readmissions", "while keeping privacy", "(interview)"]
OPENERS = ["As the rollout continues,", "In a report out this week,", "For most clinicians,",
           "According to the authors,", "On the wards, however,", "Two years later,",
           "At first sight,", "When asked about costs,", "Unlike earlier attempts,",
           "Behind the scenes,", "In the second phase,", "Until recently,"]
ACTORS = ["the team", "a group of 14 hospitals", "the chief nursing officer", "the vendor",
          "an independent review", "the county health office", "patients & families",
          "the study's lead author", "a panel of experts", "the open source community"]
CLAIMS = ["found that reminders by text cut missed visits by a third",
          "moved every record to one shared format, old scans included",
          "asks for simpler consent, written for people and not for lawyers",
          "compared five products and recommends none of them",
          "says the hard part was trust, \"not the technology\"",
          "keeps all data on site, < 50 km from where it was made",
          "trained 300 staff in nine days and wrote down how",
          "will publish its code, its test data and its mistakes",
          "saw waiting times fall from 41 to 12 minutes",
          "plans to repeat the trial with twice as many wards"]
ENDS = [".", ", and others are expected to follow.", ", which surprised even its critics.",
        "; the figures are in the appendix.", ", at least on paper.", ", says the summary."]
PRODUCTS = ["Avela", "BioNexa", "CareLoop", "Dosewell", "EchoTrace", "FluxMed", "Genolog",
            "HelioScan", "Inpulse", "Kardia Nova"]
THINGS = ["CoV-2 Test", "ID NOW™ Assay", "Remote Monitoring Kit", "Reagents for MAX™ System",
          "Testing & Research Solutions", "Scheduling Suite", "Imaging Viewer", "Sepsis Alert",
          "Consent Manager", "Lab Connector", "Triage Bot", "Claims Gateway"]


def pick(rng, words):
    return words[int(rng() * len(words))]


def slugged(text):
    return re.sub(r"[\W_]+", "-", text.lower()).strip("-")


def category_names(count):
    """(name, label) of each category, the most used first."""
    for number in range(count):
        kind = KINDS[number % len(KINDS)]
        area = AREAS[number // len(KINDS) % len(AREAS)]
        label = f"{kind} {area}"
        if number >= len(KINDS) * len(AREAS):
            label += f" {number}"
        yield f"{SOURCES[number * 7 % len(SOURCES)]}: {label}", label


def plain_sentence(rng):
    actor = pick(rng, ACTORS)
    if rng() < 0.6:
        return f"{pick(rng, OPENERS)} {actor} {pick(rng, CLAIMS)}{pick(rng, ENDS)}"
    return f"{actor[0].upper()}{actor[1:]} {pick(rng, CLAIMS)}{pick(rng, ENDS)}"


def link_target(rng):
    if rng() < 0.3:
        return f"/offering/{slugged(pick(rng, PRODUCTS) + ' ' + pick(rng, THINGS))}"
    return f"https://www.{pick(rng, BRANDS)}.example/news/{slugged(pick(rng, OBJECTS))}?id={int(rng() * 9000)}"


def sentences(seed, count=600):
    """Three lists of the same sentences: plain, as HTML, as Markdown."""
    rng = random.Random(f"sentences {seed}").random
    plain, marked_up, markdown = [], [], []
    for _ in range(count):
        text = plain_sentence(rng)
        words = text.split(" ")
        at = int(rng() * (len(words) - 3))
        before, inner, after = (" ".join(part) for part in
                                (words[:at], words[at:at + 3], words[at + 3:]))
        before, after = before and before + " ", after and " " + after
        h = [html.escape(part, quote=False) for part in (before, inner, after)]
        m = [part.replace("<", "\\<") for part in (before, inner, after)]
        kind = rng()
        if kind < 0.25:
            target = link_target(rng)
            marked_up.append(f'{h[0]}<a href="{target}">{h[1]}</a>{h[2]}')
            markdown.append(f"{m[0]}[{m[1]}]({target}){m[2]}")
        elif kind < 0.4:
            marked_up.append(f"{h[0]}<i>{h[1]}</i>{h[2]}&nbsp;")
            markdown.append(f"{m[0]}*{m[1]}*{m[2]}")
        elif kind < 0.5:
            marked_up.append(f"{h[0]}<strong>{h[1]}</strong>{h[2]}")
            markdown.append(f"{m[0]}**{m[1]}**{m[2]}")
        else:
            marked_up.append("".join(h))
            markdown.append("".join(m))
        plain.append(text)
    return plain, marked_up, markdown
