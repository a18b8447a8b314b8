// A plugin of Stryker that leaves out all but a share of the top-level functions and constants, drawn by their names:
// the same ones every time, whatever else changes.
import { createHash } from 'node:crypto';

const samplePercent = Number(process.env.COUNTERPOISE_SAMPLE_PERCENT ?? 100);

function isDrawn(name) {
  return (
    createHash('sha256').update(name).digest().readUInt32BE() < 2 ** 32 * (samplePercent / 100)
  );
}

function nameOf({ declaration, id, declarations }) {
  return declaration ? nameOf(declaration) : (id ?? declarations?.[0]?.id)?.name;
}

const sample = {
  shouldIgnore({ node, parent }) {
    if (parent?.type !== 'Program') return undefined;
    const name = nameOf(node);
    return name === undefined || isDrawn(name) ? undefined : 'not of the sample';
  },
};

export const strykerPlugins = [{ kind: 'Ignore', name: 'sample', value: sample }];
