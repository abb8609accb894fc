// What is shown of a room: one unbroken stretch of its log, oldest first. Pure functions from one
// stretch to the next; room.ts decides when.
//
//   messages   in the order of the log
//   older      there is something before them
//   newer      there is something behind them; otherwise what is heard live is put on at the end

import type { HistoryQuery, MessagePartsFragment } from './documents.ts';

// replayed: it came from the log, after a cut.
export type Message = MessagePartsFragment & { replayed?: boolean };
export type Timeline = { messages: Message[]; older: boolean; newer: boolean };
export type Page = NonNullable<HistoryQuery['messages']>;

export const NOTHING: Timeline = { messages: [], older: true, newer: true };

const lastSeq = ({ messages }: Timeline) => messages.at(-1)?.seq ?? 0;

// What was heard while a page was on its way belongs behind it; what the page has already is left out.
function join(timeline: Timeline, heard: Message[]): Timeline {
  const from = lastSeq(timeline);
  const messages = [...timeline.messages, ...heard.filter(({ seq }) => seq > from)];
  return { ...timeline, messages };
}

// A page comes newest first. It has reached the end towards now when it says that nothing comes before it.
const arranged = ({ items }: Page): Message[] => [...items].reverse();

export function newestPage(page: Page, heard: Message[]) {
  return join({ messages: arranged(page), older: page.pageInfo.hasNextPage, newer: false }, heard);
}

export function oldestPage(page: Page, heard: Message[]) {
  const oldest = { messages: arranged(page), older: false, newer: page.pageInfo.hasPreviousPage };
  return oldest.newer ? oldest : join(oldest, heard);
}

export function withOlder(timeline: Timeline, page: Page): Timeline {
  return {
    ...timeline,
    messages: [...arranged(page), ...timeline.messages],
    older: page.pageInfo.hasNextPage,
  };
}

export function withNewer(timeline: Timeline, page: Page, heard: Message[]) {
  const longer = { ...join(timeline, arranged(page)), newer: page.pageInfo.hasPreviousPage };
  return longer.newer ? longer : join(longer, heard);
}

export const withLive = (timeline: Timeline, heard: Message[]) =>
  timeline.newer ? timeline : join(timeline, heard);

// Who stays at the bottom all day does not keep the whole day.
export function shortened(timeline: Timeline, longest: number): Timeline {
  const { messages } = timeline;
  return messages.length <= longest
    ? timeline
    : { ...timeline, messages: messages.slice(-longest / 2), older: true };
}
