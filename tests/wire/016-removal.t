# A removal has its place among the messages: what stands behind it is not seen by who was removed.

room club ann bob carl
sql> update member set role = 'OWNER' where user_id = 'ann'

== a removed member's stream ends before the room's next message
ann: login
bob: login
carl: login
bob[f]> subscription { onMessage(roomId: "club") { text } }
carl[f]> subscription { onMessage(roomId: "club") { text seq } }
bob: settled
carl: settled
post ann mutation { a: sendMessage(roomId: "club", text: "before") { seq } removeMember(input: {roomId: "club", userId: "bob"}) { room { memberCount } } b: sendMessage(roomId: "club", text: "behind") { seq } }
-> 200 {"data":{"a":{"seq":1},"removeMember":{"room":{"memberCount":2}},"b":{"seq":3}}}
bob[f]< {"data":{"onMessage":{"text":"before"}},...}
bob[f]< error [{"message":"The caller is not a member of the room \"club\".","path":["onMessage"],"extensions":{"code":"FORBIDDEN","http":{"status":403}}}]
bob: quiet

== the others go on, and have the numbers of the messages
carl[f]< {"data":{"onMessage":{"text":"before","seq":1}},...}
carl[f]< {"data":{"onMessage":{"text":"behind","seq":3}},...}
carl: quiet

== pages, the last message and replays hold messages only
post carl { messages(roomId: "club", last: 2) { items { seq type } pageInfo { hasNextPage hasPreviousPage } } room(id: "club") { lastSeq lastMessage { seq } } }
-> 200 {"data":{"messages":{"items":[{"seq":3,"type":"Message"},{"seq":1,"type":"Message"}],"pageInfo":{"hasNextPage":false,"hasPreviousPage":false}},"room":{"lastSeq":3,"lastMessage":{"seq":3}}}}
carl[r]> subscription { onMessage(roomId: "club", since: "1970-01-01T00:00:00Z") { seq } }
carl[r]< {"data":{"onMessage":{"seq":1}},"extensions":{"guildhall":{"seq":1,"replayed":true,...}}}
carl[r]< {"data":{"onMessage":{"seq":3}},"extensions":{"guildhall":{"seq":3,"replayed":true,...}}}
carl[r]> complete
carl: quiet

== the event is no message that could be asked for
sql> select type, sender_id, text, id ~ '^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$' from gg_core where seq = 2
    = MemberRemoved|ann|bob|t
sql> update gg_core set id = 'the-event' where seq = 2
post carl { message(id: "the-event") { text } }
-> 200 {"errors":[{"extensions":{"code":"NOT_FOUND",...},...}],"data":{"message":null}}

== with an event as the room's newest, the end is the end
post carl mutation { leaveRoom(input: {roomId: "club"}) { roomId } }
-> 200 {"data":{"leaveRoom":{"roomId":"club"}}}
post ann { messages(roomId: "club", first: 2) { items { seq } pageInfo { hasNextPage hasPreviousPage } resume } room(id: "club") { lastSeq lastMessage { seq } } }
-> 200 {"data":{"messages":{"items":[{"seq":3},{"seq":1}],"pageInfo":{"hasNextPage":false,"hasPreviousPage":false},"resume":<resume>},"room":{"lastSeq":4,"lastMessage":{"seq":3}}}}
post ann { messages(roomId: "club", first: 1, order: OLDEST_FIRST, after: "<resume>") { items { seq } pageInfo { hasNextPage hasPreviousPage } } }
-> 200 {"data":{"messages":{"items":[],"pageInfo":{"hasNextPage":false,"hasPreviousPage":true}}}}
ann[f]> subscription { onMessage(roomId: "club", since: "<resume>") { text seq } }
ann: settled
post ann mutation { sendMessage(roomId: "club", text: "on") { seq } }
-> 200 {"data":{"sendMessage":{"seq":5}}}
ann[f]< {"data":{"onMessage":{"text":"on","seq":5}},...}
ann: quiet

== leaving ended the leaver's own stream
carl[f]< error [{"extensions":{"code":"FORBIDDEN",...},...}]
carl: quiet

== let in again, one goes on with the cursor from where one was
post ann mutation { setMembers(input: {roomId: "club", members: [{userId: "bob"}]}) { room { memberCount } } }
-> 200 {"data":{"setMembers":{"room":{"memberCount":2}}}}
bob[f]> subscription { onMessage(roomId: "club", since: "<resume>") { text } }
bob[f]< {"data":{"onMessage":{"text":"on"}},...}
bob: quiet

== made a GUEST, one's stream goes on
post ann mutation { setMembers(input: {roomId: "club", members: [{userId: "bob", role: GUEST}]}) { room { lastSeq } } b: sendMessage(roomId: "club", text: "for guests") { seq } }
-> 200 {"data":{"setMembers":{"room":{"lastSeq":5}},"b":{"seq":6}}}
bob[f]< {"data":{"onMessage":{"text":"for guests"}},...}
ann[f]< {"data":{"onMessage":{"text":"for guests","seq":6}},...}

== who may read without being a member is not cut off
token root {"sub":"bob","exp":"+600","scope":"TENANT_ADMIN"}
root: connect
root> {"type":"connection_init","payload":{"authorization":"Bearer <root>"}}
root< {"type":"connection_ack",...}
root[f]> subscription { onMessage(roomId: "club") { text } }
root: settled
post ann mutation { removeMember(input: {roomId: "club", userId: "bob"}) { room { lastSeq } } sendMessage(roomId: "club", text: "last") { seq } }
-> 200 {"data":{"removeMember":{"room":{"lastSeq":7}},"sendMessage":{"seq":8}}}
root[f]< {"data":{"onMessage":{"text":"last"}},...}
bob[f]< error [{"extensions":{"code":"FORBIDDEN",...},...}]
bob: quiet
root: quiet
