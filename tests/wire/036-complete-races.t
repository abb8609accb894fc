# `complete` of graphql-transport-ws from either side, and where the two cross. What is sent between
# `gathers` and `sends` comes in one piece, so that the database cannot have answered in between.

room club ann bob
room attic bob

== a query that its client completes before it is answered is never answered
ann: login
ann: gathers
ann[1]> { viewer { rooms(first: 1) { items { id } } } }
ann[1]> complete
ann: sends
ann: settled
ann: quiet

== nor is one whose answer waits to be sent already
ann: gathers
ann[1]> { __typename }
ann[1]> complete
ann: sends
ann: quiet

== a mutation is carried out all the same, in silence
ann: gathers
ann[1]> mutation { sendMessage(roomId: "club", text: "unanswered") { seq } }
ann[1]> complete
ann: sends
sql> do $$ begin
    while not exists (select from gg_core where text = 'unanswered') loop perform pg_sleep(0.01); end loop;
    end $$
ann: quiet
post bob { messages(roomId: "club") { items { seq text } } }
-> 200 {"data":{"messages":{"items":[{"seq":1,"text":"unanswered"}]}}}

== its id is free at once, for a query as for a subscription
ann: gathers
ann[2]> { viewer { rooms(first: 1) { items { id } } } }
ann[2]> complete
ann[2]> { again: __typename }
ann: sends
ann[2]< {"data":{"again":"Query"}}
ann[2]< complete
ann: gathers
ann[2]> subscription { old: onMessage(roomId: "club") { seq } }
ann[2]> complete
ann[2]> subscription { new: onMessage(roomId: "club") { seq } }
ann: sends
ann: settled
post bob mutation { sendMessage(roomId: "club", text: "two") { seq } }
-> 200 {"data":{"sendMessage":{"seq":2}}}
ann[2]< {"data":{"new":{"seq":2}},...}
ann: quiet

== a subscription that is completed while it is set up is never heard of
ann: gathers
ann[3]> subscription { onMessage(roomId: "club", since: "1970-01-01T00:00:00.000Z") { seq } }
ann[3]> complete
ann[4]> subscription { onMessage(roomId: "attic") { seq } }
ann[4]> complete
ann: sends
ann: settled
ann: quiet

== the server's complete and the client's cross: the client's is ignored
ann[5]> { __typename }
ann[5]< {"data":{"__typename":"Query"}}
ann[5]< complete
ann[5]> complete
ann[5]> complete
ann: quiet

== so do the server's error and the client's complete
ann[6]> subscription { onMessage(roomId: "attic") { seq } }
ann[6]< error [{"extensions":{"code":"FORBIDDEN",...},...}]
ann[6]> complete
ann[6]> { __typename }
ann[6]< {"data":{"__typename":"Query"}}
ann[6]< complete

== a removal ends a stream with an error while the client completes it: one of the two is heard, and the id is free
bob: login
bob[7]> subscription { onMessage(roomId: "club") { seq } }
bob: settled
post bob mutation { leaveRoom(input: { roomId: "club" }) { roomId } }
-> 200 {"data":{"leaveRoom":{"roomId":"club"}}}
bob[7]< error [{"extensions":{"code":"FORBIDDEN",...},...}]
bob[7]> complete
bob[7]> { __typename }
bob[7]< {"data":{"__typename":"Query"}}
bob[7]< complete

== of many operations those are answered that nobody completed
ann: gathers
ann[a]> { a: viewer { rooms(first: 1) { items { id } } } }
ann[b]> { b: viewer { rooms(first: 1) { items { id } } } }
ann[c]> { c: viewer { rooms(first: 1) { items { id } } } }
ann[d]> { d: viewer { rooms(first: 1) { items { id } } } }
ann[b]> complete
ann[d]> complete
ann: sends
ann[a]< {"data":{"a":*}}
ann[a]< complete
ann[c]< {"data":{"c":*}}
ann[c]< complete
ann: settled
ann: quiet

== a client that goes in the middle of everything leaves nothing behind
ann: gathers
ann[x]> { viewer { rooms(first: 1) { items { id } } } }
ann[y]> mutation { sendMessage(roomId: "club", text: "last words") { seq } }
ann[z]> subscription { onMessage(roomId: "club", since: "1970-01-01T00:00:00.000Z") { seq } }
ann: close 1000 
ann: sends
ann! 1000 
sql> do $$ begin
    while not exists (select from gg_core where text = 'last words') loop perform pg_sleep(0.01); end loop;
    end $$
ann: login
post ann { messages(roomId: "club") { items { text } } }
-> 200 {"data":{"messages":{"items":[{"text":"last words"},{"text":"two"},{"text":"unanswered"}]}}}
