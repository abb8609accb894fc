# GraphQL over HTTP.

room club ann

== POST without Accept is answered as application/json
http POST /graphql
    content-type: application/json
    {"query":"{ __typename }"}
-> 200 {"data":{"__typename":"Query"}}
    content-type: application/json; charset=utf-8

== who asks for application/graphql-response+json gets it
http POST /graphql
    content-type: application/json
    accept: application/graphql-response+json, application/json;q=0.9
    {"query":"{ __typename }"}
-> 200 {"data":{"__typename":"Query"}}
    content-type: application/graphql-response+json; charset=utf-8

== q-values count, and names compare without case
http POST /graphql
    content-type: Application/JSON; charset="UTF-8"
    accept: application/graphql-response+json;q=0.1, APPLICATION/json
    {"query":"{ __typename }"}
-> 200 {"data":{"__typename":"Query"}}
    content-type: application/json; charset=utf-8

== a request error is 200 as application/json, and 400 as application/graphql-response+json, without data
http POST /graphql
    content-type: application/json
    {"query":"{ nothing }"}
-> 200 {"errors":[{"message":*,"locations":*,"extensions":{"code":"GRAPHQL_VALIDATION_FAILED",...}}]}
http POST /graphql
    content-type: application/json
    accept: application/graphql-response+json
    {"query":"{ nothing }"}
-> 400 {"errors":[{"message":*,"locations":*,"extensions":{"code":"GRAPHQL_VALIDATION_FAILED",...}}]}
http POST /graphql
    content-type: application/json
    accept: application/graphql-response+json
    {"query":"{"}
-> 400 {"errors":[{"message":*,"locations":*,"extensions":{"code":"GRAPHQL_PARSE_FAILED",...}}]}

== a partial result is 200 in both
http POST /graphql
    content-type: application/json
    accept: application/graphql-response+json
    {"query":"{ __typename viewer { userId } }"}
-> 200 {"errors":[{...}],"data":{"__typename":"Query","viewer":null}}

== an Accept that allows neither is 406
http POST /graphql
    content-type: application/json
    accept: text/plain
    {"query":"{ __typename }"}
-> 406 {"errors":[{"message":*,"extensions":{"code":"BAD_REQUEST",...}}]}
http POST /graphql
    content-type: application/json
    accept: application/json;q=0, application/graphql-response+json;q=0
    {"query":"{ __typename }"}
-> 406 {"errors":[{"message":*,"extensions":{"code":"BAD_REQUEST",...}}]}

== another Content-Type, or none, is 415
http POST /graphql
    content-type: text/plain
    {"query":"{ __typename }"}
-> 415 {"errors":[{"message":*,"extensions":{"code":"BAD_REQUEST",...}}]}
http POST /graphql
    content-length: 26
    {"query":"{ __typename }"}
-> 415 {"errors":[{"message":*,"extensions":{"code":"BAD_REQUEST",...}}]}

== malformed JSON is 400, in either media type
http POST /graphql
    content-type: application/json
    {"query":
-> 400 {"errors":[{"message":*,"extensions":{"code":"BAD_REQUEST",...}}]}
http POST /graphql
    content-type: application/json
    accept: application/graphql-response+json
    [{"query":"{ __typename }"}]
-> 400 {"errors":[{"message":*,"extensions":{"code":"BAD_REQUEST",...}}]}

== members of a wrong type are 400, null is as if left out
http POST /graphql
    content-type: application/json
    {"query":7}
-> 400 {"errors":[{"message":*,"extensions":{"code":"BAD_REQUEST",...}}]}
http POST /graphql
    content-type: application/json
    {"query":null}
-> 400 {"errors":[{"message":*,"extensions":{"code":"BAD_REQUEST",...}}]}
http POST /graphql
    content-type: application/json
    {"query":"{ __typename }","variables":[]}
-> 400 {"errors":[{"message":*,"extensions":{"code":"BAD_REQUEST",...}}]}
http POST /graphql
    content-type: application/json
    {"query":"{ __typename }","operationName":{}}
-> 400 {"errors":[{"message":*,"extensions":{"code":"BAD_REQUEST",...}}]}
http POST /graphql
    content-type: application/json
    {"query":"{ __typename }","variables":null,"operationName":null,"extensions":null}
-> 200 {"data":{"__typename":"Query"}}

== GET runs a query
http GET /graphql?query=%7B%20__typename%20%7D
-> 200 {"data":{"__typename":"Query"}}
http GET /graphql?query=query($id:ID!)%7Broom(id:$id)%7Bid%7D%7D&variables=%7B%22id%22:%22club%22%7D
    authorization: Bearer <ann>
-> 200 {"data":{"room":{"id":"club"}}}

== GET does not run a mutation or a subscription
http GET /graphql?query=mutation%7BsendMessage(roomId:%22club%22,text:%22x%22)%7Bid%7D%7D
    authorization: Bearer <ann>
-> 405 {"errors":[{"message":*,"extensions":{"code":"BAD_REQUEST",...}}]}
    allow: POST
sql> select count(*) from gg_core
    = 0

== GET without a query, or with variables that are no JSON, is 400
http GET /graphql
-> 400 {"errors":[{"message":*,"extensions":{"code":"BAD_REQUEST",...}}]}
http GET /graphql?query=%7B__typename%7D&variables=%7B
-> 400 {"errors":[{"message":*,"extensions":{"code":"BAD_REQUEST",...}}]}

== other methods are 405
http PUT /graphql
    content-type: application/json
    {"query":"{ __typename }"}
-> 405 {"errors":[{"message":*,"extensions":{"code":"BAD_REQUEST",...}}]}
    allow: GET, POST
http DELETE /graphql
-> 405 {"errors":[{"message":*,"extensions":{"code":"BAD_REQUEST",...}}]}
    allow: GET, POST

== a subscription over HTTP without a stream is refused
post ann subscription { onMessage(roomId: "club") { id } }
-> 200 {"errors":[{"message":*,"extensions":{"code":"BAD_REQUEST",...}}]}

== a body in chunks is read
http POST /graphql
    content-type: application/json
    transfer-encoding: chunked
    {"query":"{ __typename }"}
-> 200 {"data":{"__typename":"Query"}}

== there is nothing elsewhere
http GET /nowhere
-> 404 {"errors":[{"message":*,"extensions":{"code":"NOT_FOUND",...}}]}

== a page of another origin is kept out
http POST /graphql
    content-type: application/json
    origin: https://evil.example
    {"query":"{ __typename }"}
-> 403 {"errors":[{"message":*,"extensions":{"code":"FORBIDDEN",...}}]}
