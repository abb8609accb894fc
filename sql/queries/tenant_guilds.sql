-- All guilds of a tenant by id, behind the guild $2.
SELECT g.guild_id, g.name,
       (SELECT count(*) FROM guild_member m
         WHERE m.tenant_id = g.tenant_id AND m.guild_id = g.guild_id)
  FROM guild g
 WHERE g.tenant_id = $1::text AND g.guild_id > coalesce($2::text, '')
 ORDER BY g.guild_id
 LIMIT $3::bigint
