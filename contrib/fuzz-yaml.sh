#!/bin/sh
# Fuzzes the two YAML readers against each other, from the front matter at hand:
#   contrib/fuzz-yaml.sh [seconds]
# Needs clang. What it finds is left in build/fuzz-yaml; make it a row of
# tests/unit/test_yaml_values.c.
set -eu
cd "$(dirname "$0")/.."
out=build/fuzz-yaml
mkdir -p "$out/corpus"
clang -std=c17 -D_GNU_SOURCE -O1 -g -fsanitize=fuzzer,address,undefined \
	-fno-sanitize-recover=undefined -Iinclude -Isrc tests/fuzz/fuzz_yaml.c src/yaml/*.c \
	src/base/str.c src/base/arena.c src/base/err.c src/base/map.c src/base/buf.c \
	-o "$out/fuzz" -lyaml
find feeds tests/golden -path '*/content/*' -name '*.md' | while read -r item; do
	sed -n '2,/^---/p' "$item" | sed '$d' >"$out/corpus/$(echo "$item" | tr '/' '_')"
done
exec "$out/fuzz" -max_len=2000 -max_total_time="${1:-180}" \
	-artifact_prefix="$out/" "$out/corpus"
