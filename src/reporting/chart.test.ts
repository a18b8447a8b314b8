/** Charts are text that does not change between calls, follow the theme of the page, and speak to those who cannot see them. */
import { describe, expect, it } from 'vitest';
import { type Chart, renderChart, seriesColour } from './chart.ts';

const chart: Chart = {
  id: 'sample',
  title: 'Sample <b>',
  description: 'Two & three',
  spec: () => ({
    height: 80,
    data: {
      values: [
        { x: 0, y: 2, colour: seriesColour(0) },
        { x: 1, y: 3, colour: seriesColour(9) },
      ],
    },
    mark: { type: 'line', clip: true },
    encoding: {
      x: { field: 'x', type: 'quantitative' },
      y: { field: 'y', type: 'quantitative' },
      color: { field: 'colour', type: 'nominal', scale: null, legend: null },
    },
  }),
};

describe('a chart', () => {
  it('is the same text every time, also after another one was drawn', async () => {
    const first = await renderChart(chart);
    await renderChart({ ...chart, id: 'other' });
    expect((await renderChart(chart)).markup).toBe(first.markup);
  });

  it('is drawn for a wide and a narrow page', async () => {
    const { markup } = await renderChart(chart);
    expect(markup.match(/<svg /g)).toHaveLength(2);
    expect(markup).toContain('chart-wide');
    expect(markup).toContain('chart-narrow');
  });

  it('takes all its colours from the page', async () => {
    const { markup } = await renderChart(chart);
    expect(markup).toContain('stroke="var(--series-1)"');
    expect(markup).toContain('stroke="var(--series-8)"');
    expect(markup).not.toMatch(/(fill|stroke)="(#|rgb|black|white|steelblue)/);
  });

  it('has a title and a description, escaped, that its ids point to', async () => {
    const { markup } = await renderChart(chart);
    expect(markup).toContain('<title id="sample-wide-title">Sample &lt;b&gt;</title>');
    expect(markup).toContain('<desc id="sample-narrow-description">Two &amp; three</desc>');
    expect(markup).toContain(
      'role="img" aria-labelledby="sample-wide-title sample-wide-description"',
    );
  });

  it('shares no id with any other drawing of its page', async () => {
    const both = `${(await renderChart(chart)).markup}${(await renderChart({ ...chart, id: 'other' })).markup}`;
    const ids = [...both.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
    expect(ids.some((id) => id?.includes('clip'))).toBe(true);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
