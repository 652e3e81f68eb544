#!/bin/sh
# Fuzzes our writer of Markdown's HTML against md4c's own, from the bodies at hand:
#   contrib/fuzz-markdown.sh [seconds]
# Needs clang. What it finds is left in build/fuzz-markdown; make it a row of
# tests/unit/test_markdown.c.
set -eu
cd "$(dirname "$0")/.."
out=build/fuzz-markdown
mkdir -p "$out/corpus"
clang -std=c17 -D_GNU_SOURCE -O1 -g -fsanitize=fuzzer,address,undefined \
	-fno-sanitize-recover=undefined -Iinclude -Isrc tests/fuzz/fuzz_markdown.c \
	src/item/markdown_html.c src/base/str.c src/base/escape.c src/base/err.c \
	src/base/buf.c src/base/unicode.c -o "$out/fuzz" -lmd4c-html -lmd4c -lutf8proc
find feeds tests/golden tests/unit/hostile -path '*/public/*' -prune -o \
	-name '*.md' -print | while read -r item; do
	sed '1,/^---$/d' "$item" >"$out/corpus/$(echo "$item" | tr '/' '_')"
done
exec "$out/fuzz" -max_len=2000 -max_total_time="${1:-180}" \
	-dict=tests/fuzz/markdown.dict -artifact_prefix="$out/" "$out/corpus"
