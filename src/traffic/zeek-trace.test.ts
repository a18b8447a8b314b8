/**
 * Goal: a Zeek log gives exactly its TCP connections, and whatever is wrong with it is told with file and line. Method:
 * small logs written here, whole and broken, read in pieces of every size.
 */
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatAddress, traceLimits } from './trace.ts';
import { readZeekTrace } from './zeek-trace.ts';

const connHeader = [
  '#separator \\x09',
  '#unset_field\t-',
  '#empty_field\t(empty)',
  '#path\tconn',
  '#fields\tts\tuid\tid.orig_h\tproto\tduration\tconn_state',
  '#types\ttime\tstring\taddr\tenum\tinterval\tstring',
];
const connRows = [
  '1000.500000\tC1\t10.0.0.1\ttcp\t2.250000\tSF',
  '1000.250001\tC2\t10.0.0.2\ttcp\t-\tS0',
  '1001.000000\tC3\t10.0.0.1\tudp\t1.000000\tSF',
  '1002.000000\tC4\tfe80::1\ttcp\t1.000000\tSF',
  '1003.000000\tC5\t10.0.0.1\ttcp\t0.000000\tREJ',
];
const conn = `${[...connHeader, ...connRows, '#close\t2026-01-01'].join('\n')}\n`;

async function* inPieces(bytes: Uint8Array, size: number) {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}
const read = (content: string | Uint8Array, name = 'x.log', limits = traceLimits, size = 1000) =>
  readZeekTrace(inPieces(Buffer.from(content), size), name, limits);
const rejects = async (content: string | Uint8Array, message: RegExp, name?: string) => {
  await expect(read(content, name)).rejects.toThrow(message);
};

describe('a conn log', () => {
  it('gives its TCP connections over IPv4 in order of time, and says what was left out', async () => {
    const trace = await read(conn);
    expect([...trace.atMs]).toEqual([0, 249.999, 2749.999]);
    expect([...trace.durationMs]).toEqual([Number.NaN, 2250, 0]);
    expect([...trace.source].map((source) => formatAddress(trace.addresses[source] ?? 0))).toEqual([
      '10.0.0.2',
      '10.0.0.1',
      '10.0.0.1',
    ]);
    expect(trace.durationsMissing).toBe(1);
    expect(trace.notes).toEqual([
      'x.log: rows left out, being of another protocol than TCP: 1',
      'x.log: rows left out, their sources being IPv6: 1',
      'x.log: rows put in order (a log is written as connections end): 1',
    ]);
  });

  it('is the same plain and compressed, in pieces of any size', async () => {
    const whole = await read(conn);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 60 }), fc.boolean(), async (size, isPacked) => {
        const bytes = isPacked ? gzipSync(conn) : conn;
        expect(await read(bytes, 'x.log', traceLimits, size)).toEqual(whole);
      }),
      { seed: 1, numRuns: 30 },
    );
  });

  it('may consist of several logs one after the other, with columns in another order', async () => {
    const other = conn
      .replace('ts\tuid\t', 'uid\tts\t')
      .replaceAll(/^(\d+\.\d+)\t(C\d)/gm, '$2\t$1');
    const trace = await read(conn + other);
    expect(trace.atMs.length).toBe(6);
  });

  it('has lines that may end in CR LF', async () => {
    expect((await read(conn.replaceAll('\n', '\r\n'))).atMs.length).toBe(3);
  });
});

describe('an ssl log', () => {
  it('needs no protocol and has no durations', async () => {
    const trace = await read('#path\tssl\n#fields\tts\tid.orig_h\n5.0\t10.0.0.9\n6.5\t10.0.0.9\n');
    expect([...trace.atMs]).toEqual([0, 1500]);
    expect(trace.durationsMissing).toBe(2);
  });
});

describe('a broken trace', () => {
  it('cut in the middle of a line is refused wherever the cut is', async () => {
    const lastRow = conn.lastIndexOf('1003.0');
    for (let cut = lastRow + 1; cut < conn.indexOf('\tREJ'); cut++) {
      await rejects(conn.slice(0, cut), /^x\.log:11 {2}the trace is cut in the middle of line 11/);
    }
  });

  it('that ends after the last field without a line end is taken, with a note', async () => {
    const trace = await read([...connHeader, ...connRows].join('\n'));
    expect(trace.atMs.length).toBe(3);
    expect(trace.notes.at(-1)).toContain('no line end');
  });

  it('that is empty, binary, JSON or another log says so', async () => {
    await rejects('', /^x\.log {2}the trace is empty/);
    await rejects(Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 2, 1, 0, 200), /^x\.log:1 .*\\x7fELF/);
    await rejects('{"ts":1}\n', /^x\.log:1 {2}a JSON log/);
    await rejects('#path\tdns\n', /^x\.log:1 .*"dns" log/);
    await rejects('1.0\t10.0.0.1\n', /before any #fields/);
  });

  it('without a needed column names it', async () => {
    await rejects('#path\tconn\n#fields\tts\tid.orig_h\n', /^x\.log:2 {2}#fields lacks proto/);
    await rejects('#path\tssl\n#fields\tuid\n', /lacks ts, id\.orig_h/);
  });

  it('without a TCP connection says what it has instead', async () => {
    const udp = [...connHeader, connRows[2]].join('\n');
    await rejects(
      `${udp}\n`,
      /no TCP connection over IPv4 in 7 lines \(rows of other protocols: 1, of IPv6: 0/,
    );
  });

  it('with a time, duration or address that is none is told by line', async () => {
    const withRow = (row: string) => `${[...connHeader, row].join('\n')}\n`;
    await rejects(withRow('NaN\tC\t10.0.0.1\ttcp\t1\tSF'), /^x\.log:7 {2}ts is "NaN"/);
    await rejects(withRow('-1.0\tC\t10.0.0.1\ttcp\t1\tSF'), /^x\.log:7 {2}ts is "-1.0"/);
    await rejects(withRow('1.0\tC\t10.0.0.1\ttcp\t-3\tSF'), /^x\.log:7 {2}duration is "-3"/);
    await rejects(withRow('1.0\tC\t10.0.0.256\ttcp\t1\tSF'), /^x\.log:7 {2}id\.orig_h is "10/);
    await rejects(
      withRow('1.0\tC\t10.0.0.1\ttcp\t1'),
      /^x\.log:7 {2}5 fields, where #fields names 6/,
    );
  });

  it('named .gz but plain, and gzip that is cut short, are told apart', async () => {
    await rejects(conn, /^x\.gz {2}named \.gz/, 'x.gz');
    await rejects(gzipSync(conn).subarray(0, 60), /^x\.gz:\d+ .*damaged or cut short/, 'x.gz');
  });

  it('beyond a limit is refused at that limit, not after reading it all', async () => {
    const limits = { ...traceLimits, rowsMax: 2 };
    await expect(read(conn, 'x.log', limits)).rejects.toThrow(/more than 2 connections/);
    const sources = { ...traceLimits, sourcesMax: 1 };
    await expect(read(conn, 'x.log', sources)).rejects.toThrow(/more than 1 source addresses/);
    const bomb = gzipSync(Buffer.alloc(5_000_000, 10));
    const text = { ...traceLimits, textBytesMax: 100_000 };
    await expect(read(bomb, 'x.log', text)).rejects.toThrow(/more than 100000 bytes of text/);
    await expect(read('x'.repeat(70_000))).rejects.toThrow(/a line of more than 65536 bytes/);
  });
});
