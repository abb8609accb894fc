# Messages that an application sends from SQL, in transactions of its own.

room club ann bot
ann: login
ann[f]> subscription { onMessage(roomId: "club") { seq senderId text ts } }
ann: settled

== what was committed is delivered, in its place among the others
sql> select guildhall.send('default', 'club', 'bot', 'from SQL', 'k1')
ann[f]< {"data":{"onMessage":{"seq":1,"senderId":"bot","text":"from SQL","ts":~"Z$"}},"extensions":{"guildhall":{"seq":1,...}}}
post ann mutation { sendMessage(roomId: "club", text: "over GraphQL") { seq } }
-> 200 {"data":{"sendMessage":{"seq":2}}}
ann[f]< {"data":{"onMessage":{"seq":2,...}},...}
sql> begin; select guildhall.send('default', 'club', 'bot', 'three'); select guildhall.send('default', 'club', 'bot', 'four'); commit
ann[f]< {"data":{"onMessage":{"seq":3,"text":"three",...}},...}
ann[f]< {"data":{"onMessage":{"seq":4,"text":"four",...}},...}

== what was rolled back was never there
sql> begin; select guildhall.send('default', 'club', 'bot', 'undone'); rollback
post ann mutation { sendMessage(roomId: "club", text: "next") { seq } }
-> 200 {"data":{"sendMessage":{"seq":5}}}
ann[f]< {"data":{"onMessage":{"seq":5,"text":"next",...}},...}
ann: quiet

== one key is one message, from whichever side it comes
token bot {"sub":"bot","exp":"+600"}
post bot mutation { sendMessage(roomId: "club", text: "from SQL", idempotencyKey: "k1") { seq text } }
-> 200 {"data":{"sendMessage":{"seq":1,"text":"from SQL"}}}
sql> select (guildhall.send('default', 'club', 'bot', 'from SQL', 'k1')).seq
    = 1
ann: quiet

== a removal by an operator ends the stream
sql> select outcome from room_remove_member('default', 'club', 'operator', true, 'ann', 0, true)
    = DONE
ann[f]< error [{"extensions":{"code":"FORBIDDEN",...},...}]
