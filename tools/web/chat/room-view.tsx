import { useLayoutEffect, useRef } from 'react';

import { Composer } from './composer.tsx';
import type { Hall } from './hall.ts';
import { History } from './history.tsx';
import { useTexts } from './language.ts';
import { useObserved } from './observable.ts';
import type { Room } from './room.ts';

export function RoomView({ hall, room }: { hall: Hall; room: Room }) {
  const t = useTexts();
  const { name, roomType, memberCount, gone, membership } = useObserved(room.state);
  const title = name ?? room.id;
  const heading = useRef<HTMLHeadingElement>(null);

  // Before what is shown counts as read. Who has just chosen the room goes on by writing; on a phone
  // that would bring up the keyboard.
  useLayoutEffect(() => {
    room.open();
    const field = matchMedia('(hover: hover)').matches ? document.getElementById('message') : null;
    (field ?? heading.current)?.focus();
  }, [room]);

  return (
    <>
      <header className="room-head">
        <a className="back" href="#" aria-label={t('back')}>
          <span aria-hidden="true">‹</span>
        </a>
        <div>
          <h2 ref={heading} tabIndex={-1}>
            {title}
          </h2>
          <p>
            {t(roomType === 'guild' ? 'kindGuild' : 'kindGeneral')} · {t('members', { n: memberCount })}
          </p>
        </div>
        <button type="button" className="quiet" onClick={() => room.toOldest()}>
          {t('toFirst')}
        </button>
      </header>
      <History room={room} title={title} me={hall.session.user} connection={hall.connection} />
      {gone ? (
        <p role="alert" className="failure">
          {t('gone')}
        </p>
      ) : (
        <Composer hall={hall} room={room} title={title} mayWrite={membership?.role !== 'GUEST'} />
      )}
    </>
  );
}
