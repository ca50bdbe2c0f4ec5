import { definePlugin, PouchError, type ContainerDraft } from '../../hooks/index.ts';
import { applyEdits } from './applyEdits.ts';
import { type FoundDevice, readRegistry, type Registry } from './registry.ts';

/** Devices by name, `--device VENDOR/CLASS=NAME`: what belongs to one is told by files of its vendor. */
export default definePlugin({
  name: 'cdi',
  version: '0.1.0',
  doc: 'Devices by CDI name (--device VENDOR/CLASS=NAME), from the specifications of their vendors.',
  setup({ hooks, host }) {
    // After the other plugins: an edit of theirs would else be taken for the vendor's.
    hooks.container.preCreate.tap({ phase: 'late', overrides: ['*'] }, async (draft) => {
      const names = Object.keys(draft.cdiDevices);
      if (names.length > 0) await addDevices(draft, names, await readRegistry(host.cdiSpecDirs));
    });
  },
});

async function addDevices(
  draft: ContainerDraft,
  names: readonly string[],
  registry: Registry,
): Promise<void> {
  const found = names.map((name) => find(name, registry));
  // Once each, before those of the devices (CDI SPEC.md, containerEdits).
  for (const { spec, file } of new Map(found.map((one) => [one.file, one])).values())
    await applyEdits(draft, spec.containerEdits ?? {}, file);
  for (const { name, device } of found) await applyEdits(draft, device.containerEdits, name);
}

function find(name: string, { devices, problems }: Registry): FoundDevice {
  const [found, second] = devices.get(name) ?? [];
  if (found && second)
    throw new PouchError(
      'PCH_CDI_INVALID',
      `the CDI device ${name} is in ${found.file} and in ${second.file}`,
      {
        hint: 'remove one of the files, or move the one that counts to a later directory of cdi.specDirs',
      },
    );
  if (found) return found;
  const known = [...devices.keys()].join(', ') || 'none';
  const broken = problems.length > 0 ? `; not readable: ${problems.join('; ')}` : '';
  throw new PouchError('PCH_CDI_NOT_FOUND', `no CDI specification has the device ${name}`, {
    hint: `known here: ${known}${broken}`,
  });
}
