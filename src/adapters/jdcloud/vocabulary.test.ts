/** A service in the API's words says the same when it is read back, and complaints are traced to the field they name. */
import { describe, expect, it } from 'vitest';
import { apiFieldOf, backendSpecOf, faultsIn, serviceOf } from './vocabulary.ts';

const service = {
  name: 'web',
  protocol: 'tcp',
  port: 8080,
  scheduling: 'source-ip',
  sessionPersistence: { enabled: true, durationSeconds: 60 },
  connectionDraining: { durationSeconds: 0 },
  healthCheck: {
    method: 'http',
    port: 0,
    path: '/up',
    timeoutSeconds: 2,
    intervalSeconds: 5,
    unhealthyThreshold: 1,
    healthyThreshold: 5,
    normalStatusCodes: ['2xx', '301-302'],
  },
};
const spec = {
  backendName: 'web',
  protocol: 'Tcp',
  port: 8080,
  algorithm: 'IpHash',
  sessionStickiness: true,
  sessionStickyTimeout: 60,
  connectionDrainingSeconds: 0,
  healthCheckSpec: {
    protocol: 'Http',
    port: 0,
    httpPath: '/up',
    checkTimeoutSeconds: 2,
    intervalSeconds: 5,
    unhealthyThresholdCount: 1,
    healthyThresholdCount: 5,
    httpCode: ['2xx', '301-302'],
  },
};

describe('a service in the words of the API', () => {
  it('says every field, and says it back, also as a backend that was read', () => {
    expect(backendSpecOf(service)).toEqual(spec);
    expect(serviceOf(spec)).toEqual(service);
    const { healthCheckSpec, ...rest } = spec;
    expect(serviceOf({ ...rest, healthCheck: healthCheckSpec, backendId: 'b' })).toEqual(service);
  });

  it('passes on what has no word there, and says nothing of what is left out', () => {
    expect(backendSpecOf({ name: null, protocol: 5, scheduling: 'random' })).toEqual({
      backendName: null,
      protocol: 5,
      algorithm: 'random',
    });
    expect(backendSpecOf({ healthCheck: [] })).toEqual({ healthCheckSpec: [] });
    expect(backendSpecOf({ healthCheck: {} })).toEqual({ healthCheckSpec: {} });
  });

  it('calls a path within a service by the name of its field', () => {
    expect(apiFieldOf('healthCheck.normalStatusCodes[1]')).toBe('healthCheckSpec.httpCode');
    expect(apiFieldOf('port')).toBe('port');
  });
});

describe('what a message complains of', () => {
  it('is the field and the expectation of the documented form, each of several', () => {
    expect(
      faultsIn(
        "Request field healthCheckSpec.port is '65536', expected an integer from 0 to 65535. Request field port is '', expected one of [a.b,c].",
      ),
    ).toEqual([
      { path: 'healthCheck.port', expected: 'an integer from 0 to 65535' },
      { path: 'port', expected: 'one of [a.b,c]' },
    ]);
  });

  it('is, of any other form, a field that is named in full or has no namesake', () => {
    const paths = (message: string) => faultsIn(message).map(({ path }) => path);
    expect(paths('checkTimeoutSeconds out of range')).toEqual(['healthCheck.timeoutSeconds']);
    expect(paths('invalid healthCheckSpec.protocol')).toEqual(['healthCheck.method']);
    expect(paths('invalid healthCheck.httpPath')).toEqual(['healthCheck.path']);
    expect(paths('port is wrong')).toEqual(['port']);
    expect(paths('transport failed')).toEqual([]);
  });
});
