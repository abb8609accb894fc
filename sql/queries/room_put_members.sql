-- Adds members or changes their roles; see room_put_members().
SELECT *
  FROM room_put_members($1::text, $2::text, $3::text, $4::boolean, $5::text[], $6::text[],
                        $7::bigint)
