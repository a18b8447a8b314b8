/** The badge: two texts beside each other, told to those who do not see it, too. */
import { describe, expect, it } from 'vitest';
import { renderBadge } from './badge.ts';

describe('the badge', () => {
  const good = renderBadge({ label: 'defects killed', message: '80/80', isGood: true });

  it('says what it says in words, too', () => {
    expect(good).toContain('aria-label="defects killed: 80/80"');
    expect(good).toMatch(/>defects killed<\/text>[\s\S]*>80\/80<\/text>/);
  });

  it('is another where not all is well, and lets no markup in', () => {
    const bad = renderBadge({ label: 'defects killed', message: '<80>', isGood: false });
    expect(bad).toContain('&lt;80&gt;');
    const fillOf = (badge: string) => /<rect x=.* fill="(#\w+)"/.exec(badge)?.[1];
    expect(fillOf(bad)).not.toBe(fillOf(good));
  });
});
