-- A message by its id, from either table, and whether the caller may read its room as a member,
-- by the guilds that the token vouches for ($4), or as an admin ($5).
-- @gathered
SELECT g.may_read, m.seq, m.ts, m.id, m.sender_id, m.text, m.idempotency_key, m.room_id
  FROM (
     SELECT l.* FROM gg_core l
      WHERE l.tenant_id = $1::text AND l.id = $2::text AND l.type = 'Message'
     UNION ALL
     SELECT l.* FROM gg_guild l
      WHERE l.tenant_id = $1::text AND l.id = $2::text AND l.type = 'Message'
 ) m
 CROSS JOIN LATERAL (
     SELECT * FROM room_gate(
         $1::text, m.room_id, $3::text,
         $5::boolean OR (starts_with(m.room_id, 'GUILD#')
                         AND split_part(m.room_id, '#', 2) = ANY ($4::text::text[])))
     OFFSET 0
 ) g
 ORDER BY g.may_read DESC
 LIMIT 1
