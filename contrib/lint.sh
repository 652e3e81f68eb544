#!/bin/sh
# Reads the source for mistakes: clang-tidy and cppcheck over src/, cppcheck over the
# tests' C as well. Exits 1 on a finding. What is not asked, and why: .clang-tidy and
# contrib/cppcheck.txt.
# usage: contrib/lint.sh [--all]
#   --all   clang's static analyzer over all, which takes some eight times as long; without
#           it, over the files that the last commit changed, 30 at most (LINT_SINCE names
#           another commit)
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

# One process a file: clang-tidy 14 takes what it saw in one for true of the next.
find src -name '*.c' ! -path src/serve/without.c ! -path src/store/postgres_without.c -print0 |
	xargs -0 -n1 -P2 clang-tidy -quiet ${checks:+"$checks"} -p "$build" \
		>"$build/tidy.txt" 2>"$build/tidy.log" || failed=1
# What stands in the place of the server and of PostgreSQL is built where there are none.
cmake -S . -B "$build-without" -G Ninja -DCMAKE_C_COMPILER=clang -DCMAKE_BUILD_TYPE=Debug \
	-DOUTFEED_SERVE=OFF -DOUTFEED_POSTGRES=OFF -DBUILD_TESTING=OFF >/dev/null
clang-tidy -quiet ${checks:+"$checks"} -p "$build-without" src/serve/without.c \
	src/store/postgres_without.c >>"$build/tidy.txt" 2>>"$build/tidy.log" || failed=1
if [ -n "$checks" ]; then
	git diff --name-only --diff-filter=d "${LINT_SINCE:-HEAD~1}" -- 'src/*.c' 2>/dev/null |
		grep -v '/.*without.c$' | head -n 30 >"$build/changed.txt" || true
	xargs -r -n1 -P2 clang-tidy -quiet -p "$build" <"$build/changed.txt" \
		>>"$build/tidy.txt" 2>>"$build/tidy.log" || failed=1
fi
cat "$build/tidy.txt"
[ "$failed" -eq 0 ] || grep -E '^Error' "$build/tidy.log" || true

cppcheck -j2 --quiet --error-exitcode=1 --std=c17 --inline-suppr \
	--enable=warning,performance,portability --suppressions-list=contrib/cppcheck.txt \
	--project="$build/compile_commands.json" -i"$build" \
	--relative-paths="$PWD" \
	--template='{file}:{line}: {severity}: {message} [{id}]' || failed=1
exit "$failed"
