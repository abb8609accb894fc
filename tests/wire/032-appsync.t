# AppSync's realtime protocol, as its clients speak it.

options --ping-interval 1s
key robots_key robot
room club ann bob
base64url ann_header {"host":"chat.example","Authorization":"<ann>"}
base64url bearer_header {"host":"chat.example","authorization":"Bearer <ann>"}

== the token stands in a second sub-protocol; connection_ack tells how long to wait for a ka, which comes at once and again
ann: connect /graphql/realtime graphql-ws header-<ann_header>
ann> {"type":"connection_init"}
ann< {"type":"connection_ack","payload":{"connectionTimeoutMs":300000}}
ann< {"type":"ka"}
ann< {"type":"ka"}
ann< {"type":"ka"}
ann: cut

== or in the query, at either path
ann: connect /graphql/realtime?header=<ann_header>&payload=e30= graphql-ws
ann> {"type":"connection_init"}
ann< {"type":"connection_ack","payload":{"connectionTimeoutMs":300000}}
ann: connect /graphql?header=<bearer_header>&payload=e30= graphql-ws
ann> {"type":"connection_init"}
ann< {"type":"connection_ack","payload":{"connectionTimeoutMs":300000}}

== an API key takes a token's place
base64url robots_header {"host":"chat.example","x-amz-date":"20261119T215223Z","x-api-key":"<robots_key>"}
ann: connect /graphql/realtime graphql-ws header-<robots_header>
ann> {"type":"connection_init"}
ann< {"type":"connection_ack",...}
ann< {"type":"ka"}
ann> {"id":"1","type":"start","payload":{"data":"{\"query\":\"{ viewer { userId } }\"}"}}
ann< {"id":"1","type":"start_ack"}
ann< {"id":"1","type":"data","payload":{"data":{"viewer":{"userId":"robot"}}}}
ann< {"id":"1","type":"complete"}

== or in the handshake's own Authorization
ann: connect /graphql/realtime graphql-ws authorization:<ann>
ann> {"type":"connection_init"}
ann< {"type":"connection_ack","payload":{"connectionTimeoutMs":300000}}

== at /graphql without any of them it is the legacy protocol
ann: connect /graphql graphql-ws authorization:<ann>
ann> {"type":"connection_init"}
ann< {"type":"connection_ack","payload":{"schemaHash":*,...}}

== no token, or a bad one, is a connection_error that clients do not try again after
token old {"sub":"ann","exp":"-60"}
base64url old_header {"host":"chat.example","Authorization":"<old>"}
base64url key_header {"host":"chat.example","x-api-key":"da2-nobody"}
ann: connect /graphql/realtime graphql-ws
ann> {"type":"connection_init"}
ann< {"type":"connection_error","payload":{"errors":[{"message":"Forbidden: There is no token.","errorType":"UnauthorizedException","errorCode":401,"extensions":{"code":"UNAUTHENTICATED","http":{"status":401}}}]}}
ann! 4403 Forbidden: There is no token.
ann: connect /graphql/realtime graphql-ws header-<old_header>
ann> {"type":"connection_init"}
ann< {"type":"connection_error","payload":{"errors":[{"message":"Token expired","errorType":"UnauthorizedException","errorCode":401,...}]}}
ann! 4403 Token expired
ann: connect /graphql/realtime graphql-ws header-<key_header>
ann> {"type":"connection_init"}
ann< {"type":"connection_error","payload":{"errors":[{"message":"Forbidden: The API key is not known.","errorType":"UnauthorizedException","errorCode":401,...}]}}
ann! 4403 Forbidden: The API key is not known.

== only graphql-ws is spoken at that path
ann: connect /graphql/realtime graphql-transport-ws
ann! 4406 Subprotocol not acceptable

== a page of another origin is kept out of it, as of every socket
http GET /graphql/realtime
    upgrade: websocket
    connection: Upgrade
    sec-websocket-version: 13
    sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==
    sec-websocket-protocol: graphql-ws
    origin: https://evil.example
-> 403 {"errors":[{"message":*,"extensions":{"code":"FORBIDDEN","http":{"status":403}}}]}
