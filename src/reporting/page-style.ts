/** The one style sheet of all pages: two themes, one type scale, verdict colours that differ in lightness as well as in hue. */

const light = `
  color-scheme: light;
  --paper: #fbfaf7; --raised: #ffffff; --sunken: #f3f1ec;
  --ink: #1d1b18; --soft: #635e57; --line: #e5e1d8; --line-strong: #c4beb2;
  --accent: #1f4e79; --focus: #1f6fb5; --mark: #fff3c4;
  --pass: #0b6b53; --pass-fill: #cfe8de; --fail: #b3261e; --fail-fill: #f8d5d0;
  --error: #7b2d8b; --error-fill: #ecd6f0; --inconclusive: #8a5a00; --inconclusive-fill: #f6e3b8;
  --quiet: #635e57; --quiet-fill: #e9e6df;
  --series-1: #1f6fb5; --series-2: #d1730a; --series-3: #0a8f78; --series-4: #a8458e;
  --series-5: #7a7f00; --series-6: #5b54c4; --series-7: #b0413e; --series-8: #6d7680;`;

const dark = `
  color-scheme: dark;
  --paper: #141517; --raised: #1b1d20; --sunken: #101113;
  --ink: #ebe8e1; --soft: #a9a49a; --line: #2c2f33; --line-strong: #4a4e54;
  --accent: #8fc1ee; --focus: #8fc1ee; --mark: #3d3413;
  --pass: #6fd3b0; --pass-fill: #163a30; --fail: #ff9d92; --fail-fill: #4d1f1b;
  --error: #e0a6ee; --error-fill: #40214a; --inconclusive: #f0c063; --inconclusive-fill: #443310;
  --quiet: #a9a49a; --quiet-fill: #2a2c30;
  --series-1: #6db3f2; --series-2: #f2a65a; --series-3: #4fd1b8; --series-4: #e08bc8;
  --series-5: #c9cc4d; --series-6: #a49df5; --series-7: #f08a86; --series-8: #a3adb8;`;

const frame = `
*, *::before, *::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-padding-top: 4rem; }
body { margin: 0; background: var(--paper); color: var(--ink); line-height: 1.5;
  font: 16px/1.5 ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, "Liberation Sans", sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: break-word; }
.wrap { max-width: 1080px; margin: 0 auto; padding: 0 1.5rem; }
a { color: var(--accent); text-underline-offset: .2em; text-decoration-thickness: 1px; }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; border-radius: 2px; }
code, pre, .mono { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; font-size: .875em; }
h1, h2, h3 { line-height: 1.2; text-wrap: balance; margin: 0; font-weight: 600; }
h1 { font-size: clamp(1.9rem, 5vw, 2.9rem); letter-spacing: -.02em; }
h2 { font-size: 1.4rem; letter-spacing: -.01em; }
h3 { font-size: 1.05rem; }
p { margin: 0; max-width: 70ch; }
.soft { color: var(--soft); } .light { font-weight: 400; } .small { font-size: .875rem; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip { position: absolute; left: -999px; } .skip:focus { left: 1rem; top: 1rem; background: var(--raised); padding: .5rem 1rem; z-index: 9; }
.bar { position: sticky; top: 0; z-index: 5; background: var(--paper); border-bottom: 1px solid var(--line); }
.bar .wrap { display: flex; align-items: center; gap: 1.25rem; min-height: 3.25rem; }
.brand { display: flex; align-items: center; gap: .5rem; font-weight: 600; letter-spacing: -.01em; color: var(--ink); }
.brand svg { width: 22px; height: 22px; }
.bar nav { display: flex; gap: 1.1rem; margin-left: auto; font-size: .9rem; }
.bar nav a { color: var(--soft); text-decoration: none; } .bar nav a:hover { color: var(--ink); text-decoration: underline; }
button { font: inherit; color: inherit; cursor: pointer; }
.theme { border: 1px solid var(--line-strong); background: none; border-radius: 999px; padding: .15rem .7rem; font-size: .85rem; color: var(--soft); white-space: nowrap; }
.theme:hover { color: var(--ink); border-color: var(--ink); }
header.hero { padding: 3rem 0 2rem; }
.eyebrow { font-size: .8rem; letter-spacing: .08em; text-transform: uppercase; color: var(--soft); margin-bottom: .5rem; }
.hero .lede { font-size: 1.2rem; margin-top: .75rem; max-width: 46ch; text-wrap: pretty; }
.hero .gate { margin-top: .5rem; color: var(--soft); }
section { padding: 2rem 0 1rem; border-top: 1px solid var(--line); }
section > h2 { margin-bottom: .35rem; } section > h2 + p { margin-bottom: 1.25rem; color: var(--soft); }
footer { border-top: 1px solid var(--line); margin-top: 2rem; padding: 1.5rem 0 3rem; color: var(--soft); font-size: .875rem; }
ul.notes { list-style: none; margin: 1.25rem 0 0; padding: .1rem 0 .1rem 1rem; border-left: 3px solid var(--line-strong); color: var(--soft); max-width: 70ch; }
.after { margin-top: 1.5rem; } .pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(20rem, 100%), 1fr)); gap: 1rem 2rem; margin-top: .6rem; } a.flag, a.quiet { text-decoration: none; color: inherit; }
.narrow-table { width: auto; } .narrow-table th, .narrow-table td { padding-right: 2rem; }
.notice { background: var(--inconclusive-fill); color: var(--ink); border-left: 4px solid var(--inconclusive); padding: .75rem 1rem; margin-top: 1.25rem; max-width: 70ch; }`;

const facts = `
dl.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(14rem, 45%), 1fr)); gap: .9rem 2rem; margin: 1.75rem 0 0; }
dl.facts dt { font-size: .8rem; color: var(--soft); } dl.facts dd { margin: 0; }
dl.readings { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(15.5rem, 100%), 1fr)); gap: 0 2rem; margin: .75rem 0 0; }
dl.readings div { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem; border-bottom: 1px solid var(--line); padding: .3rem 0; } dl.readings dd { margin: 0; font-weight: 600; }
.figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); gap: 1px; margin: 1.25rem 0; }
.figures > div { background: var(--raised); padding: .8rem 1rem; box-shadow: 0 0 0 1px var(--line); }
.figures b { display: block; font-size: 1.55rem; font-weight: 600; letter-spacing: -.02em; line-height: 1.2; }
.figures span { font-size: .85rem; color: var(--soft); } .figures .bad b { color: var(--fail); }
.command { display: flex; align-items: stretch; margin: .5rem 0; background: var(--sunken); border: 1px solid var(--line); }
.command code { flex: 1; min-width: 0; padding: .55rem .8rem; overflow-x: auto; white-space: pre; }
.command button { border: 0; border-left: 1px solid var(--line); background: none; padding: 0 .9rem; font-size: .85rem; color: var(--soft); }
.command button:hover { color: var(--ink); background: var(--line); }
details > summary { cursor: pointer; color: var(--soft); font-size: .875rem; }
details > summary:hover { color: var(--ink); }`;

const verdicts = `
.verdict { display: inline-flex; align-items: baseline; gap: .45em; font-weight: 600; white-space: nowrap; color: var(--tone); }
.verdict i { font-style: normal; display: inline-block; min-width: 1.35em; text-align: center; background: var(--fill); border-radius: 3px; font-weight: 700; }
.is-pass { --tone: var(--pass); --fill: var(--pass-fill); } .is-fail { --tone: var(--fail); --fill: var(--fail-fill); }
.is-error { --tone: var(--error); --fill: var(--error-fill); } .is-inconclusive { --tone: var(--inconclusive); --fill: var(--inconclusive-fill); }
.is-unsupported, .is-not-applicable, .is-skipped, .is-affected { --tone: var(--quiet); --fill: var(--quiet-fill); }
.flag { display: inline-block; font-size: .78rem; border: 1px solid var(--line-strong); color: var(--soft); border-radius: 3px; padding: 0 .4em; margin: .15rem .35rem 0 0; }
.share { display: flex; height: 14px; margin: 1.25rem 0 .75rem; gap: 2px; }
.share span { background: var(--tone); min-width: 4px; }
.share .is-unsupported, .share .is-not-applicable, .share .is-skipped, .share .is-affected { background: var(--line-strong); }
.legend { display: flex; flex-wrap: wrap; gap: .35rem 1.4rem; list-style: none; margin: 0 0 1rem; padding: 0; font-size: .9rem; }
.legend .swatch { display: inline-block; width: .8em; height: .8em; margin-right: .45em; border-radius: 2px; background: var(--swatch); }
.legend .glyph { color: var(--swatch); margin-right: .4em; }
.clause { white-space: nowrap; }
.map { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: 1rem 2rem; margin: 1.25rem 0; }
.map h3 { font-size: .9rem; font-weight: 600; margin-bottom: .35rem; display: flex; justify-content: space-between; }
.map h3 span { font-weight: 400; color: var(--soft); }
.map ul { display: flex; flex-wrap: wrap; gap: 3px; list-style: none; margin: 0; padding: 0; }
.map a { display: grid; place-items: center; width: 26px; height: 26px; border-radius: 3px; text-decoration: none; font-weight: 700; font-size: .85rem; color: var(--tone); background: var(--fill); }
.map a:hover { outline: 2px solid var(--tone); } .map .is-fail, .map .is-error { color: var(--paper); background: var(--tone); }`;

const tables = `
.scroll { overflow-x: auto; max-width: 100%; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; }
caption { text-align: left; color: var(--soft); font-size: .875rem; padding-bottom: .5rem; }
th { text-align: left; font-weight: 500; color: var(--soft); font-size: .82rem; padding: .4rem .75rem .4rem 0; border-bottom: 1px solid var(--line-strong); vertical-align: bottom; }
td { padding: .55rem .75rem .55rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th.number, td.number { text-align: right; white-space: nowrap; }
tr:target { background: var(--mark); }
tbody th { color: var(--ink); font-size: inherit; border-bottom: 1px solid var(--line); padding: .55rem .75rem .55rem 0; vertical-align: top; }
.tools { display: flex; flex-wrap: wrap; gap: .6rem .8rem; align-items: center; margin: .5rem 0 1rem; }
.tools input[type=search] { font: inherit; color: inherit; background: var(--raised); border: 1px solid var(--line-strong); border-radius: 4px; padding: .4rem .7rem; flex: 1 1 15rem; min-width: 0; max-width: 26rem; }
.tools fieldset { border: 0; margin: 0; padding: 0; display: flex; flex-wrap: wrap; gap: .4rem; }
.chip { border: 1px solid var(--line-strong); border-radius: 999px; background: none; padding: .2rem .75rem; font-size: .875rem; color: var(--soft); }
.chip[aria-pressed=true] { background: var(--ink); color: var(--paper); border-color: var(--ink); }
.clauses td:nth-child(1) { width: 8.8rem; } .clauses td:nth-child(2) { width: 35%; } .clauses td:nth-child(4) { width: 10.5rem; padding-right: 0; }
.clauses .statement { color: var(--soft); font-size: .875rem; } .clauses .id { font-weight: 600; text-decoration: none; color: var(--ink); }
.clauses .id:hover { text-decoration: underline; } .clauses details { margin-top: .3rem; }
.clauses tr.family td, .clauses tr.family th { background: none; padding-top: 1.4rem; font-size: 1.02rem; font-weight: 600; color: var(--ink); border-bottom: 1px solid var(--line-strong); }
.plain { list-style: none; margin: 0; padding: 0; } .plain li { margin: .1rem 0; }
[hidden] { display: none !important; }`;

const stories = `
.story { border: 1px solid var(--line); border-top: 3px solid var(--fail); background: var(--raised); padding: 1.4rem 1.5rem; margin: 1.25rem 0; }
.story > header { display: flex; flex-wrap: wrap; gap: .4rem 1rem; align-items: baseline; }
.story > header a { color: inherit; text-decoration: none; } .story > header a:hover { text-decoration: underline; }
.story .statement { font-size: 1.05rem; margin: .35rem 0 1rem; text-wrap: pretty; }
.against { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(18rem, 100%), 1fr)); gap: 1rem; margin: 1rem 0; }
.against > div { border-left: 3px solid var(--tone); padding-left: .9rem; } .against b { display: block; font-size: .8rem; font-weight: 500; color: var(--soft); }
ol.steps { list-style: none; padding: 0; margin: 1rem 0; font-size: .92rem; }
ol.steps li { display: grid; grid-template-columns: 1.6rem 5.5rem 1fr; gap: .25rem .5rem; padding: .25rem .4rem; border-top: 1px solid var(--line); }
ol.steps time { color: var(--soft); text-align: right; padding-right: .6rem; white-space: nowrap; }
ol.steps li.folded { display: block; padding-left: 2.4rem; } ol.steps li.folded ol { margin: .25rem 0; padding: 0; }
ol.steps li.evidence { background: var(--fail-fill); font-weight: 600; } ol.steps .mark { text-align: center; font-weight: 700; color: var(--fail); }
figure { margin: 1.25rem 0; } figcaption { font-weight: 600; margin-bottom: .25rem; } figcaption span { display: block; font-weight: 400; color: var(--soft); font-size: .9rem; max-width: 70ch; }
.chart { display: block; width: 100%; height: auto; } .chart-narrow { display: none; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(20rem, 100%), 1fr)); gap: 1rem; margin: 1rem 0; }
.card { border: 1px solid var(--line); background: var(--raised); padding: 1.1rem 1.2rem; display: block; color: inherit; text-decoration: none; }
.cards.many { grid-template-columns: repeat(auto-fill, minmax(min(11.5rem, 100%), 1fr)); } .many .card { padding: .9rem 1rem; } .many .card h3 { font-size: 1rem; } .many .legend li { flex-basis: 100%; }
a.card:hover { border-color: var(--ink); } .card h3 { margin-bottom: .25rem; }
.matrix { width: auto; min-width: 100%; } .matrix thead th { vertical-align: bottom; } .matrix td { padding: .3rem .75rem .3rem 0; } .matrix td .verdict { font-size: .9rem; }
.matrix tbody th { padding: .3rem .75rem .3rem 0; font-weight: 400; } .matrix tr.family th { font-weight: 600; padding-top: 1rem; }
.heat { width: auto; font-size: .78rem; } .heat th, .heat td { padding: 0; border: 1px solid var(--line); } .heat tbody th { padding: 0 .6rem 0 0; white-space: nowrap; font-weight: 400; position: sticky; left: 0; background: var(--paper); }
.heat thead th { writing-mode: vertical-rl; padding: .3rem 0; font-size: .72rem; white-space: nowrap; } .heat thead th:first-child { writing-mode: horizontal-tb; }
.heat td { width: 16px; min-width: 16px; height: 18px; } .heat i { display: block; width: 100%; height: 18px; background: var(--fail); }`;

/** A telephone: tables with long cells become stacked blocks; charts their narrow drawing. */
const narrow = `
@media (max-width: 700px) {
  .wrap { padding: 0 1rem; } .bar nav { display: none; } .theme { margin-left: auto; } header.hero { padding: 1.75rem 0 1.25rem; }
  .chart-wide { display: none; } .chart-narrow { display: block; max-width: 100% !important; }
  .clauses, .clauses tbody, .clauses tr, .clauses td { display: block; width: auto !important; } .clauses thead { display: none; }
  .clauses tr { padding: .7rem 0; border-bottom: 1px solid var(--line); } .clauses td { border: 0; padding: .1rem 0; } .clauses th[scope=rowgroup] { display: block; }
  .story { padding: 1.1rem 1rem; } ol.steps li { grid-template-columns: 1.4rem 1fr; } ol.steps .text { grid-column: 2; } ol.steps time { text-align: left; }
  .map { grid-template-columns: 1fr; } .map a { width: 32px; height: 32px; } .figures b { font-size: 1.3rem; }
}
@media print { .bar, .tools, .command button { display: none; } body { background: #fff; } }`;

export const pageStyle = [
  `:root {${light}\n}`,
  `@media (prefers-color-scheme: dark) { :root:not([data-theme=light]) {${dark}\n} }`,
  `:root[data-theme=dark] {${dark}\n}`,
  frame,
  facts,
  verdicts,
  tables,
  stories,
  narrow,
].join('\n');
