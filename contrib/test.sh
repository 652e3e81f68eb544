#!/bin/sh
# Everything that must pass before a change goes in: both compilers with
# warnings as errors, the whole test suite and the floor of its coverage, most of
# it again under sanitizers, the sample site under valgrind, what the release was
# built with, and what can be seen in the source alone.
set -eu

cd "$(dirname -- "$0")/.."
if command -v ccache >/dev/null 2>&1; then
	export CMAKE_C_COMPILER_LAUNCHER=ccache
fi

step()
{
	printf '\n== %s (%s)\n' "$1" "$(date -u +%H:%M:%S)"
}

# counted PRESET: the single cases of its last run, which ctest's own summary hides.
counted()
{
	log=build/$1/Testing/Temporary/LastTest.log
	printf 'cases: %d by cmocka, %d by pytest\n' \
		"$(sed -n 's/.*\[ *PASSED *\] \([0-9]*\) test.*/\1/p' "$log" | sum)" \
		"$(sed -n 's/.*[^0-9]\([0-9]*\) passed.*/\1/p;s/^\([0-9]*\) passed.*/\1/p' "$log" | sum)"
}

sum()
{
	awk '{ total += $1 } END { print total + 0 }'
}

build()
{
	cmake --preset "$1" >/dev/null
	cmake --build --preset "$1"
}

step "dependencies"
sh contrib/deps.sh

# Each test once by gcc: most of them while lines are counted, and what the
# counting would disturb, or would not gain by, without.
step "gcc, warnings are errors, lines are counted"
OUTFEED_UNCOUNTED='faults|browser|sim|limits|ops|install'
export OUTFEED_UNCOUNTED
sh contrib/coverage.sh
counted coverage
step "gcc, warnings are errors, the other tests"
build dev
ctest --preset dev --label-regex "$OUTFEED_UNCOUNTED"
counted dev
step "clang, sanitizers"
build asan-ubsan
ctest --preset asan-ubsan
counted asan-ubsan
step "a short fuzz of each target"
contrib/fuzz.sh --seconds 3 --jobs 2
step "clang, release, warnings are errors"
build release-clang
step "gcc, release"
CC=gcc build release
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
step "done"
