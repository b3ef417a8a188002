/**
 * Where citizens' files lie (附件). Two folders with two lives: under `incoming/` a client may write with a permit, and what
 * lies there is gone after a day; under `kept/` lies what belongs to a request, for as long as the request.
 */
import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';

/** Where a permit lets a client write. */
export const INCOMING = 'incoming/';
/** Where the intake copies what it accepts. */
export const KEPT = 'kept/';

export class AttachmentBucket extends Bucket {
  constructor(scope: Construct, id: string, key: IKey) {
    super(scope, id, {
      // By default, and so for uploads too: a form that named the key would tell it to every client.
      encryption: BucketEncryption.KMS,
      encryptionKey: key,
      // One call to KMS for many objects.
      bucketKeyEnabled: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      // Nothing here may delete or, under `kept/`, write a key with other content: there are no versions to go back to, and
      // what is erased (清除) is gone.
      versioned: false,
      removalPolicy: RemovalPolicy.RETAIN,
      lifecycleRules: [
        // S3 counts whole days. A form follows its uploads within minutes; its copy under `kept/` stays.
        { id: 'incoming', prefix: INCOMING, expiration: Duration.days(1) },
        { id: 'unfinished', abortIncompleteMultipartUploadAfter: Duration.days(1) },
      ],
    });
    Validations.of(this).acknowledge({
      id: 'AwsSolutions-S1',
      reason:
        'An access log would hold the address and user agent of each citizen and department who moves a file, in a second ' +
        'bucket to be guarded; who was given a permit or a link is in the logs of the functions.',
    });
  }
}
