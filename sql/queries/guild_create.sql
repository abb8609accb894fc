-- Makes a guild; see guild_create().
SELECT * FROM guild_create($1::text, $2::text, $3::text, $4::text, $5::bigint)
