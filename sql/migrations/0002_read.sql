-- What the reading statements share.

-- A room as its door-keeper sees it: no row when there is none. admits: the caller may read
-- without being a member (the room is open, the token vouches for the guild, or an admin asks).
-- A function of one SELECT, so that PostgreSQL puts it into the statement that uses it.
CREATE FUNCTION room_gate(tenant text, room text, caller text, admits boolean)
RETURNS TABLE (may_read boolean, last_seq bigint, first_kept_seq bigint)
LANGUAGE sql STABLE
AS $$
    SELECT admits
           OR CASE
                  WHEN r.guild_id IS NULL THEN
                      EXISTS (SELECT FROM member m
                               WHERE m.tenant_id = r.tenant_id AND m.room_id = r.room_id
                                 AND m.user_id = caller)
                  ELSE
                      EXISTS (SELECT FROM guild_member g
                               WHERE g.tenant_id = r.tenant_id AND g.guild_id = r.guild_id
                                 AND g.user_id = caller)
              END,
           r.last_seq,
           r.first_kept_seq
      FROM room r
     WHERE r.tenant_id = tenant AND r.room_id = room
$$;

-- The newest place in a room's log that is not newer than a time; 0 when all are. ts does not
-- decrease with seq, so the place is found by halving: no index over ts has to be kept up.
CREATE FUNCTION log_place_at(tenant text, room text, last_place bigint, at_ts bigint)
RETURNS bigint
LANGUAGE plpgsql STABLE
AS $$
DECLARE
    in_guild CONSTANT boolean := starts_with(room, 'GUILD#');
    not_newer bigint := 0;
    newer bigint := last_place + 1;
    middle bigint;
    found_seq bigint;
    found_ts bigint;
BEGIN
    WHILE newer - not_newer > 1 LOOP
        middle := not_newer + (newer - not_newer) / 2;
        -- What was dropped leaves a hole: the next row that is there stands for it.
        IF in_guild THEN
            SELECT l.seq, l.ts INTO found_seq, found_ts FROM gg_guild l
             WHERE l.tenant_id = tenant AND l.room_id = room AND l.seq >= middle AND l.seq < newer
             ORDER BY l.seq LIMIT 1;
        ELSE
            SELECT l.seq, l.ts INTO found_seq, found_ts FROM gg_core l
             WHERE l.tenant_id = tenant AND l.room_id = room AND l.seq >= middle AND l.seq < newer
             ORDER BY l.seq LIMIT 1;
        END IF;
        IF found_seq IS NULL OR found_ts > at_ts THEN
            newer := middle;
        ELSE
            not_newer := found_seq;
        END IF;
    END LOOP;
    RETURN not_newer;
END
$$;

-- What a user is in a room: the room's member, or the guild's for a guild room.
CREATE FUNCTION room_membership(tenant text, room text, guild text, caller text)
RETURNS TABLE (role text, joined_at bigint)
LANGUAGE sql STABLE
AS $$
    SELECT m.role, m.joined_at FROM member m
     WHERE guild IS NULL AND m.tenant_id = tenant AND m.room_id = room AND m.user_id = caller
    UNION ALL
    SELECT g.role, g.joined_at FROM guild_member g
     WHERE guild IS NOT NULL
       AND g.tenant_id = tenant AND g.guild_id = guild AND g.user_id = caller
$$;

CREATE FUNCTION room_member_count(tenant text, room text, guild text)
RETURNS TABLE (members bigint)
LANGUAGE sql STABLE
AS $$
    SELECT CASE
               WHEN guild IS NULL THEN
                   (SELECT count(*) FROM member m WHERE m.tenant_id = tenant AND m.room_id = room)
               ELSE
                   (SELECT count(*) FROM guild_member g
                     WHERE g.tenant_id = tenant AND g.guild_id = guild)
           END
$$;
