# shellcheck shell=bash
#
# Part of tools/bench/run.sh: pages of large tables.

# shellcheck disable=SC2034,SC2154 # set in run.sh, or read there

deep_rooms=100
deep_rows=0

# fill ROWS: a table of so many messages in all, those of a hundred rooms by turns, as they come in
# when all rooms are used. It only grows.
fill() {
    local to=$(($1 / deep_rooms)) from=$((deep_rows / deep_rooms))
    ((to > from)) || return 0
    echo "filling the table: $1 rows" >&2
    "$build/guildhall" migrate --database "$database" >"$scratch/migrate.log" 2>&1 ||
        { cat "$scratch/migrate.log" >&2; die "the database cannot be migrated"; }
    psql "$database" -XqAt -v ON_ERROR_STOP=1 -v from="$from" -v to="$to" -v rooms="$deep_rooms" <<'END'
INSERT INTO room (tenant_id, room_id, created_at)
SELECT 'default', 'deep-' || r, 1795252000000 FROM generate_series(0, :rooms - 1) r
ON CONFLICT DO NOTHING;
INSERT INTO gg_core (tenant_id, room_id, seq, id, sender_id, text, ts)
SELECT 'default', 'deep-' || r, s, 'deep-' || r || '-' || s, 'bench', repeat('x', 64), 1795252000000 + s
  FROM generate_series(:from + 1, :to) s, generate_series(0, :rooms - 1) r;
UPDATE room SET last_seq = :to, last_ts = 1795252000000 + :to WHERE room_id LIKE 'deep-%';
VACUUM ANALYZE gg_core, room;
CHECKPOINT;
END
    deep_rows=$1
}

# depth ROWS PERCENT
depth() {
    row depth --room deep --rooms "$deep_rooms" --rows "$1" --depth "$2" --clients 16 \
        --requests 1000000 --seconds 2
}

# The same pages in a small table and in a large one, at its tail and down to its bottom.
rows_of_depth() {
    local percent
    fill 10000
    depth 10000 0
    fill "$most_rows"
    for percent in 0 50 100; do
        depth "$most_rows" "$percent"
    done
}

curves_of_depth() {
    local size percent
    label=rows
    for ((size = 10000; size <= most_rows; size *= 10)); do
        fill "$size"
        for percent in 0 25 50 75 100; do
            echo "rows: $size, $percent % deep" >&2
            depth "$size" "$percent"
        done
    done
    label=
}
