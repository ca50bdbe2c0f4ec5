/** What the host agent plans and has done, as its routes return it. */
import type { ContainerConfig } from './container.ts';
import type { NetworkWire } from './network.ts';
import type { PluginReloadWire } from './plugins.ts';
import type { VolumeWire } from './volume.ts';

/** What the agent plans steps for. */
export type AgentObjectKind = 'image' | 'network' | 'volume' | 'container';

/**
 * `create`, `start` and `remove` say it; `adopt`: it was made by hand as it is declared, and becomes the agent's;
 * `change`: while it runs; `restart`: it is stopped and started with the change;
 * `upgrade`: it gets another image and keeps its data; `recreate`: a new one takes its place; `stop`: it is no longer
 * declared, and stays.
 */
export type AgentAction =
  'pull' | 'adopt' | 'create' | 'start' | 'change' | 'restart' | 'upgrade' | 'recreate' | 'stop' | 'remove';

/** A field of an object that differs from what is declared. */
export interface AgentChange {
  /**
   * An option of `pouch run` without its dashes where it has one: `memory`, `env.TZ`. What plugins and pouchd.yaml add
   * to a container has its path in the plan: `process.env.TZ`.
   */
  Field: string;
  /** Secrets are masked. */
  From?: unknown;
  To?: unknown;
  /** The plugin that sets it. */
  Plugin?: string;
  /** `FILE:LINE` where it is declared, or the plugin. */
  Origin?: string;
  /** What it costs. */
  Applies: 'now' | 'restart' | 'upgrade' | 'recreate';
}

/** What is to be done to one object. */
export interface AgentStep {
  Kind: AgentObjectKind;
  Name: string;
  Action: AgentAction;
  Changes: AgentChange[];
  /** `FILE:LINE` of its declaration. */
  Origin?: string;
  /** Why it waits, or is not done: `removes 4 of 6 containers that run`. */
  Held?: string;
}

/** A plan: what a converge would do now. */
export interface AgentPlan {
  Steps: AgentStep[];
  /** Mistakes of declarations, with `FILE:LINE`: these objects stay as they are. */
  Problems: string[];
  /** What a reader has to know beside them. */
  Notes?: string[];
  /** The declarations are others than those in force: an apply changes more than the steps show, such as a profile. */
  Unapplied?: boolean;
  /**
   * Settings or entries of plugins of the host's files are not in force yet: what they change in containers shows only
   * then.
   */
  OtherSettings?: boolean;
}

/** A file that is to be in force in the place of the declarations of the host's files. */
export interface AgentFile {
  /** For origins: `fleet.yaml`. */
  Name: string;
  /** YAML with profiles, networks, volumes, images and containers. */
  Text: string;
  /** Whose entry of `hosts` in the text is merged over the other sections. */
  Host?: string;
}

/** What is applied. */
export interface AgentDeclared {
  /** Missing: what is in force. */
  file?: AgentFile;
  /** The declarations of the host's files are in force again. */
  hostFiles?: boolean;
}

/** How an object is written in pouchd.yaml. */
export interface AgentDeclaration {
  Name: string;
  /** Its options without their dashes; secrets are references to files. */
  Words: Readonly<Record<string, unknown>>;
  /** What its user has to do. */
  Notes: string[];
  /** What cannot be written: an apply of the words makes another object. */
  Lost: string[];
}

/** Declarations of objects that were made by hand. */
export interface AgentDeclarations {
  Containers: AgentDeclaration[];
  /** Those that the containers use, without predefined ones. */
  Networks: AgentDeclaration[];
  Volumes: AgentDeclaration[];
}

/** Objects of dockerd or podman, as their API shows them. */
export interface AgentForeign {
  /** Of `docker inspect`. */
  Containers: Readonly<Record<string, unknown>>[];
  /** Configurations of their images, by id. */
  Images?: Readonly<Record<string, ContainerConfig>>;
  Networks?: NetworkWire[];
  Volumes?: VolumeWire[];
}

/** An object that was changed by hand since its declaration was applied. */
export interface AgentDrift {
  Kind: AgentObjectKind;
  Name: string;
  /** From what is declared to what the host has. Empty: it was stopped. */
  Changes: { Field: string; Declared?: unknown; Found?: unknown; Origin?: string }[];
  /**
   * What was done to it since then, as far as pouchd remembers: its events of this run, the oldest first, each with who
   * asked for it, such as `user 0`.
   */
  Events: { At: string; Action: string; By: string }[];
}

/** How one step went. */
export interface AgentProgress {
  Kind: AgentObjectKind;
  Name: string;
  Action: AgentAction;
  /** Missing: it is done. */
  Error?: { Code: string; Message: string; Hint?: string };
  /** It has not been tried, because of this. */
  Waits?: string;
}

/** The end of an apply. */
export interface AgentOutcome {
  Done: number;
  Failed: number;
  /** Steps that were not done: they are held, or wait for others. */
  Left: number;
  /** Number of the generation that was recorded; missing if nothing was to be done. */
  Generation?: number;
}

/** What the host is rolled back to; its plan and outcome follow. */
export interface AgentRollback {
  /** Missing: no generation without failures declares something else, and nothing was rolled back. */
  Generation?: number;
}

/** A declared object that is not as it is declared, or not up. */
export interface AgentMissing {
  Kind: AgentObjectKind;
  Name: string;
  Why: string;
}

/** The end of an apply that waits until all is up. */
export interface AgentUp {
  Declared: number;
  /** Empty: all are up. */
  Missing: AgentMissing[];
}

/** A line of the response of an apply or a rollback. */
export type AgentMessage =
  | { reload: PluginReloadWire }
  | { plan: AgentPlan }
  | { progress: AgentProgress }
  | { outcome: AgentOutcome }
  | { up: AgentUp }
  | { rollback: AgentRollback };

/** What a rollback would do now. */
export interface AgentRollbackPlan {
  /** To this one. */
  Generation: number;
  Plan: AgentPlan;
}

/** The state of one declared object. */
export interface AgentObjectStatus {
  Kind: AgentObjectKind;
  Name: string;
  /**
   * `ok`, `pending`: work is due, or it comes up, `degraded`: it is as declared, and not up, `failed`: the last
   * attempt failed, `held`, `drifted`: it differs,
   * `stopped`: it does not run although it is declared, `broken`: its declaration has mistakes.
   */
  State: 'ok' | 'pending' | 'degraded' | 'failed' | 'held' | 'drifted' | 'stopped' | 'broken';
  Why?: string;
  Origin?: string;
}

/** The host at a glance. */
export interface AgentStatus {
  Declared: number;
  Ok: number;
  Objects: AgentObjectStatus[];
  /** RFC 3339: the end of the last converge; missing before the first. */
  ConvergedAt?: string;
  /** A converge is under way. */
  Busy: boolean;
  /** Number of the generation in force; 0 before the first. */
  Generation: number;
  /** Why the files as they are now are not in force: the last good ones are. */
  FileProblem?: string;
  /**
   * The file that was applied cannot be used, because of what was found in its place. A damaged one was put aside,
   * another one may be whole. This generation is in force, and nothing is removed; without one nothing is changed.
   */
  Lost?: { File: string; Found: string; Damaged: boolean; Generation?: number };
  /** The host was rolled back: this generation is in force, and the files are not, until they change or are applied. */
  Pinned?: { Generation: number; Since: string };
  /** Nothing is changed until it is resumed. `Since` is RFC 3339. */
  Paused?: { Since: string; By: string };
  /** A file that was applied is in force, and the declarations of the host's files are not. `Since` is RFC 3339. */
  Applied?: { File: string; Host?: string; Since: string; By: string };
}

/** What was applied at one time. */
export interface AgentGeneration {
  Number: number;
  /** RFC 3339. */
  At: string;
  /** Who or what has asked for it. */
  Cause: string;
  /** Where it was declared. */
  Files: string[];
  /** What was due. */
  Steps: { Kind: string; Name: string; Action: string }[];
  Done: number;
  Failed: number;
  Left: number;
}

/** One generation with its plan. */
export interface AgentGenerationDetails extends AgentGeneration {
  /** What was due, as it was planned; secrets are masked. */
  Plan: AgentPlan;
}
