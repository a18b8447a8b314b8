/**
 * The process that a `module:` adapter runs in: imports the module and serves what it exports. Knows no implementation.
 */
import process from 'node:process';
import { Writable } from 'node:stream';
import type { Adapter } from '../contract.ts';
import { serve } from './serve.ts';

type Exported = Adapter | (() => Adapter | Promise<Adapter>);

// standard output is the protocol's: what the module prints, from its first line on, goes to standard error
const toProtocol = process.stdout.write.bind(process.stdout);
process.stdout.write = process.stderr.write.bind(process.stderr);
const output = new Writable({ write: (bytes, _, done) => void toProtocol(bytes, () => done()) });

const [, , url = ''] = process.argv;
const { default: exported } = (await import(url)) as { readonly default?: Exported };
const adapter = typeof exported === 'function' ? await exported() : exported;
if (typeof adapter?.describe !== 'function') {
  throw new TypeError(`${url} exports no adapter as default, nor a function that makes one`);
}
await serve(adapter, { input: process.stdin, output });
// what the module left running must not keep it from ending
process.exit(0);
