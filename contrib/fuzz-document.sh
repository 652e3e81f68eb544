#!/bin/sh
# Fuzzes the reading of fetched documents, from the pages of the unit tests:
#   contrib/fuzz-document.sh [seconds]
# Needs clang. What it finds is left in build/fuzz-document; make it a page of
# tests/unit/pages.
set -eu
cd "$(dirname "$0")/.."
out=build/fuzz-document
mkdir -p "$out/corpus"
clang -std=c17 -D_GNU_SOURCE -O1 -g -fsanitize=fuzzer,address,undefined \
	-fno-sanitize-recover=undefined -DOUTFEED_VERSION='"0"' -Iinclude -Isrc \
	$(pkg-config --cflags libxml-2.0 jansson libutf8proc) \
	tests/fuzz/fuzz_document.c src/web/document.c src/web/charset.c src/web/html*.c \
	src/web/linked_data.c src/audit/likeness.c src/audit/signs*.c src/audit/words.c \
	src/base/*.c -o "$out/fuzz" -lxml2 -ljansson -lutf8proc -lpthread -lm
for page in tests/unit/pages/*.page; do
	{ printf '\001' && sed '1,/^----$/d' "$page"; } >"$out/corpus/$(basename "$page")"
done
exec "$out/fuzz" -max_len=3000 -max_total_time="${1:-180}" \
	-dict=tests/fuzz/html.dict -artifact_prefix="$out/" "$out/corpus"
