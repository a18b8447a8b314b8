/**
 * The suite's own table of what is accepted. On purpose it shares no number, word or code with the rules of `spec`:
 * those judge users' files and are what the reference itself accepts by, so a slip in them must not hide here. Numbers
 * are those of the page "Create backend service" (console) and of API 0.6.6 (openapi), written out again.
 */
import type { Profile } from '../../spec/configuration.ts';
import { absent } from './edits.ts';

/** One field with an edge: what is just inside, what just outside. */
export interface Boundary {
  readonly clause: string;
  readonly path: string;
  readonly accepted: readonly unknown[];
  /** The third and the fourth are put into later services (see `boundary-cases.ts`): so let them be telling ones. */
  readonly rejected: readonly unknown[];
  /** Edits of the base document that the accepted values need around them. */
  readonly beside?: Readonly<Record<string, unknown>>;
}

const service = 'backendServices[0]';
const check = `${service}.healthCheck`;

/** What is no number, whatever the range: some of it is 0 or 1 to whoever converts what he is given. */
function noNumbers(inside: number): readonly unknown[] {
  return [
    ...[String(inside), true, [inside], {}, null],
    ...[`${inside}s`, ` ${inside}`, `0x${inside.toString(16)}`, '', false, []],
  ];
}

export interface Range {
  readonly clause: string;
  readonly path: string;
  readonly from: number;
  readonly to: number;
  readonly isRequired?: boolean;
  readonly beside?: Readonly<Record<string, unknown>>;
}
export function rangeBoundary({ clause, path, from, to, isRequired, beside }: Range): Boundary {
  const inside = Math.floor((from + to) / 2);
  return {
    clause,
    path,
    ...(beside === undefined ? {} : { beside }),
    accepted: [...new Set([from, Math.min(from + 1, to), inside, to])],
    rejected: [
      from - 1,
      to + 1,
      to * 1000,
      ...(inside === to ? [] : [inside + 0.5]),
      ...(from > 0 ? [-from] : []),
      // what is rounded, and what wraps around
      ...[from - 0.5, to + 0.5, inside + 2 ** 16, inside + 2 ** 32],
      ...noNumbers(inside),
      ...(isRequired ? [absent] : []),
    ],
  };
}

/** Numbers: from the page's "input range"; the API's where it differs. */
function numbers(profile: Profile): readonly Boundary[] {
  const isConsole = profile === 'console';
  // The page gives no defaults for these, the API does (3 s, 5 s, 3, 3).
  const isRequired = isConsole;
  const threshold = { from: 1, to: 5, isRequired };
  return [
    { clause: 'config.port.range', path: `${service}.port`, from: 1, to: 65535, isRequired: true },
    {
      clause: 'config.draining.range',
      path: `${service}.connectionDraining.durationSeconds`,
      from: 0,
      to: 3600,
    },
    { clause: 'config.health.port', path: `${check}.port`, from: isConsole ? 1 : 0, to: 65535 },
    {
      clause: 'config.health.timeout',
      path: `${check}.timeoutSeconds`,
      from: 2,
      to: 60,
      isRequired,
      // So that no timeout reaches the interval, which is a matter of its own.
      beside: { [`${check}.intervalSeconds`]: 120 },
    },
    {
      clause: 'config.health.interval',
      path: `${check}.intervalSeconds`,
      from: 5,
      to: 300,
      isRequired,
      beside: { [`${check}.timeoutSeconds`]: 2 },
    },
    {
      clause: 'config.health.unhealthy-threshold',
      path: `${check}.unhealthyThreshold`,
      ...threshold,
    },
    { clause: 'config.health.healthy-threshold', path: `${check}.healthyThreshold`, ...threshold },
    {
      clause: 'config.persistence.duration',
      path: `${service}.sessionPersistence.durationSeconds`,
      from: isConsole ? 1440 : 1,
      to: isConsole ? 1440 : 3600,
      beside: { [`${service}.sessionPersistence`]: { enabled: true } },
    },
  ].map(rangeBoundary);
}

const noWords = ['', 'none', 'default', 5, 1, 0, true, [], {}, null];

/** The word with a blank before and after, and in capitals: all of it is more than the word. */
export function nearly(word: string): readonly string[] {
  return [` ${word}`, `${word} `, word.toUpperCase(), `${word[0]?.toUpperCase()}${word.slice(1)}`];
}

/** What other balancers call it, or take for it. */
const otherSchedulings = [
  ...['rr', 'wrr', 'round-robin', 'roundrobin', 'round_robin', 'weighted-rr'],
  ...['weighted round robin', 'weightedRoundRobin', 'WeightedRoundRobin'],
  ...['lc', 'wlc', 'leastconn', 'least-conn', 'least_conn', 'least-connections'],
  ...['weighted-least-connection', 'weighted-leastconn', 'weighted_least_connections'],
  ...[
    'source',
    'sh',
    'hash',
    'ip-hash',
    'ip_hash',
    'iphash',
    'source-hash',
    'source_ip',
    'sourceip',
  ],
  ...['source-ip-hash', 'src', 'first', 'maglev'],
];
const otherMethods = [
  ...['ping', 'httpchk', 'http-check', 'tcp-check', 'tcp-connect', 'connect', 'http1', 'http/1.1'],
  ...['http2', 'get', 'ssl', 'tls', 'grpc', 'l4', 'l7', 'layer4'],
];
const otherProtocols = [
  ...['tcps', 'tcp4', 'tcp6', 'tcp/ip', 'tcp/udp', 'tcp,udp', 'tcp_udp', 'ssl', 'https', 'stream'],
  ...['l4', 'ip', 'any', '6', 6, ['tcp']],
];

function words(profile: Profile): readonly Boundary[] {
  const isConsole = profile === 'console';
  return [
    {
      clause: 'config.protocol',
      path: `${service}.protocol`,
      accepted: isConsole ? ['tcp'] : ['tcp', 'Tcp'],
      rejected: [
        ...['udp', 'http', 'tls', 'sctp', 'TCP'],
        ...otherProtocols,
        ...(isConsole ? nearly('tcp') : [' tcp', 'tcp ', 'tCP']),
        ...noWords,
        absent,
      ],
    },
    {
      clause: 'config.scheduling',
      path: `${service}.scheduling`,
      accepted: [
        'weighted-round-robin',
        'weighted-least-connections',
        'source-ip',
        ...(isConsole ? [] : ['RoundRobin', 'LeastConn', 'IpHash']),
      ],
      rejected: [
        'round-robbing',
        'least-response-time',
        'random',
        'weighted',
        'Source-IP',
        'weighted-round-robin-x',
        'weighted_round_robin',
        ['source-ip'],
        ...otherSchedulings,
        ...['weighted-round-robin', 'weighted-least-connections', 'source-ip'].flatMap(nearly),
        ...noWords,
        ...(isConsole
          ? ['RoundRobin', 'LeastConn', 'IpHash', absent]
          : ['roundRobin', 'leastconn', 'IPHash', ' RoundRobin']),
      ],
    },
    {
      clause: 'config.health.method',
      path: `${check}.method`,
      accepted: isConsole ? ['http'] : ['http', 'Http'],
      rejected: [
        ...['https', 'udp', 'icmp', 'HTTPS', 'HTTP', 'TCP'],
        ...otherMethods,
        ...(isConsole ? ['http', 'tcp'].flatMap(nearly) : [' http', 'tcp ', 'hTTP']),
        ...noWords,
        absent,
      ],
    },
    {
      clause: 'config.persistence.duration',
      path: `${service}.sessionPersistence.enabled`,
      accepted: [true, false],
      rejected: [
        ...['yes', 'true', 1, 0, [], {}, null, absent],
        ...['no', 'false', 'on', 'off', 'True', 'enabled', '1', '0', '', [true]],
      ],
      beside: { [`${service}.sessionPersistence`]: { enabled: true } },
    },
    {
      clause: 'config.name',
      path: `${service}.name`,
      accepted: [
        ...[
          'w',
          'web-1_A',
          '网关',
          'x'.repeat(32),
          '5',
          'true',
          'null',
          '__proto__',
          'constructor',
        ],
        // a text with something in it, read back as it was written
        ...(isConsole ? [' web ', 'web 1', 'web.1/ü🜚', 'x'.repeat(100)] : ['健'.repeat(32)]),
      ],
      rejected: [
        '',
        ...(isConsole ? [' '] : ['x'.repeat(33)]),
        '',
        absent,
        5,
        true,
        [],
        {},
        null,
        ...(isConsole
          ? ['\t', ' \n ']
          : ['健'.repeat(33), 'web 1', 'web.1', 'web/1', ' web', 'web ', 'wéb', '🜚']),
      ],
    },
  ];
}

/** "2xx (equivalent to 200-299), 3xx …, 4xx …"; the API knows codes and ranges as well. */
function codes(profile: Profile): readonly Boundary[] {
  const classes = [
    ['2xx'],
    ['3xx'],
    ['4xx'],
    ['2xx', '3xx'],
    ['2xx', '4xx'],
    ['3xx', '4xx'],
    ['2xx', '3xx', '4xx'],
    ['4xx', '2xx', '4xx'], // in any order, one twice is fine
  ];
  const none = [
    [],
    ['1xx'],
    ['5xx'],
    ['2xx', '5xx'],
    ['2XX'],
    ['xx'],
    [''],
    [true],
    [null],
    '2xx',
    2,
    {},
    null,
    // several in one text, and other ways of writing a class
    ...['2xx,3xx', '2xx 3xx', 'all', '*', true],
    ...[
      ['2xx,3xx'],
      ['2xx-3xx'],
      ['2'],
      [2],
      ['2**'],
      ['20x'],
      ['2x'],
      [' 2xx'],
      ['2xx '],
      ['xxx'],
    ],
    ...[
      ['0xx'],
      ['2xx', '6xx'],
      ['2xx', ''],
      ['2xx', null],
      [['2xx']],
      { 0: '2xx' },
      { '2xx': true },
    ],
  ];
  const path = `${check}.normalStatusCodes`;
  const clause = 'config.health.normal-codes';
  const withTcp: Boundary = {
    clause,
    path,
    accepted: [['4xx'], ['3xx', '2xx', '3xx']],
    rejected: [['5xx'], [], ['2xx', '1xx'], '2xx'],
    beside: { [`${check}.method`]: 'tcp' },
  };
  if (profile === 'console') {
    const rejected = [
      ...none,
      ...[[200], ['200'], ['200-299'], absent, ['2xx', 200], ['2xx', '301'], [299], [200, 201]],
    ];
    return [{ clause, path, accepted: classes, rejected }, withTcp];
  }
  const accepted = [
    [200],
    [499],
    ['200'],
    ['201-205'],
    ['200-499'],
    ['498-499'],
    [204, '3xx', '401-403'],
  ];
  const rejected = [
    [199],
    [500],
    ['199-205'],
    ['490-500'],
    ['205-201'],
    ['205-205'],
    ['200-'],
    [200.5],
    [-200],
    ...[['200,201'], [' 200'], ['200 '], ['0200'], ['+200'], ['2e2'], ['200.0'], ['200 - 205']],
    ...[['-205'], ['200-205-210'], ['200-2xx'], ['201-205', 199], [[200]]],
  ];
  return [
    { clause, path, accepted: [...classes, ...accepted], rejected: [...none, ...rejected] },
    withTcp,
  ];
}

/** "it must start with “/”, at most support 5-level contents, and cannot exceed 100 characters"; the API: 1000, any depth, a set of characters. */
function paths(profile: Profile): readonly Boundary[] {
  const clause = 'config.health.path.syntax';
  const path = `${check}.path`;
  const filled = (length: number, filling: string) => `/${filling.repeat(length - 1)}`;
  const noPaths = [
    ...['', '*', 'healthz', 'healthz/', '?/', '/a b', '/a\tb', '/a\n', ' /a', '/a '],
    ...['./a', '../a', '%2Fa', '\\a', 'GET /a', 'http://a/a', '/?a b', '/#a b'],
    // other white space, and controls: of the first 32, the last of ASCII, of those beyond
    ...['/a\v', '/a\u00a0b', '/a\u2028b', '/a\u3000b', '/a\u0001', '/a\0', '/a\u007f', '/a\u009f'],
    ...[5, true, [], {}, null, ['/a']],
  ];
  if (profile === 'console') {
    return [
      {
        clause,
        path,
        accepted: [
          '/',
          '/healthz',
          '/%20%2F',
          '/1/2/3/4/5',
          '/1/2/3/4/5/',
          '//1//2/3/4/5',
          '/1/2/3/4/5?6/7/8',
          '/../.a#b?c=d#e&f',
          filled(100, 'x'),
          `/ready?full=${'x'.repeat(88)}`,
          filled(100, '健'),
          filled(100, '🜚'), // beyond the basic plane: 100 characters, 199 units of UTF-16
        ],
        rejected: [
          '/1/2/3/4/5/6',
          filled(101, 'x'),
          '//1/2/3/4/5//6',
          filled(101, '健'),
          // the query is part of the path that is checked, and counts
          `/ready?full=${'x'.repeat(89)}`,
          `/?${'x'.repeat(200)}`,
          `/ready#${'x'.repeat(94)}`,
          ...noPaths,
        ],
      },
    ];
  }
  const permitted = `-.%?#&_;~!()*[]@^:',+=<>{}`;
  return [
    {
      clause,
      path,
      accepted: [
        '/',
        '/1/2/3/4/5/6',
        '/1/2/3/4/5/6/7/8',
        '/健康',
        `/${permitted}`,
        filled(1000, 'x'),
        filled(1000, '健'),
      ],
      rejected: [filled(1001, 'x'), '/"', '/$', '/|', '/`', '/\\', '/é', '/🜚', ...noPaths],
    },
  ];
}

/** Every field with an edge. */
export function boundariesOf(profile: Profile): readonly Boundary[] {
  return [...numbers(profile), ...words(profile), ...codes(profile), ...paths(profile)];
}
