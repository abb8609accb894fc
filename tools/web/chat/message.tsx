import { memo } from 'react';

import { useTexts } from './language.ts';
import type { PendingMessage, Room } from './room.ts';
import type { Message as MessageShown } from './timeline.ts';

const COLOURS = 6;

// The same for a user wherever it is shown.
const colourOf = (user: string) =>
  [...user].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)!) % 9973, 7) % COLOURS;

interface Props {
  message: MessageShown;
  mine: boolean;
  goesOn: boolean;
}

export const Message = memo(function Message({ message, mine, goesOn }: Props) {
  const t = useTexts();
  const { senderId, text, ts, seq } = message;

  return (
    <li className={`message ${mine ? 'mine' : ''} ${goesOn ? 'goes-on' : ''}`} data-seq={seq}>
      {!goesOn && (
        <span className={`avatar colour-${colourOf(senderId)}`} aria-hidden="true">
          {[...senderId][0].toUpperCase()}
        </span>
      )}
      <div className="body">
        <p className={goesOn ? 'visually-hidden' : 'by'}>
          <span className="sender">{mine ? t('you') : senderId}</span>{' '}
        </p>
        <p className="text">{text}</p>
      </div>
      <p className="facts">
        {message.replayed && (
          <span className="replayed" title={t('replayed')}>
            <span aria-hidden="true">↻</span>
            <span className="visually-hidden">{t('replayed')}</span>
          </span>
        )}
        <time dateTime={ts} title={t.moment(ts)}>
          {t.time(ts)}
        </time>
        <span className="seq" title={t('place', { seq })}>
          #{seq}
        </span>
      </p>
    </li>
  );
});

// On its way: shown at once, and replaced by the message itself when that is heard.
export function Pending({ room, item, live }: { room: Room; item: PendingMessage; live: boolean }) {
  const t = useTexts();
  const { key, text, phase, code = '' } = item;
  const act = (choice: () => void) => {
    document.getElementById('message')?.focus(); // the buttons go
    choice();
  };
  const said = {
    sending: t(live ? 'sending' : 'sendingCut'),
    sent: t('sent'),
    failed: t('notSent', { code }),
  };

  return (
    <li className={`message mine pending ${phase}`} data-key={key}>
      <div className="body">
        <p className="text">{text}</p>
        <p className="fate" role={phase === 'failed' ? 'alert' : undefined}>
          {said[phase]}
          {phase === 'failed' && (
            <>
              {' '}
              <button type="button" onClick={() => act(() => room.sendAgain(key))}>
                {t('tryAgain')}
              </button>{' '}
              <button type="button" onClick={() => act(() => room.discard(key))}>
                {t('discard')}
              </button>
            </>
          )}
        </p>
      </div>
    </li>
  );
}
