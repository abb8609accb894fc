-- Where a room's log stands, and the place of a time ($5) in it. No row: no such room.
-- @gathered, patient
SELECT g.may_read, g.last_seq, g.first_kept_seq,
       CASE WHEN g.may_read AND $5::bigint IS NOT NULL
            THEN log_place_at($1::text, $2::text, g.last_seq, $5::bigint) END
  FROM (SELECT * FROM room_gate($1::text, $2::text, $3::text, $4::boolean) OFFSET 0) g
