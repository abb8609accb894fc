-- How many members rooms and guilds have is counted when they change: to count them whenever a room is
-- read takes a guild of a hundred thousand the longer the more rooms it has.
--
-- What follows takes its locks in the order in which members are changed.

ALTER TABLE guild ADD COLUMN member_count bigint NOT NULL DEFAULT 0;

-- The functions find the tables where this migration was run, whoever changes members.
SELECT set_config('search_path', quote_ident(current_schema()) || ', pg_temp', true);

CREATE FUNCTION guild_count_members() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    UPDATE guild g
       SET member_count = g.member_count + CASE TG_OP WHEN 'INSERT' THEN c.n ELSE -c.n END
      FROM (SELECT tenant_id, guild_id, count(*) AS n FROM changed GROUP BY tenant_id, guild_id) c
     WHERE g.tenant_id = c.tenant_id AND g.guild_id = c.guild_id;
    RETURN NULL;
END
$$;

CREATE TRIGGER count_added AFTER INSERT ON guild_member
    REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION guild_count_members();
CREATE TRIGGER count_removed AFTER DELETE ON guild_member
    REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION guild_count_members();

UPDATE guild g
   SET member_count = (SELECT count(*) FROM guild_member m
                        WHERE m.tenant_id = g.tenant_id AND m.guild_id = g.guild_id);

-- Of a guild room this is what stands in `member`, which nothing reads: its members are the guild's.
ALTER TABLE room ADD COLUMN member_count bigint NOT NULL DEFAULT 0;

CREATE FUNCTION room_count_members() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    UPDATE room r
       SET member_count = r.member_count + CASE TG_OP WHEN 'INSERT' THEN c.n ELSE -c.n END
      FROM (SELECT tenant_id, room_id, count(*) AS n FROM changed GROUP BY tenant_id, room_id) c
     WHERE r.tenant_id = c.tenant_id AND r.room_id = c.room_id;
    RETURN NULL;
END
$$;

CREATE TRIGGER count_added AFTER INSERT ON member
    REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION room_count_members();
CREATE TRIGGER count_removed AFTER DELETE ON member
    REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION room_count_members();

UPDATE room r
   SET member_count = c.n
  FROM (SELECT m.tenant_id, m.room_id, count(*) AS n FROM member m GROUP BY m.tenant_id, m.room_id) c
 WHERE r.tenant_id = c.tenant_id AND r.room_id = c.room_id;

CREATE OR REPLACE FUNCTION room_member_count(tenant text, room text, guild text)
RETURNS TABLE (members bigint)
LANGUAGE sql STABLE
AS $$
    SELECT CASE
               WHEN guild IS NULL THEN
                   (SELECT r.member_count FROM room r
                     WHERE r.tenant_id = tenant AND r.room_id = room)
               -- An open guild room needs no guild.
               ELSE
                   coalesce((SELECT g.member_count FROM guild g
                              WHERE g.tenant_id = tenant AND g.guild_id = guild), 0)
           END
$$;
