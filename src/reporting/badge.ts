/** A badge as a picture of its own: what it is about on the left, how it stands on the right. Knows no result. */
import { escaped } from './markup.ts';

export interface Badge {
  readonly label: string;
  readonly message: string;
  readonly isGood: boolean;
}

/** Verdana at 11 px is about this wide a character; `textLength` makes it exact. */
const characterWidth = 6.6;
const padding = 10;
const height = 20;

export function renderBadge({ label, message, isGood }: Badge): string {
  const [left, right] = [label, message].map((text) => Math.round(text.length * characterWidth));
  const labelWidth = (left ?? 0) + padding;
  const width = labelWidth + (right ?? 0) + padding;
  const colour = isGood ? '#0b6b53' : '#b3261e';
  const text = (at: number, span: number, words: string) =>
    `<text x="${at}" y="14" textLength="${span}">${escaped(words)}</text>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" role="img" aria-label="${escaped(`${label}: ${message}`)}">
<title>${escaped(`${label}: ${message}`)}</title>
<rect width="${labelWidth}" height="${height}" fill="#3b3733"/>
<rect x="${labelWidth}" width="${width - labelWidth}" height="${height}" fill="${colour}"/>
<g fill="#fff" font-family="Verdana, DejaVu Sans, sans-serif" font-size="11">
${text(padding / 2, left ?? 0, label)}
${text(labelWidth + padding / 2, right ?? 0, message)}
</g>
</svg>
`;
}
