import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as apps from 'kubernetes-models/apps/v1';
import * as networking from 'kubernetes-models/networking.k8s.io/v1';
import * as policy from 'kubernetes-models/policy/v1';
import * as core from 'kubernetes-models/v1';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { root } from '../lib/workspace.mjs';
import { environment as imageEnvironment, last } from './image.mjs';
import { applications, read, readYAML, settingsOf, startTokenizer } from './support.mjs';

const directory = 'deploy/kubernetes';
const kustomization = readYAML(`${directory}/kustomization.yaml`);
const manifests = kustomization.resources.map((file) => readYAML(`${directory}/${file}`));
const the = (kind) => manifests.find((it) => it.kind === kind);
const models = [apps, networking, policy, core].flatMap((group) => Object.values(group));
const modelOf = ({ apiVersion, kind }) =>
  models.find((model) => model.apiVersion === apiVersion && model.kind === kind);

const deployment = the('Deployment').spec;
const pod = deployment.template.spec;
const [container] = pod.containers;
const settingsFile = Object.fromEntries(
  read(`${directory}/settings.env`)
    .split('\n')
    .filter((line) => line && !line.startsWith('#'))
    .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
);

describe('the Kubernetes manifests', () => {
  test.each(manifests.map((manifest) => [manifest.kind, manifest]))(
    '%s follows the schema of Kubernetes',
    (_kind, manifest) => {
      const Model = modelOf(manifest);
      // What the kustomization adds.
      const rendered = structuredClone(manifest);
      if (manifest.kind === 'Deployment')
        rendered.spec.selector = rendered.spec.template.metadata.labels = {};
      expect(() => new Model(rendered).validate()).not.toThrow();
    },
  );

  test('a wrong one would not', () => {
    const wrong = structuredClone(the('Deployment'));
    wrong.spec.replicas = 'two';
    expect(() => new apps.Deployment(wrong).validate()).toThrow(/replicas/);
  });

  test('are all listed', () => {
    const files = readdirSync(join(root, directory)).filter((name) => name.endsWith('.yaml'));
    expect([...kustomization.resources, 'kustomization.yaml'].sort()).toEqual(files.sort());
  });

  test('run two replicas, of which one always stays', () => {
    expect(deployment.replicas).toBe(2);
    expect(deployment.strategy.rollingUpdate.maxUnavailable).toBe(0);
    expect(the('PodDisruptionBudget').spec.maxUnavailable).toBe(1);
    expect(pod.topologySpreadConstraints.map(({ topologyKey }) => topologyKey)).toEqual([
      'kubernetes.io/hostname',
      'topology.kubernetes.io/zone',
    ]);
  });

  test('give no container a right that it does not need', () => {
    expect(pod.securityContext).toMatchObject({
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(`${pod.securityContext.runAsUser}:${pod.securityContext.runAsGroup}`).toBe(last('USER').words[0]);
    expect(pod.automountServiceAccountToken).toBe(false);
    for (const { securityContext, resources } of [...pod.initContainers, ...pod.containers]) {
      expect(securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      expect(resources).toMatchObject({
        requests: { cpu: expect.anything() },
        limits: { memory: expect.anything() },
      });
    }
    expect(the('Namespace').metadata.labels).toMatchObject({
      'pod-security.kubernetes.io/enforce': 'restricted',
    });
  });

  test('give settings that the tokenizer takes, and no secret among them', async () => {
    expect(settingsFile).not.toHaveProperty('LUNASEC_MONGODB_URI');
    expect(await settings()).toMatchObject({
      introspection: false,
      tokenStore: { kind: 'mongodb' },
      objectStore: { kind: 's3', serverSideEncryption: 'aws:kms' },
    });
    const [rule] = the('Ingress').spec.rules;
    expect((await settings()).publicURL).toBe(`https://${rule.host}`);
    expect(the('Ingress').spec.tls[0].hosts).toEqual([rule.host]);
  });

  test('give the keys of the secret, and let no pod make keys of its own', async () => {
    const { keyProvider } = await settings();
    expect(keyProvider).toMatchObject({ kind: 'local', keys: { active: 'a' } });
    const [migrate] = pod.initContainers;
    const { secret } = pod.volumes.find(({ name }) => name === 'keys');
    // An item that the secret does not have keeps the pod from starting, and so does one that is empty.
    expect(secret.items).toEqual([{ key: 'keys.json', path: 'keys.json' }]);
    expect(secret.optional).toBeUndefined();
    expect(secret.defaultMode).toBe(0o440);
    await expect(settings('')).rejects.toThrow(/LUNASEC_KEYS/);
    expect(migrate.args).toEqual(['migrate']);
    const { dataDirectory } = await settings();
    for (const { volumeMounts, env } of [migrate, container]) {
      const given = env.find(({ name }) => name === 'LUNASEC_KEYS_FILE').value;
      const [keys, data] = volumeMounts;
      expect(keys).toEqual({ name: 'keys', mountPath: dirname(given), readOnly: true });
      expect(basename(given)).toBe(secret.items[0].path);
      expect(data).toEqual({ name: 'data', mountPath: dataDirectory, readOnly: true });
    }
  });

  describe('ask a running tokenizer', () => {
    let tokenizer;
    let data;
    beforeAll(async () => {
      data = mkdtempSync(join(tmpdir(), 'lunasec-deploy-'));
      tokenizer = await startTokenizer({
        port: 0,
        metrics: { port: 0 },
        dataDirectory: data,
        logLevel: 'silent',
        applications: JSON.parse(applications),
      });
    });
    afterAll(async () => {
      await tokenizer.close();
      rmSync(data, { recursive: true });
    });

    const paths = [
      container.startupProbe.httpGet.path,
      container.livenessProbe.httpGet.path,
      container.readinessProbe.httpGet.path,
    ];
    test.each(paths)('%s is answered', async (path) => {
      expect((await fetch(tokenizer.url + path)).status).toBe(200);
    });

    test('for its metrics, too', async () => {
      const path = deployment.template.metadata.annotations['prometheus.io/path'];
      const response = await fetch(new URL(path, tokenizer.metricsURL));
      expect([response.status, await response.text()]).toEqual([200, expect.stringContaining('lunasec_')]);
    });

    test('at the ports that it listens on', async () => {
      const { port, metrics } = await settings();
      expect(container.ports).toEqual([
        { name: 'http', containerPort: port },
        { name: 'metrics', containerPort: metrics.port },
      ]);
      expect(deployment.template.metadata.annotations['prometheus.io/port']).toBe(String(metrics.port));
      expect(metrics.host).toBe('0.0.0.0');
    });

    test('for metrics from the namespace of Prometheus alone', () => {
      const rules = the('NetworkPolicy').spec.ingress.map(({ from, ports }) => [
        from[0].namespaceSelector.matchLabels['kubernetes.io/metadata.name'],
        ports[0].port,
      ]);
      expect(rules).toEqual([
        ['ingress', 'http'],
        ['monitoring', 'metrics'],
      ]);
    });

    test('and let nothing in from outside but the API and the frames', async () => {
      const open = the('Ingress').spec.rules[0].http.paths.map(({ path }) => path);
      expect(open).toEqual(['/graphql', '/frame']);
      for (const path of paths) expect(open.some((it) => path.startsWith(it))).toBe(false);
      for (const path of ['/graphql?query={__typename}', '/frame/controller?application=shop'])
        expect((await fetch(tokenizer.url + path)).status).not.toBe(404);
    });
  });

  test('leave time to finish: after the pause in front of SIGTERM more remains than the tokenizer takes', async () => {
    const { shutdownDelay = 0, shutdownTimeout } = await settings();
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(
      container.lifecycle.preStop.sleep.seconds + shutdownDelay + shutdownTimeout,
    );
  });
});

/** As the tokenizer's container gets them, with this text as its file of keys. */
async function settings(
  keys = JSON.stringify({ active: 'a', keys: [{ id: 'a', key: Buffer.alloc(32).toString('base64') }] }),
) {
  const { env, envFrom } = container;
  expect(envFrom).toEqual([{ configMapRef: { name: kustomization.configMapGenerator[0].name } }]);
  const data = mkdtempSync(join(tmpdir(), 'lunasec-deploy-'));
  try {
    const secrets = {
      LUNASEC_MONGODB_URI: 'mongodb+srv://user:password@cluster.example.com/lunasec',
      LUNASEC_KEYS_FILE: join(data, 'keys.json'),
    };
    writeFileSync(secrets.LUNASEC_KEYS_FILE, keys);
    expect(env.map(({ name }) => name)).toEqual(Object.keys(secrets));
    return await settingsOf({ ...imageEnvironment, ...settingsFile, ...secrets });
  } finally {
    rmSync(data, { recursive: true });
  }
}
