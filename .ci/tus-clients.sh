#!/bin/sh
# Installs the tus clients and the reference server that others wrote, for tests/tus_clients; nothing of the product needs them.
exec "$(dirname "$0")/node-packages.sh" tests/tus_clients
