#!/bin/sh
# The units under a running systemd: boots a Debian root in namespaces of its own, with no
# network, and has outfeed@ and outfeed-audit@ build and audit a site there, by hand and by
# the timer; an output elsewhere is refused, and done with the drop-in that the unit tells of.
# Needs to be root, with a package built (cmake --workflow --preset deb). ROOT is a folder that
# debootstrap made (contrib/fresh-root.sh leaves one in FOLDER/root); what this puts there stays.
# usage: contrib/units.sh ROOT
set -eu

if [ $# -ne 1 ] || [ ! -x "$1/usr/bin/apt-get" ]; then
	echo "usage: contrib/units.sh ROOT" >&2
	exit 2
fi
root=$(cd "$1" && pwd)
cd "$(dirname -- "$0")/.."
work=$(mktemp -d)
boot=

# A namespace of processes ends with its first.
finish()
{
	[ -z "$boot" ] || kill -KILL "$boot" 2>/dev/null || :
	rm -rf "$work"
}
trap finish EXIT

step()
{
	printf '\n== %s\n' "$1"
}

fail()
{
	echo "units.sh: $1" >&2
	inside journalctl --no-pager -n 40 >&2 || :
	exit 1
}


inside()
{
	nsenter -t "$init" -m -p -u -i -n -C env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin \
		LC_ALL=C.UTF-8 "$@"
}

step "packages"
cp /etc/resolv.conf "$root/etc/resolv.conf"
mkdir -p "$root/root/deb" "$root/srv/feeds/content" "$root/srv/www"
cp build/deb/outfeed_*.deb "$root/root/deb/"
# shellcheck disable=SC2016 # the inner shell's own
unshare --mount --propagation private sh -euc '
	mount -t proc proc "$1/proc"
	mount --rbind /dev "$1/dev"
	shift
	exec "$@"' sh "$root" chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin \
	DEBIAN_FRONTEND=noninteractive sh -euc '
	apt-get update -qq
	apt-get install -qq -y --no-install-recommends systemd systemd-sysv dbus adduser tzdata
	apt-get install -qq -y --no-install-recommends --reinstall /root/deb/outfeed_*.deb
	adduser --quiet --system --group outfeed' >"$work/packages.log" 2>&1 || {
	tail -n 30 "$work/packages.log" >&2
	exit 1
}
printf 'site: {title: T, url: "https://www.example.org/"}\n' >"$root/srv/feeds/outfeed.yaml"
printf -- '---\ntitle: First\ndate: 2024-01-01\n---\nText.\n' >"$root/srv/feeds/content/first.md"
rm -rf "$root/srv/feeds/public" "$root/srv/feeds/.outfeed" "$root"/srv/www/* \
	"$root/etc/systemd/system/outfeed@.service.d" "$root/etc/systemd/system/outfeed@.timer.d"
chroot "$root" chown -R outfeed: /srv/feeds /srv/www
: >"$root/etc/machine-id"

step "boot"
cat >"$work/boot.sh" <<'END'
set -eu
root=$1
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
mount -t tmpfs tmpfs "$root/dev"
mkdir -p "$root/dev/pts" "$root/dev/shm" "$root/dev/mqueue"
for device in null zero full random urandom tty; do
	: >"$root/dev/$device"
	mount --bind "/dev/$device" "$root/dev/$device"
done
mount -t devpts devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
mount -t tmpfs tmpfs "$root/run"
mount -t tmpfs tmpfs "$root/tmp"
# version 1 where the machine has that, else 2
mount -t tmpfs tmpfs "$root/sys/fs/cgroup"
mkdir -p "$root/sys/fs/cgroup/systemd"
if ! mount -t cgroup -o none,name=systemd cgroup "$root/sys/fs/cgroup/systemd" 2>/dev/null; then
	umount "$root/sys/fs/cgroup"
	mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
fi
cd "$root"
mkdir -p old
pivot_root . old
umount -l /old
exec env -i container=other PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --system
END
unshare --mount --propagation private --pid --fork --kill-child --uts --ipc --cgroup --net \
	sh "$work/boot.sh" "$root" >"$work/boot.log" 2>&1 &
boot=$!
init=
for _ in $(seq 60); do
	sleep 0.5
	init=$(pgrep -P "$boot" || :)
	[ -n "$init" ] || continue
	state=$(inside systemctl is-system-running 2>/dev/null || :)
	case $state in running | degraded) break ;; esac
done
[ -n "$init" ] || {
	cat "$work/boot.log" >&2
	exit 1
}
inside systemctl --version | head -n 1
echo "systemd is $state"

step "by hand"
inside systemctl start outfeed@srv-feeds.service || fail "the build's unit failed"
inside systemctl start outfeed-audit@srv-feeds.service || fail "the audit's unit failed"
[ -s "$root/srv/feeds/public/all/atom.xml" ] || fail "no feed"
[ -s "$root/srv/feeds/public/audit/audit.json" ] || fail "no report"
echo "built and audited by $(inside stat -c %U /srv/feeds/public/all/atom.xml)"

step "by the timer"
mkdir -p "$root/etc/systemd/system/outfeed@.timer.d"
printf '[Timer]\nOnBootSec=\nOnUnitInactiveSec=\nOnActiveSec=1s\nOnUnitInactiveSec=1s\nAccuracySec=100ms\n' \
	>"$root/etc/systemd/system/outfeed@.timer.d/often.conf"
inside systemctl daemon-reload
inside systemctl enable -q --now outfeed@srv-feeds.timer outfeed-audit@srv-feeds.timer
printf -- '---\ntitle: Second\ndate: 2024-01-02\n---\nText.\n' >"$root/srv/feeds/content/second.md"
for _ in $(seq 40); do
	sleep 0.5
	! grep -q Second "$root/srv/feeds/public/all/atom.xml" || break
done
grep -q Second "$root/srv/feeds/public/all/atom.xml" || fail "the timer built nothing"
inside systemctl list-timers --no-pager --no-legend 'outfeed*'
inside systemctl disable -q --now outfeed@srv-feeds.timer outfeed-audit@srv-feeds.timer

step "an output elsewhere"
printf 'output: /srv/www\n' >>"$root/srv/feeds/outfeed.yaml"
! inside systemctl start outfeed@srv-feeds.service 2>/dev/null || fail "it may write to /srv/www"
mkdir -p "$root/etc/systemd/system/outfeed@.service.d"
printf '[Service]\nReadWritePaths=/srv/www\n' \
	>"$root/etc/systemd/system/outfeed@.service.d/www.conf"
inside systemctl daemon-reload
inside systemctl start outfeed@srv-feeds.service || fail "the drop-in is of no use"
[ -s "$root/srv/www/all/atom.xml" ] || fail "no feed in /srv/www"
echo "refused, and done with ReadWritePaths="
