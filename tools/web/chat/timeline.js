// What is shown of a room: one unbroken stretch of its log, oldest first. Pure functions from one
// stretch to the next; room.js decides when.
//
//   messages   in the order of the log
//   older      there is something before them
//   newer      there is something behind them; otherwise what is heard live is put on at the end

export const NOTHING = { messages: [], older: true, newer: true };

const lastSeq = ({ messages }) => messages.at(-1)?.seq ?? 0;

// What was heard while a page was on its way belongs behind it; what the page has already is left out.
function join(timeline, heard) {
  const from = lastSeq(timeline);
  const messages = [...timeline.messages, ...heard.filter(({ seq }) => seq > from)];
  return { ...timeline, messages };
}

// A page comes newest first. It has reached the end towards now when it says that nothing comes before it.
const arranged = ({ items }) => [...items].reverse();

export function newestPage({ items, pageInfo }, heard) {
  return join({ messages: arranged({ items }), older: pageInfo.hasNextPage, newer: false }, heard);
}

export function oldestPage({ items, pageInfo }, heard) {
  const page = { messages: arranged({ items }), older: false, newer: pageInfo.hasPreviousPage };
  return page.newer ? page : join(page, heard);
}

export function withOlder(timeline, { items, pageInfo }) {
  return {
    ...timeline,
    messages: [...arranged({ items }), ...timeline.messages],
    older: pageInfo.hasNextPage,
  };
}

export function withNewer(timeline, { items, pageInfo }, heard) {
  const longer = { ...join(timeline, arranged({ items })), newer: pageInfo.hasPreviousPage };
  return longer.newer ? longer : join(longer, heard);
}

export const withLive = (timeline, heard) => (timeline.newer ? timeline : join(timeline, heard));

// Who stays at the bottom all day does not keep the whole day.
export function shortened(timeline, longest) {
  const { messages } = timeline;
  return messages.length <= longest
    ? timeline
    : { ...timeline, messages: messages.slice(-longest / 2), older: true };
}
