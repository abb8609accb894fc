# shellcheck shell=bash
#
# Part of tools/bench/run.sh: the rows that judge.py judges. Each workload is measured on guildhall,
# on its limit and on the peers, one after another.

# shellcheck disable=SC2034,SC2154 # set in run.sh, or read there

# contest LABEL SERVERS MODE --NAME NUMBER …: the same row on each of them.
contest() {
    local servers
    label=$1
    read -ra servers <<<"$2"
    shift 2
    for subject in "${servers[@]}"; do
        echo "$label: $subject" >&2
        row "$@"
    done
    subject=guildhall
    label=
}

# judge_pgbench LABEL CLIENTS: a row of what PostgreSQL alone makes of the same inserts.
judge_pgbench() {
    echo "$1: pgbench" >&2
    limit_for "$2"
    printf '{"mode":"send","server":"pgbench","label":"%s","clients":%d,"sendsPerSecond":%d,"p50Us":%d,"p95Us":%d}\n' \
        "$1" "$2" "${limits[$2]}" "${limits_p50[$2]}" "${limits_p95[$2]}" >&"$out"
}

# The ratio is of the busiest thread's time for a delivery, so it may be measured on two cores that
# are shared with the load generator: deliveries/s were each thread alone on a core.
judge_threads() {
    contest threads-1 guildhall fanout --clients 1000 --in-flight 64 --requests 100000 --seconds 4
    threads=2
    place
    contest threads-2 guildhall fanout --clients 1000 --in-flight 64 --requests 100000 --seconds 4
    threads=1
    place
}

# judge_pages PEERS: the row itself tells what pgbench makes of such pages.
judge_pages() {
    local limit
    echo "page-16: pgbench" >&2
    page_limit_for 16
    read -ra limit <<<"${page_limits[16]}"
    contest page-16 "guildhall $1" history --clients 16 --requests 1000000 --seconds 3 "${limit[@]}"
    contest tail "guildhall $1" history --clients 16 --tail 1 --requests 1000000 --seconds 3 \
        "${limit[@]}"
}

judge_engine() {
    local engine=$build/tools/bench/bench_engine
    [[ -x $engine && -d $here/../../tests/engine/node_modules ]] || return 0
    echo "engine: guildhall, graphql-js" >&2
    bounded 300 "$engine" "$here/../.." --json >&"$out" || fail_row engine
}

rows_of_judge() {
    local others='' all
    ! $with_peers || others="${peers[*]}"
    all="guildhall raw $others"
    contest fanout-64 "$all" fanout --clients 1000 --in-flight 64 --requests 100000 --seconds 3
    contest fanout-1 "$all" fanout --clients 1000 --in-flight 1 --requests 100000 --seconds 3
    contest fanout-5000 "$all" fanout --clients 5000 --in-flight 16 --requests 100000 --seconds 3
    contest fanout-paced "$all" fanout --clients 1000 --in-flight 64 --rate 20 --requests 80
    judge_pgbench send-256 64
    contest send-256 "guildhall $others" send --clients 64 --in-flight 256 --rooms 100 \
        --requests 1000000 --seconds 3
    judge_pgbench send-1 1
    contest send-1 "guildhall $others" send --clients 1 --in-flight 1 --requests 1000000 --seconds 3
    contest idle "$all" idle --clients 5000
    judge_pages "$others"
    label=depth
    rows_of_depth
    judge_threads
    contest stalled "guildhall $others" fanout --clients 500 --in-flight 64 --stalled 5 --text 4000 \
        --requests 100000 --seconds 4
    label=storm
    rows_of_storm
    judge_engine
}

judge() {
    local table=(--table)
    local wanted=$json
    ! $wanted || table=()
    json=true
    exec {out}>"$scratch/rows"
    describe >&"$out"
    rows_of_judge
    ! $wanted || cat "$scratch/rows"
    python3 -B "$here/judge.py" ${table[@]+"${table[@]}"} <"$scratch/rows"
}
