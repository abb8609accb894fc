# Guilds, and rooms that take their members from them.

== who makes a guild is its OWNER, and has its room
post ann mutation { createGuild(input: {id: "red", name: "Red"}) { guild { id name memberCount members { items { userId role } } rooms { items { id name kind visibility guildId membership { role } } } } } }
-> 200 {"data":{"createGuild":{"guild":{"id":"red","name":"Red","memberCount":1,"members":{"items":[{"userId":"ann","role":"OWNER"}]},"rooms":{"items":[{"id":"GUILD#red","name":"Red","kind":"CHANNEL","visibility":"PRIVATE","guildId":"red","membership":{"role":"OWNER"}}]}}}}}
post ann mutation { createGuild(input: {name: "Nameless"}) { guild { id name } } }
-> 200 {"data":{"createGuild":{"guild":{"id":~"^[0-9a-f-]{36}$","name":"Nameless"}}}}

== an id that is taken is CONFLICT, one that cannot be is BAD_USER_INPUT
post eve mutation { a: createGuild(input: {id: "red", name: "x"}) { guild { id } } b: createGuild(input: {id: "a#b", name: "x"}) { guild { id } } }
-> 200 {"errors":[{"path":["a"],"extensions":{"code":"CONFLICT",...},...},{"path":["b"],"extensions":{"code":"BAD_USER_INPUT","argument":"input.id",...},...}],"data":{"a":null,"b":null}}

== members of the guild are members of its rooms
post ann mutation { setGuildMembers(input: {guildId: "red", put: [{userId: "bob"}, {userId: "carl", role: ADMIN}, {userId: "gus", role: GUEST}]}) { guild { memberCount } } }
-> 200 {"data":{"setGuildMembers":{"guild":{"memberCount":4}}}}
post bob mutation { sendMessage(roomId: "GUILD#red", text: "in") { seq } }
-> 200 {"data":{"sendMessage":{"seq":1}}}
post gus { messages(roomId: "GUILD#red") { items { text } } }
-> 200 {"data":{"messages":{"items":[{"text":"in"}]}}}
post gus mutation { sendMessage(roomId: "GUILD#red", text: "x") { seq } }
-> 200 {"errors":[{"extensions":{"code":"FORBIDDEN",...},...}],"data":{"sendMessage":null}}

== another room of the guild is made by an ADMIN, and by nobody below
post carl mutation { createRoom(input: {id: "GUILD#red#tea", kind: CHANNEL, name: "Tea"}) { created room { roomType guildId memberCount membership { role } } } }
-> 200 {"data":{"createRoom":{"created":true,"room":{"roomType":"guild","guildId":"red","memberCount":4,"membership":{"role":"ADMIN"}}}}}
post bob mutation { createRoom(input: {id: "GUILD#red#beer"}) { created } }
-> 200 {"errors":[{"extensions":{"code":"FORBIDDEN",...},...}],"data":{"createRoom":null}}
post eve mutation { a: createRoom(input: {id: "GUILD#red#beer"}) { created } b: createRoom(input: {id: "GUILD#blue#tea"}) { created } c: createRoom(input: {id: "GUILD#"}) { created } }
-> 200 {"errors":[{"path":["a"],"extensions":{"code":"FORBIDDEN",...},...},{"path":["b"],"message":"There is no guild \"blue\" that the caller may know of.","extensions":{"code":"NOT_FOUND",...},...},{"path":["c"],"extensions":{"code":"BAD_USER_INPUT",...},...}],"data":{"a":null,"b":null,"c":null}}
post carl mutation { createRoom(input: {id: "GUILD#red#beer", visibility: PUBLIC}) { created } }
-> 200 {"errors":[{"extensions":{"code":"BAD_USER_INPUT","argument":"input.visibility",...},...}],"data":{"createRoom":null}}
post carl mutation { createRoom(input: {id: "GUILD#red#beer", memberIds: ["eve"]}) { created } }
-> 200 {"errors":[{"extensions":{"code":"BAD_USER_INPUT","argument":"input.memberIds",...},...}],"data":{"createRoom":null}}

== a guild's room has no members of its own
post ann mutation { a: setMembers(input: {roomId: "GUILD#red", members: [{userId: "eve"}]}) { room { id } } b: removeMember(input: {roomId: "GUILD#red", userId: "bob"}) { room { id } } c: joinRoom(input: {roomId: "GUILD#red"}) { room { id } } d: leaveRoom(input: {roomId: "GUILD#red"}) { roomId } }
-> 200 {"errors":[{"path":["a"],"extensions":{"code":"BAD_USER_INPUT","argument":"input.roomId",...},...},{"path":["b"],"extensions":{"code":"BAD_USER_INPUT",...},...},{"path":["c"],"extensions":{"code":"BAD_USER_INPUT",...},...},{"path":["d"],"extensions":{"code":"BAD_USER_INPUT",...},...}],"data":{"a":null,"b":null,"c":null,"d":null}}

== roles are those of rooms
post bob mutation { setGuildMembers(input: {guildId: "red", removeUserIds: ["gus"]}) { guild { id } } }
-> 200 {"errors":[{"extensions":{"code":"FORBIDDEN",...},...}],"data":{"setGuildMembers":null}}
post eve mutation { a: setGuildMembers(input: {guildId: "red", put: [{userId: "eve"}]}) { guild { id } } b: setGuildMembers(input: {guildId: "blue"}) { guild { id } } }
-> 200 {"errors":[{"path":["a"],"extensions":{"code":"FORBIDDEN",...},...},{"path":["b"],"extensions":{"code":"NOT_FOUND",...},...}],"data":{"a":null,"b":null}}
post carl mutation { a: setGuildMembers(input: {guildId: "red", put: [{userId: "carl", role: OWNER}]}) { guild { id } } b: setGuildMembers(input: {guildId: "red", removeUserIds: ["ann"]}) { guild { id } } }
-> 200 {"errors":[{"path":["a"],"extensions":{"code":"FORBIDDEN",...},...},{"path":["b"],"extensions":{"code":"FORBIDDEN",...},...}],"data":{"a":null,"b":null}}
post ann mutation { a: setGuildMembers(input: {guildId: "red", removeUserIds: ["ann"]}) { guild { id } } b: setGuildMembers(input: {guildId: "red", put: [{userId: "ann", role: GUEST}]}) { guild { id } } }
-> 200 {"errors":[{"path":["a"],"extensions":{"code":"CONFLICT",...},...},{"path":["b"],"extensions":{"code":"CONFLICT",...},...}],"data":{"a":null,"b":null}}
post ann mutation { setGuildMembers(input: {guildId: "red", put: [{userId: "bob"}], removeUserIds: ["bob"]}) { guild { id } } }
-> 200 {"errors":[{"message":"The user \"bob\" is named twice.","extensions":{"code":"BAD_USER_INPUT","argument":"input.removeUserIds",...},...}],"data":{"setGuildMembers":null}}

== who is removed from the guild is out of each of its rooms before their next message
bob: login
bob[r]> subscription { onMessage(roomId: "GUILD#red") { text } }
bob: settled
bob[t]> subscription { onMessage(roomId: "GUILD#red#tea") { text } }
bob: settled
post carl mutation { setGuildMembers(input: {guildId: "red", removeUserIds: ["bob", "nobody"]}) { guild { memberCount } } }
-> 200 {"data":{"setGuildMembers":{"guild":{"memberCount":3}}}}
post ann mutation { a: sendMessage(roomId: "GUILD#red", text: "x") { seq } b: sendMessage(roomId: "GUILD#red#tea", text: "x") { seq } }
-> 200 {"data":{"a":{"seq":3},"b":{"seq":2}}}
bob[r]< error [{"extensions":{"code":"FORBIDDEN",...},...}]
bob[t]< error [{"extensions":{"code":"FORBIDDEN",...},...}]
bob: quiet
sql> select room_id, seq, type, sender_id, text from gg_guild where type <> 'Message' order by room_id
    = GUILD#red|2|MemberRemoved|carl|bob
    = GUILD#red#tea|1|MemberRemoved|carl|bob

== a token that vouches for the guild counts as membership, and as no more
token vouched {"sub":"vic","guilds":["red"],"exp":"+600"}
post vouched mutation { sendMessage(roomId: "GUILD#red#tea", text: "vouched for") { seq } }
-> 200 {"data":{"sendMessage":{"seq":3}}}
post vouched mutation { a: setGuildMembers(input: {guildId: "red", put: [{userId: "vic"}]}) { guild { id } } b: createRoom(input: {id: "GUILD#red#vic"}) { created } }
-> 200 {"errors":[{"path":["a"],"extensions":{"code":"FORBIDDEN",...},...},{"path":["b"],"extensions":{"code":"FORBIDDEN",...},...}],"data":{"a":null,"b":null}}

== an OWNER who is not the last one can go, and is told how it was left
post ann mutation { setGuildMembers(input: {guildId: "red", put: [{userId: "carl", role: OWNER}], removeUserIds: ["ann"]}) { guild { memberCount } } }
-> 200 {"data":{"setGuildMembers":{"guild":{"memberCount":2}}}}
post ann { guild(id: "red") { id } }
-> 200 {"errors":[{"extensions":{"code":"NOT_FOUND",...},...}],"data":{"guild":null}}
