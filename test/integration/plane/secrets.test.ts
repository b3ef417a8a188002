import { statSync } from 'node:fs';
import { join } from 'node:path';
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { expect, test } from 'vitest';
import type { Plane } from '#infra/local/plane/index.ts';
import { afterThisTest, credentials, planeIn, temporaryFolder } from './support.ts';

const NAME = 'jieban/phone';
const ARN = 'arn:aws-cn:secretsmanager:cn-north-1:000000000000:secret:jieban/phone-AbCdEf';

function clientOf(plane: Plane): SecretsManagerClient {
  const endpoint = plane.endpoints.secretsmanager;
  const client = new SecretsManagerClient({ endpoint, region: plane.region, credentials });
  afterThisTest(() => client.destroy());
  return client;
}

test('a secret is made once, kept over a restart, rotated with overlap, and readable by its owner only', async () => {
  const dataDir = temporaryFolder();
  const first = await planeIn(dataDir);
  first.ensureSecret({ name: NAME, arn: ARN, initial: () => '{"inbound":["a"]}' });
  expect(statSync(join(dataDir, 'secrets.json')).mode & 0o777).toBe(0o600);
  const client = clientOf(first);
  const byName = await client.send(new GetSecretValueCommand({ SecretId: NAME }));
  expect(byName).toMatchObject({ ARN, Name: NAME, SecretString: '{"inbound":["a"]}', VersionStages: ['AWSCURRENT'] });
  expect(byName.CreatedDate).toBeInstanceOf(Date);
  expect((await client.send(new GetSecretValueCommand({ SecretId: ARN }))).VersionId).toBe(byName.VersionId);
  const put = await client.send(new PutSecretValueCommand({ SecretId: NAME, SecretString: '{"inbound":["b"]}' }));
  await first.stop();

  const second = await planeIn(dataDir);
  second.ensureSecret({
    name: NAME,
    arn: ARN,
    initial: () => {
      throw new Error('asked for a value that is there');
    },
  });
  const again = clientOf(second);
  const current = await again.send(new GetSecretValueCommand({ SecretId: NAME }));
  expect(current).toMatchObject({ SecretString: '{"inbound":["b"]}', VersionId: put.VersionId });
  const previous = await again.send(new GetSecretValueCommand({ SecretId: NAME, VersionStage: 'AWSPREVIOUS' }));
  expect(previous.SecretString).toBe('{"inbound":["a"]}');
  const { VersionIdsToStages } = await again.send(new DescribeSecretCommand({ SecretId: ARN }));
  expect(
    Object.values(VersionIdsToStages ?? {})
      .flat()
      .sort(),
  ).toEqual(['AWSCURRENT', 'AWSPREVIOUS']);
  expect(statSync(join(dataDir, 'secrets.json')).mode & 0o777).toBe(0o600);
});

test('a secret that is not there is said to be so, by the typed error', async () => {
  const client = clientOf(await planeIn(temporaryFolder()));
  await expect(client.send(new GetSecretValueCommand({ SecretId: 'none' }))).rejects.toThrow(ResourceNotFoundException);
});
