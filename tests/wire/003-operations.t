# Queries, mutations and subscriptions over one socket.

options --open-rooms lobby
room club ann bob

== a query's result is one next, then complete, and its id is free again
ann: login
ann[1]> { viewer { userId tenantId session { userId tenantId scopes } } }
ann[1]< {"data":{"viewer":{"userId":"ann","tenantId":"default","session":{"userId":"ann","tenantId":"default","scopes":["CHAT"]}}}}
ann[1]< complete
ann[1]> { __typename }
ann[1]< {"data":{"__typename":"Query"}}
ann[1]< complete

== a mutation over the socket gives back the message as stored
ann[2]> mutation { sendMessage(roomId: "club", text: "hello", idempotencyKey: "k") {
    id roomId guildId senderId text ts type roomType seq cursor idempotencyKey } }
ann[2]< {"data":{"sendMessage":{
    "id":~"^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$",
    "roomId":"club","guildId":null,"senderId":"ann","text":"hello",
    "ts":~"^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$",
    "type":"Message","roomType":"general","seq":1,"cursor":~"^[A-Za-z0-9_-]+$","idempotencyKey":"k"}}}
ann[2]< complete

== a subscriber hears what another sends, in order, each once
bob: login
ann[live]> subscription { onMessage(roomId: "club") { seq text senderId } }
ann: settled
bob[1]> mutation { a: sendMessage(roomId: "club", text: "one") { seq } b: sendMessage(roomId: "club", text: "two") { seq } }
bob[1]< {"data":{"a":{"seq":2},"b":{"seq":3}}}
bob[1]< complete
ann[live]< {"data":{"onMessage":{"seq":2,"text":"one","senderId":"bob"}},"extensions":{"guildhall":{"seq":2,"cursor":*,"replayed":false}}}
ann[live]< {"data":{"onMessage":{"seq":3,"text":"two","senderId":"bob"}},"extensions":{"guildhall":{"seq":3,"cursor":*,"replayed":false}}}
ann: quiet

== the sender hears its own message on its own subscription
ann[3]> mutation { sendMessage(roomId: "club", text: "mine") { seq } }
ann< {...}
ann< {...}
ann< {...}
ann: quiet

== each subscription has its own selection, aliases and fragments
bob[s]> subscription Watch { line: onMessage(roomId: "club") { ...Part t: type } } fragment Part on Message { text }
bob: settled
ann[live]> complete
ann: quiet
post ann mutation { sendMessage(roomId: "club", text: "picked") { seq } }
-> 200 {"data":{"sendMessage":{"seq":5}}}
bob[s]< {"data":{"line":{"text":"picked","t":"Message"}},"extensions":*}

== after complete nothing comes under that id, and it is free at once
bob[s]> complete
bob[s]> { __typename }
bob[s]< {"data":{"__typename":"Query"}}
bob[s]< complete
post ann mutation { sendMessage(roomId: "club", text: "unheard") { seq } }
-> 200 {"data":{"sendMessage":{"seq":6}}}
bob: quiet

== complete for an id that nobody knows is ignored
bob> {"id":"nothing","type":"complete"}
bob: quiet

== variables, operationName and extensions are taken along
ann> {"id":"5","type":"subscribe","payload":{"operationName":"B","variables":{"id":"club"},"extensions":{"x":1},
    "query":"query A { __typename } query B($id: ID!) { room(id: $id) { id lastSeq } }"}}
ann[5]< {"data":{"room":{"id":"club","lastSeq":6}}}
ann[5]< complete

== a message of a room goes to the subscribers of that room and of no other
ann[lobby]> subscription { onMessage(roomId: "lobby") { text } }
ann[club]> subscription { onMessage(roomId: "club") { text } }
ann: settled
post bob mutation { sendMessage(roomId: "lobby", text: "in the lobby") { seq } }
-> 200 {"data":{"sendMessage":{"seq":1}}}
ann[lobby]< {"data":{"onMessage":{"text":"in the lobby"}},...}
ann: quiet
post bob mutation { sendMessage(roomId: "club", text: "in the club") { seq } }
-> 200 {"data":{"sendMessage":{"seq":7}}}
ann[club]< {"data":{"onMessage":{"text":"in the club"}},...}
ann: quiet

== two operations at a time are answered each under its own id
ann[x]> { viewer { userId } }
ann[y]> mutation { sendMessage(roomId: "lobby", text: "y") { seq } }
ann< {"id":~"^(x|y|lobby)$",...}
ann< {"id":~"^(x|y|lobby)$",...}
ann< {"id":~"^(x|y|lobby)$",...}
ann< {"id":~"^(x|y|lobby)$",...}
ann< {"id":~"^(x|y|lobby)$",...}
ann: quiet
