# Who comes without a good token.

room club ann
token ended {"sub":"ann","exp":"-60"}
token early {"sub":"ann","nbf":"+600","exp":"+900"}
token forged {"sub":"ann","exp":"+60"} {"secret":"another secret, long enough to be one"}
token none {"sub":"ann","exp":"+60"} {"alg":"none"}
token longer {"sub":"ann","exp":"+60"} {"alg":"HS512"}
token critical {"sub":"ann","exp":"+60"} {"header":{"crit":["b64"],"b64":false}}
token nobody_in_it {"exp":"+60"}
token odd_end {"sub":"ann","exp":{"at":1}}
token number {"sub":7,"exp":"+60"}

== over HTTP a token that has ended is TOKEN_EXPIRED
post ended { viewer { userId } }
-> 401 {"errors":[{"message":"The token has ended: get a new one.","extensions":{"code":"TOKEN_EXPIRED","http":{"status":401}}}]}
    www-authenticate: Bearer

== all other bad tokens are UNAUTHENTICATED
post early { viewer { userId } }
-> 401 {"errors":[{"message":"The token is not valid yet.","extensions":{"code":"UNAUTHENTICATED",...}}]}
post forged { viewer { userId } }
-> 401 {"errors":[{"message":"The token's signature is not valid.","extensions":{"code":"UNAUTHENTICATED",...}}]}
post none { viewer { userId } }
-> 401 {"errors":[{"message":*,"extensions":{"code":"UNAUTHENTICATED",...}}]}
post longer { viewer { userId } }
-> 401 {"errors":[{"message":*,"extensions":{"code":"UNAUTHENTICATED",...}}]}
post critical { viewer { userId } }
-> 401 {"errors":[{"message":*,"extensions":{"code":"UNAUTHENTICATED",...}}]}
post nobody_in_it { viewer { userId } }
-> 401 {"errors":[{"message":*,"extensions":{"code":"UNAUTHENTICATED",...}}]}
post odd_end { viewer { userId } }
-> 401 {"errors":[{"message":*,"extensions":{"code":"UNAUTHENTICATED",...}}]}
post number { viewer { userId } }
-> 401 {"errors":[{"message":*,"extensions":{"code":"UNAUTHENTICATED",...}}]}
http POST /graphql
    content-type: application/json
    authorization: Bearer not.a.token
    {"query":"{ viewer { userId } }"}
-> 401 {"errors":[{"message":*,"extensions":{"code":"UNAUTHENTICATED",...}}]}
http POST /graphql
    content-type: application/json
    authorization: Basic YW5uOmFubg==
    {"query":"{ viewer { userId } }"}
-> 401 {"errors":[{"message":*,"extensions":{"code":"UNAUTHENTICATED",...}}]}

== without a token every field that needs one is refused, each by itself
post nobody { viewer { userId } room(id: "club") { id } messages(roomId: "club") { resume } }
-> 200 {"errors":[
    {"message":*,"path":["viewer"],"extensions":{"code":"UNAUTHENTICATED",...},...},
    {"message":*,"path":["room"],"extensions":{"code":"UNAUTHENTICATED",...},...},
    {"message":*,"path":["messages"],"extensions":{"code":"UNAUTHENTICATED",...},...}],
    "data":{"viewer":null,"room":null,"messages":null}}
post nobody mutation { sendMessage(roomId: "club", text: "x") { id } }
-> 200 {"errors":[{"message":*,"path":["sendMessage"],"extensions":{"code":"UNAUTHENTICATED",...},...}],"data":{"sendMessage":null}}

== serverInfo and introspection need none
post nobody { serverInfo { version schemaHash now limits { maxTextLength defaultPageSize maxPageSize maxRequestBytes } errorCodes } __schema { queryType { name } } }
-> 200 {"data":{"serverInfo":{"version":~"^\\d+\\.\\d+\\.\\d+","schemaHash":~"^[0-9a-f]{64}$","now":~"Z$","limits":{"maxTextLength":4000,"defaultPageSize":50,"maxPageSize":200,"maxRequestBytes":262144},"errorCodes":["GRAPHQL_PARSE_FAILED","GRAPHQL_VALIDATION_FAILED","BAD_USER_INPUT",...]},"__schema":{"queryType":{"name":"Query"}}}}

== over a socket each of them is a close with 4403, and HTTP's reason
ann: connect
ann> {"type":"connection_init","payload":{"authorization":"Bearer <ended>"}}
ann! 4403 Token expired
ann: connect
ann> {"type":"connection_init","payload":{"authorization":"Bearer <forged>"}}
ann! 4403 Forbidden: The token's signature is not valid.
ann: connect
ann> {"type":"connection_init","payload":{"authorization":"Bearer <none>"}}
ann! 4403 Forbidden: The token is not a JWT in compact form.
ann: connect
ann> {"type":"connection_init","payload":{"authorization":"Bearer <longer>"}}
ann! 4403 Forbidden: The token must be signed with HS256.
ann: connect
ann> {"type":"connection_init","payload":{"authorization":"Bearer <early>"}}
ann! 4403 Forbidden: The token is not valid yet.
ann: connect
ann> {"type":"connection_init","payload":{"authorization":7}}
ann! 4403 Forbidden: There is no token.

== a token that ends closes the socket it opened
token brief {"sub":"ann","exp":"+4"}
ann: connect
ann> {"type":"connection_init","payload":{"authorization":"Bearer <brief>"}}
ann< {"type":"connection_ack",...}
ann! 4403 Token expired

== an end beyond the calendar is the calendar's end
token last {"sub":"ann","exp":1e300}
ann: connect
ann> {"type":"connection_init","payload":{"authorization":"Bearer <last>"}}
ann< {"type":"connection_ack","payload":{"sessionExpiresAt":"9999-12-31T23:59:59.999Z",...}}
ann[1]> { viewer { session { expiresAt } } }
ann[1]< {"data":{"viewer":{"session":{"expiresAt":"9999-12-31T23:59:59.999Z"}}}}
ann[1]< complete
ann: quiet

== renewed in time it stays, with its subscriptions
token short {"sub":"ann","exp":"+6"}
token fresh {"sub":"ann","exp":"+600","scope":"CHAT"}
ann: connect
ann> {"type":"connection_init","payload":{"authorization":"Bearer <short>"}}
ann< {"type":"connection_ack",...}
ann[f]> subscription { onMessage(roomId: "club") { text } }
ann: settled
ann[1]> mutation { renewSession(token: "<fresh>") { userId scopes expiresAt } }
ann[1]< {"data":{"renewSession":{"userId":"ann","scopes":["CHAT"],"expiresAt":*}}}
ann[1]< complete
sql> select pg_sleep(6.5) is not null
    = t
post ann mutation { sendMessage(roomId: "club", text: "still here") { seq } }
-> 200 {"data":{"sendMessage":{"seq":1}}}
ann[f]< {"data":{"onMessage":{"text":"still here"}},...}

== a newer token that ends sooner closes the socket sooner
token sooner {"sub":"ann","exp":"+4"}
eve: connect
eve> {"type":"connection_init","payload":{"authorization":"Bearer <fresh>"}}
eve< {"type":"connection_ack",...}
eve[1]> mutation { renewSession(token: "<sooner>") { userId } }
eve[1]< {"data":*}
eve[1]< complete
eve! 4403 Token expired

== another user's token, or a bad one, renews nothing
ann[1]> mutation { renewSession(token: "<bob>") { userId } }
ann[1]< {"errors":[{"message":*,"path":["renewSession"],"extensions":{"code":"FORBIDDEN",...},...}],"data":{"renewSession":null}}
ann[1]< complete
ann[1]> mutation { renewSession(token: "<ended>") { userId } }
ann[1]< {"errors":[{"message":*,"path":["renewSession"],"extensions":{"code":"TOKEN_EXPIRED",...},...}],"data":{"renewSession":null}}
ann[1]< complete
ann: quiet
