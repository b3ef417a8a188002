/** Every event source mapping of the template as a running source: queue or stream, by what its ARN names. */
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Faults } from '../faults/faults.ts';
import { openCheckpoint } from './checkpoints.ts';
import { UnsupportedPatternError } from './event-filter.ts';
import type { EventSource, MappingProperties, SourceContext } from './event-source.ts';
import type { Functions } from './functions.ts';
import type { Provisioned } from './provision.ts';
import { queueSource } from './queue-source.ts';
import { streamSource } from './stream-source.ts';
import { StreamsClient } from './streams-client.ts';
import { describe, type Resource, type Template, UnsupportedTemplateError } from './template.ts';

export interface MappingOptions extends Provisioned {
  template: Template;
  functions: Functions;
  sqs: SQSClient;
  /** The local DynamoDB, which also serves its streams. */
  streamsEndpoint: string;
  /** Folder for the stream readers' checkpoints. */
  checkpoints: string;
  faults?: Faults | undefined;
  log: (source: 'queue' | 'stream', fn: string, line: string) => void;
}

/** @throws UnsupportedTemplateError for a source that is no queue or stream of the template */
export function createEventSources(o: MappingOptions): EventSource[] {
  return o.template.ofType('AWS::Lambda::EventSourceMapping').map((mapping) => {
    try {
      return createEventSource(o, mapping);
    } catch (error) {
      if (!(error instanceof UnsupportedPatternError)) throw error;
      throw new UnsupportedTemplateError([describe(mapping, `filter: ${error.message}`)]);
    }
  });
}

function createEventSource(o: MappingOptions, mapping: Resource): EventSource {
  const properties = o.template.properties<MappingProperties>(mapping);
  const fn = o.functions.labelOf(properties.FunctionName);
  const context = (source: 'queue' | 'stream'): SourceContext => ({
    properties,
    functions: o.functions,
    region: mapping.stack.region,
    faults: o.faults?.source,
    log: (line) => o.log(source, fn, line),
  });
  const queue = o.queues.get(properties.EventSourceArn);
  if (queue) return queueSource(context('queue'), o.sqs, queue);
  const stream = o.streams.get(properties.EventSourceArn);
  if (!stream) {
    throw new UnsupportedTemplateError([
      describe(mapping, `its source ${properties.EventSourceArn} is no queue or stream of the template`),
    ]);
  }
  const destination = properties.DestinationConfig?.OnFailure?.Destination;
  const onFailureUrl = destination === undefined ? undefined : o.queues.get(destination)?.url;
  if (destination !== undefined && onFailureUrl === undefined) {
    throw new UnsupportedTemplateError([describe(mapping, `on-failure destination ${destination} is no known queue`)]);
  }
  const services = {
    streams: new StreamsClient(o.streamsEndpoint, mapping.stack.region),
    sqs: o.sqs,
    checkpoint: openCheckpoint(o.checkpoints, mapping.logicalId, stream.localArn),
  };
  return streamSource(context('stream'), services, {
    arn: properties.EventSourceArn,
    localArn: stream.localArn,
    onFailureUrl,
  });
}
