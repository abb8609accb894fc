# Who may not, what may not.

room club ann
room cafe bob
guild red ann

== an unknown room can be neither read, written nor followed
ann: login
ann[1]> { messages(roomId: "nowhere") { resume } }
ann[1]< {"errors":[{"message":*,"path":["messages"],"extensions":{"code":"NOT_FOUND",...},...}],"data":{"messages":null}}
ann[1]< complete
ann[1]> mutation { sendMessage(roomId: "nowhere", text: "x") { id } }
ann[1]< {"errors":[{"message":*,"path":["sendMessage"],"extensions":{"code":"NOT_FOUND",...},...}],"data":{"sendMessage":null}}
ann[1]< complete
ann[1]> subscription { onMessage(roomId: "nowhere") { id } }
ann[1]< error [{"message":*,"extensions":{"code":"NOT_FOUND",...},...}]

== who is not a member can neither read, send nor follow, and learns nothing of the room
ann[1]> { messages(roomId: "cafe") { resume } }
ann[1]< {"errors":[{"message":*,"path":["messages"],"extensions":{"code":~"^(FORBIDDEN|NOT_FOUND)$",...},...}],"data":{"messages":null}}
ann[1]< complete
ann[1]> mutation { sendMessage(roomId: "cafe", text: "x") { id } }
ann[1]< {"errors":[{"message":*,"path":["sendMessage"],"extensions":{"code":"FORBIDDEN",...},...}],"data":{"sendMessage":null}}
ann[1]< complete
ann[1]> subscription { onMessage(roomId: "cafe") { id } }
ann[1]< error [{"message":*,"extensions":{"code":"FORBIDDEN",...},...}]
ann[1]> { room(id: "cafe") { id } }
ann[1]< {"errors":[{"message":*,"path":["room"],"extensions":{"code":"NOT_FOUND",...},...}],"data":{"room":null}}
ann[1]< complete
sql> select (select count(*) from gg_core), (select last_seq from room where room_id = 'cafe')
    = 0|0

== the same for a guild's room
bob: login
bob[1]> { messages(roomId: "GUILD#red") { resume } }
bob[1]< {"errors":[{"extensions":{"code":"FORBIDDEN",...},...}],"data":{"messages":null}}
bob[1]< complete
bob[1]> mutation { sendMessage(roomId: "GUILD#red", text: "x") { id } }
bob[1]< {"errors":[{"extensions":{"code":"FORBIDDEN",...},...}],"data":{"sendMessage":null}}
bob[1]< complete
bob[1]> subscription { onMessage(roomId: "GUILD#red") { id } }
bob[1]< error [{"extensions":{"code":"FORBIDDEN",...},...}]
bob[1]> { guild(id: "red") { id } }
bob[1]< {"errors":[{"extensions":{"code":"NOT_FOUND",...},...}],"data":{"guild":null}}
bob[1]< complete

== a guest reads and follows, and does not write
sql> insert into member values ('default', 'club', 'gus', 'GUEST', 0)
gus: login
gus[f]> subscription { onMessage(roomId: "club") { text } }
gus: settled
gus[1]> mutation { sendMessage(roomId: "club", text: "x") { id } }
gus[1]< {"errors":[{"extensions":{"code":"FORBIDDEN",...},...}],"data":{"sendMessage":null}}
gus[1]< complete
post ann mutation { sendMessage(roomId: "club", text: "for guests") { seq } }
-> 200 {"data":{"sendMessage":{"seq":1}}}
gus[f]< {"data":{"onMessage":{"text":"for guests"}},...}
gus[1]> { messages(roomId: "club") { items { text } } }
gus[1]< {"data":{"messages":{"items":[{"text":"for guests"}]}}}
gus[1]< complete

== a token that only reads cannot send
token reader {"sub":"ann","scope":"CHAT_READ","exp":"+60"}
post reader mutation { sendMessage(roomId: "club", text: "x") { id } }
-> 200 {"errors":[{"message":*,"path":["sendMessage"],"extensions":{"code":"FORBIDDEN",...},...}],"data":{"sendMessage":null}}
post reader { messages(roomId: "club") { items { text } } }
-> 200 {"data":{"messages":{"items":[{"text":"for guests"}]}}}

== a token that vouches for a guild stands for a member of it
token vouched {"sub":"zoe","guilds":["red"],"exp":"+60"}
post vouched mutation { sendMessage(roomId: "GUILD#red", text: "vouched for") { seq senderId } }
-> 200 {"data":{"sendMessage":{"seq":1,"senderId":"zoe"}}}

== another tenant's member is no member
token foreign {"sub":"ann","tenant":"other","exp":"+60"}
post foreign { messages(roomId: "club") { resume } }
-> 200 {"errors":[{"extensions":{"code":"NOT_FOUND",...},...}],"data":{"messages":null}}

== a room id that cannot be one is BAD_USER_INPUT
post ann mutation { sendMessage(roomId: "no spaces", text: "x") { id } }
-> 200 {"errors":[{"message":*,"path":["sendMessage"],"extensions":{"code":"BAD_USER_INPUT","argument":"roomId",...},...}],"data":{"sendMessage":null}}
post ann { messages(roomId: "") { resume } }
-> 200 {"errors":[{"extensions":{"code":"BAD_USER_INPUT","argument":"roomId",...},...}],"data":{"messages":null}}
