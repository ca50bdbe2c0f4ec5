import tseslint from 'typescript-eslint';
import { fileNames } from './scripts/lint/fileNames.js';

const kernelNames =
  '^(AF|AT|CLONE|FUSE|IFF|KVM|LOCK|MAP|MNT|MOUNT|MOVE|MS|MSG|NETLINK|NF|NFPROTO|NFT|NLA|NLM|NLMSG|NR|O|OPEN|PR|PROT|RESOLVE|SO|SOCK|SOL)_';

// Rules that find mistakes; form is prettier's.
export default tseslint.config(
  { ignores: ['dist/', 'site/', 'node_modules/', 'core/containerd/gen/', 'plugins/nri/gen/', 'bin/pouch'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    plugins: { pouch: { rules: { 'file-names': fileNames } } },
    rules: {
      'pouch/file-names': 'error',
      'max-len': [
        'error',
        {
          code: 120,
          ignoreStrings: true,
          ignoreTemplateLiterals: true,
          ignoreRegExpLiterals: true,
          ignoreUrls: true,
        },
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector:
            ':matches(PropertyDefinition, MethodDefinition[kind!="constructor"], TSParameterProperty)[accessibility="private"]',
          message: 'Private members are #names.',
        },
      ],
      'no-restricted-properties': [
        'error',
        {
          object: 'AbortSignal',
          property: 'any',
          message:
            'It loses the abort of a timeout that was garbage-collected (nodejs/node issue 57736): use linkedAbort.',
        },
      ],
      // Constants of the kernel and of the C library keep their names.
      '@typescript-eslint/naming-convention': [
        'error',
        {
          selector: 'variable',
          modifiers: ['destructured'],
          format: null,
          filter: { regex: '.', match: true },
        },
        {
          selector: 'variable',
          format: ['camelCase', 'PascalCase'],
          leadingUnderscore: 'allow',
          filter: { regex: kernelNames, match: false },
        },
      ],
      eqeqeq: 'error',
      'no-console': 'off',
      'no-control-regex': 'error',
      'object-shorthand': 'error',
      'prefer-const': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': [
        'error',
        { checksVoidReturn: { arguments: true, attributes: false } },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true, argsIgnorePattern: '^_' }],
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/prefer-nullish-coalescing': ['error', { ignorePrimitives: true }],
      '@typescript-eslint/prefer-optional-chain': 'error',
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      // Interfaces declare methods, and what implements them are mostly closures: taking one out is the style here.
      '@typescript-eslint/unbound-method': 'off',
      // Parsers print what they were given, whatever it is.
      '@typescript-eslint/no-base-to-string': 'off',
      // An iterator's end and Object.fromEntries are any; what is done with an any is still looked at.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      // A function that must return a promise may be async without an await.
      '@typescript-eslint/require-await': 'off',
      // Numbers in messages read well; objects do not.
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true, allow: [{ from: 'lib', name: 'URLSearchParams' }] },
      ],
    },
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: {
      // Tests read JSON responses; an assertion checks more than a type would.
      'no-control-regex': 'off',
      '@typescript-eslint/no-explicit-any': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
);
