import type { CSSProperties, ReactNode } from 'react';
import type { Fields } from './fields.js';
import type { TextName } from './texts.js';

const control =
  'control px-3 py-2 rounded-md border border-slate-400 bg-white text-sm shadow-xs placeholder:text-slate-400 invalid:border-rose-600 ' +
  'hover:bg-slate focus:border-indigo-500 focus:ring-2 focus:outline-hidden disabled:opacity-50 read-only:bg-slate';
const types = ['text', 'email', 'tel', 'number', 'password', 'url'] as const;
const textOfType = { text: 'short' } as Partial<Record<(typeof types)[number], TextName>>;

/** Between two words of a line, which stand still only if the field has the same width and baseline. */
const Line = ({ children }: { children: ReactNode }) => (
  <div className="row" data-near="">
    <span data-near="">Before</span> {children} <span data-near="">after</span>
  </div>
);
const Framed = ({ style, children }: { style: CSSProperties; children: ReactNode }) => (
  <div className="row" data-near="" style={{ outline: '1px dotted #888', ...style }}>
    {children}
    <button type="button" data-near="">
      Next
    </button>
  </div>
);

const layouts: [name: string, around: CSSProperties, field: CSSProperties][] = [
  ['block', {}, { display: 'block' }],
  ['flex', { display: 'flex', gap: 8 }, { flex: 1 }],
  ['flex start', { display: 'flex', alignItems: 'flex-start', height: 90 }, {}],
  ['flex column', { display: 'flex', flexDirection: 'column', width: 380 }, {}],
  ['grid', { display: 'grid', gridTemplateColumns: '2fr 1fr', gap: 10, width: 600 }, { minWidth: 0 }],
  ['full width', { width: 420 }, { width: '100%', boxSizing: 'border-box' }],
  ['percentage', { width: 640 }, { width: '37%' }],
  ['min and max', { width: 700 }, { minWidth: 310, maxWidth: 330, minHeight: 60, width: '90%' }],
];

/** Every component in every state that needs no hand, then in every layout. */
export function Cases({
  Input,
  TextArea,
  Paragraph,
  Span,
  isRightToLeft,
}: Fields & { isRightToLeft: boolean }) {
  const short: TextName = isRightToLeft ? 'hebrew' : 'short';
  const input = { className: control };
  return (
    <>
      {types.map((type) => (
        <Line key={type}>
          <Input {...input} type={type} box={`${type} empty`} placeholder="What it is, gjpq" />{' '}
          <Input
            {...input}
            type={type}
            box={`${type} filled`}
            text={textOfType[type] ?? (type as TextName)}
          />
        </Line>
      ))}
      <Line>
        <Input {...input} type="text" box="text disabled" text={short} disabled />{' '}
        <Input {...input} type="text" box="text disabled empty" placeholder="Not now" disabled />
      </Line>
      <Line>
        <Input {...input} type="text" box="text readOnly" text={short} readOnly />{' '}
        <Input {...input} type="text" box="text required" placeholder="Needed" required />
      </Line>
      <Line>
        <Input {...input} type="email" box="email invalid" typed="no address" />{' '}
        <Input {...input} type="text" box="text typed" typed="Typed by hand" required />
      </Line>
      <Line>
        <Input {...input} type="text" box="text right" text="arabic" dir="rtl" />{' '}
        <Input {...input} className={`${control} big`} type="text" box="text big" text={short} />
      </Line>
      <Line>
        <TextArea {...input} box="textarea empty" placeholder="Anything, on several lines" />{' '}
        <TextArea {...input} box="textarea filled" text="lines" rows={5} cols={30} />
      </Line>
      <Line>
        <TextArea {...input} box="textarea disabled" text={short} disabled rows={3} />{' '}
        <TextArea {...input} box="textarea required" required rows={3} />
      </Line>
      <Line>
        <TextArea {...input} box="textarea readOnly" text={short} readOnly rows={1} />{' '}
        <TextArea {...input} box="textarea scrolled" text="long" rows={2} cols={24} />
      </Line>
      <Paragraph className="text" box="paragraph short" text={short} />
      <Paragraph className="text" box="paragraph long" text="long" style={{ height: '8em', width: '19em' }} />
      <Paragraph
        className="text"
        box="paragraph lines"
        text="lines"
        style={{ minHeight: '9em', whiteSpace: 'pre-wrap' }}
      />
      <Paragraph className="text" box="paragraph right" text="arabic" dir="rtl" />
      <div className="row" data-near="">
        Known as{' '}
        <Span className="text" box="span" text={short} style={{ display: 'inline-block', width: '14em' }} />{' '}
        <i data-near="">to all</i>, or{' '}
        <Span
          className="control"
          box="span small"
          text="number"
          style={{ display: 'inline-block', width: '5em', fontSize: '0.75em' }}
        />{' '}
        <b data-near="">to some</b>.
      </div>
      {layouts.map(([name, around, style]) => (
        <div key={name}>
          <Framed style={around}>
            <Input {...input} type="text" box={`text in ${name}`} text={short} style={style} />
          </Framed>
          <Framed style={around}>
            <TextArea {...input} box={`textarea in ${name}`} text={short} style={style} />
          </Framed>
          <Framed style={around}>
            <Span
              className="text"
              box={`span in ${name}`}
              text={short}
              style={{ display: 'inline-block', width: '12em', ...style }}
            />
          </Framed>
        </div>
      ))}
    </>
  );
}
