/** Guards against our own mistakes; stays on in production. Never used for what a user or an implementation does. */
class InvariantError extends Error {
  override readonly name = 'InvariantError';
}

export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InvariantError(`invariant broken: ${message}`);
}
