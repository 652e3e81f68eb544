#!/bin/sh
# Everything that must pass before a change goes in: both compilers with
# warnings as errors, the whole test suite plain and under sanitizers, the
# sample site under valgrind, what the release was built with, what can be seen in
# the source alone, and the floor of coverage.
set -eu

cd "$(dirname -- "$0")/.."
if command -v ccache >/dev/null 2>&1; then
	export CMAKE_C_COMPILER_LAUNCHER=ccache
fi

step()
{
	printf '\n== %s (%s)\n' "$1" "$(date -u +%H:%M:%S)"
}

# suite PRESET: configures, builds, tests, and counts the single cases that
# ctest's own summary hides.
suite()
{
	cmake --preset "$1" >/dev/null
	cmake --build --preset "$1"
	ctest --preset "$1"
	log=build/$1/Testing/Temporary/LastTest.log
	printf 'cases: %d by cmocka, %d by pytest\n' \
		"$(sed -n 's/.*\[ *PASSED *\] \([0-9]*\) test.*/\1/p' "$log" | sum)" \
		"$(sed -n 's/.*[^0-9]\([0-9]*\) passed.*/\1/p;s/^\([0-9]*\) passed.*/\1/p' "$log" | sum)"
}

sum()
{
	awk '{ total += $1 } END { print total + 0 }'
}

step "dependencies"
sh contrib/deps.sh
step "gcc, warnings are errors"
suite dev
step "clang, sanitizers"
suite asan-ubsan
step "a short fuzz of each target"
contrib/fuzz.sh --seconds 5 --jobs 2
step "clang, release, warnings are errors"
cmake --preset release-clang >/dev/null
cmake --build --preset release-clang
step "gcc, release"
CC=gcc cmake --preset release >/dev/null
cmake --build --preset release
step "hardening of what is installed"
for preset in release release-clang; do
	cmake --install "build/$preset" --prefix "$PWD/build/$preset/installed" >/dev/null
done
contrib/hardening.py build/release/installed/bin/outfeed \
	build/release-clang/installed/bin/outfeed \
	"$(find build/release-clang/installed -name 'liboutfeed.so.*.*.*')"
step "clang-tidy, cppcheck"
sh contrib/lint.sh
step "valgrind"
sh contrib/valgrind.sh build/dev/outfeed
step "coverage"
sh contrib/coverage.sh
step "done"
