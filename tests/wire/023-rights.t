# What a renewed token allows counts at once, for streams that run as well.

options --open-rooms lobby
room club ann
guild red ann

token vouched {"sub":"vic","guilds":["blue","red"],"exp":"+600"}
token other {"sub":"vic","guilds":["blue"],"exp":"+600"}
token plain {"sub":"vic","exp":"+600"}
token root {"sub":"vic","scope":"TENANT_ADMIN","exp":"+600"}
token chat {"sub":"vic","scope":"CHAT","exp":"+600"}
token reader {"sub":"vic","scope":"CHAT_READ","exp":"+600"}
token nothing {"sub":"vic","scope":"of another service","exp":"+600"}

== who comes without the guild that vouched hears nothing behind the answer
vic: connect
vic> {"type":"connection_init","payload":{"authorization":"Bearer <vouched>"}}
vic< {"type":"connection_ack",...}
vic[f]> subscription { onMessage(roomId: "GUILD#red") { text } }
vic: settled
post ann mutation { sendMessage(roomId: "GUILD#red", text: "for guests of the guild") { seq } }
-> 200 {"data":{"sendMessage":{"seq":1}}}
vic[f]< {"data":{"onMessage":{"text":"for guests of the guild"}},...}
vic[1]> mutation { renewSession(token: "<other>") { userId } }
vic[1]< {"data":{"renewSession":{"userId":"vic"}}}
vic[1]< complete
vic[f]< error [{"message":"The caller is not a member of the room \"GUILD#red\".","path":["onMessage"],"extensions":{"code":"FORBIDDEN",...}}]
post ann mutation { sendMessage(roomId: "GUILD#red", text: "for the guild") { seq } }
-> 200 {"data":{"sendMessage":{"seq":2}}}
vic: quiet

== who is a member as well goes on, and misses nothing
vic[1]> mutation { renewSession(token: "<vouched>") { userId } }
vic[1]< {"data":*}
vic[1]< complete
vic[f]> subscription { onMessage(roomId: "GUILD#red") { seq } }
vic: settled
sql> insert into guild_member values ('default', 'red', 'vic', 'GUEST', 0)
vic[1]> mutation { renewSession(token: "<plain>") { userId } }
vic[1]< {"data":*}
vic[1]< complete
post ann mutation { sendMessage(roomId: "GUILD#red", text: "for members") { seq } }
-> 200 {"data":{"sendMessage":{"seq":3}}}
vic[f]< {"data":{"onMessage":{"seq":3}},...}
vic[f]> complete

== an admin who comes back as a user is out of the rooms of others
vic[1]> mutation { renewSession(token: "<root>") { scopes } }
vic[1]< {"data":{"renewSession":{"scopes":["TENANT_ADMIN"]}}}
vic[1]< complete
vic[f]> subscription { onMessage(roomId: "club") { text } }
vic: settled
post ann mutation { sendMessage(roomId: "club", text: "one") { seq } }
-> 200 {"data":{"sendMessage":{"seq":1}}}
vic[f]< {"data":{"onMessage":{"text":"one"}},...}
vic[1]> mutation { renewSession(token: "<chat>") { scopes } }
vic[1]< {"data":{"renewSession":{"scopes":["CHAT"]}}}
vic[1]< complete
vic[f]< error [{"extensions":{"code":"FORBIDDEN",...},...}]
post ann mutation { sendMessage(roomId: "club", text: "two") { seq } }
-> 200 {"data":{"sendMessage":{"seq":2}}}
vic: quiet

== to read, CHAT_READ is enough
sql> insert into member values ('default', 'club', 'vic', 'MEMBER', 0)
vic[f]> subscription { onMessage(roomId: "club") { text } }
vic: settled
vic[1]> mutation { renewSession(token: "<reader>") { scopes } }
vic[1]< {"data":{"renewSession":{"scopes":["CHAT_READ"]}}}
vic[1]< complete
vic[1]> mutation { sendMessage(roomId: "club", text: "x") { seq } }
vic[1]< {"errors":[{"extensions":{"code":"FORBIDDEN",...},...}],"data":*}
vic[1]< complete
post ann mutation { sendMessage(roomId: "club", text: "three") { seq } }
-> 200 {"data":{"sendMessage":{"seq":3}}}
vic[f]< {"data":{"onMessage":{"text":"three"}},...}

== more than before changes nothing for what runs
vic[1]> mutation { renewSession(token: "<root>") { scopes } }
vic[1]< {"data":*}
vic[1]< complete
post ann mutation { sendMessage(roomId: "club", text: "four") { seq } }
-> 200 {"data":{"sendMessage":{"seq":4}}}
vic[f]< {"data":{"onMessage":{"text":"four"}},...}

== but holds a stream whose member was removed
sql> update member set role = 'OWNER' where user_id = 'ann'
post ann mutation { removeMember(input: {roomId: "club", userId: "vic"}) { room { lastSeq } } sendMessage(roomId: "club", text: "six") { seq } }
-> 200 {"data":{"removeMember":{"room":{"lastSeq":5}},"sendMessage":{"seq":6}}}
vic[f]< {"data":{"onMessage":{"text":"six"}},...}
vic[1]> mutation { renewSession(token: "<reader>") { scopes } }
vic[1]< {"data":*}
vic[1]< complete
vic[f]< error [{"extensions":{"code":"FORBIDDEN",...},...}]
vic: quiet

== without the scope that a subscription asks for it ends before the answer
sql> insert into member values ('default', 'club', 'vic', 'MEMBER', 0)
vic[f]> subscription { heard: onMessage(roomId: "club") { text } }
vic[g]> subscription { onMessage(roomId: "GUILD#red", since: "1970-01-01T00:00:00Z") { seq } }
vic[g]< {"data":{"onMessage":{"seq":1}},...}
vic[g]< {"data":{"onMessage":{"seq":2}},...}
vic[g]< {"data":{"onMessage":{"seq":3}},...}
vic: settled
vic[1]> mutation { renewSession(token: "<nothing>") { scopes } }
vic[f]< error [{"path":["heard"],"extensions":{"code":"FORBIDDEN",...},...}]
vic[g]< error [{"path":["onMessage"],"extensions":{"code":"FORBIDDEN",...},...}]
vic[1]< {"data":{"renewSession":{"scopes":[]}}}
vic[1]< complete
vic: quiet

== a token that is refused takes nothing away
vic[1]> mutation { renewSession(token: "<chat>") { scopes } }
vic[1]< {"data":*}
vic[1]< complete
vic[f]> subscription { onMessage(roomId: "club") { text } }
vic: settled
vic[1]> mutation { a: renewSession(token: "<eve>") { scopes } b: renewSession(token: "no token") { scopes } }
vic[1]< {"errors":[{"path":["a"],"extensions":{"code":"FORBIDDEN",...},...},{"path":["b"],"extensions":{"code":"UNAUTHENTICATED",...},...}],"data":{"a":null,"b":null}}
vic[1]< complete
post ann mutation { sendMessage(roomId: "club", text: "seven") { seq } }
-> 200 {"data":{"sendMessage":{"seq":7}}}
vic[f]< {"data":{"onMessage":{"text":"seven"}},...}

== an open room is anybody's, removed or not
vic[1]> mutation { joinRoom(input: {roomId: "lobby"}) { room { memberCount } } }
vic[1]< {"data":{"joinRoom":{"room":{"memberCount":1}}}}
vic[1]< complete
vic[l]> subscription { onMessage(roomId: "lobby") { text } }
vic: settled
sql> select outcome, seq from room_remove_member('default', 'lobby', 'root', true, 'vic', 1, true)
    = DONE|1
vic[1]> mutation { renewSession(token: "<reader>") { scopes } }
vic[1]< {"data":*}
vic[1]< complete
post ann mutation { sendMessage(roomId: "lobby", text: "for everybody") { seq } }
-> 200 {"data":{"sendMessage":{"seq":2}}}
vic[l]< {"data":{"onMessage":{"text":"for everybody"}},...}
vic: quiet

== who leaves, and who is left out of a list, is no more and no less than that
sql> insert into member values ('default', 'club', 'bob', 'MEMBER', 0)
bob: login
bob[f]> subscription { onMessage(roomId: "club") { text } }
bob: settled
post ann mutation { setMembers(input: {roomId: "club", members: [{userId: "eve"}]}) { room { memberCount } } sendMessage(roomId: "club", text: "eight") { seq } }
-> 200 {"data":{"setMembers":{"room":{"memberCount":4}},"sendMessage":{"seq":8}}}
bob[f]< {"data":{"onMessage":{"text":"eight"}},...}
vic[f]< {"data":{"onMessage":{"text":"eight"}},...}
post bob mutation { leaveRoom(input: {roomId: "club"}) { roomId } }
-> 200 {"data":{"leaveRoom":{"roomId":"club"}}}
bob[f]< error [{"extensions":{"code":"FORBIDDEN",...},...}]
bob: quiet
