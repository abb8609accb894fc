-- The rows behind a place, oldest first. No row: no such room.
-- @gathered
SELECT g.may_read, g.last_seq, m.seq, m.ts, m.id, m.sender_id, m.text, m.idempotency_key,
       g.first_kept_seq
  FROM (SELECT * FROM room_gate($1::text, $2::text, $3::text, $4::boolean) OFFSET 0) g
  LEFT JOIN LATERAL (
     SELECT l.seq, l.ts, l.id, l.sender_id, l.text, l.idempotency_key
       FROM gg_log l
      WHERE g.may_read AND l.tenant_id = $1::text AND l.room_id = $2::text
        AND l.seq > $5::bigint AND l.type = 'Message'
      ORDER BY l.seq
      LIMIT $6::bigint
 ) m ON true
 ORDER BY m.seq
