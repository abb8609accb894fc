#!/usr/bin/env bash
#
# The package and the image, tried in plain roots of Debian as a user has them. As root:
#
#     tools/package/check.sh ROOT WORK
#
# ROOT: of the repository; the package lies in ROOT/build-package. WORK: a folder for roots; a base that
# debootstrap made there before is used again. The network is asked for Debian's packages only, where
# this machine's apt finds them.
#
# In one root systemd runs, in namespaces of its own: the unit is started, reloaded, killed by the
# watchdog, started by its socket, upgraded and purged. In others the Dockerfile's steps are carried out,
# and what comes of them runs as the image says, on a read-only root.

# shellcheck disable=SC2016 # what stands in single quotes is another shell's

set -euo pipefail

root=$1 work=$2
base=$work/base booted=$work/booted image=$work/image
tools=$root/tools/package
manager=0 starter=0 step=

say() {
    printf '%s\n' "$*" >&2
}

die() {
    say "check: $*"
    exit 1
}

clean_up() {
    if [[ -n $step ]]; then
        printf 'failed\n' >&3
        tail -n 30 "$work/log" >&3
    fi
    ((starter == 0)) || kill -KILL "$starter" 2>/dev/null || true
    wait 2>/dev/null # bash tells of that
    # What ran in it ends a moment after its first process.
    until rm -rf "$booted" "$image"; do sleep 1; done
}
trap clean_up EXIT

# until_so COMMAND…: asks until it is so; not for ever.
until_so() {
    local end=$((SECONDS + 120))
    until "$@" >"$work/until" 2>&1; do
        ((SECONDS < end)) || die "it does not become so: $* ($(tail -n 3 "$work/until"))"
        sleep 0.2
    done
}

make_base() {
    [[ ! -d $base ]] || return 0
    local mirror
    mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Identifier: Packages' 'Origin: Debian' \
        'Codename: bookworm' | head -n 1)
    [[ -n $mirror ]] || die "this machine's apt has no source of Debian 12: run apt-get update"
    rm -rf "$base.new"
    debootstrap --variant=minbase bookworm "$base.new" "$mirror" >"$work/debootstrap.log" 2>&1 ||
        die "debootstrap failed: $(tail -n 3 "$work/debootstrap.log")"
    cp -L /etc/resolv.conf "$base.new/etc/resolv.conf"
    mv "$base.new" "$base"
}

# ---- the package, where systemd runs ------------------------------------------------------------

# in_chroot COMMAND…: before anything runs there.
in_chroot() {
    unshare -mpf --kill-child sh -ec '
        root=$1
        shift
        mount -t proc proc "$root/proc"
        mount --rbind /dev "$root/dev"
        exec chroot "$root" "$@"' sh "$booted" env DEBIAN_FRONTEND=noninteractive "$@"
}

install_package() {
    cp -a "$base" "$booted"
    printf '#!/bin/sh\nexit 101\n' >"$booted/usr/sbin/policy-rc.d"
    chmod 755 "$booted/usr/sbin/policy-rc.d"
    cp "$root"/build-package/guildhall_*.deb "$booted/root/"
    in_chroot apt-get -q update
    in_chroot apt-get -q -y --no-install-recommends install dbus postgresql systemd-sysv
    in_chroot sh -c 'apt-get -q -y --no-install-recommends install /root/guildhall_*.deb'
    rm "$booted/usr/sbin/policy-rc.d"
}

# What a container engine mounts for an init, and then that init.
start_manager() {
    unshare -mpuinC --fork --kill-child bash -ec '
        root=$1
        mount --bind "$root" "$root"
        mount -t proc proc "$root/proc"
        mount -t sysfs -o ro sysfs "$root/sys"
        if grep -q "^cgroup2 /sys/fs/cgroup " /proc/mounts; then
            mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
        else
            mount -t tmpfs tmpfs "$root/sys/fs/cgroup"
            mkdir "$root/sys/fs/cgroup/systemd"
            mount -t cgroup -o none,name=systemd cgroup "$root/sys/fs/cgroup/systemd"
        fi
        for each in run tmp dev; do mount -t tmpfs tmpfs "$root/$each"; done
        for each in null zero full random urandom tty; do
            touch "$root/dev/$each"
            mount --bind "/dev/$each" "$root/dev/$each"
        done
        ln -s /proc/self/fd "$root/dev/fd"
        mkdir "$root/dev/pts" "$root/dev/shm"
        mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
        ln -s pts/ptmx "$root/dev/ptmx"
        ip link set lo up
        # Not chroot: in one no service could have users of its own (PrivateUsers=).
        mkdir "$root/run/old"
        cd "$root"
        pivot_root . run/old
        umount -l /run/old
        # As an init does where no container is around it: what is mounted for a service is seen by it.
        mount --make-rshared /
        export container=check
        exec /lib/systemd/systemd --unit=multi-user.target' bash "$booted" \
        >"$work/systemd.log" 2>&1 </dev/null &
    starter=$!
    until_so pgrep -P "$starter"
    manager=$(pgrep -P "$starter")
    until_so is_up
}

in_root() {
    nsenter -t "$manager" -m -p -n -i -u -r -w "$@"
}

is_up() {
    [[ $(in_root systemctl is-system-running 2>&1) =~ ^(running|degraded)$ ]]
}

is_active() {
    [[ $(in_root systemctl is-active "$1") == active ]]
}

is_healthy() {
    in_root guildhall health >/dev/null
}

# ask TOKEN QUERY: the answer to an operation.
ask() {
    nsenter -t "$manager" -n curl -s http://127.0.0.1:8080/graphql -H "authorization: Bearer $1" \
        -H 'content-type: application/json' -d "{\"query\":\"$2\"}"
}

# As docs/packages.md tells.
start_service() {
    ! is_active guildhall || die "it runs before there is a database"
    in_root runuser -u postgres -- createuser guildhall
    in_root runuser -u postgres -- createdb --owner guildhall guildhall
    in_root sh -c 'umask 077; openssl rand -hex 32 >/etc/guildhall/credentials/jwt-secret'
    echo 'GUILDHALL_OPEN_ROOMS=lobby' >>"$booted/etc/guildhall/guildhall.conf"
    in_root systemctl enable --now guildhall ||
        die "it does not start: $(in_root journalctl --no-pager -n 20 -u guildhall)"
    is_healthy
}

talk() {
    local token
    token=$(in_root guildhall token --user ann --jwt-secret-file /etc/guildhall/credentials/jwt-secret)
    ask "$token" 'mutation { sendMessage(roomId: \"lobby\", text: \"hello\") { seq } }' | grep -q '"seq":1'
    in_root systemctl restart guildhall
    ask "$token" '{ messages(roomId: \"lobby\") { items { text } } }' | grep -q '"text":"hello"'
}

runs_as_the_unit_says() {
    local pid
    pid=$(in_root systemctl show -P MainPID guildhall)
    [[ $(in_root stat -c %U "/proc/$pid") == guildhall ]]
    in_root grep -q '^NoNewPrivs:.1$' "/proc/$pid/status"
    in_root grep -q '^CapEff:.0000000000000000$' "/proc/$pid/status"
    [[ $(in_root systemctl show -P StatusText guildhall) == 'Serving on '* ]]
    in_root systemctl reload guildhall
    until_so is_active guildhall
    [[ $(in_root systemctl show -P NRestarts guildhall) == 0 ]]
}

has_started_anew() {
    (($(in_root systemctl show -P NRestarts guildhall) > 0)) && is_healthy
}

is_watched() {
    mkdir -p "$booted/etc/systemd/system/guildhall.service.d"
    printf '[Service]\nWatchdogSec=2\n' >"$booted/etc/systemd/system/guildhall.service.d/watchdog.conf"
    in_root systemctl daemon-reload
    in_root systemctl restart guildhall
    in_root sh -c 'kill -STOP "$(systemctl show -P MainPID guildhall)"'
    until_so has_started_anew
}

is_started_by_its_socket() {
    in_root systemctl stop guildhall
    in_root systemctl start guildhall.socket
    ! is_active guildhall || die "its socket starts it before anybody comes"
    is_healthy
    is_active guildhall
    in_root systemctl stop guildhall.socket
}

is_upgraded_and_purged() {
    in_root systemctl start guildhall
    local before
    before=$(in_root systemctl show -P MainPID guildhall)
    in_root sh -c 'DEBIAN_FRONTEND=noninteractive apt-get -q -y --reinstall install /root/guildhall_*.deb'
    until_so is_healthy
    [[ $(in_root systemctl show -P MainPID guildhall) != "$before" ]]
    in_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y purge guildhall
    ! is_active guildhall || die "it runs after it was purged"
    [[ ! -e $booted/etc/guildhall/guildhall.conf && ! -e $booted/usr/bin/guildhall ]]
}

# ---- the image ----------------------------------------------------------------------------------

build_image() {
    python3 -B "$tools/dockerfile.py" "$tools/Dockerfile" "$root" "$base" "$image"
}

run_image() {
    "$root/tests/lib/with_postgres.sh" python3 -B "$tools/try_image.py" "$image"
}

# ---- one after another --------------------------------------------------------------------------

steps() {
    for step in "$@"; do
        local began=$SECONDS
        printf '%-44s' "${step//_/ }" >&3
        "$step" >"$work/log" 2>&1
        printf '%s\n' "$((SECONDS - began)) s" >&3
    done
    step=
}

mkdir -p "$work"
rm -rf "$booted" "$image"
exec 3>&2
steps make_base install_package start_manager start_service talk runs_as_the_unit_says is_watched \
    is_started_by_its_socket is_upgraded_and_purged build_image run_image
