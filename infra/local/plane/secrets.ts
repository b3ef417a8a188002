/** Secrets Manager for the local plane: one file, readable by its owner only, keyed by the secret's name. */
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { AwsError, type Operations, optionalText, text } from './aws-json.ts';
import { writeFileAtomically } from './files.ts';

interface Version {
  id: string;
  value: string;
  /** Epoch ms. */
  created: number;
}

interface Secret {
  arn: string;
  current: Version;
  /** What `current` was before the last rotation: AWSPREVIOUS. */
  previous?: Version;
}

export interface Secrets {
  ensure(o: { name: string; arn: string; initial: () => string }): void;
  /** A new version of each secret that `isMeant` says is meant. */
  put(isMeant: (name: string) => boolean, value: string): void;
  operations: Operations;
}

const OWNER_ONLY = 0o600;

const seconds = (ms: number): number => ms / 1000;

function newVersion(value: string, id: string = randomUUID()): Version {
  return { id, value, created: Date.now() };
}

export function openSecrets(file: string): Secrets {
  const secrets = new Map<string, Secret>(
    existsSync(file) ? Object.entries(JSON.parse(readFileSync(file, 'utf8')) as Record<string, Secret>) : [],
  );
  const save = (): void =>
    writeFileAtomically(file, `${JSON.stringify(Object.fromEntries(secrets), null, 2)}\n`, OWNER_ONLY);

  const find = (id: string): { name: string; secret: Secret } => {
    for (const [name, secret] of secrets) if (name === id || secret.arn === id) return { name, secret };
    throw new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
  };

  const versionOf = (secret: Secret, input: Record<string, unknown>): { version: Version; stage: string } => {
    const id = optionalText(input, 'VersionId');
    const isPrevious = id !== undefined && id === secret.previous?.id;
    const stage = optionalText(input, 'VersionStage') ?? (isPrevious ? 'AWSPREVIOUS' : 'AWSCURRENT');
    const version = stage === 'AWSCURRENT' ? secret.current : stage === 'AWSPREVIOUS' ? secret.previous : undefined;
    if (!version || (id !== undefined && version.id !== id)) {
      throw new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret value.");
    }
    return { version, stage };
  };

  return {
    ensure({ name, arn, initial }) {
      const existing = secrets.get(name);
      if (existing?.arn === arn) return;
      secrets.set(name, existing ? { ...existing, arn } : { arn, current: newVersion(initial()) });
      save();
    },
    put(isMeant, value) {
      for (const [name, secret] of secrets) {
        if (isMeant(name)) secrets.set(name, { arn: secret.arn, current: newVersion(value), previous: secret.current });
      }
      save();
    },
    operations: {
      'secretsmanager.GetSecretValue': (input) => {
        const { name, secret } = find(text(input, 'SecretId'));
        const { version, stage } = versionOf(secret, input);
        return {
          ARN: secret.arn,
          Name: name,
          VersionId: version.id,
          SecretString: version.value,
          VersionStages: [stage],
          CreatedDate: seconds(version.created),
        };
      },
      'secretsmanager.DescribeSecret': (input) => {
        const { name, secret } = find(text(input, 'SecretId'));
        return {
          ARN: secret.arn,
          Name: name,
          LastChangedDate: seconds(secret.current.created),
          VersionIdsToStages: {
            [secret.current.id]: ['AWSCURRENT'],
            ...(secret.previous ? { [secret.previous.id]: ['AWSPREVIOUS'] } : {}),
          },
        };
      },
      'secretsmanager.PutSecretValue': (input) => {
        const { name, secret } = find(text(input, 'SecretId'));
        const value = text(input, 'SecretString');
        const token = optionalText(input, 'ClientRequestToken');
        // The SDK repeats a call with the same token: once is enough.
        if (secret.current.id !== token) {
          secrets.set(name, { arn: secret.arn, current: newVersion(value, token), previous: secret.current });
          save();
        }
        const { current } = find(name).secret;
        return { ARN: secret.arn, Name: name, VersionId: current.id, VersionStages: ['AWSCURRENT'] };
      },
    },
  };
}
