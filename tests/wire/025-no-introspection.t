# The schema is for nobody: a token does not help.

options --introspection off

== it is forbidden with a token and without
post nobody { __type(name: "Query") { name } __typename }
-> 200 {"errors":[{"message":"Not allowed.","path":["__type"],"extensions":{"code":"FORBIDDEN",...},...}],"data":{"__type":null,"__typename":"Query"}}
post ann { __type(name: "Query") { name } __typename }
-> 200 {"errors":[{"message":"Not allowed.","path":["__type"],"extensions":{"code":"FORBIDDEN",...},...}],"data":{"__type":null,"__typename":"Query"}}
