-- Takes a user out of a room; see room_remove_member().
SELECT *
  FROM room_remove_member($1::text, $2::text, $3::text, $4::boolean, $5::text, $6::bigint,
                          $7::boolean)
