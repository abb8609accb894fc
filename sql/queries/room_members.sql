-- A room's members (the guild's, for a guild room), oldest first, behind the user $6 who joined at $5. A
-- first row without a user stands for the room; no row at all: none that the caller may know of.
-- @gathered
WITH door AS (
    SELECT r.tenant_id, r.room_id, r.guild_id
      FROM room r
      LEFT JOIN LATERAL room_membership(r.tenant_id, r.room_id, r.guild_id, $3::text) me ON true
     WHERE r.tenant_id = $1::text AND r.room_id = $2::text
       AND ($4::boolean OR r.visibility = 'PUBLIC' OR me.role IS NOT NULL)
)
SELECT m.user_id, m.role, m.joined_at
  FROM door d
  LEFT JOIN LATERAL (
     (SELECT m.user_id, m.role, m.joined_at FROM member m
       WHERE d.guild_id IS NULL AND m.tenant_id = d.tenant_id AND m.room_id = d.room_id
         AND m.joined_at >= 0
         AND (m.joined_at, m.user_id) > ($5::bigint, $6::text)
       ORDER BY m.joined_at, m.user_id
       LIMIT $7::bigint)
     UNION ALL
     (SELECT m.user_id, m.role, m.joined_at FROM guild_member m
       WHERE d.guild_id IS NOT NULL AND m.tenant_id = d.tenant_id AND m.guild_id = d.guild_id
         AND m.joined_at >= 0
         AND (m.joined_at, m.user_id) > ($5::bigint, $6::text)
       ORDER BY m.joined_at, m.user_id
       LIMIT $7::bigint)
 ) m ON true
 ORDER BY m.joined_at, m.user_id
