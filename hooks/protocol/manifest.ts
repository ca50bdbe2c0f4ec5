import type { Static, TSchema } from '@sinclair/typebox';
import { Type } from '@sinclair/typebox';
import { Sidecar } from '../contributions/sidecar.ts';
import type { Profile } from '../profile.ts';
import { closed, may, says, text, word } from '../schema.ts';
import {
  DeclaredEffect,
  DeclaredImageSource,
  DeclaredLogDriver,
  DeclaredNetworkDriver,
  DeclaredPage,
  DeclaredRoute,
  DeclaredRuntime,
  DeclaredVerb,
  DeclaredVolumeDriver,
  Tap,
} from './declared.ts';
import { DeclaredDoctorCheck } from './doctor.ts';
import { DeclaredMetric } from './metrics.ts';
import { DeclaredService } from './services.ts';
import { processProtocol } from './version.ts';

/** What a plugin provides beside taps and effect kinds, in its manifest or in the reply to its setup. */
const parts = {
  volumeDrivers: may(
    Type.Array(DeclaredVolumeDriver, { description: 'The volume drivers that it provides.' }),
  ),
  runtimes: may(Type.Array(DeclaredRuntime, { description: 'The runtimes that it provides.' })),
  networkDrivers: may(
    Type.Array(DeclaredNetworkDriver, { description: 'The network drivers that it provides.' }),
  ),
  sidecars: may(Type.Array(Sidecar, { description: 'The processes that pouchd starts for it.' })),
  logDrivers: may(Type.Array(DeclaredLogDriver, { description: 'The log drivers that it provides.' })),
  imageSources: may(Type.Array(DeclaredImageSource, { description: 'The image sources that it provides.' })),
  pages: may(Type.Array(DeclaredPage, { description: 'The pages that it adds to the web console.' })),
  routes: may(Type.Array(DeclaredRoute, { description: 'The paths that it adds to the API.' })),
  verbs: may(Type.Array(DeclaredVerb, { description: 'The commands that it adds to `pouch`.' })),
  doctorChecks: may(Type.Array(DeclaredDoctorCheck, { description: 'Its checks of `pouch doctor`.' })),
  provides: may(
    Type.Array(DeclaredService, {
      description: 'The services that other plugins can inject; they need a `version`.',
    }),
  ),
  metrics: may(Type.Array(DeclaredMetric, { description: 'Its metrics, which it changes by `metric`.' })),
};

/** The lists of a manifest of which one must have something, unless the plugin has a setup. */
export const contributedLists = [
  'hooks',
  'effects',
  ...(Object.keys(parts) as (keyof typeof parts)[]),
] as const;

/** Rights beyond the least, which the entry in pouchd.yaml grants. */
export const rightNames = ['secrets', 'network'] as const;

/** A right that a plugin in a process of its own may ask for. */
export type RightName = (typeof rightNames)[number];

const WantedPaths = closed({
  paths: closed({
    read: may(Type.Array(text, { description: 'Absolute paths of the host that it reads.' })),
    write: may(Type.Array(text, { description: 'Those that it reads and writes.' })),
  }),
});

/** `network`, or `{ paths: { read: ['/etc/corp'] } }`. */
const WantedRight = Type.Union([word(...rightNames), WantedPaths]);

/** A right that a plugin asks for, and why. */
export type WantedRight = Static<typeof WantedRight>;
export type WantedPaths = Static<typeof WantedPaths>;

/** What a process declares about its plugin. */
export const ProcessManifest = closed(
  {
    protocol: Type.Literal(processProtocol, { description: 'Version of the protocol.' }),
    name: says('At most 63 lower-case letters, digits and `-`.'),
    version: may(text),
    doc: may(says('One sentence.')),
    options: may(
      Type.Unsafe<TSchema>(
        Type.Object(
          {},
          { description: 'JSON Schema of its options, `{"type": "object", …}`; without it, it takes none.' },
        ),
      ),
    ),
    inject: may(
      Type.Array(
        Type.Union([
          text,
          closed({
            service: text,
            range: may(says('Semantic versions that fit: `^1.2`.')),
            optional: may(Type.Literal(true)),
          }),
        ]),
        { description: 'Services whose methods it calls, of the engine or of other plugins.' },
      ),
    ),
    engines: may(
      closed(
        { pouch: text },
        { description: 'Versions of Pouch that it works with: `{"pouch": "^0.1.0"}`.' },
      ),
    ),
    wants: may(
      Type.Array(WantedRight, {
        description:
          'Rights that its entry in pouchd.yaml must grant, such as `"network"` and `{"paths": {"read": ["/etc/corp"]}}`: it is not ' +
          'loaded without them.',
      }),
    ),
    required: may(
      Type.Boolean({ description: 'No container is created while it is quarantined. Default: false.' }),
    ),
    check: may(Type.Literal(true, { description: 'It gets a `check` of its options before the `setup`.' })),
    hooks: may(Type.Array(Tap, { description: 'The hook points that it taps.' })),
    effects: may(Type.Array(DeclaredEffect, { description: 'The effect kinds that it provides.' })),
    ...parts,
    setup: may(
      Type.Literal(true, {
        description:
          'It gets a `setup` before other requests, also after each restart, and a `dispose` at its end. The reply to `setup` has its taps ' +
          'and effect kinds; `hooks` then lists the points that it may tap, all if it is missing.',
      }),
    ),
  },
  { title: 'Manifest' },
);
export type ProcessManifest = Static<typeof ProcessManifest>;

/** What a plugin contributes in its setup. */
export const Contributed = closed(
  {
    hooks: Type.Array(Tap),
    effects: Type.Array(DeclaredEffect),
    profiles: may(
      Type.Array(Type.Unsafe<Profile>(Type.Object({})), {
        description: '`Profile` of [profile.ts](../../hooks/profile.ts).',
      }),
    ),
    ...parts,
    richModes: may(
      Type.Array(closed({ name: text, doc: text }), {
        description: 'Rich modes, which its hooks choose and apply.',
      }),
    ),
  },
  { title: 'Contributions' },
);
export type Contributed = Static<typeof Contributed>;
