// The stretch of the log that is shown. Whoever scrolls to an end gets what lies beyond; what is put on
// at the top moves nothing on the screen; and who stands at the bottom stays at the bottom.

import {
  Fragment,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
  type MouseEvent,
  type RefObject,
} from 'react';

import type { Connection } from './connection.ts';
import { useTexts } from './language.ts';
import { Message, Pending } from './message.tsx';
import { useObserved } from './observable.ts';
import type { PendingMessage, Room } from './room.ts';
import type { Message as MessageShown } from './timeline.ts';

const NEAR = 48; // pixels from the bottom that count as the bottom
const AHEAD = '600px'; // a page is asked for before its place comes into view
const TOGETHER_MS = 5 * 60_000; // messages of one sender within that stand under one name

interface Props {
  room: Room;
  title: string;
  me: string;
  connection: Connection;
}

export function History({ room, title, me, connection }: Props) {
  const t = useTexts();
  const state = useObserved(room.state);
  const { phase, messages, older, newer, pending, unread, failure } = state;
  const { scroller, atBottom } = useScroll(room, state);
  const topEdge = useEdge(scroller, () => room.loadOlder(), [messages[0]?.seq, phase, older]);
  const bottomEdge = useEdge(scroller, () => room.loadNewer(), [messages.at(-1)?.seq, phase, newer]);

  return (
    <div className="history">
      <div
        ref={scroller}
        className="scroller"
        tabIndex={0}
        role="region"
        aria-label={t('messagesOf', { room: title })}
        aria-busy={phase === 'loading'}
      >
        {failure && <Failure room={room} code={failure} />}
        {(phase === 'new' || phase === 'loading') && <Skeletons n={8} />}
        {phase === 'ready' && (
          <>
            <div ref={topEdge}>
              {older ? <Skeletons n={3} /> : <p className="edge">{t('beginning', { room: title })}</p>}
            </div>
            <Messages messages={messages} me={me} divider={state.divider} />
            <div ref={bottomEdge}>{newer && <Skeletons n={3} />}</div>
          </>
        )}
        {!newer && <OnTheirWay room={room} pending={pending} connection={connection} />}
      </div>
      {phase === 'ready' && (newer || !atBottom) && (
        <button
          type="button"
          className="primary to-newest"
          onClick={() => toNewest(room, newer, scroller.current)}
        >
          {unread ? t('newBelow', { n: unread }) : t('toNewest')} <span aria-hidden="true">↓</span>
        </button>
      )}
    </div>
  );
}

function toNewest(room: Room, newer: boolean, scroller: HTMLElement | null) {
  if (!scroller) return;
  if (newer) room.toNewest();
  else scroller.scrollTop = scroller.scrollHeight;
  scroller.focus();
}

const isAtBottom = ({ scrollTop, scrollHeight, clientHeight }: HTMLElement) =>
  scrollHeight - scrollTop - clientHeight < NEAR;

// Where the scroller stands, through every change of what is in it.
function useScroll(room: Room, { phase, from, messages, pending, newer, older }: Room['state']['value']) {
  const scroller = useRef<HTMLDivElement>(null);
  const before = useRef({ first: undefined as number | undefined, height: 0, stuck: true, pending: 0 });
  const [atBottom, setAtBottom] = useState(true);
  const first = messages[0]?.seq;

  useLayoutEffect(() => {
    const box = scroller.current;
    if (!box) return;
    const was = before.current;
    const hasSent = pending.length > was.pending; // one looks for what one has just written
    const begins = was.first === undefined || phase !== 'ready';
    if (begins) box.scrollTop = phase === 'ready' && from === 'newest' ? box.scrollHeight : 0;
    else if (was.stuck || hasSent) box.scrollTop = box.scrollHeight;
    else if (first !== undefined && was.first !== undefined && first < was.first)
      box.scrollTop += box.scrollHeight - was.height;
    before.current = {
      first: phase === 'ready' ? first : undefined,
      height: box.scrollHeight,
      stuck: begins ? isAtBottom(box) && !newer : was.stuck || hasSent,
      pending: pending.length,
    };
    setAtBottom(isAtBottom(box));
  }, [phase, first, older, newer, messages.length, pending]);

  useEffect(() => {
    const box = scroller.current;
    if (!box) return undefined;
    const look = () => {
      before.current.stuck = isAtBottom(box) && !room.state.value.newer;
      before.current.height = box.scrollHeight;
      setAtBottom(isAtBottom(box));
    };
    const resized = new ResizeObserver(() => {
      if (before.current.stuck) box.scrollTop = box.scrollHeight;
      before.current.height = box.scrollHeight;
    });
    box.addEventListener('scroll', look, { passive: true });
    resized.observe(box);
    return () => {
      box.removeEventListener('scroll', look);
      resized.disconnect();
    };
  }, [room]);

  useReading(room, atBottom && phase === 'ready' && !newer, messages.at(-1)?.seq);
  return { scroller, atBottom };
}

// Read is what stands at the bottom of a page that is looked at.
function useReading(room: Room, shown: boolean, newest?: number) {
  useEffect(() => {
    const read = () => {
      if (shown && document.visibilityState === 'visible') room.markRead();
    };
    read();
    document.addEventListener('visibilitychange', read);
    return () => document.removeEventListener('visibilitychange', read);
  }, [room, shown, newest]);
}

// Calls reached() while this end is in sight, and again when something was put on and it still is.
function useEdge(scroller: RefObject<HTMLElement | null>, reached: () => void, dependencies: unknown[]) {
  const edge = useRef<HTMLDivElement>(null);

  useEffect(() => {
    if (!edge.current) return undefined;
    // It may be told of twice at once, out of sight and then in sight: the last is how it is now.
    const observer = new IntersectionObserver((told) => told.at(-1)?.isIntersecting && reached(), {
      root: scroller.current,
      rootMargin: `${AHEAD} 0px`,
    });
    observer.observe(edge.current);
    return () => observer.disconnect();
  }, dependencies);
  return edge;
}

function Messages({ messages, me, divider }: { messages: MessageShown[]; me: string; divider: number }) {
  const t = useTexts();
  const firstUnread = divider
    ? messages.find(({ seq, senderId }) => seq > divider && senderId !== me)?.seq
    : 0;

  return (
    <ol className="messages">
      {messages.map((message, i) => {
        const previous = messages[i - 1];
        const newDay = !previous || dayOf(previous) !== dayOf(message);
        const isNew = message.seq === firstUnread;
        return (
          <Fragment key={message.seq}>
            {newDay && <li className="day">{t.day(message.ts)}</li>}
            {isNew && <li className="new-mark">{t('newMark')}</li>}
            <Message
              message={message}
              mine={message.senderId === me}
              goesOn={!newDay && !isNew && goesOn(previous, message)}
            />
          </Fragment>
        );
      })}
    </ol>
  );
}

const dayOf = ({ ts }: MessageShown) => new Date(ts).toDateString();

const goesOn = (previous: MessageShown, message: MessageShown) =>
  previous.senderId === message.senderId && Date.parse(message.ts) - Date.parse(previous.ts) < TOGETHER_MS;

interface OnTheirWayProps {
  room: Room;
  pending: PendingMessage[];
  connection: Connection;
}

function OnTheirWay({ room, pending, connection }: OnTheirWayProps) {
  const t = useTexts();
  const { phase } = useObserved(connection.state);

  if (pending.length === 0) return null;
  return (
    <ul className="messages" aria-label={t('sending')}>
      {pending.map((item) => (
        <Pending key={item.key} room={room} item={item} live={phase === 'live'} />
      ))}
    </ul>
  );
}

function Failure({ room, code }: { room: Room; code: string }) {
  const t = useTexts();

  function onClick({ currentTarget }: MouseEvent) {
    currentTarget.closest<HTMLElement>('.scroller')?.focus(); // the button goes
    room.toNewest();
  }

  return (
    <p role="alert" className="failure">
      {t('historyFailed', { code })}{' '}
      <button type="button" onClick={onClick}>
        {t('tryAgain')}
      </button>
    </p>
  );
}

function Skeletons({ n }: { n: number }) {
  const t = useTexts();

  return (
    <>
      <p className="visually-hidden">{t('loading')}</p>
      {Array.from({ length: n }, (_, i) => (
        <div key={i} className="skeleton message" />
      ))}
    </>
  );
}
