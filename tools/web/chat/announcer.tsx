import type { Hall } from './hall.ts';
import { useTexts } from './language.ts';
import { useObserved } from './observable.ts';

// Says to a screen reader what others write. The list of messages itself is no live region: it would
// read out the pages of history that are put on to it as well.
export function Announcer({ hall, openId }: { hall: Hall; openId: string | null }) {
  const t = useTexts();
  const { heard } = useObserved(hall.state);

  return (
    <div className="visually-hidden" role="log" aria-live="polite" aria-relevant="additions">
      {heard.map(({ room, message: { id, senderId, text } }) => (
        <p key={id}>
          {t(room.id === openId ? 'says' : 'saysIn', {
            user: senderId,
            room: room.state.value.name ?? room.id,
            text,
          })}
        </p>
      ))}
    </div>
  );
}
