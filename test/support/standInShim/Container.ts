import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CreateTaskRequest, ExecProcessRequest } from '../../../core/containerd/gen/shim/task.ts';
import type { OciResources } from '../../../hooks/oci.ts';
import { Program } from './Program.ts';
import { mountRootfs } from './runc.ts';
import { codes, StatusError } from '../../../plugins/nri/wire/status.ts';

export class Container {
  readonly id: string;
  readonly bundle: string;
  readonly init: Program;
  /** Of an update, which reaches the cgroup in the guest; the VM does not grow. */
  limits: OciResources | undefined;
  readonly #execs = new Map<string, Program>();

  private constructor(request: CreateTaskRequest) {
    this.id = request.id;
    this.bundle = request.bundle;
    const pidFile = join(request.bundle, 'init.pid');
    const args = ['run', '--bundle', request.bundle, '--pid-file', pidFile, request.id];
    this.init = new Program({ ...request, pidFile, args });
  }

  static async create(request: CreateTaskRequest): Promise<Container> {
    await mountRootfs(request.bundle, request.rootfs);
    return new Container(request);
  }

  addExec({ execId, spec, ...request }: ExecProcessRequest): void {
    const file = join(this.bundle, `${execId}.json`);
    const pidFile = join(this.bundle, `${execId}.pid`);
    writeFileSync(file, spec?.value ?? '');
    const args = ['exec', '--process', file, '--pid-file', pidFile, this.id];
    this.#execs.set(execId, new Program({ ...request, bundle: this.bundle, pidFile, args }));
  }

  removeExec(execId: string): void {
    this.#execs.delete(execId);
  }

  /** By the ids that kata gives them: an exec's is not containerd's. */
  programs(): [id: string, program: Program][] {
    return [
      [this.id, this.init],
      ...[...this.#execs.values()].map((exec, at): [string, Program] => [`exec-${at}`, exec]),
    ];
  }

  /** Its init for an empty id. */
  program(execId: string): Program {
    const program = execId === '' ? this.init : this.#execs.get(execId);
    if (program) return program;
    throw new StatusError(codes.notFound, `no exec ${execId}`);
  }
}
