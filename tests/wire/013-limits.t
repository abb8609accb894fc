# What is too much.

options --max-request-bytes 2000 --max-subscriptions-per-connection 2
room club ann

== a body larger than allowed is 413
http POST /graphql
    content-type: application/json
    content-length: 2001
-> 413 {"errors":[{"message":*,"extensions":{"code":"PAYLOAD_TOO_LARGE",...}}]}

== more subscriptions than allowed are refused, and the socket stays
ann: login
ann[1]> subscription { onMessage(roomId: "club") { text } }
ann[2]> subscription { onMessage(roomId: "club") { text } }
ann[3]> subscription { onMessage(roomId: "club") { text } }
ann[3]< error [{"message":*,"extensions":{"code":"LIMIT_EXCEEDED",...}}]
ann[2]> complete
ann[3]> subscription { onMessage(roomId: "club") { text } }
ann: quiet
