import { Type } from '@sinclair/typebox';
import { defineHook } from '../defineHook.ts';
import { closed, describes, integer, map, text, texts } from '../schema/describes.ts';

/** A pod sandbox as the kubelet asks for it (CRI PodSandboxConfig), before it is made. */
export interface SandboxDraft {
  /** The pod. */
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly attempt: number;
  hostname: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  /** Name of the RuntimeClass handler; empty for the default. */
  runtimeHandler: string;
  cgroupParent: string;
  sysctls: Record<string, string>;
  dns: { servers: string[]; searches: string[]; options: string[] };
}

const sandboxDraft = describes<SandboxDraft>()(
  closed(
    {
      name: Type.String({ description: 'The pod’s name.' }),
      namespace: text,
      uid: text,
      attempt: integer,
      hostname: text,
      labels: map(text),
      annotations: map(text),
      runtimeHandler: Type.String({ description: 'Handler of the RuntimeClass; empty for the default.' }),
      cgroupParent: text,
      sysctls: map(text),
      dns: closed({ servers: texts, searches: texts, options: texts }),
    },
    { title: 'SandboxDraft' },
  ),
);

/** A container of a pod as the kubelet asks for it (CRI ContainerConfig), before it becomes a ContainerDraft. */
export interface CriContainerDraft {
  /** Id of its sandbox. */
  readonly sandbox: string;
  readonly name: string;
  readonly attempt: number;
  image: string;
  command: string[];
  args: string[];
  env: Record<string, string>;
  cwd: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

const criContainerDraft = describes<CriContainerDraft>()(
  closed(
    {
      sandbox: Type.String({ description: 'Id of its sandbox.' }),
      name: text,
      attempt: integer,
      image: Type.String({ minLength: 1 }),
      command: texts,
      args: texts,
      env: map(text),
      cwd: text,
      labels: map(text),
      annotations: map(text),
    },
    { title: 'CriContainerDraft' },
  ),
);

export const cri = Object.freeze({
  preRunSandbox: defineHook<SandboxDraft>()({
    name: 'cri.preRunSandbox',
    kind: 'plan',
    deadlineMs: 5_000,
    onError: 'fail',
    since: '0.1.0',
    doc: 'Before the kubelet’s pod sandbox is made.',
    input: sandboxDraft,
    fixed: ['name', 'namespace', 'uid', 'attempt'],
  }),
  preCreateContainer: defineHook<CriContainerDraft>()({
    name: 'cri.preCreateContainer',
    kind: 'plan',
    deadlineMs: 5_000,
    onError: 'fail',
    since: '0.1.0',
    doc: 'Before a pod’s container becomes a draft; container.preCreate and container.spec follow.',
    input: criContainerDraft,
    fixed: ['sandbox', 'name', 'attempt'],
  }),
});
