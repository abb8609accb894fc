# What is wrong with a document is told in one error message; the socket stays.

room club ann

== a syntax error is told with its place
ann: login
ann[1]> { viewer { userId }
ann[1]< error [{"message":"Syntax Error: Expected Name, found <EOF>.","locations":[{"line":1,"column":20}],"extensions":{"code":"GRAPHQL_PARSE_FAILED","http":{"status":400}}}]
ann: quiet

== a document that is not valid is told all that is wrong, before anything runs
ann[1]> mutation { sendMessage(roomId: "club", text: "never") { nothing } sendMessages }
ann[1]< error [
    {"message":"Cannot query field \"nothing\" on type \"Message\".","locations":[{"line":1,"column":57}],"extensions":{"code":"GRAPHQL_VALIDATION_FAILED",...}},
    {"message":"Cannot query field \"sendMessages\" on type \"Mutation\". Did you mean \"sendMessage\"?","locations":*,"extensions":{"code":"GRAPHQL_VALIDATION_FAILED",...}}]
post ann { room(id: "club") { lastSeq } }
-> 200 {"data":{"room":{"lastSeq":0}}}

== an operationName that names nothing
ann> {"id":"1","type":"subscribe","payload":{"query":"query A { __typename }","operationName":"B"}}
ann[1]< error [{"message":*,"extensions":{"code":"OPERATION_RESOLUTION_FAILURE",...}}]

== several operations without an operationName
ann[1]> query A { __typename } query B { __typename }
ann[1]< error [{"message":*,"extensions":{"code":"OPERATION_RESOLUTION_FAILURE",...}}]

== a document without an operation
ann[1]> fragment F on Query { __typename }
ann[1]< error [{"message":*,"extensions":{"code":"GRAPHQL_VALIDATION_FAILED",...},...}]

== a variable that is missing, or of a wrong type
ann[1]> query ($id: ID!) { room(id: $id) { id } }
ann[1]< error [{"message":"Variable \"$id\" of required type \"ID!\" was not provided.","locations":[{"line":1,"column":8}],"extensions":{"code":"BAD_USER_INPUT",...}}]
ann> {"id":"1","type":"subscribe","payload":{"query":"query ($n: Int) { messages(roomId: \"club\", first: $n) { resume } }","variables":{"n":"ten"}}}
ann[1]< error [{"message":~"^Variable \"\\$n\" got invalid value \"ten\"; Int cannot represent non-integer value: \"ten\"","locations":[{"line":1,"column":8}],"extensions":{"code":"BAD_USER_INPUT",...}}]

== a document with more aliases than allowed
ann[1]> { a1: __typename a2: __typename a3: __typename a4: __typename a5: __typename a6: __typename a7: __typename a8: __typename a9: __typename a10: __typename a11: __typename a12: __typename a13: __typename a14: __typename a15: __typename a16: __typename a17: __typename a18: __typename a19: __typename a20: __typename a21: __typename a22: __typename a23: __typename a24: __typename a25: __typename a26: __typename a27: __typename a28: __typename a29: __typename a30: __typename a31: __typename }
ann[1]< error [{"message":*,"extensions":{"code":"QUERY_TOO_COMPLEX",...},...}]

== one refused field nulls no neighbour, and tells its path
ann[1]> { good: room(id: "club") { id } bad: room(id: "nowhere") { id } }
ann[1]< {"errors":[{"message":*,"locations":[{"line":1,"column":33}],"path":["bad"],"extensions":{"code":"NOT_FOUND","http":{"status":404},...}}],"data":{"good":{"id":"club"},"bad":null}}
ann[1]< complete
