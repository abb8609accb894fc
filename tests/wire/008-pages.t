# Pages of a room's history.

room club ann
room empty ann
room other ann
sql> insert into gg_core (tenant_id, room_id, seq, id, sender_id, text, ts)
    select 'default', 'club', n, 'm' || n, 'ann', 't' || n, 1700000000000 + n * 1000 from generate_series(1, 7) n;
    update room set last_seq = 7, last_ts = 1700000007000 where room_id = 'club'

== without arguments: the newest first
post ann { messages(roomId: "club") { items { seq } nextToken pageInfo { hasNextPage hasPreviousPage } } }
-> 200 {"data":{"messages":{"items":[{"seq":7},{"seq":6},{"seq":5},{"seq":4},{"seq":3},{"seq":2},{"seq":1}],"nextToken":null,"pageInfo":{"hasNextPage":false,"hasPreviousPage":false}}}}

== limit and nextToken go back in time, to the end
post ann { messages(roomId: "club", limit: 3) { items { seq } nextToken pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }
-> 200 {"data":{"messages":{"items":[{"seq":7},{"seq":6},{"seq":5}],"nextToken":<at5>,"pageInfo":{"hasNextPage":true,"hasPreviousPage":false,"startCursor":<at7>,"endCursor":<at5>}}}}
post ann { messages(roomId: "club", limit: 3, nextToken: "<at5>") { items { seq } nextToken pageInfo { hasNextPage hasPreviousPage } } }
-> 200 {"data":{"messages":{"items":[{"seq":4},{"seq":3},{"seq":2}],"nextToken":<at2>,"pageInfo":{"hasNextPage":true,"hasPreviousPage":true}}}}
post ann { messages(roomId: "club", limit: 3, nextToken: "<at2>") { items { seq } nextToken pageInfo { hasNextPage hasPreviousPage } } }
-> 200 {"data":{"messages":{"items":[{"seq":1}],"nextToken":null,"pageInfo":{"hasNextPage":false,"hasPreviousPage":true}}}}

== a full last page knows that it is the last
post ann { messages(roomId: "club", first: 2, after: "<at2>") { items { seq } pageInfo { hasNextPage } } }
-> 200 {"data":{"messages":{"items":[{"seq":1}],"pageInfo":{"hasNextPage":false}}}}
post ann { messages(roomId: "club", first: 7) { items { seq } nextToken pageInfo { hasNextPage } } }
-> 200 {"data":{"messages":{"items":[*,*,*,*,*,*,*],"nextToken":null,"pageInfo":{"hasNextPage":false}}}}

== last and before come from the other end
post ann { messages(roomId: "club", last: 2) { items { seq } pageInfo { hasNextPage hasPreviousPage } } }
-> 200 {"data":{"messages":{"items":[{"seq":2},{"seq":1}],"pageInfo":{"hasNextPage":false,"hasPreviousPage":true}}}}
post ann { messages(roomId: "club", last: 2, before: "<at2>") { items { seq } pageInfo { hasNextPage hasPreviousPage } } }
-> 200 {"data":{"messages":{"items":[{"seq":4},{"seq":3}],"pageInfo":{"hasNextPage":true,"hasPreviousPage":true}}}}
post ann { messages(roomId: "club", last: 9, before: "<at5>") { items { seq } pageInfo { hasNextPage hasPreviousPage } } }
-> 200 {"data":{"messages":{"items":[{"seq":7},{"seq":6}],"pageInfo":{"hasNextPage":true,"hasPreviousPage":false}}}}

== oldest first, forward and backward
post ann { messages(roomId: "club", first: 2, order: OLDEST_FIRST) { edges { cursor node { seq cursor } } pageInfo { hasNextPage hasPreviousPage endCursor } } }
-> 200 {"data":{"messages":{"edges":[{"cursor":<at1>,"node":{"seq":1,"cursor":<at1>}},{"cursor":<at2>,"node":{"seq":2,"cursor":<at2>}}],"pageInfo":{"hasNextPage":true,"hasPreviousPage":false,"endCursor":<at2>}}}}
post ann { messages(roomId: "club", first: 9, after: "<at5>", order: OLDEST_FIRST) { items { seq } pageInfo { hasNextPage hasPreviousPage } } }
-> 200 {"data":{"messages":{"items":[{"seq":6},{"seq":7}],"pageInfo":{"hasNextPage":false,"hasPreviousPage":true}}}}
post ann { messages(roomId: "club", last: 2, before: "<at5>", order: OLDEST_FIRST) { items { seq } pageInfo { hasNextPage hasPreviousPage } } }
-> 200 {"data":{"messages":{"items":[{"seq":3},{"seq":4}],"pageInfo":{"hasNextPage":true,"hasPreviousPage":true}}}}

== after and before together are a window
post ann { messages(roomId: "club", first: 2, after: "<at7>", before: "<at2>") { items { seq } pageInfo { hasNextPage hasPreviousPage } } }
-> 200 {"data":{"messages":{"items":[{"seq":6},{"seq":5}],"pageInfo":{"hasNextPage":true,"hasPreviousPage":true}}}}
post ann { messages(roomId: "club", after: "<at2>", before: "<at5>") { items { seq } } }
-> 200 {"data":{"messages":{"items":[]}}}

== a time stands in for a cursor: the place behind all that is not newer
post ann { messages(roomId: "club", after: "2023-11-14T22:13:24.000Z") { items { seq } } }
-> 200 {"data":{"messages":{"items":[{"seq":4},{"seq":3},{"seq":2},{"seq":1}]}}}
post ann { messages(roomId: "club", after: "2023-11-14T23:13:24.000+01:00", order: OLDEST_FIRST) { items { seq } } }
-> 200 {"data":{"messages":{"items":[{"seq":5},{"seq":6},{"seq":7}]}}}
post ann { messages(roomId: "club", before: "2023-11-14T22:13:24.500Z") { items { seq } } }
-> 200 {"data":{"messages":{"items":[{"seq":7},{"seq":6},{"seq":5}]}}}

== an empty room has a page, and a place to resume from
post ann { messages(roomId: "empty") { items { seq } edges { cursor } nextToken resume pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }
-> 200 {"data":{"messages":{"items":[],"edges":[],"nextToken":null,"resume":~"^[A-Za-z0-9_-]+$","pageInfo":{"hasNextPage":false,"hasPreviousPage":false,"startCursor":null,"endCursor":null}}}}

== arguments that contradict each other are BAD_USER_INPUT
post ann { messages(roomId: "club", first: 1, last: 1) { resume } }
-> 200 {"errors":[{"message":*,"path":["messages"],"extensions":{"code":"BAD_USER_INPUT","argument":"last",...},...}],"data":{"messages":null}}
post ann { messages(roomId: "club", first: 1, limit: 1) { resume } }
-> 200 {"errors":[{"extensions":{"code":"BAD_USER_INPUT","argument":"limit",...},...}],"data":{"messages":null}}
post ann { messages(roomId: "club", limit: 1, last: 1) { resume } }
-> 200 {"errors":[{"extensions":{"code":"BAD_USER_INPUT","argument":"last",...},...}],"data":{"messages":null}}
post ann { messages(roomId: "club", after: "<at5>", nextToken: "<at5>") { resume } }
-> 200 {"errors":[{"extensions":{"code":"BAD_USER_INPUT","argument":"nextToken",...},...}],"data":{"messages":null}}

== a page has 1 to 200 messages
post ann { messages(roomId: "club", first: 0) { resume } }
-> 200 {"errors":[{"extensions":{"code":"BAD_USER_INPUT","argument":"first",...},...}],"data":{"messages":null}}
post ann { messages(roomId: "club", last: -1) { resume } }
-> 200 {"errors":[{"extensions":{"code":"BAD_USER_INPUT","argument":"last",...},...}],"data":{"messages":null}}
post ann { messages(roomId: "club", limit: 201) { resume } }
-> 200 {"errors":[{"extensions":{"code":"BAD_USER_INPUT","argument":"limit",...},...}],"data":{"messages":null}}
post ann { messages(roomId: "club", first: 200) { items { seq } } }
-> 200 {"data":{"messages":{"items":[*,...]}}}

== null means that it was left out
post ann { messages(roomId: "club", first: null, limit: 1, after: null, last: null) { items { seq } } }
-> 200 {"data":{"messages":{"items":[{"seq":7}]}}}

== a cursor that was tampered with, or of another room, or none at all, is INVALID_CURSOR
post ann { messages(roomId: "club", after: "x<at5>") { resume } }
-> 200 {"errors":[{"extensions":{"code":"INVALID_CURSOR","argument":"after",...},...}],"data":{"messages":null}}
post ann { messages(roomId: "other", after: "<at5>") { resume } }
-> 200 {"errors":[{"extensions":{"code":"INVALID_CURSOR","argument":"after",...},...}],"data":{"messages":null}}
post ann { messages(roomId: "club", before: "") { resume } }
-> 200 {"errors":[{"extensions":{"code":"INVALID_CURSOR","argument":"before",...},...}],"data":{"messages":null}}
post ann { messages(roomId: "club", nextToken: "5") { resume } }
-> 200 {"errors":[{"extensions":{"code":"INVALID_CURSOR","argument":"nextToken",...},...}],"data":{"messages":null}}

== one message by its id, and a room with its last
post ann { message(id: "m3") { seq text roomId } nothing: message(id: "m99") { seq } room(id: "club") { id roomType kind visibility lastSeq memberCount membership { role userId } lastMessage { seq } } }
-> 200 {"data":{"message":{"seq":3,"text":"t3","roomId":"club"},"nothing":null,"room":{"id":"club","roomType":"general","kind":"GROUP","visibility":"PRIVATE","lastSeq":7,"memberCount":1,"membership":{"role":"MEMBER","userId":"ann"},"lastMessage":{"seq":7}}},...}
