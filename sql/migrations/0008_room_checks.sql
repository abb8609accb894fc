-- PostgreSQL makes a table's CHECKs ready for each statement that writes the table, out of their
-- stored text: for a room's, whose row every message writes, that took longer than the rest of the
-- write. A trigger that is asked only where these columns are written says the same.

ALTER TABLE room
    DROP CONSTRAINT room_room_id_check,
    DROP CONSTRAINT room_kind_check,
    DROP CONSTRAINT room_visibility_check,
    DROP CONSTRAINT room_check;

CREATE FUNCTION room_check() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    IF length(NEW.room_id) NOT BETWEEN 1 AND 128 THEN
        RAISE EXCEPTION 'room_id must have 1 to 128 characters, not %', length(NEW.room_id)
            USING ERRCODE = 'check_violation', TABLE = 'room', COLUMN = 'room_id';
    END IF;
    IF NEW.kind NOT IN ('DIRECT', 'GROUP', 'CHANNEL') THEN
        RAISE EXCEPTION 'kind must be DIRECT, GROUP or CHANNEL, not %', NEW.kind
            USING ERRCODE = 'check_violation', TABLE = 'room', COLUMN = 'kind';
    END IF;
    IF NEW.visibility NOT IN ('PUBLIC', 'PRIVATE') THEN
        RAISE EXCEPTION 'visibility must be PUBLIC or PRIVATE, not %', NEW.visibility
            USING ERRCODE = 'check_violation', TABLE = 'room', COLUMN = 'visibility';
    END IF;
    IF (NEW.guild_id IS NOT NULL) <> starts_with(NEW.room_id, 'GUILD#') THEN
        RAISE EXCEPTION 'rooms whose id starts with GUILD# have a guild_id, and no others have'
            USING ERRCODE = 'check_violation', TABLE = 'room', COLUMN = 'guild_id';
    END IF;
    RETURN NULL;
END
$$;

-- After the write, not before it: a trigger that comes before has each row that is updated locked
-- first, whichever columns it is for.
CREATE TRIGGER room_check AFTER INSERT OR UPDATE OF room_id, kind, visibility, guild_id ON room
    FOR EACH ROW EXECUTE FUNCTION room_check();
