/** The JSON Schema of pouchd.yaml with the options of declared objects and profiles, for editors. */
import type { JsonSchema } from '../config/formats/format.ts';
import { jsonSchema } from '../config/index.ts';
import { ownKinds, refused } from '../plugins/host-agent/declare/readContainer.ts';
import { imageKinds } from '../plugins/host-agent/declare/readImage.ts';
import { networkKinds } from '../plugins/host-agent/declare/readNetwork.ts';
import { updateKinds } from '../plugins/host-agent/declare/readUpdate.ts';
import type { WordKind } from '../plugins/host-agent/declare/readWords.ts';
import { volumeKinds } from '../plugins/host-agent/declare/readVolume.ts';
import { runOptions } from '../translate/words/runOptions.ts';

type Properties = Record<string, JsonSchema>;

export function fullSchema(): JsonSchema {
  const schema = jsonSchema();
  const properties = schema['properties'] as Properties;
  const sections: Properties = {
    profiles: objectOf(optionsOfRun((word) => runOptions.get(word)?.refused === undefined)),
    networks: objectOf(optionsOf(networkKinds)),
    volumes: objectOf({ ...optionsOf(volumeKinds), onRemove: { enum: ['keep', 'remove'] } }),
    images: objectOf({ ...optionsOf(imageKinds), onRemove: { enum: ['keep', 'remove'] } }),
    containers: objectOf({
      ...optionsOfRun((word) => !Object.hasOwn(refused, word)),
      ...optionsOf(ownKinds),
      onRemove: { enum: ['keep', 'stop', 'remove'] },
      dependsOn,
      update: {
        type: ['object', 'null'],
        properties: { ...optionsOf(updateKinds), order: { enum: ['stop-first', 'start-first'] } },
        additionalProperties: false,
      },
    }),
  };
  const declared = Object.entries(sections).map(([name, section]) => {
    const { description, examples } = properties[name]!;
    return [name, { description, examples, default: {}, ...section }];
  });
  return { ...schema, properties: { ...properties, ...Object.fromEntries(declared) } };
}

/** Objects by name; one without options is null in YAML, and so is a section without objects. */
function objectOf(properties: Properties): JsonSchema {
  const object = { type: ['object', 'null'], properties, additionalProperties: false };
  return { type: ['object', 'null'], additionalProperties: object };
}

const text = { type: ['string', 'number'] };
const list = { anyOf: [text, { type: 'array', items: text }] };
const pairs = {
  anyOf: [...list.anyOf, { type: 'object', additionalProperties: { type: ['string', 'number', 'boolean'] } }],
};
/** A value is a text, or a map of its fields. */
function listOrMaps(fields: readonly string[]): JsonSchema {
  const map = {
    type: 'object',
    properties: Object.fromEntries(fields.map((field) => [field, pairs])),
    additionalProperties: false,
  };
  const one = { anyOf: [text, map] };
  return { anyOf: [...one.anyOf, { type: 'array', items: one }] };
}

const kinds: Readonly<Record<WordKind, JsonSchema>> = { text, flag: { type: 'boolean' }, list, pairs };

const condition = { enum: ['started', 'healthy', 'completed'] };
const conditions = { type: 'object', additionalProperties: condition };
const dependsOn = {
  description: 'Containers that come first, each with a condition: `{ db: healthy }`.',
  anyOf: [
    conditions,
    { type: 'string' },
    { type: 'array', items: { anyOf: [{ type: 'string' }, conditions] } },
  ],
};

function optionsOf(words: Readonly<Record<string, WordKind>>): Properties {
  return Object.fromEntries(Object.entries(words).map(([word, kind]) => [word, kinds[kind]]));
}

function optionsOfRun(isTaken: (word: string) => boolean): Properties {
  const taken = [...runOptions].filter(([word]) => isTaken(word));
  return Object.fromEntries(
    taken.map(([word, { help, ...option }]) => [word, { description: help, ...valueOf(word, option) }]),
  );
}

function valueOf(
  word: string,
  {
    flags,
    list: isList,
    pairs: hasPairs,
    fields,
  }: { flags: string; list?: boolean; pairs?: string; fields?: readonly string[] },
): JsonSchema {
  if (fields) return listOrMaps(fields);
  if (isList) return hasPairs ? pairs : list;
  // `rich` is true, or the name of a mode.
  if (word === 'rich') return { type: ['boolean', 'string'] };
  return flags.includes('<') ? text : { type: 'boolean' };
}
