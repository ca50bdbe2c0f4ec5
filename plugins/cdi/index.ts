import { definePlugin, type FileAccess, PouchError, type ContainerDraft } from '../../hooks/index.ts';
import { applyEdits } from './applyEdits.ts';
import { type FoundDevice, readRegistry, type Registry } from './registry.ts';

/** Adds devices by CDI name (`VENDOR/CLASS=NAME`), as the vendor's specification files define them. */
export default definePlugin({
  name: 'cdi',
  version: '0.1.0',
  doc: 'Devices by CDI name (`VENDOR/CLASS=NAME`), from the specifications of their vendors.',
  setup({ hooks, host, files }) {
    const add = async (draft: ContainerDraft, names: readonly string[]) => {
      if (names.length > 0) await addDevices(draft, names, await readRegistry(host.cdiSpecDirs), files);
    };
    /** Devices whose edits a plan has, by container, until its last step. */
    const applied = new Map<string, readonly string[]>();
    // Runs after the other plugins, so that their edits are not attributed to the vendor.
    hooks.container.preCreate.tap({ phase: 'late', overrides: ['*'] }, async (draft, { onAbandoned }) => {
      const names = Object.keys(draft.cdiDevices);
      if (names.length === 0) return;
      await add(draft, names);
      applied.set(draft.id, names);
      onAbandoned?.(() => applied.delete(draft.id));
    });
    // Devices that plugins add later, as NRI plugins do. What those have changed of the others stays.
    hooks.container.spec.tap({ phase: 'late', after: ['nri?'], overrides: ['*'] }, async (draft) => {
      const before = applied.get(draft.id) ?? [];
      applied.delete(draft.id);
      await add(
        draft,
        Object.keys(draft.cdiDevices).filter((name) => !before.includes(name)),
      );
    });
  },
});

async function addDevices(
  draft: ContainerDraft,
  names: readonly string[],
  registry: Registry,
  files: FileAccess,
): Promise<void> {
  const found = names.map((name) => find(name, registry));
  // The edits of each file apply once, before those of its devices (CDI SPEC.md, containerEdits).
  for (const { spec, file } of new Map(found.map((one) => [one.file, one])).values())
    await applyEdits(draft, spec.containerEdits ?? {}, file, files);
  for (const { name, device } of found) await applyEdits(draft, device.containerEdits, name, files);
}

function find(name: string, { devices, problems }: Registry): FoundDevice {
  const [found, second] = devices.get(name) ?? [];
  if (found && second)
    throw new PouchError(
      'PCH_CDI_INVALID',
      `CDI device ${name} is defined in both ${found.file} and ${second.file}`,
      {
        hint: 'remove one of the files, or move the one to use to a later directory of cdi.specDirs',
      },
    );
  if (found) return found;
  const known = [...devices.keys()].join(', ') || 'none';
  const broken = problems.length > 0 ? `; invalid files: ${problems.join('; ')}` : '';
  throw new PouchError('PCH_CDI_NOT_FOUND', `CDI device ${name} not found in any specification`, {
    field: 'cdiDevices',
    hint: `available devices: ${known}${broken}`,
  });
}
