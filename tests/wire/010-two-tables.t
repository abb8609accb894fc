# Messages of GUILD# rooms are kept in gg_guild, all others in gg_core, and neither leaks.

options --open-rooms lobby,GUILD#open-*
guild demo ann bob

== a guild's room writes to gg_guild, the lobby to gg_core
post ann mutation { g: sendMessage(roomId: "GUILD#demo", text: "in the guild") { seq guildId roomType } l: sendMessage(roomId: "lobby", text: "in the lobby") { seq guildId roomType } }
-> 200 {"data":{"g":{"seq":1,"guildId":"demo","roomType":"guild"},"l":{"seq":1,"guildId":null,"roomType":"general"}}}
sql> select 'guild', room_id, text from gg_guild union all select 'core', room_id, text from gg_core order by 1
    = core|lobby|in the lobby
    = guild|GUILD#demo|in the guild

== a page of the one has nothing of the other
post bob { g: messages(roomId: "GUILD#demo") { items { text roomId } } l: messages(roomId: "lobby") { items { text roomId } } }
-> 200 {"data":{"g":{"items":[{"text":"in the guild","roomId":"GUILD#demo"}]},"l":{"items":[{"text":"in the lobby","roomId":"lobby"}]}}}

== nor does a subscription hear the other
bob: login
bob[g]> subscription { onMessage(roomId: "GUILD#demo", since: "1970-01-01T00:00:00Z") { text } }
bob[g]< {"data":{"onMessage":{"text":"in the guild"}},...}
bob: settled
post ann mutation { sendMessage(roomId: "lobby", text: "again") { seq } }
-> 200 {"data":{"sendMessage":{"seq":2}}}
post ann mutation { sendMessage(roomId: "GUILD#demo", text: "again in the guild") { seq } }
-> 200 {"data":{"sendMessage":{"seq":2}}}
bob[g]< {"data":{"onMessage":{"text":"again in the guild"}},...}
bob: quiet

== the table is told by the id's beginning as it is written, and by nothing else
post ann mutation { sendMessage(roomId: "GUILD#open-1#side", text: "a side room") { guildId roomType } }
-> 200 {"data":{"sendMessage":{"guildId":"open-1","roomType":"guild"}}}
post ann mutation { sendMessage(roomId: "guild#demo", text: "x") { id } }
-> 200 {"errors":[{"extensions":{"code":"NOT_FOUND",...},...}],"data":{"sendMessage":null}}
sql> select room_id from gg_guild where room_id like '%open%'
    = GUILD#open-1#side

== an open room is made by the first message, and others stay closed
sql> select kind, visibility from room where room_id = 'lobby'
    = CHANNEL|PUBLIC
post ann mutation { sendMessage(roomId: "lobby2", text: "x") { id } }
-> 200 {"errors":[{"extensions":{"code":"NOT_FOUND",...},...}],"data":{"sendMessage":null}}

== an open room that nobody wrote to yet is empty, and can be followed
post ann { messages(roomId: "GUILD#open-2") { items { id } resume } }
-> 200 {"data":{"messages":{"items":[],"resume":*}}}
ann: login
ann[1]> subscription { onMessage(roomId: "GUILD#open-2") { text } }
ann: settled
post bob mutation { sendMessage(roomId: "GUILD#open-2", text: "the first") { seq } }
-> 200 {"data":{"sendMessage":{"seq":1}}}
ann[1]< {"data":{"onMessage":{"text":"the first"}},...}

== a guild tells its members and rooms to them
post bob { guild(id: "demo") { id name memberCount members { items { userId role } } rooms { items { id } } } }
-> 200 {"data":{"guild":{"id":"demo","name":"demo","memberCount":2,"members":{"items":[{"userId":"ann","role":"MEMBER"},{"userId":"bob","role":"MEMBER"}]},"rooms":{"items":[{"id":"GUILD#demo"}]}}}}
