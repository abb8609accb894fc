import { useEffect, useState } from 'react';

import { LanguageChoice } from './language-choice.tsx';
import { useTexts } from './language.ts';
import { demoUsers, Session, type DemoUser } from './session.ts';
import { TokenForm } from './token-form.tsx';

type Enter = (session: Session) => void;

export function SignIn({ enter }: { enter: Enter }) {
  const t = useTexts();
  const [users, setUsers] = useState<DemoUser[] | null>(null);

  useEffect(() => {
    document.title = t('title');
    demoUsers().then(setUsers);
  }, []);

  return (
    <div className="sign-in">
      <main aria-busy={!users}>
        <h1>guildhall</h1>
        <h2>{t('signIn')}</h2>
        {!users && <p className="skeleton block">{t('loading')}</p>}
        {users && users.length > 0 && <DemoUsers users={users} enter={enter} />}
        {users?.length === 0 && <OwnToken enter={enter} />}
        <LanguageChoice />
      </main>
    </div>
  );
}

function DemoUsers({ users, enter }: { users: DemoUser[]; enter: Enter }) {
  const t = useTexts();

  return (
    <>
      <p>{t('signInDemo')}</p>
      <ul className="users">
        {users.map((known) => (
          <li key={known.user}>
            <button
              type="button"
              className="primary"
              onClick={() => enter(new Session({ ...known, demo: true }))}
            >
              {t('enterAs', { user: known.user })}
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}

function OwnToken({ enter }: { enter: Enter }) {
  const t = useTexts();

  return (
    <>
      <p>{t('signInToken')}</p>
      <TokenForm submit={(token, claims) => enter(new Session({ ...claims, token, demo: false }))} />
    </>
  );
}
