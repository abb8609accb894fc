import { useCallback, useEffect, useRef, useState, type MouseEvent } from 'react';

import { addressOf, roomInAddress } from './address.ts';
import { Announcer } from './announcer.tsx';
import { Hall } from './hall.ts';
import { useTexts } from './language.ts';
import { useObserved } from './observable.ts';
import { RoomList } from './room-list.tsx';
import { RoomView } from './room-view.tsx';
import { Session } from './session.ts';
import { SignIn } from './sign-in.tsx';
import { NewToken, TopBar } from './top-bar.tsx';

export function App() {
  const [hall, setHall] = useState(() => {
    const session = Session.restored();
    return session && new Hall(session);
  });

  const enter = (session: Session) => setHall(new Hall(session));
  const leave = useCallback(() => {
    if (!hall) return;
    hall.session.end();
    hall.end();
    location.hash = '';
    setHall(null);
  }, [hall]);

  return hall ? <Chat key={hall.session.user} hall={hall} leave={leave} /> : <SignIn enter={enter} />;
}

function useRoomInAddress() {
  const [roomId, setRoomId] = useState(roomInAddress);

  useEffect(() => {
    const follow = () => setRoomId(roomInAddress());
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return roomId;
}

function Chat({ hall, leave }: { hall: Hall; leave: () => void }) {
  const t = useTexts();
  const { phase, rooms } = useObserved(hall.state);
  const { wanted } = useObserved(hall.session.state);
  const roomId = useRoomInAddress();
  const room = rooms.find(({ id }) => id === roomId);
  useComingBack(hall, roomId);

  return (
    <div className={roomId ? 'chat with-room' : 'chat'}>
      {room && (
        <a className="skip" href="#message" onClick={focusMessage}>
          {t('skip')}
        </a>
      )}
      <TopBar hall={hall} leave={leave} />
      {wanted && <NewToken hall={hall} />}
      <main className="columns">
        <RoomList hall={hall} openId={roomId} />
        <section className="room">
          {room && <RoomView key={room.id} hall={hall} room={room} />}
          {!room && phase !== 'loading' && <p className="empty">{t(roomId ? 'noSuchRoom' : 'chooseRoom')}</p>}
        </section>
      </main>
      <Announcer hall={hall} openId={roomId} />
    </div>
  );
}

// Who comes in begins at the rooms; who leaves a room stands where it is in their list, and sees the list
// as it is now.
function useComingBack(hall: Hall, roomId: string | null) {
  const before = useRef<string | null>(null);

  useEffect(() => {
    const rooms = document.querySelector<HTMLElement>('.rooms');
    const left =
      before.current && rooms?.querySelector<HTMLElement>(`a[href="${addressOf(before.current)}"]`);
    if (!roomId) (left || rooms)?.focus();
    if (!roomId && before.current) hall.load();
    before.current = roomId;
  }, [hall, roomId]);
}

// The fragment of the address is taken: it names the room.
function focusMessage(event: MouseEvent) {
  event.preventDefault();
  document.getElementById('message')?.focus();
}
