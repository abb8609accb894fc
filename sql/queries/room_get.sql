-- A room, if the caller may know of it: a member, an admitted one ($4), or anybody when public.
-- @gathered
SELECT r.room_id, r.guild_id, r.kind, r.visibility, r.name, r.last_seq, r.created_at,
       n.members, me.role, me.joined_at
  FROM room r
  LEFT JOIN LATERAL room_membership(r.tenant_id, r.room_id, r.guild_id, $3::text) me ON true
 CROSS JOIN LATERAL room_member_count(r.tenant_id, r.room_id, r.guild_id) n
 WHERE r.tenant_id = $1::text AND r.room_id = $2::text
   AND ($4::boolean OR r.visibility = 'PUBLIC' OR me.role IS NOT NULL)
