/**
 * The four calls of DynamoDB Streams that a reader needs. Their SDK client is a package of its own; over the local
 * endpoint, which checks no signature, the JSON protocol is this small.
 */

/** One record, as Lambda passes it on. */
export interface StreamRecord {
  eventID: string;
  eventName: 'INSERT' | 'MODIFY' | 'REMOVE';
  dynamodb: { SequenceNumber: string; ApproximateCreationDateTime?: number } & Record<string, unknown>;
  [field: string]: unknown;
}

interface Shapes {
  DescribeStream: {
    input: { StreamArn: string };
    output: { StreamDescription: { Shards: { ShardId: string }[] } };
  };
  GetShardIterator: {
    input: { StreamArn: string; ShardId: string; ShardIteratorType: string; SequenceNumber?: string };
    output: { ShardIterator: string };
  };
  GetRecords: {
    input: { ShardIterator: string; Limit: number };
    output: { Records: StreamRecord[]; NextShardIterator?: string };
  };
}

/** An error answer of the service; `code` without its namespace, e.g. `TrimmedDataAccessException`. */
export class StreamsError extends Error {
  override name = 'StreamsError';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

export class StreamsClient {
  readonly #endpoint: string;
  readonly #region: string;

  constructor(endpoint: string, region: string) {
    this.#endpoint = endpoint;
    this.#region = region;
  }

  /** @throws StreamsError */
  async call<K extends keyof Shapes>(operation: K, input: Shapes[K]['input']): Promise<Shapes[K]['output']> {
    const response = await fetch(this.#endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `DynamoDBStreams_20120810.${operation}`,
        'x-amz-date': '20260101T000000Z',
        authorization:
          `AWS4-HMAC-SHA256 Credential=runner/20260101/${this.#region}/dynamodb/aws4_request, ` +
          'SignedHeaders=host, Signature=0',
      },
      body: JSON.stringify(input),
    });
    const body = (await response.json()) as Record<string, unknown>;
    if (response.ok) return body as Shapes[K]['output'];
    const code = String(body.__type ?? 'Unknown').split('#');
    throw new StreamsError(code.at(-1) ?? 'Unknown', String(body.message ?? body.Message ?? response.status));
  }
}
