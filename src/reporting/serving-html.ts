/** Instances with slots on the page of a simulation: times, and how busy each instance was. Knows the result only. */
import type { ServingFigures } from '../results/serving-result.ts';
import { timeTitles } from './duration-words.ts';
import { duration, figure, percent } from './figures.ts';
import { type Content, html, type Markup } from './markup.ts';
import { servingInWords, timeRows } from './serving-text.ts';

type Table = (
  label: string,
  head: readonly string[],
  rows: readonly (readonly Content[])[],
) => Markup;

export function servingSection(serving: ServingFigures, table: Table): Markup {
  return html`<section id="serving"><h2>Waiting and response</h2><p>${servingInWords(serving)}</p>
<p class="small soft">Delay: how much longer a connection took than its own work. Response: from arrival to end.</p>
${table('Times', ['', ...timeTitles], timeRows(serving))}
<p class="small soft after">Each instance:</p>
${table(
  'Instances with slots',
  [
    'Instance',
    'Slots',
    'Queue',
    'Served',
    'Turned away',
    'Delayed',
    'Delay, mean',
    'Response, mean',
    'Busy',
    'Most waiting',
  ],
  serving.instances.map((each) => [
    each.name,
    figure(each.slots),
    each.queueMax === null ? 'any' : figure(each.queueMax),
    figure(each.served),
    figure(each.turnedAway),
    percent(each.delayedShare),
    duration(each.delayMeanMs),
    duration(each.responseMeanMs),
    percent(each.utilisation),
    figure(each.waitingMax),
  ]),
)}</section>`;
}
