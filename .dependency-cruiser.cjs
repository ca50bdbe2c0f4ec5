// Import rules: which folder may import which.
const folders = {
  hooks: '^hooks/',
  config: '^config/',
  core: '^core/',
  plugins: '^plugins/',
  client: '^client/',
  cli: '^cli/',
  runlxc: '^runlxc/',
  testing: '^testing/',
  translate: '^translate/',
};

/** What is ours, without the given folders. */
function oursExcept(...allowed) {
  const names = [
    'hooks',
    'config',
    'core',
    'plugins',
    'client',
    'cli',
    'runlxc',
    'bin',
    'bench',
    'examples',
    'scripts',
    'test',
    'testing',
    'translate',
  ];
  return `^(${names.filter((name) => !allowed.includes(name)).join('|')})/`;
}

function only(from, ...allowed) {
  const names = allowed.length > 0 ? allowed.join(' and ') : 'no other folder';
  return {
    name: `${from}-imports-only-${allowed.length > 0 ? allowed.join('-') : 'itself'}`,
    comment: `${from}/ imports ${names}`,
    severity: 'error',
    from: { path: folders[from] },
    to: { path: oursExcept(from, ...allowed) },
  };
}

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    only('hooks'),
    only('config', 'hooks'),
    only('core', 'hooks', 'config'),
    only('client'),
    only('runlxc'),
    {
      name: 'runlxc-imports-node-modules-only',
      comment: 'it is started for every verb of every container: what it loads is what it costs',
      severity: 'error',
      from: { path: folders.runlxc },
      to: { pathNot: '^runlxc/', dependencyTypesNot: ['core'] },
    },
    only('cli', 'client'),
    only('testing', 'hooks', 'config', 'core', 'plugins'),
    only('translate', 'hooks', 'client'),
    only('plugins', 'hooks', 'client', 'translate'),
    {
      name: 'plugins-import-no-calls',
      comment: 'of the client a plugin may know the wire types and the options, not its calls',
      severity: 'error',
      from: { path: '^(plugins|translate)/' },
      to: { path: folders.client, pathNot: '^client/(options/|wire/|wire\\.ts$)' },
    },
    {
      name: 'options-import-wire-types-only',
      comment: 'they turn words into bodies, for the command and for the daemon',
      severity: 'error',
      from: { path: '^client/options/' },
      to: { path: folders.client, pathNot: '^client/(options/|wire/|wire\\.ts$)' },
    },
    {
      name: 'plugins-know-no-other-plugin',
      comment: 'a plugin imports its own folder; what two share belongs to hooks/',
      severity: 'error',
      from: { path: '^plugins/([^/]+)/' },
      to: { path: '^plugins/', pathNot: '^plugins/$1/' },
    },
    {
      name: 'only-bin-composes',
      comment: 'the composition root is bin/: nothing imports from it',
      severity: 'error',
      from: { pathNot: '^(bin|test|bench)/' },
      to: { path: '^bin/' },
    },
    {
      name: 'no-tests-in-the-product',
      severity: 'error',
      from: { pathNot: '^(test|bench)/' },
      to: { path: '^(test|bench)/' },
    },
    {
      name: 'no-dev-dependencies-in-the-product',
      comment: 'what runs must be a dependency',
      severity: 'error',
      from: { path: '^(hooks|config|core|plugins|client|cli|runlxc|translate|bin)/' },
      to: { dependencyTypes: ['npm-dev'], pathNot: '/@types/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'plan-imports-no-apply-no-lifecycle',
      comment: 'a plan is pure; what it shares with apply belongs to core/contract/',
      severity: 'error',
      from: { path: '^core/plan/' },
      to: { path: '^core/(apply|lifecycle)/' },
    },
    {
      name: 'apply-imports-no-plan-no-lifecycle',
      comment: 'apply executes plans and makes none; what both need belongs to core/contract/',
      severity: 'error',
      from: { path: '^core/apply/' },
      to: { path: '^core/(plan|lifecycle)/' },
    },
    {
      name: 'contract-imports-no-stage',
      comment: 'plan, apply and lifecycle import core/contract/, and it imports none of them',
      severity: 'error',
      from: { path: '^core/contract/' },
      to: { path: '^core/(plan|apply|lifecycle)/' },
    },
    {
      name: 'no-cycles',
      comment: 'types and modules that are loaded later included',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|site|core/containerd/gen|test/clients/support/testcontainers)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['types', 'import', 'node', 'default'],
    },
  },
};
