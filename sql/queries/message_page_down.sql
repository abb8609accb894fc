-- the newest rows between two places, and whether there are any at those places and beyond.
-- The places are seqs, both exclusive; a time given instead ($6, $8) stands between the rows that
-- are not newer and those that are. The first line is the room's,
-- and each behind it a message's. No row: no such room.
-- @gathered
SELECT line.may_read, line.last_seq, line.below, line.above,
       line.seq, line.ts, line.id, line.sender_id, line.text, line.idempotency_key
  FROM (SELECT * FROM room_gate($1::text, $2::text, $3::text, $4::boolean) OFFSET 0) g
 CROSS JOIN LATERAL (
     SELECT CASE WHEN $6::bigint IS NULL THEN $5::bigint
                 WHEN g.may_read
                 THEN log_place_at($1::text, $2::text, g.last_seq, $6::bigint) END AS low,
            CASE WHEN $8::bigint IS NULL THEN $7::bigint
                 WHEN g.may_read
                 THEN log_place_at($1::text, $2::text, g.last_seq, $8::bigint) + 1 END AS high
     OFFSET 0
 ) place
 CROSS JOIN LATERAL (
     SELECT EXISTS (SELECT FROM gg_log l
                     WHERE l.tenant_id = $1::text AND l.room_id = $2::text
                       AND l.seq <= place.low AND l.type = 'Message') AS below,
            EXISTS (SELECT FROM gg_log l
                     WHERE l.tenant_id = $1::text AND l.room_id = $2::text
                       AND l.seq >= place.high AND l.type = 'Message') AS above
     OFFSET 0
 ) edge
 CROSS JOIN LATERAL (
     SELECT g.may_read, g.last_seq, edge.below, edge.above,
            NULL::bigint AS seq, NULL::bigint AS ts, NULL::text AS id, NULL::text AS sender_id,
            NULL::text AS text, NULL::text AS idempotency_key
     UNION ALL
     (SELECT NULL, NULL, NULL, NULL, l.seq, l.ts, l.id, l.sender_id, l.text, l.idempotency_key
        FROM gg_log l
       WHERE g.may_read AND l.tenant_id = $1::text AND l.room_id = $2::text
         AND l.seq > place.low AND l.seq < place.high AND l.type = 'Message'
       ORDER BY l.seq DESC
       LIMIT $9::bigint)
 ) line
 ORDER BY line.seq DESC NULLS FIRST
