#!/bin/sh
# From a fresh clone to feeds: installs what the build needs, builds outfeed,
# and runs it over the sample site feeds/medigy.
set -eu

cd "$(dirname -- "$0")/.."
site=feeds/medigy
outfeed=build/release/outfeed

# quietly COMMAND...: its output is shown when it fails, and only then.
quietly()
{
	mkdir -p build
	if ! "$@" >build/demo.log 2>&1; then
		cat build/demo.log >&2
		echo "demo.sh: failed: $*" >&2
		exit 1
	fi
}

# as_root: what stands before a command for root's rights.
as_root()
{
	[ "$(id -u)" -eq 0 ] || printf 'sudo '
}

sh contrib/deps.sh build
echo "Building outfeed ..."
quietly cmake --preset release
quietly cmake --build --preset release
echo "Running: $outfeed build $site"
"$outfeed" build "$site"

echo
echo "The feeds, below $PWD/$site/public:"
(cd "$site/public" && find . -name atom.xml | LC_ALL=C sort) | while read -r feed; do
	folder=${feed#./}
	folder=${folder%/atom.xml}
	entries=$(grep -c '<entry>' "$site/public/$folder/atom.xml" || true)
	printf '  %-36s %3d entries   ' "$folder/" "$entries"
	(cd "$site/public/$folder" && ls atom.xml rss.xml feed.json 2>/dev/null) | tr '\n' ' '
	echo
done

cat <<EOT

What next:
  look at them       $outfeed serve $site      (then open http://127.0.0.1:8000/)
  change an item     edit a file in $site/content, and run: $outfeed build $site
  install it         $(as_root)cmake --install build/release
  your own folder    cd to it, then: outfeed init    (it asks, and writes outfeed.yaml)
  all options        outfeed help build, man outfeed.yaml
EOT
