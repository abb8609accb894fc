-- Who may do what in rooms and guilds, and the functions that change it: one statement a mutation.
--
-- Each locks the guild's row, the rooms' rows in the order of their keys, checks, and writes. Like
-- the functions that send they need READ COMMITTED: what follows the lock sees what was there
-- before it.
--
-- Of the two, OWNER stands above ADMIN; both may change who is in. Nobody gives or takes a role
-- that stands above their own, and a room or guild that has an OWNER keeps one. `admin`: the
-- caller acts as an OWNER of everything in the tenant.
--
-- Who is removed may not read any more, so a removal is an event of the room's log, numbered like
-- a message: type 'MemberRemoved', text is the user who was removed, sender_id who did it. A guild
-- has one in each of its rooms.

-- The first row's outcome says what became of it; rows with a seq are the events that were logged.
CREATE TYPE member_change AS (
    outcome text,
    room_id text,
    seq     bigint,
    ts      bigint,
    id      text,
    user_id text
);

-- Two users have one DIRECT room at most.
CREATE TABLE direct_room (
    tenant_id text COLLATE "C" NOT NULL,
    user_a    text COLLATE "C" NOT NULL,
    user_b    text COLLATE "C" NOT NULL CHECK (user_a < user_b),
    room_id   text COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, user_a, user_b),
    FOREIGN KEY (tenant_id, room_id) REFERENCES room ON DELETE CASCADE
        DEFERRABLE INITIALLY DEFERRED
);

-- So that a room that is deleted finds its pair.
CREATE INDEX direct_room_by_room ON direct_room (tenant_id, room_id);

-- Those there are; the oldest, where an operator made several.
INSERT INTO direct_room (tenant_id, user_a, user_b, room_id)
SELECT r.tenant_id, min(m.user_id), max(m.user_id), r.room_id
  FROM room r
  JOIN member m ON m.tenant_id = r.tenant_id AND m.room_id = r.room_id
 WHERE r.kind = 'DIRECT' AND r.guild_id IS NULL
 GROUP BY r.tenant_id, r.room_id, r.created_at
HAVING count(*) = 2
 ORDER BY r.created_at, r.room_id
    ON CONFLICT DO NOTHING;

-- What other processes are woken by: where a room's log stands. Sent when the transaction commits.
CREATE FUNCTION log_hint(tenant text, room text, seq bigint) RETURNS void
LANGUAGE sql
AS $$
    SELECT pg_notify('guildhall',
                     json_build_object('tenant', tenant, 'room', room, 'seq', seq)::text)
$$;

-- A UUIDv7 of a time in milliseconds: a random one whose first 48 bits are the time.
CREATE FUNCTION log_uuid(at_ms bigint) RETURNS text
LANGUAGE sql
AS $$
    SELECT overlay(overlay(gen_random_uuid()::text
                           PLACING substr(h.hex, 1, 8) || '-' || substr(h.hex, 9) FROM 1 FOR 13)
                   PLACING '7' FROM 15 FOR 1)
      FROM (SELECT lpad(to_hex(at_ms), 12, '0')) AS h (hex)
$$;

-- Logs that users were removed from rooms whose rows the caller has locked; one row an event.
CREATE FUNCTION log_removals(
    tenant text, rooms text[], caller text, users text[], now_ms bigint, hint boolean
)
RETURNS SETOF member_change
LANGUAGE plpgsql
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH numbered AS MATERIALIZED (
        SELECT r.room_id, u.user_id, log_uuid(now_ms) AS new_id,
               r.last_seq + row_number() OVER (PARTITION BY r.room_id ORDER BY u.place) AS new_seq,
               greatest(r.last_ts, now_ms) AS new_ts
          FROM room r
         CROSS JOIN unnest(users) WITH ORDINALITY AS u (user_id, place)
         WHERE r.tenant_id = tenant AND r.room_id = ANY (rooms)
    ), core AS (
        INSERT INTO gg_core (tenant_id, room_id, seq, type, id, sender_id, text, ts)
        SELECT tenant, n.room_id, n.new_seq, 'MemberRemoved', n.new_id, caller, n.user_id, n.new_ts
          FROM numbered n
         WHERE NOT starts_with(n.room_id, 'GUILD#')
    ), guild AS (
        INSERT INTO gg_guild (tenant_id, room_id, seq, type, id, sender_id, text, ts)
        SELECT tenant, n.room_id, n.new_seq, 'MemberRemoved', n.new_id, caller, n.user_id, n.new_ts
          FROM numbered n
         WHERE starts_with(n.room_id, 'GUILD#')
    ), moved AS (
        UPDATE room r
           SET last_seq = n.last_seq, last_ts = n.last_ts
          FROM (SELECT n.room_id, max(n.new_seq) AS last_seq, max(n.new_ts) AS last_ts
                  FROM numbered n
                 GROUP BY n.room_id) n
         WHERE r.tenant_id = tenant AND r.room_id = n.room_id
    ), told AS MATERIALIZED (
        SELECT n.*,
               CASE WHEN hint THEN log_hint(tenant, n.room_id, n.new_seq)::text END AS hinted
          FROM numbered n
    )
    SELECT 'DONE', t.room_id, t.new_seq, t.new_ts, t.new_id, t.user_id
      FROM told t
     ORDER BY t.room_id, t.new_seq;
END
$$;

-- An outcome without events.
CREATE FUNCTION member_outcome(outcome text, room text DEFAULT NULL) RETURNS member_change
LANGUAGE sql IMMUTABLE
AS $$
    SELECT ROW (outcome, room, NULL, NULL, NULL, NULL)::member_change
$$;

-- May whoever has this role change who is in? NULL is no member.
CREATE FUNCTION manager_outcome(role text) RETURNS text
LANGUAGE sql IMMUTABLE
AS $$
    SELECT CASE
               WHEN role IS NULL THEN 'NO_MEMBER'
               WHEN role NOT IN ('OWNER', 'ADMIN') THEN 'NO_MANAGER'
           END
$$;

-- Makes a room and its first members. Outcomes: DONE and THERE (the pair's DIRECT room) with the
-- room; EXISTS, NO_GUILD, NO_GUILD_MANAGER.
CREATE FUNCTION room_create(
    tenant text, room text, caller text, admin boolean,
    new_kind text, new_visibility text, new_name text, members text[], now_ms bigint
)
RETURNS SETOF member_change
LANGUAGE plpgsql
AS $$
#variable_conflict use_column
DECLARE
    in_guild CONSTANT text := CASE WHEN starts_with(room, 'GUILD#')
                                   THEN split_part(room, '#', 2) END;
    other CONSTANT text := CASE WHEN new_kind = 'DIRECT' THEN members[1] END;
    there text;
BEGIN
    IF in_guild IS NOT NULL THEN
        PERFORM FROM guild g WHERE g.tenant_id = tenant AND g.guild_id = in_guild
            FOR NO KEY UPDATE;
        IF NOT FOUND THEN
            RETURN NEXT member_outcome('NO_GUILD');
            RETURN;
        END IF;
        IF NOT admin AND NOT EXISTS (SELECT FROM guild_member m
                                      WHERE m.tenant_id = tenant AND m.guild_id = in_guild
                                        AND m.user_id = caller
                                        AND m.role IN ('OWNER', 'ADMIN')) THEN
            RETURN NEXT member_outcome('NO_GUILD_MANAGER');
            RETURN;
        END IF;
    END IF;

    -- The pair is claimed first: who comes second waits here until the first one is done.
    IF other IS NOT NULL THEN
        INSERT INTO direct_room (tenant_id, user_a, user_b, room_id)
        VALUES (tenant, least(caller COLLATE "C", other COLLATE "C"),
                greatest(caller COLLATE "C", other COLLATE "C"), room)
            ON CONFLICT DO NOTHING;
        IF NOT FOUND THEN
            SELECT d.room_id INTO there FROM direct_room d
             WHERE d.tenant_id = tenant
               AND d.user_a = least(caller COLLATE "C", other COLLATE "C")
               AND d.user_b = greatest(caller COLLATE "C", other COLLATE "C");
            PERFORM FROM room r WHERE r.tenant_id = tenant AND r.room_id = there
                FOR NO KEY UPDATE;
            -- Who had left is back.
            INSERT INTO member (tenant_id, room_id, user_id, role, joined_at)
            VALUES (tenant, there, caller, 'OWNER', now_ms), (tenant, there, other, 'OWNER', now_ms)
                ON CONFLICT DO NOTHING;
            RETURN NEXT member_outcome('THERE', there);
            RETURN;
        END IF;
    END IF;

    INSERT INTO room (tenant_id, room_id, kind, visibility, name, guild_id, created_at)
    VALUES (tenant, room, new_kind, new_visibility, new_name, in_guild, now_ms)
        ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        DELETE FROM direct_room d WHERE d.tenant_id = tenant AND d.room_id = room
           AND d.user_a = least(caller COLLATE "C", other COLLATE "C")
           AND d.user_b = greatest(caller COLLATE "C", other COLLATE "C");
        RETURN NEXT member_outcome('EXISTS');
        RETURN;
    END IF;
    IF in_guild IS NULL THEN
        -- Of a pair neither stands above the other.
        INSERT INTO member (tenant_id, room_id, user_id, role, joined_at)
        SELECT tenant, room, u.user_id,
               CASE WHEN u.user_id = caller OR other IS NOT NULL THEN 'OWNER' ELSE 'MEMBER' END,
               now_ms
          FROM (SELECT caller UNION SELECT unnest(members)) AS u (user_id);
    END IF;
    RETURN NEXT member_outcome('DONE', room);
END
$$;

-- Joins a public room, or an open one, which is made when it is missing. Outcomes: DONE, NO_ROOM,
-- NOT_PUBLIC.
CREATE FUNCTION room_join(
    tenant text, room text, caller text, admin boolean, open boolean, now_ms bigint
)
RETURNS SETOF member_change
LANGUAGE plpgsql
AS $$
#variable_conflict use_column
DECLARE
    here record;
BEGIN
    IF open THEN
        INSERT INTO room (tenant_id, room_id, kind, visibility, created_at)
        VALUES (tenant, room, 'CHANNEL', 'PUBLIC', now_ms)
            ON CONFLICT DO NOTHING;
    END IF;
    SELECT r.kind, r.visibility INTO here FROM room r
     WHERE r.tenant_id = tenant AND r.room_id = room
       FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN NEXT member_outcome('NO_ROOM');
        RETURN;
    END IF;
    IF EXISTS (SELECT FROM member m WHERE m.tenant_id = tenant AND m.room_id = room
                                      AND m.user_id = caller) THEN
        RETURN NEXT member_outcome('DONE', room);
        RETURN;
    END IF;
    IF here.kind = 'DIRECT' OR NOT (here.visibility = 'PUBLIC' OR open OR admin) THEN
        RETURN NEXT member_outcome('NOT_PUBLIC');
        RETURN;
    END IF;
    INSERT INTO member (tenant_id, room_id, user_id, joined_at)
    VALUES (tenant, room, caller, now_ms);
    RETURN NEXT member_outcome('DONE', room);
END
$$;

-- Takes a user out of a room; everybody may take themselves. Outcomes: DONE, NO_ROOM, NO_MEMBER,
-- NO_MANAGER, NO_SUCH_MEMBER, ABOVE, IS_DIRECT, LAST_OWNER.
CREATE FUNCTION room_remove_member(
    tenant text, room text, caller text, admin boolean, leaver text, now_ms bigint, hint boolean
)
RETURNS SETOF member_change
LANGUAGE plpgsql
AS $$
#variable_conflict use_column
DECLARE
    here record;
    own text;
    theirs text;
    refused text;
BEGIN
    SELECT r.kind INTO here FROM room r WHERE r.tenant_id = tenant AND r.room_id = room
       FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN NEXT member_outcome('NO_ROOM');
        RETURN;
    END IF;
    SELECT m.role INTO own FROM member m
     WHERE m.tenant_id = tenant AND m.room_id = room AND m.user_id = caller;
    SELECT m.role INTO theirs FROM member m
     WHERE m.tenant_id = tenant AND m.room_id = room AND m.user_id = leaver;
    IF NOT admin AND caller = leaver THEN
        refused := CASE WHEN own IS NULL THEN 'NO_MEMBER' END;
    ELSIF NOT admin THEN
        refused := coalesce(manager_outcome(own),
                            CASE WHEN here.kind = 'DIRECT' THEN 'IS_DIRECT'
                                 WHEN theirs = 'OWNER' AND own <> 'OWNER' THEN 'ABOVE' END);
    END IF;
    IF refused IS NULL AND theirs IS NULL THEN
        refused := 'NO_SUCH_MEMBER';
    ELSIF refused IS NULL AND theirs = 'OWNER'
          AND NOT EXISTS (SELECT FROM member m
                           WHERE m.tenant_id = tenant AND m.room_id = room
                             AND m.role = 'OWNER' AND m.user_id <> leaver) THEN
        refused := 'LAST_OWNER';
    END IF;
    IF refused IS NOT NULL THEN
        RETURN NEXT member_outcome(refused);
        RETURN;
    END IF;
    DELETE FROM member m
     WHERE m.tenant_id = tenant AND m.room_id = room AND m.user_id = leaver;
    RETURN QUERY SELECT * FROM log_removals(tenant, ARRAY[room], caller, ARRAY[leaver], now_ms, hint);
END
$$;

-- Adds members or changes their roles: element i of both arrays is member i, each user once.
-- Outcomes: DONE, NO_ROOM, NO_MEMBER, NO_MANAGER, ABOVE, IS_DIRECT, LAST_OWNER.
CREATE FUNCTION room_put_members(
    tenant text, room text, caller text, admin boolean, users text[], roles text[], now_ms bigint
)
RETURNS SETOF member_change
LANGUAGE plpgsql
AS $$
#variable_conflict use_column
DECLARE
    here record;
    own text;
    refused text;
BEGIN
    SELECT r.kind INTO here FROM room r WHERE r.tenant_id = tenant AND r.room_id = room
       FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN NEXT member_outcome('NO_ROOM');
        RETURN;
    END IF;
    SELECT CASE WHEN admin THEN 'OWNER' ELSE min(m.role) END INTO own FROM member m
     WHERE m.tenant_id = tenant AND m.room_id = room AND m.user_id = caller;
    refused := manager_outcome(own);
    IF refused IS NULL AND here.kind = 'DIRECT' THEN
        refused := 'IS_DIRECT';
    ELSIF refused IS NULL AND own <> 'OWNER'
          AND ('OWNER' = ANY (roles)
               OR EXISTS (SELECT FROM member m
                           WHERE m.tenant_id = tenant AND m.room_id = room
                             AND m.role = 'OWNER' AND m.user_id = ANY (users))) THEN
        refused := 'ABOVE';
    ELSIF refused IS NULL AND 'OWNER' <> ALL (roles)
          AND (SELECT coalesce(bool_and(m.user_id = ANY (users)), false) FROM member m
                WHERE m.tenant_id = tenant AND m.room_id = room AND m.role = 'OWNER') THEN
        refused := 'LAST_OWNER';
    END IF;
    IF refused IS NOT NULL THEN
        RETURN NEXT member_outcome(refused);
        RETURN;
    END IF;
    INSERT INTO member (tenant_id, room_id, user_id, role, joined_at)
    SELECT tenant, room, u.user_id, u.role, now_ms FROM unnest(users, roles) AS u (user_id, role)
        ON CONFLICT (tenant_id, room_id, user_id) DO UPDATE SET role = excluded.role;
    RETURN NEXT member_outcome('DONE', room);
END
$$;

-- Makes a guild, its room GUILD#<id>, and the caller its OWNER. Outcomes: DONE, EXISTS.
CREATE FUNCTION guild_create(tenant text, guild text, caller text, new_name text, now_ms bigint)
RETURNS SETOF member_change
LANGUAGE plpgsql
AS $$
#variable_conflict use_column
BEGIN
    INSERT INTO guild (tenant_id, guild_id, name, created_at)
    VALUES (tenant, guild, new_name, now_ms)
        ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        RETURN NEXT member_outcome('EXISTS');
        RETURN;
    END IF;
    INSERT INTO guild_member (tenant_id, guild_id, user_id, role, joined_at)
    VALUES (tenant, guild, caller, 'OWNER', now_ms);
    -- An open guild room may have been there before its guild.
    INSERT INTO room (tenant_id, room_id, kind, visibility, name, guild_id, created_at)
    VALUES (tenant, 'GUILD#' || guild, 'CHANNEL', 'PRIVATE', new_name, guild, now_ms)
        ON CONFLICT DO NOTHING;
    RETURN NEXT member_outcome('DONE');
END
$$;

-- Adds, re-roles and removes guild members; nobody is in both lists, and who is to be removed need
-- not be in. Outcomes: DONE, NO_GUILD, NO_MEMBER, NO_MANAGER, ABOVE, LAST_OWNER.
CREATE FUNCTION guild_put_members(
    tenant text, guild text, caller text, admin boolean, users text[], roles text[],
    leavers text[], now_ms bigint, hint boolean
)
RETURNS SETOF member_change
LANGUAGE plpgsql
AS $$
#variable_conflict use_column
DECLARE
    own text;
    refused text;
    rooms text[];
    gone text[];
BEGIN
    PERFORM FROM guild g WHERE g.tenant_id = tenant AND g.guild_id = guild FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN NEXT member_outcome('NO_GUILD');
        RETURN;
    END IF;
    SELECT CASE WHEN admin THEN 'OWNER' ELSE min(m.role) END INTO own FROM guild_member m
     WHERE m.tenant_id = tenant AND m.guild_id = guild AND m.user_id = caller;
    refused := manager_outcome(own);
    IF refused IS NULL AND own <> 'OWNER'
       AND ('OWNER' = ANY (roles)
            OR EXISTS (SELECT FROM guild_member m
                        WHERE m.tenant_id = tenant AND m.guild_id = guild
                          AND m.role = 'OWNER' AND m.user_id = ANY (users || leavers))) THEN
        refused := 'ABOVE';
    ELSIF refused IS NULL AND 'OWNER' <> ALL (roles)
          AND (SELECT coalesce(bool_and(m.user_id = ANY (users || leavers)), false)
                 FROM guild_member m
                WHERE m.tenant_id = tenant AND m.guild_id = guild AND m.role = 'OWNER') THEN
        refused := 'LAST_OWNER';
    END IF;
    IF refused IS NOT NULL THEN
        RETURN NEXT member_outcome(refused);
        RETURN;
    END IF;

    INSERT INTO guild_member (tenant_id, guild_id, user_id, role, joined_at)
    SELECT tenant, guild, u.user_id, u.role, now_ms FROM unnest(users, roles) AS u (user_id, role)
        ON CONFLICT (tenant_id, guild_id, user_id) DO UPDATE SET role = excluded.role;
    gone := ARRAY(SELECT m.user_id FROM guild_member m
                   WHERE m.tenant_id = tenant AND m.guild_id = guild AND m.user_id = ANY (leavers)
                   ORDER BY m.user_id);
    IF gone <> '{}' THEN
        rooms := ARRAY(SELECT r.room_id FROM room r
                        WHERE r.tenant_id = tenant AND r.guild_id = guild
                        ORDER BY r.room_id
                          FOR NO KEY UPDATE);
        DELETE FROM guild_member m
         WHERE m.tenant_id = tenant AND m.guild_id = guild AND m.user_id = ANY (gone);
        RETURN QUERY SELECT * FROM log_removals(tenant, rooms, caller, gone, now_ms, hint);
    ELSE
        RETURN NEXT member_outcome('DONE');
    END IF;
END
$$;
