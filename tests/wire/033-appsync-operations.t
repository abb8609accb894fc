# Operations in AppSync's realtime protocol, and its clients' queries over HTTP.

key robots_key robot
room club ann bob robot
room attic bob
base64url ann_header {"host":"chat.example","Authorization":"<ann>"}

== a subscription is acknowledged once it stands: what is sent then is heard
ann: connect /graphql/realtime graphql-ws header-<ann_header>
ann> {"type":"connection_init"}
ann< {"type":"connection_ack",...}
ann< {"type":"ka"}
ann> {"id":"1","type":"start","payload":{
    "data":"{\"query\":\"subscription F($r: ID!) { onMessage(roomId: $r) { seq text } }\",\"variables\":{\"r\":\"club\"}}",
    "extensions":{"authorization":{"host":"chat.example","Authorization":"<ann>","x-amz-user-agent":"aws-amplify/6"}}}}
ann< {"id":"1","type":"start_ack"}
post bob mutation { sendMessage(roomId: "club", text: "one") { seq } }
-> 200 {"data":{"sendMessage":{"seq":1}}}
ann< {"id":"1","type":"data","payload":{"data":{"onMessage":{"seq":1,"text":"one"}},...}}
ann: quiet

== a stop is answered by complete
ann> {"id":"1","type":"stop"}
ann< {"id":"1","type":"complete"}
post bob mutation { sendMessage(roomId: "club", text: "two") { seq } }
-> 200 {"data":{"sendMessage":{"seq":2}}}
ann: quiet

== a start that shows nobody is for whom the connection is for, and history comes behind start_ack
ann> {"id":"2","type":"start","payload":{
    "data":"{\"query\":\"subscription { onMessage(roomId: \\\"club\\\", since: \\\"1970-01-01T00:00:00.000Z\\\") { seq } }\"}"}}
ann< {"id":"2","type":"start_ack"}
ann< {"id":"2","type":"data","payload":{"data":{"onMessage":{"seq":1}},...}}
ann< {"id":"2","type":"data","payload":{"data":{"onMessage":{"seq":2}},...}}

== what is refused is an error with a type, and the socket stays; FORBIDDEN is not a type that clients reconnect on
ann> {"id":"3","type":"start","payload":{"data":"{\"query\":\"subscription { onMessage(roomId: \\\"attic\\\") { seq } }\"}"}}
ann< {"id":"3","type":"error","payload":{"errors":[{"message":*,"path":["onMessage"],
    "errorType":"AccessDeniedException","errorCode":403,"extensions":{"code":"FORBIDDEN",...}}]}}
ann> {"id":"4","type":"start","payload":{"data":"{\"query\":\"subscription { nothing }\"}"}}
ann< {"id":"4","type":"error","payload":{"errors":[{"message":*,"locations":*,
    "errorType":"ValidationError","errorCode":400,"extensions":{"code":"GRAPHQL_VALIDATION_FAILED",...}}]}}
ann> {"id":"5","type":"start","payload":{"data":"{"}}
ann< {"id":"5","type":"error","payload":{"errors":[{"message":"Message \"payload.data\" is not well-formed JSON at line 1, column 1",
    "errorType":"BadRequestException","errorCode":400,...}]}}
ann: quiet

== each operation may be another user's, by the token that it shows
ann> {"id":"6","type":"start","payload":{
    "data":"{\"query\":\"subscription { onMessage(roomId: \\\"attic\\\") { seq text } }\"}",
    "extensions":{"authorization":{"Authorization":"Bearer <bob>"}}}}
ann< {"id":"6","type":"start_ack"}
post bob mutation { sendMessage(roomId: "attic", text: "only bob") { seq } }
-> 200 {"data":{"sendMessage":{"seq":1}}}
ann< {"id":"6","type":"data","payload":{"data":{"onMessage":{"seq":1,"text":"only bob"}},...}}
ann> {"id":"7","type":"start","payload":{"data":"{\"query\":\"subscription { onMessage(roomId: \\\"attic\\\") { seq } }\"}"}}
ann< {"id":"7","type":"error","payload":{"errors":[{"errorType":"AccessDeniedException",...}]}}

== a token of the same user with other rights counts for its own operation only; an error beside data carries its type
token reader {"sub":"ann","exp":"+7200","scope":"CHAT_READ"}
ann> {"id":"r","type":"start","payload":{"data":"{\"query\":\"mutation { sendMessage(roomId: \\\"club\\\", text: \\\"no\\\") { seq } }\"}",
    "extensions":{"authorization":{"Authorization":"<reader>"}}}}
ann< {"id":"r","type":"start_ack"}
ann< {"id":"r","type":"data","payload":{"errors":[{"message":*,"locations":*,"path":["sendMessage"],
    "errorType":"AccessDeniedException","errorCode":403,"extensions":{"code":"FORBIDDEN",...}}],"data":{"sendMessage":null}}}
ann< {"id":"r","type":"complete"}
ann> {"id":"r","type":"start","payload":{"data":"{\"query\":\"subscription { onMessage(roomId: \\\"attic\\\") { seq } }\"}",
    "extensions":{"authorization":{"Authorization":"<reader>"}}}}
ann< {"id":"r","type":"error","payload":{"errors":[{"errorType":"AccessDeniedException",...}]}}
ann> {"id":"r","type":"start","payload":{"data":"{\"query\":\"subscription { onMessage(roomId: \\\"club\\\") { seq } }\"}",
    "extensions":{"authorization":{"Authorization":"<reader>"}}}}
ann< {"id":"r","type":"start_ack"}
ann> {"id":"r","type":"stop"}
ann< {"id":"r","type":"complete"}
ann> {"id":"w","type":"start","payload":{"data":"{\"query\":\"mutation { sendMessage(roomId: \\\"club\\\", text: \\\"\\\") { seq } }\"}"}}
ann< {"id":"w","type":"start_ack"}
ann< {"id":"w","type":"data","payload":{"errors":[{"errorType":"ValidationError",...}],"data":{"sendMessage":null}}}
ann< {"id":"w","type":"complete"}

== or whose the API key is that it shows
ann> {"id":"k","type":"start","payload":{"data":"{\"query\":\"{ viewer { userId } }\"}",
    "extensions":{"authorization":{"host":"chat.example","x-amz-date":"20261119T215223Z","x-api-key":"<robots_key>"}}}}
ann< {"id":"k","type":"start_ack"}
ann< {"id":"k","type":"data","payload":{"data":{"viewer":{"userId":"robot"}}}}
ann< {"id":"k","type":"complete"}

== a bad token in a start refuses that one, with the type on which clients fetch a new token
ann> {"id":"8","type":"start","payload":{
    "data":"{\"query\":\"subscription { onMessage(roomId: \\\"club\\\") { seq } }\"}",
    "extensions":{"authorization":{"Authorization":"not.a.token"}}}}
ann< {"id":"8","type":"error","payload":{"errors":[{"message":*,"errorType":"UnauthorizedException","errorCode":401,...}]}}
ann: quiet

== a start may come without connection_init
ann: connect /graphql/realtime graphql-ws header-<ann_header>
ann> {"id":"1","type":"start","payload":{"data":"{\"query\":\"subscription { onMessage(roomId: \\\"club\\\") { seq } }\"}"}}
ann< {"type":"connection_ack",...}
ann< {"type":"ka"}
ann< {"id":"1","type":"start_ack"}

== a token that ends closes the socket, and one shown in a later start puts that off
token brief {"sub":"ann","exp":"+4"}
token longer {"sub":"ann","exp":"+600"}
base64url brief_header {"host":"chat.example","Authorization":"<brief>"}
ann: connect /graphql/realtime graphql-ws header-<brief_header>
eve: connect /graphql/realtime graphql-ws header-<brief_header>
ann> {"type":"connection_init"}
eve> {"type":"connection_init"}
ann< {"type":"connection_ack",...}
eve< {"type":"connection_ack",...}
ann< {"type":"ka"}
eve< {"type":"ka"}
ann> {"id":"1","type":"start","payload":{"data":"{\"query\":\"subscription { onMessage(roomId: \\\"club\\\") { seq } }\"}",
    "extensions":{"authorization":{"Authorization":"<longer>"}}}}
ann< {"id":"1","type":"start_ack"}
eve! 4403 Token expired
ann: quiet

== queries and mutations go over HTTP, with the token bare or as Bearer
http POST /graphql
    content-type: application/json; charset=UTF-8
    authorization: <ann>
    x-amz-user-agent: aws-amplify/6 api/1
    {"query":"mutation { sendMessage(roomId: \"club\", text: \"bare\") { seq } }","variables":null}
-> 200 {"data":{"sendMessage":{"seq":3}}}

== and the errors of their answers carry errorType
http POST /graphql
    content-type: application/json
    authorization: <ann>
    x-amz-user-agent: aws-amplify/6 api/1
    {"query":"{ viewer { userId } messages(roomId: \"attic\") { resume } }"}
-> 200 {"errors":[{"message":*,"locations":*,"path":["messages"],"errorType":"AccessDeniedException","errorCode":403,
    "extensions":{"code":"FORBIDDEN",...}}],"data":{"viewer":{"userId":"ann"},"messages":null}}
http POST /graphql
    content-type: application/json
    authorization: not.a.token
    x-amz-user-agent: aws-amplify/6 api/1
    {"query":"{ viewer { userId } }"}
-> 401 {"errors":[{"message":*,"errorType":"UnauthorizedException","errorCode":401,"extensions":{"code":"UNAUTHENTICATED",...}}]}
    x-amzn-errortype: UnauthorizedException
http POST /graphql
    content-type: application/json
    x-api-key: da2-nobody
    {"query":"{ viewer { userId } }"}
-> 401 {"errors":[{"message":*,"extensions":{"code":"UNAUTHENTICATED",...}}]}
http POST /graphql
    content-type: application/json
    x-api-key: <robots_key>
    x-amz-user-agent: aws-amplify/6 api/1
    {"query":"{ viewer { userId } }"}
-> 200 {"data":{"viewer":{"userId":"robot"}}}

== and a browser is told that it may send what Amplify sends
http OPTIONS /graphql
    origin: http://localhost
    host: localhost
    access-control-request-method: POST
-> 204
    access-control-allow-headers: Content-Type, Authorization, X-Api-Key, X-GraphQL-Event-Stream-Token, X-Amz-User-Agent, X-Amz-Date, X-Schema-Hash, GraphQL-Client-Name, ApolloGraphQL-Client-Name
