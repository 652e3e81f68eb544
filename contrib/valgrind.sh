#!/bin/sh
# One build of the sample site under valgrind: no invalid access, no leak.
# usage: contrib/valgrind.sh [PROGRAM], default build/dev/outfeed
set -eu

cd "$(dirname -- "$0")/.."
program=${1:-build/dev/outfeed}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cp -R feeds/medigy "$work/site"
rm -rf "$work/site/public" "$work/site/.outfeed"
valgrind --quiet --error-exitcode=99 --leak-check=full \
	--errors-for-leak-kinds=definite,indirect,possible --fair-sched=try \
	"$program" build --jobs 2 --color never "$work/site"
echo "valgrind.sh: clean"
