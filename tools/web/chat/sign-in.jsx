import { useEffect, useState } from 'react';

import { LanguageChoice } from './language-choice.jsx';
import { useTexts } from './language.js';
import { demoUsers, Session } from './session.js';
import { TokenForm } from './token-form.jsx';

export function SignIn({ enter }) {
  const t = useTexts();
  const [users, setUsers] = useState(null);

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
        {users?.length > 0 && <DemoUsers users={users} enter={enter} />}
        {users?.length === 0 && <OwnToken enter={enter} />}
        <LanguageChoice />
      </main>
    </div>
  );
}

function DemoUsers({ users, enter }) {
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

function OwnToken({ enter }) {
  const t = useTexts();

  return (
    <>
      <p>{t('signInToken')}</p>
      <TokenForm submit={(token, claims) => enter(new Session({ ...claims, token, demo: false }))} />
    </>
  );
}
