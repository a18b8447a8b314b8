/** A zod schema as the JSON Schema document that is published under `schemas/`. Knows no shape of its own. */
import { z } from 'zod';

export interface Published {
  /** Name of the document, e.g. `history`. */
  readonly name: string;
  readonly version: number;
  readonly title: string;
  readonly description: string;
  /** Keys that a later version may add are let through, unless the schema itself is strict. */
  readonly isOpen?: boolean;
}

export function publishedSchema(schema: z.ZodType, published: Published): string {
  const { name, version, title, description, isOpen = false } = published;
  const { $schema, ...body } = z.toJSONSchema(schema, {
    target: 'draft-2020-12',
    io: isOpen ? 'input' : 'output',
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema._zod.def.type !== 'object' || jsonSchema.required === undefined) return;
      const { shape } = zodSchema as unknown as z.ZodObject;
      // what may be anything may be undefined, and JSON leaves that out
      jsonSchema.required = jsonSchema.required.filter(
        (key) => shape[key]?._zod.def.type !== 'unknown',
      );
    },
  });
  const document = {
    $schema,
    $id: `urn:counterpoise:${name}:${version}`,
    title,
    description,
    ...body,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}
