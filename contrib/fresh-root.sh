#!/bin/sh
# The proof that outfeed can be installed: in a Debian root that has nothing of it,
# the packages install, build the feeds of three sites and go away whole; the examples
# build against them; and the tarball builds there by itself and passes its tests.
# Needs to be root, debootstrap, and the network to a Debian mirror.
# usage: [TESTS="OPTION VALUE"|none] contrib/fresh-root.sh MIRROR [FOLDER [SUITE]]
#   MIRROR: the address of a Debian mirror; FOLDER: where the root is made (default: a
#   temporary one, removed at the end; one that is given is kept, and used again);
#   TESTS: which tests of ctest are run (default: -LE "browser|sim", all but a browser's
#   and the simulated years; TESTS="-L net|readers|browser" runs those that need most)
# contrib/units.sh FOLDER/root then runs the units there under a systemd of its own.
set -eu

if [ $# -lt 1 ] || [ $# -gt 3 ]; then
	echo "usage: contrib/fresh-root.sh MIRROR [FOLDER [SUITE]]" >&2
	exit 2
fi
mirror=$1
suite=${3:-bookworm}
tests=${TESTS:--LE browser|sim}
if [ $# -ge 2 ]; then
	mkdir -p "$2"
	folder=$(cd "$2" && pwd)
	keep=true
else
	folder=$(mktemp -d)
	keep=false
fi
root=$folder/root
cd "$(dirname -- "$0")/.."
source=$PWD

finish()
{
	umount "$root/dev/pts" "$root/proc" "$root/dev" 2>/dev/null || :
	# what is still mounted is the machine's own
	$keep || findmnt -n "$root/dev" >/dev/null || rm -rf "$folder"
}
trap finish EXIT

step()
{
	printf '\n== %s (%s)\n' "$1" "$(date -u +%H:%M:%S)"
}

# In the root, with nothing of this environment.
inside()
{
	chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
		DEBIAN_FRONTEND=noninteractive "$@"
}

# quietly NAME COMMAND...: what it says goes to a file, shown when it fails.
quietly()
{
	log=$folder/$1.log
	shift
	if ! "$@" >"$log" 2>&1; then
		tail -n 60 "$log" >&2
		echo "fresh-root.sh: failed: $* (all of it: $log)" >&2
		exit 1
	fi
}

# Files of the root but for what apt, dpkg and a program's run keep of their work.
listing()
{
	(cd "$root" && find . \( -path ./proc -o -path ./dev -o -path ./sys -o -path ./tmp \
		-o -path ./root -o -path ./var/lib/dpkg -o -path ./var/lib/apt \
		-o -path ./var/cache -o -path ./var/log \) -prune -o -print | LC_ALL=C sort)
}

step "packages and the tarball of $source"
quietly packages cmake --workflow --preset deb
quietly tarball sh contrib/dist.sh "$(sed -n 's/^project(outfeed VERSION \([^ ]*\).*/\1/p' CMakeLists.txt)" "$folder"
tarball=$(basename "$folder"/outfeed-*.tar.xz)
du -h build/deb/*.deb "$folder/$tarball"

step "a root of $suite"
if [ ! -e "$root/usr/bin/apt-get" ]; then
	rm -rf "$root"
	quietly debootstrap debootstrap --variant=minbase "$suite" "$root" "$mirror"
fi
mount -t proc proc "$root/proc"
mount --bind /dev "$root/dev"
mount --bind /dev/pts "$root/dev/pts"
cp /etc/resolv.conf "$root/etc/resolv.conf"
quietly update inside apt-get update
mkdir -p "$root/tmp/deb"
cp build/deb/*.deb "$root/tmp/deb/"

step "install"
# What the packages stand on comes first, so that the two lists differ by ours alone.
depends=$(for deb in build/deb/outfeed_*.deb build/deb/liboutfeed[0-9]*.deb; do
	dpkg-deb -f "$deb" Depends Recommends | sed 's/^[A-Za-z]*: //; s/([^)]*)//g; s/,/ /g'
done)
# shellcheck disable=SC2086 # a list of words
quietly depends inside apt-get install -y --no-install-recommends $depends
listing >"$folder/before"
inside sh -c 'apt-get install -y /tmp/deb/outfeed_*.deb' >"$folder/install.log" 2>&1 || {
	tail -n 30 "$folder/install.log" >&2
	exit 1
}
inside outfeed version
listing | diff "$folder/before" - | sed -n 's/^> //p' >"$folder/added"
echo "$(wc -l <"$folder/added") files and folders of it"

step "three sites"
rm -rf "$root/tmp/sites"
sh contrib/fresh-sites.sh "$root/tmp/sites"
for site in hugo jekyll eleventy; do
	inside sh -c "cd /tmp/sites/$site && rm -f outfeed.yaml && outfeed init --yes && outfeed build --strict"
	output=$(dirname "$root/tmp/sites/$site"/*/subscriptions.opml)
	/usr/bin/python3 tests/readers/feedcheck.py "$output"
	echo "$site: valid"
done

step "removal"
quietly purge inside apt-get purge -y outfeed
listing | diff "$folder/before" -
echo "nothing is left"

step "examples, by pkg-config and by find_package"
quietly tools inside apt-get install -y --no-install-recommends gcc libc6-dev cmake make pkg-config
inside sh -c 'dpkg -i /tmp/deb/liboutfeed*.deb' >"$folder/development.log" 2>&1
rm -rf "$root/tmp/examples"
cp -r contrib/examples "$root/tmp/"
for c in "$root"/tmp/examples/*.c; do
	name=${c#"$root"}
	inside sh -c "cc -std=c17 -D_GNU_SOURCE -Wall -Wextra -Werror $name -o ${name%.c} \$(pkg-config --cflags --libs outfeed)"
	echo "pkg-config: ${name#/tmp/examples/}"
done
quietly find_package inside sh -c "cd /tmp/examples && cmake -B build && cmake --build build"
echo "find_package: all of them"
inside sh -c 'cd /tmp/sites/jekyll && rm -rf .outfeed && /tmp/examples/build/site .'
library=$(basename build/deb/liboutfeed[0-9]*.deb | sed 's/_.*//')
quietly purge_library inside dpkg -P liboutfeed-dev "$library"
if listing | diff "$folder/before" - | grep '^>.*outfeed' | grep -v /tmp/; then
	echo "fresh-root.sh: the library's packages left that" >&2
	exit 1
fi
echo "nothing of the library is left"

step "the tarball, by itself"
rm -rf "$root/tmp/dist"
mkdir -p "$root/tmp/dist"
cp "$folder/$tarball" "$root/tmp/dist/"
inside sh -c "cd /tmp/dist && apt-get install -y -qq xz-utils >/dev/null && tar -xf $tarball"
tree=/tmp/dist/${tarball%.tar.xz}
if [ "$tests" = none ]; then
	quietly deps inside sh "$tree/contrib/deps.sh" build
	quietly build inside sh -c "cd $tree && cmake --preset release && cmake --build --preset release -- -j2"
	inside "$tree/build/release/outfeed" version
	exit 0
fi
quietly deps inside sh "$tree/contrib/deps.sh"
quietly build inside sh -c "cd $tree && cmake --preset dev && cmake --build --preset dev -- -j2"
inside sh -c "cd $tree/build/dev && ctest -j2 --timeout 600 ${tests%% *} '${tests#* }' 2>&1" |
	tee "$folder/tests.log" | tail -n 25
grep -q '100% tests passed' "$folder/tests.log"
