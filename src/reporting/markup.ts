/**
 * HTML as a value: a template that escapes everything except other markup, so that text from outside can never
 * become an element, an attribute or a script. Knows no page.
 */
export interface Markup {
  readonly markup: string;
}
export type Content = Markup | string | number | null | readonly Content[];

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** For text and for attribute values in quotes. Characters that HTML forbids are dropped. */
export function escaped(text: string): string {
  return text
    .replace(/[^\t\n\P{Cc}]/gu, '')
    .replace(/[&<>"']/g, (character) => entities[character] ?? '');
}

/** Only for markup that this program made: styles, scripts, pictures. */
export function trusted(markup: string): Markup {
  return { markup };
}

export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Markup {
  let markup = strings[0] ?? '';
  for (const [index, value] of values.entries()) {
    markup += markupOf(value) + (strings[index + 1] ?? '');
  }
  return { markup };
}

export const nothing: Markup = { markup: '' };

function markupOf(content: Content): string {
  if (content === null) return '';
  if (typeof content === 'string') return escaped(content);
  if (typeof content === 'number') return String(content);
  return 'markup' in content ? content.markup : content.map(markupOf).join('');
}
