import { section, type Row } from '../../support/row.ts';

/** config.md, Specification version, Extensibility, Annotations and Valid values. */
export const generalRows: Row[] = [
  ...section('config.md#specification-version', [
    ...['1.0.0', '1.0.2-dev', '1.1.0'].map((version) => ({
      must: `ociVersion ${version} is supported`,
      spec: (spec: Parameters<NonNullable<Row['spec']>>[0]) => (spec.ociVersion = version),
      sh: 'echo good',
      prints: 'good',
    })),
    ...['', 'coffee', '2.0.0'].map((version) => ({
      must: `ociVersion ${JSON.stringify(version)} is refused`,
      spec: (spec: Parameters<NonNullable<Row['spec']>>[0]) => (spec.ociVersion = version),
      refused: /version/i,
    })),
  ]),
  ...section('config.md#extensibility', [
    {
      must: 'unknown properties are not an error at any level',
      spec: (spec) => {
        for (const object of [spec, spec.process, spec.root, spec.linux, spec.mounts[0]!])
          Object.assign(object, { 'org.example.unknown': { deep: [1] } });
      },
      sh: 'echo good',
      prints: 'good',
    },
  ]),
  ...section('config.md#annotations', [
    {
      must: 'unknown annotations are not an error, and are not visible to the process',
      spec: (spec) => (spec.annotations = { 'org.example.key': 'value', 'org.example.empty': '' }),
      sh: 'env | grep -c example',
      exits: 1,
      prints: '0',
    },
    {
      must: 'an annotation that is not a string is refused',
      spec: (spec) => (spec.annotations = { 'org.example.key': 5 as unknown as string }),
      refused: /annotation|unmarshal|string/i,
    },
  ]),
  ...section('config.md#valid-values', [
    {
      must: 'a value of the wrong type is refused: args',
      spec: ({ process }) => (process.args = 'sh' as unknown as string[]),
      refused: /arg|unmarshal|string|executable/i,
    },
    {
      must: 'a value of the wrong type is refused: mounts',
      spec: (spec) => (spec.mounts = {} as never),
      refused: /mount|unmarshal/i,
    },
    {
      must: 'a value of the wrong type is refused: namespaces',
      spec: ({ linux }) => (linux.namespaces = 'all' as never),
      refused: /namespace|unmarshal/i,
    },
    {
      must: 'a value of the wrong type is refused: root.readonly',
      spec: ({ root }) => (root.readonly = 'yes' as never),
      refused: /readonly|unmarshal/i,
    },
  ]),
];
