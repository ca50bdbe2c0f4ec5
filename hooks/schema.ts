/** The parts that the schemas of the contract are built of. */
import type { ObjectOptions, TObject, TProperties, TSchema } from '@sinclair/typebox';
import { Type } from '@sinclair/typebox';

/** An object without other fields, so that a misspelt one is found. */
export function closed<P extends TProperties>(fields: P, options: ObjectOptions = {}): TObject<P> {
  return Type.Object(fields, { additionalProperties: false, ...options });
}

/** An optional field. */
export const may = Type.Optional;

/** A field that no tap may change. */
export const fixed = Type.Readonly;

/** A map from names to values of one schema. */
export function map<S extends TSchema>(value: S, description?: string) {
  return Type.Record(Type.String(), value, description === undefined ? {} : { description });
}

/** One of some words. */
export function word<const Words extends string[]>(...words: Words) {
  return Type.Unsafe<Words[number]>(Type.Union(words.map((each) => Type.Literal(each))));
}

/** A string with a description. */
export function says(description: string) {
  return Type.String({ description });
}

export const text = Type.String();
export const flag = Type.Boolean();
export const integer = Type.Integer();
export const texts = Type.Array(Type.String());

/** Absolute, without `.`, `..` and empty segments: the text alone says where it is. */
export const hostPath = (description: string) =>
  Type.String({ pattern: '^(/(?!\\.{1,2}(/|$))[^/\\x00-\\x1f]+)+$', maxLength: 4095, description });
