# How often, and how many at a time.

options --rate-requests 1/h --rate-requests-burst 5 --rate-sends 1/h --rate-sends-burst 2 --max-connections-per-user 2 --max-root-fields 3 --max-fields 6
room club ann bob

== a user sends so many messages, on whatever connection, and is told when to go on
post ann mutation { sendMessage(roomId: "club", text: "1") { seq } }
-> 200 {"data":{"sendMessage":{"seq":1}}}
ann: login
ann[1]> mutation { sendMessage(roomId: "club", text: "2") { seq } }
ann[1]< {"data":{"sendMessage":{"seq":2}}}
ann[1]< complete
ann[2]> mutation { a: sendMessage(roomId: "club", text: "3") { seq } }
ann[2]< {"errors":[{"message":*,"locations":*,"path":["a"],"extensions":{"code":"RATE_LIMITED","http":{"status":429},"retryAfterMs":*}}],"data":{"a":null}}
ann[2]< complete
post ann { viewer { userId } }
-> 200 {"data":{"viewer":{"userId":"ann"}}}
post bob mutation { sendMessage(roomId: "club", text: "3") { seq } }
-> 200 {"data":{"sendMessage":{"seq":3}}}

== a connection asks for so many operations, and the socket stays
bob: login
bob[1]> { serverInfo { limits { requestsPerSecond } } }
bob[1]< {"data":{...}}
bob[1]< complete
bob[2]> { __typename }
bob[2]< {"data":{...}}
bob[2]< complete
bob[3]> { __typename }
bob[3]< {"data":{...}}
bob[3]< complete
bob[4]> { __typename }
bob[4]< {"data":{...}}
bob[4]< complete
bob[5]> subscription { onMessage(roomId: "club") { text } }
bob[6]> { __typename }
bob[6]< error [{"message":*,"extensions":{"code":"RATE_LIMITED","http":{"status":429},"retryAfterMs":*}}]
bob: quiet

== a user has so many connections, and room again when one has gone
first: login carl
second: login carl
third: connect
third> {"type":"connection_init","payload":{"authorization":"Bearer <carl>"}}
third! 1013 Too many connections
second: close 1000 bye
second: login carl

== an operation has so many fields at its root, and in all
post ann { a: __typename b: __typename c: __typename d: __typename }
-> 200 {"errors":[{"message":"The operation has 4 fields at its root, fragments included; the limit is 3.","locations":*,"extensions":{"code":"QUERY_TOO_COMPLEX",...,"limit":"rootFields"}}]}
post ann { viewer { ...V rooms { ...R } } } fragment V on Viewer { userId tenantId } fragment R on Room { id name kind }
-> 200 {"errors":[{"message":"The operation has 7 fields, fragments included; the limit is 6.","locations":*,"extensions":{"code":"QUERY_TOO_COMPLEX",...,"limit":"fields"}}]}

== operations on an event stream count for the stream's connection
http PUT /graphql/stream
    authorization: Bearer <dora>
-> 201 <stream>
tail: open /graphql/stream?token=<stream>
http POST /graphql/stream
    content-type: application/json
    authorization: Bearer <dora>
    x-graphql-event-stream-token: <stream>
    {"query":"{ __typename }","extensions":{"operationId":"1"}}
-> 202
http POST /graphql/stream
    content-type: application/json
    authorization: Bearer <dora>
    x-graphql-event-stream-token: <stream>
    {"query":"{ __typename }","extensions":{"operationId":"2"}}
-> 202
http POST /graphql/stream
    content-type: application/json
    authorization: Bearer <dora>
    x-graphql-event-stream-token: <stream>
    {"query":"{ __typename }","extensions":{"operationId":"3"}}
-> 202
http POST /graphql/stream
    content-type: application/json
    authorization: Bearer <dora>
    x-graphql-event-stream-token: <stream>
    {"query":"{ __typename }","extensions":{"operationId":"4"}}
-> 202
http POST /graphql/stream
    content-type: application/json
    authorization: Bearer <dora>
    x-graphql-event-stream-token: <stream>
    {"query":"{ __typename }","extensions":{"operationId":"5"}}
-> 202
http POST /graphql/stream
    content-type: application/json
    authorization: Bearer <dora>
    x-graphql-event-stream-token: <stream>
    {"query":"{ __typename }","extensions":{"operationId":"6"}}
-> 429 {"errors":[{"message":*,"extensions":{"code":"RATE_LIMITED","http":{"status":429},"retryAfterMs":*}}]}
