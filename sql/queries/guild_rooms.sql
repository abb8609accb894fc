-- A guild's rooms by id, behind the room $5. No row: no guild that the caller is in.
-- @gathered
SELECT r.room_id, r.guild_id, r.kind, r.visibility, r.name, r.last_seq, r.created_at,
       n.members, me.role, me.joined_at
  FROM guild g
  LEFT JOIN LATERAL (
     SELECT r.* FROM room r
      WHERE r.tenant_id = g.tenant_id AND r.guild_id = g.guild_id
        AND r.room_id > $5::text
      ORDER BY r.room_id
      LIMIT $6::bigint
 ) r ON true
  LEFT JOIN LATERAL room_membership(r.tenant_id, r.room_id, r.guild_id, $3::text) me ON true
  LEFT JOIN LATERAL room_member_count(r.tenant_id, r.room_id, r.guild_id) n ON true
 WHERE g.tenant_id = $1::text AND g.guild_id = $2::text
   AND ($4::boolean
        OR EXISTS (SELECT FROM guild_member m
                    WHERE m.tenant_id = g.tenant_id AND m.guild_id = g.guild_id
                      AND m.user_id = $3::text))
 ORDER BY r.room_id
