import type { ContainerDraft, OciSeccomp } from '../../../hooks/index.ts';
import type { LinuxSeccomp, LinuxSyscall } from '../gen/nri.ts';
import { invalid, toNumber } from './values.ts';

/** The whole profile of the container. @throws PCH_NRI_ADJUSTMENT */
export function applySeccomp(draft: ContainerDraft, policy: LinuxSeccomp): void {
  const { defaultAction, defaultErrno, architectures, syscalls } = policy;
  if (defaultAction === '') throw invalid('expected linux.seccomp_policy.default_action, found none');
  draft.seccomp = {
    defaultAction,
    ...(defaultErrno && { defaultErrnoRet: defaultErrno.value }),
    ...(architectures.length > 0 && { architectures: [...architectures] }),
    syscalls: syscalls.map(ruleOf),
  };
}

function ruleOf({
  names,
  action,
  errnoRet,
  args,
}: LinuxSyscall): NonNullable<OciSeccomp['syscalls']>[number] {
  return {
    names: [...names],
    action,
    ...(errnoRet && { errnoRet: errnoRet.value }),
    ...(args.length > 0 && {
      args: args.map(({ index, value, valueTwo, op }) => ({
        index,
        value: toNumber(value, 'linux.seccomp_policy.syscalls.args.value'),
        ...(valueTwo !== 0n && {
          valueTwo: toNumber(valueTwo, 'linux.seccomp_policy.syscalls.args.value_two'),
        }),
        op,
      })),
    }),
  };
}
