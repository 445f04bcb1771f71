#!/bin/sh
# The console's browser tests: Debian's Chromium (installed when missing) against the demo district, served from a folder of its own.
# Arguments go to Playwright; SCREENS=1 writes the pictures of api_docs/screens anew.
set -eu

checkout=$(cd "$(dirname "$0")/.." && pwd -P)
cd "$checkout"
say() { printf '%s\n' "$*" >&2; }

missing=
command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
# Without it every Chinese character in a picture is a box.
[ -e /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc ] || missing="$missing fonts-noto-cjk"
if [ -n "$missing" ]; then
    as_root=
    [ "$(id -u)" -eq 0 ] || as_root=sudo
    say "installing$missing …"
    $as_root apt-get -qq -o DPkg::Lock::Timeout=300 update
    # shellcheck disable=SC2086 # lists of names
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o DPkg::Lock::Timeout=300 install --no-install-recommends $missing >&2
fi
PATH="$("$checkout/.ci/web.sh" node):$PATH"
export PATH

# Short: the path of a Unix socket below it may have 107 bytes.
VAR_DIR=$(mktemp -d /tmp/gp-browser.XXXXXX)
chmod 755 "$VAR_DIR"
PORT=$(.venv/bin/python -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
DEMO_PASSWORD=browser-$(od -An -N8 -tx1 /dev/urandom | tr -d ' \n')
HOST=127.0.0.1
export VAR_DIR PORT DEMO_PASSWORD HOST
unset DATABASE_URL

.venv/bin/python -m backend.cli serve >"$VAR_DIR/serve.log" 2>&1 </dev/null &
server=$!
finish() {
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
    rm -rf "$VAR_DIR"
}
trap finish EXIT
trap 'exit 130' INT TERM HUP

waited=0
until grep -q '^Ctrl-C stops it' "$VAR_DIR/serve.log"; do
    kill -0 "$server" 2>/dev/null || { tail -n 40 "$VAR_DIR/serve.log" >&2; exit 1; }
    [ "$waited" -lt 300 ] || { say "the service does not come up"; tail -n 40 "$VAR_DIR/serve.log" >&2; exit 1; }
    sleep 1
    waited=$((waited + 1))
done
GRIDPATROL_URL="http://127.0.0.1:$PORT"
export GRIDPATROL_URL
cd web
npx --no-install playwright test "$@" || { code=$?; tail -n 60 "$VAR_DIR/serve.log" | grep -v '"level":"info"' >&2; exit "$code"; }
