import { useEffect } from 'react';

import { addressOf } from './address.ts';
import type { RoomType } from './documents.ts';
import type { Hall } from './hall.ts';
import { useTexts } from './language.ts';
import { useObserved } from './observable.ts';
import type { Room } from './room.ts';

export function RoomList({ hall, openId }: { hall: Hall; openId: string | null }) {
  const t = useTexts();
  const { phase, rooms, refreshing } = useObserved(hall.state);
  const ofKind = (roomType: RoomType) => rooms.filter((room) => room.state.value.roomType === roomType);

  return (
    <nav className="rooms" tabIndex={-1} aria-label={t('rooms')} aria-busy={phase === 'loading'}>
      {phase === 'loading' && <Skeletons />}
      {phase === 'failed' && (
        <p role="alert" className="failure">
          {t('failedToStart')}{' '}
          <button
            type="button"
            onClick={({ currentTarget }) => {
              currentTarget.closest<HTMLElement>('.rooms')?.focus(); // the button goes
              hall.load();
            }}
          >
            {t('tryAgain')}
          </button>
        </p>
      )}
      {phase === 'ready' && (
        <button
          type="button"
          className="refresh"
          title={t('refreshTitle')}
          aria-disabled={refreshing}
          onClick={() => hall.load()}
        >
          <span aria-hidden="true">↻</span> {t('refresh')}
        </button>
      )}
      {phase === 'ready' && rooms.length === 0 && <p className="empty">{t('noRooms')}</p>}
      <Group title={t('guildRooms')} rooms={ofKind('guild')} openId={openId} me={hall.session.user} />
      <Group title={t('rooms')} rooms={ofKind('general')} openId={openId} me={hall.session.user} />
      <UnreadInTitle rooms={rooms} openId={openId} />
    </nav>
  );
}

function Skeletons() {
  const t = useTexts();

  return (
    <>
      <p className="visually-hidden">{t('loading')}</p>
      {[1, 2, 3].map((n) => (
        <div key={n} className="skeleton entry" />
      ))}
    </>
  );
}

interface GroupProps {
  title: string;
  rooms: Room[];
  openId: string | null;
  me: string;
}

function Group({ title, rooms, openId, me }: GroupProps) {
  if (rooms.length === 0) return null;
  return (
    <section>
      <h2>{title}</h2>
      <ul>
        {rooms.map((room) => (
          <Entry key={room.id} room={room} open={room.id === openId} me={me} />
        ))}
      </ul>
    </section>
  );
}

function Entry({ room, open, me }: { room: Room; open: boolean; me: string }) {
  const t = useTexts();
  const { name, unread, uncounted, lastMessage } = useObserved(room.state);
  const count = uncounted ? `${unread}+` : String(unread);

  return (
    <li>
      <a
        className={unread ? 'entry unread' : 'entry'}
        href={addressOf(room.id)}
        aria-current={open ? 'page' : undefined}
      >
        <span className="name">{name ?? room.id}</span>
        {unread > 0 && (
          <span className="count">
            <span aria-hidden="true">{count}</span>
            <span className="visually-hidden">, {t('unread', { n: unread, count })}</span>
          </span>
        )}
        <span className="last">
          {lastMessage
            ? t('says', {
                user: lastMessage.senderId === me ? t('you') : lastMessage.senderId,
                text: lastMessage.text,
              })
            : t('noMessages')}
        </span>
      </a>
    </li>
  );
}

// For who looks at another tab.
function UnreadInTitle({ rooms, openId }: { rooms: Room[]; openId: string | null }) {
  const t = useTexts();

  useEffect(() => {
    const show = () => {
      const unread = rooms.reduce((sum, room) => sum + room.state.value.unread, 0);
      const open = rooms.find(({ id }) => id === openId);
      const name = open ? `${open.state.value.name ?? openId} – ` : '';
      document.title = `${unread ? `(${unread}) ` : ''}${name}${t('title')}`;
    };
    show();
    const forget = rooms.map((room) => room.state.watch(show));
    return () => forget.forEach((stop) => stop());
  }, [rooms, openId, t.language]);
  return null;
}
