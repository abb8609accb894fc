# A room's socket: JSON without GraphQL.

room club ann bob
room quiet ann
guild red ann bob

== who is a member is told where the following begins
ann: connect /ws/rooms/club authorization:<ann>
ann< {"type":"hello","roomId":"club","cursor":<start>}

== what others send is heard, in order
post bob mutation { a: sendMessage(roomId: "club", text: "one") { seq } b: sendMessage(roomId: "club", text: "two") { seq } }
-> 200 {"data":{"a":{"seq":1},"b":{"seq":2}}}
ann< {"type":"message","message":{"id":*,"roomId":"club","seq":1,"senderId":"bob","text":"one","ts":~"Z$","cursor":<first>}}
ann< {"type":"message","message":{"id":*,"roomId":"club","seq":2,"senderId":"bob","text":"two","ts":*,"cursor":*}}

== what is sent is answered under its ref, and heard like any other message
bob: connect /ws/rooms/club guildhall-room bearer.<bob>
bob< {"type":"hello","roomId":"club","cursor":*}
ann> {"type":"send","ref":"my first","text":"three","idempotencyKey":"k1"}
ann< {"type":~"^(sent|message)$",...}
ann< {"type":~"^(sent|message)$",...}
bob< {"type":"message","message":{"seq":3,"text":"three","senderId":"ann",...}}

== the same subscription in GraphQL hears the same message in its own words
graph: login ann
graph> {"id":"1","type":"subscribe","payload":{"variables":{"roomId":"club"},
    "query":"subscription ($roomId: ID!, $since: String) { onMessage(roomId: $roomId, since: $since) { id roomId seq senderId text ts cursor } }"}}
graph: settled
post bob mutation { sendMessage(roomId: "club", text: "for both") { seq } }
-> 200 {"data":{"sendMessage":{"seq":4}}}
graph[1]< {"data":{"onMessage":{"seq":4,"text":"for both",...}},"extensions":{"guildhall":{...}}}
ann< {"type":"message","message":{"seq":4,"text":"for both",...}}
bob< {"type":"message","message":{"seq":4,"text":"for both",...}}

== a repeated key stores nothing, and gives back the first message
ann> {"type":"send","ref":"again","text":"three","idempotencyKey":"k1"}
ann< {"type":"sent","ref":"again","message":{"id":*,"roomId":"club","seq":3,"senderId":"ann","text":"three","ts":*,"cursor":*}}
bob: quiet
sql> select count(*) from gg_core where room_id = 'club'
    = 4

== with since everything behind it comes first, then what is new; hello says where it begins
eve: connect /ws/rooms/club?since=<first> authorization:<ann>
eve< {"type":"hello","roomId":"club","cursor":<first>}
eve< {"type":"message","message":{"seq":2,...}}
eve< {"type":"message","message":{"seq":3,...}}
eve< {"type":"message","message":{"seq":4,...}}
post bob mutation { sendMessage(roomId: "club", text: "five") { seq } }
-> 200 {"data":{"sendMessage":{"seq":5}}}
eve< {"type":"message","message":{"seq":5,"text":"five",...}}

== and hello's cursor is good for coming back, even when nothing was heard
eve: connect /ws/rooms/quiet authorization:<ann>
eve< {"type":"hello","roomId":"quiet","cursor":<empty>}
eve: cut
post ann mutation { sendMessage(roomId: "quiet", text: "missed") { seq } }
-> 200 {"data":{"sendMessage":{"seq":1}}}
eve: connect /ws/rooms/quiet?since=<empty> authorization:<ann>
eve< {"type":"hello","roomId":"quiet","cursor":<empty>}
eve< {"type":"message","message":{"seq":1,"text":"missed",...}}

== a time does in place of a cursor
eve: connect /ws/rooms/quiet?since=1970-01-01T00:00:00.000Z authorization:<ann>
eve< {"type":"hello","roomId":"quiet","cursor":*}
eve< {"type":"message","message":{"seq":1,"text":"missed",...}}

== the room of a guild, its id percent-encoded
eve: connect /ws/rooms/GUILD%23red authorization:<ann>
eve< {"type":"hello","roomId":"GUILD#red","cursor":*}
eve> {"type":"send","ref":"1","text":"to the guild"}
eve< {"type":~"^(sent|message)$",...}
eve< {"type":~"^(sent|message)$",...}
sql> select room_id, text from gg_guild
    = GUILD#red|to the guild

== a ping is answered, for clients that cannot send WebSocket's own
eve> {"type":"ping"}
eve< {"type":"pong"}

== what is refused is told under its ref, with a code, and the socket stays
eve> {"type":"send","ref":"2","text":""}
eve< {"type":"error","ref":"2","code":"BAD_USER_INPUT","message":*}
eve> {"type":"send","ref":"3","text":"other","idempotencyKey":""}
eve< {"type":"error","ref":"3","code":"BAD_USER_INPUT","message":*}
eve> {"type":"send","text":"x"}
eve< {"type":"error","code":"BAD_REQUEST","message":"Message \"ref\" must be a string that is not empty"}
eve> {"type":"query"}
eve< {"type":"error","code":"BAD_REQUEST","message":"Unexpected message type \"query\""}
eve> hello
eve< {"type":"error","code":"BAD_REQUEST","message":~"^Message is not well-formed JSON"}
eve: frame binary yes {"type":"ping"}
eve< {"type":"error","code":"BAD_REQUEST","message":"Binary messages are not supported"}
eve: quiet

== a stranger is closed with 4000 and the error's status, after the error
mallory: connect /ws/rooms/club authorization:<mallory>
mallory< {"type":"error","code":"FORBIDDEN","message":*}
mallory! 4403 FORBIDDEN
mallory: connect /ws/rooms/nowhere authorization:<ann>
mallory< {"type":"error","code":"NOT_FOUND","message":*}
mallory! 4404 NOT_FOUND
mallory: connect /ws/rooms/club?since=garbage authorization:<ann>
mallory< {"type":"error","code":"INVALID_CURSOR","message":*}
mallory! 4400 INVALID_CURSOR

== a bad token, or none, is 4403; one in the URL is not looked at
token ended {"sub":"ann","exp":"-60"}
mallory: connect /ws/rooms/club
mallory< {"type":"error","code":"UNAUTHENTICATED","message":"Forbidden: There is no token."}
mallory! 4403 Forbidden: There is no token.
mallory: connect /ws/rooms/club authorization:<ended>
mallory< {"type":"error","code":"UNAUTHENTICATED","message":"Token expired"}
mallory! 4403 Token expired
mallory: connect /ws/rooms/club?token=<ann>
mallory< {"type":"error","code":"UNAUTHENTICATED","message":"Forbidden: There is no token."}
mallory! 4403 Forbidden: There is no token.

== a token that ends closes the socket
token brief {"sub":"ann","exp":"+4"}
mallory: connect /ws/rooms/club authorization:<brief>
mallory< {"type":"hello",...}
mallory! 4403 Token expired

== who is removed is closed before the room's next message
post bob mutation { leaveRoom(input: { roomId: "club" }) { roomId } }
-> 200 {"data":{"leaveRoom":{"roomId":"club"}}}
bob< {"type":"message","message":{"seq":5,...}}
bob< {"type":"error","code":"FORBIDDEN","message":*}
bob! 4403 FORBIDDEN

== names that are not spoken, paths without an id, and requests that are no handshake
mallory: connect /ws/rooms/club soap
mallory! 4406 Subprotocol not acceptable
mallory: connect /ws/rooms/a/b authorization:<ann>
mallory! 4400 The path holds no room id
http GET /ws/rooms/club
-> 400 {"errors":[{"message":*,"extensions":{"code":"BAD_REQUEST","http":{"status":400}}}]}
http GET /ws/rooms/club
    upgrade: websocket
    connection: Upgrade
    sec-websocket-version: 13
    sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==
    origin: https://evil.example
-> 403 {"errors":[{"message":*,"extensions":{"code":"FORBIDDEN","http":{"status":403}}}]}

== a server that stops says 1012
server stop
eve! 1012 Service restart
server start
