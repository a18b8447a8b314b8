/** The version of this suite, from package.json, which is two folders up in the sources and three in what is built. */
import { readFileSync } from 'node:fs';
import { invariant } from '../errors/invariant.ts';

function packageVersion(): string {
  for (const up of ['../../package.json', '../../../package.json']) {
    try {
      const text = readFileSync(new URL(up, import.meta.url), 'utf8');
      const { name, version } = JSON.parse(text) as { name: string; version: string };
      if (name === 'counterpoise') return version;
    } catch {
      // not here: the other place
    }
  }
  invariant(false, 'package.json is not where the sources or the build expect it');
}

export const suiteVersion = packageVersion();
