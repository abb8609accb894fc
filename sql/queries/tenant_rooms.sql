-- All rooms of a tenant by id, behind the room $2.
SELECT r.room_id, r.guild_id, r.kind, r.visibility, r.name, r.last_seq, r.created_at, n.members
  FROM room r
 CROSS JOIN LATERAL room_member_count(r.tenant_id, r.room_id, r.guild_id) n
 WHERE r.tenant_id = $1::text AND r.room_id > $2::text
 ORDER BY r.room_id
 LIMIT $3::bigint
