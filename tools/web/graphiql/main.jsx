import 'graphiql/style.css';
import '@graphiql/plugin-explorer/style.css';
import './style.css';
import './workers.js';

import { explorerPlugin } from '@graphiql/plugin-explorer';
import { HISTORY_PLUGIN } from '@graphiql/plugin-history';
import { useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { GraphiQL } from 'graphiql';
import { useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';

import { Demo } from '../demo.js';
import { examples } from './examples.js';
import { createFetcher } from './fetcher.js';

const NOBODY = '';
const REMEMBERED = 'guildhall:user';

// Who operations are sent as, where the headers editor does not say so.
function UserMenu({ users, user, onChange }) {
  return (
    <label className="user-menu" title="Sent as the authorization header, unless the headers editor has one">
      <span>as</span>
      <select value={user} onChange={(event) => onChange(event.target.value)}>
        {users.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
        <option value={NOBODY}>nobody</option>
      </select>
    </label>
  );
}

// The editors, unlike the rest, take the system's colours only when they are told.
function FollowSystemColours() {
  const theme = useGraphiQL((state) => state.theme);
  const { setTheme } = useGraphiQLActions();

  useEffect(() => {
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const follow = () => theme ?? setTheme(null);
    dark.addEventListener('change', follow);
    return () => dark.removeEventListener('change', follow);
  }, [theme, setTheme]);
  return null;
}

function Page({ demo }) {
  const users = demo?.users ?? [];
  const [user, setUser] = useState(() => {
    const remembered = localStorage.getItem(REMEMBERED);
    return remembered === NOBODY || users.includes(remembered) ? remembered : (users[0] ?? NOBODY);
  });
  const [plugins] = useState(() => [HISTORY_PLUGIN, explorerPlugin({ showAttribution: false })]);
  const [current] = useState({});
  const [fetcher] = useState(() =>
    createFetcher(async () => {
      const token = current.user && (await demo.token(current.user));
      return token ? { authorization: `Bearer ${token}` } : {};
    }),
  );

  current.user = user;
  const choose = (name) => {
    localStorage.setItem(REMEMBERED, name);
    setUser(name);
  };
  return (
    <GraphiQL
      fetcher={fetcher}
      plugins={plugins}
      defaultTabs={examples}
      inputValueDeprecation
      schemaDescription
    >
      <GraphiQL.Logo>
        <FollowSystemColours />
        {demo && <UserMenu users={users} user={user} onChange={choose} />}
      </GraphiQL.Logo>
    </GraphiQL>
  );
}

const demo = await Demo.find().catch(() => null);
createRoot(document.getElementById('root')).render(<Page demo={demo} />);
