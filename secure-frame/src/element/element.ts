import { openChannel } from '../protocol/channel.js';
import type { Channel } from '../protocol/channel.js';
import { pageToElement } from '../protocol/messages.js';
import type { ElementAttributes } from '../protocol/attributes.js';
import type { InvalidCode } from '../protocol/invalid.js';
import type { Batch, ElementState, ElementToPage, PageToElement } from '../protocol/messages.js';
import { ProblemError, toProblem } from '../protocol/problem.js';
import type { Problem, ProblemCode } from '../protocol/problem.js';
import { observeConnection } from '../shared/connection.js';
import { createStyler } from '../style/apply.js';
import type { StateStyles } from '../style/apply.js';
import { sleep } from '../shared/retry.js';
import { createField, needsExtras } from './field.js';
import type { Extras, Field } from './field.js';
import type { ControllerLink } from './link.js';
import type { Reveal } from './reveal.js';
import type { Tools } from './tools.js';
import { loadText, storeText } from './values.js';

export interface ElementParts {
  document: Document;
  port: MessagePort;
  /** A message of the page was dropped. */
  onDrop(): void;
  fetch: typeof globalThis.fetch;
  now(): number;
  /** Absent where the browser has none. */
  clipboard: Pick<Clipboard, 'writeText'> | undefined;
  /** Whether an event comes from a person, not from a script. */
  isByPerson(event: Event): boolean;
  /** Loads what only some fields need. */
  loadExtras(): Promise<Extras>;
  /** Makes the line to the controller; `onReset` is called when the session is another one. */
  link(onReset: () => void): ControllerLink;
}

/** A token of an own upload that the app has not shown back is made anew after this: its store grant runs out. */
const ownTokenLifetime = 5 * 60_000;
/** Shortest time between two verdicts on a text that changes: more would let a page tell keys apart. */
const verdictInterval = 2000;

type Wish = Extract<PageToElement, { type: 'configure' }>;
type Configure = Wish & { attributes: ElementAttributes };

const notLoaded: Problem = {
  code: 'UNAVAILABLE',
  message: 'The secure field did not start. Reload the page.',
};
const notANumber: Problem = { code: 'VALIDATION_FAILED', message: 'Type a number.' };

/** One secure field: the element inside the frame and the page's control over it. */
export function createElement(parts: ElementParts): void {
  const { document, port, onDrop, fetch, now, link } = parts;
  let field: Field | undefined;
  /** What arrives while the extras are loading. */
  let waiting: { push(message: PageToElement): unknown } | undefined;
  let reveal: Reveal | undefined;
  let tools: Tools | undefined;
  let applyStyle: ((styles: StateStyles) => void) | undefined;
  let look: StateStyles = {};

  /** What the content stands for: the token shown, or made of the text at the last submission. */
  let token: string | null = null;
  /** When this frame made `token`; undefined for one that the app gave. */
  let madeAt: number | undefined;
  let dirty = false;
  let shown: ElementState['shown'] = 'none';
  /** Counts what is asked to be shown, so that a late answer of a former one is dropped. */
  let showing = 0;
  /** Counts sessions, so that what was stored for a former one is not taken for this one's. */
  let session = 0;
  let invalid: InvalidCode | null = null;
  /** Of a text area that grows: the lines that its text takes, and counts them anew if somebody typed it. */
  let rows: number | undefined;
  let fewestRows: number | undefined;
  let countAgain = () => {};
  /** Whether somebody typed since the last verdict: only then another one tells something new. */
  let unjudged = false;
  let lastVerdict = -Infinity;
  let nextVerdict: Promise<void> | undefined;
  let sent = '';

  const transfer = observeConnection(fetch, (state) => page.send({ type: 'connection', state }));
  const controller = link(reset);
  const page: Channel<ElementToPage> = openChannel<PageToElement, ElementToPage>(
    port,
    pageToElement,
    receive,
    refuse,
  );
  page.send({ type: 'ready' });

  /** Of what a page says a frame may know too little, being older; silence would leave the app's developers guessing. */
  function refuse(): void {
    onDrop();
    if (page.dropped() > 1) return;
    page.send({
      type: 'problem',
      problem: {
        code: 'BAD_USER_INPUT',
        message: 'The secure frame does not know what the page asks for. Is it older than the SDK?',
      },
    });
  }

  function receive(message: PageToElement): void {
    if (waiting) return void waiting.push(message);
    if (message.type === 'configure') return configure(message);
    if (message.type === 'style') {
      look = message;
      return dress();
    }
    if (!field) return;
    if (message.type === 'show') void show(field, message.token);
    else if (message.type === 'validate') void validate(message.requestId);
    else if (message.type === 'tokenize') void tokenize(field, message.requestId, message.batch);
    else if (message.command === 'clear') clear(field);
    else if (message.command === 'reset') forget(field);
    else if (message.command === 'select') field.select();
    // Of a text, focus depends on its length: only what is longer than its place can have it.
    else if (field.takesInput) field.element[message.command]();
  }

  function configure(configuration: Configure): void {
    const { attributes, validator } = configuration;
    if (field) {
      field.setAttributes(attributes);
      tools?.setLabels(attributes.labels);
      return dress();
    }
    if (!needsExtras(attributes, validator)) return create(configuration, undefined);
    // What the page says meanwhile has to wait for the field.
    const held: PageToElement[] = [];
    waiting = held;
    parts
      .loadExtras()
      .then((extras) => {
        create(configuration, extras);
        waiting = undefined;
        held.forEach(receive);
      })
      // Without them there is no field: nothing is typed or shown that should have been concealed or checked.
      .catch(() => {
        page.send({ type: 'problem', problem: notLoaded });
        waiting = { push: decline };
        held.forEach(decline);
      });
  }

  function decline(message: PageToElement): void {
    if ('requestId' in message)
      page.send({ type: 'failed', requestId: message.requestId, problem: notLoaded });
  }

  function create({ kind, attributes, validator }: Configure, extras: Extras | undefined): void {
    const created = createField(document, kind, attributes, validator, extras);
    field = created;
    document.body.append(created.element);
    if (extras) {
      const { clipboard, isByPerson } = parts;
      const { hideAfter, labels } = attributes;
      const changed = () => tools?.refresh();
      reveal = extras.createReveal({ document, field, hideAfter, isByPerson, changed });
      tools = extras.createTools({ document, field, reveal, attributes, clipboard, isByPerson });
      tools?.setLabels(labels);
      if (kind === 'textarea') grow(created.element as HTMLTextAreaElement, attributes, extras);
    }
    applyStyle = createStyler(document, created.element);
    if (created.takesInput) listen(created);
    judge();
    dress();
    if (created.refusesPattern)
      page.send({
        type: 'problem',
        problem: {
          code: 'BAD_USER_INPUT',
          message:
            'The pattern is left out: malformed, or too complex for a secure field. Use bounded repetitions, no look-arounds.',
        },
      });
  }

  /** Gives the field the look that the page wants, and the rest of the frame that of the field. */
  function dress(): void {
    applyStyle?.(look);
    tools?.place();
    reveal?.refresh();
    countAgain();
    report();
  }

  function grow(
    area: HTMLTextAreaElement,
    { rows: least = 2, maxRows }: ElementAttributes,
    { countRows }: Extras,
  ): void {
    if (maxRows === undefined) return;
    fewestRows = least;
    rows = least;
    countAgain = () => {
      // Not the lines of a stored value: by changing the width of the frame a page could learn how long it is.
      if (dirty) rows = countRows(area, least, maxRows);
    };
    document.defaultView!.addEventListener('resize', () => {
      countAgain();
      report();
    });
  }

  function listen({ element }: Field): void {
    element.addEventListener('input', () => {
      dirty = true;
      unjudged = true;
      field?.setStored(false);
      // What is typed takes the place of what was on its way.
      if (shown === 'loading') abandon();
      countAgain();
      report();
    });
    element.addEventListener('focus', report);
    element.addEventListener('blur', () => {
      // At once, with the state, if it may be known already.
      void verdict();
      report();
    });
    element.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.isComposing || element.tagName !== 'INPUT') return;
      event.preventDefault();
      // A person says that the entry is finished; a page cannot.
      judge();
      report();
      page.send({ type: 'submit' });
    });
  }

  /** Looks at the value for the page. On a text that somebody types only through `verdict`, or at their own wish. */
  function judge(): void {
    invalid = field?.invalid() ?? null;
    if (unjudged) lastVerdict = now();
    unjudged = false;
  }

  const pause = () => (unjudged ? Math.max(0, lastVerdict + verdictInterval - now()) : 0);

  /**
   * One verdict on the text, for the page. A page can ask for it, and can move the focus to and fro between two keys,
   * as often as it likes: all get the same verdict, when the interval is over.
   */
  async function verdict(): Promise<void> {
    if (pause() > 0)
      await (nextVerdict ??= (async () => {
        while (pause() > 0) await sleep(pause());
        nextVerdict = undefined;
      })());
    judge();
    report();
  }

  function report(): void {
    if (!field) return;
    const focused = field.takesInput && document.activeElement === field.element && document.hasFocus();
    const filled = !field.isEmpty() || (!dirty && token !== null);
    const state = { filled, valid: invalid === null, invalid, dirty, focused, shown, ...(rows && { rows }) };
    reveal?.refresh();
    tools?.refresh();
    const text = JSON.stringify(state);
    if (text === sent) return;
    sent = text;
    page.send({ type: 'state', ...state });
  }

  async function validate(requestId: string): Promise<void> {
    await verdict();
    page.send({ type: 'validated', requestId, valid: invalid === null });
  }

  async function tokenize(of: Field, requestId: string, batch: Batch): Promise<void> {
    const isOld = madeAt !== undefined && now() - madeAt > ownTokenLifetime;
    const text = of.text();
    const storedFor = session;
    if ((!dirty && !isOld) || text === '') {
      controller.skip(batch);
      if (dirty && !of.isEmpty()) return page.send({ type: 'failed', requestId, problem: notANumber });
      if (dirty) setToken(of, null);
      page.send({ type: 'tokenized', requestId, token });
      return report();
    }
    try {
      const made = await storeText(text, batch, controller, transfer);
      if (storedFor !== session) throw sessionChanged('UNAUTHENTICATED', 'Submit it again.');
      // Typed on meanwhile: the newer text is stored by the next submission.
      const changed = of.text() !== text;
      setToken(of, made, now());
      dirty = changed;
      shown = 'none';
      page.send({ type: 'tokenized', requestId, token: made });
    } catch (error) {
      page.send({ type: 'failed', requestId, problem: toProblem(error) });
    }
    report();
  }

  function setToken(of: Field, value: string | null, made?: number): void {
    token = value;
    madeAt = made;
    dirty = false;
    of.setStored(value !== null && made === undefined);
  }

  async function show(of: Field, wanted: string | null): Promise<void> {
    if (wanted === token && wanted !== null && shown !== 'failed') {
      // The app gives back what was stored from here: the text is already in place, and is now the app's.
      if (madeAt !== undefined && !dirty) {
        shown = 'shown';
        of.setStored(true);
      }
      madeAt = undefined;
      return report();
    }
    // What somebody is typing is never replaced.
    if (of.takesInput && dirty) return;
    const turn = ++showing;
    put(of, '');
    setToken(of, wanted);
    shown = wanted === null ? 'none' : 'loading';
    judge();
    report();
    if (wanted === null) return;
    try {
      const text = await loadText(wanted, controller, transfer);
      if (turn !== showing) return;
      shown = 'shown';
      put(of, text);
    } catch (error) {
      if (turn !== showing) return;
      shown = 'failed';
      page.send({ type: 'problem', problem: toProblem(error) });
    }
    report();
  }

  /** Another text takes the place of what was there: concealed, whatever was to be seen of the former. */
  function put(of: Field, text: string): void {
    of.setText(text);
    reveal?.hide();
    rows = fewestRows;
  }

  /** Drops the answer that is on its way. */
  function abandon(): void {
    showing++;
    shown = 'none';
  }

  function clear(of: Field): void {
    abandon();
    put(of, '');
    dirty = token !== null;
    of.setStored(false);
    judge();
    report();
  }

  /** Back to the empty field that it was before somebody typed or a token was shown. */
  function forget(of: Field): void {
    abandon();
    put(of, '');
    setToken(of, null);
    unjudged = false;
    judge();
    report();
  }

  function reset(): void {
    session++;
    if (!field) return;
    if (shown === 'loading' || shown === 'shown') {
      // What was stored, and what somebody made of it, is not for the eyes of the next one.
      abandon();
      shown = 'failed';
      put(field, '');
      setToken(field, token);
      judge();
      const problem = toProblem(sessionChanged('READ_GRANT_MISSING', 'Ask the app for the data again.'));
      page.send({ type: 'problem', problem });
    } else if (madeAt !== undefined) {
      // A token of the former session is of no use in this one: what was typed will be stored anew.
      dirty = true;
      madeAt = undefined;
      token = null;
    }
    report();
  }
}

const sessionChanged = (code: ProblemCode, advice: string) =>
  new ProblemError(code, `The session changed. ${advice}`);
