/** What express-session and @fastify/session put on requests. */
interface WithSession {
  session?: { destroy?(done: (error?: unknown) => void): unknown } | undefined;
}

/** Destroys the app's session and revokes its grants; see `LunaSec.logOut`. */
export async function logOut(
  request: object,
  findSid: () => Promise<string | null>,
  endSession: (sid: string) => Promise<number>,
): Promise<number> {
  const { session } = request as WithSession;
  if (typeof session?.destroy !== 'function')
    throw new TypeError(
      'The request has no session that can be destroyed. Call lunaSec.endSession(request), then destroy your own.',
    );
  // Read while there is a session. What fails here must not keep anybody logged in.
  const revoke = await findSid().then(
    (sid) => async () => (sid === null ? 0 : endSession(sid)),
    (error: unknown) => async () => Promise.reject(error),
  );
  const [destroyed, revoked] = await Promise.allSettled([
    new Promise<void>((resolve, reject) => {
      session.destroy!((error) => (error ? reject(error) : resolve()));
    }),
    revoke(),
  ]);
  if (destroyed.status === 'rejected') throw destroyed.reason;
  if (revoked.status === 'rejected') throw revoked.reason;
  return revoked.value;
}
