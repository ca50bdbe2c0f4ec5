import { field, definePlugin, PouchError, type ContainerDraft } from '../../hooks/index.ts';
import { kataPrefix, settingField } from './annotations/names.ts';
import { kataCommandProvider } from './cliProvider.ts';
import { type Flavour, flavours, namedFlavour } from './flavours.ts';
import { realHost } from './host.ts';
import { type KataOptions, options, optionsOf } from './options.ts';
import { kataProvider } from './provider.ts';
import { sharedFolderEffect } from './sharedFolder.ts';

/**
 * Provides the runtimes `kata`, `kata-qemu`, `kata-clh`, `kata-fc` and `kata-runtime`: containers in virtual
 * machines.
 */
export default definePlugin({
  name: 'runtime-kata',
  version: '0.1.0',
  doc: 'Kata Containers: a virtual machine per container, or for several.',
  options,
  setup({ runtime, effect, hooks, options: all, files, host: { snapshotter, state, addedRuntimes } }) {
    const host = realHost(files);
    effect(sharedFolderEffect());
    const wanted = flavoursOf(all);
    for (const { flavour, hypervisor } of wanted)
      runtime(
        kataProvider({
          flavour,
          options: optionsOf(all, hypervisor),
          ignore: all.ignore,
          sandboxAnnotations: all.sandboxAnnotations,
          snapshotter,
          host,
        }),
      );
    runtime(
      kataCommandProvider({
        command: all.cli,
        defaults: all.defaults,
        ignore: all.ignore,
        state,
        host,
      }),
    );
    // A runtime that pouchd.yaml adds may also be kata.
    const readers = new Set([
      'kata-runtime',
      ...wanted.map(({ flavour }) => flavour.name),
      ...Object.keys(addedRuntimes),
    ]);
    hooks.container.spec.tap((draft) => {
      if (!readers.has(draft.runtime)) refuseSettings(draft);
    });
  },
});

function flavoursOf({ hypervisors }: KataOptions): { flavour: Flavour; hypervisor?: string }[] {
  const known = flavours.map((flavour) => {
    const hypervisor = flavour.hypervisors && flavour.name.slice('kata-'.length);
    return { flavour, ...(hypervisor !== undefined && { hypervisor }) };
  });
  const more = Object.keys(hypervisors)
    .map((hypervisor) => ({ flavour: namedFlavour(hypervisor), hypervisor }))
    .filter(({ flavour }) => !flavours.includes(flavour));
  return [...known, ...more];
}

/** Refuses settings that no runtime would read. @throws PCH_KATA_OPTION */
function refuseSettings({ annotations, runtime }: ContainerDraft): void {
  const setting = Object.keys(annotations).find((name) => name.startsWith(kataPrefix));
  if (setting !== undefined)
    throw new PouchError(
      'PCH_KATA_OPTION',
      `${settingField(setting)}: expected a runtime of kata, found ${runtime}`,
      { field: `annotations["${setting}"]`, hint: `add ${field('runtime')} kata, or omit the setting` },
    );
}
