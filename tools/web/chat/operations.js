import { parse, separateOperations } from 'graphql';

import source from './operations.graphql';

// Each with the fragments that it uses, and no others.
export const { Rooms, Unread, History, Send, Renew, Follow } = separateOperations(parse(source));
