/** The house's import rules (ARCHITECTURE.md): imports run one way. */
const room = (name) => (name === 'models' ? '^models/' : `^src/${name}/`);
/** What each room may import besides itself and `errors`. */
const allowed = {
  documents: [],
  random: [],
  statistics: [],
  models: [],
  spec: ['documents'],
  scheduling: ['spec'],
  service: ['models', 'scheduling', 'spec'],
  defects: ['service', 'models', 'scheduling', 'spec'],
  history: ['spec', 'documents'],
  traffic: ['documents', 'random'],
  simulation: [
    'service',
    'models',
    'scheduling',
    'traffic',
    'history',
    'spec',
    'random',
    'documents',
  ],
  experiments: ['simulation', 'statistics', 'results', 'traffic', 'documents', 'spec'],
  adapters: ['history', 'spec'],
  emulator: ['adapters', 'service', 'defects', 'scheduling', 'spec'],
  testbed: ['adapters', 'history', 'spec'],
  judging: ['models', 'spec', 'history', 'statistics'],
  conformance: [
    'judging',
    'defects',
    'results',
    'spec',
    'models',
    'history',
    'statistics',
    'testbed',
    'adapters',
  ],
  results: ['history', 'spec', 'documents'],
  reporting: ['results', 'history', 'spec'],
};
const rules = Object.entries(allowed).map(([name, targets]) => ({
  name: `${name}-imports`,
  comment: `${name} may import: ${[...targets, 'errors'].join(', ')}`,
  severity: 'error',
  from: {
    path: room(name),
    pathNot: [
      '\\.test\\.ts$',
      ...(name === 'adapters' ? ['^src/adapters/in-process/', '^src/adapters/connect\\.ts$'] : []),
    ],
  },
  to: {
    path: '^(src|models)/',
    pathNot: [room(name), '^src/errors/', ...targets.map(room)],
  },
}));

export default {
  forbidden: [
    ...rules,
    {
      name: 'conformance-takes-types-only',
      comment: 'conformance knows the types of the testbed and of the adapter contract, no socket',
      severity: 'error',
      from: { path: room('conformance'), pathNot: '\\.(test|fixture)\\.ts$' },
      to: {
        path: [room('testbed'), room('adapters')],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'sockets-and-processes',
      comment: 'sockets and child processes only in adapters, emulator, testbed and cli',
      severity: 'error',
      from: {
        path: '^(src|models)/',
        pathNot: '^src/(adapters|emulator|testbed|cli)/|\\.test\\.ts$',
      },
      to: { path: '^(node:)?(net|http|https|dgram|tls|child_process)$|/execa/' },
    },
    {
      name: 'threads',
      comment: 'threads only in experiments and cli',
      severity: 'error',
      from: { path: '^(src|models)/', pathNot: '^src/(experiments|cli)/|\\.test\\.ts$' },
      to: { path: '^(node:)?worker_threads$|/piscina/' },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
    },
  },
};
