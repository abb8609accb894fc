// A chat to try guildhall with, and a worked example of a client: React, urql and graphql-ws.
//
// What an application would take from here stands in files without React's components:
//
//   operations.graphql   every operation
//   documents.ts         the same with types, made by graphql-codegen
//   connection.ts        one socket: resumption by cursor, coming back, a token renewed on the open socket
//   session.ts           whose token, and where the next one comes from
//   timeline.ts          a stretch of a room's log, and how pages and live messages are put on to it
//   room.ts              a room: history both ways, live, unread, an outbox with idempotency keys
//   outbox.ts            what is not acknowledged yet, kept through a reload
//   hall.ts              all rooms of a user
//
// The rest is what is seen: app.tsx and, below it, sign-in, top-bar, room-list, room-view, history,
// message, composer and announcer; texts/ has the words in three languages.

import { createRoot } from 'react-dom/client';

import { App } from './app.tsx';

createRoot(document.getElementById('root')!).render(<App />);
