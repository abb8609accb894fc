import { useLayoutEffect, useRef } from 'react';

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
  const { session, connection } = hall;
  const { expiresAt, refused } = useObserved(session.state);
  const { phase, renewing } = useObserved(connection.state);
  const asksForToken = refused && !session.demo;
  const mayRenew = !renewing && (phase === 'live' || asksForToken);

  return (
    <div className="token-state">
      <span>{expiresAt ? t('tokenUntil', { time: t.second(expiresAt) }) : t('tokenForEver')}</span>
      <button
        type="button"
        title={t('renewTitle')}
        aria-disabled={!mayRenew} // a button that is disabled loses the focus
        onClick={() => mayRenew && connection.renewFromSource()}
      >
        {t('renew')}
      </button>
    </div>
  );
}

// Who asked for the panel goes on in it, and where they were when it goes. When it comes by itself the focus
// stays where somebody may be writing.
function useFocusThatGoesBack() {
  const panel = useRef<HTMLElement>(null);

  useLayoutEffect(() => {
    const box = panel.current;
    const before = document.activeElement;
    const opener = before instanceof HTMLElement && before.closest('.token-state');
    if (opener) box?.querySelector('input')?.focus();
    return () => {
      const back =
        before?.isConnected && before !== document.body ? before : document.querySelector('.rooms');
      if (box?.contains(document.activeElement) && back instanceof HTMLElement) back.focus();
    };
  }, []);
  return panel;
}

// For who brings tokens: a newer one takes the place of the old on the open socket, or opens the next. It
// can be closed, and comes again by the button that renews, or when the token ends.
export function NewToken({ hall }: { hall: Hall }) {
  const t = useTexts();
  const { session, connection } = hall;
  const { refused } = useObserved(session.state);

  const panel = useFocusThatGoesBack();
  const close = () => session.state.set({ wanted: false });

  async function submit(token: string, claims: Claims) {
    const user = claimsOf(session.token)?.user ?? session.user;
    if (claims.user !== user) throw new Refused('tokenOther', { other: claims.user, user });
    return connection.renew(token, claims.expiresAt).catch((error) => {
      throw new Refused('tokenRefused', { code: codeOf(error) });
    });
  }

  return (
    <section
      ref={panel}
      className="new-token"
      aria-labelledby="new-token"
      onKeyDown={({ key }) => key === 'Escape' && close()}
    >
      <div role="alert">
        <h2 id="new-token">{t(refused ? 'otherToken' : 'newToken')}</h2>
        <p>{t(refused ? 'otherTokenHelp' : 'newTokenHelp')}</p>
      </div>
      <TokenForm submit={submit} />
      <button type="button" className="close" aria-label={t('close')} title={t('close')} onClick={close}>
        <span aria-hidden="true">×</span>
      </button>
    </section>
  );
}
