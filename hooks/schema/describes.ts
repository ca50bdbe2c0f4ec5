import type { ObjectOptions, Static, TObject, TProperties, TSchema } from '@sinclair/typebox';
import { Type } from '@sinclair/typebox';

/**
 * Holds a schema to a type: `describes<ContainerDraft>()(schema)` compiles only if the schema has the same fields of the
 * same types. Functions and `readonly` have no place in JSON and do not count.
 */
export function describes<T>() {
  return <S extends TSchema>(
    schema: S,
    ..._same: Same<Json<Static<S>>, Json<T>> extends true ? [] : ['the schema and the type differ']
  ): S => schema;
}

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

type Json<T> = T extends readonly (infer Item)[]
  ? Json<Item>[]
  : T extends object
    ? { -readonly [K in keyof T as T[K] extends Fn ? never : K]: Json<T[K]> }
    : T;

type Fn = (...args: never[]) => unknown;

/** An object without other fields, so that a misspelt one is found. */
export function closed<P extends TProperties>(fields: P, options: ObjectOptions = {}): TObject<P> {
  return Type.Object(fields, { additionalProperties: false, ...options });
}

/** An optional field. */
export const may = Type.Optional;

/** A map from names to values of one schema. */
export function map<S extends TSchema>(value: S, description?: string) {
  return Type.Record(Type.String(), value, description === undefined ? {} : { description });
}

/** One of some words. */
export function word<const Words extends string[]>(...words: Words) {
  return Type.Unsafe<Words[number]>(Type.Union(words.map((each) => Type.Literal(each))));
}

export const text = Type.String();
export const flag = Type.Boolean();
export const integer = Type.Integer();
export const texts = Type.Array(Type.String());
