# A room's token in the URL, for those who asked for it.

options --room-url-token on
room club ann

== it is looked at, and the other ways stay
ann: connect /ws/rooms/club?token=<ann>
ann< {"type":"hello","roomId":"club","cursor":*}
ann: connect /ws/rooms/club authorization:<ann>
ann< {"type":"hello","roomId":"club","cursor":*}
token forged {"sub":"ann"} {"secret":"another secret, long enough to be one"}
ann: connect /ws/rooms/club?token=<forged>
ann< {"type":"error","code":"UNAUTHENTICATED","message":"Forbidden: The token's signature is not valid."}
ann! 4403 Forbidden: The token's signature is not valid.
