#!/bin/sh
# with-postgres.sh COMMAND...: runs a command while a throw-away PostgreSQL cluster runs, whose address is in
# TEST_POSTGRES_URL and whose tools are in TEST_POSTGRES_BIN. The cluster is stopped and removed afterwards, whatever happens. It forgoes durability for speed.
set -eu
. "$(dirname "$0")/tools.sh"
ensure_postgres
bin=$(find_postgres)
folder=$(mktemp -d /tmp/customer-health-postgres.XXXXXX)
port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close() })')

# PostgreSQL refuses to run as root.
if [ "$(id -u)" = 0 ]; then
    chown postgres "$folder"
    as_owner() { (cd / && su postgres -s /bin/sh -c "$1"); }
else
    as_owner() { sh -c "$1"; }
fi
stop() {
    as_owner "'$bin/pg_ctl' stop -D $folder/data -m immediate -s" || true
    # Hundreds of databases take the disk half a minute, for which nobody needs to wait.
    rm -rf "$folder" >/dev/null 2>&1 </dev/null &
}
trap stop EXIT
trap 'exit 130' INT TERM HUP

as_owner "'$bin/initdb' -D $folder/data -U postgres -A trust -E UTF8 --no-locale --no-sync >$folder/log 2>&1 &&
    '$bin/pg_ctl' start -D $folder/data -l $folder/log -w -s \
    -o '-p $port -h 127.0.0.1 -k $folder -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=500'" ||
    { cat "$folder/log" >&2; exit 1; }
TEST_POSTGRES_BIN="$bin" TEST_POSTGRES_URL="postgres://postgres@127.0.0.1:$port/postgres" "$@"
