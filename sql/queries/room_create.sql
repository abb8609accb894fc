-- Makes a room; see room_create().
SELECT *
  FROM room_create($1::text, $2::text, $3::text, $4::boolean, $5::text, $6::text, $7::text,
                   $8::text[], $9::bigint)
