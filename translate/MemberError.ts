import { PouchError, type ErrorCode } from '../hooks/index.ts';

/** An error about a member of a body that this surface has found, before it calls the engine. */
export class MemberError extends PouchError {
  /** `HostConfig.CpuPeriod`; undefined for the whole body. */
  readonly member: string | undefined;

  constructor(code: ErrorCode, member: string | undefined, message: string, hint?: string) {
    super(code, message, { hint });
    this.member = member;
  }
}
