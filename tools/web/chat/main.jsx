import { createRoot } from 'react-dom/client';

function Chat() {
  return (
    <main>
      <h1>guildhall</h1>
      <p>The chat is not built yet.</p>
    </main>
  );
}

createRoot(document.getElementById('root')).render(<Chat />);
