-- Adds, re-roles and removes guild members; see guild_put_members().
SELECT *
  FROM guild_put_members($1::text, $2::text, $3::text, $4::boolean, $5::text[], $6::text[],
                         $7::text[], $8::bigint, $9::boolean)
