# Subscriptions over HTTP: server-sent events as in graphql-sse's PROTOCOL.md (distinct connections
# mode), and Apollo's multipart subscriptions.

room club ann bob
token old {"sub":"ann","exp":"-60"}

== what is sent comes as an event, and the position to resume from with it
tail: events ann subscription { onMessage(roomId: "club", since: "2020-01-01T00:00:00Z") { seq text } }
post bob mutation { sendMessage(roomId: "club", text: "one") { seq } }
-> 200 {"data":*}
tail< {"data":{"onMessage":{"seq":1,"text":"one"}},"extensions":{"guildhall":{"seq":1,"cursor":<first>,"replayed":*}}}

== the same in parts
parts: parts bob subscription { onMessage(roomId: "club", since: "<first>") { seq text } }
post bob mutation { sendMessage(roomId: "club", text: "two") { seq } }
-> 200 {"data":*}
tail< {"data":{"onMessage":{"seq":2,"text":"two"}},...}
parts< {"data":{"onMessage":{"seq":2,"text":"two"}},...}

== who comes back with the last cursor has missed nothing
tail: cut
post bob mutation { sendMessage(roomId: "club", text: "three") { seq } }
-> 200 {"data":*}
tail: events ann subscription { onMessage(roomId: "club", since: "<first>") { seq text } }
tail< {"data":{"onMessage":{"seq":2,"text":"two"}},"extensions":{"guildhall":{"replayed":true,...}}}
tail< {"data":{"onMessage":{"seq":3,"text":"three"}},"extensions":{"guildhall":{"replayed":true,...}}}

== a query and a mutation are served as events as well
q: events ann { viewer { userId } }
q< {"data":{"viewer":{"userId":"ann"}}}
q: completes
q: events ann mutation { sendMessage(roomId: "club", text: "four") { seq } }
q< {"data":{"sendMessage":{"seq":4}}}
q: completes

== GET opens a stream, and sends nothing
http GET /graphql?query=mutation%7BsendMessage(roomId:%22club%22,text:%22x%22)%7Bid%7D%7D
    accept: text/event-stream
    authorization: Bearer <ann>
-> 405 {"errors":[{"message":*,"extensions":{"code":"BAD_REQUEST",...}}]}
    allow: POST
http GET /graphql?query=%7B__typename%7D
    accept: text/event-stream
-> 200
    content-type: text/event-stream; charset=utf-8
    cache-control: no-cache, no-store, no-transform

== what is not valid is told in an event
q: events ann { nothing }
q< {"errors":[{"extensions":{"code":"GRAPHQL_VALIDATION_FAILED",...},...}]}
q: completes
q: events ann {
q< {"errors":[{"extensions":{"code":"GRAPHQL_PARSE_FAILED",...},...}]}
q: completes

== so is who may not read the room, and that a cursor is of another one
q: events eve subscription { onMessage(roomId: "club") { seq } }
q< {"errors":[{"extensions":{"code":"FORBIDDEN",...},...}]}
q: completes
q: parts eve subscription { onMessage(roomId: "club") { seq } }
q< {"errors":[{"extensions":{"code":"FORBIDDEN",...},...}]}
q: completes
q: events nobody subscription { onMessage(roomId: "club") { seq } }
q< {"errors":[{"extensions":{"code":"UNAUTHENTICATED",...},...}],...}
q: completes

== a token that has ended is refused before there is a stream
http POST /graphql
    content-type: application/json
    accept: text/event-stream
    authorization: Bearer <old>
    {"query":"subscription { onMessage(roomId: \"club\") { seq } }"}
-> 401 {"errors":[{"message":*,"extensions":{"code":"TOKEN_EXPIRED",...}}]}
    content-type: application/json; charset=utf-8
    www-authenticate: Bearer

== one that ends meanwhile ends the stream, which says so
token brief {"sub":"ann","exp":"+5"}
brief: events brief subscription { onMessage(roomId: "club") { seq } }
short: parts brief subscription { onMessage(roomId: "club") { seq } }
brief< {"errors":[{"message":*,"extensions":{"code":"TOKEN_EXPIRED","http":{"status":401}}}]}
brief: completes
short< {"errors":[{"message":*,"extensions":{"code":"TOKEN_EXPIRED","http":{"status":401}}}]}
short: completes

== a server that stops breaks its streams off: they are to be opened again
tail< {"data":{"onMessage":{"seq":4,"text":"four"}},...}
server stop
tail: breaks
server start
tail: events ann subscription { onMessage(roomId: "club", since: "<first>") { seq } }
tail< {"data":{"onMessage":{"seq":2}},...}
