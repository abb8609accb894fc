# shellcheck shell=bash
#
# Part of tools/bench/run.sh: short rows along each axis, for plot.py. A row's label is the plot's.

# shellcheck disable=SC2034,SC2154 # set in run.sh, or read there

# curve LABEL MODE --NAME NUMBER …
curve() {
    label=$1
    shift
    echo "$label: $subject: $*" >&2
    row "$@"
    label=
}

rows_of_curves() {
    local n
    describe
    for n in 10 30 100 300 1000 3000 10000; do
        for subject in guildhall raw; do
            curve subscribers fanout --clients "$n" --in-flight 16 --requests 100000 --seconds 2
        done
    done
    subject=guildhall
    for n in 1 3 10 30 100 300 1000; do
        curve selections fanout --clients 1000 --selections "$n" --in-flight 16 --requests 100000 \
            --seconds 2
    done
    for n in 100 1000 2500 5000 7500 10000 12500 15000; do
        curve connections idle --clients "$n"
    done
    for n in 1 2 4 8 16 32 64 128 256 512; do
        curve senders send --clients "$n" --in-flight "$n" --rooms 100 --requests 1000000 --seconds 2
    done
    for n in 1 3 10 30 100 300 1000 3000 10000; do
        curve rooms send --clients 64 --in-flight 256 --rooms "$n" --requests 1000000 --seconds 2
    done
    curves_of_depth
    label=storm
    for n in 1000 2000 4000 6000 8000 10000; do
        echo "storm: $n" >&2
        storm "$n"
    done
    label=
}
