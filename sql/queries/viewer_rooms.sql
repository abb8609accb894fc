-- The caller's rooms, the latest active first: those it is a member of, and those of its guilds
-- and of the guilds that the token vouches for ($3). Behind the room $5 as it was active at $4: where
-- it is now does not matter.
-- @gathered
WITH mine AS (
    SELECT m.room_id FROM member m
     WHERE m.tenant_id = $1::text AND m.user_id = $2::text
    UNION
    SELECT r.room_id
      FROM (SELECT g.guild_id FROM guild_member g
             WHERE g.tenant_id = $1::text AND g.user_id = $2::text
            UNION
            SELECT unnest($3::text::text[])) g
     CROSS JOIN LATERAL (
         SELECT r.room_id FROM room r
          WHERE r.tenant_id = $1::text AND r.guild_id = g.guild_id
         OFFSET 0
     ) r
), page AS (
    SELECT r.*, greatest(r.last_ts, r.created_at) AS active_at
      FROM mine
     CROSS JOIN LATERAL (
         SELECT r.* FROM room r
          WHERE r.tenant_id = $1::text AND r.room_id = mine.room_id
         OFFSET 0
     ) r
     WHERE (-greatest(r.last_ts, r.created_at), r.room_id) > (-$4::bigint, $5::text)
     ORDER BY -greatest(r.last_ts, r.created_at), r.room_id
     LIMIT $6::bigint
)
SELECT r.room_id, r.guild_id, r.kind, r.visibility, r.name, r.last_seq, r.created_at,
       n.members, me.role, me.joined_at, r.active_at
  FROM page r
  LEFT JOIN LATERAL room_membership(r.tenant_id, r.room_id, r.guild_id, $2::text) me ON true
 CROSS JOIN LATERAL room_member_count(r.tenant_id, r.room_id, r.guild_id) n
 ORDER BY -r.active_at, r.room_id
