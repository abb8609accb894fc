#!/bin/bash
# Runs a command with a PostgreSQL of its own:
#
#     tests/lib/with_postgres.sh COMMAND [ARGUMENT…]
#
# A fresh cluster in a temporary directory, reached by a Unix socket there and by nothing else;
# GUILDHALL_TEST_DATABASE_URL tells the command where. fsync stays on, as for real data. Exits as
# the command does.
#
# Whatever ends this script, SIGKILL too, ends the cluster: a janitor in a session of its own holds
# the reading end of a pipe whose only writer is this script, and cleans up when the pipe ends.
# It is the one place that cleans up.

set -u

fail() {
    echo "with_postgres: $*" >&2
    exit 99
}

[ $# -gt 0 ] || fail "usage: with_postgres.sh COMMAND [ARGUMENT…]"

# --- the programs, and the user they may run as

bin=
for initdb in /usr/lib/postgresql/*/bin/initdb "$(command -v initdb || true)"; do
    [ -x "$initdb" ] && bin=$(dirname "$initdb")
done
[ -n "$bin" ] || fail "no initdb found; install postgresql"

as=()
owner=$(id -un)
if [ "$(id -u)" = 0 ]; then
    # PostgreSQL refuses to run as root.
    owner=postgres
    id -u "$owner" >/dev/null 2>&1 || owner=nobody
    as=(setpriv --reuid="$owner" --regid="$(id -g "$owner")" --clear-groups)
fi

# A socket's path must fit into 107 bytes: a long TMPDIR would not do.
home=${TMPDIR:-/tmp}
[ ${#home} -le 60 ] || home=/tmp
home=$(mktemp -d "$home/guildhall-pg.XXXXXX") || fail "no temporary directory"

# --- the janitor

mkfifo "$home/leash" || fail "no pipe in $home"
chown "$owner" "$home"
export home bin
setsid bash -c '
    trap "" HUP INT TERM
    cat "$home/leash"
    # A test may have stopped it with SIGSTOP, and ended there.
    postmaster=$(head -n 1 "$home/data/postmaster.pid") &&
        kill -CONT "$postmaster" $(cat "/proc/$postmaster/task/$postmaster/children")
    "$@" "$bin/pg_ctl" -D "$home/data" -m immediate -w stop
    rm -rf "$home"
' janitor ${as[@]+"${as[@]}"} </dev/null >/dev/null 2>&1 &
janitor=$!
exec {leash}>"$home/leash"

child=
clean_up() {
    exec {leash}>&-
    wait "$janitor" 2>/dev/null
}
trap clean_up EXIT
# Passed on as SIGTERM: a command in the background is started with SIGINT ignored.
trap '[ -z "$child" ] || kill "$child" 2>/dev/null' HUP INT TERM

# --- the cluster

cd "$home" || fail "cannot enter $home"
run() {
    # Nothing that we start may hold the leash.
    ${as[@]+"${as[@]}"} "$@" {leash}>&-
}
run "$bin/initdb" -D "$home/data" -U postgres -A trust -E UTF8 --locale=C --no-sync \
    >"$home/initdb.log" 2>&1 || { cat "$home/initdb.log" >&2; fail "initdb failed"; }
cat >>"$home/data/postgresql.conf" <<CONF
listen_addresses = ''
unix_socket_directories = '$home'
fsync = on
max_connections = 100
shared_buffers = 32MB
max_wal_size = 256MB
log_min_messages = fatal
CONF
run "$bin/pg_ctl" -D "$home/data" -l "$home/postgres.log" -w -t 60 start >/dev/null 2>&1 ||
    { cat "$home/postgres.log" >&2; fail "PostgreSQL did not start"; }
cd - >/dev/null || exit 99

# --- the command

export GUILDHALL_TEST_DATABASE_URL="postgresql://postgres@/postgres?host=$home"
export -n home bin
"$@" <&0 {leash}>&- &
child=$!
wait "$child"
status=$?
# A signal that we passed on ends our wait before the command has ended.
while kill -0 "$child" 2>/dev/null; do
    wait "$child"
    status=$?
done
exit "$status"
