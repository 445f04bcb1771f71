#!/bin/sh
# Installs the tus clients and the reference server that others wrote, for tests/tus_clients; nothing of the product needs them.
# Does nothing when what the lock file names is there. Safe to run twice at once.
set -eu

folder=$(cd "$(dirname "$0")/../tests/tus_clients" && pwd -P)
fail() { printf 'tus clients: %s\n' "$*" >&2; exit 1; }

command -v node >/dev/null 2>&1 || fail "Node.js 20 or newer is needed: apt-get install nodejs npm"
[ "$(node -p 'process.versions.node.split(".")[0]')" -ge 20 ] || fail "Node.js 20 or newer is needed, not $(node --version)"

exec 9>"$folder/.installing"
flock 9
installed="$folder/node_modules/.installed-from"
if ! cmp -s "$folder/package-lock.json" "$installed"; then
    command -v npm >/dev/null 2>&1 || fail "npm is needed: apt-get install npm"
    (cd "$folder" && npm ci --ignore-scripts --no-audit --no-fund >&2)
    cp "$folder/package-lock.json" "$installed"
fi
