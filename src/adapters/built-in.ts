/**
 * The implementations that need no adapter of the user's, by name, and the settings that some take:
 * `nginx:workers=2,zone=off`. Knows nothing of what is done with them.
 */
import { closest } from 'fastest-levenshtein';
import { invariant } from '../errors/invariant.ts';
import { exitCodes, OperatorError } from '../errors/operator-error.ts';
import type { Adapter } from './contract.ts';
import { createHaproxyAdapter } from './haproxy/haproxy-adapter.ts';
import { createReferenceAdapter } from './in-process/reference.ts';
import { createNftablesAdapter } from './nftables/nftables-adapter.ts';
import { createNginxAdapter } from './nginx/nginx-adapter.ts';
import { createPenAdapter } from './pen/pen-adapter.ts';

/** A whole number up to `max`, or one of a few words; the first word is the default, as 1 is of numbers. */
type Setting = { readonly max: number } | { readonly words: readonly string[] };

interface BuiltIn {
  readonly settings: Readonly<Record<string, Setting>>;
  create(given: Given): Adapter;
}
interface Given {
  number(setting: string): number;
  word(setting: string): string;
}

/** More than a machine that judges has cores. */
const threadsMax = 64;

const builtIns: Readonly<Record<string, BuiltIn>> = {
  reference: { settings: {}, create: () => createReferenceAdapter() },
  haproxy: {
    settings: { threads: { max: threadsMax } },
    create: ({ number }) => createHaproxyAdapter({ threads: number('threads') }),
  },
  nginx: {
    settings: { workers: { max: threadsMax }, zone: { words: ['on', 'off'] } },
    create: ({ number, word }) =>
      createNginxAdapter({ workers: number('workers'), isZoned: word('zone') === 'on' }),
  },
  nftables: { settings: {}, create: () => createNftablesAdapter() },
  pen: { settings: {}, create: () => createPenAdapter() },
};

export const builtInNames: readonly string[] = Object.keys(builtIns);

/** `nginx` or `nginx:workers=2`: whether a word names one, be its settings right or not. */
export function isBuiltIn(connectable: string): boolean {
  return builtInNamed(nameIn(connectable)) !== undefined;
}

/** null: no such name. Throws where a setting is not one of its own. */
export function builtInAdapter(connectable: string): Adapter | null {
  const builtIn = builtInNamed(nameIn(connectable));
  if (builtIn === undefined) return null;
  const given = settingsIn(connectable, builtIn.settings);
  return builtIn.create({
    number: (setting) => Number(given.get(setting) ?? 1),
    word: (setting) => given.get(setting) ?? firstWordOf(builtIn.settings[setting]),
  });
}

function builtInNamed(name: string): BuiltIn | undefined {
  return Object.hasOwn(builtIns, name) ? builtIns[name] : undefined;
}

function firstWordOf(setting: Setting | undefined): string {
  const word = setting !== undefined && 'words' in setting ? setting.words[0] : undefined;
  invariant(word !== undefined, 'a setting of words has some');
  return word;
}

function nameIn(connectable: string): string {
  return connectable.split(':', 1)[0] ?? '';
}

function settingsIn(
  connectable: string,
  settings: BuiltIn['settings'],
): ReadonlyMap<string, string> {
  const given = new Map<string, string>();
  const colon = connectable.indexOf(':');
  if (colon === -1) return given;
  for (const word of connectable.slice(colon + 1).split(',')) {
    const [key = '', value = ''] = word.split('=', 2);
    const setting = Object.hasOwn(settings, key) ? settings[key] : undefined;
    if (setting === undefined || given.has(key) || !isOf(setting, value)) {
      throw settingUnknown(connectable, word, settings);
    }
    given.set(key, value);
  }
  return given;
}

function isOf(setting: Setting, value: string): boolean {
  if ('words' in setting) return setting.words.includes(value);
  return /^[1-9]\d*$/.test(value) && Number(value) <= setting.max;
}

function settingUnknown(
  connectable: string,
  word: string,
  settings: BuiltIn['settings'],
): OperatorError {
  const name = nameIn(connectable);
  const forms = Object.entries(settings).map(([key, setting]) =>
    'words' in setting ? `${key}=${setting.words.join('|')}` : `${key}=1..${setting.max}`,
  );
  const example = forms.map((form) => form.replace(/=.*/, ''));
  const isKnown = example.includes(word.replace(/=.*/, ''));
  const near = isKnown || forms.length === 0 ? '' : `Did you mean ${closest(word, example)}? `;
  return new OperatorError(
    `${JSON.stringify(connectable)}: ${name} ${isKnown ? 'does not take' : 'has no setting'} ${JSON.stringify(word)}`,
    {
      code: 'SETTING_UNKNOWN',
      exitCode: exitCodes.usage,
      hint:
        forms.length === 0
          ? `${name} takes no settings.`
          : `${near}${name} takes ${forms.join(' and ')}, each once, separated by commas.`,
    },
  );
}
