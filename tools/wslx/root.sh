# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The build root: a Debian trixie made by mmdebstrap, keyed by the content of
# this file, so that every host builds with the same tools. Sourced by wslx,
# which sets $checkout and $cache.

mirror=http://deb.debian.org/debian
security_mirror=http://deb.debian.org/debian-security
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# What the build, the machine and the tests need, by purpose.
packages=(
	build-essential g++ clang clang-format clang-tidy meson ninja-build cmake pkg-config ccache git
	bc bison flex libelf-dev libssl-dev cpio kmod rsync perl sparse patch
	linux-source-6.12 xz-utils zstd dkms pahole
	python3 python3-ply python3-yaml ca-certificates dpkg-dev mmdebstrap debian-archive-keyring
	catch2 libcli11-dev libsqlite3-dev sqlite3 libnl-3-dev libnl-genl-3-dev libcap-dev libsystemd-dev libsodium-dev
	libgrpc++-dev protobuf-compiler-grpc libprotobuf-dev libiceoryx-posh-dev libiceoryx-hoofs-dev iceoryx
	g++-mingw-w64-x86-64-posix mingw-w64-x86-64-dev wine wine64
	qemu-system-x86 e2fsprogs erofs-utils busybox-static
	mandoc spin cbmc
	strace socat iproute2 procps util-linux mount gdb file xxd attr libcap2-bin
)

# The root, and the kernels and the programs that are built in it, rounded up.
needed_mib=18000

free_mib() {
	df --output=avail -BM "$1" | tail -n 1 | tr -dc 0-9
}

check_space() {
	local free
	free=$(free_mib "$cache")
	[ "$free" -ge "$needed_mib" ] ||
		die "no disk space: $cache has $free MiB free, the first build needs $needed_mib MiB"
}

check_network() {
	local host=${mirror#http://}
	host=${host%%/*}
	timeout 20 bash -c "exec 3<>/dev/tcp/$host/80" 2>/dev/null ||
		die "no network: cannot reach $host:80, which the first build needs"
}

# install_host_tools: the only thing that is installed on the host itself.
install_host_tools() {
	local missing=()
	command -v mmdebstrap >/dev/null || missing+=(mmdebstrap)
	[ -e "$keyring" ] || missing+=(debian-archive-keyring)
	[ ${#missing[@]} != 0 ] || return 0
	command -v apt-get >/dev/null ||
		die "needs ${missing[*]}; no apt-get here (Debian 12 or newer, or Ubuntu 24.04, is expected)"
	echo "==> installing on this host: ${missing[*]}" >&2
	{ apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
		"${missing[@]}"; } >>"$root_log" 2>&1 || root_failed "apt-get install ${missing[*]}"
}

root_failed() {
	echo "wslx: $1 failed; the log is $root_log, its end:" >&2
	tail -n 15 "$root_log" | sed 's/^/    /' >&2
	exit 125
}

# remove_tree DIR: refuses to reach through a mount into the host.
remove_tree() {
	if awk -v dir="$1/" 'index($2 "/", dir) == 1 { found = 1 } END { exit !found }' /proc/mounts; then
		die "something is mounted under $1; unmount it first"
	fi
	rm -rf --one-file-system -- "$1"
}

cache_remove() {
	[ -d "$cache" ] || return 0
	exec 8>"$cache/in-use"
	flock -n 8 || die "another wslx is running; the cache stays"
	remove_tree "$cache"
}

sources() {
	local suffix="[signed-by=$keyring]"
	echo "deb $suffix $mirror trixie main"
	echo "deb $suffix $mirror trixie-updates main"
	echo "deb $suffix $security_mirror trixie-security main"
}

# Testing lends a few newer pieces by name; the pin keeps apt from taking more.
testing_sources() {
	echo "deb [signed-by=$keyring] $mirror testing main"
	echo "deb-src [signed-by=$keyring] $mirror testing main"
}

# Others lend kernels, which are fetched when they are asked for (kernel.py).
kernel_sources() {
	echo "deb [signed-by=$keyring] $mirror trixie-backports main"
	echo "deb [signed-by=$keyring] $mirror bookworm main"
	echo "deb [signed-by=$keyring] $security_mirror bookworm-security main"
}

# A proxy, or a mirror that is a snapshot: what the host's apt was told about these holds inside too.
host_apt_settings() {
	apt-config dump 2>/dev/null |
		grep -E '^Acquire::(http::Proxy|https::Proxy|Check-Valid-Until|Check-Date) ' || true
}

root_make() {
	local target=$1 include setting settings=() release
	while read -r setting; do
		settings+=("--aptopt=$setting")
	done < <(host_apt_settings)
	include=$(IFS=,; echo "${packages[*]}")
	sources | mmdebstrap --variant=apt --mode=root \
		"${settings[@]}" --aptopt='APT::Install-Recommends "false"' \
		--aptopt='Acquire::Languages "none"' \
		--dpkgopt='path-exclude=/usr/share/man/*' \
		--keyring=/usr/share/keyrings --include="$include" trixie "$target" - >>"$root_log" 2>&1 ||
		root_failed "making the build root"
	testing_sources >"$target/etc/apt/sources.list.d/testing.list"
	kernel_sources >"$target/etc/apt/sources.list.d/kernels.list"
	for release in a=testing n=trixie-backports n=bookworm n=bookworm-security; do
		printf 'Package: *\nPin: release %s\nPin-Priority: 50\n\n' "$release"
	done >"$target/etc/apt/preferences.d/lenders"
	mkdir -p "$target$checkout" "$target$cache"
}

# root_ensure: sets $root. Built beside its place and renamed, under a lock:
# two runs at once, or one that was killed, leave no half of a root in use.
root_ensure() {
	local key started=$SECONDS
	key=$({ printf '%s\n' "${packages[@]}"; declare -f root_make sources testing_sources kernel_sources; } | sha256sum | head -c 16)
	root=$cache/root-$key
	mkdir -p "$cache/logs"
	exec 8>"$cache/in-use"
	flock -s 8
	[ ! -d "$root" ] || return 0
	exec 9>"$root.lock"
	flock 9
	if [ ! -d "$root" ]; then
		root_log=$cache/logs/root.log
		: >"$root_log"
		check_space
		check_network
		install_host_tools
		echo "==> build root (Debian trixie) ..." >&2
		[ ! -e "$root.part" ] || remove_tree "$root.part"
		root_make "$root.part"
		mv "$root.part" "$root"
		echo "==> build root (Debian trixie) ... $((SECONDS - started)) s" >&2
	fi
	exec 9>&-
}

# root_enter ARG...: replaces this shell by main.py in the root, in a mount
# namespace of its own: whatever way it ends, no mount is left.
root_enter() {
	mkdir -p "$root$checkout" "$root$cache"
	host_apt_settings >"$root/etc/apt/apt.conf.d/90host"
	cp -L /etc/resolv.conf "$root/etc/resolv.conf" 2>/dev/null || true
	exec unshare --mount --propagation private -- bash -c '
		set -e
		root=$1 checkout=$2 cache=$3 dir=$4
		shift 4
		mount --bind "$root" "$root"
		for fs in dev sys; do mount --rbind "/$fs" "$root/$fs"; done
		mount -t tmpfs -o mode=1777 tmp "$root/tmp"
		mkdir -p "$root$checkout" "$root$cache"
		mount --bind "$checkout" "$root$checkout"
		mount --bind "$cache" "$root$cache"
		mkdir -p "$root/host"
		mount --rbind -o ro / "$root/host"
		exec chroot "$root" /usr/bin/env -i \
			PATH=/usr/lib/ccache:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
			HOME=/root LANG=C.UTF-8 TERM="${TERM-dumb}" CCACHE_DIR="$cache/ccache" CCACHE_DEPEND=1 \
			WSLX_CACHE="$cache" WSLX_CHECKOUT="$checkout" WSLX_ROOT="${root##*/}" WSLX_DIR="$dir" WSLX_HOST=/host PYTHONDONTWRITEBYTECODE=1 \
			python3 "$checkout/tools/wslx/main.py" "$@"
	' wslx-enter "$root" "$checkout" "$cache" "$PWD" "$@"
}
