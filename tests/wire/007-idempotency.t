# The same key never sends twice.

room club ann bob
guild red ann

== a repeated call gives back the first message, and sends nothing
ann: login
ann[f]> subscription { onMessage(roomId: "club") { text idempotencyKey } }
ann: settled
ann[1]> mutation { sendMessage(roomId: "club", text: "once", idempotencyKey: "k1") { id seq ts cursor } }
ann< {"type":"next",...}
ann< {...}
ann< {...}
post ann mutation { sendMessage(roomId: "club", text: "once", idempotencyKey: "k1") { id seq ts text idempotencyKey } }
-> 200 {"data":{"sendMessage":{"id":<id>,"seq":1,"ts":<ts>,"text":"once","idempotencyKey":"k1"}}}
post ann mutation { sendMessage(roomId: "club", text: "once", idempotencyKey: "k1") { id seq ts } }
-> 200 {"data":{"sendMessage":{"id":<id>,"seq":1,"ts":<ts>}}}
ann: quiet
sql> select count(*), max(seq) from gg_core
    = 1|1

== the same key with another text is refused
post ann mutation { sendMessage(roomId: "club", text: "twice", idempotencyKey: "k1") { id } }
-> 200 {"errors":[{"message":*,"path":["sendMessage"],"extensions":{"code":"IDEMPOTENCY_KEY_REUSED","http":{"status":409}},...}],"data":{"sendMessage":null}}

== within one document as well
post ann mutation { a: sendMessage(roomId: "club", text: "same", idempotencyKey: "k2") { seq } b: sendMessage(roomId: "club", text: "same", idempotencyKey: "k2") { seq } }
-> 200 {"data":{"a":{"seq":2},"b":{"seq":2}}}
ann[f]< {"data":{"onMessage":{"text":"same","idempotencyKey":"k2"}},...}

== the key is one sender's, and one room's
post bob mutation { sendMessage(roomId: "club", text: "bob's", idempotencyKey: "k1") { seq } }
-> 200 {"data":{"sendMessage":{"seq":3}}}
post ann mutation { sendMessage(roomId: "GUILD#red", text: "elsewhere", idempotencyKey: "k1") { seq } }
-> 200 {"data":{"sendMessage":{"seq":1}}}

== only its sender sees the key, live and in history
ann[f]< {"data":{"onMessage":{"text":"bob's","idempotencyKey":null}},...}
post ann { messages(roomId: "club", order: OLDEST_FIRST) { items { senderId idempotencyKey } } }
-> 200 {"data":{"messages":{"items":[{"senderId":"ann","idempotencyKey":"k1"},{"senderId":"ann","idempotencyKey":"k2"},{"senderId":"bob","idempotencyKey":null}]}}}
post bob { messages(roomId: "club", order: OLDEST_FIRST) { items { senderId idempotencyKey } } }
-> 200 {"data":{"messages":{"items":[{"senderId":"ann","idempotencyKey":null},{"senderId":"ann","idempotencyKey":null},{"senderId":"bob","idempotencyKey":"k1"}]}}}

== the retry after a restart finds the message as well
server kill
server start
post ann mutation { sendMessage(roomId: "club", text: "once", idempotencyKey: "k1") { id seq ts } }
-> 200 {"data":{"sendMessage":{"id":<id>,"seq":1,"ts":<ts>}}}

== a key has 1 to 128 characters
post ann mutation { sendMessage(roomId: "club", text: "x", idempotencyKey: "") { id } }
-> 200 {"errors":[{"extensions":{"code":"BAD_USER_INPUT","argument":"idempotencyKey",...},...}],"data":{"sendMessage":null}}
