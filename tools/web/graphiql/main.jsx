import 'graphiql/style.css';
import '@graphiql/plugin-explorer/style.css';
import './workers.js';

import { createRoot } from 'react-dom/client';
import { GraphiQL } from 'graphiql';
import { explorerPlugin } from '@graphiql/plugin-explorer';
import { createGraphiQLFetcher } from '@graphiql/toolkit';

const fetcher = createGraphiQLFetcher({ url: '/graphql' });
createRoot(document.getElementById('root')).render(
  <GraphiQL fetcher={fetcher} plugins={[explorerPlugin()]} />,
);
