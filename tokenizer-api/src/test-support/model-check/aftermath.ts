import { objectKey } from '../../services/object-key.js';
import type { AuditEvent } from '../../stores/token-store/port.js';
import { tokensOf } from './history.js';
import type { Call } from './history.js';
import { opened } from './replicas.js';
import type { Cluster } from './replicas.js';
import type { RunHistory } from './run.js';

/** Longer than anything is kept that nobody can use any more, in milliseconds. */
const longest = 2 * 3_600_000;

/** What must hold when everything has ended and every expiry has passed. Removes the objects that are left then. */
export async function violationsAfter(
  cluster: Cluster,
  { history, apps, tokens }: RunHistory,
): Promise<string[]> {
  const violations: string[] = [];
  const { stores } = cluster.replicas[0]!;
  const sids = [...new Set(history.calls.flatMap(({ request }) => ('sid' in request ? [request.sid] : [])))];

  cluster.clock.now += longest;
  const swept = await cluster.replicas[0]!.sweep();
  if (swept.outcome !== 'done') violations.push(`The last sweep ended ${swept.outcome}`);

  for (const app of apps) {
    const records = await stores.tokens.findTokens(app, tokens);
    const { objects } = await stores.objects.list(app, { limit: 100, after: null });
    const kept = new Set(objects.map(({ key }) => key));
    // 7. Of what nobody accepted nothing is left, and of what was deleted a tombstone.
    for (const { token, status, wrappedKey } of records) {
      if (status === 'deleted' && wrappedKey === null) continue;
      if (status !== 'accepted') violations.push(`${token} is still ${status} after the last sweep`);
      else if (!wrappedKey) violations.push(`The key of ${token} is lost`);
    }
    const accepted = records.filter(({ status, wrappedKey }) => status === 'accepted' && wrappedKey);
    for (const { token } of accepted)
      if (!kept.delete(objectKey(app, token))) violations.push(`The object of ${token} is lost`);
    for (const key of kept) violations.push(`The object ${key} is left behind`);

    // 2. What was accepted is there, and can be read, until it is deleted.
    for (const { token, wrappedKey, sessionId } of accepted) {
      const dataKey = await stores.keys
        .unwrap(wrappedKey!, { applicationId: app, token })
        .catch(() => undefined);
      if (!dataKey) {
        violations.push(`The key of ${token} is not one of ${app}`);
        continue;
      }
      const { url, method, headers } = await stores.objects.presignDownload(objectKey(app, token));
      const response = await fetch(url, { method, headers });
      const value = new Uint8Array(await response.arrayBuffer());
      const whose = response.ok
        ? await opened(token, Buffer.from(dataKey).toString('base64'), value, sids)
        : String(response.status);
      if (whose !== sessionId) violations.push(`${token} holds ${whose}`);
    }
    // 3. What was deleted stays deleted.
    const buried = new Set(records.filter(({ status }) => status === 'deleted').map(({ token }) => token));
    for (const { request, answer } of history.calls)
      if (request.kind === 'delete' && request.app === app)
        for (const { token, code } of answer.entries)
          if (code === 'ok' && !buried.has(token)) violations.push(`The tombstone of ${token} is lost`);

    const names = new Set(accepted.map(({ token }) => token));
    for (const token of acceptedFor(app, history.calls))
      if (!names.has(token)) violations.push(`${token} was accepted, never deleted, and is lost`);

    violations.push(...(await auditViolations(cluster, app, history.calls)));
    // So that histories do not fill the disk.
    await stores.objects.delete([...names].map((token) => objectKey(app, token)));
  }
  return violations;
}

/** Tokens that the application's servers were told to keep, and never asked to delete. */
function acceptedFor(app: string, calls: readonly Call[]): Set<string> {
  const kept = new Set<string>();
  for (const { request, answer } of calls)
    if (request.kind === 'verify' && request.app === app)
      for (const { token, code } of answer.entries) if (code === 'ok') kept.add(token);
  for (const { request } of calls)
    if (request.kind === 'delete' && request.app === app) request.tokens.forEach((it) => kept.delete(it));
  return kept;
}

const actions: Partial<Record<Call['request']['kind'], string>> = {
  login: 'createSession',
  tokenize: 'tokenize',
  complete: 'completeUploads',
  read: 'detokenize',
  verify: 'verifyStoreGrants',
  grant: 'createReadGrants',
  revoke: 'revokeReadGrants',
  end: 'endSession',
  delete: 'deleteTokens',
};

/** 8. Everything that was answered is in the audit as it was answered. */
async function auditViolations(cluster: Cluster, app: string, calls: readonly Call[]): Promise<string[]> {
  const events = await cluster.replicas[0]!.stores.tokens.readAudit({ applicationId: app }, null, 1000);
  const lineOf = ({
    requestId,
    action,
    token,
    outcome,
    code,
  }: Pick<AuditEvent, 'requestId' | 'action' | 'token' | 'outcome' | 'code'>) =>
    [requestId, action, token, outcome, code].join(' ');
  const lines = new Set(events.map(lineOf));
  return calls.flatMap(({ requestId, request, answer }) => {
    const action = actions[request.kind];
    if (!action || !('app' in request) || request.app !== app || answer.code !== 'ok') return [];
    const entries =
      answer.entries.length > 0 ? answer.entries : [{ token: tokensOf(request)[0] ?? null, code: 'ok' }];
    return entries
      .map(({ token, code }) =>
        lineOf({
          requestId,
          action,
          token,
          outcome: code === 'ok' ? 'ok' : 'denied',
          code: code === 'ok' ? null : code,
        }),
      )
      .filter((line) => !lines.has(line))
      .map((line) => `The audit does not have: ${line}`);
  });
}
