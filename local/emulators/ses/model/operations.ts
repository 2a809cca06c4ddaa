import { accountOperations } from '../account/account-operations.ts';
import { configurationSetOperations } from '../account/configuration-set-operations.ts';
import { configurationSetOptionOperations } from '../account/configuration-set-option-operations.ts';
import { dedicatedIpOperations } from '../account/dedicated-ip-operations.ts';
import { eventDestinationOperations } from '../account/event-destination-operations.ts';
import { identityOperations } from '../account/identity-operations.ts';
import { suppressionOperations } from '../account/suppression-operations.ts';
import { templateOperations } from '../account/template-operations.ts';
import type { Caller, SesContext } from '../context.ts';
import { sendBulkEmail } from '../sending/send-bulk-email.ts';
import { sendEmail } from '../sending/send-email.ts';
import { conform } from './conform.ts';
import type { InputOf, OutputOf, ServedName } from './operation-contract.ts';
import type { OperationsOf } from './operations-of.ts';
import { operationShapes, type StructureShape } from './sdk-shapes.ts';

/** Every operation the emulator serves, typed by the SDK. */
export const operations: OperationsOf<ServedName> = {
  SendEmail: sendEmail,
  SendBulkEmail: sendBulkEmail,
  ...accountOperations,
  ...identityOperations,
  ...configurationSetOperations,
  ...configurationSetOptionOperations,
  ...eventDestinationOperations,
  ...dedicatedIpOperations,
  ...suppressionOperations,
  ...templateOperations,
};

/** Whether the emulator serves an operation of the SDK. */
export function isServed(name: string): name is ServedName {
  return Object.hasOwn(operations, name);
}

/** Checks a request against the SDK's schema, then performs it; refusals are thrown. */
export async function perform<Name extends ServedName>(
  name: Name,
  input: unknown,
  at: { readonly context: SesContext; readonly caller: Caller },
): Promise<OutputOf<Name>> {
  conform<InputOf<Name>>(shapeOf(name), input);
  return operations[name](at.context, input, at.caller);
}

/** The input schema of a served operation. */
export function shapeOf(name: ServedName): StructureShape {
  const shape = operationShapes.get(name);
  if (shape === undefined) throw new Error(`the SDK has no SES operation ${name}`);
  return shape.input;
}
