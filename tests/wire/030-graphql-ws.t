# The legacy sub-protocol graphql-ws, of the subscriptions-transport-ws library.

options --ping-interval 1s
room club ann bob

== the acknowledgement comes first, and a ka at once after it
ann: connect graphql-ws
ann> {"type":"connection_init","payload":{"authorization":"Bearer <ann>"}}
ann< {"type":"connection_ack","payload":{"schemaHash":*,"sessionExpiresAt":*}}
ann< {"type":"ka"}

== and from then on at intervals
ann< {"type":"ka"}
ann< {"type":"ka"}
ann> {"type":"connection_terminate"}
ann! 1000 

== whoever offers both sub-protocols is spoken to in the newer
ann: connect graphql-ws graphql-transport-ws
ann> {"type":"ping"}
ann< {"type":"pong"}

== a token may also stand in `headers`, as Apollo's and Hasura's clients are mostly told to send it
ann: connect graphql-ws
ann> {"type":"connection_init","payload":{"headers":{"Authorization":"Bearer <ann>"}}}
ann< {"type":"connection_ack",...}
ann< {"type":"ka"}
ann> {"type":"connection_terminate","payload":null}
ann! 1000 

== a token of nobody's is a connection_error, then the close
token forged {"sub":"ann"} {"secret":"another secret, long enough to be one"}
ann: connect graphql-ws
ann> {"type":"connection_init","payload":{"authToken":"<forged>"}}
ann< {"type":"connection_error","payload":{"message":"Forbidden: The token's signature is not valid.","extensions":{"code":"UNAUTHENTICATED","http":{"status":401}}}}
ann! 4403 Forbidden: The token's signature is not valid.
ann: connect graphql-ws
ann> {"type":"connection_init"}
ann< {"type":"connection_error","payload":{"message":"Forbidden: There is no token.",...}}
ann! 4403 Forbidden: There is no token.

== nothing runs before connection_init, and the socket stays
ann: connect graphql-ws
ann> {"id":"1","type":"start","payload":{"query":"{ __typename }"}}
ann< {"id":"1","type":"error","payload":{"message":"Unauthorized","extensions":{"code":"UNAUTHENTICATED","http":{"status":401}}}}

== a start in one piece with connection_init runs, as the library sends it
ann: gathers
ann> {"type":"connection_init","payload":{"authorization":"<ann>"}}
ann> {"id":"1","type":"start","payload":{"query":"{ viewer { userId } }","variables":{},"operationName":null}}
ann: sends
ann< {"type":"connection_ack",...}
ann< {"type":"ka"}
ann< {"id":"1","type":"data","payload":{"data":{"viewer":{"userId":"ann"}}}}
ann< {"id":"1","type":"complete"}

== a stop of what nobody knows is no offence, before connection_init neither
ann> {"id":"1","type":"stop"}
ann> {"id":"never","type":"stop"}
ann: quiet
ann: connect graphql-ws
ann> {"id":"1","type":"stop"}
ann: quiet

== what was asked for in front of connection_terminate is not answered behind it
ann> {"type":"connection_init","payload":{"authorization":"Bearer <ann>"}}
ann< {"type":"connection_ack",...}
ann< {"type":"ka"}
ann: gathers
ann> {"id":"1","type":"start","payload":{"query":"subscription { onMessage(roomId: \"club\", since: \"1970-01-01T00:00:00.000Z\") { seq } }"}}
ann> {"type":"connection_terminate"}
ann: sends
ann! 1000 
