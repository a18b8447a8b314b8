/** Trying out adapters: right ones have nothing to mend, wrong ones are told what. */
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { connect } from '../connect.ts';
import { createReferenceAdapter } from '../in-process/reference.ts';
import { serve } from '../process/serve.ts';
import { type Finding, tryAdapter } from './try-adapter.ts';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const hostile = path('../process/hostile-adapter.fixture.mjs');

async function wrongWith(connectable: string): Promise<readonly string[]> {
  const findings: Finding[] = [];
  await tryAdapter(
    connectable,
    () => connect(connectable),
    (finding) => void findings.push(finding),
  );
  expect(findings.length).toBeGreaterThan(6);
  return findings.filter(({ is }) => is === 'wrong').map(({ what, note }) => `${what}: ${note}`);
}

describe('trying out an adapter', () => {
  it.each([
    ['the reference', 'reference'],
    ['the Python example', `cmd:python3 ${path('../../../examples/python/balancer.py')}`],
    ['the shell example', `cmd:${path('../../../examples/shell/adapter.sh')}`],
    ['the TypeScript example', `module:${path('../../../examples/typescript/adapter.mjs')}`],
    ['the adapter of HAProxy', 'haproxy'],
  ])('finds nothing to mend in %s', async (_what, connectable) => {
    expect(await wrongWith(connectable)).toEqual([]);
  });

  it.each([
    ['wrong-shape', 'setInstances', /its reply to `setInstances` is wrong/],
    ['unending', 'describe', /end of input: it went on.*\n.*SIGTERM: it went on/],
    ['crash', 'dispose', /exit code 3/],
    ['error-reply', 'deploy', /^[^\n]*answered `deploy` with error 5: "no route"$/],
  ])('says what to mend: %s at %s', async (how, where, expected) => {
    const wrong = await wrongWith(`cmd:${process.execPath} ${hostile} ${how} ${where}`);
    expect(wrong.join('\n')).toMatch(expected);
  });

  it('reaches an adapter that listens somewhere, whose questions overlap', async () => {
    const server = createServer((socket) => {
      void serve(createReferenceAdapter(), { input: socket, output: socket });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    try {
      expect(await wrongWith(`tcp:127.0.0.1:${port}`)).toEqual([]);
    } finally {
      server.close();
    }
  });
});
