# What goes wrong inside is told by a code and a number to look for in the log, and nothing of what it was.

room club ann
ann: login

== a write that PostgreSQL does not take
sql> create function refuse() returns trigger language plpgsql as 'begin raise exception ''of % on %'', new.text, version(); end';
    create trigger refuse before insert on gg_core for each row execute function refuse()
post ann mutation { sendMessage(roomId: "club", text: "x") { seq } }
-> 200 {"errors":[{"message":"Internal server error.","locations":*,"path":["sendMessage"],"extensions":{"code":"INTERNAL_SERVER_ERROR","http":{"status":500},"requestId":*}}],"data":{"sendMessage":null}}
ann[1]> mutation { sendMessage(roomId: "club", text: "x") { seq } }
ann[1]< {"errors":[{"message":"Internal server error.","locations":*,"path":["sendMessage"],"extensions":{"code":"INTERNAL_SERVER_ERROR","http":{"status":500},"requestId":*}}],"data":{"sendMessage":null}}
ann[1]< complete
logs database.failed {"level":"error","statement":~"^message_send","sqlstate":"P0001"}

== tables that are not there any more
sql> alter table gg_core rename to elsewhere; alter table room rename to somewhere
post ann { messages(roomId: "club", first: 1) { items { seq } } }
-> 200 {"errors":[{"message":"Internal server error.","locations":*,"path":["messages"],"extensions":{"code":"INTERNAL_SERVER_ERROR","http":{"status":500},"requestId":*}}],"data":{"messages":null}}
post ann { room(id: "club") { id } }
-> 200 {"errors":[{"message":"Internal server error.","locations":*,"path":["room"],"extensions":{"code":"INTERNAL_SERVER_ERROR","http":{"status":500},"requestId":*}}],"data":{"room":null}}
ann[2]> subscription { onMessage(roomId: "club") { seq } }
ann[2]< error [{"message":"Internal server error.","path":["onMessage"],"extensions":{"code":"INTERNAL_SERVER_ERROR","http":{"status":500}}}]
