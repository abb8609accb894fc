# What browsers are told, and what they may not do.

options --allowed-origins https://chat.example
room club ann

== no response can be framed, sniffed, or load anything
http GET /healthz
-> 200
    x-content-type-options: nosniff
    content-security-policy: default-src 'none'; frame-ancestors 'none'
    referrer-policy: no-referrer
    cross-origin-resource-policy: same-origin
http POST /graphql
    content-type: application/json
    {"query":"{ __typename }"}
-> 200 {"data":{"__typename":"Query"}}
    content-security-policy: default-src 'none'; frame-ancestors 'none'

== a form of another page, which a browser sends without asking, is refused by its type
http POST /graphql
    content-type: text/plain
    {"query":"{ __typename }"}
-> 415 {"errors":[{"message":*,"extensions":{"code":"BAD_REQUEST",...}}]}
http POST /graphql
    content-type: application/x-www-form-urlencoded
    query={__typename}
-> 415 {"errors":[{"message":*,"extensions":{"code":"BAD_REQUEST",...}}]}

== a page of an origin that is not allowed is refused, over HTTP and in a handshake
http POST /graphql
    content-type: application/json
    origin: https://evil.example
    {"query":"{ __typename }"}
-> 403 {"errors":[{"message":*,"extensions":{"code":"FORBIDDEN",...}}]}
http GET /graphql
    origin: https://evil.example
    upgrade: websocket
    connection: Upgrade
    sec-websocket-version: 13
    sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==
    sec-websocket-protocol: graphql-transport-ws
-> 403 {"errors":[{"message":*,"extensions":{"code":"FORBIDDEN",...}}]}

== one that is allowed is told so, when it asks first and when it sends
http OPTIONS /graphql
    origin: https://chat.example
    access-control-request-method: POST
    access-control-request-headers: authorization, content-type
-> 204
    access-control-allow-origin: https://chat.example
    access-control-allow-methods: GET, POST, OPTIONS
http POST /graphql
    content-type: application/json
    origin: https://chat.example
    {"query":"{ __typename }"}
-> 200 {"data":{"__typename":"Query"}}
    access-control-allow-origin: https://chat.example
    vary: Origin
