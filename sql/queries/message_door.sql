-- Whether a room may be read, where its log stands, and the id of its newest row: for whoever has
-- the newest rows at hand and has to know that they are. No row: no such room.
-- @gathered
SELECT g.may_read, g.last_seq, g.first_kept_seq, newest.id
  FROM (SELECT * FROM room_gate($1::text, $2::text, $3::text, $4::boolean) OFFSET 0) g
  LEFT JOIN LATERAL (
     SELECT l.id
       FROM gg_log l
      WHERE g.may_read AND l.tenant_id = $1::text AND l.room_id = $2::text AND l.seq = g.last_seq
      LIMIT 1
 ) newest ON true
