/** Both themes can be read: contrast by WCAG 2.2 (1.4.3 for text, 1.4.11 for what is drawn), computed from the tokens themselves. */
import { describe, expect, it } from 'vitest';
import { pageStyle } from './page-style.ts';

/** The tokens of the n-th block that declares a colour scheme: light, then dark. */
function tokensOf(scheme: 'light' | 'dark'): ReadonlyMap<string, string> {
  const block = new RegExp(`\\{\\s*color-scheme: ${scheme};([^}]*)\\}`).exec(pageStyle)?.[1] ?? '';
  return new Map(
    [...block.matchAll(/--([\w-]+): (#[0-9a-f]{6})/g)].map(([, name = '', value = '']) => [
      name,
      value,
    ]),
  );
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((start) => {
    const channel = Number.parseInt(colour.slice(start, start + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

const tones = ['pass', 'fail', 'error', 'inconclusive', 'quiet'];
const textPairs = [
  ...['paper', 'raised', 'sunken', 'mark', 'fail-fill'].map((ground) => ['ink', ground]),
  ...['paper', 'raised', 'sunken', 'fail-fill'].map((ground) => ['soft', ground]),
  ...['paper', 'raised'].map((ground) => ['accent', ground]),
  ...tones.flatMap((tone) => [
    [tone, `${tone}-fill`],
    [tone, 'paper'],
    [tone, 'raised'],
  ]),
];
const drawn = Array.from({ length: 8 }, (_, index) => `series-${index + 1}`);

describe.each(['light', 'dark'] as const)('the %s theme', (scheme) => {
  const tokens = tokensOf(scheme);
  const colour = (name = '') => {
    const value = tokens.get(name);
    if (value === undefined) throw new Error(`no token --${name}`);
    return value;
  };

  it.each(textPairs)('lets %s be read on %s', (text, ground) => {
    expect(contrast(colour(text), colour(ground))).toBeGreaterThanOrEqual(4.5);
  });

  it.each(drawn)('lets %s be seen on paper', (series) => {
    expect(contrast(colour(series), colour('paper'))).toBeGreaterThanOrEqual(3);
  });

  it('has every token that the style sheet uses', () => {
    const local = new Set(['tone', 'fill', 'swatch']);
    const used = [...pageStyle.matchAll(/var\(--([\w-]+)\)/g)].map(([, name = '']) => name);
    expect(used.filter((name) => !tokens.has(name) && !local.has(name))).toEqual([]);
  });
});
