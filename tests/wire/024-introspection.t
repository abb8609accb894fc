# The schema is for those who show a token.

options --introspection auth

== who comes without a token is asked for one
post nobody { __schema { queryType { name } } }
-> 200 {"errors":[{"message":"A valid token is required.","path":["__schema"],"extensions":{"code":"UNAUTHENTICATED",...},...}],"data":null}
post nobody { __type(name: "Query") { name } __typename }
-> 200 {"errors":[{"message":"A valid token is required.","path":["__type"],"extensions":{"code":"UNAUTHENTICATED",...},...}],"data":{"__type":null,"__typename":"Query"}}

== who has one reads it
post ann { __type(name: "Query") { name } __schema { queryType { name } } }
-> 200 {"data":{"__type":{"name":"Query"},"__schema":{"queryType":{"name":"Query"}}}}
