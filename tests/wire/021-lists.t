# Lists of members and rooms, page by page, while they change.

room club ann bob carl dan
sql> update member set joined_at = 1000 + ascii(user_id); update member set role = 'OWNER' where user_id = 'ann'

== a page goes on behind its end, and knows where it stands
post ann { room(id: "club") { members(first: 2) { items { userId } edges { cursor node { userId } } nextToken pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }
-> 200 {"data":{"room":{"members":{"items":[{"userId":"ann"},{"userId":"bob"}],"edges":[{"cursor":<ann1>,"node":{"userId":"ann"}},{"cursor":<bob2>,"node":{"userId":"bob"}}],"nextToken":<bob2>,"pageInfo":{"hasNextPage":true,"hasPreviousPage":false,"startCursor":<ann1>,"endCursor":<bob2>}}}}}
post ann { room(id: "club") { members(after: "<bob2>") { items { userId } nextToken pageInfo { hasNextPage hasPreviousPage } } } }
-> 200 {"data":{"room":{"members":{"items":[{"userId":"carl"},{"userId":"dan"}],"nextToken":null,"pageInfo":{"hasNextPage":false,"hasPreviousPage":true}}}}}

== it goes on there when whoever it ended with has left
post ann mutation { removeMember(input: {roomId: "club", userId: "bob"}) { room { memberCount } } }
-> 200 {"data":{"removeMember":{"room":{"memberCount":3}}}}
post ann { room(id: "club") { members(after: "<bob2>") { items { userId } } } }
-> 200 {"data":{"room":{"members":{"items":[{"userId":"carl"},{"userId":"dan"}]}}}}

== what is no cursor of such a list is INVALID_CURSOR
post ann { room(id: "club") { a: members(after: "") { nextToken } } b: room(id: "club") { members(after: "Ym9i") { nextToken } } c: room(id: "club") { members(after: "<bob2>A") { nextToken } } d: room(id: "club") { members(after: "MDEgYQ") { nextToken } } }
-> 200 {"errors":[{"path":["room","a"],"extensions":{"code":"INVALID_CURSOR","argument":"after",...},...},{"path":["b","members"],"extensions":{"code":"INVALID_CURSOR",...},...},{"path":["c","members"],"extensions":{"code":"INVALID_CURSOR",...},...},{"path":["d","members"],"extensions":{"code":"INVALID_CURSOR",...},...}],"data":{"room":null,"b":null,"c":null,"d":null}}

== the latest active room comes first, a new one before those that were active earlier
post eve mutation { a: createRoom(input: {id: "a"}) { created } b: createRoom(input: {id: "b"}) { created } c: createRoom(input: {id: "c"}) { created } d: createRoom(input: {id: "d"}) { created } }
-> 200 {"data":{"a":{"created":true},"b":{"created":true},"c":{"created":true},"d":{"created":true}}}
sql> update room set created_at = created_at - 100000 + ascii(room_id) where room_id in ('a', 'b', 'c')
post eve { viewer { rooms(first: 2) { items { id } nextToken } } }
-> 200 {"data":{"viewer":{"rooms":{"items":[{"id":"d"},{"id":"c"}],"nextToken":<atC>}}}}

== what becomes active between two pages is not told twice
post eve mutation { sendMessage(roomId: "c", text: "x") { seq } }
-> 200 {"data":{"sendMessage":{"seq":1}}}
post eve { viewer { rooms(after: "<atC>") { items { id } pageInfo { hasNextPage hasPreviousPage } } } }
-> 200 {"data":{"viewer":{"rooms":{"items":[{"id":"b"},{"id":"a"}],"pageInfo":{"hasNextPage":false,"hasPreviousPage":true}}}}}
post eve { viewer { rooms(first: 1) { edges { node { id } cursor } pageInfo { startCursor endCursor } } } }
-> 200 {"data":{"viewer":{"rooms":{"edges":[{"node":{"id":"c"},"cursor":<newC>}],"pageInfo":{"startCursor":<newC>,"endCursor":<newC>}}}}}
