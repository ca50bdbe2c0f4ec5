/** Ways in which the file of a host gets broken, and what pouchd reports of each. */

export interface Breakage {
  readonly what: string;
  /** What becomes of a good file that declares containers; undefined if it is removed. */
  broken(good: string): string | Buffer | undefined;
  readonly reported: RegExp;
}

/** Adds a container to the last section of a file, which is that of the containers, in the form of YAML's blocks. */
const withContainer = (words: string) => (good: string) =>
  `${good.trimEnd()}\n  broken:\n${words.replace(/^/gm, '    ')}\n`;
const withLine = (line: string) => (good: string) => `${good.trimEnd()}\n${line}\n`;
const words = 'image: busybox\ncommand: [sleep, "1000"]';

/** The good file ends with its containers. `directory` is one for files beside it. */
export function breakages(directory: string): Breakage[] {
  return [
    { what: 'is empty', broken: () => '', reported: /expected/ },
    { what: 'has comments only', broken: () => '# containers:\n', reported: /expected/ },
    { what: 'is gone', broken: () => undefined, reported: /pouchd\.yaml/ },
    {
      what: 'is half written',
      broken: (good) => `${good}  half: { image: "bus`,
      reported: /pouchd\.yaml:\d+:\d+/,
    },
    { what: 'is of bytes', broken: () => Buffer.from([0, 0xff, 0xfe, 10, 0x80]), reported: /pouchd\.yaml/ },
    { what: 'has a tab', broken: withLine('\tcontainers: {}'), reported: /pouchd\.yaml:\d+:\d+/ },
    {
      what: 'has a section twice',
      broken: withLine('containers: {}'),
      reported: /pouchd\.yaml:\d+:\d+.*containers a second time/,
    },
    { what: 'has an unknown section', broken: withLine('contaners: {}'), reported: /contaners/ },
    { what: 'is a list', broken: () => '- containers\n', reported: /pouchd\.yaml/ },
    { what: 'has aliases without end', broken: withLine(aliases()), reported: /pouchd\.yaml/ },
    {
      what: 'includes a file that does not exist',
      broken: withLine('include: [missing.yaml]'),
      reported: /missing\.yaml/,
    },
    {
      what: 'has an unknown option',
      broken: withContainer(`${words}\nmemroy: 32m`),
      reported: /pouchd\.yaml:\d+.*memroy/,
    },
    {
      what: 'has a container without an image',
      broken: withContainer('command: [sleep]'),
      reported: /image/,
    },
    {
      what: 'has a wrong size',
      broken: withContainer(`${words}\nmemory: much`),
      reported: /pouchd\.yaml:\d+.*memory: expected a size/,
    },
    {
      what: 'has a wrong type',
      broken: withContainer(`${words}\nreplicas: many`),
      reported: /pouchd\.yaml:\d+.*replicas/,
    },
    {
      what: 'has a cycle',
      broken: (good) =>
        withContainer(`${words}\ndependsOn: [other]`)(good) +
        `  other:\n    image: busybox\n    dependsOn: [broken]\n`,
      reported: /dependsOn.*(broken.*other|other.*broken)/,
    },
    {
      what: 'depends on what is not declared',
      broken: withContainer(`${words}\ndependsOn: [nobody]`),
      reported: /dependsOn: expected declared containers, found nobody/,
    },
    {
      what: 'has an unknown profile',
      broken: withContainer(`${words}\nprofiles: [no-such-profile]`),
      reported: /no-such-profile/,
    },
    { what: 'has a wrong port', broken: withContainer(`${words}\npublish: ["x:80"]`), reported: /publish/ },
    {
      what: 'has a wrong schedule',
      broken: withContainer(`${words}\nschedule: at noon`),
      reported: /schedule/,
    },
    {
      what: 'refers to a variable that is not set',
      broken: withContainer(`${words}\nhostname: "\${env:POUCH_TEST_NOT_SET}"`),
      reported: /POUCH_TEST_NOT_SET/,
    },
    {
      what: 'refers to a secret that does not exist',
      broken: withContainer(`${words}\nsecret-env: { PW: "\${file:${directory}/no-secret}" }`),
      reported: /no-secret/,
    },
    {
      what: 'refers to a secret that anyone can read',
      broken: withContainer(`${words}\nsecret-env: { PW: "\${file:/etc/hostname}" }`),
      reported: /expected a file that only root can read, found .*\/etc\/hostname/,
    },
  ];
}

/** Each line doubles what the one before it stands for. */
function aliases(): string {
  const lines = Array.from({ length: 30 }, (_, n) => `x${n + 1}: &x${n + 1} [*x${n}, *x${n}]`);
  return ['x0: &x0 [a]', ...lines].join('\n');
}
