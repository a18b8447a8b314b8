/** Text from outside stays text: whatever it holds, it can neither open nor close an element, an attribute or a script. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { html, nothing, trusted } from './markup.ts';

describe('markup', () => {
  it('escapes values and keeps markup that it made', () => {
    const inner = html`<b title="${`"><script>'&`}">${'<i>'}</b>`;
    expect(html`<p>${inner}${[1, ' & ', null, nothing]}</p>`.markup).toBe(
      '<p><b title="&quot;&gt;&lt;script&gt;&#39;&amp;">&lt;i&gt;</b>1 &amp; </p>',
    );
  });

  it('lets no text become markup', () => {
    const dangerous = fc.string({
      unit: fc.constantFrom('<', '>', '"', "'", '&', '\u0000', '\u001b', 'a', '/', '`', '='),
    });
    fc.assert(
      fc.property(fc.oneof(fc.string(), dangerous), (text) => {
        const { markup } = html`${text}`;
        expect(markup).not.toMatch(/[<>"']/);
        expect(markup).not.toMatch(/&(?!(amp|lt|gt|quot|#39);)/);
        expect(markup).not.toMatch(/[^\t\n\P{Cc}]/u);
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it('passes on what is trusted as it is', () => {
    expect(html`${trusted('<svg/>')}`.markup).toBe('<svg/>');
  });
});
