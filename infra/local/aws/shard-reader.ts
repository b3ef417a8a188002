/**
 * Reads one DynamoDB stream from its checkpoint on. It keeps its iterator from read to read: looking a position up
 * again would cost more the longer the stream is.
 */
import type { Checkpoint } from './checkpoints.ts';
import { type StreamRecord, type StreamsClient, StreamsError } from './streams-client.ts';

export class ShardReader {
  readonly #client: StreamsClient;
  readonly #streamArn: string;
  readonly #checkpoint: Checkpoint;
  #iterator: string | undefined;
  #shardId: string | undefined;

  constructor(client: StreamsClient, streamArn: string, checkpoint: Checkpoint) {
    this.#client = client;
    this.#streamArn = streamArn;
    this.#checkpoint = checkpoint;
  }

  get shardId(): string {
    return this.#shardId ?? '';
  }

  /** The next records, in order; none when the end is reached. */
  async read(limit: number): Promise<StreamRecord[]> {
    this.#iterator ??= await this.#seek();
    if (this.#iterator === undefined) return [];
    try {
      const { Records, NextShardIterator } = await this.#client.call('GetRecords', {
        ShardIterator: this.#iterator,
        Limit: limit,
      });
      this.#iterator = NextShardIterator;
      return Records;
    } catch (error) {
      // Iterators live for minutes: a reader that was held up looks its place up again.
      this.#iterator = undefined;
      if (error instanceof StreamsError && error.code === 'ExpiredIteratorException') return this.read(limit);
      throw error;
    }
  }

  /** The next read begins again after the checkpoint. */
  rewind(): void {
    this.#iterator = undefined;
  }

  async #seek(): Promise<string | undefined> {
    const { StreamDescription } = await this.#client.call('DescribeStream', { StreamArn: this.#streamArn });
    const [shard, ...others] = StreamDescription.Shards;
    if (others.length > 0) throw new Error(`${this.#streamArn} has more than one shard`);
    if (!shard) return undefined;
    this.#shardId = shard.ShardId;
    const at = { StreamArn: this.#streamArn, ShardId: shard.ShardId };
    const last = this.#checkpoint.read();
    // A stream never read is read from its beginning, also for StartingPosition LATEST: the runner creates the table
    // and its reader in one go, so nothing older than the mapping can be there.
    if (last === undefined) return this.#iteratorAt({ ...at, ShardIteratorType: 'TRIM_HORIZON' });
    try {
      return await this.#iteratorAt({ ...at, ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: last });
    } catch (error) {
      if (!(error instanceof StreamsError) || error.code !== 'TrimmedDataAccessException') throw error;
      return this.#iteratorAt({ ...at, ShardIteratorType: 'TRIM_HORIZON' });
    }
  }

  async #iteratorAt(input: {
    StreamArn: string;
    ShardId: string;
    ShardIteratorType: string;
    SequenceNumber?: string;
  }): Promise<string> {
    return (await this.#client.call('GetShardIterator', input)).ShardIterator;
  }
}
