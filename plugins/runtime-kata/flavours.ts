/** The runtimes of this plugin: kata with different hypervisors. */
export interface Flavour {
  /** What a request names it by. */
  name: string;
  doc: string;
  /** Handler in containerd's runtime type: `kata-qemu` of `io.containerd.kata-qemu.v2`. */
  handler: string;
  /** File names of its configuration; the first that exists is used. */
  configs: readonly string[];
  /** Its tables in a configuration file: `[hypervisor.qemu]`; undefined for the runtime `kata`, which accepts any. */
  hypervisors?: readonly string[];
}

/** Handlers, files and tables have the names of kata-deploy, kata's installer; runtime-rs has its own file names. */
export const flavours: readonly Flavour[] = [
  {
    name: 'kata',
    doc: 'Kata Containers: a virtual machine per container, with the hypervisor of its configuration',
    handler: 'kata',
    configs: ['configuration.toml'],
  },
  {
    name: 'kata-qemu',
    doc: 'Kata Containers with QEMU',
    handler: 'kata-qemu',
    configs: ['configuration-qemu.toml', 'configuration-qemu-runtime-rs.toml'],
    hypervisors: ['qemu'],
  },
  {
    name: 'kata-clh',
    doc: 'Kata Containers with Cloud Hypervisor',
    handler: 'kata-clh',
    configs: ['configuration-clh.toml', 'configuration-cloud-hypervisor.toml'],
    hypervisors: ['clh', 'cloud-hypervisor'],
  },
  {
    name: 'kata-fc',
    doc: 'Kata Containers with Firecracker',
    handler: 'kata-fc',
    configs: ['configuration-fc.toml', 'configuration-rs-fc.toml'],
    hypervisors: ['firecracker'],
  },
];

/** A hypervisor that only the options name: `dragonball` becomes the runtime `kata-dragonball`. */
export function namedFlavour(hypervisor: string): Flavour {
  const name = `kata-${hypervisor}`;
  const known = flavours.find((flavour) => flavour.name === name);
  return (
    known ?? {
      name,
      doc: `Kata Containers with the configuration ${hypervisor}`,
      handler: name,
      configs: [`configuration-${hypervisor}.toml`],
    }
  );
}
