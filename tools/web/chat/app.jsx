import { useCallback, useEffect, useRef, useState } from 'react';

import { addressOf, roomInAddress } from './address.js';
import { Announcer } from './announcer.jsx';
import { Hall } from './hall.js';
import { useTexts } from './language.js';
import { useObserved } from './observable.js';
import { RoomList } from './room-list.jsx';
import { RoomView } from './room-view.jsx';
import { Session } from './session.js';
import { SignIn } from './sign-in.jsx';
import { NewToken, TopBar } from './top-bar.jsx';

export function App() {
  const [hall, setHall] = useState(() => {
    const session = Session.restored();
    return session && new Hall(session);
  });

  const enter = (session) => setHall(new Hall(session));
  const leave = useCallback(() => {
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

function Chat({ hall, leave }) {
  const t = useTexts();
  const { phase, rooms } = useObserved(hall.state);
  const { wanted } = useObserved(hall.session.state);
  const roomId = useRoomInAddress();
  const room = rooms.find(({ id }) => id === roomId);
  useFocusOnRooms(roomId);

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

// Who comes in begins at the rooms; who leaves a room stands where it is in their list.
function useFocusOnRooms(roomId) {
  const before = useRef(null);

  useEffect(() => {
    const left = before.current && document.querySelector(`.rooms a[href="${addressOf(before.current)}"]`);
    if (!roomId) (left ?? document.querySelector('.rooms')).focus();
    before.current = roomId;
  }, [roomId]);
}

// The fragment of the address is taken: it names the room.
function focusMessage(event) {
  event.preventDefault();
  document.getElementById('message')?.focus();
}
