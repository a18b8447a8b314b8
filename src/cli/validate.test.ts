import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OperatorError } from '../errors/operator-error.ts';
import { runValidate } from './validate.ts';

const valid = `profile: console
loadBalancer: { region: cn-north-1, vpc: vpc-a }
listeners:
  - { name: web, protocol: tcp, port: 80, backendService: web }
  - { name: dns, protocol: udp, port: 53 }
backendServices:
  - name: web
    protocol: tcp
    port: 8080
    scheduling: source-ip
    healthCheck: { method: tcp, timeoutSeconds: 3, intervalSeconds: 5,
                   unhealthyThreshold: 3, healthyThreshold: 2 }
serverGroups:
  - { name: web-a, kind: virtual-server-group, region: cn-north-1, vpc: vpc-b,
      instances: [{ id: a, address: 10.0.0.1, weight: 5 }] }
`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'validate-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function run(content: string | Uint8Array, options: object = {}): Promise<string> {
  const file = join(folder, 'service.yaml');
  await writeFile(file, content);
  const { exitCode, stdout } = await runValidate({ file, ...options });
  return `${stdout.replaceAll(`${folder}/`, '')}exit ${exitCode}`;
}

describe('validate', () => {
  it('answers, for a valid file, what can be associated and why not the rest', async () => {
    expect(await run(valid)).toBe(
      [
        'service.yaml is valid in the console profile.',
        '',
        'Backend service "web"',
        '  server group web-a  cannot be associated: instances in vpc vpc-b, the load balancer is in vpc-a',
        '  listener web  is associated',
        '  listener dns  cannot be associated: it listens to udp, the service speaks tcp',
        'exit 0',
      ].join('\n'),
    );
  });

  it('prints every violation with its place, in the order of the file, aligned', async () => {
    const broken = valid
      .replace('port: 8080', 'port: "8080"')
      .replace('timeoutSeconds: 3', 'timeoutSeconds: .nan, path: healthz')
      .replace('protocol: udp', 'protocol: smtp')
      .replace('weight: 5', 'wieght: 5, weight: 0');
    expect(await run(broken)).toBe(
      [
        'service.yaml:5:28   listeners[1].protocol                          "smtp": must be one of tcp, udp, tls, http, https  (shape)',
        'service.yaml:9:11   backendServices[0].port                        "8080": must be an integer from 1 to 65535, written without quotes  (config.port.range)',
        'service.yaml:11:49  backendServices[0].healthCheck.timeoutSeconds  NaN: must be an integer from 2 to 60  (config.health.timeout)',
        'service.yaml:11:61  backendServices[0].healthCheck.path            "healthz": must be left out: only an http check has a path  (config.health.path.http-only)',
        'service.yaml:15:55  serverGroups[0].instances[0].wieght            5: must be left out: no such key, did you mean "weight"?  (shape)',
        'service.yaml:15:66  serverGroups[0].instances[0].weight            0: must be an integer from 1 to 100  (shape)',
        '',
        '6 violations of the console profile.',
        'exit 1',
      ].join('\n'),
    );
  });

  it('takes the profile that is asked for before the one in the file', async () => {
    expect(await run(valid, { profile: 'openapi' })).toContain('valid in the openapi profile');
  });

  it('writes a document when asked, also about NaN', async () => {
    const text = await run(valid.replace('port: 8080', 'port: .nan'), { json: true });
    expect(JSON.parse(text.replace(/exit 1$/, ''))).toMatchObject({
      valid: false,
      readBack: null,
      violations: [{ line: 9, column: 11, path: 'backendServices[0].port', observed: 'NaN' }],
    });
  });

  it('says nothing of a valid file when it is to be quiet', async () => {
    expect(await run(valid, { quiet: true })).toBe('exit 0');
  });

  it('keeps to a page where a file is broken throughout', async () => {
    const services = Array.from({ length: 100 }, () => '  - {}').join('\n');
    const text = await run(`backendServices:\n${services}\n`);
    expect(text.split('\n').length).toBeLessThan(210);
    expect(text).toContain('… and ');
  });

  it.each<readonly [string, string | Uint8Array, RegExp]>([
    ['empty', '', /service\.yaml:1:1 {2}the file is empty$/],
    ['binary', new Uint8Array([1, 0, 2]), /service\.yaml:1:2 {2}a NUL byte/],
    ['10 MB long', 'a: 1\n'.repeat(2_000_000), /service\.yaml:1:1 {2}the file has 9\.5 MiB/],
    ['indented with tabs', 'a:\n\tb: 1\n', /service\.yaml:2:1 {2}a tab as indentation/],
  ])(
    'refuses a file that is %s, in a sentence, with exit code 65',
    async (_what, content, message) => {
      await expect(run(content)).rejects.toThrow(message);
      await expect(run(content)).rejects.toMatchObject({ exitCode: 65 });
    },
  );

  it('refuses what is no regular file, without waiting for it to end', async () => {
    await expect(runValidate({ file: '/dev/zero' })).rejects.toThrow(/: not a regular file$/);
  });

  it('refuses a folder, and a file that is not there', async () => {
    await expect(runValidate({ file: folder })).rejects.toThrow(/: a folder, not a file$/);
    await expect(runValidate({ file: join(folder, 'x') })).rejects.toThrow(/x: no such file$/);
    await expect(runValidate({ file: '\0' })).rejects.toBeInstanceOf(OperatorError);
  });
});
