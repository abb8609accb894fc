# Several operations in one request over HTTP.

options --batching 4 --rate-requests 1/h --rate-requests-burst 3
room club ann

== the results of queries and mutations stand in their order, one that is invalid among them
http POST /graphql
    content-type: application/json
    authorization: Bearer <ann>
    [{"query":"mutation { sendMessage(roomId: \"club\", text: \"1\") { seq } }"},{"query":"{ nothing }"},{"query":"query ($n: Int) { messages(roomId: \"club\", last: $n) { items { text } } }","variables":{"n":0}}]
-> 200 [{"data":{"sendMessage":{"seq":1}}},{"errors":[{"message":*,"locations":*,"extensions":*}]},{"errors":*,...}]

== so they do in the newer media type; what all have in common is the status
http POST /graphql
    content-type: application/json
    accept: application/graphql-response+json
    [{"query":"{ __typename }"},{"query":"{"}]
-> 200 [{"data":{"__typename":"Query"}},{"errors":[{"message":*,"locations":*,"extensions":*}]}]
    content-type: application/graphql-response+json; charset=utf-8
http POST /graphql
    content-type: application/json
    accept: application/graphql-response+json
    [{"query":"{ nothing }"},{"query":"{"}]
-> 400 [{"errors":*},{"errors":*}]
http POST /graphql
    content-type: application/json
    authorization: Bearer none
    [{"query":"{ __typename }"},{"query":"{ __typename }"}]
-> 401 [{"errors":[{"message":*,"extensions":{"code":"UNAUTHENTICATED",...}}]},{"errors":[{"message":*,"extensions":{"code":"UNAUTHENTICATED",...}}]}]

== a subscription is refused where it stands
http POST /graphql
    content-type: application/json
    authorization: Bearer <ann>
    accept: text/event-stream, application/json
    [{"query":"subscription { onMessage(roomId: \"club\") { text } }"},{"query":"{ __typename }"}]
-> 200 [{"errors":[{"message":"A subscription needs a response that can stream: accept text/event-stream or multipart/mixed;subscriptionSpec=1.0, or connect with WebSocket, sub-protocol graphql-transport-ws.","extensions":{"code":"BAD_REQUEST",...}}]},{"data":{"__typename":"Query"}}]
http POST /graphql
    content-type: application/json
    accept: text/event-stream
    [{"query":"{ __typename }"}]
-> 406 {"errors":[{"message":*,"extensions":{"code":"BAD_REQUEST",...}}]}

== each counts for the rate of its connection
http POST /graphql
    content-type: application/json
    [{"query":"{ __typename }"},{"query":"{ __typename }"},{"query":"{ __typename }"},{"query":"{ __typename }"}]
-> 200 [{"data":*},{"data":*},{"data":*},{"errors":[{"message":*,"extensions":{"code":"RATE_LIMITED","http":{"status":429},"retryAfterMs":*}}]}]

== more operations than allowed, none, and what is no operation
http POST /graphql
    content-type: application/json
    [{"query":"{ __typename }"},{"query":"{ __typename }"},{"query":"{ __typename }"},{"query":"{ __typename }"},{}]
-> 400 {"errors":[{"message":"The batch has 5 operations; the limit is 4.","extensions":{"code":"BAD_REQUEST",...}}]}
http POST /graphql
    content-type: application/json
    []
-> 400 {"errors":[{"message":"The batch is empty: the body must hold one operation at least.","extensions":{"code":"BAD_REQUEST",...}}]}
http POST /graphql
    content-type: application/json
    [{"query":"{ __typename }"},[]]
-> 400 {"errors":[{"message":"[1] must be an object with a member \"query\".","extensions":{"code":"BAD_REQUEST",...}}]}
