#!/bin/sh
# The photo stores' tests against a real S3 service: Debian's radosgw on a one-node Ceph in memory, in a temporary folder,
# with its authentication on. Starts it, runs the tests, stops it. Not part of `make test`: it installs 60 packages.
set -eu

checkout=$(cd "$(dirname "$0")/.." && pwd -P)
python=${PYTHON:-$checkout/.venv/bin/python}
packages="radosgw ceph-mon ceph-osd"
folder=$(mktemp -d /tmp/gp-s3-XXXXXX)
children=""

say() { printf '%s\n' "$*" >&2; }

stop() {
    for child in $children; do kill "$child" 2>/dev/null || true; done
    for child in $children; do wait "$child" 2>/dev/null || true; done
    rm -rf "$folder"
}
trap stop EXIT
trap 'exit 130' INT TERM HUP

as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi; }

install_missing() {
    command -v radosgw >/dev/null && command -v ceph-mon >/dev/null && command -v ceph-osd >/dev/null && return
    say "installing $packages …"
    as_root apt-get -q -o DPkg::Lock::Timeout=300 update >"$folder/apt.log" 2>&1 || { tail -n 5 "$folder/apt.log" >&2; exit 1; }
    # shellcheck disable=SC2086 # a list of names
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 install --no-install-recommends \
        $packages >"$folder/apt.log" 2>&1 || { tail -n 20 "$folder/apt.log" >&2; exit 1; }
}

free_ports() {
    "$python" -c "
import socket
held = [socket.create_server(('127.0.0.1', 0)) for _ in range(3)]
print(*(one.getsockname()[1] for one in held))"
}

# run NAME COMMAND…: in the background, its output in the folder
run() {
    name=$1
    shift
    "$@" >"$folder/$name.out" 2>&1 &
    children="$! $children"
}

# until_true SECONDS COMMAND…
until_true() {
    left=$(($1 * 5))
    shift
    until "$@" >"$folder/wait.out" 2>&1; do
        left=$((left - 1))
        [ "$left" -gt 0 ] || { say "never came true: $*"; tail -n 5 "$folder"/*.out "$folder"/*.log >&2; exit 1; }
        sleep 0.2
    done
}

answers() { "$python" -c "import sys, urllib.request; urllib.request.urlopen(sys.argv[1], timeout=2)" "$1"; }
osd_is_up() { ceph osd stat | grep -q '1 up'; }
secret() { "$python" -c "import secrets; print(secrets.token_hex(20))"; }

write_config() {
    cat >"$folder/ceph.conf" <<CONF
[global]
fsid = $fsid
mon host = [v2:127.0.0.1:$1,v1:127.0.0.1:$2]
public addr = 127.0.0.1
cluster addr = 127.0.0.1
auth cluster required = cephx
auth service required = cephx
auth client required = cephx
auth allow insecure global id reclaim = false
keyring = $folder/\$name.keyring
run dir = $folder
admin socket = $folder/\$name.asok
pid file =
log file = $folder/\$name.log
mon data = $folder/mon
mon cluster log file = $folder/cluster.log
mon data avail crit = 1
mon allow pool size one = true
osd data = $folder/osd
osd objectstore = memstore
memstore device bytes = 1073741824
osd crush chooseleaf type = 0
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd pool default pgp num = 4
osd pool default pg autoscale mode = off
rgw frontends = beast endpoint=127.0.0.1:$3
rgw thread pool size = 32
CONF
    export CEPH_CONF="$folder/ceph.conf"
}

start_monitor() {
    admin="$folder/client.admin.keyring"
    ceph-authtool --create-keyring "$folder/mon.keyring" --gen-key -n mon. --cap mon 'allow *' >/dev/null
    ceph-authtool --create-keyring "$admin" --gen-key -n client.admin --cap mon 'allow *' --cap osd 'allow *' --cap mgr 'allow *' >/dev/null
    ceph-authtool "$folder/mon.keyring" --import-keyring "$admin" >/dev/null
    monmaptool --create --fsid "$fsid" --addv a "[v2:127.0.0.1:$1,v1:127.0.0.1:$2]" "$folder/monmap" >/dev/null
    ceph-mon --mkfs -i a --monmap "$folder/monmap" --keyring "$folder/mon.keyring"
    run mon ceph-mon -f -i a
    until_true 30 ceph --connect-timeout 5 mon stat
}

start_disk() {
    osd=$(cat /proc/sys/kernel/random/uuid)
    [ "$(ceph osd new "$osd" 2>/dev/null)" = 0 ]
    mkdir "$folder/osd"
    ceph auth get-or-create osd.0 mon 'allow profile osd' mgr 'allow profile osd' osd 'allow *' -o "$folder/osd.0.keyring"
    ceph-osd -i 0 --mkfs --osd-uuid "$osd" 2>/dev/null
    run osd ceph-osd -f -i 0
    until_true 30 osd_is_up
}

start_gateway() {
    ceph auth get-or-create client.rgw mon 'allow rw' osd 'allow rwx' -o "$folder/client.rgw.keyring"
    run rgw radosgw -f -n client.rgw
    until_true 90 answers "http://127.0.0.1:$1/"
    access=$(secret)
    secret=$(secret)
    radosgw-admin user create --uid=photos --display-name=photos --access-key="$access" --secret="$secret" >/dev/null 2>"$folder/user.out"
}

began=$(date +%s)
install_missing
fsid=$(cat /proc/sys/kernel/random/uuid)
# shellcheck disable=SC2046 # three numbers
set -- $(free_ports)
write_config "$1" "$2" "$3"
start_monitor "$1" "$2"
start_disk
start_gateway "$3"
say "radosgw ($(radosgw --version | cut -d' ' -f3)) answers after $(($(date +%s) - began)) s"
cd "$checkout"
TEST_S3_ENDPOINT="http://127.0.0.1:$3" TEST_S3_ACCESS_KEY="$access" TEST_S3_SECRET_KEY="$secret" \
    "$python" -m pytest -q -n 0 -m s3 tests
