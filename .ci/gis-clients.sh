#!/bin/sh
# Installs Debian's GDAL commands and QGIS for Python, for tests/gis; nothing of the product needs them.
# Does nothing when both are there. Safe to run twice at once. About 200 MB to load, 1 GB on disk, a minute and a half.
set -eu

fail() { printf 'gis clients: %s\n' "$*" >&2; exit 1; }
as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi; }

missing() {
    command -v ogr2ogr >/dev/null 2>&1 || printf 'gdal-bin '
    # the package lies beside the system's own Python, whichever one the tests run with
    [ -e /usr/lib/python3/dist-packages/qgis/core/__init__.py ] || printf 'python3-qgis '
}

[ -n "$(missing)" ] || exit 0
exec 9>"${TMPDIR:-/tmp}/gridpatrol-gis-clients.lock"
flock 9
packages=$(missing)
[ -n "$packages" ] || exit 0
command -v apt-get >/dev/null 2>&1 || fail "please install (Debian's names): $packages"
[ "$(id -u)" -eq 0 ] || sudo -n true 2>/dev/null || fail "please install, as root: apt-get install --no-install-recommends $packages"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
printf 'gis clients: installing %s…\n' "$packages" >&2
as_root apt-get -q -o DPkg::Lock::Timeout=300 update >"$log" 2>&1 || { tail -n 5 "$log" >&2; exit 1; }
# shellcheck disable=SC2086 # a list of names
as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 install --no-install-recommends \
    $packages >"$log" 2>&1 || { tail -n 20 "$log" >&2; exit 1; }
