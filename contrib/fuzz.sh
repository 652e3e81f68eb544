#!/bin/sh
# Fuzzes each target of tests/fuzz for a time, and says what came of it:
#   contrib/fuzz.sh [--seconds N] [--jobs N] [--bare] [TARGET...]
# N is 60 seconds for each target, and 1 target at once; --bare leaves the
# sanitizers out, for the number of executions. Needs clang. What was learned is
# kept in build/fuzz/corpus and found again the next time; what breaks a target is
# in build/fuzz/found, and makes the exit status 1.
set -eu
cd "$(dirname "$0")/.."

usage() {
	sed -n '2,7s/^# \{0,1\}//p' "$0"
	exit "$1"
}

# An input is 2 KB at most: it may take a second, and one more that the machine was
# elsewhere; 64 MiB in one piece (the ceiling of contrib/limits.md), and 256 MiB with what
# libFuzzer and the sanitizers hold themselves, of which memory that was given back is
# 32 MiB at most.
limits="-timeout=2 -malloc_limit_mb=64 -rss_limit_mb=256"
export ASAN_OPTIONS="quarantine_size_mb=32${ASAN_OPTIONS:+:$ASAN_OPTIONS}"

# one TARGET: runs it, and leaves a line of the table beside its log.
one() {
	target=$1
	log=$work/log/$target
	mkdir -p "$work/corpus/$target"
	# shellcheck disable=SC2086 # words
	set -- -max_total_time="$seconds" $limits -print_final_stats=1 \
		-artifact_prefix="$work/found/$target-"
	length=$(sed -n "s/^$target //p" tests/fuzz/lengths)
	[ -z "$length" ] || set -- "$@" -max_len="$length"
	[ ! -f "tests/fuzz/$target.dict" ] || set -- "$@" -dict="tests/fuzz/$target.dict"
	status=0
	"$work/tests/fuzz/fuzz_$target" "$@" "$work/corpus/$target" "tests/fuzz/corpus/$target" \
		>"$log" 2>&1 || status=$?
	awk -v target="$target" -v status="$status" '
		/^stat::number_of_executed_units/ { runs = $2 }
		/^stat::new_units_added/ { units = $2 }
		/ cov: / { for (i = 1; i < NF; i++) if ($i == "cov:") coverage = $(i + 1) }
		END { printf "%s %d %d %d %d\n", target, runs, coverage, units, status != 0 }
	' "$log" >"$work/log/$target.row"
}

if [ "${1:-}" = --one ]; then
	work=$2 seconds=$3
	one "$4"
	exit 0
fi

seconds=60 jobs=1 preset=fuzz
while [ $# -gt 0 ]; do
	case $1 in
	--seconds) seconds=${2:?} && shift 2 ;;
	--jobs) jobs=${2:?} && shift 2 ;;
	--bare) preset=fuzz-bare && shift ;;
	-h | --help) usage 0 ;;
	-*) usage 2 ;;
	*) break ;;
	esac
done
work=build/$preset
cmake --preset "$preset" >/dev/null
cmake --build --preset "$preset" -- -j "$jobs"
if [ $# -eq 0 ]; then
	for source in tests/fuzz/fuzz_*.c; do
		target=${source##*/fuzz_}
		set -- "$@" "${target%.c}"
	done
fi
for target; do
	if [ ! -f "tests/fuzz/fuzz_$target.c" ]; then
		echo "fuzz.sh: no target $target" >&2
		exit 2
	fi
done
mkdir -p "$work/found" "$work/log"
rm -f "$work"/log/*.row
printf '%s\n' "$@" | xargs -n 1 -P "$jobs" "$0" --one "$work" "$seconds"

cat "$work"/log/*.row | awk -v seconds="$seconds" '
	BEGIN {
		form = "%-14s %14s %12s %9s %10s %9s\n"
		printf form, "target", "executions", "a second", "coverage", "new units", "findings"
	}
	{
		printf form, $1, $2, int($2 / seconds), $3, $4, $5
		runs += $2; units += $4; findings += $5
	}
	END {
		printf form, "all", runs, "", "", units, findings
		exit findings > 0
	}
' || {
	echo
	echo "To see a finding again: $work/tests/fuzz/fuzz_TARGET FILE, with FILE one of"
	ls "$work/found"
	echo "What is mended becomes a file of tests/fuzz/corpus/TARGET, with a name that tells."
	exit 1
}
