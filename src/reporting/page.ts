/**
 * The frame of every page: one file that needs nothing from anywhere else, says so to the browser (its content
 * policy forbids all but this style and these scripts), and works in both themes. Knows no result.
 */
import { createHash } from 'node:crypto';
import { type Content, html, type Markup, trusted } from './markup.ts';
import { pageStyle } from './page-style.ts';

export interface Page {
  readonly title: string;
  /** Links within the page: fragment and label. */
  readonly sections: readonly { readonly fragment: string; readonly label: string }[];
  readonly body: Content;
  readonly script?: string;
}

/** Before the first paint, so that a chosen theme does not flash; `?theme=dark` chooses one by link. */
const themeScript = `
const root = document.documentElement;
const asked = new URLSearchParams(location.search).get('theme');
const read = () => { try { return localStorage.getItem('counterpoise-theme'); } catch { return null; } };
const chosen = asked ?? read();
if (chosen === 'dark' || chosen === 'light') root.dataset.theme = chosen;`;

const frameScript = `
const button = document.querySelector('.theme');
const isDark = () => (root.dataset.theme ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')) === 'dark';
const label = () => { button.textContent = isDark() ? 'Light' : 'Dark'; button.setAttribute('aria-label', 'Switch to the ' + (isDark() ? 'light' : 'dark') + ' theme'); };
button.hidden = false;
button.addEventListener('click', () => { root.dataset.theme = isDark() ? 'light' : 'dark'; label(); try { localStorage.setItem('counterpoise-theme', root.dataset.theme); } catch {} });
label();
for (const copy of document.querySelectorAll('.command button')) {
  copy.hidden = navigator.clipboard === undefined;
  copy.addEventListener('click', async () => { await navigator.clipboard.writeText(copy.previousElementSibling.textContent); copy.textContent = 'Copied'; setTimeout(() => { copy.textContent = 'Copy'; }, 1500); });
}`;

const glyph = trusted(
  '<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" aria-hidden="true"><path d="M12 4v16M8 20h8M3 9.5 21 6.5"/><circle cx="4.6" cy="14" r="2.6"/><circle cx="19.4" cy="11" r="2.6" fill="currentColor"/><path d="M4.6 9.4v2M19.4 6.8v1.6"/></svg>',
);

export function renderPage(page: Page): string {
  const late = frameScript + (page.script ?? '');
  const document = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${contentPolicy([themeScript, late])}">
<meta name="color-scheme" content="light dark">
<title>${page.title}</title>
<style>${trusted(pageStyle)}</style>
<script>${trusted(themeScript)}</script>
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<div class="bar"><div class="wrap">
<span class="brand">${glyph}Counterpoise</span>
<nav aria-label="Sections">${page.sections.map((each) => html`<a href="#${each.fragment}">${each.label}</a>`)}</nav>
<button class="theme" type="button" hidden>Theme</button>
</div></div>
<main id="main" class="wrap">
${page.body}
</main>
<script>${trusted(late)}</script>
</body>
</html>
`;
  return document.markup;
}

function contentPolicy(scripts: readonly string[]): string {
  const hashes = scripts.map(
    (script) => `'sha256-${createHash('sha256').update(script, 'utf8').digest('base64')}'`,
  );
  return `default-src 'none'; style-src 'unsafe-inline'; script-src ${hashes.join(' ')}; base-uri 'none'; form-action 'none'`;
}

export function command(text: string): Markup {
  return html`<div class="command"><code tabindex="0">${text}</code><button type="button" hidden>Copy</button></div>`;
}

export function fact(label: string, value: Content): Markup {
  return html`<div><dt>${label}</dt><dd>${value}</dd></div>`;
}

/** With a glyph where a mark's shape says more than its colour. */
export interface LegendEntry {
  readonly label: string;
  readonly colour: string;
  readonly glyph?: string;
}

export interface FigureFrame {
  readonly title: string;
  readonly note?: Content;
  readonly legend?: readonly LegendEntry[];
}

/** A chart with its caption, and a legend in text rather than in the drawing. */
export function figureOf(frame: FigureFrame, drawing: Content): Markup {
  return html`<figure><figcaption>${frame.title}${frame.note === undefined ? null : html`<span>${frame.note}</span>`}</figcaption>
${frame.legend === undefined ? null : legendOf(frame.legend)}
${drawing}</figure>`;
}

function legendOf(entries: readonly LegendEntry[]): Markup {
  return html`<ul class="legend">${entries.map((entry) => {
    const style = `--swatch:${entry.colour}`;
    return entry.glyph === undefined
      ? html`<li><span class="swatch" style="${style}"></span>${entry.label}</li>`
      : html`<li><span class="glyph" style="${style}" aria-hidden="true">${entry.glyph}</span>${entry.label}</li>`;
  })}</ul>`;
}
