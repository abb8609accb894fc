-- A guild's members, oldest first, behind the user $6 who joined at $5. No row: no guild that the caller
-- is in.
-- @gathered
SELECT m.user_id, m.role, m.joined_at
  FROM guild g
  LEFT JOIN LATERAL (
     SELECT m.user_id, m.role, m.joined_at FROM guild_member m
      WHERE m.tenant_id = g.tenant_id AND m.guild_id = g.guild_id
        AND m.joined_at >= 0
        AND (m.joined_at, m.user_id) > ($5::bigint, $6::text)
      ORDER BY m.joined_at, m.user_id
      LIMIT $7::bigint
 ) m ON true
 WHERE g.tenant_id = $1::text AND g.guild_id = $2::text
   AND ($4::boolean
        OR EXISTS (SELECT FROM guild_member m
                    WHERE m.tenant_id = g.tenant_id AND m.guild_id = g.guild_id
                      AND m.user_id = $3::text))
 ORDER BY m.joined_at, m.user_id
