import type { LogEntry } from './log.js';

interface Props {
  entries: readonly LogEntry[];
  onProbe(): void;
  onClear(): void;
}

/** All that the page around the secure elements learns. */
export function EventLog({ entries, onProbe, onClear }: Props) {
  return (
    <section className="g-card" aria-labelledby="log-title">
      <div className="g-card-head">
        <h2 className="g-h2" id="log-title">
          What your page sees
        </h2>
        <button type="button" className="g-button g-small" onClick={onClear} disabled={entries.length === 0}>
          Clear
        </button>
      </div>
      <div className="g-log" role="log" aria-labelledby="log-title" tabIndex={0}>
        {entries.length === 0 ? (
          <p className="g-quiet">
            Nothing yet. Use the preview: each event of the secure elements appears here, and nothing else
            about what is typed reaches this page.
          </p>
        ) : (
          <ol className="g-log-list">
            {entries.map(({ id, at, event, detail }) => (
              <li key={id} className="g-log-entry">
                <span className="g-log-event">{event}</span> <time className="g-log-time">{at}</time>
                {detail !== '' && <code className="g-log-detail">{detail}</code>}
              </li>
            ))}
          </ol>
        )}
      </div>
      <p className="g-card-foot">
        <button type="button" className="g-button g-small" onClick={onProbe}>
          Try to read it with a script
        </button>
      </p>
    </section>
  );
}
