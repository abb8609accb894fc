-- The demo of a first start: a guild with its room, a general room, and users ($1) in both.
WITH guild AS (
    INSERT INTO guild (tenant_id, guild_id, name, created_at)
    VALUES ('default', 'demo', 'Demo', $2::bigint)
        ON CONFLICT DO NOTHING
), room AS (
    INSERT INTO room (tenant_id, room_id, kind, visibility, name, guild_id, created_at)
    VALUES ('default', 'GUILD#demo', 'CHANNEL', 'PRIVATE', 'Demo', 'demo', $2::bigint),
           ('default', 'lobby', 'CHANNEL', 'PUBLIC', 'Lobby', NULL, $2::bigint)
        ON CONFLICT DO NOTHING
), guild_member AS (
    INSERT INTO guild_member (tenant_id, guild_id, user_id, role, joined_at)
    SELECT 'default', 'demo', u.id, CASE u.place WHEN 1 THEN 'OWNER' ELSE 'MEMBER' END, $2::bigint
      FROM unnest($1::text[]) WITH ORDINALITY AS u (id, place)
        ON CONFLICT DO NOTHING
)
INSERT INTO member (tenant_id, room_id, user_id, role, joined_at)
SELECT 'default', 'lobby', u.id, CASE u.place WHEN 1 THEN 'OWNER' ELSE 'MEMBER' END, $2::bigint
  FROM unnest($1::text[]) WITH ORDINALITY AS u (id, place)
    ON CONFLICT DO NOTHING
