-- The rows behind a place ($5), oldest first, and how far they may reach. Who was a member before
-- ($7) and is none any more reads as far as the removal. No row: no such room.
-- @gathered
SELECT reach.before IS NOT NULL, g.last_seq, least(g.last_seq, reach.before - 1),
       m.seq, m.ts, m.id, m.sender_id, m.text, m.idempotency_key, g.first_kept_seq
  FROM (SELECT * FROM room_gate($1::text, $2::text, $3::text, $4::boolean) OFFSET 0) g
 CROSS JOIN LATERAL (
     SELECT CASE WHEN g.may_read THEN 9223372036854775807
                 WHEN $7::boolean
                 THEN (SELECT max(l.seq) FROM gg_log l
                        WHERE l.tenant_id = $1::text AND l.room_id = $2::text
                          AND l.type = 'MemberRemoved' AND l.text = $3::text
                          AND l.seq > $5::bigint + 1) END AS before
     OFFSET 0
 ) reach
  LEFT JOIN LATERAL (
     SELECT l.seq, l.ts, l.id, l.sender_id, l.text, l.idempotency_key
       FROM gg_log l
      WHERE l.tenant_id = $1::text AND l.room_id = $2::text
        AND l.seq > $5::bigint AND l.seq < reach.before AND l.type = 'Message'
      ORDER BY l.seq
      LIMIT $6::bigint
 ) m ON true
 ORDER BY m.seq
