/** Commands in reports and hints can be pasted into a shell, whatever the words hold. */
import { execa } from 'execa';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { typed } from './typed.ts';

describe('a command as one would type it', () => {
  it('leaves plain words alone', () => {
    expect(typed(['npx', 'counterpoise', 'conform', 'cmd:./a', '--seed', '1'])).toBe(
      'npx counterpoise conform cmd:./a --seed 1',
    );
  });

  it('comes out of a shell as the words that went in', async () => {
    const word = fc.string({
      unit: fc.constantFrom(...`a '"$\`\\;&|*()<>#~!\n`),
      minLength: 1,
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(word, { minLength: 1, maxLength: 4 }), async (words) => {
        const { stdout } = await execa('sh', ['-c', `printf '%s\\0' ${typed(words)}`], {
          stripFinalNewline: false,
        });
        expect(stdout).toBe(words.map((each) => `${each}\0`).join(''));
      }),
      { seed: 1, numRuns: 60 },
    );
  });
});
