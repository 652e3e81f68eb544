#!/bin/sh
# Fuzzes the two ways through HTML against each other, from the bodies at hand:
#   contrib/fuzz-html.sh [seconds]
# Needs clang. What it finds is left in build/fuzz-html; make it a row of
# tests/unit/test_html_short.c.
set -eu
cd "$(dirname "$0")/.."
out=build/fuzz-html
mkdir -p "$out/corpus"
clang -std=c17 -D_GNU_SOURCE -O1 -g -fsanitize=fuzzer,address,undefined \
	-fno-sanitize-recover=undefined -Iinclude -Isrc $(pkg-config --cflags libxml-2.0) \
	tests/fuzz/fuzz_html.c src/item/html*.c src/base/str.c src/base/escape.c \
	src/base/err.c src/base/buf.c src/base/unicode.c src/base/url.c \
	src/base/url_add.c src/base/url_text.c \
	-o "$out/fuzz" -lxml2 -lutf8proc
find feeds tests/golden tests/unit/hostile -path '*/public/*' -prune -o \
	\( -name '*.md' -o -name '*.html' \) -print | while read -r item; do
	sed '1,/^---$/d' "$item" >"$out/corpus/$(echo "$item" | tr '/' '_')"
done
exec "$out/fuzz" -max_len=3000 -max_total_time="${1:-240}" \
	-dict=tests/fuzz/html.dict -artifact_prefix="$out/" "$out/corpus"
