import { codeOf } from './connection.ts';
import type { Hall } from './hall.ts';
import { LanguageChoice } from './language-choice.tsx';
import { useTexts } from './language.ts';
import { useObserved } from './observable.ts';
import { claimsOf, type Claims } from './session.ts';
import { Refused, TokenForm } from './token-form.tsx';

export function TopBar({ hall, leave }: { hall: Hall; leave: () => void }) {
  const t = useTexts();

  return (
    <header className="top">
      <h1>guildhall</h1>
      <ConnectionState hall={hall} />
      <TokenState hall={hall} />
      <div className="who">
        <LanguageChoice />
        <span className="user">
          <span className="visually-hidden">{t('signedInAs', { user: hall.session.user })}</span>
          <span aria-hidden="true">{hall.session.user}</span>
        </span>
        <button type="button" onClick={leave}>
          {t('leave')}
        </button>
      </div>
    </header>
  );
}

// What the connection does now, and a way to see that nothing is lost when it is gone for a while.
function ConnectionState({ hall }: { hall: Hall }) {
  const t = useTexts();
  const { phase, returns } = useObserved(hall.connection.state);
  const { caughtUp } = useObserved(hall.state);
  const { refused } = useObserved(hall.session.state);
  const isBack = phase === 'live' && returns > 0;

  return (
    <div className={`connection ${phase}`}>
      <p role="status">
        <span className="dot" aria-hidden="true" />
        {t(refused && phase === 'waiting' ? 'refused' : phase)}
        {isBack && (
          <span className="caught-up">: {caughtUp ? t('caughtUp', { n: caughtUp }) : t('backNothing')}</span>
        )}
      </p>
      {phase === 'cut' ? (
        <button type="button" className="primary" onClick={() => hall.connection.back()}>
          {t('reconnect')}
        </button>
      ) : (
        <button type="button" disabled={phase === 'stopped'} onClick={() => hall.connection.cut()}>
          {t('cutOff')}
        </button>
      )}
    </div>
  );
}

function TokenState({ hall }: { hall: Hall }) {
  const t = useTexts();
  const { expiresAt } = useObserved(hall.session.state);
  const { phase, renewing } = useObserved(hall.connection.state);

  return (
    <div className="token-state">
      <span>{expiresAt ? t('tokenUntil', { time: t.second(expiresAt) }) : t('tokenForEver')}</span>
      <button
        type="button"
        title={t('renewTitle')}
        disabled={renewing || phase !== 'live'}
        onClick={() => hall.connection.renewFromSource()}
      >
        {t('renew')}
      </button>
    </div>
  );
}

// For who brings tokens: a newer one takes the place of the old on the open socket, or opens the next.
export function NewToken({ hall }: { hall: Hall }) {
  const t = useTexts();
  const { session, connection } = hall;
  const { refused } = useObserved(session.state);

  async function submit(token: string, claims: Claims) {
    const user = claimsOf(session.token)?.user ?? session.user;
    if (claims.user !== user) throw new Refused('tokenOther', { other: claims.user, user });
    if (refused) return session.accept(token, claims.expiresAt);
    return connection.renew(token).catch((error) => {
      throw new Refused('tokenRefused', { code: codeOf(error) });
    });
  }

  return (
    <section className="new-token" aria-labelledby="new-token">
      <div role="alert">
        <h2 id="new-token">{t(refused ? 'otherToken' : 'newToken')}</h2>
        <p>{t(refused ? 'otherTokenHelp' : 'newTokenHelp')}</p>
      </div>
      <TokenForm submit={submit} />
    </section>
  );
}
