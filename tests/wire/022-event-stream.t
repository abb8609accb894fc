# graphql-sse's single connection mode: one stream of events for the operations of many requests.

room club ann bob
token old {"sub":"ann","exp":"-60"}

== a stream is reserved by who has a token
http PUT /graphql/stream
-> 401 {"errors":[{"message":*,"extensions":{"code":"UNAUTHENTICATED",...}}]}
    www-authenticate: Bearer
http PUT /graphql/stream
    authorization: Bearer <old>
-> 401 {"errors":[{"message":*,"extensions":{"code":"TOKEN_EXPIRED",...}}]}
http PUT /graphql/stream
    authorization: Bearer <ann>
-> 201 <stream>
    content-type: text/plain; charset=utf-8

== nothing begins on it before it is open
http POST /graphql/stream
    content-type: application/json
    authorization: Bearer <ann>
    x-graphql-event-stream-token: <stream>
    {"query":"{ __typename }","extensions":{"operationId":"1"}}
-> 409 {"errors":[{"message":*,"extensions":{"code":"CONFLICT",...}}]}

== the token opens it, once, and needs no header to do so
tail: open /graphql/stream?token=<stream>
http GET /graphql/stream?token=<stream>
    accept: text/event-stream
-> 409 {"errors":[{"message":*,"extensions":{"code":"CONFLICT",...}}]}

== results come on it under the operation's id
http POST /graphql/stream
    content-type: application/json
    authorization: Bearer <ann>
    x-graphql-event-stream-token: <stream>
    {"query":"{ viewer { userId } }","extensions":{"operationId":"1"}}
-> 202
tail< {"id":"1","payload":{"data":{"viewer":{"userId":"ann"}}}}
tail< {"id":"1"}
http POST /graphql/stream
    content-type: application/json
    authorization: Bearer <ann>
    x-graphql-event-stream-token: <stream>
    {"query":"subscription { onMessage(roomId: \"club\", since: \"2020-01-01T00:00:00Z\") { text } }","extensions":{"operationId":"club"}}
-> 202
post bob mutation { sendMessage(roomId: "club", text: "hello") { seq } }
-> 200 {"data":*}
tail< {"id":"club","payload":{"data":{"onMessage":{"text":"hello"}},...}}

== what is not valid, or not allowed at all, is the answer to its request
http POST /graphql/stream
    content-type: application/json
    authorization: Bearer <ann>
    x-graphql-event-stream-token: <stream>
    {"query":"{ nothing }","extensions":{"operationId":"2"}}
-> 400 {"errors":[{"message":*,"extensions":{"code":"GRAPHQL_VALIDATION_FAILED",...},...}]}
http POST /graphql/stream
    content-type: application/json
    authorization: Bearer <old>
    x-graphql-event-stream-token: <stream>
    {"query":"{ __typename }","extensions":{"operationId":"2"}}
-> 401 {"errors":[{"message":*,"extensions":{"code":"TOKEN_EXPIRED",...}}]}
http POST /graphql/stream
    content-type: application/json
    authorization: Bearer <ann>
    x-graphql-event-stream-token: <stream>
    {"query":"{ __typename }"}
-> 400 {"errors":[{"message":*,"extensions":{"code":"BAD_REQUEST",...}}]}
http GET /graphql/stream?token=<stream>&query=mutation%7BsendMessage(roomId:%22club%22,text:%22x%22)%7Bid%7D%7D&extensions=%7B%22operationId%22:%222%22%7D
    authorization: Bearer <ann>
-> 405 {"errors":[{"message":*,"extensions":{"code":"BAD_REQUEST",...}}]}

== what is refused once it runs comes on the stream
http POST /graphql/stream
    content-type: application/json
    authorization: Bearer <ann>
    x-graphql-event-stream-token: <stream>
    {"query":"subscription { onMessage(roomId: \"elsewhere\") { text } }","extensions":{"operationId":"3"}}
-> 202
tail< {"id":"3","payload":{"errors":[{"extensions":{"code":"NOT_FOUND",...},...}]}}
tail< {"id":"3"}

== somebody else's token begins and stops nothing
http POST /graphql/stream
    content-type: application/json
    authorization: Bearer <bob>
    x-graphql-event-stream-token: <stream>
    {"query":"{ __typename }","extensions":{"operationId":"2"}}
-> 403 {"errors":[{"message":*,"extensions":{"code":"FORBIDDEN",...}}]}
http DELETE /graphql/stream?operationId=club
    authorization: Bearer <bob>
    x-graphql-event-stream-token: <stream>
-> 403 {"errors":[{"message":*,"extensions":{"code":"FORBIDDEN",...}}]}

== DELETE stops one operation, and its id is free
http DELETE /graphql/stream?operationId=club
    authorization: Bearer <ann>
    x-graphql-event-stream-token: <stream>
-> 200
post bob mutation { sendMessage(roomId: "club", text: "unheard") { seq } }
-> 200 {"data":*}
http POST /graphql/stream
    content-type: application/json
    authorization: Bearer <ann>
    x-graphql-event-stream-token: <stream>
    {"query":"{ __typename }","extensions":{"operationId":"club"}}
-> 202
tail< {"id":"club","payload":{"data":{"__typename":"Query"}}}
tail< {"id":"club"}

== an id that is in use is 409, whatever asks for it
http POST /graphql/stream
    content-type: application/json
    authorization: Bearer <ann>
    x-graphql-event-stream-token: <stream>
    {"query":"subscription { onMessage(roomId: \"club\") { text } }","extensions":{"operationId":"twice"}}
-> 202
http POST /graphql/stream
    content-type: application/json
    authorization: Bearer <ann>
    x-graphql-event-stream-token: <stream>
    {"query":"{ __typename }","extensions":{"operationId":"twice"}}
-> 409 {"errors":[{"message":*,"extensions":{"code":"CONFLICT",...}}]}
http DELETE /graphql/stream?operationId=twice&token=<stream>
    authorization: Bearer <ann>
-> 200

== to stop what nobody knows, or knows no longer, does nothing
http DELETE /graphql/stream?operationId=twice&token=<stream>
    authorization: Bearer <ann>
-> 200
http DELETE /graphql/stream?operationId=never&token=<stream>
    authorization: Bearer <ann>
-> 200

== a DELETE that does not say of which stream, or what, is told so
http DELETE /graphql/stream?operationId=club
    authorization: Bearer <ann>
-> 404 {"errors":[{"message":*,"extensions":{"code":"NOT_FOUND",...}}]}
http DELETE /graphql/stream?token=<stream>
    authorization: Bearer <ann>
-> 400 {"errors":[{"message":*,"extensions":{"code":"BAD_REQUEST",...}}]}

== a request as GraphQL over HTTP refuses it is refused alike, and nothing comes on the stream
http POST /graphql/stream
    content-type: text/plain
    authorization: Bearer <ann>
    x-graphql-event-stream-token: <stream>
    {"query":"{ __typename }","extensions":{"operationId":"2"}}
-> 415 {"errors":[{"message":*,"extensions":{"code":"BAD_REQUEST",...}}]}
http POST /graphql/stream
    content-type: application/json
    authorization: Bearer <ann>
    x-graphql-event-stream-token: <stream>
    {"query":"query ($id: ID!) { room(id: $id) { id } }","extensions":{"operationId":"2"}}
-> 400 {"errors":[{"message":*,"extensions":{"code":"BAD_USER_INPUT",...},...}]}

== an operation ends with the token it came with, and the others go on
http POST /graphql/stream
    content-type: application/json
    authorization: Bearer <ann>
    x-graphql-event-stream-token: <stream>
    {"query":"subscription { onMessage(roomId: \"club\", since: \"2020-01-01T00:00:00Z\") { seq } }","extensions":{"operationId":"long"}}
-> 202
tail< {"id":"long","payload":{"data":{"onMessage":{"seq":1}},...}}
tail< {"id":"long","payload":{"data":{"onMessage":{"seq":2}},...}}
token soon {"sub":"ann","exp":"+5"}
http POST /graphql/stream
    content-type: application/json
    authorization: Bearer <soon>
    x-graphql-event-stream-token: <stream>
    {"query":"subscription { onMessage(roomId: \"club\") { seq } }","extensions":{"operationId":"short"}}
-> 202
tail< {"id":"short","payload":{"errors":[{"extensions":{"code":"TOKEN_EXPIRED","http":{"status":401}},...}]}}
tail< {"id":"short"}
post bob mutation { sendMessage(roomId: "club", text: "three") { seq } }
-> 200 {"data":*}
tail< {"id":"long","payload":{"data":{"onMessage":{"seq":3}},...}}

== a page of another origin may ask first, and is told the methods and the header
http OPTIONS /graphql/stream
    access-control-request-method: DELETE
-> 204
    allow: GET, POST, PUT, DELETE, OPTIONS
http PATCH /graphql/stream
-> 405 {"errors":[{"message":*,"extensions":{"code":"BAD_REQUEST",...}}]}
    allow: GET, POST, PUT, DELETE

== a token that nobody was given names no stream
http DELETE /graphql/stream?operationId=long
    authorization: Bearer <ann>
    x-graphql-event-stream-token: ffffffffffffffffffffffffffffffffff
-> 404 {"errors":[{"message":*,"extensions":{"code":"NOT_FOUND",...}}]}

== a server that stops breaks the stream off
http PUT /graphql/stream
    authorization: Bearer <ann>
-> 201 <again>
tail: open /graphql/stream?token=<again>
server stop
tail: breaks
