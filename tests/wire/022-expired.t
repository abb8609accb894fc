# History that is no longer kept.

room club ann
room other ann
sql> insert into gg_core (tenant_id, room_id, seq, id, sender_id, text, ts)
    select 'default', 'club', n, 'm' || n, 'ann', 't' || n, 1700000000000 + n * 1000 from generate_series(1, 7) n;
    update room set last_seq = 7, last_ts = 1700000007000 where room_id = 'club'
post ann { messages(roomId: "club", order: OLDEST_FIRST) { items { cursor } } }
-> 200 {"data":{"messages":{"items":[{"cursor":<at1>},{"cursor":<at2>},{"cursor":<at3>},{"cursor":<at4>},{"cursor":<at5>},{"cursor":<at6>},{"cursor":<at7>}]}}}
sql> delete from gg_core where room_id = 'club' and seq <= 4;
    update room set first_kept_seq = 5 where room_id = 'club'
ann: login

== a cursor behind which nothing is missing is good
ann[1]> subscription { onMessage(roomId: "club", since: "<at4>") { seq } }
ann[1]< {"data":{"onMessage":{"seq":5}},"extensions":{"guildhall":{"seq":5,"cursor":<at5>,"replayed":true}}}
ann[1]< {"data":{"onMessage":{"seq":6}},"extensions":{"guildhall":{"seq":6,"cursor":<at6>,"replayed":true}}}
ann[1]< {"data":{"onMessage":{"seq":7}},"extensions":{"guildhall":{"seq":7,"cursor":<at7>,"replayed":true}}}
ann[1]> complete

== an earlier one is HISTORY_EXPIRED, and says from where on all is kept
ann[2]> subscription { onMessage(roomId: "club", since: "<at3>") { seq } }
ann[2]< error [{"message":"Events after the given cursor are no longer kept.","path":["onMessage"],"extensions":{"code":"HISTORY_EXPIRED","http":{"status":410},"earliestCursor":<at4>}}]
ann[3]> subscription { onMessage(roomId: "club", since: "<at1>") { seq } }
ann[3]< error [{"extensions":{"code":"HISTORY_EXPIRED","earliestCursor":<at4>,...},...}]

== so is a time before what is kept; one after its first message is good
ann[4]> subscription { onMessage(roomId: "club", since: "1970-01-01T00:00:00Z") { seq } }
ann[4]< error [{"extensions":{"code":"HISTORY_EXPIRED","earliestCursor":<at4>,...},...}]
ann[5]> subscription { onMessage(roomId: "club", since: "2023-11-14T22:13:25.000Z") { seq } }
ann[5]< {"data":{"onMessage":{"seq":6}},...}
ann[5]< {"data":{"onMessage":{"seq":7}},...}
ann[5]> complete

== without since it does not matter
ann[6]> subscription { onMessage(roomId: "club") { seq } }
ann: settled
post ann mutation { sendMessage(roomId: "club", text: "x") { seq } }
-> 200 {"data":{"sendMessage":{"seq":8}}}
ann[6]< {"data":{"onMessage":{"seq":8}},"extensions":{"guildhall":{"seq":8,"replayed":false,...}}}
ann[6]> complete

== pages hold what there is
post ann { messages(roomId: "club", after: "<at6>") { items { seq } pageInfo { hasNextPage } } }
-> 200 {"data":{"messages":{"items":[{"seq":5}],"pageInfo":{"hasNextPage":false}}}}
