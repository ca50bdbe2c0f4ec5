import { section } from '../../support/row.ts';
import { but, rule, umask } from '../../support/seccomp.ts';

/** Values that a comparison with 18 refuses. */
const operators: [op: string, value: number, valueTwo: number | undefined, refused: number[]][] = [
  ['SCMP_CMP_NE', 18, undefined, [17, 19]],
  ['SCMP_CMP_LT', 18, undefined, [17]],
  ['SCMP_CMP_LE', 18, undefined, [17, 18]],
  ['SCMP_CMP_EQ', 18, undefined, [18]],
  ['SCMP_CMP_GE', 18, undefined, [18, 19]],
  ['SCMP_CMP_GT', 18, undefined, [19]],
  // Of the lowest bit: set.
  ['SCMP_CMP_MASKED_EQ', 1, 1, [17, 19]],
];

/** config-linux.md, Seccomp: args. */
export const seccompArgumentRows = section('config-linux.md#seccomp', [
  ...operators.map(([op, value, valueTwo, refused]) => ({
    must: `args: ${op} compares the argument`,
    spec: but(
      rule('SCMP_ACT_ERRNO', {
        args: [{ index: 0, value, op, ...(valueTwo !== undefined && { valueTwo }) }],
      }),
    ),
    sh: 'for mask in 17 18 19; do test "$(probe call umask $mask)" = EPERM && echo $mask; done; true',
    prints: refused.join('\n'),
  })),
  {
    must: 'args: all comparisons of a rule must hold',
    spec: but(
      rule('SCMP_ACT_ERRNO', {
        names: ['setpriority'],
        args: [
          { index: 0, value: 0, op: 'SCMP_CMP_EQ' },
          { index: 2, value: 5, op: 'SCMP_CMP_EQ' },
        ],
      }),
    ),
    sh: 'probe call setpriority 0 0 4; probe call setpriority 0 0 5; probe call setpriority 1 0 5',
    prints: '0\nEPERM\n0',
  },
  {
    must: 'args: several rules of one name apply together',
    spec: but(
      rule('SCMP_ACT_ERRNO', { args: [{ index: 0, value: 17, op: 'SCMP_CMP_EQ' }] }),
      rule('SCMP_ACT_ERRNO', { args: [{ index: 0, value: 19, op: 'SCMP_CMP_EQ' }] }),
    ),
    sh: 'for mask in 17 18 19; do test "$(probe call umask $mask)" = EPERM && echo $mask; done; true',
    prints: '17\n19',
  },
  {
    must: 'args: a value of 64 bits is compared as a whole',
    spec: but(rule('SCMP_ACT_ERRNO', { args: [{ index: 0, value: 2 ** 40, op: 'SCMP_CMP_GE' }] })),
    sh: `probe call umask 0x10000000000; ${umask}`,
    prints: /^EPERM\n\d+\n$/,
  },
  {
    must: 'args: two comparisons of one argument are alternatives',
    spec: but(
      rule('SCMP_ACT_ERRNO', {
        args: [
          { index: 0, value: 17, op: 'SCMP_CMP_EQ' },
          { index: 0, value: 19, op: 'SCMP_CMP_EQ' },
        ],
      }),
    ),
    sh: 'for mask in 17 18 19; do test "$(probe call umask $mask)" = EPERM && echo $mask; done; true',
    prints: '17\n19',
  },
]);
