// The tabs of a first visit: an operation of each kind, on the room that `guildhall up` makes.

export const examples = [
  `# The newest messages of a room;
# older ones come with after: and the endCursor.
query Messages {
  messages(roomId: "GUILD#demo", first: 10) {
    items {
      seq
      senderId
      text
      ts
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
`,
  `# Once the answer is there, the message is
# committed and on its way to who follows.
mutation Send {
  sendMessage(roomId: "GUILD#demo", text: "Hello from GraphiQL") {
    id
    seq
    text
    ts
  }
}
`,
  `# Over a WebSocket: run it here, and Send in
# another window. With since: a cursor, or a
# time, history comes first.
subscription Follow {
  onMessage(roomId: "GUILD#demo") {
    seq
    senderId
    text
    ts
  }
}
`,
].map((query) => ({ query }));
