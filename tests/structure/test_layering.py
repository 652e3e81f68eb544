"""Runs layering.py over the source, and first over snippets that it must refuse."""
import os

import pytest

import layering

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))

BAD = [
    ("src/base/str.c", '#include "item/html.h"\n', "data flows one way"),
    ("src/item/parse.c", '#include "render/xml.h"\n', "data flows one way"),
    ("src/render/atom.c", '#include "store/store.h"\n', "data flows one way"),
    ("src/cli/main.c", '#include "collect/walk.h"\n', "data flows one way"),
    ("src/item/parse.c", '#include "html.h"\n', "folder/name.h"),
    ("src/render/atom.c", "#include <libxml/xmlwriter.h>\n", "one home"),
    ("src/item/parse.c", "#include <libxml/HTMLparser.h>\n", "one home"),
    ("src/item/front.c", "# include <yaml.h>\n", "one home"),
    ("src/item/html.c", "#include <md4c-html.h>\n", "one home"),
    ("src/base/str.c", "#include <utf8proc.h>\n", "one home"),
    ("src/audit/run.c", "#include <curl/curl.h>\n", "one home"),
    ("src/store/postgres.c", "#include <sqlite3.h>\n", "one home"),
    ("src/base/str.c", "#include <surprise.h>\n", "no home in the table"),
    ("src/versions.c", "#include <surprise.h>\n", "no home in the table"),
    ("src/versions.c", '#include "web/fetch.h"\n', "data flows one way"),
    ("include/outfeed/str.h", '#include "base/str.h"\n', "public headers only"),
    ("include/outfeed/str.h", "#include <yaml.h>\n", "public headers only"),
    ("src/base/str.c", 'void f(void)\n{\n\tprintf("x");\n}\n', "only src/cli prints"),
    ("src/base/str.c", 'void f(void)\n{\n\tfputs("x", stderr);\n}\n', "only src/cli prints"),
    ("src/build.c", "void f(void)\n{\n\texit(1);\n}\n", "only src/cli prints"),
    ("src/base/str.c", "/* TO" + "DO: later */\n", "unfinished"),
    ("src/cli/main.c", "int a;\n" * 501, "a file of 501 lines"),
    ("src/cli/main.c", "void f(void)\n{\n" + "\ta();\n" * 79 + "}\n", "a function of 81 lines"),
]
GOOD = [
    ("src/base/str.c", '#include "base/str.h"\n#include <outfeed/item.h>\n#include <sys/stat.h>\n'),
    ("src/build.c", '#include "collect/walk.h"\n#include "render/xml.h"\n'),
    ("src/render/xml.c", "#include <libxml/xmlwriter.h>\n"),
    ("src/item/html_text.c", "#include <libxml/HTMLparser.h>\n"),
    ("src/base/str.c", '/* exit( and stderr */\nconst char *s = "printf( TODOS";\n'),
    ("src/base/str.c", "void f(void)\n{\n\tsnprintf(a, 1, b);\n\tof_atexit(1);\n}\n"),
    ("src/versions.c", "#include <curl/curl.h>\n#include <sqlite3.h>\n"),
    ("src/cli/main.c", 'int main(void)\n{\n\tprintf("x");\n\texit(1);\n}\n'),
    ("src/cli/main.c", "int a;\n" * 500),
    ("src/cli/main.c", "void f(void)\n{\n" + "\ta();\n" * 78 + "}\n"),
]


@pytest.mark.parametrize("path, text, message", BAD)
def test_refuses(path, text, message):
    findings = list(layering.check_text(path, text))
    assert len(findings) == 1
    assert message in findings[0][1]


@pytest.mark.parametrize("path, text", GOOD)
def test_lets_pass(path, text):
    assert list(layering.check_text(path, text)) == []


def test_line_numbers():
    text = '/* two\nlines */\n\n#include "item/html.h"\n'
    assert [line for line, _ in layering.check_text("src/base/str.c", text)] == [4]


def test_foreign_symbols():
    output = "x.o:\n0000000000000000 T of_str_equal\n0000000000000010 T helper\n0000000000000000 D table\n"
    assert layering.foreign_symbols(output) == (["helper", "table"], 3)


def test_tree():
    assert layering.check_tree(ROOT) == []


def test_symbols():
    assert layering.check_symbols(os.environ["OUTFEED_LIBRARY"]) == []
