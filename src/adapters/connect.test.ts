/** Implementations by what users call them. */
import { expect, test } from 'vitest';
import { defects } from '../defects/catalogue.ts';
import { connect, isConnectable } from './connect.ts';
import { protocolVersion } from './contract.ts';

test('the reference and its defects are connected by name', async () => {
  const [defect] = defects;
  for (const name of ['reference', `defect:${defect?.name}`]) {
    const { plane } = await connect(name).describe({ protocol: protocolVersion });
    expect(plane).toBe('call');
  }
});

test('an unknown name is a mistake of the user, answered with the nearest one', () => {
  expect(() => connect('haproxi')).toThrow(
    expect.objectContaining({ exitCode: 64, hint: expect.stringContaining('mean haproxy?') }),
  );
  expect(() => connect('jdclout')).toThrow(
    expect.objectContaining({
      hint: 'Did you mean jdcloud? There are reference, haproxy, nginx, nftables, pen, jdcloud, jdcloud:ENDPOINT, cmd:COMMAND, tcp:HOST:PORT, module:FILE, defect:NAME and variant:NAME.',
    }),
  );
  expect(() => connect('defect:nothing-like-this')).toThrow(/no such implementation/);
  const hints = {
    'defect:source-keep':
      /^Did you mean defect:source-keeps-first-weights, defect:\S+ or defect:\S+\? `counterpoise clauses` lists all \d+\.$/,
    'variant:starts-dwn':
      /^Did you mean variant:starts-down, variant:\S+ or variant:\S+\? `counterpoise prove` runs all \d+\.$/,
  };
  for (const [name, hint] of Object.entries(hints)) {
    expect(() => connect(name)).toThrow(
      expect.objectContaining({ hint: expect.stringMatching(hint) }),
    );
  }
  expect(() => connect('__proto__')).toThrow(/no such implementation/);
});

test.each([
  ['python3 x.py', "'cmd:python3 x.py'"],
  ['./x', 'cmd:./x'],
  ['x.mjs', 'module:x.mjs'],
  ['localhost:7000', 'tcp:localhost:7000'],
])('whoever leaves out what %s is, is told how to say it', (typed, meant) => {
  expect(() => connect(typed)).toThrow(
    expect.objectContaining({ hint: expect.stringContaining(`Did you mean ${meant}?`) }),
  );
});

test.each([
  ['jdcloud', true],
  ['jdcloud:http://127.0.0.1:1', true],
  ['cmd:x', true],
  ['defect:no-such', true],
  ['pen', true],
  ['cmd', false],
  ['jdclouds', false],
  ['config.port', false],
])('whether %s names an implementation: %s', (word, is) => {
  expect(isConnectable(word)).toBe(is);
});

test('a built-in implementation takes settings of its own, and says which', async () => {
  const { traits } = await connect('nginx:workers=4,zone=off').describe({
    protocol: protocolVersion,
  });
  expect(traits['wrr.schedulers']).toEqual({ reading: 4, providedBy: 'balancer' });
  expect(isConnectable('haproxy:threads=2')).toBe(true);
  for (const wrong of ['nginx:', 'nginx:zone=maybe', 'nginx:workers=0', 'nginx:zone=on,zone=off']) {
    expect(() => connect(wrong)).toThrow(
      expect.objectContaining({
        exitCode: 64,
        hint: expect.stringContaining('nginx takes workers=1..64 and zone=on|off'),
      }),
    );
  }
  expect(() => connect('haproxy:treads=2')).toThrow(
    expect.objectContaining({ hint: expect.stringContaining('Did you mean threads?') }),
  );
  expect(() => connect('pen:fast=yes')).toThrow(
    expect.objectContaining({ hint: 'pen takes no settings.' }),
  );
});
