import * as z from 'zod';
import type { Consumer } from '../consumer.ts';
import type { Answer } from '../network.ts';
import { AwsFailure, unknownOperation } from './failure.ts';

const getInput = z.looseObject({ UUID: z.string() });
const updateInput = z.looseObject({ UUID: z.string(), Enabled: z.optional(z.boolean()) });

/** Returns the answers of Lambda about event source mappings, known by their consumer's name. */
export function createMappingAnswers(consumers: ReadonlyMap<string, Consumer>): Answer {
  const find = (uuid: string): Consumer => {
    const consumer = consumers.get(uuid);
    if (consumer !== undefined) return consumer;
    throw new AwsFailure('ResourceNotFoundException', `no mapping ${uuid}`, { status: 404 });
  };
  const stateOf = (consumer: Consumer) => ({
    UUID: consumer.name,
    State: consumer.isEnabled() ? 'Enabled' : 'Disabled',
  });
  return async ({ operation, input }) => {
    switch (operation) {
      case 'GetEventSourceMapping':
        return stateOf(find(getInput.parse(input).UUID));
      case 'UpdateEventSourceMapping': {
        const { UUID, Enabled } = updateInput.parse(input);
        const consumer = find(UUID);
        if (Enabled !== undefined) consumer.setEnabled(Enabled);
        return stateOf(consumer);
      }
      default:
        throw unknownOperation('Lambda', operation);
    }
  };
}
