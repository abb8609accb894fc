# What operations look like in the legacy sub-protocol graphql-ws.

room club ann bob

== a mutation is data, then complete
ann: connect graphql-ws
ann> {"type":"connection_init","payload":{"authorization":"Bearer <ann>"}}
ann< {"type":"connection_ack",...}
ann< {"type":"ka"}
ann> {"id":"2","type":"start","payload":{"query":"mutation { sendMessage(roomId: \"club\", text: \"one\") { seq } }"}}
ann< {"id":"2","type":"data","payload":{"data":{"sendMessage":{"seq":1}}}}
ann< {"id":"2","type":"complete"}

== a subscription hears history and what is sent, and a stop is answered by complete
ann> {"id":"3","type":"start","payload":{"operationName":"F","variables":{"r":"club"},
    "query":"subscription F($r: ID!) { onMessage(roomId: $r, since: \"1970-01-01T00:00:00.000Z\") { seq text } }"}}
ann< {"id":"3","type":"data","payload":{"data":{"onMessage":{"seq":1,"text":"one"}},"extensions":{"guildhall":{"seq":1,"cursor":*,"replayed":true}}}}
post bob mutation { sendMessage(roomId: "club", text: "two") { seq } }
-> 200 {"data":{"sendMessage":{"seq":2}}}
ann< {"id":"3","type":"data","payload":{"data":{"onMessage":{"seq":2,"text":"two"}},...}}
ann> {"id":"3","type":"stop"}
ann< {"id":"3","type":"complete"}
post bob mutation { sendMessage(roomId: "club", text: "unheard") { seq } }
-> 200 {"data":{"sendMessage":{"seq":3}}}
ann: quiet

== the same id again replaces the first
ann> {"id":"4","type":"start","payload":{"query":"subscription { old: onMessage(roomId: \"club\") { seq } }"}}
ann> {"id":"4","type":"start","payload":{"query":"subscription { new: onMessage(roomId: \"club\", since: \"1970-01-01T00:00:00.000Z\") { seq } }"}}
ann< {"id":"4","type":"data","payload":{"data":{"new":{"seq":1}},...}}
ann< {"id":"4","type":"data","payload":{"data":{"new":{"seq":2}},...}}
ann< {"id":"4","type":"data","payload":{"data":{"new":{"seq":3}},...}}
post bob mutation { sendMessage(roomId: "club", text: "four") { seq } }
-> 200 {"data":{"sendMessage":{"seq":4}}}
ann< {"id":"4","type":"data","payload":{"data":{"new":{"seq":4}},...}}
ann: quiet

== a stop while it is set up is answered once, and then nothing comes
ann: gathers
ann> {"id":"s","type":"start","payload":{"query":"subscription { onMessage(roomId: \"club\", since: \"1970-01-01T00:00:00.000Z\") { seq } }"}}
ann> {"id":"s","type":"stop"}
ann> {"id":"s","type":"stop"}
ann: sends
ann< {"id":"s","type":"complete"}
ann> {"id":"t","type":"start","payload":{"query":"{ viewer { userId } }"}}
ann< {"id":"t","type":"data","payload":{"data":{"viewer":{"userId":"ann"}}}}
ann< {"id":"t","type":"complete"}
ann: quiet

== an error beside data stands in the data
ann> {"id":"d","type":"start","payload":{"query":"{ viewer { userId } room(id: \"nowhere\") { id } }"}}
ann< {"id":"d","type":"data","payload":{"errors":[{"message":*,"locations":*,"path":["room"],"extensions":{"code":"NOT_FOUND",...}}],"data":{"viewer":{"userId":"ann"},"room":null}}}
ann< {"id":"d","type":"complete"}

== what does not parse, or is not valid, is one error and no complete
ann> {"id":"5","type":"start","payload":{"query":"{"}}
ann< {"id":"5","type":"error","payload":{"message":*,"locations":*,"extensions":{"code":"GRAPHQL_PARSE_FAILED",...}}}
ann> {"id":"5","type":"start","payload":{"query":"{ nothing viewer { userId noone } }"}}
ann< {"id":"5","type":"error","payload":{"message":*,"locations":*,"extensions":{"code":"GRAPHQL_VALIDATION_FAILED",...},
    "errors":[{"message":*,...},{"message":*,...}]}}
ann: quiet

== a subscription to a room that one is no member of is one error
eve: connect graphql-ws
eve> {"type":"connection_init","payload":{"authorization":"Bearer <eve>"}}
eve< {"type":"connection_ack",...}
eve< {"type":"ka"}
eve> {"id":"1","type":"start","payload":{"query":"subscription { onMessage(roomId: \"club\") { seq } }"}}
eve< {"id":"1","type":"error","payload":{"message":*,"path":["onMessage"],"extensions":{"code":"FORBIDDEN",...}}}
eve: quiet

== text that is no message is told, and the socket stays
ann> {"id":
ann< {"type":"connection_error","payload":{"message":"Message is not well-formed JSON at line 1, column 6","extensions":{"code":"BAD_REQUEST","http":{"status":400}}}}
ann> {"id":"6","type":"subscribe","payload":{"query":"{ __typename }"}}
ann< {"id":"6","type":"error","payload":{"message":"Unexpected message type \"subscribe\"","extensions":{"code":"BAD_REQUEST","http":{"status":400}}}}
ann> {"id":"6","type":"start"}
ann< {"id":"6","type":"error","payload":{"message":"Message \"payload\" must be an object","extensions":{"code":"BAD_REQUEST","http":{"status":400}}}}
ann: frame binary yes {"type":"connection_terminate"}
ann< {"type":"connection_error","payload":{"message":"Binary messages are not supported",...}}
ann> {"type":"connection_init"}
ann< {"type":"connection_error","payload":{"message":"Too many initialisation requests",...}}
ann> {"id":"6","type":"start","payload":{"query":"{ __typename }"}}
ann< {"id":"6","type":"data","payload":{"data":{"__typename":"Query"}}}
ann< {"id":"6","type":"complete"}

== a server that stops says 1012
server stop
ann! 1012 Service restart
server start
