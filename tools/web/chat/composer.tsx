import { useRef, useState, type ChangeEvent, type KeyboardEvent, type SyntheticEvent } from 'react';

import type { Hall } from './hall.ts';
import { useTexts, type Said } from './language.ts';
import { useObserved } from './observable.ts';
import { MOST_WAITING } from './outbox.ts';
import type { Room } from './room.ts';

interface Props {
  hall: Hall;
  room: Room;
  title: string;
  mayWrite: boolean;
}

export function Composer({ hall, room, title, mayWrite }: Props) {
  const t = useTexts();
  const { maxTextLength } = useObserved(hall.state);
  const { pending } = useObserved(room.state);
  const field = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState('');
  const [wrong, setWrong] = useState<Said | null>(null);

  if (!mayWrite) return <p className="composer empty">{t('guest')}</p>;

  // The server counts code points, as [...text] does.
  function whatIsWrong(): Said | null {
    const n = [...text].length;
    if (text.trim() === '') return { key: 'textMissing' };
    if (n > maxTextLength) return { key: 'textTooLong', values: { max: maxTextLength, n } };
    if (pending.length >= MOST_WAITING) return { key: 'tooManyWaiting', values: { n: pending.length } };
    return null;
  }

  function send(event: SyntheticEvent) {
    event.preventDefault();
    const refusal = whatIsWrong();
    setWrong(refusal);
    field.current?.focus();
    if (refusal) return;
    room.send(text);
    setText('');
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) send(event);
  }

  function onChange(event: ChangeEvent<HTMLTextAreaElement>) {
    setText(event.target.value);
    setWrong(null);
  }

  return (
    <form className="composer" onSubmit={send} noValidate>
      <label className="visually-hidden" htmlFor="message">
        {t('messageTo', { room: title })}
      </label>
      <textarea
        id="message"
        ref={field}
        rows={Math.min(6, text.split('\n').length)}
        value={text}
        placeholder={t('messageTo', { room: title })}
        aria-invalid={Boolean(wrong)}
        aria-describedby={wrong ? 'message-error message-help' : 'message-help'}
        onChange={onChange}
        onKeyDown={onKeyDown}
      />
      <button className="primary">{t('send')}</button>
      <p id="message-error" className="error" role="alert">
        {wrong && t(wrong.key, wrong.values)}
      </p>
      <p id="message-help" className="help">
        {t('sendHelp')}
      </p>
    </form>
  );
}
