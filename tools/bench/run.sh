#!/usr/bin/env bash
#
# Measures the optimised build, with a PostgreSQL and a server of its own on this machine:
#
#     tools/bench/run.sh BUILD [OPTION…]                           what is judged: judge.py's table
#     tools/bench/run.sh BUILD [OPTION…] all                       every mode's rows
#     tools/bench/run.sh BUILD [OPTION…] MODE                      fanout, send, idle, history, stalled,
#                                                                  storm or depth
#     tools/bench/run.sh BUILD [OPTION…] MODE --NAME NUMBER …      one row, with these numbers
#     tools/bench/run.sh BUILD [OPTION…] curves                    the rows of docs/plots/, as JSON
#
#     --json         a line of JSON for each row, for programs
#     --peers        what is judged is measured on the servers of peers/ as well
#     --on SERVER    rows are of this one: guildhall, raw (the limit), graphql-ws, yoga, mercurius
#     --threads N    guildhall's; with more than one it and the load generator share all cores
#     --rows N       of the largest table that pages are read from (depth, curves)
#
# The server has one core and the load generator another, when there are two. Each row has a server
# of its own, so that no row lives in the memory of another. Fails when a row of guildhall's does: a
# delivery was lost, repeated or out of order, or something was refused. Whatever ends this script
# ends the server and PostgreSQL.

set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)

if [[ ${1:-} != --inside ]]; then
    exec "$here/../../tests/lib/with_postgres.sh" "$here/run.sh" --inside "$@"
fi
shift

die() {
    echo "bench: $*" >&2
    exit 2
}

build=$(cd "${1:?which build directory?}" && pwd -P)
shift
json=false
with_peers=false
subject=guildhall
threads=1
most_rows=1000000
peers=(graphql-ws yoga mercurius)
while [[ ${1:-} == --* ]]; do
    case $1 in
    --json) json=true ;;
    --peers) with_peers=true ;;
    --on) subject=${2:-} && shift ;;
    --threads) threads=${2:-} && shift ;;
    --rows) most_rows=${2:-} && shift ;;
    *) die "no such option: $1" ;;
    esac
    shift
done
[[ $threads =~ ^[1-9][0-9]?$ ]] || die "--threads $threads: not a number from 1 to 99"
[[ $most_rows =~ ^[1-9][0-9]{0,8}$ ]] || die "--rows $most_rows: not a number up to 999999999"
[[ " guildhall raw ${peers[*]} " == *" $subject "* ]] ||
    die "--on $subject: there are guildhall, raw, ${peers[*]}"

# ---- what was started ends with this script -----------------------------------------------------

scratch=$(mktemp -d)
server=
child=

end_process() {
    local pid=$1 i
    kill "$pid" 2>/dev/null || return 0
    for ((i = 0; i < 100; i++)); do
        kill -0 "$pid" 2>/dev/null || return 0
        sleep 0.1
    done
    kill -KILL "$pid" 2>/dev/null || true
}

clean_up() {
    [[ -z $child ]] || end_process "$child"
    [[ -z $server ]] || end_process "$server"
    rm -rf "$scratch"
}
trap clean_up EXIT
trap 'exit 143' HUP INT TERM

# leashed COMMAND…: what replaces it ends when this script is killed. It replaces the shell that
# calls it: call it in the background.
leashed() {
    exec setpriv --pdeathsig TERM "$@"
}

# bounded SECONDS COMMAND…: in the background, so that a signal to this script need not wait for it.
bounded() {
    local status=0
    leashed timeout --kill-after 5 "$@" &
    child=$!
    wait "$child" || status=$?
    child=
    return "$status"
}

# ---- the machine --------------------------------------------------------------------------------

ulimit -n "$(ulimit -Hn)"
read -ra cores <<<"$(python3 -c 'import os; print(*sorted(os.sched_getaffinity(0)))')"
# place: sets where the server and the load generator run.
place() {
    on_server_core=()
    on_bench_core=()
    ((${#cores[@]} > 1 && threads == 1)) || return 0
    on_server_core=(taskset -c "${cores[0]}")
    on_bench_core=(taskset -c "${cores[1]}")
}
place

describe() {
    local version cpu placed
    version=$("$build/guildhall" version)
    cpu=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)
    if $json; then
        python3 -c 'import json, sys
print(json.dumps({"mode": "machine", "version": sys.argv[1], "cpu": sys.argv[2], "cores": int(sys.argv[3]),
                  "load": float(sys.argv[4])}))' \
            "$version" "$cpu" "${#cores[@]}" "$(cut -d' ' -f1 /proc/loadavg)"
        return
    fi
    placed="server on core ${cores[0]}, load on core ${cores[1]:-}, PostgreSQL on any"
    ((${#cores[@]} > 1)) || placed="server, load and PostgreSQL on the only core"
    ((threads == 1)) || placed="server, load and PostgreSQL on any"
    echo "$version; threads: $threads; ${#cores[@]} cores (${cpu:-unknown}): $placed; fsync on;" \
        "load $(cut -d' ' -f1 /proc/loadavg) before"
}

# ---- the server ---------------------------------------------------------------------------------

export GUILDHALL_JWT_SECRET="a secret for measurements on one machine"
database=$GUILDHALL_TEST_DATABASE_URL
unset DATABASE_URL GUILDHALL_TEST_DATABASE_URL # the server refuses what it does not know
token=$("$build/guildhall" token --user bench)
address=

is_ready() {
    local line='' connection
    address=$(sed -n 's/.*"event":"listening".*"address":"\([^"]*\)".*/\1/p' "$scratch/server.log")
    [[ -n $address ]] || return 1
    { exec {connection}<>"/dev/tcp/${address%:*}/${address##*:}"; } 2>/dev/null || return 1
    printf 'GET /readyz HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n' >&"$connection"
    read -r -t 5 line <&"$connection" || true
    exec {connection}>&-
    [[ $line == 'HTTP/1.1 200 '* ]]
}

# The limits that protect from such clients as these are off; all else is as people run it.
command_of_server() {
    case $subject in
    guildhall)
        command=("$build/guildhall" serve --migrate --database "$database" --listen 127.0.0.1:0
            --open-rooms '*' --threads "$threads" --max-connections 0 --max-connections-per-user 0
            --rate-requests 0 --rate-sends 0)
        ;;
    raw) command=("$build/tools/bench/bench_raw") ;;
    *) command=(env BENCH_DATABASE_URL="$database" node "$here/peers/$subject.mjs") ;;
    esac
}

start_server() {
    local i command
    command_of_server
    leashed ${on_server_core[@]+"${on_server_core[@]}"} "${command[@]}" 2>"$scratch/server.log" &
    server=$!
    for ((i = 0; i < 300; i++)); do
        ! is_ready || return 0
        kill -0 "$server" 2>/dev/null || break
        sleep 0.05
    done
    cat "$scratch/server.log" >&2
    die "the server does not become ready"
}

# Fails when the server does not end as it should.
stop_server() {
    local status=0
    kill "$server" 2>/dev/null || true
    wait "$server" || status=$?
    server=
    ((status == 0)) && return
    echo "bench: the server ended with $status" >&2
    tail -n 20 "$scratch/server.log" >&2
    return 1
}

# ---- the limit: what PostgreSQL takes, a row at a time -------------------------------------------

declare -A limits=() limits_p50=() limits_p95=()

# limit_for CLIENTS: sets limits[CLIENTS], inserts a second by so many clients of pgbench, and in
# limits_p50 and limits_p95 how many microseconds one took.
limit_for() {
    local clients=$1
    [[ -z ${limits[$clients]:-} ]] || return 0
    psql "$database" -XqAt -v ON_ERROR_STOP=1 2>"$scratch/psql.log" <<'END'
CREATE TABLE IF NOT EXISTS bench_limit (
    room_id text, seq bigserial, id text, sender_id text, text text, ts bigint,
    PRIMARY KEY (room_id, seq));
END
    cat >"$scratch/insert.sql" <<'END'
\set room random(1, 64)
INSERT INTO bench_limit (room_id, id, sender_id, text, ts)
VALUES ('bench-' || :room, gen_random_uuid()::text, 'bench',
        '0123456789012345678901234567890123456789012345678901234567890123', 1795252000000);
END
    rm -f "$scratch"/transactions.*
    bounded 60 ${on_bench_core[@]+"${on_bench_core[@]}"} pgbench -n -M prepared -T 3 \
        -c "$clients" -j 1 -l --log-prefix="$scratch/transactions" \
        -f "$scratch/insert.sql" "$database" \
        >"$scratch/pgbench.log" 2>&1 || { cat "$scratch/pgbench.log" >&2; die "pgbench failed"; }
    limits[$clients]=$(sed -n 's/^tps = \([0-9]*\).*/\1/p' "$scratch/pgbench.log")
    read -r "limits_p50[$clients]" "limits_p95[$clients]" < <(
        cut -d' ' -f3 "$scratch"/transactions.* | sort -n |
            awk '{ us[NR] = $1 } END { print us[int(NR * 0.5) + 1], us[int(NR * 0.95) + 1] }')
}

# page_limit_for CLIENTS: sets page_limits[CLIENTS], pages of 50 a second by so many clients of
# pgbench and the 95th percentile of their times in microseconds.
declare -A page_limits=()

page_limit_for() {
    local clients=$1 pages p95
    [[ -z ${page_limits[$clients]:-} ]] || return 0
    psql "$database" -XqAt -v ON_ERROR_STOP=1 2>"$scratch/psql.log" <<'END'
CREATE TABLE IF NOT EXISTS bench_page (
    tenant_id text, room_id text, seq bigint, type text, id text, sender_id text, text text,
    ts bigint, idempotency_key text, PRIMARY KEY (tenant_id, room_id, seq));
INSERT INTO bench_page
SELECT 'default', 'bench', n, 'Message', gen_random_uuid(), 'bench',
       '0123456789012345678901234567890123456789012345678901234567890123', 1795252000000 + n, NULL
  FROM generate_series(1, 1000) n
    ON CONFLICT DO NOTHING;
VACUUM ANALYZE bench_page;
END
    cat >"$scratch/page.sql" <<'END'
\set place random(51, 1001)
SELECT seq, ts, id, sender_id, text, idempotency_key FROM bench_page
 WHERE tenant_id = 'default' AND room_id = 'bench' AND seq < :place AND type = 'Message'
 ORDER BY seq DESC LIMIT 50;
END
    rm -f "$scratch"/page.log.*
    bounded 60 ${on_bench_core[@]+"${on_bench_core[@]}"} pgbench -n -M prepared -T 3 \
        -c "$clients" -j 1 -f "$scratch/page.sql" -l --log-prefix "$scratch/page.log" "$database" \
        >"$scratch/pgbench.log" 2>&1 || { cat "$scratch/pgbench.log" >&2; die "pgbench failed"; }
    pages=$(sed -n 's/^tps = \([0-9]*\).*/\1/p' "$scratch/pgbench.log")
    p95=$(cut -d' ' -f3 "$scratch"/page.log.* | sort -n |
        awk '{ took[NR] = $1 } END { print took[int((NR * 95 + 99) / 100)] }')
    page_limits[$clients]="--limit $pages --limit-p95 $p95"
}

# ---- rows ---------------------------------------------------------------------------------------

rows=0
failed=0
last_mode=
label= # of the rows to come
exec {out}>&1

fail_row() {
    [[ $subject == guildhall ]] || { echo "bench: $subject gave up: $*" >&2; return 0; }
    failed=$((failed + 1))
}

# row MODE --NAME NUMBER …
row() {
    local mode=$1 form=row strict=0
    [[ $subject != guildhall ]] || strict=1
    [[ $mode == "$last_mode" ]] || form=table
    if $json; then
        form=json
    elif [[ $form == table ]]; then
        echo
    fi
    last_mode=$mode
    rows=$((rows + 1))
    start_server
    bounded 300 ${on_bench_core[@]+"${on_bench_core[@]}"} "$build/tools/bench/bench" "$mode" \
        --room "bench-$rows" "${@:2}" \
        --address "$address" --token "$token" --pid "$server" \
        --server "$subject" ${label:+--label "$label"} --strict "$strict" --form "$form" >&"$out" ||
        fail_row "$*"
    stop_server || fail_row "its end"
}

# The last row sends more than sockets hold: what does not fit for those that stand still must wait
# in the log, not in the server.
rows_of_fanout() {
    row fanout --clients 1000 --in-flight 1 --rate 20 --requests 80
    row fanout --clients 1000 --in-flight 1 --requests 100000 --seconds 4
    row fanout --clients 1000 --in-flight 16 --requests 100000 --seconds 4
    row fanout --clients 1000 --in-flight 64 --requests 100000 --seconds 4
    row fanout --clients 5000 --in-flight 16 --requests 100000 --seconds 4
    row fanout --clients 200 --in-flight 64 --requests 100000 --seconds 4 --stalled 5 --text 4000
}

# send CLIENTS IN_FLIGHT ROOMS
send() {
    limit_for "$1"
    row send --clients "$1" --in-flight "$2" --rooms "$3" --requests 1000000 --seconds 3 \
        --limit "${limits[$1]}"
}

rows_of_send() {
    send 1 1 1
    send 16 16 16
    send 64 64 64
    send 64 256 64
    send 64 256 1
}

rows_of_idle() {
    row idle --clients 5000
}

# A thousand that read nothing for ten seconds, and for a minute; fewer among many who read. Who does
# so for 35 seconds, of both halves of a row, is let go.
rows_of_stalled() {
    row stalled --clients 1025 --readers 25 --rate 500 --in-flight 64 --seconds 10
    row stalled --clients 1025 --readers 25 --rate 500 --in-flight 64 --seconds 60 --closed 1
    row stalled --clients 500 --readers 475 --rate 100 --in-flight 64 --seconds 20 --closed 1
}

# Statements are counted where they arrive: PostgreSQL writes each into its log.
rows_of_storm() {
    storm 10000
}

# storm CLIENTS
storm() {
    local log=${database##*host=}/postgres.log
    tell_statements "'all'" "'log'"
    row storm --clients "$1" --back 100 --log "$log"
    tell_statements DEFAULT DEFAULT
}

tell_statements() {
    psql "$database" -XqAt -v ON_ERROR_STOP=1 -c "ALTER DATABASE postgres SET log_statement = $1" \
        -c "ALTER DATABASE postgres SET log_min_messages = $2"
}

# history CLIENTS
history() {
    page_limit_for "$1"
    # shellcheck disable=SC2086 # four words
    row history --clients "$1" --requests 1000000 --seconds 3 ${page_limits[$1]}
}

rows_of_history() {
    history 1
    history 16
    history 64
}

# ---- what else there is to measure --------------------------------------------------------------

# shellcheck source=tools/bench/deep.sh
source "$here/deep.sh"
# shellcheck source=tools/bench/judged.sh
source "$here/judged.sh"
# shellcheck source=tools/bench/curves.sh
source "$here/curves.sh"

mode=${1:-judge}
[[ $mode == judge || $mode == curves ]] || describe
case $mode in
judge) judge ;;
all)
    (($# <= 1)) || die "numbers belong to one mode: name it"
    rows_of_fanout
    rows_of_send
    rows_of_idle
    rows_of_history
    rows_of_stalled
    rows_of_storm
    ;;
curves)
    json=true
    rows_of_curves
    ;;
fanout | send | idle | history | stalled | storm | depth)
    if (($# > 1)); then
        row "$@"
    else
        "rows_of_$mode"
    fi
    ;;
*) die "no such mode: $mode; there are fanout, send, idle, history, stalled, storm and depth" ;;
esac
((failed == 0)) || die "$failed rows failed"
