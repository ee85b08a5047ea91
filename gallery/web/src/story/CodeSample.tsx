import { useState } from 'react';
import { highlight, type Language } from './highlight.js';

export interface CodeTab {
  name: string;
  language: Language;
  code: string;
}

export function CodeSample({ tabs }: { tabs: readonly CodeTab[] }) {
  const [chosen, setChosen] = useState('');
  const [copied, setCopied] = useState('');
  const tab = tabs.find(({ name }) => name === chosen) ?? tabs[0]!;

  const copy = async () => {
    try {
      await navigator.clipboard.writeText(tab.code);
      setCopied(tab.code);
    } catch {
      setCopied('');
    }
  };
  return (
    <section className="g-card g-code-card" aria-labelledby="code-title">
      <div className="g-card-head">
        <h2 className="g-h2" id="code-title">
          Code
        </h2>
        <div className="g-code-tools">
          {tabs.length > 1 &&
            tabs.map(({ name }) => (
              <button
                key={name}
                type="button"
                className="g-button g-small g-tab"
                aria-pressed={name === tab.name}
                onClick={() => setChosen(name)}
              >
                {name}
              </button>
            ))}
          <button type="button" className="g-button g-small" onClick={() => void copy()}>
            Copy
          </button>
          <span className="g-copied" role="status">
            {copied === tab.code ? 'Copied' : ''}
          </span>
        </div>
      </div>
      <pre className="g-code" tabIndex={0} role="region" aria-label={`Code sample, ${tab.name}`}>
        <code className="g-code-text">
          {highlight(tab.code, tab.language).map(({ kind, text }, index) =>
            kind === 'plain' ? (
              text
            ) : (
              <span key={index} className={`g-code-${kind}`}>
                {text}
              </span>
            ),
          )}
        </code>
      </pre>
    </section>
  );
}
