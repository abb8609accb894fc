-- All guilds of a tenant by id, behind the guild $2.
SELECT g.guild_id, g.name, g.member_count
  FROM guild g
 WHERE g.tenant_id = $1::text AND g.guild_id > $2::text
 ORDER BY g.guild_id
 LIMIT $3::bigint
