#!/bin/sh
# Brings a machine to the point where the product can run: Debian packages, virtual environment, locked dependencies.
# Does nothing, quickly, when everything is there. Not here: the database (gridpatrol db) and anything of the product.
set -eu

checkout=$(cd "$(dirname "$0")/.." && pwd -P)
venv="$checkout/.venv"
python=${PYTHON:-python3}
log=$(mktemp)
trap 'rm -f "$log"' EXIT

say() { printf '%s\n' "$*" >&2; }
fail() { say "setup: $*"; exit 1; }

# step "what" command…: runs it with its output in the log, shows that time passes, shows the log's end on failure.
step() {
    what=$1
    shift
    printf '%s ' "$what …" >&2
    "$@" >"$log" 2>&1 </dev/null &
    job=$!
    trap 'kill "$job" 2>/dev/null || true; exit 130' INT TERM HUP
    seconds=0
    while kill -0 "$job" 2>/dev/null; do
        sleep 1
        seconds=$((seconds + 1))
        [ $((seconds % 5)) -ne 0 ] || printf '%ss ' "$seconds" >&2
    done
    trap - INT TERM HUP
    if wait "$job"; then
        say "done"
    else
        say "failed:"
        tail -n 20 "$log" >&2
        return 1
    fi
}

# The newest PostgreSQL ≥ 15 that has PostGIS, by the same places as backend/gateways/cluster/binaries.py.
has_postgis() {
    for folder in /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /usr/local/pgsql/bin; do
        [ -x "$folder/postgres" ] && [ -x "$folder/pg_config" ] || continue
        major=$("$folder/postgres" --version | sed 's/.*) \([0-9]*\).*/\1/')
        [ "$major" -ge 15 ] 2>/dev/null || continue
        [ -e "$("$folder/pg_config" --sharedir)/extension/postgis.control" ] && return 0
    done
    return 1
}

# The stub of Debian's python3 without python3-venv imports venv but has no ensurepip.
has_venv() { "$python" -c 'import ensurepip, venv' 2>/dev/null; }

missing_packages() {
    command -v "$python" >/dev/null 2>&1 || printf 'python3 '
    has_venv || printf 'python3-venv '
    # With an outside database nothing of PostgreSQL is needed here.
    [ -n "${DATABASE_URL:-}" ] || has_postgis || printf 'postgresql-15 postgresql-15-postgis-3 '
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    else
        sudo "$@"
    fi
}

may_become_root() {
    [ "$(id -u)" -eq 0 ] && return 0
    command -v sudo >/dev/null 2>&1 || return 1
    sudo -n true 2>/dev/null && return 0
    # A password may be asked for, where somebody can type it.
    [ -t 0 ] && [ -t 2 ] && say "sudo is needed to install packages:" && sudo -v
}

install_packages() {
    wanted=$1
    command -v apt-get >/dev/null 2>&1 || fail "please install (Debian's names): $wanted"
    may_become_root || fail "please install, as root: apt-get install $wanted"
    # Debian's package makes and starts a cluster of its own on port 5432: not wanted, and none of our business later.
    switch=/etc/postgresql-common/createcluster.d/gridpatrol-setup.conf
    as_root mkdir -p "$(dirname "$switch")"
    printf 'create_main_cluster = false\n' | as_root tee "$switch" >/dev/null
    trap 'rm -f "$log"; as_root rm -f "$switch"' EXIT
    step "reading the package lists" as_root apt-get -q -o DPkg::Lock::Timeout=300 update || fail "the package lists could not be read"
    # shellcheck disable=SC2086 # a list of names
    step "installing $wanted" as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get -q -y -o DPkg::Lock::Timeout=300 install --no-install-recommends $wanted ||
        fail "the packages could not be installed; try: apt-get install $wanted"
    as_root rm -f "$switch"
    trap 'rm -f "$log"' EXIT
}

# What the environment was made from; another Python, another place or another lock makes another text.
fingerprint() {
    printf '%s\n%s\n' "$checkout" "$("$python" -V 2>&1)"
    cat "$checkout/requirements.lock" "$checkout/setup.cfg" "$checkout/pyproject.toml"
}

prepare_venv() {
    stamp="$venv/installed"
    now=$(fingerprint | sha256sum)
    if [ -e "$stamp" ] && [ "$(cat "$stamp")" = "$now" ] && [ -x "$venv/bin/gridpatrol" ]; then
        return 0
    fi
    lock=$(sha256sum <"$checkout/requirements.lock")
    # Missing, half made, or of a checkout that was moved or copied (its scripts name their old place).
    if ! "$venv/bin/pip" --version 2>/dev/null | grep -qF "from $venv/"; then
        step "making a virtual environment" "$python" -m venv --clear "$venv" || fail "no virtual environment could be made"
    fi
    if [ "$(cat "$venv/lock" 2>/dev/null)" != "$lock" ]; then
        step "installing locked dependencies (about a minute)" \
            "$venv/bin/python" -m pip install --disable-pip-version-check --progress-bar off -r "$checkout/requirements.lock" ||
            fail "the dependencies could not be installed"
        printf '%s\n' "$lock" >"$venv/lock"
    fi
    step "installing the gridpatrol command" \
        "$venv/bin/python" -m pip install --disable-pip-version-check --no-deps --no-build-isolation --editable "$checkout" ||
        fail "the gridpatrol command could not be installed"
    printf '%s\n' "$now" >"$stamp"
}

umask 022
# Two copies started at once on one checkout wait for each other here.
exec 9<"$checkout"
flock 9
packages=$(missing_packages)
packages=${packages% }
[ -z "$packages" ] || install_packages "$packages"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || fail "Python 3.11 or newer is needed, $("$python" -V) was found: set PYTHON"
[ -w "$checkout" ] || [ -e "$venv/installed" ] || fail "$checkout cannot be written by $(id -un): use a checkout of your own"
prepare_venv
