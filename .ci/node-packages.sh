#!/bin/sh
# Installs what others wrote in JavaScript and a folder of tests needs (its package.json); nothing of the product needs it.
# Does nothing when what the lock file names is there. Safe to run twice at once. Usage: node-packages.sh tests/FOLDER
set -eu

folder=$(cd "$(dirname "$0")/.." && cd "$1" && pwd -P)
fail() { printf 'packages of %s: %s\n' "$folder" "$*" >&2; exit 1; }

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
