# Every way in which graphql-transport-ws ends a connection that does wrong.

options --init-timeout 3s
room club ann

== text that is not JSON is 4400, and the reason tells the place
ann: login
ann> {"type":
ann! 4400 Message is not well-formed JSON at line 1, column 8

== a message that is no object is 4400
ann: login
ann> ["ping"]
ann! 4400 Message must be a JSON object

== a message without a type is 4400
ann: login
ann> {}
ann! 4400 Message "type" must be a string

== a type that nobody knows is 4400, before the acknowledgement too
ann: login
ann> {"type":"start"}
ann! 4400 Unexpected message type "start"
ann: connect
ann> {"type":"connection_ack"}
ann! 4400 Unexpected message type "connection_ack"

== so is one that only a server sends
ann: login
ann> {"id":"1","type":"next","payload":{"data":{}}}
ann! 4400 Unexpected message type "next"
ann: login
ann> {"id":"1","type":"error","payload":[]}
ann! 4400 Unexpected message type "error"

== subscribe without an id, or with an empty one, is 4400
ann: login
ann> {"type":"subscribe","payload":{"query":"{ __typename }"}}
ann! 4400 Message "id" must be a string that is not empty
ann: login
ann> {"type":"subscribe","id":"","payload":{"query":"{ __typename }"}}
ann! 4400 Message "id" must be a string that is not empty
ann: login
ann> {"type":"complete","id":7}
ann! 4400 Message "id" must be a string that is not empty

== subscribe without a payload is 4400
ann: login
ann> {"type":"subscribe","id":"1"}
ann! 4400 Message "payload" must be an object

== subscribe with members of a wrong type is 4400
ann: login
ann> {"type":"subscribe","id":"1","payload":{"query":7}}
ann! 4400 Message "payload.query" must be a string
ann: login
ann> {"type":"subscribe","id":"1","payload":{"query":"{ __typename }","variables":[]}}
ann! 4400 Message "payload.variables" must be an object or null
ann: login
ann> {"type":"subscribe","id":"1","payload":{"query":"{ __typename }","operationName":7}}
ann! 4400 Message "payload.operationName" must be a string or null
ann: login
ann> {"type":"subscribe","id":"1","payload":{"query":"{ __typename }","extensions":"x"}}
ann! 4400 Message "payload.extensions" must be an object or null

== but null may stand for each of them that may be left out
ann: login
ann> {"type":"subscribe","id":"1","payload":{"query":"{ __typename }","variables":null,"operationName":null,"extensions":null}}
ann[1]< {"data":{"__typename":"Query"}}
ann[1]< complete

== a payload of connection_init, ping or pong that is no object is 4400
ann: connect
ann> {"type":"connection_init","payload":["token"]}
ann! 4400 Message "payload" must be an object, null or left out
ann: login
ann> {"type":"ping","payload":"x"}
ann! 4400 Message "payload" must be an object, null or left out
ann: login
ann> {"type":"pong","payload":7}
ann! 4400 Message "payload" must be an object, null or left out

== a binary message is 4400
ann: login
ann: frame binary yes {"type":"ping"}
ann! 4400 Binary messages are not supported

== subscribe before the acknowledgement is 4401
ann: connect
ann> {"type":"subscribe","id":"1","payload":{"query":"{ __typename }"}}
ann! 4401 Unauthorized

== complete for an id that nobody knows is no offence, before the acknowledgement neither
ann: connect
ann> {"type":"complete","id":"1"}
ann: quiet

== no token is 4403
ann: connect
ann> {"type":"connection_init"}
ann! 4403 Forbidden: There is no token.
ann: connect
ann> {"type":"connection_init","payload":{"authorization":null}}
ann! 4403 Forbidden: There is no token.

== a sub-protocol that is not spoken, or none, is 4406
ann: connect graphql-ws2
ann! 4406 Subprotocol not acceptable
ann: connect none
ann! 4406 Subprotocol not acceptable

== of several sub-protocols the one that is spoken is taken
ann: connect soap graphql-transport-ws
ann> {"type":"connection_init","payload":{"authorization":"Bearer <ann>"}}
ann< {"type":"connection_ack",...}

== no connection_init in time is 4408, and pings do not put it off
ann: connect
ann> {"type":"ping"}
ann< {"type":"pong"}
ann! 4408 Connection initialisation timeout

== an id that is in use is 4409, for a query as for a subscription
ann: login
ann[1]> subscription { onMessage(roomId: "club") { text } }
ann[1]> { __typename }
ann! 4409 Subscriber for 1 already exists

== also for one of which the result is not there yet, whatever it is
ann: login
ann: gathers
ann[1]> { viewer { rooms(first: 1) { items { id } } } }
ann[1]> { __typename }
ann: sends
ann! 4409 Subscriber for 1 already exists
ann: login
ann: gathers
ann[1]> mutation { sendMessage(roomId: "club", text: "under an id that is used twice") { seq } }
ann[1]> subscription { onMessage(roomId: "club") { text } }
ann: sends
ann! 4409 Subscriber for 1 already exists
# It is stored all the same: nobody behind is to hear of it.
ann: login
ann[1]> subscription { onMessage(roomId: "club", since: "2020-01-01T00:00:00Z") { text } }
ann[1]< {"data":{"onMessage":{"text":"under an id that is used twice"}},...}

== a reason that would be too long is cut at a character
ann: login
ann[ääääääääääääääääääääääääääääääääääääääääääääääääääääääääääää]> subscription { onMessage(roomId: "club") { text } }
ann[ääääääääääääääääääääääääääääääääääääääääääääääääääääääääääää]> { __typename }
ann! 4409 Subscriber for ääääääääääääääääääääääääääääääääääääääääääääääääääääää

== a second connection_init is 4429
ann: login
ann> {"type":"connection_init","payload":{"authorization":"Bearer <ann>"}}
ann! 4429 Too many initialisation requests

== a message in fragments may hold characters of several bytes
ann: login
ann: frame text no {"type":"ping","payload":{"n":"é
ann: frame continuation yes "}}
ann< {"type":"pong","payload":{"n":"é"}}

== a fragment without a beginning is 1002
ann: login
ann: frame continuation yes {"type":"ping"}
ann! 1002 Fragments are out of order

== a server that stops says 1012, so that clients come back
ann: login
ann[1]> subscription { onMessage(roomId: "club") { text } }
ann: quiet
server stop
ann! 1012 Service restart
server start
