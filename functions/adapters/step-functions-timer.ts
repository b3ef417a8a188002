/** Alarms as executions of the SLA state machine, one live execution per open ticket and generation of its clocks. */
import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { TimerPort } from '#functions/ports/timer.ts';
import { env, stepFunctions } from './aws.ts';

const DAY_MS = 86_400_000;
/** One hop of a Wait state: a week, so that every execution comes by to be checked and local emulation can follow. */
export const MAX_HOP_MS = 7 * DAY_MS;

export function stepFunctionsTimer(): TimerPort {
  const stateMachineArn = env('TIMER_STATE_MACHINE_ARN');
  const arnOf = (name: string): string => `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`;
  return {
    async set({ name, ticketNo, generation, since, until }) {
      const [from, to] = [since, until].map((ms) => new Date(ms).toISOString());
      const input = JSON.stringify({ ticketNo, generation, since: from, until: to });
      try {
        await stepFunctions().send(new StartExecutionCommand({ stateMachineArn, name, input }));
      } catch (error) {
        if (!(error instanceof ExecutionAlreadyExists)) throw error;
      }
    },
    async end(name) {
      try {
        await stepFunctions().send(new StopExecutionCommand({ executionArn: arnOf(name), cause: 'superseded' }));
      } catch (error) {
        if (!(error instanceof ExecutionDoesNotExist)) throw error;
      }
    },
    async isSet(name) {
      try {
        const answer = await stepFunctions().send(new DescribeExecutionCommand({ executionArn: arnOf(name) }));
        return answer.status === 'RUNNING';
      } catch (error) {
        if (error instanceof ExecutionDoesNotExist) return false;
        throw error;
      }
    },
  };
}
