#!/bin/sh
# Builds for coverage, runs most tests, and says how much of src/ they reach.
# Fails below the floor. The report to read: build/coverage/report/index.html
# usage: contrib/coverage.sh [FLOOR], lines in percent, default 85
set -eu

cd "$(dirname -- "$0")/.."
floor=${1:-85}
if command -v ccache >/dev/null 2>&1; then
	export CMAKE_C_COMPILER_LAUNCHER=ccache
fi

# a process that is killed leaves half-written counters, and faults are what kills
uncounted=${OUTFEED_UNCOUNTED:-faults|browser|sim|limits|ops|install}
cmake --preset coverage >/dev/null
cmake --build --preset coverage
find build/coverage -name '*.gcda' -delete
ctest --preset coverage --label-exclude "$uncounted"
mkdir -p build/coverage/report
gcovr --root . --filter src/ --object-directory build/coverage \
	--print-summary --fail-under-line "$floor" \
	--html-details build/coverage/report/index.html --txt build/coverage/report/lines.txt
