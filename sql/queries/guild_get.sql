-- A guild, if the caller is in it or admitted ($4).
-- @gathered
SELECT g.guild_id, g.name, g.member_count
  FROM guild g
 WHERE g.tenant_id = $1::text AND g.guild_id = $2::text
   AND ($4::boolean
        OR EXISTS (SELECT FROM guild_member m
                    WHERE m.tenant_id = g.tenant_id AND m.guild_id = g.guild_id
                      AND m.user_id = $3::text))
