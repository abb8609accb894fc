# A server that does not help to guess its schema.

options --suggestions off --introspection off

== an unknown field is named, and no known one beside it
http POST /graphql
    content-type: application/json
    {"query": "{ vieweer { userId } }"}
-> 200 {"errors":[{"message":"Cannot query field \"vieweer\" on type \"Query\".",...}]}

== nor for an argument, a type or a value
http POST /graphql
    content-type: application/json
    {"query": "query ($a: Strin) { messages(roomIdd: $a, roomId: 1, order: NEWEST_FIRS) { resume } }"}
-> 200 {"errors":[{"message":"Unknown type \"Strin\".",...},{"message":"Unknown argument \"roomIdd\" on field \"Query.messages\".",...},{"message":"Value \"NEWEST_FIRS\" does not exist in \"MessageOrder\" enum.",...}]}

== nor is the schema given as a page
http GET /schema.graphql
-> 403
