/** An answer of the tokenizer, as a client received it. */
export interface Received {
  /** Whose credentials were sent: `<application>/<session>`, `<application>` for its server, or `nobody`. */
  as: string;
  what: string;
  /** Status line or headers, and body. */
  text: string;
}

/** What one party holds and nobody else may see. */
interface Secret {
  kind: string;
  owners: Set<string>;
}

/** What the inside looks like: files and stacks. */
const places =
  /node_modules|\bat (?:async )?[\w.<>]+ \(|\.(?:ts|js|mjs):\d+|file:\/\/|\/(?:tmp|work|home|usr|root|var)\/|"stack(?:trace)?"/i;
/** Names of the inside: of databases, drivers and their errors. */
const names = /mongo|sqlite|E11000|ECONN|ENOENT|better-|BSONError|pino|express|apollo|versitygw|ferretdb/i;
/** Keys, signatures and entity tags (a size and 27 letters): in so many random letters there is any name, sooner or later. */
const random = /[\w+/-]{32,}|\b[\da-f]+-[\w+/]{27}(?![\w+/])/g;

function insideIn(text: string): string | undefined {
  const readable = text.replace(random, (run) => (/\d/.test(run) ? '' : run));
  return (places.exec(text) ?? names.exec(readable))?.[0];
}

/** How a secret could be written; without padding, as texts are cut into words. */
function spellings(value: string): string[] {
  const bytes = Buffer.from(value, 'base64');
  const isBytes = bytes.length >= 16 && bytes.toString('base64') === value;
  // Of a JWT no more than its signature is worth anything, and that is worth all.
  const whole = value.split('.').at(-1)!.replaceAll('=', '');
  return isBytes ? [whole, bytes.toString('base64url'), bytes.toString('hex')] : [whole];
}

/** Everything in a text that could be a secret: runs of letters of base64 and base64url, and their parts in a path. */
const wordsOf = (text: string): Set<string> => {
  const words = text.split(/[^\w+/-]+/);
  return new Set([...words, ...words.flatMap((word) => (word.includes('/') ? word.split('/') : []))]);
};

/**
 * Remembers what was received and logged, and every secret of a suite, so that at its end one can be looked for in the
 * other.
 */
export function createGuard() {
  const received: Received[] = [];
  const logged: string[] = [];
  /** By each of their spellings. */
  const secrets = new Map<string, Secret>();

  const holdings = (text: string): Secret[] => {
    const found = [...wordsOf(text)].map((word) => secrets.get(word));
    return [...new Set(found.filter((it) => it !== undefined))];
  };

  return {
    logTo: { write: (line: string) => void logged.push(line) },
    logged,
    received,
    record: (it: Received) => void received.push(it),

    /** Declares a secret, and whose answers may hold it. */
    keep(kind: string, value: string, ...owners: string[]): string {
      if (value.length < 20) throw new Error('Too short to be looked for.');
      const names = spellings(value);
      const secret = secrets.get(names[0]!) ?? { kind, owners: new Set<string>() };
      for (const owner of owners) secret.owners.add(owner);
      for (const name of names) if (name.length >= 20) secrets.set(name, secret);
      return value;
    },
    kinds: () => [...new Set([...secrets.values()].map(({ kind }) => kind))].sort(),

    /** Answers that held what was not the caller's, or anything of the inside. */
    leaks: (among: readonly Received[] = received): string[] =>
      among.flatMap(({ as, what, text }) => {
        const inside = insideIn(text);
        return [
          ...holdings(text)
            .filter(({ owners }) => !owners.has(as))
            .map(({ kind }) => `${what}: a ${kind} was answered to ${as}`),
          ...(inside ? [`${what}: ${inside} in ${text.slice(0, 400)}`] : []),
        ];
      }),
    /** Secrets, whoever's, in the log. */
    logLeaks: (lines: readonly string[] = logged): string[] =>
      lines.flatMap((line) => holdings(line).map(({ kind }) => `a ${kind} in ${line.slice(0, 300)}`)),
  };
}
export type Guard = ReturnType<typeof createGuard>;
