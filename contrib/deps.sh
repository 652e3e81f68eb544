#!/bin/sh
# Installs from Debian what outfeed needs: only what is missing, and says why.
# usage: contrib/deps.sh [all|build|test]
set -eu

what=${1:-all}
case $what in
all | build | test) ;;
*)
	echo "usage: contrib/deps.sh [all|build|test]" >&2
	exit 2
	;;
esac
if ! command -v dpkg-query >/dev/null 2>&1; then
	echo "deps.sh: this is no Debian; README.md names what to install instead" >&2
	exit 1
fi

is_installed()
{
	[ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

as_root()
{
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	else
		sudo "$@"
	fi
}

updated=false
update_once()
{
	$updated || as_root apt-get update -qq
	updated=true
}

missing=
# group WHY PACKAGE...: one line for a group that lacks something.
group()
{
	why=$1
	shift
	lacking=
	for package; do
		is_installed "$package" || lacking="$lacking $package"
	done
	[ -n "$lacking" ] || return 0
	echo "deps.sh: $why:$lacking"
	missing="$missing$lacking"
}

install_missing()
{
	[ -n "$missing" ] || return 0
	update_once
	# shellcheck disable=SC2086 # a list of words
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y \
		--no-install-recommends $missing
	missing=
}

build_packages()
{
	group "compiler and build tools" build-essential cmake ninja-build pkg-config
	group "XML out, HTML in" libxml2-dev
	group "front matter and outfeed.yaml" libyaml-dev
	group "the preview (optional)" libmicrohttpd-dev
	group "Markdown" libmd4c-dev libmd4c-html0-dev
	group "Unicode" libutf8proc-dev
	group "state and history" libsqlite3-dev
	group "histories that machines share (optional)" libpq-dev
	group "the web: fetching, resolving, registrable domains" libcurl4-openssl-dev \
		libc-ares-dev libpsl-dev publicsuffix
	group "JSON in" libjansson-dev
	group "compressed copies of documents (libbrotli-dev: optional)" zlib1g-dev libbrotli-dev
	group "time zones by name" tzdata
}

test_packages()
{
	group "second compiler, sanitizers" clang
	group "unit tests" libcmocka-dev
	group "tests of the program" python3-pytest python3-yaml
	group "feeds read back and checked" python3-feedparser python3-lxml \
		python3-jsonschema libxml2-utils
	group "servers, names and certificates of the tests" nginx-light curl sqlite3 \
		python3-dnslib python3-cryptography python3-brotli
	group "web servers that answer as outfeed serve does" caddy \
		libnginx-mod-http-brotli-static
	group "the rate of a server" wrk
	group "feed readers of the tests" newsboat sfeed rsstail
	group "a browser of the tests" chromium chromium-driver python3-selenium \
		python3-html5lib
	group "mistakes that can be seen in the source" clang-tidy cppcheck
	group "the tarball of the sources" xz-utils
	group "memory and coverage" valgrind gcovr
	group "manual pages and completions" mandoc zsh fish
	group "packages, and patches" lintian fakeroot git
	group "builds under another locale" locales
	group "units and crontabs" systemd git
	group "the database that machines share, clocks and networks of workers" postgresql \
		faketime iproute2
	group "generators and object storage of the recipes" hugo jekyll ruby-jekyll-feed rclone
}

# The sanitizers' runtime is a package of its own, named by clang's version.
sanitizer_packages()
{
	version=$(clang -dumpversion | cut -d. -f1)
	group "sanitizers of clang $version" "libclang-rt-$version-dev"
}

[ "$what" = test ] || build_packages
[ "$what" = build ] || test_packages
install_missing
if [ "$what" != build ]; then
	sanitizer_packages
	install_missing
fi
