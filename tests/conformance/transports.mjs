// All the transports there are.
//
//     name
//     open(place, token)        a session
//     can                       the kinds of operations that it takes
//     isRoom                    it can say FOLLOW and SEND alone
//     told(result)              what of a result of graphql-transport-ws it tells, if not all
//     shares                    many operations may be under way on one of its connections

import { openDistinct, openPlain, openSingle } from './requests.mjs';
import { openAppSync, openLegacy, openRoom, openTransportWs } from './sockets.mjs';

const ALL = ['query', 'mutation', 'subscription'];
const JSON_TYPE = 'application/json';
const RESPONSE_TYPE = 'application/graphql-response+json';

// No places in documents or arguments, for there are none, and positions only within the messages.
function toldInRoom({ data, errors }) {
  const told = errors?.map(({ message, extensions: { http, argument, ...extensions } }) => ({ message, extensions }));
  return { ...(data && { data }), ...(told && { errors: told }) };
}

const plain = (method, type, headers) => ({
  open: openPlain({ method, type, headers }),
  can: method === 'POST' ? ['query', 'mutation'] : ['query'],
});

export const TRANSPORTS = [
  { name: 'graphql-transport-ws', open: openTransportWs, can: ALL, shares: true },
  { name: 'the older graphql-ws', open: openLegacy, can: ALL, shares: true },
  { name: "AppSync's realtime protocol", open: openAppSync, can: ALL, shares: true },
  { name: 'a room socket', open: openRoom, can: [], isRoom: true, told: toldInRoom },
  { name: 'events by POST', open: openDistinct({ method: 'POST', form: 'events' }), can: ALL },
  { name: 'parts', open: openDistinct({ method: 'POST', form: 'parts' }), can: ALL },
  { name: 'one stream of events, by POST', open: openSingle('POST'), can: ALL, shares: true },
  { name: 'JSON by POST', ...plain('POST', JSON_TYPE) },
  { name: 'events by GET', open: openDistinct({ method: 'GET', form: 'events' }), can: ['query', 'subscription'] },
  { name: 'parts by GET', open: openDistinct({ method: 'GET', form: 'parts' }), can: ['query', 'subscription'] },
  { name: 'one stream of events, by GET', open: openSingle('GET'), can: ['query', 'subscription'], shares: true },
  { name: 'JSON by GET', ...plain('GET', JSON_TYPE) },
  { name: 'graphql-response+json by POST', ...plain('POST', RESPONSE_TYPE) },
  { name: 'graphql-response+json by GET', ...plain('GET', RESPONSE_TYPE) },
  { name: "AppSync's HTTP", ...plain('POST', JSON_TYPE, { 'x-amz-user-agent': 'aws-amplify/6' }) },
];

// Those between which a client may wander: one for each protocol.
export const WAYS = TRANSPORTS.slice(0, 8);
