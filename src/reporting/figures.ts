/** Numbers as people read them, the same in every report and locale. Knows no unit of the domain but time and shares. */
import type { ConformanceResult } from '../results/conformance-result.ts';
import type { TimeScale } from '../results/run-facts.ts';

/** `1,279`, `0.42`, `12.3`. */
export function figure(value: number, decimals = 0): string {
  if (!Number.isFinite(value)) return '–';
  const [whole = '', fraction] = Math.abs(value).toFixed(decimals).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
  const sign = value < 0 && Number(value.toFixed(decimals)) !== 0 ? '−' : '';
  return `${sign}${grouped}${fraction === undefined ? '' : `.${fraction}`}`;
}

/** Three significant digits or so: what a table cell has room for. */
export function shortFigure(value: number): string {
  const size = Math.abs(value);
  if (Number.isInteger(value) || size >= 100) return figure(value);
  return figure(value, size >= 10 ? 1 : 2);
}

/** `52.3%` */
export function percent(share: number): string {
  return Number.isFinite(share) ? `${figure(share * 100, 1)}%` : '–';
}

/** `0 ms`, `850 ms`, `12.5 s`, `21 min 19 s`, `3 h 05 min`. */
export function duration(ms: number): string {
  if (!Number.isFinite(ms)) return '–';
  if (ms < 1000) return `${figure(ms, Number.isInteger(ms) || ms >= 100 ? 0 : 1)} ms`;
  const seconds = ms / 1000;
  if (seconds < 99.95) return `${figure(seconds, Number.isInteger(seconds) ? 0 : 1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
  const minutes = Math.round(whole / 60);
  return `${figure(Math.floor(minutes / 60))} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** Moments in one column: always seconds with three decimals, `12.500 s`. */
export function moment(ms: number): string {
  return `${figure(ms / 1000, 3)} s`;
}

/** `1 case`, `2 cases`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${figure(count)} ${count === 1 ? one : many}`;
}

/** What a run kept of real time: `stepped (model time, nothing waits)` or the factors of scaled time. */
export function timeInWords(
  time: 'stepped' | 'scaled' | 'real',
  scales: { readonly checks: number; readonly persistence: number; readonly draining: number },
): string {
  if (time === 'stepped') return 'stepped: model time, nothing waits';
  if (time === 'real') return 'real: one second lasts one second';
  const parts = [
    `checks ${shortFigure(scales.checks)} ms`,
    `persistence ${shortFigure(scales.persistence)} ms`,
    `draining ${shortFigure(scales.draining)} ms`,
  ];
  return `scaled: a second lasts ${parts.join(', ')}`;
}

/** `pairs 769/769, transitions 300/300`. */
export function coverageInWords(coverage: ConformanceResult['coverage']): string {
  return Object.entries(coverage)
    .flatMap(([what, one]) => (one === null ? [] : [`${what} ${one.covered}/${one.of}`]))
    .join(', ');
}

/** Whether shortened time was found to be right, and by what. */
export function timeScaleInWords({ why, measured }: TimeScale): string {
  return measured === null ? `the scale was not measured: ${why}` : why;
}
