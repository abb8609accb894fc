# Rooms made, joined and left; who may change who is in.

options --open-rooms lobby

== who makes a room is its OWNER, and the others are MEMBERs
post ann mutation { createRoom(input: {id: "club", name: "The club", memberIds: ["bob", "carl", "bob", "ann"]}) { created room { id kind visibility name memberCount lastSeq membership { userId role } members { items { userId role } } } } }
-> 200 {"data":{"createRoom":{"created":true,"room":{"id":"club","kind":"GROUP","visibility":"PRIVATE","name":"The club","memberCount":3,"lastSeq":0,"membership":{"userId":"ann","role":"OWNER"},"members":{"items":[{"userId":"ann","role":"OWNER"},{"userId":"bob","role":"MEMBER"},{"userId":"carl","role":"MEMBER"}]}}}}}
post bob mutation { sendMessage(roomId: "club", text: "hello") { seq } }
-> 200 {"data":{"sendMessage":{"seq":1}}}

== without an id the server makes one
post ann mutation { createRoom(input: {}) { created room { id name memberCount } } }
-> 200 {"data":{"createRoom":{"created":true,"room":{"id":~"^[0-9a-f-]{36}$","name":null,"memberCount":1}}}}

== an id that is taken is CONFLICT, and nothing changes
post eve mutation { createRoom(input: {id: "club", memberIds: ["dan"]}) { created } }
-> 200 {"errors":[{"message":"There is already the room \"club\".","path":["createRoom"],"extensions":{"code":"CONFLICT","http":{"status":409}},...}],"data":{"createRoom":null}}
sql> select string_agg(user_id, ' ' order by user_id) from member where room_id = 'club'
    = ann bob carl

== what cannot be is BAD_USER_INPUT, and says which argument
post ann mutation { createRoom(input: {id: "no spaces"}) { created } }
-> 200 {"errors":[{"extensions":{"code":"BAD_USER_INPUT","argument":"input.id",...},...}],"data":{"createRoom":null}}
post ann mutation { createRoom(input: {memberIds: ["bob", ""]}) { created } }
-> 200 {"errors":[{"extensions":{"code":"BAD_USER_INPUT","argument":"input.memberIds",...},...}],"data":{"createRoom":null}}
post ann mutation { setMembers(input: {roomId: "club", members: [{userId: "dan"}, {userId: "dan", role: ADMIN}]}) { room { id } } }
-> 200 {"errors":[{"message":"The user \"dan\" is named twice.","extensions":{"code":"BAD_USER_INPUT","argument":"input.members",...},...}],"data":{"setMembers":null}}
post ann mutation { createRoom(input: {memberIds: ["bob", "a\u0007b"]}) { created } }
-> 200 {"errors":[{"message":"A user's id has 1 to 128 characters, and no control characters.","extensions":{"code":"BAD_USER_INPUT","argument":"input.memberIds",...},...}],"data":{"createRoom":null}}
post ann mutation { createRoom(input: {name: "x\u0000y"}) { created } }
-> 200 {"errors":[{"extensions":{"code":"BAD_USER_INPUT",...},...}],"data":{"createRoom":null}}
sql> select count(*) from room
    = 2

== a MEMBER can change nothing, a stranger neither
post bob mutation { a: setMembers(input: {roomId: "club", members: [{userId: "dan"}]}) { room { id } } b: removeMember(input: {roomId: "club", userId: "carl"}) { room { id } } }
-> 200 {"errors":[{"path":["a"],"extensions":{"code":"FORBIDDEN",...},...},{"path":["b"],"extensions":{"code":"FORBIDDEN",...},...}],"data":{"a":null,"b":null}}
post eve mutation { a: setMembers(input: {roomId: "club", members: [{userId: "eve"}]}) { room { id } } b: removeMember(input: {roomId: "club", userId: "carl"}) { room { id } } c: leaveRoom(input: {roomId: "club"}) { roomId } }
-> 200 {"errors":[{"path":["a"],"extensions":{"code":"FORBIDDEN",...},...},{"path":["b"],"extensions":{"code":"FORBIDDEN",...},...},{"path":["c"],"extensions":{"code":"FORBIDDEN",...},...}],"data":{"a":null,"b":null,"c":null}}
post eve mutation { setMembers(input: {roomId: "nowhere", members: [{userId: "eve"}]}) { room { id } } }
-> 200 {"errors":[{"extensions":{"code":"NOT_FOUND",...},...}],"data":{"setMembers":null}}

== an OWNER gives roles
post ann mutation { setMembers(input: {roomId: "club", members: [{userId: "bob", role: ADMIN}, {userId: "gus", role: GUEST}]}) { room { memberCount members { items { userId role } } } } }
-> 200 {"data":{"setMembers":{"room":{"memberCount":4,"members":{"items":[{"userId":"ann","role":"OWNER"},{"userId":"bob","role":"ADMIN"},{"userId":"carl","role":"MEMBER"},{"userId":"gus","role":"GUEST"}]}}}}}

== a GUEST reads and does not write
post gus { messages(roomId: "club") { items { text } } }
-> 200 {"data":{"messages":{"items":[{"text":"hello"}]}}}
post gus mutation { sendMessage(roomId: "club", text: "x") { id } }
-> 200 {"errors":[{"extensions":{"code":"FORBIDDEN",...},...}],"data":{"sendMessage":null}}

== an ADMIN adds and removes, and does not touch an OWNER
post bob mutation { setMembers(input: {roomId: "club", members: [{userId: "dan"}, {userId: "gus", role: MEMBER}]}) { room { memberCount } } }
-> 200 {"data":{"setMembers":{"room":{"memberCount":5}}}}
post bob mutation { a: setMembers(input: {roomId: "club", members: [{userId: "bob", role: OWNER}]}) { room { id } } b: setMembers(input: {roomId: "club", members: [{userId: "ann", role: MEMBER}]}) { room { id } } c: removeMember(input: {roomId: "club", userId: "ann"}) { room { id } } }
-> 200 {"errors":[{"path":["a"],"extensions":{"code":"FORBIDDEN",...},...},{"path":["b"],"extensions":{"code":"FORBIDDEN",...},...},{"path":["c"],"extensions":{"code":"FORBIDDEN",...},...}],"data":{"a":null,"b":null,"c":null}}
post bob mutation { removeMember(input: {roomId: "club", userId: "dan"}) { room { memberCount } } }
-> 200 {"data":{"removeMember":{"room":{"memberCount":4}}}}
post bob mutation { removeMember(input: {roomId: "club", userId: "dan"}) { room { memberCount } } }
-> 200 {"errors":[{"extensions":{"code":"NOT_FOUND",...},...}],"data":{"removeMember":null}}

== the last OWNER can neither go nor be made less
post ann mutation { a: leaveRoom(input: {roomId: "club"}) { roomId } b: setMembers(input: {roomId: "club", members: [{userId: "ann", role: ADMIN}]}) { room { id } } c: removeMember(input: {roomId: "club", userId: "ann"}) { room { id } } }
-> 200 {"errors":[{"path":["a"],"extensions":{"code":"CONFLICT",...},...},{"path":["b"],"extensions":{"code":"CONFLICT",...},...},{"path":["c"],"extensions":{"code":"CONFLICT",...},...}],"data":{"a":null,"b":null,"c":null}}
token root {"sub":"root","exp":"+600","scope":"TENANT_ADMIN"}
post root mutation { removeMember(input: {roomId: "club", userId: "ann"}) { room { id } } }
-> 200 {"errors":[{"extensions":{"code":"CONFLICT",...},...}],"data":{"removeMember":null}}

== once there is another, the first one can
post ann mutation { setMembers(input: {roomId: "club", members: [{userId: "bob", role: OWNER}, {userId: "ann", role: MEMBER}]}) { room { membership { role } } } }
-> 200 {"data":{"setMembers":{"room":{"membership":{"role":"MEMBER"}}}}}
post ann mutation { leaveRoom(input: {roomId: "club"}) { roomId } }
-> 200 {"data":{"leaveRoom":{"roomId":"club"}}}
post ann { messages(roomId: "club") { resume } }
-> 200 {"errors":[{"extensions":{"code":"FORBIDDEN",...},...}],"data":{"messages":null}}

== an admin of the tenant acts in any room, one of another tenant in none
post root mutation { setMembers(input: {roomId: "club", members: [{userId: "ann", role: OWNER}]}) { room { memberCount membership { role } } } }
-> 200 {"data":{"setMembers":{"room":{"memberCount":4,"membership":null}}}}
token foreign {"sub":"root","tenant":"elsewhere","exp":"+600","scope":"TENANT_ADMIN"}
post foreign mutation { setMembers(input: {roomId: "club", members: [{userId: "root"}]}) { room { id } } }
-> 200 {"errors":[{"extensions":{"code":"NOT_FOUND",...},...}],"data":{"setMembers":null}}

== a PUBLIC room can be joined, a PRIVATE one cannot
post ann mutation { createRoom(input: {id: "square", kind: CHANNEL, visibility: PUBLIC}) { created } }
-> 200 {"data":{"createRoom":{"created":true}}}
post eve mutation { joinRoom(input: {roomId: "square"}) { room { id membership { role } } } }
-> 200 {"data":{"joinRoom":{"room":{"id":"square","membership":{"role":"MEMBER"}}}}}
post eve mutation { a: joinRoom(input: {roomId: "club"}) { room { id } } b: joinRoom(input: {roomId: "nowhere"}) { room { id } } }
-> 200 {"errors":[{"path":["a"],"extensions":{"code":"FORBIDDEN",...},...},{"path":["b"],"extensions":{"code":"NOT_FOUND",...},...}],"data":{"a":null,"b":null}}

== joining again changes nothing
post ann mutation { joinRoom(input: {roomId: "square"}) { room { membership { role } } } }
-> 200 {"data":{"joinRoom":{"room":{"membership":{"role":"OWNER"}}}}}

== an open room is made by whoever joins it first
post eve mutation { joinRoom(input: {roomId: "lobby"}) { room { kind visibility memberCount } } }
-> 200 {"data":{"joinRoom":{"room":{"kind":"CHANNEL","visibility":"PUBLIC","memberCount":1}}}}

== a pair has one DIRECT room, whoever makes it, under whatever id
post ann mutation { createRoom(input: {id: "tete", kind: DIRECT, memberIds: ["bob"]}) { created room { id memberCount } } }
-> 200 {"data":{"createRoom":{"created":true,"room":{"id":"tete","memberCount":2}}}}
post bob mutation { createRoom(input: {kind: DIRECT, memberIds: ["ann"]}) { created room { id memberCount membership { userId } } } }
-> 200 {"data":{"createRoom":{"created":false,"room":{"id":"tete","memberCount":2,"membership":{"userId":"bob"}}}}}
post ann mutation { createRoom(input: {id: "club", kind: DIRECT, memberIds: ["eve"]}) { created } }
-> 200 {"errors":[{"extensions":{"code":"CONFLICT",...},...}],"data":{"createRoom":null}}
post ann mutation { createRoom(input: {kind: DIRECT, memberIds: ["eve"]}) { created } }
-> 200 {"data":{"createRoom":{"created":true}}}

== who left it is back when it is made again
post bob mutation { leaveRoom(input: {roomId: "tete"}) { roomId } }
-> 200 {"data":{"leaveRoom":{"roomId":"tete"}}}
post bob mutation { createRoom(input: {kind: DIRECT, memberIds: ["ann"]}) { created room { id memberCount } } }
-> 200 {"data":{"createRoom":{"created":false,"room":{"id":"tete","memberCount":2}}}}

== its members are those two
post ann mutation { a: setMembers(input: {roomId: "tete", members: [{userId: "eve"}]}) { room { id } } b: removeMember(input: {roomId: "tete", userId: "bob"}) { room { id } } }
-> 200 {"errors":[{"path":["a"],"extensions":{"code":"FORBIDDEN",...},...},{"path":["b"],"extensions":{"code":"FORBIDDEN",...},...}],"data":{"a":null,"b":null}}
post ann mutation { a: createRoom(input: {kind: DIRECT}) { created } b: createRoom(input: {kind: DIRECT, memberIds: ["ann"]}) { created } c: createRoom(input: {kind: DIRECT, memberIds: ["bob", "eve"]}) { created } }
-> 200 {"errors":[{"path":["a"],"extensions":{"code":"BAD_USER_INPUT","argument":"input.memberIds",...},...},{"path":["b"],"extensions":{"code":"BAD_USER_INPUT","argument":"input.memberIds",...},...},{"path":["c"],"extensions":{"code":"BAD_USER_INPUT","argument":"input.memberIds",...},...}],"data":{"a":null,"b":null,"c":null}}
post ann mutation { createRoom(input: {kind: DIRECT, visibility: PUBLIC, memberIds: ["zoe"]}) { created } }
-> 200 {"errors":[{"extensions":{"code":"BAD_USER_INPUT","argument":"input.kind",...},...}],"data":{"createRoom":null}}

== a token that may only read changes nothing
token reader {"sub":"ann","exp":"+600","scope":"CHAT_READ"}
post reader mutation { createRoom(input: {}) { created } }
-> 200 {"errors":[{"extensions":{"code":"FORBIDDEN",...},...}],"data":{"createRoom":null}}
