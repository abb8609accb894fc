-- Who was removed while they followed a room has a right to what stands below their removal: it is
-- looked for when a member of before is none any more.

CREATE INDEX gg_core_removals ON gg_core (tenant_id, room_id, text, seq)
    WHERE type = 'MemberRemoved';
CREATE INDEX gg_guild_removals ON gg_guild (tenant_id, room_id, text, seq)
    WHERE type = 'MemberRemoved';
