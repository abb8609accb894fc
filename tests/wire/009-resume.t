# From the log to live in one operation.

room club ann bob
room other ann
sql> insert into gg_core (tenant_id, room_id, seq, id, sender_id, text, ts)
    select 'default', 'club', n, 'm' || n, 'ann', 't' || n, 1700000000000 + n * 1000 from generate_series(1, 250) n;
    update room set last_seq = 250, last_ts = 1700000250000 where room_id = 'club'

== since a message's cursor: what is newer, then live, without a gap or a repeat
post ann { messages(roomId: "club", first: 3) { items { cursor } resume } }
-> 200 {"data":{"messages":{"items":[{"cursor":<at250>},{"cursor":<at249>},{"cursor":<at248>}],"resume":<at250>}}}
ann: login
ann[1]> subscription { onMessage(roomId: "club", since: "<at248>") { seq } }
ann[1]< {"data":{"onMessage":{"seq":249}},"extensions":{"guildhall":{"seq":249,"cursor":<at249>,"replayed":true}}}
ann[1]< {"data":{"onMessage":{"seq":250}},"extensions":{"guildhall":{"seq":250,"cursor":<at250>,"replayed":true}}}
ann: settled
post bob mutation { sendMessage(roomId: "club", text: "live") { seq cursor } }
-> 200 {"data":{"sendMessage":{"seq":251,"cursor":<at251>}}}
ann[1]< {"data":{"onMessage":{"seq":251}},"extensions":{"guildhall":{"seq":251,"cursor":<at251>,"replayed":false}}}
ann: quiet

== since the newest: nothing before the next message
bob: login
bob[1]> subscription { onMessage(roomId: "club", since: "<at251>") { seq } }
bob: settled
post bob mutation { sendMessage(roomId: "club", text: "next") { seq } }
-> 200 {"data":{"sendMessage":{"seq":252}}}
bob[1]< {"data":{"onMessage":{"seq":252}},...}
ann[1]< {"data":{"onMessage":{"seq":252}},...}
bob: quiet

== since a time: every message newer than it
ann[2]> subscription { onMessage(roomId: "club", since: "2023-11-14T22:17:29.000Z") { seq } }
ann[2]< {"data":{"onMessage":{"seq":250}},...}
ann[2]< {"data":{"onMessage":{"seq":251}},...}
ann[2]< {"data":{"onMessage":{"seq":252}},...}
ann: quiet
ann[2]> complete

== since before the first message: the replay begins with the first
ann[3]> subscription { onMessage(roomId: "club", since: "2023-11-14T22:13:20.000Z") { seq } }
ann[3]< {"data":{"onMessage":{"seq":1}},...}
ann[3]> complete

== an empty room has a place to resume from as well
post ann { messages(roomId: "other") { resume } }
-> 200 {"data":{"messages":{"resume":<nothing>}}}
ann: login
ann[4]> subscription { onMessage(roomId: "other", since: "<nothing>") { seq text } }
ann: settled
post ann mutation { sendMessage(roomId: "other", text: "the first") { seq } }
-> 200 {"data":{"sendMessage":{"seq":1}}}
ann[4]< {"data":{"onMessage":{"seq":1,"text":"the first"}},...}

== a cursor of another room, or a tampered one, is INVALID_CURSOR
ann[5]> subscription { onMessage(roomId: "other", since: "<at250>") { seq } }
ann[5]< error [{"message":*,"extensions":{"code":"INVALID_CURSOR","argument":"since",...},...}]
ann[5]> subscription { onMessage(roomId: "club", since: "<at250>A") { seq } }
ann[5]< error [{"message":*,"extensions":{"code":"INVALID_CURSOR","argument":"since",...},...}]
ann[5]> subscription { onMessage(roomId: "club", since: "yesterday") { seq } }
ann[5]< error [{"message":*,"extensions":{"code":"INVALID_CURSOR","argument":"since",...},...}]
token foreign {"sub":"ann","tenant":"other","exp":"+60"}
post foreign { messages(roomId: "club", after: "<at250>") { resume } }
-> 200 {"errors":[{"extensions":{"code":"INVALID_CURSOR",...},...}],"data":{"messages":null}}

== cursors are good after a restart
server stop
server start
ann: login
ann[1]> subscription { onMessage(roomId: "club", since: "<at250>") { seq } }
ann[1]< {"data":{"onMessage":{"seq":251}},...}
ann[1]< {"data":{"onMessage":{"seq":252}},...}
ann: settled
