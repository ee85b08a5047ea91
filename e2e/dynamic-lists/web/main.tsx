import { LunaSecProvider, SecureForm, SecureInput } from '@lunasec/react-sdk';
import { StrictMode, Suspense, use, useState } from 'react';
import { createRoot } from 'react-dom/client';

type Config = Record<'applicationId' | 'tokenizerURL', string>;

let resume = () => {};
const later = new Promise<void>((resolve) => (resume = resolve));

function Late() {
  use(later);
  return <i>resumed</i>;
}

/** Fields that come, go and change places, in the form and with it. */
function List() {
  const [ids, setIds] = useState([1, 2, 3]);
  const [lost, setLost] = useState<number[]>([]);
  const [stored, setStored] = useState<string[]>([]);
  const [late, setLate] = useState(false);
  return (
    <SecureForm onSubmit={(_, tokens) => setStored(Object.keys(tokens))}>
      <Suspense fallback={<b>waiting</b>}>
        {ids.map((id) => (
          <SecureInput
            key={id}
            name={`field${id}`}
            aria-label={`Field ${id}`}
            onError={() => setLost((before) => [...before, id])}
          />
        ))}
        {late && <Late />}
      </Suspense>
      <button type="button" onClick={() => setIds((before) => [...before, Math.max(...before) + 1])}>
        Add
      </button>
      <button type="button" onClick={() => setIds(([, ...others]) => others)}>
        Remove first
      </button>
      <button type="button" onClick={() => setIds(([first, ...others]) => [...others, first!])}>
        First to the end
      </button>
      <button type="button" onClick={() => setLate(true)}>
        Suspend
      </button>
      <button type="button" onClick={() => resume()}>
        Resume
      </button>
      <button>Save</button>
      <output title="order">{ids.join()}</output>
      <output title="lost">{lost.join()}</output>
      <output title="stored">{stored.join()}</output>
    </SecureForm>
  );
}

const config = (await (await fetch('/config.json')).json()) as Config;
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <LunaSecProvider {...config}>
      <List />
    </LunaSecProvider>
  </StrictMode>,
);
