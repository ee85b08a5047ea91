import { useEffect, useRef, useState } from 'react';
import { createListeners } from './attacks/listeners.js';
import { looting } from './attacks/looting.js';
import { misuse } from './attacks/tokens.js';
import type { Attack, Finding, Target } from './attacks/types.js';
import { TokenProbe } from './TokenProbe.js';

interface Props {
  config: Target;
  onClose(): void;
}

/**
 * Runs scripts that do not mean well in this very page, and shows what they got. It covers nothing and takes no focus for itself, so that
 * somebody can type into secure fields meanwhile.
 */
export function AttackDrawer({ config, onClose }: Props) {
  const [listeners] = useState(() => createListeners(config));
  const attacks = [...looting(config), ...listeners.attacks, ...misuse];
  const [findings, setFindings] = useState<Record<string, Finding | 'running'>>({});
  const heading = useRef<HTMLHeadingElement>(null);

  useEffect(() => {
    listeners.start();
    heading.current?.focus();
    return listeners.stop;
  }, [listeners]);

  async function run(attack: Attack) {
    setFindings((before) => ({ ...before, [attack.id]: 'running' }));
    const finding = await attack
      .run()
      .catch((error: unknown): Finding => ({ loot: [], note: `The attack itself broke: ${String(error)}` }));
    setFindings((before) => ({ ...before, [attack.id]: finding }));
  }
  async function runAll() {
    for (const attack of attacks) await run(attack);
  }

  return (
    <aside
      className="drawer"
      aria-labelledby="attack-title"
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose();
      }}
    >
      <div className="card-head">
        <h2 id="attack-title" ref={heading} tabIndex={-1}>
          Attack this page
        </h2>
        <button type="button" className="quiet" onClick={onClose}>
          Close
        </button>
      </div>
      <p className="muted">
        Suppose a script of somebody else runs in this page: from a package, an advertisement, an extension.
        These do, with all that the page’s own scripts may do.
      </p>
      <button type="button" className="primary" onClick={() => void runAll()}>
        Run all attacks
      </button>
      <ul className="attacks">
        {attacks.map((attack) => (
          <li key={attack.id}>
            <div className="attack-head">
              <h3>{attack.title}</h3>
              <button
                type="button"
                className="quiet small"
                aria-label={`Run: ${attack.title}`}
                onClick={() => void run(attack)}
              >
                Run
              </button>
            </div>
            <p className="muted">{attack.how}</p>
            <Result finding={findings[attack.id]} />
          </li>
        ))}
      </ul>
      <TokenProbe />
    </aside>
  );
}

function Result({ finding }: { finding: Finding | 'running' | undefined }) {
  if (!finding) return null;
  if (finding === 'running') return <p className="result">Running…</p>;
  const { loot, note } = finding;
  return (
    <div className={loot.length > 0 ? 'result got' : 'result'} role="status">
      <strong>{loot.length > 0 ? 'Got something' : 'Got nothing'}</strong>
      <p>{note}</p>
      {loot.slice(0, 5).map((each, index) => (
        <code key={index}>{each}</code>
      ))}
    </div>
  );
}
