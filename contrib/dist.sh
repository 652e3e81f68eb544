#!/bin/sh
# The sources as one tarball, FOLDER/outfeed-VERSION.tar.xz: the same bytes of the same
# sources, whoever makes it. Its files are those that git knows, or where there is no
# git (an unpacked tarball) all that no build made.
# usage: contrib/dist.sh VERSION FOLDER
set -eu

if [ $# -ne 2 ]; then
	echo "usage: contrib/dist.sh VERSION FOLDER" >&2
	exit 2
fi
version=$1
folder=$(cd "$2" && pwd)
cd "$(dirname -- "$0")/.."
list=$(mktemp)
trap 'rm -f "$list" "$list.tar"' EXIT

if [ -e .git ]; then
	git ls-files -z | LC_ALL=C sort -z >"$list"
	epoch=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
else
	find . \( -path ./build -o -path './feeds/*/public' -o -name .outfeed \
		-o -name __pycache__ -o -name .pytest_cache \) -prune -o ! -type d -print0 |
		sed -z 's|^\./||' | LC_ALL=C sort -z >"$list"
	epoch=${SOURCE_DATE_EPOCH:-$(xargs -0 stat -c %Y <"$list" | sort -n | tail -n 1)}
fi
[ -s "$list" ] || {
	echo "dist.sh: no files found" >&2
	exit 1
}

# One thread: more of them cut the stream by their number.
tar --create --file="$list.tar" --null --no-recursion --files-from="$list" \
	--format=gnu --owner=0 --group=0 --numeric-owner --mode=u+rw,go+r,go-w \
	--mtime="@$epoch" --transform="s|^|outfeed-$version/|S"
xz -T1 -9 --stdout "$list.tar" >"$folder/outfeed-$version.tar.xz"
echo "$folder/outfeed-$version.tar.xz"
