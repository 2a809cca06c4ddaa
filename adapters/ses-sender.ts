import { type SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import { judgeRefusal, type Refusal } from '../domain/ses-refusal.ts';
import { asMailbox, type Mail, sendEmailInput } from './ses-message.ts';

export type SendAnswer =
  | { readonly ok: true; readonly sesMessageId: string }
  | { readonly ok: false; readonly refusal: Refusal; readonly detail: string };

export type SendMail = (mail: Mail) => Promise<SendAnswer>;

/** Answers of SES may be quoted in outcomes, shortened and without the addresses they name. */
const detailCharactersMax = 300;

/** Returns a function that hands one mail to SES; every failure is an answer, judged. */
export function createSender(ses: SESv2Client): SendMail {
  return async (mail) => {
    try {
      const { MessageId } = await ses.send(new SendEmailCommand(sendEmailInput(mail)));
      if (MessageId) return { ok: true, sesMessageId: MessageId };
      return {
        ok: false,
        refusal: { kind: 'unknown', reason: 'no-message-id' },
        detail: 'SES named no message id',
      };
    } catch (error) {
      const failure = describe(error);
      return {
        ok: false,
        refusal: judgeRefusal(failure, asMailbox(mail.request.from).address),
        detail: `${failure.name}: ${withoutAddresses(failure.message)}`.slice(
          0,
          detailCharactersMax,
        ),
      };
    }
  };
}

/** A quoted local part, or a run of what a local part may hold; it starts where no run is under way. */
const localPart = /"(?:[^"\\]|\\.)*"@|(?<![^\s<>@,;:])[^\s<>@,;:]+@/g;

/** Returns text with the local part of every address hidden, with its quotes and brackets. */
export function withoutAddresses(text: string): string {
  return text.replace(localPart, '…@');
}

function describe(error: unknown) {
  if (!(error instanceof Error)) return { name: 'Unknown', message: String(error) };
  const metadata: unknown = '$metadata' in error ? error.$metadata : undefined;
  const status =
    typeof metadata === 'object' && metadata !== null && 'httpStatusCode' in metadata
      ? metadata.httpStatusCode
      : undefined;
  const code = 'code' in error ? error.code : undefined;
  return {
    name: error.name,
    message: error.message,
    ...(typeof status === 'number' ? { httpStatus: status } : {}),
    ...(typeof code === 'string' ? { systemCode: code } : {}),
  };
}
