# What a connection begins with.

room club ann

== a token in connection_init is acknowledged, with the schema's hash and the session's end
ann: connect
ann> {"type":"connection_init","payload":{"authorization":"Bearer <ann>"}}
ann< {"type":"connection_ack","payload":{"schemaHash":~"^[0-9a-f]{64}$","sessionExpiresAt":~"^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$"}}

== the token may stand under Authorization or authToken as well, with Bearer or bare
ann: connect
ann> {"type":"connection_init","payload":{"Authorization":"Bearer <ann>"}}
ann< {"type":"connection_ack",...}
ann: connect
ann> {"type":"connection_init","payload":{"authToken":"<ann>"}}
ann< {"type":"connection_ack",...}

== or in the handshake's own Authorization, for clients that can set it; what connection_init says counts more
ann: connect graphql-transport-ws authorization:<ann>
ann> {"type":"connection_init"}
ann< {"type":"connection_ack",...}
ann[1]> { viewer { userId } }
ann[1]< {"data":{"viewer":{"userId":"ann"}}}
ann[1]< complete
ann: connect graphql-transport-ws authorization:<ann>
ann> {"type":"connection_init","payload":{"authorization":"<bob>"}}
ann< {"type":"connection_ack",...}
ann[1]> { viewer { userId } }
ann[1]< {"data":{"viewer":{"userId":"bob"}}}
ann[1]< complete

== a token without an end has a session without one
token ever {"sub":"ann"}
ann: connect
ann> {"type":"connection_init","payload":{"authorization":"Bearer <ever>"}}
ann< {"type":"connection_ack","payload":{"schemaHash":*,"sessionExpiresAt":null}}

== a ping is answered before connection_init, and its payload comes back
ann: connect
ann> {"type":"ping"}
ann< {"type":"pong"}
ann> {"type":"ping","payload":{"n":1,"deep":[true,null,"é"]}}
ann< {"type":"pong","payload":{"n":1,"deep":[true,null,"é"]}}

== a payload of null is as good as none
ann> {"type":"ping","payload":null}
ann< {"type":"pong"}
ann: connect graphql-transport-ws authorization:<ann>
ann> {"type":"connection_init","payload":null}
ann< {"type":"connection_ack",...}

== a pong that nobody asked for is taken in silence
ann> {"type":"pong"}
ann> {"type":"pong","payload":{"n":1}}
ann: quiet
ann: connect
ann> {"type":"pong"}
ann: quiet

== the hash is the one that serverInfo tells
ann: connect
ann> {"type":"connection_init","payload":{"authorization":"Bearer <ann>"}}
ann< {"type":"connection_ack","payload":{"schemaHash":<hash>,...}}
ann[1]> { serverInfo { schemaHash } }
ann[1]< {"data":{"serverInfo":{"schemaHash":<hash>}}}
ann[1]< complete

== a message in several frames is one message, and a ping of WebSocket may stand between them
ann: frame text no {"type":
ann: frame ping yes hello
ann: frame continuation yes "ping"}
ann: ponged hello
ann< {"type":"pong"}

== the client says goodbye, and is answered with the same code
ann: close 1000 bye
ann! 1000 
