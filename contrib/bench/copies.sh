#!/bin/sh
# What levels of compression make of the documents below a folder, as rows of a
# table: the size of the copies, instructions for each byte of a document (by
# callgrind), and the most memory that one compressor had.
# usage: contrib/bench/copies.sh BENCH_COPIES FOLDER [N]     each Nth document, by name
set -eu

program=$1
folder=$2
every=${3:-1}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LC_ALL=C

find "$folder" -type f ! -name '*.gz' ! -name '*.br' | sort |
	awk -v every="$every" 'NR % every == 0' >"$work/files"
echo "| $(wc -l <"$work/files") documents of $folder | bytes | of the documents | instructions a byte | memory |"
echo "| --- | --- | --- | --- | --- |"
for setting in "none 0" "gzip 1" "gzip 6" "gzip 9" "brotli 4" "brotli 5" "brotli 6" \
	"brotli 9" "brotli 11"; do
	# shellcheck disable=SC2086 # two words
	xargs valgrind --tool=callgrind --toggle-collect='measured_*' --log-file="$work/log" \
		--callgrind-out-file="$work/out" "$program" $setting <"$work/files" >"$work/sizes"
	instructions=$(sed -n 's/^.*Collected : //p' "$work/log")
	awk -v setting="$setting" -v instructions="$instructions" '{
		printf "| %s | %d | %.1f %% | %.1f | %.1f MB |\n", setting, $2, 100 * $2 / $1,
			instructions / $1, $3 / 1e6 }' "$work/sizes"
done
