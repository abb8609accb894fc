# What is kept in memory is told as the log tells it.

room club ann bob
sql> update member set role = 'OWNER' where user_id = 'ann'

== who was removed and let in again hears all of it
post ann mutation {
    a: sendMessage(roomId: "club", text: "one") { seq }
    removeMember(input: {roomId: "club", userId: "bob"}) { room { lastSeq } }
    setMembers(input: {roomId: "club", members: [{userId: "bob"}]}) { room { lastSeq } }
    b: sendMessage(roomId: "club", text: "two") { seq } }
-> 200 {"data":{"a":{"seq":1},"removeMember":{"room":{"lastSeq":2}},"setMembers":{"room":{"lastSeq":2}},"b":{"seq":3}}}
bob: login
bob[1]> subscription { onMessage(roomId: "club", since: "1970-01-01T00:00:00Z") { seq text } }
bob[1]< {"data":{"onMessage":{"seq":1,"text":"one"}},"extensions":{"guildhall":{"replayed":true,...}}}
bob[1]< {"data":{"onMessage":{"seq":3,"text":"two"}},"extensions":{"guildhall":{"replayed":true,...}}}
bob: quiet

== and is live from there on
post ann mutation { sendMessage(roomId: "club", text: "three") { seq } }
-> 200 {"data":{"sendMessage":{"seq":4}}}
bob[1]< {"data":{"onMessage":{"seq":4,"text":"three"}},"extensions":{"guildhall":{"replayed":false,...}}}

== what was written without this server stands between what it keeps
sql> insert into gg_core (tenant_id, room_id, seq, id, sender_id, text, ts)
    select tenant_id, room_id, 5, 'five', 'ann', 'written elsewhere', last_ts from room where room_id = 'club';
    update room set last_seq = 5 where room_id = 'club'
post ann mutation { sendMessage(roomId: "club", text: "five") { seq } }
-> 200 {"data":{"sendMessage":{"seq":6}}}
bob[1]< {"data":{"onMessage":{"seq":5,"text":"written elsewhere"}},...}
bob[1]< {"data":{"onMessage":{"seq":6,"text":"five"}},...}
bob[2]> subscription { onMessage(roomId: "club", since: "1970-01-01T00:00:00Z") { seq } }
bob[2]< {"data":{"onMessage":{"seq":1}},...}
bob[2]< {"data":{"onMessage":{"seq":3}},...}
bob[2]< {"data":{"onMessage":{"seq":4}},...}
bob[2]< {"data":{"onMessage":{"seq":5}},...}
bob[2]< {"data":{"onMessage":{"seq":6}},...}
bob: quiet

== who was removed is refused, whatever is kept
post ann mutation { removeMember(input: {roomId: "club", userId: "bob"}) { room { lastSeq } } sendMessage(roomId: "club", text: "not for bob") { seq } }
-> 200 {"data":{"removeMember":{"room":{"lastSeq":7}},"sendMessage":{"seq":8}}}
bob[1]< error [{"extensions":{"code":"FORBIDDEN",...},...}]
bob[2]< error [{"extensions":{"code":"FORBIDDEN",...},...}]
bob[3]> subscription { onMessage(roomId: "club", since: "1970-01-01T00:00:00Z") { seq } }
bob[3]< error [{"extensions":{"code":"FORBIDDEN",...},...}]
bob: quiet
