/**
 * Building blocks for bodies as Docker's clients send them: every field is optional, and null equals a missing field
 * (Go clients write null for empty lists and maps).
 */
import { Type, type TSchema } from '../../../hooks/index.ts';

export const text = Type.Unsafe<string>({ type: ['string', 'null'] });
export const flag = Type.Unsafe<boolean>({ type: ['boolean', 'null'] });
/** An int64. */
export const whole = Type.Unsafe<number>({
  type: ['integer', 'null'],
  minimum: -(2 ** 63),
  maximum: 2 ** 63,
});
export const texts = Type.Unsafe<string[]>({ type: ['array', 'null'], items: { type: 'string' } });
/** Docker also accepts `Cmd` and `Entrypoint` as one string. */
export const textOrTexts = Type.Unsafe<string[] | string>({
  type: ['array', 'string', 'null'],
  items: { type: 'string' },
});
export const textMap = Type.Unsafe<Record<string, string>>({
  type: ['object', 'null'],
  additionalProperties: { type: 'string' },
});
/** A set, written as a map to empty objects. */
export const keySet = Type.Unsafe<Record<string, object>>({
  type: ['object', 'null'],
  additionalProperties: { type: ['object', 'null'] },
});
/** `[height, width]`. */
export const size = Type.Unsafe<[number, number]>({
  type: ['array', 'null'],
  items: { type: 'integer', minimum: 0, maximum: 65535 },
  minItems: 2,
  maxItems: 2,
});

/** An object; `required` lists its mandatory fields. */
export function record(properties: Record<string, TSchema>, required: string[] = []): TSchema {
  return Type.Unsafe({ type: required.length > 0 ? 'object' : ['object', 'null'], properties, required });
}

export function listOf(item: TSchema): TSchema {
  return Type.Unsafe({ type: ['array', 'null'], items: item });
}

export function mapOf(item: TSchema): TSchema {
  return Type.Unsafe({ type: ['object', 'null'], additionalProperties: item });
}

/** A schema whose validated value has a wire type. */
export function typed<Wire>(schema: TSchema): TSchema & { static: Wire } {
  return Type.Unsafe<Wire>(schema);
}
