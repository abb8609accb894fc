-- Publishing from SQL, for applications, in transactions of their own:
--
--     BEGIN;
--     UPDATE ticket SET state = 'closed' WHERE id = 7;
--     SELECT guildhall.send('default', 'support', 'bot', 'Ticket 7 is closed', 'ticket-7-closed');
--     COMMIT;
--
-- The message is numbered where the call stands, under the lock of the room's row, which is held
-- until the transaction ends: keep that short. Subscribers have it after the commit; after a
-- rollback there was nothing. The rules are those of the mutation sendMessage, but the sender is
-- whom the caller names: who may execute this function is trusted. It runs with the rights of its
-- owner, so that applications need these only:
--
--     GRANT USAGE ON SCHEMA guildhall TO application;
--
-- SQLSTATE UH400: the text or the key is not within bounds; UH403: the sender may not write to the
-- room; UH404: there is no such room; UH409: the key was used for another text.
--
-- The schema's name is fixed: a second guildhall in the same database, in tables of a schema of its
-- own, would take the function over.

CREATE SCHEMA IF NOT EXISTS guildhall;

DO $$
BEGIN
    IF to_regtype('guildhall.message') IS NULL THEN
        CREATE TYPE guildhall.message AS (
            tenant_id       text,
            room_id         text,
            seq             bigint,
            id              text,
            sender_id       text,
            text            text,
            ts              timestamptz,
            idempotency_key text
        );
    END IF;
END
$$;

-- The function finds the tables where this migration was run, wherever it is called from; and
-- nobody's temporary tables.
SELECT set_config('search_path', quote_ident(current_schema()) || ', pg_temp', true);

CREATE OR REPLACE FUNCTION guildhall.send(
    tenant text, room text, sender text, text text, idempotency_key text DEFAULT NULL
)
RETURNS guildhall.message
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
DECLARE
    -- Control characters go, other than tab and newline.
    clean CONSTANT text := regexp_replace(send.text, '[\u0001-\u0008\u000B-\u001F\u007F-\u009F]',
                                          '', 'g');
    now_ms CONSTANT bigint := floor(extract(epoch FROM clock_timestamp()) * 1000);
    sent record;
BEGIN
    IF tenant IS NULL OR room IS NULL OR sender IS NULL OR send.text IS NULL THEN
        RAISE EXCEPTION 'tenant, room, sender and text must not be null'
            USING ERRCODE = 'UH400';
    END IF;
    IF char_length(sender) NOT BETWEEN 1 AND 128 THEN
        RAISE EXCEPTION 'sender must have 1 to 128 characters, not %', char_length(sender)
            USING ERRCODE = 'UH400';
    END IF;
    IF char_length(send.text) > 4000 THEN
        RAISE EXCEPTION 'text must have at most 4000 characters, not %', char_length(send.text)
            USING ERRCODE = 'UH400';
    END IF;
    IF clean = '' THEN
        RAISE EXCEPTION
            'text must hold at least one character that is not a control character'
            USING ERRCODE = 'UH400';
    END IF;
    IF char_length(idempotency_key) NOT BETWEEN 1 AND 128 THEN
        RAISE EXCEPTION 'idempotency_key must have 1 to 128 characters, not %',
            char_length(idempotency_key)
            USING ERRCODE = 'UH400';
    END IF;

    SELECT s.* INTO sent
      FROM message_send_one(tenant, room, sender, log_uuid(now_ms), clean, idempotency_key,
                            false, false, false, now_ms, false) s;
    CASE sent.outcome
        WHEN 'NO_ROOM' THEN
            RAISE EXCEPTION 'there is no room "%" in the tenant "%"', room, tenant
                USING ERRCODE = 'UH404';
        WHEN 'NO_MEMBER' THEN
            RAISE EXCEPTION '"%" may not write to the room "%": not a member, or a GUEST',
                sender, room
                USING ERRCODE = 'UH403';
        WHEN 'KEY_REUSED' THEN
            RAISE EXCEPTION 'the key "%" was used by "%" for another message in the room "%"',
                idempotency_key, sender, room
                USING ERRCODE = 'UH409';
        ELSE
            PERFORM log_hint(tenant, room, sent.seq);
    END CASE;
    RETURN ROW (tenant, room, sent.seq, sent.id, sender, clean,
                to_timestamp(sent.ts / 1000.0), idempotency_key)::guildhall.message;
END
$$;
