# What was acknowledged is there after the end.

options --open-rooms lobby
guild demo ann

== before SIGTERM
post ann mutation { a: sendMessage(roomId: "lobby", text: "one") { id } b: sendMessage(roomId: "GUILD#demo", text: "two") { id } }
-> 200 {"data":{"a":{"id":<one>},"b":{"id":<two>}}}
server stop
server start
post ann { l: messages(roomId: "lobby") { items { id text seq } } g: messages(roomId: "GUILD#demo") { items { id text seq } } }
-> 200 {"data":{"l":{"items":[{"id":<one>,"text":"one","seq":1}]},"g":{"items":[{"id":<two>,"text":"two","seq":1}]}}}

== before kill -9
post ann mutation { a: sendMessage(roomId: "lobby", text: "three") { id } b: sendMessage(roomId: "GUILD#demo", text: "four") { id } }
-> 200 {"data":{"a":{"id":<three>},"b":{"id":<four>}}}
server kill
server start
post ann { l: messages(roomId: "lobby") { items { id text seq } } g: messages(roomId: "GUILD#demo") { items { id text seq } } }
-> 200 {"data":{"l":{"items":[{"id":<three>,"text":"three","seq":2},{"id":<one>,"text":"one","seq":1}]},"g":{"items":[{"id":<four>,"text":"four","seq":2},{"id":<two>,"text":"two","seq":1}]}}}

== the numbers go on where they were
post ann mutation { sendMessage(roomId: "lobby", text: "five") { seq } }
-> 200 {"data":{"sendMessage":{"seq":3}}}
