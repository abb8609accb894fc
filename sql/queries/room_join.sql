-- Joins a room; see room_join().
SELECT * FROM room_join($1::text, $2::text, $3::text, $4::boolean, $5::boolean, $6::bigint)
