#!/bin/sh
# Reads the source for mistakes: clang-tidy and cppcheck over src/, cppcheck over the
# tests' C as well. Exits 1 on a finding. What is not asked, and why: .clang-tidy and
# contrib/cppcheck.txt.
# usage: contrib/lint.sh [--all]
#   --all   clang's static analyzer too, which takes some eight times as long
set -eu

cd "$(dirname -- "$0")/.."
case ${1:-} in
--all) checks= ;;
'') checks=--checks=-clang-analyzer-* ;;
*)
	echo "usage: contrib/lint.sh [--all]" >&2
	exit 2
	;;
esac
build=build/lint
cmake -S . -B "$build" -G Ninja -DCMAKE_C_COMPILER=clang -DCMAKE_BUILD_TYPE=Debug >/dev/null
failed=0

# One process a file: clang-tidy 14 takes what it saw in one for true of the next. What is
# not built (serve/without.c, where there is a server; the same of PostgreSQL) has no command
# to be read by.
find src -name '*.c' ! -path src/serve/without.c ! -path src/store/postgres_without.c -print0 |
	xargs -0 -n1 -P2 clang-tidy -quiet ${checks:+"$checks"} -p "$build" \
		>"$build/tidy.txt" 2>"$build/tidy.log" || failed=1
cat "$build/tidy.txt"
[ "$failed" -eq 0 ] || grep -E '^Error' "$build/tidy.log" || true

cppcheck -j2 --quiet --error-exitcode=1 --std=c11 --inline-suppr \
	--enable=warning,performance,portability --suppressions-list=contrib/cppcheck.txt \
	--project="$build/compile_commands.json" -i"$build" \
	--relative-paths="$PWD" \
	--template='{file}:{line}: {severity}: {message} [{id}]' || failed=1
exit "$failed"
