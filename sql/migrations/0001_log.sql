-- Rooms, guilds, who is in them, and the logs: one log per room, one row an event.
--
-- Tenancy is part of every key, and every key starts with what a distributed PostgreSQL would
-- distribute by. Names are compared byte by byte (COLLATE "C"), whatever the database's locale.
-- Times are milliseconds since 1970.

CREATE TABLE guild (
    tenant_id  text   COLLATE "C" NOT NULL,
    guild_id   text   COLLATE "C" NOT NULL CHECK (length(guild_id) BETWEEN 1 AND 64),
    name       text   NOT NULL,
    created_at bigint NOT NULL,
    PRIMARY KEY (tenant_id, guild_id)
);

CREATE TABLE guild_member (
    tenant_id text   COLLATE "C" NOT NULL,
    guild_id  text   COLLATE "C" NOT NULL,
    user_id   text   COLLATE "C" NOT NULL,
    role      text   NOT NULL DEFAULT 'MEMBER' CHECK (role IN ('OWNER', 'ADMIN', 'MEMBER', 'GUEST')),
    joined_at bigint NOT NULL CHECK (joined_at >= 0),
    PRIMARY KEY (tenant_id, guild_id, user_id),
    FOREIGN KEY (tenant_id, guild_id) REFERENCES guild ON DELETE CASCADE
);

CREATE INDEX guild_member_by_user ON guild_member (tenant_id, user_id, guild_id);
-- Partial, although it holds every row: a statement that looks for one member does not repeat the
-- condition, so that it cannot be planned to read the whole guild from this index.
CREATE INDEX guild_member_by_age ON guild_member (tenant_id, guild_id, joined_at, user_id)
    WHERE joined_at >= 0;

-- A room's row is written with every batch of its messages. Half of each page is left free, and
-- no index holds what changes, so that those writes stay within the page.
CREATE TABLE room (
    tenant_id      text   COLLATE "C" NOT NULL,
    room_id        text   COLLATE "C" NOT NULL CHECK (length(room_id) BETWEEN 1 AND 128),
    kind           text   NOT NULL DEFAULT 'GROUP' CHECK (kind IN ('DIRECT', 'GROUP', 'CHANNEL')),
    visibility     text   NOT NULL DEFAULT 'PRIVATE' CHECK (visibility IN ('PUBLIC', 'PRIVATE')),
    name           text,
    -- Of a guild room, whose members are the guild's. An open guild room needs no guild.
    guild_id       text   COLLATE "C",
    created_at     bigint NOT NULL,
    last_seq       bigint NOT NULL DEFAULT 0,
    last_ts        bigint NOT NULL DEFAULT 0,
    -- The oldest place still kept; 0 while nothing was dropped.
    first_kept_seq bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, room_id),
    CHECK ((guild_id IS NOT NULL) = starts_with(room_id, 'GUILD#'))
) WITH (fillfactor = 50);

CREATE INDEX room_by_guild ON room (tenant_id, guild_id, room_id) WHERE guild_id IS NOT NULL;

CREATE TABLE member (
    tenant_id text   COLLATE "C" NOT NULL,
    room_id   text   COLLATE "C" NOT NULL,
    user_id   text   COLLATE "C" NOT NULL,
    role      text   NOT NULL DEFAULT 'MEMBER' CHECK (role IN ('OWNER', 'ADMIN', 'MEMBER', 'GUEST')),
    joined_at bigint NOT NULL CHECK (joined_at >= 0),
    PRIMARY KEY (tenant_id, room_id, user_id),
    FOREIGN KEY (tenant_id, room_id) REFERENCES room ON DELETE CASCADE
);

CREATE INDEX member_by_user ON member (tenant_id, user_id, room_id);
CREATE INDEX member_by_age ON member (tenant_id, room_id, joined_at, user_id)
    WHERE joined_at >= 0; -- as above

-- The logs. seq is given under the lock of the room's row, in the transaction that inserts: the
-- order of commits is the order of seq, and there are no holes. ts never decreases in a room.
-- type says what kind of event a row is.
CREATE TABLE gg_core (
    tenant_id       text   COLLATE "C" NOT NULL,
    room_id         text   COLLATE "C" NOT NULL,
    seq             bigint NOT NULL,
    type            text   NOT NULL DEFAULT 'Message',
    id              text   COLLATE "C" NOT NULL,
    sender_id       text   COLLATE "C" NOT NULL,
    text            text   NOT NULL,
    ts              bigint NOT NULL,
    idempotency_key text   COLLATE "C",
    PRIMARY KEY (tenant_id, room_id, seq)
);

-- The room stands last, so that a message is found by its id alone, too.
CREATE UNIQUE INDEX gg_core_by_id ON gg_core (tenant_id, id, room_id);
CREATE UNIQUE INDEX gg_core_by_key ON gg_core (tenant_id, room_id, sender_id, idempotency_key)
    WHERE idempotency_key IS NOT NULL;

CREATE TABLE gg_guild (
    tenant_id       text   COLLATE "C" NOT NULL,
    room_id         text   COLLATE "C" NOT NULL,
    seq             bigint NOT NULL,
    type            text   NOT NULL DEFAULT 'Message',
    id              text   COLLATE "C" NOT NULL,
    sender_id       text   COLLATE "C" NOT NULL,
    text            text   NOT NULL,
    ts              bigint NOT NULL,
    idempotency_key text   COLLATE "C",
    PRIMARY KEY (tenant_id, room_id, seq)
);

CREATE UNIQUE INDEX gg_guild_by_id ON gg_guild (tenant_id, id, room_id);
CREATE UNIQUE INDEX gg_guild_by_key ON gg_guild (tenant_id, room_id, sender_id, idempotency_key)
    WHERE idempotency_key IS NOT NULL;

-- What the servers of a database share.
CREATE TABLE setting (
    name  text  PRIMARY KEY,
    value bytea NOT NULL
);

-- The key that cursors are made under: 16 bytes out of two random UUIDs (122 random bits each).
INSERT INTO setting (name, value)
VALUES ('cursor_key',
        substring(sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())) FOR 16));
