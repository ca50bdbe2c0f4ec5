/**
 * The points at which a plugin contributes beside its taps, one row each. The core checks contributions by it, and
 * `contributes` of a plugin, `pouch plugin inspect` and docs/reference/contributions.md use its names.
 */
import type { EffectKind } from '../effectKind.ts';
import type { Profile } from '../profile.ts';
import type { RuntimeProvider } from '../runtime.ts';
import type { RuntimeProgram } from '../runtimeProgram.ts';
import { type DoctorCheck, doctorCheckProblem } from './doctorCheck.ts';
import type { ImageBuilder } from './imageBuilder.ts';
import type { ImageSource } from './imageSource.ts';
import type { LogDriver } from './logDriver.ts';
import { type MetricDeclaration, metricProblem, mostMetrics } from './metric.ts';
import type { NetworkDriver } from './networkDriver.ts';
import { type Page, pageProblem } from './page.ts';
import type { RichMode } from './richMode.ts';
import type { Route } from './route.ts';
import {
  imageBuilderProblem,
  imageSourceProblem,
  logDriverProblem,
  routeProblem,
  verbProblem,
  volumeDriverProblem,
  networkDriverProblem,
  runtimeProblem,
} from './rules.ts';
import { type SidecarInPouchd, sidecarProblem } from './sidecar.ts';
import type { Surface } from './surface.ts';
import type { Verb } from './verb.ts';
import type { VolumeDriver } from './volumeDriver.ts';

export interface ContributionTypes {
  effect: EffectKind;
  runtime: RuntimeProvider | RuntimeProgram;
  profile: Profile;
  richMode: RichMode;
  surface: Surface;
  verb: Verb;
  route: Route;
  doctorCheck: DoctorCheck;
  metric: MetricDeclaration;
  volumeDriver: VolumeDriver;
  networkDriver: NetworkDriver;
  sidecar: SidecarInPouchd;
  logDriver: LogDriver;
  imageSource: ImageSource;
  imageBuilder: ImageBuilder;
  page: Page;
}

/** Name of the method of a plugin's context. */
export type ContributionName = keyof ContributionTypes;

/** What a field must be; `?` marks one that may be missing. */
export type FieldForm = `${'string' | 'function' | 'object' | 'list'}${'' | '?'}`;

export interface ContributionPoint<Value = unknown> {
  readonly noun: string;
  /** For plugin authors. */
  readonly doc: string;
  /** Where it takes effect, in the user's words. */
  readonly takesEffect: string;
  /** Version of Pouch. */
  readonly since: string;
  readonly fields: Readonly<Record<string, FieldForm>>;
  /** How many one plugin may contribute; missing: any number. */
  readonly most?: number;
  /** What else is wrong with one whose fields fit. */
  problem?(value: Value): string | undefined;
  /** Names that no other plugin may contribute at this point. @param plugin the plugin's name */
  names(value: Value, plugin: string): readonly string[];
}

/** What a plugin can contribute, each with its rules. */
export const contributionPoints: {
  readonly [Name in ContributionName]: ContributionPoint<ContributionTypes[Name]>;
} = {
  effect: {
    noun: 'effect kind',
    doc: 'Applies and undoes effects that a plan lists, through the journal of the container.',
    takesEffect: '`effects` of a draft; `pouch effects ls`',
    since: '0.1.0',
    fields: { kind: 'string', describe: 'function', check: 'function?', apply: 'function', undo: 'function' },
    names: ({ kind }) => [kind],
  },
  runtime: {
    noun: 'runtime',
    doc: 'Finds an OCI runtime, says what it can do, and names the program or gives the options of its shim.',
    takesEffect: 'runtimes of containers; `pouch runtime ls`',
    since: '0.1.0',
    fields: {
      name: 'string',
      aliases: 'list?',
      binary: 'string?',
      shim: 'string?',
      containerdType: 'string?',
      capabilities: 'object?',
      lacks: 'object?',
      probe: 'function?',
      options: 'function?',
      adaptSpec: 'function?',
    },
    problem: runtimeProblem,
    names: ({ name, aliases = [] }) => [name, ...aliases],
  },
  profile: {
    noun: 'profile',
    doc: 'A preset of the options of `pouch run`.',
    takesEffect: 'profiles of containers; `pouch profile ls`',
    since: '0.1.0',
    fields: { name: 'string', parts: 'list' },
    problem: ({ name }) =>
      /^[a-z0-9][a-z0-9_.-]{0,62}$/.test(name)
        ? undefined
        : `invalid name "${name}": use at most 63 lower-case letters, digits, "_", "." or "-", the first a letter or digit`,
    names: ({ name }) => [name],
  },
  richMode: {
    noun: 'rich mode',
    doc: 'Makes a container like a host: which init it runs, and what that needs.',
    takesEffect: 'rich containers; `pouch rich ls`',
    since: '0.1.0',
    fields: {
      name: 'string',
      doc: 'string',
      suits: 'function?',
      before: 'list?',
      after: 'list?',
      apply: 'function',
    },
    problem: ({ name }) =>
      /^[a-z][a-z0-9-]{0,62}$/.test(name)
        ? undefined
        : `invalid name "${name}": use at most 63 lower-case letters, digits and "-", the first a letter`,
    names: ({ name }) => [name],
  },
  surface: {
    noun: 'surface',
    doc: 'Serves users: another API, a socket.',
    takesEffect: 'once pouchd is ready',
    since: '0.1.0',
    fields: { name: 'string', start: 'function', stop: 'function' },
    names: ({ name }) => [name],
  },
  verb: {
    noun: 'verb',
    doc: 'A command of `pouch`, run by pouchd.',
    takesEffect: '`pouch VERB`, its help and completion',
    since: '0.1.0',
    fields: { name: 'string', doc: 'string', args: 'object?', options: 'object?', run: 'function' },
    problem: verbProblem,
    names: ({ name }) => [name],
  },
  route: {
    noun: 'route',
    doc: 'A path of the HTTP API.',
    takesEffect: '`/plugins/NAME/PATH` at each address of `listen`',
    since: '0.1.0',
    fields: { method: 'string', path: 'string', body: 'object?', handle: 'function' },
    problem: routeProblem,
    names: ({ method, path }, plugin) => [`${method} /plugins/${plugin}${path.replace(/:[^/]+/g, ':')}`],
  },
  doctorCheck: {
    noun: 'doctor check',
    doc: 'Looks at the host, and says how to fix a problem.',
    takesEffect: '`pouch doctor`',
    since: '0.1.0',
    fields: { name: 'string', run: 'function' },
    most: 50,
    problem: doctorCheckProblem,
    names: ({ name }, plugin) => [`${plugin}: ${name}`],
  },
  metric: {
    noun: 'metric',
    doc: 'A counter or a gauge.',
    takesEffect: '`GET /pouch/metrics`',
    since: '0.1.0',
    fields: { name: 'string', doc: 'string', type: 'string', labels: 'object?' },
    most: mostMetrics,
    problem: metricProblem,
    names: ({ name }, plugin) => [`pouch_plugin_${plugin.replaceAll('-', '_')}_${name}`],
  },
  volumeDriver: {
    noun: 'volume driver',
    doc: 'Says where the data of volumes is.',
    takesEffect: '`pouch volume create -d NAME`; volumes of containers',
    since: '0.1.0',
    fields: {
      name: 'string',
      doc: 'string',
      options: 'object?',
      check: 'function?',
      effects: 'function?',
      create: 'function?',
      remove: 'function?',
      status: 'function?',
    },
    problem: volumeDriverProblem,
    names: ({ name }) => [name],
  },
  networkDriver: {
    noun: 'network driver',
    doc: 'Says how containers are attached to a network.',
    takesEffect: '`network.networks` of pouchd.yaml; `pouch network create -d NAME`; networks of containers',
    since: '0.1.0',
    fields: {
      name: 'string',
      doc: 'string',
      options: 'object?',
      namespace: 'string?',
      check: 'function?',
      attach: 'function?',
      publish: 'function?',
      define: 'function?',
      create: 'function?',
      remove: 'function?',
    },
    problem: networkDriverProblem,
    names: ({ name }) => [name],
  },
  sidecar: {
    noun: 'sidecar',
    doc: 'A process that pouchd starts and supervises.',
    takesEffect: 'with the plugin; `pouch plugin inspect`, `pouch doctor`',
    since: '0.1.0',
    fields: {
      name: 'string',
      doc: 'string',
      command: 'list',
      env: 'object?',
      limits: 'object?',
      stop: 'object?',
      paths: 'object?',
      channel: 'function?',
    },
    problem: sidecarProblem,
    names: ({ name }, plugin) => [`${plugin}/${name}`],
  },
  logDriver: {
    noun: 'log driver',
    doc: 'Sends the output of containers elsewhere.',
    takesEffect: 'log drivers of containers; `pouch info`',
    since: '0.1.0',
    fields: { name: 'string', doc: 'string', options: 'object?', check: 'function?', write: 'function?' },
    problem: logDriverProblem,
    names: ({ name }) => [name],
  },
  imageSource: {
    noun: 'image source',
    doc: 'Supplies the content of images.',
    takesEffect: '`pouch pull`',
    since: '0.1.0',
    fields: {
      name: 'string',
      doc: 'string',
      references: 'list',
      manifest: 'function?',
      blob: 'function?',
    },
    problem: imageSourceProblem,
    names: ({ name }) => [name],
  },
  imageBuilder: {
    noun: 'image builder',
    doc: 'Builds images from Dockerfiles.',
    takesEffect: '`pouch build`',
    since: '0.1.0',
    fields: {
      name: 'string',
      doc: 'string',
      probe: 'function',
      build: 'function',
      prune: 'function',
      cache: 'function?',
      refuses: 'function?',
      runDaemon: 'function?',
      connect: 'function?',
      solve: 'function?',
    },
    problem: imageBuilderProblem,
    names: ({ name }) => [name],
  },
  page: {
    noun: 'console page',
    doc: 'A page of the web console, as data.',
    takesEffect: '`pouch web`; `GET /pouch/console`',
    since: '0.1.0',
    fields: { name: 'string', title: 'string', doc: 'string', render: 'function' },
    most: 50,
    problem: pageProblem,
    names: ({ name }, plugin) => [`${plugin}/${name}`],
  },
};

/** Names of what a plugin can contribute: `verb`, `route`, … */
export const contributionNames = Object.keys(contributionPoints) as ContributionName[];
